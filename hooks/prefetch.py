"""What a CDS service asks for, and what it was given.

Templates keep to the part of CDS Hooks 2.0 that every client understands: relative reads and
searches, tokens of first-level context fields, ``_count`` and ``_sort``; no FHIRPath, no relative
dates, no ``_include``.

**Why the templates name no codes.** CD19 on blasts, MRD, CNS status, the testicular examination and
much of the genetics arrive as text or under local codes, which no code list finds; many feeds leave
out ``Observation.category`` too, so ``category=laboratory`` would lose results without a word. One
search by patient brings all of it, and one key costs the client less than several that overlap. The
price is that vital signs come along; the mapping drops them before anything is validated.
Observations are asked for newest first, so that a server which caps its answer cuts off what
matters least.

Some servers refuse a search by patient alone, or cap it. Then the service itself asks narrower
questions (`PrefetchKey.narrower`): by category and by the codes of the value sets. What these bring
counts; that there is nothing else they do not show.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from functools import partial

from hooks.value_sets import observation_codes, site_observation_codes
from mappings.overlay.site import SiteMap
from relapse.facts import Section

_PATIENT = "patient={{context.patientId}}"
_PAGE = "_count=500"
NARROWED = "asked by category and code only"
"""Why a key is incomplete whose narrower queries came through."""


@dataclass(frozen=True, slots=True)
class PrefetchKey:
    """One query: its key in discovery, its template, and what is lost when it fails."""

    name: str
    template: str
    section: Section | None
    """The part of the record that is incomplete without it; ``None`` for the Patient."""
    narrowed: Section | None = None
    """What is left of that part where the narrower queries came through instead."""
    required: bool = False
    """Whether the service answers 412 rather than advise without it."""
    narrower: Callable[[], tuple[str, ...]] = tuple
    """Templates to ask instead, all of them, of a server that refuses ``template`` or cuts it
    short. Never published; together they are no proof of absence.
    """
    may_be_unoffered: bool = False
    """Whether a site may say that its FHIR servers hold no such resources."""
    offered: bool = True
    """False where the site says so: the query is neither published nor asked, and that it brought
    nothing leaves nothing incomplete.
    """

    def expand(self, context: Mapping[str, object]) -> str:
        """The query with the tokens filled from ``context``."""
        return _filled(self.template, context)

    def expand_narrower(self, context: Mapping[str, object]) -> list[str]:
        """The narrower queries with the tokens filled from ``context``."""
        return [_filled(template, context) for template in self.narrower()]


def _filled(template: str, context: Mapping[str, object]) -> str:
    for field_name, value in context.items():
        template = template.replace("{{context." + field_name + "}}", str(value))
    return template


class Profile(Enum):
    """How much the service publishes; what a template does not bring is fetched."""

    FULL = "full"
    GATE = "gate"


_CODES_A_QUERY = 150
"""About 1,200 characters of LOINC codes: far below the 8 KB at which servers refuse an address."""


_SITE_CODES_A_QUERY = 10
"""Codes with their systems are up to 300 characters long."""


def _parts(codes: tuple[str, ...], most: int = _CODES_A_QUERY) -> list[tuple[str, ...]]:
    return [codes[at : at + most] for at in range(0, len(codes), most)]


def _by_category(kind: str, *categories: str) -> tuple[str, ...]:
    return tuple(f"{kind}?{_PATIENT}&category={category}&{_PAGE}" for category in categories)


def _narrower_observations() -> tuple[str, ...]:
    """Laboratory results, where text and local codes are found too; the other categories under
    which findings and scores are filed; and every code that the mapping reads.
    """
    return (
        *_by_category("Observation", "laboratory&_sort=-date", "exam,imaging,procedure,survey"),
        *(
            f"Observation?{_PATIENT}&code={','.join(part)}&_sort=-date&{_PAGE}"
            for codes in observation_codes()
            for part in _parts(codes)
        ),
    )


def _narrower_conditions() -> tuple[str, ...]:
    return _by_category("Condition", "problem-list-item", "encounter-diagnosis")


def _narrower_reports() -> tuple[str, ...]:
    """Departments of HL7 table 0074 that report on blood, marrow, tissue and genes."""
    return _by_category("DiagnosticReport", "LAB,HM,IMM,PAT,SP,CP,CG,GE")


def _narrower_plans() -> tuple[str, ...]:
    return _by_category("CarePlan", "assess-plan")


_KEYS = (
    PrefetchKey("patient", "Patient/{{context.patientId}}", None, required=True),
    PrefetchKey(
        "conditions",
        f"Condition?{_PATIENT}&{_PAGE}",
        Section.CONDITIONS,
        Section.UNFILED_CONDITIONS,
        required=True,
        narrower=_narrower_conditions,
    ),
    PrefetchKey(
        "observations",
        f"Observation?{_PATIENT}&_sort=-date&{_PAGE}",
        Section.RESULTS,
        Section.UNCODED_RESULTS,
        narrower=_narrower_observations,
    ),
    PrefetchKey(
        "diagnosticReports",
        f"DiagnosticReport?{_PATIENT}&{_PAGE}",
        Section.RESULTS,
        Section.UNCODED_RESULTS,
        narrower=_narrower_reports,
        may_be_unoffered=True,
    ),
    PrefetchKey(
        "specimens", f"Specimen?{_PATIENT}&{_PAGE}", Section.SPECIMENS, may_be_unoffered=True
    ),
    PrefetchKey("procedures", f"Procedure?{_PATIENT}&{_PAGE}", Section.PROCEDURES),
    PrefetchKey("medicationRequests", f"MedicationRequest?{_PATIENT}&{_PAGE}", Section.MEDICATIONS),
    PrefetchKey(
        "medicationAdministrations",
        f"MedicationAdministration?{_PATIENT}&{_PAGE}",
        Section.MEDICATIONS,
        may_be_unoffered=True,
    ),
    PrefetchKey(
        "medicationStatements",
        f"MedicationStatement?{_PATIENT}&{_PAGE}",
        Section.MEDICATIONS,
        may_be_unoffered=True,
    ),
    PrefetchKey(
        "carePlans",
        f"CarePlan?{_PATIENT}&{_PAGE}",
        Section.PLANS,
        narrower=_narrower_plans,
        may_be_unoffered=True,
    ),
)
MAY_BE_UNOFFERED = frozenset(key.name for key in _KEYS if key.may_be_unoffered)
"""Keys without which a record can still be whole; without results, procedures, orders or the
problem list none is.
"""


def patient_record(
    site: SiteMap | None = None, unoffered: Collection[str] = ()
) -> tuple[PrefetchKey, ...]:
    """Every query that a full picture of one patient needs, in the order of publication.

    The templates name no codes, so what a site calls its tests changes none of them; where a query
    has to name codes, those of the site's mapping are among them. ``unoffered`` names keys of
    `MAY_BE_UNOFFERED` whose resources the site's servers do not hold.
    """
    codes = site_observation_codes(site) if site is not None else ()
    return tuple(_at_site(key, codes, unoffered) for key in _KEYS)


def _at_site(key: PrefetchKey, codes: tuple[str, ...], unoffered: Collection[str]) -> PrefetchKey:
    if codes and key.name == "observations":
        return replace(key, narrower=partial(_with_codes, key.narrower, codes))
    return replace(key, offered=False) if key.name in unoffered else key


def _with_codes(narrower: Callable[[], tuple[str, ...]], codes: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *narrower(),
        *(
            f"Observation?{_PATIENT}&code={','.join(part)}&_sort=-date&{_PAGE}"
            for part in _parts(codes, _SITE_CODES_A_QUERY)
        ),
    )


def published(keys: tuple[PrefetchKey, ...], profile: Profile) -> dict[str, str]:
    """The ``prefetch`` member of discovery: all keys, or under ``gate`` only the required ones."""
    return {
        key.name: key.template
        for key in keys
        if key.offered and (profile is Profile.FULL or key.required)
    }


@dataclass(frozen=True, slots=True)
class Gathered:
    """The data of one call: what the client sent, completed from its FHIR server.

    ``resources`` holds, for each key, the FHIR resources and Bundles as parsed JSON; a key whose
    query found nothing has an empty tuple, a key that could not be had is in ``unavailable`` with
    the reason. A key can be in both: part of the answer arrived.
    """

    patient_id: str
    as_of: date
    resources: Mapping[str, tuple[object, ...]]
    unavailable: Mapping[str, str] = field(default_factory=dict)
    server_base: str | None = None
    in_context: tuple[object, ...] = ()
    """Resources that the hook itself brought and that the FHIR server need not hold yet."""

    def everything(self) -> list[object]:
        """The answers to all queries."""
        return [resource for found in self.resources.values() for resource in found]

    def incomplete(self, keys: tuple[PrefetchKey, ...]) -> frozenset[Section]:
        """The sections of which nothing may be called absent."""
        return frozenset(
            section
            for key in keys
            if key.name in self.unavailable and (section := self._lost(key)) is not None
        )

    def _lost(self, key: PrefetchKey) -> Section | None:
        if key.narrowed is not None and self.unavailable[key.name] == NARROWED:
            return key.narrowed
        return key.section

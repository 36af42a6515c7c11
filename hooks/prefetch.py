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
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from relapse.facts import Section

_PATIENT = "patient={{context.patientId}}"
_PAGE = "_count=500"


@dataclass(frozen=True, slots=True)
class PrefetchKey:
    """One query: its key in discovery, its template, and what is lost when it fails."""

    name: str
    template: str
    section: Section | None
    """The part of the record that is incomplete without it; ``None`` for the Patient."""
    required: bool = False
    """Whether the service answers 412 rather than advise without it."""

    def expand(self, context: Mapping[str, object]) -> str:
        """The query with the tokens filled from ``context``."""
        query = self.template
        for field_name, value in context.items():
            query = query.replace("{{context." + field_name + "}}", str(value))
        return query


class Profile(Enum):
    """How much the service publishes; what a template does not bring is fetched."""

    FULL = "full"
    GATE = "gate"


_KEYS = (
    PrefetchKey("patient", "Patient/{{context.patientId}}", None, required=True),
    PrefetchKey("conditions", f"Condition?{_PATIENT}&{_PAGE}", Section.CONDITIONS, required=True),
    PrefetchKey("observations", f"Observation?{_PATIENT}&_sort=-date&{_PAGE}", Section.RESULTS),
    PrefetchKey("diagnosticReports", f"DiagnosticReport?{_PATIENT}&{_PAGE}", Section.RESULTS),
    PrefetchKey("specimens", f"Specimen?{_PATIENT}&{_PAGE}", Section.RESULTS),
    PrefetchKey("procedures", f"Procedure?{_PATIENT}&{_PAGE}", Section.PROCEDURES),
    PrefetchKey("medicationRequests", f"MedicationRequest?{_PATIENT}&{_PAGE}", Section.MEDICATIONS),
    PrefetchKey(
        "medicationAdministrations",
        f"MedicationAdministration?{_PATIENT}&{_PAGE}",
        Section.MEDICATIONS,
    ),
    PrefetchKey(
        "medicationStatements", f"MedicationStatement?{_PATIENT}&{_PAGE}", Section.MEDICATIONS
    ),
    PrefetchKey("carePlans", f"CarePlan?{_PATIENT}&{_PAGE}", Section.PLANS),
)


def patient_record() -> tuple[PrefetchKey, ...]:
    """Every query that a full picture of one patient needs, in the order of publication."""
    return _KEYS


def published(keys: tuple[PrefetchKey, ...], profile: Profile) -> dict[str, str]:
    """The ``prefetch`` member of discovery: all keys, or under ``gate`` only the required ones."""
    return {key.name: key.template for key in keys if profile is Profile.FULL or key.required}


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

    def everything(self) -> list[object]:
        return [resource for found in self.resources.values() for resource in found]

    def incomplete(self, keys: tuple[PrefetchKey, ...]) -> frozenset[Section]:
        """The sections of which nothing may be called absent."""
        return frozenset(
            key.section for key in keys if key.name in self.unavailable and key.section
        )

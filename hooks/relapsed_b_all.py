"""The CDS service on relapsed or refractory B-cell precursor ALL.

The advice is the same whether a chart is opened, an encounter starts or a problem is recorded, so
one id answers all three hooks and a newer answer replaces the older one (C-231).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from time import perf_counter

from hooks.compose import Presentation, cards
from hooks.gate import may_have_leukaemia
from hooks.library import (
    CLINICIANS,
    ENCOUNTER_START,
    PATIENT_VIEW,
    PROBLEM_LIST_ITEM_CREATE,
)
from hooks.prefetch import Gathered, patient_record
from hooks.registry import CdsService, Outcome
from hooks.suggestions import check_drafts
from hooks.value_sets import leukaemia_codes
from mappings.chart import read_chart
from mappings.context import Unread
from mappings.record.resources import unpack
from mappings.terminology import Terminology, standard
from relapse.evaluate import evaluate
from relapse.facts import Section
from relapse.policy import Policy

SERVICE_ID = "relapsed-b-all"
HOOKS = (PATIENT_VIEW, ENCOUNTER_START, PROBLEM_LIST_ITEM_CREATE)

_DESCRIPTION = (
    "Suggests evaluation for blinatumomab, inotuzumab ozogamicin, CAR-T cells or transplant "
    "referral in relapsed or refractory B-cell precursor acute lymphoblastic leukaemia: why, on "
    "which facts, what speaks against it, and which missing result would settle it. First "
    "remissions with residual disease and relapses of T-cell ALL get what applies to them; every "
    "other patient gets no card."
)
_USAGE = (
    "FHIR R4. Needs the patient and the conditions, by prefetch or from the FHIR server; answers "
    "412 without them. What else is missing is named on the cards."
)


def relapsed_b_all(
    policy: Policy,
    presentation: Presentation,
    terminology: Terminology | None = None,
    unoffered: Collection[str] = (),
) -> tuple[CdsService, ...]:
    """The service under each of its hooks, with the given policies and value sets. Cards go to
    clinicians only, never to patients or relatives. ``unoffered`` names prefetch keys whose
    resources the site's FHIR servers do not hold.
    """
    # Read what every call needs now, not in the first call.
    check_drafts()
    leukaemia_codes()
    terminology = terminology or standard()
    site = terminology.site
    keys = patient_record(site, unoffered)

    def worth_completing(gathered: Gathered) -> bool:
        return may_have_leukaemia(
            (*gathered.resources.get("conditions", ()), *gathered.in_context), site
        )

    def answer(gathered: Gathered) -> Outcome:
        if not worth_completing(gathered) and not _of_another_patient(gathered):
            return Outcome()
        return assess(
            _record(gathered),
            patient_id=gathered.patient_id,
            as_of=gathered.as_of,
            policy=policy,
            presentation=presentation,
            server_base=gathered.server_base,
            incomplete=gathered.incomplete(keys),
            terminology=terminology,
        )

    return tuple(
        CdsService(
            id=SERVICE_ID,
            hook=hook,
            title="Relapsed or refractory B-cell precursor ALL",
            description=_DESCRIPTION,
            usage_requirements=_USAGE,
            prefetch=keys,
            audience=CLINICIANS,
            worth_completing=worth_completing,
            evaluate=answer,
        )
        for hook in HOOKS
    )


def assess(
    resources: Iterable[object],
    *,
    patient_id: str | None,
    as_of: date,
    policy: Policy,
    presentation: Presentation,
    server_base: str | None = None,
    incomplete: frozenset[Section] = frozenset(),
    terminology: Terminology | None = None,
) -> Outcome:
    """Read a record, assess it and write the cards: the whole way, without the first look.

    Raises `mappings.errors.MappingError` where the resources are not those of one patient, or of
    another one than ``patient_id``.
    """
    began = perf_counter()
    reading = read_chart(
        resources,
        patient_id=patient_id,
        as_of=as_of,
        server_base=server_base,
        incomplete=incomplete,
        terminology=terminology,
    )
    mapped = perf_counter()
    assessment = evaluate(reading.chart, as_of, policy)
    assessed = perf_counter()
    composed = cards(
        assessment, policy, presentation, _unread_results(reading.unread, as_of, policy)
    )
    seconds = {
        "map": mapped - began,
        "assess": assessed - mapped,
        "cards": perf_counter() - assessed,
    }
    return Outcome(composed, assessment, reading.unread, reading.chart, seconds)


def _unread_results(unread: Iterable[Unread], as_of: date, policy: Policy) -> list[str]:
    """What results are about whose value cannot be read, newest first: those of the time for which
    evidence of a relapse is new (POL-07), and those without a date.
    """
    since, until = (as_of - timedelta(days=policy.status_max_age)).isoformat(), as_of.isoformat()
    recent = [
        item for item in unread if item.is_result and (not item.day or since <= item.day <= until)
    ]
    recent.sort(key=lambda item: (item.day, item.reference), reverse=True)
    return [
        f"{item.reason}{f' on {item.day}' if item.day else ''} ({item.reference})"
        for item in recent
    ]


def _record(gathered: Gathered) -> list[object]:
    """Everything to be read: the record, and what the hook brought that the record lacks.

    A new problem that the FHIR server already gave is taken from there: its copy is the stored one,
    and two copies that differ, with nothing to say which is newer, would count as unreadable.
    """
    found = gathered.everything()
    if not gathered.in_context:
        return found
    held = {_name(resource) for resource, _ in unpack(found)} - {None}
    new = [
        {"resource": resource, "fullUrl": full_url}
        for resource, full_url in unpack(gathered.in_context)
        if _name(resource) not in held
    ]
    return [*found, {"resourceType": "Bundle", "entry": new}]


def _name(resource: Mapping[str, object]) -> tuple[object, str] | None:
    """Type and id; ``None`` where the resource has no id."""
    own_id = resource.get("id")
    if not isinstance(own_id, str) or not own_id.strip():
        return None
    return resource["resourceType"], own_id.strip()


def _of_another_patient(gathered: Gathered) -> bool:
    """Whether the Patient that came does not bear the id that was asked for: `read_chart` says what
    is wrong.
    """
    return any(
        isinstance(found, dict)
        and found.get("resourceType") == "Patient"
        and found.get("id") not in (None, gathered.patient_id)
        for found in gathered.resources.get("patient", ())
    )

"""The CDS service that looks at a chart when it is opened (hook ``patient-view``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hooks.compose import Presentation, cards
from hooks.gate import may_have_leukaemia
from hooks.prefetch import Gathered, patient_record
from hooks.registry import PATIENT_VIEW, CdsService, Outcome
from hooks.suggestions import check_drafts
from hooks.value_sets import leukaemia_codes
from mappings.chart import read_chart
from relapse.evaluate import evaluate
from relapse.facts import Section
from relapse.policy import Policy

SERVICE_ID = "relapsed-b-all"

_KEYS = patient_record()
_DESCRIPTION = (
    "Suggests evaluation for blinatumomab, inotuzumab ozogamicin, CAR-T cells or transplant "
    "referral in relapsed or refractory B-cell precursor acute lymphoblastic leukaemia: why, on "
    "which facts, what speaks against it, and which missing result would settle it. Every other "
    "patient gets no card."
)
_USAGE = (
    "FHIR R4. Needs the patient and the conditions, by prefetch or from the FHIR server; answers "
    "412 without them. What else is missing is named on the cards."
)


def patient_view(policy: Policy, presentation: Presentation) -> CdsService:
    """The service under the given policies. Cards go to clinicians only, never to patients or
    relatives.
    """
    # Read what every call needs now, not in the first call.
    check_drafts()
    leukaemia_codes()

    def worth_completing(gathered: Gathered) -> bool:
        return may_have_leukaemia(gathered.resources.get("conditions", ()))

    def answer(gathered: Gathered) -> Outcome:
        if not worth_completing(gathered) and not _of_another_patient(gathered):
            return Outcome()
        return assess(
            gathered.everything(),
            patient_id=gathered.patient_id,
            as_of=gathered.as_of,
            policy=policy,
            presentation=presentation,
            server_base=gathered.server_base,
            incomplete=gathered.incomplete(_KEYS),
        )

    return CdsService(
        id=SERVICE_ID,
        hook=PATIENT_VIEW,
        title="Relapsed or refractory B-cell precursor ALL",
        description=_DESCRIPTION,
        usage_requirements=_USAGE,
        prefetch=_KEYS,
        audience=frozenset({"Practitioner", "PractitionerRole"}),
        worth_completing=worth_completing,
        evaluate=answer,
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
) -> Outcome:
    """Read a record, assess it and write the cards: the whole way, without the first look.

    Raises `mappings.errors.MappingError` where the resources are not those of one patient, or of
    another one than ``patient_id``.
    """
    reading = read_chart(
        resources,
        patient_id=patient_id,
        as_of=as_of,
        server_base=server_base,
        incomplete=incomplete,
    )
    assessment = evaluate(reading.chart, as_of, policy)
    return Outcome(cards(assessment, policy, presentation), assessment, reading.unread)


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

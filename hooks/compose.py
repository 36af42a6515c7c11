"""From an assessment to cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hooks.cards import Action, Card, Indicator, Source, Suggestion
from hooks.detail import detail
from hooks.sheet import Sheet, sheets
from hooks.suggestions import drafts, service_request
from hooks.summary import summary
from hooks.topics import CardClass
from hooks.trace import TRACE_KEY, trace
from relapse.assessment import Assessment, DiseaseStatus
from relapse.policy import Policy
from relapse.rules import MODEL_VERSION

PROJECT_URL = "https://relapse-cds.org/"
_ALWAYS_WARN = {CardClass.CONFIRM, CardClass.CONFLICT}
_UNSETTLED = {DiseaseStatus.UNKNOWN, DiseaseStatus.POSSIBLE_RELAPSE}


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a site decides about its cards."""

    new_uuid: Callable[[str], str]
    """Gives the uuid of a card or suggestion; the argument says which, for reproducible output."""
    source_url: str = PROJECT_URL
    suggestions: bool = True


def cards(assessment: Assessment, policy: Policy, presentation: Presentation) -> tuple[Card, ...]:
    """The cards of ``assessment`` in the order of CARD-02; none where it has nothing to say."""
    patient_id = assessment.patient.rsplit("/", 1)[-1]
    return tuple(
        _card(sheet, assessment, policy, presentation, patient_id)
        for sheet in sheets(assessment, list_not_suggested=policy.list_not_suggested)
    )


def _card(
    sheet: Sheet,
    assessment: Assessment,
    policy: Policy,
    presentation: Presentation,
    patient_id: str,
) -> Card:
    topic = sheet.card_class.topic
    name = f"{assessment.patient}|{assessment.as_of}|{topic.code}"
    return Card(
        uuid=presentation.new_uuid(name),
        summary=summary(sheet, assessment),
        detail=detail(sheet, assessment, label_max_age=policy.label_max_age),
        indicator=indicator(sheet, assessment.state.disease),
        source=Source(
            f"relapse-cds clinical model {MODEL_VERSION}", presentation.source_url, topic
        ),
        suggestions=_suggestions(sheet, name, presentation, patient_id),
        override_reasons=sheet.card_class.override_reasons,
        extension={TRACE_KEY: trace(sheet, assessment)},
    )


def indicator(sheet: Sheet, disease: DiseaseStatus) -> Indicator:
    """Warning for contradictions, unconfirmed relapses, warning precautions (clinical model 0.6).

    A card about missing data warns where lineage or the state of the disease hangs on them.
    """
    unsettled = sheet.card_class is CardClass.DATA and (
        disease in _UNSETTLED or any(rule.rule.startswith("G-") for rule in sheet.rules)
    )
    warns = any(precaution.warns for precaution in sheet.precautions)
    if warns or unsettled or sheet.card_class in _ALWAYS_WARN:
        return Indicator.WARNING
    return Indicator.INFO


def _suggestions(
    sheet: Sheet, name: str, presentation: Presentation, patient_id: str
) -> tuple[Suggestion, ...]:
    if not presentation.suggestions:
        return ()
    made = []
    for draft in drafts(sheet):
        resource = service_request(draft, patient_id)
        if resource is not None:
            action = Action(draft.text, resource)
            made.append(
                Suggestion(draft.label, presentation.new_uuid(f"{name}|{draft.label}"), (action,))
            )
    return tuple(made)

"""From an assessment to cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hooks.cards import Action, Card, Indicator, Source, Suggestion
from hooks.detail import detail
from hooks.sheet import Sheet, sheets
from hooks.suggestions import drafts, service_request
from hooks.summary import summary
from hooks.topics import CardClass
from hooks.trace import TRACE_KEY, Tracer
from hooks.wording import Wording
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
    site_mapping: str = ""
    """The version of the site's mapping of codes; empty where there is none."""


def cards(
    assessment: Assessment, policy: Policy, presentation: Presentation, unread: Iterable[str] = ()
) -> tuple[Card, ...]:
    """The cards of ``assessment`` in the order of CARD-02; none where it has nothing to say.
    ``unread`` are results, in words, that nobody could read: the first card names them.
    """
    writer = _Writer(assessment, policy, presentation)
    drafts = sheets(assessment, list_not_suggested=policy.list_not_suggested)
    return tuple(
        writer.card(sheet, () if number else tuple(unread)) for number, sheet in enumerate(drafts)
    )


class _Writer:
    """Writes the cards of one list; what they have in common it writes once."""

    def __init__(self, assessment: Assessment, policy: Policy, presentation: Presentation) -> None:
        self._assessment = assessment
        self._policy = policy
        self._presentation = presentation
        self._patient_id = assessment.patient.rsplit("/", 1)[-1]
        self._wording = Wording()
        self._tracer = Tracer(assessment, presentation.site_mapping)

    def card(self, sheet: Sheet, unread: tuple[str, ...]) -> Card:
        topic = sheet.card_class.topic
        name = f"{self._assessment.patient}|{self._assessment.as_of}|{topic.code}"
        return Card(
            uuid=self._presentation.new_uuid(name),
            summary=summary(sheet, self._assessment),
            detail=detail(
                sheet,
                self._assessment,
                self._wording,
                label_max_age=self._policy.label_max_age,
                unread=unread,
            ),
            indicator=indicator(sheet, self._assessment.state.disease),
            source=Source(
                f"relapse-cds clinical model {MODEL_VERSION}", self._presentation.source_url, topic
            ),
            suggestions=_suggestions(sheet, name, self._presentation, self._patient_id),
            override_reasons=sheet.card_class.override_reasons,
            extension={TRACE_KEY: self._tracer.trace(sheet)},
        )


def indicator(sheet: Sheet, disease: DiseaseStatus) -> Indicator:
    """Warning for contradictions, unconfirmed relapses, warning precautions (clinical model 0.6).

    A card about missing data warns where lineage or the state of the disease hangs on tests that it
    asks for; one that tells only of a failed query does not.
    """
    unsettled = (sheet.card_class is CardClass.DATA and not sheet.unknown) and (
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

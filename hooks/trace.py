"""The machine-readable trace of a card: rules, the facts behind each, precautions, data requests,
sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from hooks.markdown import plain
from hooks.sheet import Sheet, unique
from hooks.wire import lean
from relapse.assessment import Assessment, Criterion, FactUsed, RuleResult, State
from relapse.rules import MODEL_VERSION
from relapse.sources import SOURCES

TRACE_KEY = "org.relapse-cds.trace"
"""The one key of ``Card.extension``."""


class Tracer:
    """Writes the traces of one list of cards, which repeat rules and facts: each of those once.

    Lives as long as one answer, as it holds facts of one record.
    """

    def __init__(self, assessment: Assessment, site_mapping: str) -> None:
        self._assessment = assessment
        self._site_mapping = site_mapping
        self._state = lean(state_members(assessment.state))
        self._rules: dict[RuleResult, dict[str, object]] = {}
        self._facts: dict[FactUsed, dict[str, object]] = {}

    def trace(self, sheet: Sheet) -> dict[str, object]:
        """How the card came about. Rules of the disease state come first, then those of the card
        itself.
        """
        assessment, consideration = self._assessment, sheet.consideration
        return lean(
            {
                "modelVersion": MODEL_VERSION,
                "asOf": assessment.as_of.isoformat(),
                "jurisdiction": assessment.jurisdiction,
                "state": self._state,
                "option": consideration.option.value if consideration else None,
                "strength": consideration.strength.name if consideration else None,
                "products": [
                    lean(
                        {
                            "product": item.product,
                            "strength": item.strength.name,
                            "reason": item.reason,
                        }
                    )
                    for item in (consideration.products if consideration else ())
                ],
                "rules": [self._rule(rule) for rule in rules_of(sheet, assessment)],
                "lines": [line.rule for line in sheet.lines],
                "facts": self._written((*assessment.state.facts, *sheet.facts)),
                "precautions": [precaution.id for precaution in sheet.precautions],
                "dataRequests": [request.id for request in sheet.needs],
                "sources": [
                    _source(name) for name in sources_of(sheet, assessment) if name in SOURCES
                ],
                "policiesChanged": list(assessment.policies_changed),
                "siteMapping": self._site_mapping,
            }
        )

    def _rule(self, rule: RuleResult) -> dict[str, object]:
        known = self._rules.get(rule)
        if known is None:
            of_criteria = (fact for criterion in rule.criteria for fact in criterion.facts)
            known = self._rules[rule] = lean(
                {
                    "id": rule.rule,
                    "title": rule.title,
                    "state": rule.state.value,
                    "strength": rule.strength.name if rule.strength is not None else None,
                    "note": rule.note,
                    "criteria": [_criterion(criterion) for criterion in rule.criteria],
                    "facts": self._written(of_criteria),
                    "sources": list(rule.sources),
                }
            )
        return known

    def _written(self, facts: Iterable[FactUsed]) -> list[dict[str, object]]:
        return [self._facts.get(fact) or self._fact(fact) for fact in unique(facts)]

    def _fact(self, fact: FactUsed) -> dict[str, object]:
        self._facts[fact] = lean(
            {
                "text": plain(fact.text),
                "date": str(fact.when) if fact.when else None,
                "dateInferred": fact.date_inferred or None,
                "reference": plain(fact.reference),
            }
        )
        return self._facts[fact]


def rules_of(sheet: Sheet, assessment: Assessment) -> tuple[RuleResult, ...]:
    """The rules behind a card, each application once: those of the state, then those of the card.

    A card may repeat a rule of the state with the criteria that matter to it; then only that one.
    """
    own = dict.fromkeys(sheet.rules)
    repeated = {rule.rule for rule in own}
    of_state = (rule for rule in assessment.state.rules if rule.rule not in repeated)
    return (*dict.fromkeys(of_state), *own)


def sources_of(sheet: Sheet, assessment: Assessment) -> tuple[str, ...]:
    """Ids of the sources behind the card, each once, those of the card itself first."""
    named: list[str] = []
    for rule in (*sheet.rules, *assessment.state.rules):
        named.extend(rule.sources)
    for precaution in sheet.precautions:
        named.extend(precaution.sources)
    for line in sheet.lines:
        named.extend(line.sources)
    return tuple(dict.fromkeys(named))


def state_members(state: State) -> dict[str, object]:
    """The disease state in the names of the JSON output; ``remission`` is null outside a
    remission.
    """
    members: dict[str, object] = {
        "disease": state.disease.value,
        "relapseCount": state.relapse_count,
        "remission": state.remission,
        "mrd": state.mrd.value,
        "lineage": state.lineage,
        "ph": state.ph,
    }
    computed = {"bfm": state.bfm, "cog": state.cog, "sGroup": state.s_group}
    return members | {name: value for name, value in computed.items() if value}


def _criterion(criterion: Criterion) -> dict[str, object]:
    return lean(
        {
            "text": criterion.text,
            "state": criterion.state.value,
            "note": criterion.note,
            "references": [
                plain(fact.reference) for fact in unique(criterion.facts) if fact.reference
            ],
            "dataRequests": list(criterion.requests),
        }
    )


@cache
def _source(name: str) -> dict[str, object]:
    source = SOURCES[name]
    return lean({"id": source.id, "citation": source.citation, "label": source.label})

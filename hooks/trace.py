"""The machine-readable trace of a card: rules, the facts behind each, precautions, data requests,
sources.
"""

from __future__ import annotations

from collections.abc import Iterable

from hooks.markdown import plain
from hooks.sheet import Sheet, unique
from hooks.wire import lean
from relapse.assessment import Assessment, Criterion, FactUsed, RuleResult, State
from relapse.rules import MODEL_VERSION
from relapse.sources import SOURCES

TRACE_KEY = "org.relapse-cds.trace"
"""The one key of ``Card.extension``."""


def trace(sheet: Sheet, assessment: Assessment) -> dict[str, object]:
    """How the card came about. Rules of the disease state come first, then those of the card
    itself.
    """
    rules = rules_of(sheet, assessment)
    consideration = sheet.consideration
    return lean(
        {
            "modelVersion": MODEL_VERSION,
            "asOf": assessment.as_of.isoformat(),
            "jurisdiction": assessment.jurisdiction,
            "state": lean(state_members(assessment.state)),
            "option": consideration.option.value if consideration else None,
            "strength": consideration.strength.name if consideration else None,
            "products": [
                lean(
                    {"product": item.product, "strength": item.strength.name, "reason": item.reason}
                )
                for item in (consideration.products if consideration else ())
            ],
            "rules": [_rule(rule) for rule in rules],
            "lines": [line.rule for line in sheet.lines],
            "facts": _facts((*assessment.state.facts, *sheet.facts)),
            "precautions": [precaution.id for precaution in sheet.precautions],
            "dataRequests": [request.id for request in sheet.needs],
            "sources": [
                lean({"id": source.id, "citation": source.citation, "label": source.label})
                for source in (
                    SOURCES[name] for name in sources_of(sheet, assessment) if name in SOURCES
                )
            ],
            "policiesChanged": list(assessment.policies_changed),
        }
    )


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


def _rule(rule: RuleResult) -> dict[str, object]:
    return lean(
        {
            "id": rule.rule,
            "title": rule.title,
            "state": rule.state.value,
            "strength": rule.strength.name if rule.strength is not None else None,
            "note": rule.note,
            "criteria": [_criterion(criterion) for criterion in rule.criteria],
            "facts": _facts(fact for criterion in rule.criteria for fact in criterion.facts),
            "sources": list(rule.sources),
        }
    )


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


def _facts(facts: Iterable[FactUsed]) -> list[dict[str, object]]:
    return [
        lean(
            {
                "text": plain(fact.text),
                "date": str(fact.when) if fact.when else None,
                "dateInferred": fact.date_inferred or None,
                "reference": plain(fact.reference),
            }
        )
        for fact in unique(facts)
    ]

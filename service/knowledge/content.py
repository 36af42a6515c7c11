"""The whole knowledge as one JSON object; the page shows the same object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mappings.terminology import Terminology
from relapse import definitions  # noqa: F401 - with it, every rule is registered
from relapse.policy import Policy
from relapse.precautions import PRECAUTIONS
from relapse.requests import REQUESTS
from relapse.rules import MODEL_VERSION, RULES, VALID_FROM, Rule
from relapse.sources import LABEL_DATA_AS_OF, SOURCES
from relapse.traceability import Statement, Term, traceability
from service.knowledge import policies
from service.knowledge.card_rules import CARD_RULES
from service.knowledge.cases import Cases, shipped_cases
from service.knowledge.marks import mark
from service.knowledge.source_attributes import source_attributes
from service.knowledge.value_sets import value_sets

FAMILIES = {
    "G": "Gates: for whom there are cards",
    "REL": "State of the disease",
    "STALE": "How old a result may be",
    "CONF": "Contradictions",
    "AG": "Antigens",
    "BL": "Blinatumomab",
    "IN": "Inotuzumab ozogamicin",
    "CA": "CAR-T cells",
    "HS": "Transplant",
    "HS2": "Second transplant",
    "DLI": "Donor lymphocytes",
    "CX": "Context of the relapse",
    "MR": "MRD card",
    "DATA": "Missing data",
    "CARD": "Every card",
    "P": "Precautions",
    "D": "Data requests",
    "E": "Vocabulary",
    "POL": "Policies with code of their own",
}


def all_rules() -> Mapping[str, Rule]:
    """The registered rules, and those that the cards keep."""
    return {**RULES, **CARD_RULES}


def content(
    policy: Policy, cases: Cases | None = None, terminology: Terminology | None = None
) -> dict[str, Any]:
    """What the service decides with under ``policy`` and the value sets of ``terminology``, and the
    cases that hold it to that; nothing about any patient.
    """
    cases = cases or shipped_cases()
    table = traceability()
    return {
        "model": {
            "version": MODEL_VERSION,
            "validFrom": VALID_FROM.isoformat(),
            "labelDataAsOf": LABEL_DATA_AS_OF.isoformat(),
            "jurisdiction": policy.jurisdiction,
        },
        "sourceAttributes": source_attributes(),
        "ruleFamilies": _families(cases),
        "precautions": [
            {"id": item.id, "title": item.title, "text": item.text, "sources": _cited(item.sources)}
            for item in PRECAUTIONS.values()
        ],
        "dataRequests": [
            {"id": item.id, "short": item.short, "text": item.text, "gating": item.gating}
            for item in REQUESTS.values()
        ],
        "policies": policies.adjustable(policy),
        "fixedPolicies": policies.fixed(),
        "sources": [
            {
                "id": item.id,
                "citation": item.citation,
                "label": item.label,
                "mark": mark(item.id).value,
            }
            for item in SOURCES.values()
        ],
        "valueSets": value_sets(terminology),
        "terms": [_term(term) for term in table.terms.values()],
        "sourceTexts": [
            {"id": text.id, "title": text.title, "statements": [*map(_statement, text.statements)]}
            for text in table.texts
        ],
        "disagreements": [
            {
                "topic": item.topic,
                "texts": item.texts,
                "decided": item.decided,
                "place": item.place,
            }
            for item in table.disagreements
        ],
        "cases": [{"id": id, "sentence": text} for id, text in cases.sentences.items()],
    }


def _families(cases: Cases) -> list[dict[str, Any]]:
    """Rules by the letters of their ids, in the order of `FAMILIES`; a new family comes last."""
    members: dict[str, list[Rule]] = {family: [] for family in FAMILIES}
    for id, rule in sorted(all_rules().items()):
        members.setdefault(family_of(id), []).append(rule)
    return [
        {
            "family": family,
            "title": FAMILIES.get(family, family),
            "rules": [_rule(rule, cases) for rule in rules],
        }
        for family, rules in members.items()
    ]


def family_of(id: str) -> str:
    """The letters before the number: ``HS2`` of ``HS2-05``."""
    return id.split("-", 1)[0]


def _own_first(id: str, cases: list[str]) -> list[str]:
    """The cases written for this rule before those that it has a part in."""
    return sorted(cases, key=lambda case: (f"rule-{id}-" not in f"{case}-", case))


def _rule(rule: Rule, cases: Cases) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "promise": rule.promise,
        "sources": _cited(rule.sources),
        "validFrom": rule.valid_from.isoformat(),
        "place": rule.place,
        "cases": _own_first(rule.id, cases.of_rule.get(rule.id, [])),
        "unitTests": cases.tests_of_rule.get(rule.id, []),
    }


def _cited(ids: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"id": id, "citation": SOURCES[id].citation, "mark": mark(id).value} for id in ids]


def _term(term: Term) -> dict[str, Any]:
    return {"id": term.id, "name": term.name, "carriedBy": term.carried_by}


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "lines": statement.lines,
        "says": statement.says,
        "place": statement.place,
        "modelled": statement.modelled,
        "why": statement.why,
    }

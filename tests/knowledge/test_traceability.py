"""Every statement of the source texts has its place, and every place exists."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import relapse.traceability
from relapse.policy import Policy
from relapse.traceability import TraceabilityError, _statements, traceability
from service.knowledge.card_rules import CARD_RULES
from service.knowledge.content import all_rules, family_of
from service.knowledge.policies import adjustable, fixed

TABLE = traceability()
TERMS = {
    *(f"T-{name}" for name in "BLIN INO CART TKI HSCT HSCT2 DLI CHEMO NEL CNS TEST RT".split()),
    *("T-TRIAL", "T-SUPP", "E-30", "E-31"),
}


def test_terms_are_those_without_a_rule() -> None:
    assert set(TABLE.terms) == TERMS
    assert not TERMS & set(all_rules())


def test_every_place_exists() -> None:
    policies = {item["id"] for item in (*adjustable(Policy()), *fixed())}
    known = {*all_rules(), *TERMS, *policies, *map(family_of, all_rules())}
    assert sorted(TABLE.ids() - known) == []


def test_every_text_is_there_with_all_its_statements() -> None:
    rows = {text.id: len(text.statements) for text in TABLE.texts}
    assert rows == {"000": 17, "001": 30, "002": 14, "003": 27, "004": 24}
    assert len(TABLE.disagreements) == 6


def test_a_statement_without_place_has_a_reason() -> None:
    left_out = [s for text in TABLE.texts for s in text.statements if not s.modelled]
    assert left_out
    assert all(statement.why for statement in left_out)


@pytest.mark.parametrize("row", [{"lines": "1", "says": "x", "place": []}])
def test_a_statement_left_out_silently_is_an_error(row: dict[str, object]) -> None:
    with pytest.raises(TraceabilityError, match="text 009, line 1"):
        list(_statements("009", [row]))


def test_the_table_holds_nothing_that_is_not_read() -> None:
    file = Path(relapse.traceability.__file__).with_suffix(".toml")
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    assert set(data) == {"term", "text", "disagreement"}
    rows = [row for text in data["text"].values() for row in text["statements"]]
    assert all(set(row) <= {"lines", "says", "place", "why"} for row in rows)


@pytest.mark.parametrize("id", CARD_RULES)
def test_rules_of_cards_name_code_that_exists(id: str) -> None:
    module, _, name = CARD_RULES[id].place.rpartition(".")
    assert callable(getattr(import_module(module), name))

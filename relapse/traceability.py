"""Where each statement of the texts that the model started from went (`traceability.toml`).

Nothing is left out silently: a statement has a place among the rules, or a reason why it is not
modelled.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("traceability.toml")


class TraceabilityError(ValueError):
    """The table lacks something; the message names text and line."""


@dataclass(frozen=True, slots=True)
class Term:
    """An id of the clinical model without a rule of its own, and the rules that carry it."""

    id: str
    name: str
    carried_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a text says, and where it went: ``place`` is empty where it is not modelled."""

    lines: str
    says: str
    place: tuple[str, ...]
    why: str = ""

    @property
    def modelled(self) -> bool:
        return bool(self.place)


@dataclass(frozen=True, slots=True)
class SourceText:
    id: str
    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the texts disagree, what was decided, and the rules that hold it."""

    topic: str
    texts: str
    decided: str
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traceability:
    terms: Mapping[str, Term]
    texts: tuple[SourceText, ...]
    disagreements: tuple[Disagreement, ...]

    def ids(self) -> frozenset[str]:
        """Every id or family that a place names."""
        places = [statement.place for text in self.texts for statement in text.statements]
        places += [item.place for item in self.disagreements]
        places += [term.carried_by for term in self.terms.values()]
        return frozenset(id for place in places for id in place)


@cache
def traceability() -> Traceability:
    """The table, read at first use; `TraceabilityError` for a statement without place or reason."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Traceability(
        {
            id: Term(id, term["name"], tuple(term["carried_by"]))
            for id, term in data["term"].items()
        },
        tuple(
            SourceText(id, text["title"], tuple(_statements(id, text["statements"])))
            for id, text in data["text"].items()
        ),
        tuple(
            Disagreement(item["topic"], item["texts"], item["decided"], tuple(item["place"]))
            for item in data["disagreement"]
        ),
    )


def _statements(text: str, rows: Iterable[Mapping[str, Any]]) -> Iterable[Statement]:
    for row in rows:
        statement = Statement(row["lines"], row["says"], tuple(row["place"]), row.get("why", ""))
        if not statement.says or not (statement.place or statement.why):
            raise TraceabilityError(f"text {text}, line {statement.lines}: no place and no reason")
        yield statement

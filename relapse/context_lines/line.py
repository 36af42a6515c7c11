"""A line of the context card under its rule."""

from __future__ import annotations

from relapse.assessment import ContextLine as Line
from relapse.assessment import (
    DataRequest,
    FactUsed,
    PrecautionRaised,
)
from relapse.rules import RULES


def line(
    id: str,
    text: str,
    facts: tuple[FactUsed, ...] = (),
    requests: tuple[DataRequest, ...] = (),
    precautions: tuple[PrecautionRaised, ...] = (),
) -> Line:
    return Line(id, text, facts, requests, precautions, RULES[id].sources)

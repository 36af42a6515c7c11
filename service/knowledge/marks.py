"""How far a source can be trusted."""

from __future__ import annotations

from enum import Enum

from relapse.sources import GENERAL_KNOWLEDGE, PROJECT_POLICY, SOURCE_TEXTS


class Mark(Enum):
    VERIFIED = "verified in the source"
    GENERAL_KNOWLEDGE = "general knowledge, unverified"
    SOURCE_TEXT = "stated in a source text"
    POLICY = "choice of this project"


_MARKS = {
    GENERAL_KNOWLEDGE: Mark.GENERAL_KNOWLEDGE,
    SOURCE_TEXTS: Mark.SOURCE_TEXT,
    PROJECT_POLICY: Mark.POLICY,
}


def mark(source: str) -> Mark:
    """The evidence mark of a source id: a publication was read for what it is cited for."""
    return _MARKS.get(source, Mark.VERIFIED)

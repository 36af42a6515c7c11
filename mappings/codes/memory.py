"""Decisions about codes that outlive a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_TEXT_OR_NOTHING = frozenset({str, type(None)})


class Memory:
    """Decisions about codes, kept between charts: laboratories and problem lists repeat themselves.

    Holds a bounded number of short keys made of codes and their wording, never a value of a record.
    """

    def __init__(self, most: int = 1024, longest: int = 600) -> None:
        self._known: dict[tuple[str | None, ...], Any] = {}
        self._most = most
        self._longest = longest

    def decide(self, code: object, make: Callable[[object], T]) -> T:
        """The decision for a CodeableConcept, made by ``make`` at the first time."""
        key = _code_key(code)
        if key is None:
            return make(code)
        try:
            known: T = self._known[key]
            return known
        except KeyError:
            made = make(code)
            if sum(len(part) for part in key if part is not None) <= self._longest:
                if len(self._known) >= self._most:
                    self._known.clear()
                self._known[key] = made
            return made


def _code_key(code: object) -> tuple[str | None, ...] | None:
    """Everything in a CodeableConcept that is ever looked at; ``None`` where its shape is
    unusual.
    """
    if not isinstance(code, dict):
        return None
    text = code.get("text")
    found = code.get("coding")
    if found is None:
        return (text,) if text is None or isinstance(text, str) else None
    if not isinstance(found, list) or len(found) > 4:
        return None
    parts = [text]
    for coding in found:
        if not isinstance(coding, dict):
            return None
        parts += (coding.get("system"), coding.get("code"), coding.get("display"))
    return tuple(parts) if _TEXT_OR_NOTHING.issuperset(map(type, parts)) else None

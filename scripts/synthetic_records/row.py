"""One line of a description: its words are taken one by one, and none may be left over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from scripts.synthetic_records.source import DescriptionError, Table, suggestion
from scripts.synthetic_records.values import read_date

T = TypeVar("T")
STATUSES = {
    "final",
    "preliminary",
    "registered",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown",
}


class Row:
    """A table whose first key says what it is about (``kind``), the others how and when."""

    def __init__(self, table: Table, kind: str, as_of: date) -> None:
        self.table = table
        self.kind = kind
        self.as_of = as_of
        self._taken: set[str] = set()

    @property
    def value(self) -> str:
        """The word after the kind: what was found or done."""
        return self.text(self.kind)

    def raw(self, key: str) -> Any:
        self._taken.add(key)
        return self.table.get(key)

    def text(self, key: str, default: str = "") -> str:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.fail(f"'{key}' takes one word or sentence", key)
        return str(value)

    def has(self, key: str) -> bool:
        return key in self.table

    def choice(self, key: str, known: Mapping[str, T], default: str | None = None) -> T:
        """What the word under ``key`` stands for; the error for others lists the known ones."""
        word = self.text(key) or default or ""
        if word not in known:
            raise self.fail(f"unknown word '{word}' for '{key}'{suggestion(word, known)}", key)
        return known[word]

    def flag(self, key: str, default: bool) -> bool:
        return self.choice(key, {"yes": True, "no": False}, "yes" if default else "no")

    def read(self, key: str, reader: Callable[[str], T]) -> T:
        """The word under ``key`` through a reader; its ValueError gets the line."""
        try:
            return reader(self.text(key))
        except ValueError as error:
            raise self.fail(f"{key}: {error}", key) from None

    def date(self, key: str = "on", default: str | None = None) -> str:
        """The date under ``key``; required unless a default is given."""
        if not self.has(key):
            if default is None:
                raise self.fail(f"'{self.kind}' needs a date: {key}: 2026-06-08")
            return default
        return self.read(key, lambda text: read_date(text, self.as_of))

    def optional_date(self, key: str) -> str | None:
        return self.date(key, "") or None

    def status(self) -> str:
        return self.choice("status", {word: word for word in STATUSES}, "final")

    def fail(self, message: str, key: str | None = None) -> DescriptionError:
        return self.table.fail(message, key or self.kind)

    def finish(self) -> None:
        """Complain about words that nobody asked for."""
        left = [key for key in self.table if key not in self._taken]
        if left:
            hint = suggestion(left[0], self._taken)
            raise self.fail(f"'{self.kind}' does not know the word '{left[0]}'{hint}", left[0])

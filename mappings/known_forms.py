"""Forms of resources that the FHIR model has accepted: data of a known form need not be
validated again.

The model asks of a text its form, of a number its kind, of an object its members. A form holds
those and no value of any record. Whatever a verdict may hang on beyond that (dates in part, odd
blanks, zero, long lists) has no form here, and the model looks at it each time.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

_MOST_FORMS = 8192
_LONGEST_LIST = 8
_WORDS = re.compile(r"\S+(?: \S+)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T00:00:00Z)?", re.ASCII)
_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2})?", re.ASCII)


class _NoForm(Exception):
    """A value whose verdict may hang on more than its form."""


class KnownForms:
    """What was accepted so far, bounded in number."""

    def __init__(self) -> None:
        self._accepted: set[object] = set()

    def form_of(self, kind: str, data: dict[str, Any]) -> object | None:
        """The form of a resource; ``None`` where the model must look at it."""
        try:
            return kind, _form(data)
        except (_NoForm, ValueError, IndexError, RecursionError):
            return None

    def knows(self, form: object | None) -> bool:
        return form is not None and form in self._accepted

    def accept(self, form: object | None) -> None:
        if form is not None and len(self._accepted) < _MOST_FORMS:
            self._accepted.add(form)


def _form(value: Any) -> object:
    kind = type(value)
    if kind is str:
        return _form_of_text(value)
    if kind is dict:
        return tuple([(name, _form(member)) for name, member in value.items()])
    if kind is list and len(value) <= _LONGEST_LIST:
        return ("list", *map(_form, value))
    if kind is Decimal or kind is bool or (kind is int and 0 < value < 2**31):
        return kind
    raise _NoForm


def _form_of_text(text: str) -> object:
    """A word, words, a sign, or a whole date by its length; ValueError for a day that does
    not exist.
    """
    if text.isascii() and text.isalpha():
        return "word"
    if text[0].isdigit() and _DAY.fullmatch(text):
        date.fromisoformat(text[:10])
        return len(text)
    if _PARTIAL_DATE.fullmatch(text) or _WORDS.fullmatch(text) is None:
        raise _NoForm
    return "words" if " " in text else "sign"

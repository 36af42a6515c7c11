"""Forms of resources that the FHIR model has accepted: data of a known form need not be
validated again.

The model asks of a text its form, of a number its kind, of an object its members. A form holds
those and no value of any record. Whatever a verdict may hang on beyond that (dates in part, odd
blanks, zero, long lists) has no form here, and the model looks at it each time.

A form is written down piece by piece while a resource is cut (`mappings.record.reduce`): names of
members, brackets, and for each value one of the marks below.
"""

from __future__ import annotations

import re
from datetime import date

LONGEST_LIST = 8
NUMBER_MARK = "=number"
_MOST_FORMS = 2048
_LARGEST_INTEGER = 2**31
_WORDS = re.compile(r"\S+(?: \S+)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T00:00:00Z)?", re.ASCII)
_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2})?", re.ASCII)
WHOLE_DAY = len("2000-01-01")


class KnownForms:
    """What was accepted so far, bounded in number."""

    def __init__(self) -> None:
        self._accepted: set[str] = set()

    def knows(self, form: str | None) -> bool:
        return form is not None and form in self._accepted

    def accept(self, form: str | None) -> None:
        if form is None:
            return
        if len(self._accepted) >= _MOST_FORMS:
            # Begun anew: strange records must not keep the usual ones out.
            self._accepted.clear()
        self._accepted.add(form)


def mark_of_text(text: str) -> str | None:
    """A word, words, a sign, or a whole date by its length; ``None`` for a part of a date, a day
    that does not exist, odd blanks, and no text at all.
    """
    if text.isalpha() and text.isascii():
        return "=word"
    if text[:1].isdigit():
        if _DAY.fullmatch(text):
            return _mark_of_day(text)
        if _PARTIAL_DATE.fullmatch(text):
            return None
    if _WORDS.fullmatch(text) is None:
        return None
    return "=words" if " " in text else "=sign"


def _mark_of_day(text: str) -> str | None:
    try:
        date.fromisoformat(text[:WHOLE_DAY])
    except ValueError:
        return None
    return f"={len(text)}"


def mark_of_checked_day(text: str) -> str | None:
    """For a date that exists: whole days are all alike, parts of dates have no mark."""
    return "=day" if len(text) == WHOLE_DAY else None


def mark_of_plain(value: object) -> str | None:
    """A truth value, or a positive integer of ordinary size."""
    if isinstance(value, bool):
        return "=truth"
    if isinstance(value, int) and 0 < value < _LARGEST_INTEGER:
        return "=integer"
    return None

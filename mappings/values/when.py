"""FHIR dates as intervals of calendar days: the day that was written, at the place where it was
written.

No conversion to UTC ever takes place, and a clock time without a zone is as good as one with.
*Absent* and *unreadable* are different outcomes: the first is no date, the second a date that the
record has and nobody can use.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from mappings.values.shapes import Json
from relapse.dates import DateRange, add_days, add_months

_WRITTEN = re.compile(
    r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)"
    r"(?:(?<=\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-4]):?([0-5]\d)(?::?([0-5]\d|60)(?:[.,]\d{1,12})?)?"
    r"\s*(?:Z|z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_DAYS_IN = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7}
_MONTHS_IN = {"mo": 1, "month": 1, "months": 1, "a": 12, "year": 12, "years": 12, "yr": 12, "y": 12}
_OLDEST_YEARS = 130
_LONGEST_DATE = 60


def written_day(value: object) -> str | None:
    """The date part of a FHIR date, dateTime or instant, checked against the calendar; ``None`` if
    unreadable.
    """
    return _written_day(value) if isinstance(value, str) and len(value) < _LONGEST_DATE else None


@lru_cache(maxsize=2048)
def _written_day(value: str) -> str | None:
    match = _WRITTEN.fullmatch(value.strip())
    if match is None:
        return None
    try:
        DateRange.parse(match[1])
    except ValueError:
        return None
    return match[1]


@lru_cache(maxsize=2048)
def of_day(text: str | None) -> DateRange | None:
    """A date that `written_day` has checked."""
    return None if text is None else DateRange.parse(text)


def of_period(period: Json, open_until: date) -> DateRange | None:
    """First to last day of a Period. One without an end reaches to ``open_until``; without a start
    nothing is known.
    """
    start, end = of_day(period.get("start")), of_day(period.get("end"))
    if start is None:
        return None
    if end is None:
        return DateRange(start.earliest, max(start.latest, open_until))
    # A start in May and an end "in 2021" overlap: the end then says nothing about the first day.
    return None if end.latest < start.earliest else DateRange(start.earliest, end.latest)


def at_age(
    birth: DateRange | None, low_age: Decimal, high_age: Decimal, unit: str
) -> DateRange | None:
    """The days on which somebody was that old: completed years, months, weeks or days since
    birth.
    """
    unit = unit.strip().lower()
    longest = _OLDEST_YEARS * (
        12 // _MONTHS_IN[unit] if unit in _MONTHS_IN else 366 // _DAYS_IN.get(unit, 366)
    )
    if birth is None or not (0 <= low_age <= high_age <= longest):
        return None
    low, high = int(low_age), int(high_age) + 1
    if unit in _MONTHS_IN:
        step = _MONTHS_IN[unit]
        last = add_months(birth.latest, high * step) - timedelta(days=1)
        return DateRange(add_months(birth.earliest, low * step), last)
    if unit in _DAYS_IN:
        step = _DAYS_IN[unit]
        return DateRange(
            add_days(birth.earliest, low * step), add_days(birth.latest, high * step - 1)
        )
    return None

"""The small values inside descriptions: dates, percentages, multiples of the upper limit.

A date is ``2026``, ``2026-06``, ``2026-06-08``, ``T0`` (the day of evaluation) or ``T0 - 14 days``,
``T0 + 1 month``.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

UCUM = "http://unitsofmeasure.org"
ZONE = "-05:00"

_RELATIVE = re.compile(r"T0\s*(?:([+-])\s*(\d+)\s*(day|days|month|months|year|years))?")
_PARTIAL = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_NUMBER = r"(\d+(?:\.\d+)?)"
_CELLS = re.compile(rf"(<=|>=|<|>)?\s*{_NUMBER}\s*(%|per million|\b)?")
_RANGE = re.compile(rf"{_NUMBER}\s*-\s*{_NUMBER}\s*%")
_ULN = re.compile(rf"{_NUMBER}\s*x\s*ULN")


def shift_months(day: date, months: int) -> date:
    """The same day some months later, clamped to the end of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def read_date(text: str, as_of: date) -> str:
    """The date as FHIR writes it, at the precision given; ValueError for anything else."""
    text = text.strip()
    relative = _RELATIVE.fullmatch(text)
    if relative:
        sign, number, unit = relative.groups()
        if number is None:
            return as_of.isoformat()
        count = int(number) * (1 if sign == "+" else -1)
        if unit.startswith("day"):
            return (as_of + timedelta(days=count)).isoformat()
        return shift_months(as_of, count * (12 if unit.startswith("year") else 1)).isoformat()
    if not _PARTIAL.fullmatch(text):
        raise ValueError(f"'{text}' is no date (2026, 2026-06, 2026-06-08, T0, T0 - 14 days)")
    date.fromisoformat((text + "-01-01")[:10])  # an impossible day is refused
    return text


def moment(day: str, clock: str = "09:00:00") -> str:
    """A dateTime on that day; a partial date stays partial."""
    return f"{day}T{clock}{ZONE}" if len(day) == 10 else day


def next_day(day: str, days: int = 1) -> str:
    """The day after; a partial date stays as it is."""
    if len(day) != 10:
        return day
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def quantity(number: Decimal | float | str, unit: str, code: str | None = None) -> dict[str, Any]:
    value = Decimal(str(number))
    plain = int(value) if value == value.to_integral_value() else float(value)
    return {"value": plain, "unit": unit, "system": UCUM, "code": code or unit}


def cell_fraction(text: str) -> dict[str, Any]:
    """``62 %``, ``<0.01 %``, ``50 per million``, ``5-10 %``; a bare number has no unit."""
    span = _RANGE.fullmatch(text)
    if span:
        low, high = span.groups()
        return {"valueRange": {"low": quantity(low, "%"), "high": quantity(high, "%")}}
    match = _CELLS.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no share of cells (62 %, <0.01 %, 50 per million, 5-10 %)")
    comparator, number, unit = match.groups()
    result = quantity(number, unit or "%")
    if unit == "per million":
        result |= {"unit": "per million nucleated cells", "code": "/10*6"}
    elif not unit:
        result = {"value": result["value"]}
    if comparator:
        result = {"value": result.pop("value"), "comparator": comparator, **result}
    return {"valueQuantity": result}


def percent(text: str) -> Decimal:
    """The number before the percent sign."""
    match = re.fullmatch(rf"{_NUMBER}\s*%", text)
    if match is None:
        raise ValueError(f"'{text}' is no percentage such as 62 %")
    return Decimal(match.group(1))


def times_upper_limit(text: str) -> Decimal:
    """``2.2 x ULN``; ``normal`` is half of the upper limit."""
    if text == "normal":
        return Decimal("0.5")
    match = _ULN.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no multiple of the upper limit such as 2.2 x ULN")
    return Decimal(match.group(1))


def number(text: str) -> Decimal:
    match = re.fullmatch(_NUMBER, text)
    if match is None:
        raise ValueError(f"'{text}' is no number")
    return Decimal(match.group(1))

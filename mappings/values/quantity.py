"""Quantities, ranges and ratios as intervals of exact decimals.

The UCUM code decides, the unit text serves where there is none; two that contradict each other make
the value unreadable, as does a missing unit: a bare 0.01 could be 1 % or 0.01 %.
"""

from __future__ import annotations

from dataclasses import dataclass

from mappings.values.numbers import decimal_of
from mappings.values.shapes import Json
from mappings.values.units import Dimension, Unit, unit
from relapse.logic import Interval

UCUM = ("http://unitsofmeasure.org", "https://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8")
NO_UNIT = "no unit"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A value that is there and cannot be used, and why, in a few words without the value."""

    reason: str


def unit_of(quantity: Json) -> Unit | Unclear:
    """What the value of a Quantity is counted in."""
    code, text = str(quantity.get("code", "")), str(quantity.get("unit", ""))
    if not code and not text:
        return Unclear(NO_UNIT)
    by_code, by_text = unit(code) if code else None, unit(text) if text else None
    system = str(quantity.get("system", "")).rstrip("/")
    if code and by_code is None:
        # An unknown code of UCUM is a unit, only none of ours; the text beside it must not overrule
        # it.
        if by_text is None or system in UCUM:
            return Unclear("unit not understood")
        return by_text
    if by_code is not None and by_text is not None and by_code != by_text:
        return Unclear("unit code and unit text contradict each other")
    if by_text is None and "%" in text:
        # "% of lymphocytes" beside a plain "%": the share of other cells than those meant.
        return Unclear("unit text not understood")
    known = by_code or by_text
    return Unclear("unit not understood") if known is None else known


def interval_of(quantity: Json) -> Interval | Unclear:
    """The number of a Quantity with its comparator, in its own unit."""
    value = decimal_of(quantity.get("value"))
    if value is None:
        return Unclear("no readable number")
    comparator = quantity.get("comparator")
    if comparator is None:
        return Interval.exact(value)
    bounds = {
        "<": Interval(None, value, high_open=True),
        "<=": Interval(None, value),
        ">": Interval(value, None, low_open=True),
        ">=": Interval(value, None),
    }.get(str(comparator).replace("≤", "<=").replace("≥", ">="))
    return bounds or Unclear("comparator not understood")


def measured(quantity: Json, dimension: Dimension) -> Interval | Unclear:
    """A Quantity in the unit in which this project counts that dimension."""
    counted_in = unit_of(quantity)
    if isinstance(counted_in, Unclear):
        return counted_in
    if counted_in.dimension is not dimension:
        return Unclear("unit of another kind")
    value = interval_of(quantity)
    return value if isinstance(value, Unclear) else value.scaled(counted_in.factor)


def fraction(quantity: Json) -> Interval | Unclear:
    """A share of cells between 0 and 1."""
    value = measured(quantity, Dimension.FRACTION)
    return value if isinstance(value, Unclear) else possible_share(value)


def possible_share(value: Interval) -> Interval | Unclear:
    """The interval, if a share of cells can lie in it."""
    low_wrong = value.low is not None and (value.low < 0 or value.low > 1)
    high_wrong = value.high is not None and (value.high < 0 or value.high > 1)
    if (
        low_wrong
        or high_wrong
        or (value.low == 1 and value.low_open)
        or (value.high == 0 and value.high_open)
    ):
        return Unclear("no possible share of cells")
    return value


def count(quantity: Json) -> Interval | Unclear:
    """Cells ×10⁹/L."""
    value = measured(quantity, Dimension.COUNT)
    if isinstance(value, Unclear):
        return value
    return Unclear("a negative count") if _negative(value) else value


def _negative(value: Interval) -> bool:
    return (value.low is not None and value.low < 0) or (value.high is not None and value.high < 0)


def of_range(value: Json, dimension: Dimension) -> Interval | Unclear:
    """A Range; its two ends must have the same unit, or one of them none."""
    low, high = value.get("low"), value.get("high")
    if low is None and high is None:
        return Unclear("no readable number")
    named = [end for end in (low, high) if end is not None and (end.get("unit") or end.get("code"))]
    ends: list[Interval | Unclear | None] = []
    for end in (low, high):
        if end is None:
            ends.append(None)
            continue
        if named and not (end.get("unit") or end.get("code")):
            end = {**named[0], "value": end.get("value")}
        ends.append(
            measured(end, dimension)
            if end.get("comparator") is None
            else Unclear("comparator in a range")
        )
    for read in ends:
        if isinstance(read, Unclear):
            return read
    first, last = (read.low if isinstance(read, Interval) else None for read in ends)
    if first is not None and last is not None and first > last:
        return Unclear("a range that ends before it begins")
    return Interval(first, last)


def of_ratio(value: Json) -> Interval | Unclear:
    """A Ratio of cells to cells as their share: 3 of 10 000 = 0.0003."""
    numerator, denominator = value.get("numerator"), value.get("denominator")
    if numerator is None or denominator is None:
        return Unclear("an incomplete ratio")
    for part in (numerator, denominator):
        named = str(part.get("code") or part.get("unit") or "1").strip().lower()
        if named not in _CELL_UNITS:
            return Unclear("a ratio of something other than cells")
    above, below = interval_of(numerator), interval_of(denominator)
    if isinstance(above, Unclear):
        return above
    if isinstance(below, Unclear) or below.low is None or below.low != below.high or below.low <= 0:
        return Unclear("a ratio without a usable denominator")
    whole = below.low
    # Divided, not multiplied by an inverse: 3 of 30 000 must be exactly 0.0001.
    low, high = (None if bound is None else bound / whole for bound in (above.low, above.high))
    return possible_share(Interval(low, high, above.low_open, above.high_open))


_CELL_UNITS = frozenset(
    {"1", "cells", "{cells}", "cell", "{cell}", "{blasts}", "{nucleated cells}", "nucleated cells"}
)

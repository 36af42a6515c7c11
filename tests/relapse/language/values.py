"""Days and numbers as a clinician writes them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from relapse.dates import DateRange
from relapse.logic import Interval
from relapse.policy import Policy

T0 = date(2026, 6, 15)
RELAPSE = "2026-06-08"
"""Day of the relapse work-up in most stories: a week before T0."""
US = Policy()
EU = Policy(jurisdiction="EU")
BOTH = (US, EU)

Number = str | int | float | Decimal


def days_before(count: int, day: date = T0) -> str:
    """The ISO date ``count`` days before ``day``."""
    return (day - timedelta(days=count)).isoformat()


def when(text: str | None) -> DateRange | None:
    return None if text is None else DateRange.parse(text)


def exact(value: Number) -> Interval:
    return Interval.exact(Decimal(str(value)))


def percent(value: Number | Interval) -> Interval:
    interval = value if isinstance(value, Interval) else exact(value)
    return interval.scaled(Decimal("0.01"))


def under(limit: Number) -> Interval:
    """ "<limit": open on the side of the limit."""
    return Interval(Decimal(0), Decimal(str(limit)), high_open=True)


def over(limit: Number) -> Interval:
    """ ">limit"."""
    return Interval(Decimal(str(limit)), None, low_open=True)


def between(low: Number, high: Number) -> Interval:
    return Interval(Decimal(str(low)), Decimal(str(high)))

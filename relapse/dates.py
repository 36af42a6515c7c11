"""Calendar dates as intervals, and month arithmetic (clinical model 0.3)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from relapse.logic import Tri

_SHORTEST_MONTH = 28
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later (or earlier), clamped to the last day of that month.

    Records end a plan "at the end of time" (9999-12-31): results are held inside the calendar.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    last = calendar.monthrange(year, month + 1)[1] if day.day > _SHORTEST_MONTH else day.day
    return date(year, month + 1, min(day.day, last))


def add_days(day: date, days: int) -> date:
    """The day ``days`` later (or earlier), held inside the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days on which something may have happened: one day, or a month, a year, any span."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise ValueError("a date range ends before it begins")

    @classmethod
    def day(cls, day: date) -> DateRange:
        return cls(day, day)

    @classmethod
    def parse(cls, text: str) -> DateRange:
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ValueError for anything else."""
        match = _PARTIAL.fullmatch(text)
        if match is None:
            raise ValueError("not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return cls.day(date(year, month, day))

    @property
    def exact(self) -> bool:
        return self.earliest == self.latest

    def __str__(self) -> str:
        """ISO form at the precision recorded (CARD-03)."""
        first, last = self.earliest, self.latest
        if first == last:
            return first.isoformat()
        if first.day == 1 and last == last.replace(
            day=calendar.monthrange(last.year, last.month)[1]
        ):
            if (first.year, first.month) == (last.year, last.month):
                return f"{first.year:04d}-{first.month:02d}"
            if first.year == last.year and (first.month, last.month) == (1, 12):
                return f"{first.year:04d}"
        return f"{first.isoformat()} to {last.isoformat()}"

    def before(self, other: DateRange) -> Tri:
        """Whether this lies on an earlier day than ``other``."""
        if self.latest < other.earliest:
            return Tri.MET
        return Tri.NOT_MET if self.earliest >= other.latest else Tri.UNKNOWN

    def on_or_after(self, other: DateRange) -> Tri:
        return ~self.before(other)

    def after(self, other: DateRange) -> Tri:
        return other.before(self)

    def near(self, other: DateRange, days: int) -> bool:
        """Whether the two can lie no more than ``days`` apart."""
        return self.earliest <= add_days(other.latest, days) and other.earliest <= add_days(
            self.latest, days
        )

    def shifted(self, days: int = 0, months: int = 0) -> DateRange:
        """The range moved by calendar months, then by days."""
        earliest, latest = self.earliest, self.latest
        if months:
            earliest, latest = add_months(earliest, months), add_months(latest, months)
        return DateRange(add_days(earliest, days), add_days(latest, days))

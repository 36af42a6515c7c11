"""Moments as RFC 3339 writes them (section 5.6), which CDS Hooks uses for feedback (C-178)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,100}))?"
    r"(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
_LEAP_SECOND = 60


def read_timestamp(value: str) -> datetime:
    """The moment in UTC, to the microsecond; ValueError for anything but a date, a time with
    seconds, and ``Z`` or an offset. A leap second is the second after it.
    """
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        raise ValueError("no RFC 3339 timestamp")
    year, month, day, hour, minute, second = (int(match[index]) for index in range(1, 7))
    leap = second == _LEAP_SECOND
    local = datetime(
        year,
        month,
        day,
        hour,
        minute,
        second - leap,
        int((match[7] or "0")[:6].ljust(6, "0")),
        timezone(_offset(match)),
    )
    try:
        return (local + timedelta(seconds=leap)).astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


def _offset(match: re.Match[str]) -> timedelta:
    if match[8]:
        return timedelta(0)
    offset = timedelta(hours=int(match[10]), minutes=int(match[11]))
    return -offset if match[9] == "-" else offset

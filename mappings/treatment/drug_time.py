"""When a drug was taken: first and last day, and whether it is still running (mapping rule 33)."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.context import Context, Record
from mappings.values import when
from relapse.dates import DateRange


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of one use of a drug."""

    start: DateRange | None
    end: DateRange | None
    running: bool
    inferred: bool
    """The first day is only that of an order."""


def time_of(context: Context, record: Record, status: str, name: str) -> Span:
    """When the drug of an administration, statement or order was taken."""
    data, inferred = record.data, False
    start: DateRange | None = None
    end: DateRange | None = None
    is_open = False
    if record.item.kind == "MedicationRequest":
        periods = [
            period
            for dosage in data.get("dosageInstruction", [])
            if (period := dosage.get("timing", {}).get("repeat", {}).get("boundsPeriod"))
        ]
        starts = [
            day for period in periods if (day := when.of_day(period.get("start"))) is not None
        ]
        ends = [day for period in periods if (day := when.of_day(period.get("end"))) is not None]
        start = min(starts, key=lambda day: day.earliest, default=None)
        if len(ends) == len(periods):
            end = max(ends, key=lambda day: day.latest, default=None)
        is_open = end is None
        if start is None:
            start, inferred = when.of_day(data.get("authoredOn")), True
        unreadable = record.is_unreadable("dosageInstruction") or (
            start is None and record.is_unreadable("authoredOn")
        )
    else:
        period = data.get("effectivePeriod")
        if period is not None:
            start, end = when.of_day(period.get("start")), when.of_day(period.get("end"))
            is_open = end is None
        else:
            start = when.of_day(data.get("effectiveDateTime"))
            # A single moment is its own end; a statement's moment only says that it was true then.
            end = start if record.item.kind == "MedicationAdministration" else None
            is_open = record.item.kind == "MedicationStatement"
        unreadable = record.is_unreadable("effective")
    if unreadable:
        context.list_unread(record.item, "a date that cannot be read", name)
        if record.is_unreadable("effectiveDateTime", "effectivePeriod.start"):
            start = None
        if record.is_unreadable("effectivePeriod.end"):
            end = None
    if start is not None and end is not None and end.latest < start.earliest:
        context.list_unread(record.item, "a period that ends before it begins", name)
        start, end = None, None
    runs = status in ("active", "in-progress", "on-hold") and (
        (is_open and end is None) or (end is not None and end.latest > context.as_of)
    )
    if status == "in-progress" and end is start:
        runs, end = True, None
    running = runs and not (unreadable and end is None)
    return Span(start, end, running, inferred and start is not None)

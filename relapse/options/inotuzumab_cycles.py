"""Cycles of inotuzumab on record (IN-04, P-07)."""

from __future__ import annotations

from relapse.case import Case
from relapse.course.courses import COURSE_GAP_DAYS
from relapse.dates import DateRange, add_days
from relapse.facts import Agent, Given

_CYCLE_DAYS = 28
_DOSING_DAYS = 21
"""The shortest cycle: a dose that comes later in a plan begins the next one."""


def cycles(case: Case) -> list[DateRange]:
    """First days of the inotuzumab cycles: one plan each, or doses at least 14 days apart (encoding
    10.5). Doses of one plan within three weeks, of days 1, 8 and 15, are one cycle.
    """
    history = case.course.history
    plans = [
        (course.start, course.end)
        for course in history.courses_with(Agent.INOTUZUMAB)
        if course.from_plan and course.start is not None
    ]
    # A plan that goes on for longer, or has no end, tells of more than one cycle.
    single = [
        (start, end)
        for start, end in plans
        if end is not None and end.latest < add_days(start.latest, _CYCLE_DAYS)
    ]
    found = [start for start, _ in single]
    last: DateRange | None = None
    for dose in sorted(_doses(case), key=lambda when: when.earliest):
        planned = any(_inside(dose, plan) for plan in single) or any(
            _inside(dose, plan) and _inside(first, plan) and _same_cycle(first, dose)
            for plan in plans
            for first in found
        )
        is_apart = last is None or dose.earliest >= add_days(last.latest, COURSE_GAP_DAYS)
        if is_apart and not planned:
            found.append(dose)
        last = dose
    return max(
        [start for start, _ in plans], sorted(found, key=lambda when: when.earliest), key=len
    )


def _inside(day: DateRange, plan: tuple[DateRange, DateRange | None]) -> bool:
    start, end = plan
    return start.earliest <= day.latest and (end is None or day.earliest <= end.latest)


def _same_cycle(first: DateRange, dose: DateRange) -> bool:
    return first.earliest <= dose.latest and dose.earliest < add_days(first.latest, _DOSING_DAYS)


def _doses(case: Case) -> list[DateRange]:
    """The days of doses that were, or may have been, given."""
    return [
        use.when
        for use in case.course.history.uses_of((Agent.INOTUZUMAB,))
        if use.when is not None and use.given is not Given.ORDERED
    ]

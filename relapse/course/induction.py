"""The first induction, and its failure (REL-10)."""

from __future__ import annotations

from datetime import date

from relapse.assessment import FactUsed
from relapse.course.leukaemia_seen import LeukaemiaSeen
from relapse.course.treatment import TreatmentHistory
from relapse.dates import DateRange, add_days
from relapse.rules import rule

BLASTS_PERSIST_AFTER_DAYS = 28
INDUCTION_WINDOW_DAYS = 42


def induction_start(
    history: TreatmentHistory, first_diagnosed: DateRange | None
) -> DateRange | None:
    """First day of the first course on record (encodings 10.2, 10.8b); without courses unknown.

    A plan recorded as beginning up to two weeks before the diagnosis was entered is the induction
    all the same.
    """
    for course in history.courses:
        if course.start is None:
            continue
        if first_diagnosed is None or course.start.latest >= add_days(
            first_diagnosed.earliest, -14
        ):
            return course.start
    return None


@rule("REL-10", "Primary induction failure", "S36")
def induction_failed(
    start: DateRange | None,
    seen: tuple[LeukaemiaSeen, ...],
    history: TreatmentHistory,
    until: date,
) -> tuple[FactUsed, ...]:
    """Leukaemia seen from day 28 of induction on, with a further course given or 42 days gone; else
    nothing.
    """
    if start is None:
        return ()
    late = [
        item
        for item in seen
        if item.when.earliest >= add_days(start.latest, BLASTS_PERSIST_AFTER_DAYS)
    ]
    late = [item for item in late if item.when.earliest <= until]
    if not late:
        return ()
    further = [
        course
        for course in history.courses
        if course.start is not None
        and course.start.earliest > start.latest
        and course.start.earliest <= until
    ]
    if further or until >= add_days(start.latest, INDUCTION_WINDOW_DAYS):
        return tuple(item.used for item in late)
    return ()

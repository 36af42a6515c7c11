"""Evidence of active disease that is too old to say what is the case today (REL-12, POL-07)."""

from __future__ import annotations

from relapse.course.findings import Findings
from relapse.course.marrow import FIVE_PERCENT
from relapse.dates import DateRange, add_days
from relapse.logic import Tri
from relapse.rules import rule


@rule("REL-12", "Evidence of active disease out of date", "POL")
def outdated(found: Findings, newest: DateRange | None) -> bool:
    """The newest evidence is older than POL-07, with therapy since and no newer marrow: the state
    is not known, and D-BM asks.

    Residual disease alone is no newer marrow: it does not show that the disease goes on (E-14).
    """
    if newest is None or add_days(newest.latest, found.policy.status_max_age) >= found.as_of:
        return False
    newer_marrow = any(
        marrow.when.earliest > newest.latest
        for marrow in found.marrows
        if marrow.has_blast_count or marrow.reaches(FIVE_PERCENT) is Tri.MET
    )
    return not newer_marrow and _treated_since(found, newest)


def _treated_since(found: Findings, day: DateRange) -> bool:
    events = [*found.history.transplants, *found.history.car_t]
    return any(
        course.running
        or (course.start is not None and course.start.latest >= day.earliest)
        or (course.end is not None and course.end.latest > day.latest)
        for course in found.history.courses
    ) or any(event.when is not None and event.when.latest >= day.earliest for event in events)

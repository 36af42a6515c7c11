"""Criteria that more than one therapy asks for."""

from __future__ import annotations

from relapse.case import Case
from relapse.course.refractory import courses_since, may_have_treated
from relapse.dates import DateRange, add_days
from relapse.logic import Tri
from relapse.rules import rule


@rule("G-09", "Long-standing remission", "POL")
def remission_is_new(case: Case) -> Tri:
    """Whether the present CR2 or later was reached no longer than POL-33 ago; unknown without its
    date.

    One that only residual disease shows was reached on that day or before, since the relapse.
    """
    remission, relapse = case.course.remission, case.course.latest_relapse
    if remission is None or remission.when is None:
        return Tri.UNKNOWN
    days = case.policy.consolidation_window
    reached: DateRange | None = remission.when
    if case.course.remission_by_residue:
        reached = None if relapse is None else relapse.newest_evidence()
    if reached is not None and add_days(reached.earliest, days) >= case.as_of:
        return Tri.MET
    return Tri.NOT_MET if add_days(remission.when.latest, days) < case.as_of else Tri.UNKNOWN


def reinduced(case: Case) -> Tri:
    """Whether a course of the present relapse is completed: a second line after the front line.

    One that has just begun is no prior therapy.
    """
    history, relapse = case.course.history, case.course.relapse_date
    courses = courses_since(history, relapse)
    if any(course.completed_by(case.as_of) for course in courses):
        return Tri.MET
    if any(may_have_treated(course, relapse, case.as_of) for course in history.courses):
        return Tri.UNKNOWN
    return Tri.NOT_MET if courses else history.absent()

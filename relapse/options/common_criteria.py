"""Criteria that more than one therapy asks for."""

from __future__ import annotations

from relapse.case import Case
from relapse.course.refractory import courses_since
from relapse.dates import add_days
from relapse.logic import Tri
from relapse.rules import rule


@rule("G-09", "Long-standing remission", "POL")
def remission_is_new(case: Case) -> Tri:
    """Whether the present CR2 or later was reached no longer than POL-33 ago; unknown without its
    date.
    """
    remission = case.course.remission
    if remission is None or remission.when is None:
        return Tri.UNKNOWN
    days = case.policy.consolidation_window
    if add_days(remission.when.earliest, days) >= case.as_of:
        return Tri.MET
    return Tri.NOT_MET if add_days(remission.when.latest, days) < case.as_of else Tri.UNKNOWN


def relapsed_treated(case: Case) -> Tri:
    """Whether a course of the present relapse was given: a second line after the front line."""
    courses = courses_since(case.course.history, case.course.relapse_date)
    return Tri.MET if courses else case.course.history.absent()

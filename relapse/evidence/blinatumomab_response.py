"""How the leukaemia answered earlier blinatumomab (BL-11, P-18)."""

from __future__ import annotations

from datetime import date

from relapse.assessment import FactUsed
from relapse.course.courses import Course
from relapse.course.disease import DiseaseCourse
from relapse.course.marrow import FIVE_PERCENT, Marrow
from relapse.dates import DateRange, add_days
from relapse.facts import Agent, StopReason
from relapse.logic import Tri

WINDOW_BEFORE_END_DAYS = 14
WINDOW_AFTER_END_DAYS = 28


def no_response(course: DiseaseCourse) -> tuple[FactUsed, ...]:
    """Non-response: documented, or the first marrow around the end of a course from 5 % on.

    Around: from 14 days before to 28 days after the end, and before any other course.
    """
    facts = [
        FactUsed.of(use, f"{use.name}: no response")
        for use in course.history.uses_of((Agent.BLINATUMOMAB,))
        if use.stop_reason is StopReason.FAILED
    ]
    for span in course.history.exposures(Agent.BLINATUMOMAB):
        marrow = _marrow_around_end(span, course)
        if marrow is not None and marrow.reaches(FIVE_PERCENT) is Tri.MET:
            facts += marrow.facts
    return tuple(facts)


def _marrow_around_end(span: Course, course: DiseaseCourse) -> Marrow | None:
    if span.end is None:
        return None
    end = span.end
    first = add_days(end.earliest, -WINDOW_BEFORE_END_DAYS)
    next_courses = [
        other.start.earliest
        for other in course.history.courses
        if other.start is not None
        and other is not span
        and (
            other.start.earliest > end.latest
            or (other.start.earliest == end.latest and Agent.BLINATUMOMAB not in other.agents)
        )
    ]
    last = min(add_days(end.latest, WINDOW_AFTER_END_DAYS), min(next_courses, default=date.max))
    return next((item for item in course.marrows if first <= item.when.earliest <= last), None)


def relapse_during(course: DiseaseCourse, window_days: int) -> tuple[FactUsed, ...]:
    """The facts of relapses dated during a course, or no later than ``window_days`` after its
    last dose.
    """
    spans = course.history.exposures(Agent.BLINATUMOMAB)
    return tuple(
        used
        for relapse in course.timeline.relapses
        if relapse.when is not None and any(_on(span, relapse.when, window_days) for span in spans)
        for used in relapse.facts
    )


def _on(span: Course, relapsed: DateRange, window_days: int) -> bool:
    if span.start is None or relapsed.earliest < span.start.earliest:
        return False
    if span.end is None:
        return span.running
    return relapsed.earliest <= add_days(span.end.latest, window_days)

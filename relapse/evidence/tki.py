"""Tyrosine kinase inhibitors: which were given, and which failed (E-26, E-04)."""

from __future__ import annotations

from relapse.assessment import FactUsed
from relapse.course.disease import DiseaseCourse
from relapse.facts import TYROSINE_KINASE_INHIBITORS, Agent, DrugUse, StopReason
from relapse.logic import Tri


def uses(course: DiseaseCourse) -> tuple[DrugUse, ...]:
    """Every recorded use of a tyrosine kinase inhibitor."""
    return course.history.uses_of(TYROSINE_KINASE_INHIBITORS)


def failures(course: DiseaseCourse) -> list[DrugUse]:
    """Uses that the record calls failed, or during which the leukaemia relapsed."""
    return [
        use
        for use in uses(course)
        if use.stop_reason is StopReason.FAILED or _relapsed_during(use, course)
    ]


def _relapsed_during(use: DrugUse, course: DiseaseCourse) -> bool:
    if use.stop_reason is not None or use.when is None:
        return False
    for relapse in course.timeline.relapses:
        when = relapse.when
        if when is None or use.when.before(when) is not Tri.MET:
            continue
        if use.running or (use.until is not None and use.until.on_or_after(when) is Tri.MET):
            return True
    return False


def failed_at_least(course: DiseaseCourse, number: int) -> Tri:
    """Whether at least ``number`` different inhibitors failed; unknown where the outcome of others
    is not recorded.
    """
    failed = {use.agent for use in failures(course)}
    if len(failed) >= number:
        return Tri.MET
    intolerant = {use.agent for use in uses(course) if use.stop_reason is StopReason.INTOLERANT}
    given = {use.agent for use in uses(course)} - (intolerant - failed)
    if len(given) >= number:
        return Tri.UNKNOWN
    return course.history.absent()


def facts(course: DiseaseCourse) -> tuple[FactUsed, ...]:
    """Each use in words: running, failed, not tolerated, or stopped; until when, where it is over.
    The date of the fact is its beginning.
    """
    failed = failures(course)
    return tuple(
        FactUsed.of(use, f"{use.name}: {_outcome(use, use in failed)}{_until(use)}")
        for use in uses(course)
    )


def _until(use: DrugUse) -> str:
    return "" if use.running or use.until is None else f" (until {use.until})"


def _outcome(use: DrugUse, failed: bool) -> str:
    if use.stop_reason is StopReason.INTOLERANT:
        return "not tolerated"
    if failed:
        return "failed"
    return "running" if use.running else "outcome not recorded"


def given(course: DiseaseCourse, agent: Agent) -> bool:
    return any(use.agent is agent for use in uses(course))

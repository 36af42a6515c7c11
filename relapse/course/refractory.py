"""Refractory disease (E-14, POL-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relapse.assessment import FactUsed
from relapse.course.courses import Course
from relapse.course.diagnosis import all_entries, describe
from relapse.course.findings import Findings
from relapse.course.marrow import FIVE_PERCENT, Marrow
from relapse.course.timeline import Relapse, Timeline
from relapse.course.treatment import TreatmentHistory
from relapse.dates import DateRange
from relapse.facts import Chart, Phase, Response, ResponseStatement
from relapse.logic import Tri
from relapse.rules import rule


@dataclass(frozen=True, slots=True)
class Refractory:
    """Whether the present episode is refractory, and what shows it."""

    state: Tri
    facts: tuple[FactUsed, ...] = ()
    course_completed: Tri = Tri.NOT_MET
    """Whether a reinduction course of the present episode has been completed."""


def documented(chart: Chart, since: DateRange | None) -> tuple[FactUsed, ...]:
    """Statements and codes of refractory disease of the present episode; an undated one is of the
    present.
    """
    facts = []
    for statement in chart.of(ResponseStatement):
        if (
            statement.final
            and statement.response is Response.REFRACTORY
            and _in_episode(statement.when, since)
        ):
            facts.append(FactUsed.of(statement, statement.text or "refractory"))
    for entry in all_entries(chart):
        refractory = entry.phase is Phase.REFRACTORY or entry.refractory_relapse
        if refractory and _in_episode(entry.when or entry.recorded, since):
            facts.append(FactUsed.of(entry, describe(entry)))
    return tuple(facts)


def _since(line: Timeline, relapse: Relapse) -> DateRange | None:
    """The first day that belongs to the relapse: it may be called refractory before the first
    marrow of it that is on record.
    """
    remitted = line.before(relapse).newest_evidence()
    return relapse.when if remitted is None else remitted.shifted(days=1)


def _in_episode(when: DateRange | None, since: DateRange | None) -> bool:
    return when is None or since is None or when.latest >= since.earliest


def courses_since(history: TreatmentHistory, relapse: DateRange | None) -> list[Course]:
    """Courses of the present episode: those begun on or after the relapse (encoding 10.3b)."""
    if relapse is None:
        return []
    return [course for course in history.courses if course.begun_before(relapse) is Tri.NOT_MET]


@rule("E-14", "Refractory relapse", "S36", "S25", "S16", "POL")
def of_relapse(found: Findings, line: Timeline) -> Refractory:
    """Whether the latest relapse is: documented, or a completed course of it followed by a marrow
    from 5 % on.

    Not refractory while no course of this relapse is completed; unknown where one is and no marrow
    followed, and where no treatment is on record at all.
    """
    episode = line.relapses[-1]
    relapse = episode.when
    history, as_of = found.history, found.as_of
    facts = documented(found.chart, _since(line, episode))
    courses = courses_since(history, relapse)
    completed = [course for course in courses if course.completed_by(as_of)]
    done = Tri.MET if completed else history.absent()
    if facts:
        return Refractory(Tri.MET, facts, done)
    possible = [item for item in history.courses if may_have_treated(item, relapse, as_of)]
    if not completed and possible:
        return Refractory(Tri.UNKNOWN, possible[-1].facts, Tri.UNKNOWN)
    if not completed:
        return Refractory(Tri.NOT_MET if history.known else Tri.UNKNOWN, (), done)
    for course in completed:
        after = _first_marrow_after(course, courses, found.marrows)
        if after is not None and after.reaches(FIVE_PERCENT) is Tri.MET:
            return Refractory(Tri.MET, (*course.facts, *after.facts), Tri.MET)
    return Refractory(Tri.UNKNOWN, completed[-1].facts, Tri.MET)


def may_have_treated(course: Course, relapse: DateRange | None, as_of: date) -> bool:
    """Whether a completed course may belong to this relapse: it is not shown to have begun or ended
    before it.
    """
    if relapse is None or course.end is None or not course.completed_by(as_of):
        return False
    return Tri.MET not in (course.begun_before(relapse), course.end.before(relapse))


def _first_marrow_after(
    course: Course, courses: list[Course], marrows: tuple[Marrow, ...]
) -> Marrow | None:
    assert course.end is not None
    end = course.end
    starts = [
        other.start.earliest
        for other in courses
        if other is not course and other.start is not None and other.start.earliest >= end.earliest
    ]
    until = min(starts, default=date.max)
    return next(
        (
            marrow
            for marrow in marrows
            if marrow.when.earliest >= end.latest and marrow.when.earliest <= until
        ),
        None,
    )

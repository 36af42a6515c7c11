"""The first relapse as the timing schemes see it: diagnosis, end of primary therapy, relapse (E-19,
encodings 10.2).
"""

from __future__ import annotations

from dataclasses import replace

from relapse.assessment import FactUsed
from relapse.course.courses import COURSE_GAP_DAYS, Course
from relapse.course.diagnosis import describe
from relapse.course.disease import DiseaseCourse
from relapse.course.timing import FirstRelapse
from relapse.dates import DateRange, add_days
from relapse.logic import Tri


def first_relapse(course: DiseaseCourse) -> FirstRelapse | None:
    """The only relapse so far; ``None`` before any, and after a second (later relapses are not
    classed).
    """
    if course.relapse_count != 1 or not course.timeline.relapses:
        return None
    relapsed = course.timeline.relapses[0].when
    end, on_therapy = primary_therapy(course, relapsed)
    return FirstRelapse(
        course.diagnosis.first_diagnosed,
        relapsed,
        end,
        on_therapy,
        course.involvement,
        course.diagnosis.lineage,
        _facts(course, relapsed),
    )


def _facts(course: DiseaseCourse, relapsed: DateRange | None) -> tuple[FactUsed, ...]:
    """What the timing rests on: the first diagnosis, primary therapy with its end, the relapse."""
    found = []
    first = course.diagnosis.first
    if first is not None:
        found.append(FactUsed.of(first, describe(first)))
    if relapsed is not None:
        grafts = course.history.grafts_before(relapsed)
        found += [FactUsed.of(item, item.text or "transplant") for item in grafts]
        for item in course.history.courses:
            if item.begun_before(relapsed) is not Tri.NOT_MET:
                until = "running" if item.running else f"until {item.end or 'an unknown day'}"
                found += [replace(used, text=f"{used.text}, {until}") for used in item.facts]
    return (*found, *course.timeline.relapses[0].facts)


def primary_therapy(
    course: DiseaseCourse, relapsed: DateRange | None
) -> tuple[DateRange | None, Tri]:
    """(end of primary therapy, whether the relapse came during it).

    The last course begun before the relapse ends it, unless a transplant in first remission did.
    Courses from doses alone count as running for 14 days after the last dose.
    """
    if relapsed is None:
        return None, Tri.UNKNOWN
    grafts = course.history.grafts_before(relapsed)
    if grafts:
        return grafts[-1].when, Tri.NOT_MET
    courses = course.history.courses
    surely = _ended([item for item in courses if item.begun_before(relapsed) is Tri.MET], relapsed)
    perhaps = [item for item in courses if item.begun_before(relapsed) is not Tri.NOT_MET]
    # A course known to the month of the relapse may belong to either line of therapy.
    return surely if _ended(perhaps, relapsed) == surely else (None, Tri.UNKNOWN)


def _ended(front_line: list[Course], relapsed: DateRange) -> tuple[DateRange | None, Tri]:
    if not front_line:
        return None, Tri.UNKNOWN
    if any(item.running for item in front_line):
        return None, Tri.MET
    ends = [item.end for item in front_line]
    if any(end is None for end in ends):
        return None, Tri.UNKNOWN
    last = max((end for end in ends if end is not None), key=lambda end: end.latest)
    by_doses = any(item.end == last and not item.from_plan for item in front_line)
    grace = COURSE_GAP_DAYS - 1 if by_doses else 0
    ended = relapsed.after(DateRange(last.earliest, add_days(last.latest, grace)))
    return last, ~ended

"""Courses of treatment, from plans and from doses outside every plan (E-26)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from relapse.assessment import FactUsed
from relapse.dates import DateRange, add_days
from relapse.facts import TYROSINE_KINASE_INHIBITORS, Agent, DrugUse, Given, TreatmentPlan
from relapse.logic import Tri

COURSE_GAP_DAYS = 14
"""Doses this far apart belong to different courses; a course has ended after as long without a
dose.
"""


@dataclass(frozen=True)
class Course:
    """One course of treatment. ``end`` is ``None`` while it runs or where no end is known."""

    start: DateRange | None
    end: DateRange | None
    running: bool
    agents: frozenset[Agent]
    facts: tuple[FactUsed, ...]
    from_plan: bool = True
    """A recorded plan, rather than doses that stand outside every plan."""
    last_dose: DateRange | None = None
    """Of doses: the last day so far, unless a dose still runs."""

    def begun_before(self, day: DateRange) -> Tri:
        """Whether the course began before ``day``: it then belongs to the earlier line of
        therapy.
        """
        return Tri.UNKNOWN if self.start is None else self.start.before(day)

    def over_or_advanced(self, when: DateRange, days: int) -> bool:
        """Whether the course has ended by ``when``, or began at least ``days`` before it."""
        if self.start is None:
            return False
        over = self.end is not None and self.end.latest <= when.earliest
        return over or when.earliest >= add_days(self.start.latest, days)

    def overlaps(self, other: Course) -> bool:
        """Whether both may have run on the same day; never where a start is not known."""
        if self.start is None or other.start is None:
            return False
        own_end = date.max if self.end is None else self.end.latest
        other_end = date.max if other.end is None else other.end.latest
        return self.start.earliest <= other_end and other.start.earliest <= own_end

    @property
    def order(self) -> tuple[date, date]:
        """By start; those without one first."""
        return _start_key(self.start)

    def completed_by(self, as_of: date) -> bool:
        """Whether the course is over on ``as_of``, also where its end is known to that month
        alone.
        """
        return self.end is not None and self.end.earliest <= as_of


def _counts_as_dose(use: DrugUse) -> bool:
    """Doses make courses; oral TKI and intrathecal doses alone do not, and an infusion ordered may
    not have run.
    """
    if use.agent in TYROSINE_KINASE_INHIBITORS or use.intrathecal or use.when is None:
        return False
    return use.oral or use.given is not Given.ORDERED


def courses_of(
    plans: list[TreatmentPlan], drugs: tuple[DrugUse, ...], as_of: date
) -> tuple[Course, ...]:
    """Courses of all plans, each with the doses that fall into it, and of the doses outside every
    plan, in order of their start.
    """
    doses = sorted((use for use in drugs if _counts_as_dose(use)), key=_dose_key)
    inside: dict[int, list[DrugUse]] = {}
    outside: list[DrugUse] = []
    for dose in doses:
        homes = [index for index, plan in enumerate(plans) if _within(dose, plan, as_of)]
        if homes:
            # Nested or overlapping plans: the one that began last is the nearest.
            home = max(homes, key=lambda index: _start_key(plans[index].when))
            inside.setdefault(home, []).append(dose)
        else:
            outside.append(dose)
    courses = [_from_plan(plan, inside.get(index, [])) for index, plan in enumerate(plans)]
    courses += of_doses(outside, as_of)
    return tuple(sorted(courses, key=lambda course: course.order))


def of_doses(doses: Iterable[DrugUse], as_of: date) -> list[Course]:
    """Courses of doses that have a date, cut at gaps of 14 days."""
    groups = _grouped(sorted(doses, key=_dose_key), as_of)
    return [_from_doses(group, as_of) for group in groups]


def _start_key(start: DateRange | None) -> tuple[date, date]:
    return (date.min, date.min) if start is None else (start.earliest, start.latest)


def _dose_key(use: DrugUse) -> tuple[date, date, str]:
    return (*_start_key(use.when), use.source.reference)


def _last_day(use: DrugUse, as_of: date) -> date:
    if use.running:
        return as_of
    end = use.until or use.when
    return as_of if end is None else end.latest


def _within(dose: DrugUse, plan: TreatmentPlan, as_of: date) -> bool:
    if dose.when is None or plan.when is None:
        return False
    end = as_of if plan.running or plan.until is None else plan.until.latest
    return plan.when.earliest <= dose.when.latest and dose.when.earliest <= end


def _from_plan(plan: TreatmentPlan, doses: list[DrugUse]) -> Course:
    facts = (FactUsed.of(plan, plan.text or "treatment plan"),)
    agents = plan.agents | {dose.agent for dose in doses}
    return Course(plan.when, None if plan.running else plan.until, plan.running, agents, facts)


def _grouped(doses: list[DrugUse], as_of: date) -> list[list[DrugUse]]:
    groups: list[list[DrugUse]] = []
    last = date.min
    for dose in doses:
        assert dose.when is not None
        if groups and dose.when.earliest < add_days(last, COURSE_GAP_DAYS):
            groups[-1].append(dose)
        else:
            groups.append([dose])
            last = date.min
        last = max(last, _last_day(dose, as_of))
    return groups


def _from_doses(doses: list[DrugUse], as_of: date) -> Course:
    """Doses with gaps under 14 days, completed once 14 days have passed without a dose (encoding
    10.8b).
    """
    last = max(_last_day(dose, as_of) for dose in doses)
    running = as_of < add_days(last, COURSE_GAP_DAYS)
    first = doses[0].when
    names = sorted({dose.name for dose in doses})
    used = FactUsed(", ".join(names), first, doses[0].source.reference)
    return Course(
        first,
        None if running else DateRange.day(last),
        running,
        frozenset(d.agent for d in doses),
        (used,),
        False,
        None if any(dose.running for dose in doses) else DateRange.day(last),
    )

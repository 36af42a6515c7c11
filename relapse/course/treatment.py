"""What was given, in which courses (E-26): plans, and doses outside every plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from relapse.assessment import FactUsed
from relapse.dates import DateRange, add_days
from relapse.facts import (
    TREATMENT_SECTIONS,
    TYROSINE_KINASE_INHIBITORS,
    Agent,
    CarTInfusion,
    Chart,
    Donor,
    DrugUse,
    Given,
    ProcedureDone,
    ProcedureKind,
    Transplant,
    TreatmentPlan,
)
from relapse.logic import Tri, any_of
from relapse.rules import rule

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

    def completed_by(self, as_of: date) -> bool:
        """Whether the course is over on ``as_of``, also where its end is known to that month
        alone.
        """
        return self.end is not None and self.end.earliest <= as_of


@dataclass(frozen=True)
class TreatmentHistory:
    """Courses in order of their start, and the single events that rules ask for."""

    courses: tuple[Course, ...]
    transplants: tuple[Transplant, ...]
    car_t: tuple[CarTInfusion, ...]
    drugs: tuple[DrugUse, ...]
    procedures: tuple[ProcedureDone, ...]
    any_recorded: bool
    """Whether the record holds any treatment of the leukaemia."""
    complete: bool
    """False where a section that holds treatments could not be had."""
    as_of: date

    @property
    def known(self) -> bool:
        """Whether a treatment that is not recorded may be called "none recorded" (closed world,
        E-26).
        """
        return self.any_recorded and self.complete

    def absent(self) -> Tri:
        """The answer for a treatment that is not recorded: not met where the history is known."""
        return Tri.NOT_MET if self.known else Tri.UNKNOWN

    def uses_of(self, agents: Iterable[Agent]) -> tuple[DrugUse, ...]:
        """Every use of the agents, in the order of the record."""
        wanted = tuple(agents)
        if len(wanted) == 1:
            return self._by_agent.get(wanted[0], ())
        return tuple(use for use in self.drugs if use.agent in wanted)

    @cached_property
    def _by_agent(self) -> Mapping[Agent, tuple[DrugUse, ...]]:
        """Looked at once for each antigen result, so built once for each course."""
        found: dict[Agent, list[DrugUse]] = {}
        for use in self.drugs:
            found.setdefault(use.agent, []).append(use)
        return {agent: tuple(uses) for agent, uses in found.items()}

    def courses_with(self, agent: Agent) -> tuple[Course, ...]:
        return tuple(course for course in self.courses if agent in course.agents)

    def exposures(self, agent: Agent) -> tuple[Course, ...]:
        """Spans of one agent: its doses, cut at gaps of 14 days; a plan where it has no doses."""
        doses = sorted(
            (
                use
                for use in self.uses_of((agent,))
                if use.when is not None and use.given is not Given.ORDERED
            ),
            key=_dose_key,
        )
        spans = [_from_doses(group, self.as_of) for group in _grouped(doses, self.as_of)]
        spans += [
            course
            for course in self.courses_with(agent)
            if course.from_plan and not any(_overlap(course, span) for span in spans)
        ]
        return tuple(sorted(spans, key=lambda span: _start_key(span.start)))

    def received(self, agent: Agent) -> Tri:
        """Whether an infused agent was given: an order alone leaves it unknown (mapping rule
        32).
        """
        states = [
            Tri.UNKNOWN if use.given is Given.ORDERED else Tri.MET for use in self.uses_of((agent,))
        ]
        states += [Tri.MET for course in self.courses_with(agent)]
        return any_of(states) if states else self.absent()

    def grafts_before(self, day: DateRange) -> list[Transplant]:
        """The allogeneic transplants that surely came before ``day``."""
        return [
            item
            for item in self.transplants
            if allogeneic(item) is Tri.MET
            and item.when is not None
            and item.when.before(day) is Tri.MET
        ]

    def done(self, kind: ProcedureKind) -> tuple[ProcedureDone, ...]:
        return tuple(item for item in self.procedures if item.kind is kind)


@rule("E-26", "Treatment history", "POL")
def history(chart: Chart, as_of: date) -> TreatmentHistory:
    """All treatment of the leukaemia on record, cut into courses."""
    plans = [
        plan
        for plan in chart.of(TreatmentPlan)
        if not plan.comfort_care and _begun(plan.when, as_of)
    ]
    drugs = tuple(use for use in chart.of(DrugUse) if _begun(use.when, as_of))
    transplants = tuple(sorted(chart.of(Transplant), key=_order))
    car_t = tuple(sorted(chart.of(CarTInfusion), key=_order))
    procedures = chart.of(ProcedureDone)
    anti_leukaemic = (ProcedureKind.INTRATHECAL, ProcedureKind.DONOR_LYMPHOCYTES)
    return TreatmentHistory(
        _courses(plans, drugs, as_of),
        transplants,
        car_t,
        drugs,
        procedures,
        bool(plans or drugs or transplants or car_t)
        or any(item.kind in anti_leukaemic for item in procedures),
        chart.incomplete.isdisjoint(TREATMENT_SECTIONS),
        as_of,
    )


def _begun(when: DateRange | None, as_of: date) -> bool:
    return when is None or when.earliest <= as_of


def _order(fact: Transplant | CarTInfusion) -> tuple[date, date, str]:
    when = fact.when or DateRange(date.min, date.min)
    return when.earliest, when.latest, fact.source.reference


def allogeneic(transplant: Transplant) -> Tri:
    """Whether a transplant was allogeneic; unknown where the donor type is not stated (mapping rule
    30).
    """
    return {Donor.ALLOGENEIC: Tri.MET, Donor.AUTOLOGOUS: Tri.NOT_MET, Donor.UNKNOWN: Tri.UNKNOWN}[
        transplant.donor
    ]


def _counts_as_dose(use: DrugUse) -> bool:
    """Doses make courses; oral TKI and intrathecal doses alone do not, and an infusion ordered may
    not have run.
    """
    if use.agent in TYROSINE_KINASE_INHIBITORS or use.intrathecal or use.when is None:
        return False
    return use.oral or use.given is not Given.ORDERED


def _courses(
    plans: list[TreatmentPlan], drugs: tuple[DrugUse, ...], as_of: date
) -> tuple[Course, ...]:
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
    courses += [_from_doses(group, as_of) for group in _grouped(outside, as_of)]
    return tuple(sorted(courses, key=lambda course: _start_key(course.start)))


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


def _overlap(plan: Course, span: Course) -> bool:
    if plan.start is None or span.start is None:
        return False
    plan_end = date.max if plan.end is None else plan.end.latest
    span_end = date.max if span.end is None else span.end.latest
    return plan.start.earliest <= span_end and span.start.earliest <= plan_end


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

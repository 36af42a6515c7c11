"""What was given (E-26): courses, single events, and what is known of either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from relapse.course.courses import Course, courses_of, of_doses
from relapse.dates import DateRange
from relapse.facts import (
    TREATMENT_SECTIONS,
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
        spans = of_doses(
            (
                use
                for use in self.uses_of((agent,))
                if use.when is not None and use.given is not Given.ORDERED
            ),
            self.as_of,
        )
        spans += [
            course
            for course in self.courses_with(agent)
            if course.from_plan and not any(course.overlaps(span) for span in spans)
        ]
        return tuple(sorted(spans, key=lambda span: span.order))

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
        courses_of(plans, drugs, as_of),
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

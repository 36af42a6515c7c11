"""One patient on one day, as the rules see it: facts weighed, nothing decided yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from relapse.assessment import Criterion, DiseaseStatus, FactUsed
from relapse.course.build import build
from relapse.course.disease import DiseaseCourse
from relapse.course.first_relapse import first_relapse
from relapse.course.timing import Classes, FirstRelapse, classes
from relapse.course.treatment import allogeneic
from relapse.dates import DateRange
from relapse.evidence import antigens, mrd
from relapse.evidence.age import Age, age_on
from relapse.evidence.antigens import AntigenStatus
from relapse.evidence.genetics import Genetics, genetics
from relapse.evidence.mrd import MrdStatus
from relapse.facts import Antigen, Chart, Fact, Lineage, Transplant
from relapse.logic import Tri, all_of, any_of
from relapse.policy import Policy

EARLY_RELAPSE_DAYS = 180
"""A relapse fewer days after a transplant is an early one (S40)."""


@dataclass(frozen=True)
class Case:
    """What every rule may look at."""

    chart: Chart
    as_of: date
    policy: Policy
    course: DiseaseCourse
    cd19: AntigenStatus
    cd22: AntigenStatus
    mrd: MrdStatus
    genetics: Genetics
    age: Age
    first_relapse: FirstRelapse | None
    """Set for a first relapse only: later ones are not classed."""
    timing: Classes | None
    age_at_relapse: Age | None

    @property
    def us(self) -> bool:
        return self.policy.jurisdiction == "US"

    @property
    def active(self) -> bool:
        return self.course.active

    @property
    def in_remission(self) -> bool:
        return self.course.status is DiseaseStatus.CR

    @property
    def remission_ordinal(self) -> int:
        """Which remission this is; 0 outside one."""
        return self.course.remission_ordinal or 0

    @property
    def b_precursor(self) -> Tri:
        diagnosis = self.course.diagnosis
        return all_of((Tri.of(diagnosis.lineage is Lineage.B), diagnosis.precursor))

    @property
    def adult_protocol(self) -> Tri:
        """Adult by the age at the latest relapse (at diagnosis where there was none), else by the
        age today.
        """
        at_event = self.age_at_relapse.at_least_years(18) if self.age_at_relapse else Tri.UNKNOWN
        if at_event is Tri.UNKNOWN:
            at_event = self.age.at_least_years(18)
        return at_event

    def transplants_since(self, start: DateRange | None) -> tuple[Tri, tuple[FactUsed, ...]]:
        """Whether an allogeneic transplant followed ``start`` (or was ever done, where that is
        ``None``).
        """
        return self._transplanted(lambda item: _follows(item.when, start))

    def transplanted_before_relapse(self) -> tuple[Tri, tuple[FactUsed, ...]]:
        """Whether the latest relapse came after an allogeneic transplant."""
        start = self.course.relapse_date
        if not self.course.timeline.relapses:
            return Tri.NOT_MET, ()
        return self._transplanted(
            lambda item: (
                Tri.UNKNOWN if item.when is None or start is None else item.when.before(start)
            )
        )

    def ever_transplanted(self) -> tuple[Tri, tuple[FactUsed, ...]]:
        return self._transplanted(lambda item: Tri.MET)

    def _transplanted(self, when: Callable[[Transplant], Tri]) -> tuple[Tri, tuple[FactUsed, ...]]:
        states: list[Tri] = []
        facts: list[FactUsed] = []
        for item in self.course.history.transplants:
            state = all_of((allogeneic(item), when(item)))
            states.append(state)
            if state is not Tri.NOT_MET:
                facts.append(FactUsed.of(item, item.text or f"transplant, {item.donor.value}"))
        states.append(self.course.history.absent() if not states else Tri.NOT_MET)
        return any_of(states), tuple(facts)

    def relapsed_early_after_graft(self) -> Tri:
        """Whether the latest relapse came less than 180 days after the last allogeneic transplant
        before it (HS2-01, HS2-02, P-32); not known where that day is missing or too vague.
        """
        relapsed = self.course.relapse_date
        if relapsed is None:
            return Tri.UNKNOWN
        grafts = self.course.history.grafts_before(relapsed)
        if not grafts or grafts[-1].when is None:
            return Tri.UNKNOWN
        return relapsed.before(grafts[-1].when.shifted(days=EARLY_RELAPSE_DAYS))

    # --- Criteria that several options share --------------------------------------------------

    def state_criterion(self) -> Criterion:
        """The disease is active now."""
        return Criterion("relapsed or refractory now", Tri.of(self.active), self.course.facts)

    def precursor_criterion(self) -> Criterion:
        return Criterion(
            "B-cell precursor lineage",
            self.b_precursor,
            self.course.diagnosis.facts,
            ("D-LINEAGE",),
        )

    def antigen_criterion(self, antigen: Antigen) -> Criterion:
        found = self.cd19 if antigen is Antigen.CD19 else self.cd22
        return Criterion(
            f"{antigen.value} positive on leukaemic cells",
            found.positive,
            found.facts,
            (f"D-{antigen.value}",),
            found.reason,
        )

    def age_criterion(self, text: str, state: Tri) -> Criterion:
        return Criterion(text, state, self.age.facts, ("D-AGE",))

    def site_criterion(self) -> Criterion:
        """Marrow involved, or a site that is no sanctuary (any site by policy, POL-14)."""
        involved = self.course.involvement
        state = involved.marrow_or_other
        if self.policy.sanctuary_immunotherapy:
            state = any_of((state, involved.extramedullary))
        return Criterion(
            "marrow involved, or another site outside CNS and testes",
            state,
            involved.facts,
            ("D-BM",),
        )

    def no_isolated_sanctuary_criterion(self) -> Criterion:
        """Not an isolated CNS or testicular relapse (POL-14)."""
        involved = self.course.involvement
        state = ~involved.isolated_sanctuary
        if self.policy.sanctuary_immunotherapy:
            state = Tri.MET
        elif involved.marrow is Tri.UNKNOWN and state is not Tri.NOT_MET:
            # A relapse known from its code alone may be confined to CNS or testes (mapping rule
            # 28).
            state = Tri.UNKNOWN if involved.other is not Tri.MET else Tri.MET
        return Criterion(
            "not an isolated CNS or testicular relapse", state, involved.facts, ("D-BM",)
        )


def _place(fact: Fact) -> tuple[date, str, str]:
    """An order of facts that their order in the record does not change."""
    day = date.min if fact.when is None else fact.when.earliest
    return day, fact.source.reference, type(fact).__name__


def _follows(when: DateRange | None, start: DateRange | None) -> Tri:
    if when is None or start is None:
        return Tri.UNKNOWN
    return when.on_or_after(start)


def build_case(chart: Chart, as_of: date, policy: Policy) -> Case:
    """Weigh the facts of a chart for the rules. What is dated after ``as_of`` is not known yet."""
    known = [fact for fact in chart.facts if fact.when is None or fact.when.earliest <= as_of]
    chart = replace(chart, facts=tuple(sorted(known, key=_place)))
    course = build(chart, as_of, policy)
    first = first_relapse(course)
    timing = classes(first) if first is not None else None
    event = course.episode_start
    return Case(
        chart,
        as_of,
        policy,
        course,
        antigens.status(chart, Antigen.CD19, course, as_of, policy),
        antigens.status(chart, Antigen.CD22, course, as_of, policy),
        mrd.status(chart, course, as_of, policy),
        genetics(chart, course),
        age_on(chart.patient, as_of),
        first,
        timing,
        Age(chart.patient.birth, event.earliest, chart.patient.reference, min(event.latest, as_of))
        if event is not None
        else None,
    )

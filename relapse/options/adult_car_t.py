"""Brexucabtagene and obecabtagene autoleucel (CA-06 to CA-10): one set of rows for both."""

from __future__ import annotations

from relapse.assessment import Criterion, FactUsed, RuleResult, Strength
from relapse.case import Case
from relapse.course.timing import remission_at_most
from relapse.logic import Tri
from relapse.options import common_precautions
from relapse.options.car_t_criteria import (
    after_transplant,
    either,
    first_relapse_only,
    refractory,
    required,
    second_relapse,
)
from relapse.rules import applied, decided, rule


def rows(case: Case) -> list[RuleResult]:
    """The rows that apply; the strongest decides."""
    if case.in_remission:
        return [adult_in_remission(case)]
    years = minimum_years(case)
    old_enough = case.age_criterion(f"{years} years or older", case.age.at_least_years(years))
    if old_enough.state is Tri.NOT_MET:
        return [adult_too_young(case, old_enough)]
    population = trial_population(case)
    found = [adult_label_and_trial(case, old_enough, population)]
    # Where the trial population is met, CA-07 and CA-08 would give a wrong reason while another
    # condition, such as CD19, is unknown.
    if population.state is Tri.MET or case.course.relapse_count != 1:
        return found
    short = short_remission(case).state
    return [
        *found,
        adult_late_relapse(case, old_enough)
        if short is Tri.NOT_MET
        else adult_duration_unknown(case, old_enough),
    ]


def minimum_years(case: Case) -> int:
    return (
        case.policy.adult_car_t_from_years_us if case.us else case.policy.adult_car_t_from_years_eu
    )


def short_remission(case: Case) -> Criterion:
    """CR1 of at most 12 months; the clock starts when CR1 was first documented (E-21)."""
    months = case.policy.adult_short_remission_months
    state = Tri.NOT_MET
    facts: tuple[FactUsed, ...] = ()
    if case.course.relapse_count == 1 and case.course.timeline.remissions:
        first = case.course.timeline.remissions[0]
        state = remission_at_most(first.when, case.course.relapse_date, months)
        facts = first.facts
    return Criterion(
        f"first remission of at most {months} months",
        state,
        facts,
        ("D-CRDATE",),
        "date of first remission not known",
    )


def trial_population(case: Case) -> Criterion:
    """Whom the trials admitted (CA-06)."""
    return either(
        "refractory, second or later relapse, relapse after transplant, or short first remission",
        refractory(case),
        second_relapse(case),
        after_transplant(case),
        short_remission(case),
    )


@rule(
    "CA-06",
    "Adult CAR-T products: within label and trial population",
    "S18",
    "S20",
    "S19",
    "S22",
    "S21",
)
def adult_label_and_trial(case: Case, old_enough: Criterion, population: Criterion) -> RuleResult:
    """Refractory, second or later relapse, relapse after transplant, or first remission of at most
    12 months.
    """
    return decided("CA-06", (*required(case), old_enough, population), Strength.EVAL)


@rule("CA-07", "Adult CAR-T products: first relapse after a longer remission", "S20", "S21")
def adult_late_relapse(case: Case, old_enough: Criterion) -> RuleResult:
    """Within the US label, outside trial entry; strength by POL-16."""
    strength = Strength[case.policy.late_adult_car_t]
    longer = short_remission(case)
    criteria = (
        *required(case),
        old_enough,
        first_relapse_only(case),
        Criterion(
            f"first remission longer than {case.policy.adult_short_remission_months} months",
            ~longer.state,
            longer.facts,
        ),
    )
    note = (
        "Within the label, outside trial entry: first relapse after more than 12 "
        "months of remission."
    )
    return decided("CA-07", criteria, strength, note=note)


@rule("CA-08", "Adult CAR-T products: duration of first remission unknown", "S20")
def adult_duration_unknown(case: Case, old_enough: Criterion) -> RuleResult:
    """First relapse whose first remission has no date: may be considered, the date is asked for."""
    criteria = (*required(case), old_enough, first_relapse_only(case))
    return decided(
        "CA-08", criteria, Strength.CONS, note="Duration of the first remission not known."
    )


@rule("CA-09", "Adult CAR-T products: age", "S18", "S20")
def adult_too_young(case: Case, old_enough: Criterion) -> RuleResult:
    """Below the age of the label."""
    reason = common_precautions.reason_with_age_limit(
        case, "age below the label", minimum_years(case) * 12
    )
    return applied("CA-09", Tri.MET, old_enough, strength=Strength.NOT, note=reason)


@rule("CA-10", "Adult CAR-T products: in remission", "S18", "S20")
def adult_in_remission(case: Case) -> RuleResult:
    """Any remission."""
    criterion = Criterion("in remission", Tri.MET, case.course.facts)
    return applied("CA-10", Tri.MET, criterion, strength=Strength.NOT, note="in remission")

"""What holds for every patient: order, unrelated facts, missing results, the calendar, no crash."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relapse import facts as f
from relapse.assessment import Assessment, Effect, Option, Strength
from relapse.dates import DateRange, add_months
from relapse.evaluate import evaluate
from relapse.logic import Interval, Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    EU,
    RELAPSE,
    T0,
    US,
    Answer,
    Story,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
    second_relapse,
    t_cell_relapse,
    third_remission,
)

REPEATABLE = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
policies = st.sampled_from(BOTH)

# --- Patients with a course that makes sense -----------------------------------------------------

COURSES: tuple[Story, ...] = (
    child_first_relapse(),
    child_first_relapse(blasts=70, dx="2021-05-01", cr1="2021-06-05", eot="2023-08-01"),
    adult_first_relapse(),
    adult_short_remission(),
    second_relapse(),
    second_relapse(birth="2012-01-15"),
    t_cell_relapse(),
    child_second_remission(),
    child_second_remission().mrd_negative(),
    child_second_remission().mrd("2026-06-05", "0.05"),
    child_early_second_remission().mrd("2026-06-05", "0.5"),
    adult_second_remission().mrd("2026-06-05", "0.3"),
    third_remission().mrd("2026-06-05", "0.5"),
    first_remission(),
    first_remission().mrd("2026-06-05", "0.3"),
)

Change = Callable[[Story], Story]
EVENTS: tuple[Change, ...] = (
    lambda s: s.transplant("2025-09-01"),
    lambda s: s.transplant("2026-05-20"),
    lambda s: s.transplant("2025-09-01", f.Donor.UNKNOWN),
    lambda s: s.car_t("2025-11-01"),
    lambda s: s.drug(f.Agent.BLINATUMOMAB, "2026-05-01", "2026-05-28"),
    lambda s: s.drug(f.Agent.INOTUZUMAB, "2025-10-01", "2025-10-15"),
    lambda s: s.tki(f.Agent.DASATINIB, "2026-01-01", running=True),
    lambda s: s.ph(Tri.MET),
    lambda s: s.gene(RELAPSE, f.Lesion.KMT2A, Tri.MET),
    lambda s: s.complication(f.Complication.INFECTION),
    lambda s: s.complication(f.Complication.VOD, Tri.NOT_MET, "2025-10-01"),
    lambda s: s.complication(f.Complication.GVHD_ACUTE, grade=3),
    lambda s: s.complication(f.Complication.NEUROLOGICAL, Tri.NOT_MET, "2024-10-01"),
    lambda s: s.cd19("2026-06-12", f.Expression.NEGATIVE),
    lambda s: s.cd22("2026-06-12", f.Expression.HETEROGENEOUS),
    lambda s: s.fitness(4, on="2026-06-12"),
    lambda s: s.liver(bilirubin="4", alt="6"),
    lambda s: s.coded_relapse(None, recorded="2026-06-10"),
    lambda s: s.coded_relapse("2026-06-08", relapse_ordinal=2),
    lambda s: s.marrow("2026-06-13", 8),
    lambda s: s.marrow("2026-06-13", 3, flow=1),
    lambda s: s.blood("2026-06-12", 30, count=20),
    lambda s: s.cns(f.CnsStatus.CNS3, "2026-06-11"),
    lambda s: s.extramedullary(f.Site.OTHER, "2026-06-11"),
    lambda s: s.mrd("2026-06-12", "0.02", method=f.Method.NGS),
    lambda s: s.mrd("2026-06-12", sens="0.01", method=f.Method.NGS),
    lambda s: s.reinduction("2026-06-10"),
    lambda s: s.refractory("2026-06-12"),
)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = draw(st.sampled_from(COURSES))
    for event in draw(st.lists(st.sampled_from(EVENTS), max_size=3, unique=True)):
        story = event(story)
    return story


# --- Any facts at all ----------------------------------------------------------------------------


def _ranges() -> st.SearchStrategy[DateRange]:
    days = st.dates(date(1940, 1, 1), date(2027, 6, 1))
    recent = st.dates(date(2025, 12, 1), date(2026, 6, 20))
    day = st.one_of(days, recent, recent, recent).map(DateRange.day)
    month = recent.map(lambda d: DateRange.parse(d.isoformat()[:7]))
    year = days.map(lambda d: DateRange.parse(d.isoformat()[:4]))
    edges = st.sampled_from([DateRange.day(date.min), DateRange.day(date.max)])
    return st.one_of(day, day, day, month, year, edges)


def _intervals() -> st.SearchStrategy[Interval]:
    numbers = st.one_of(
        st.sampled_from([Decimal(n) for n in ("0", "1e-5", "1e-4", "1e-3", "0.01", "0.05", "0.2")]),
        st.decimals(min_value=0, max_value=600, places=4),
    )
    exact = numbers.map(Interval.exact)
    bounded = st.builds(
        lambda a, b, lo, hi: Interval(min(a, b), max(a, b), lo and a != b, hi and a != b),
        numbers,
        numbers,
        st.booleans(),
        st.booleans(),
    )
    upper = numbers.map(lambda n: Interval(None, n, high_open=True))
    lower = numbers.map(lambda n: Interval(n, None, low_open=True))
    return st.one_of(exact, exact, bounded, upper, lower)


_BY_ANNOTATION: dict[str, st.SearchStrategy[Any]] = {
    "str": st.sampled_from(["", "leukaemia", "high-dose methotrexate", "dasatinib"]),
    "str | None": st.sampled_from([None, "specimen A", "specimen B"]),
    "bool": st.booleans(),
    "int": st.integers(0, 100),
    "int | None": st.one_of(st.none(), st.integers(1, 4)),
    "Tri": st.sampled_from(Tri),
    "Tri | None": st.one_of(st.none(), st.sampled_from(Tri)),
    "Interval | None": st.one_of(st.none(), _intervals()),
    "Decimal | None": st.sampled_from(
        [None, *(Decimal(n) for n in ("1e-6", "1e-4", "1e-3", "0.01"))]
    ),
    "DateRange | None": st.one_of(st.none(), _ranges(), _ranges(), _ranges()),
    "tuple[str, ...]": st.lists(st.sampled_from(["Resource/1", "Resource/2"]), max_size=2).map(
        tuple
    ),
    "frozenset[str]": st.frozensets(
        st.sampled_from(["CD19", "CD22", "CD79A", "CD10", "CYCD3", "CD7", "TDT", "MPO", "SIG"])
    ),
    "frozenset[Agent]": st.frozensets(st.sampled_from(f.Agent), max_size=2),
}


def _kinds() -> list[type[f.Fact]]:
    found = [
        kind
        for kind in vars(f).values()
        if isinstance(kind, type) and issubclass(kind, f.Fact) and kind not in (f.Fact, f.Result)
    ]
    return sorted(found, key=lambda kind: kind.__name__)


KINDS = _kinds()


def _field(annotation: str) -> st.SearchStrategy[Any]:
    if annotation in _BY_ANNOTATION:
        return _BY_ANNOTATION[annotation]
    optional = annotation.endswith(" | None")
    values = st.sampled_from(getattr(f, annotation.removesuffix(" | None")))
    return st.one_of(st.none(), values) if optional else values


def _facts(kind: type[f.Fact]) -> st.SearchStrategy[f.Fact]:
    members = {item.name: _field(str(item.type)) for item in fields(kind) if item.name != "source"}
    source = st.builds(
        f.Provenance, st.integers(1, 10**6).map(lambda n: f"Resource/{n}"), st.booleans()
    )
    return st.builds(kind, source=source, **members)


any_fact = st.one_of([_facts(kind) for kind in KINDS])
patients = st.builds(
    f.Patient,
    reference=st.just("Patient/1"),
    birth=_BY_ANNOTATION["DateRange | None"],
    sex=st.one_of(st.none(), st.sampled_from(f.Sex)),
    deceased=st.sampled_from([False, False, False, True]),
)
ALL = f.Diagnosis(
    source=f.Provenance("Condition/ALL"),
    when=DateRange.parse("2024-03-10"),
    disease=f.Disease.ALL,
    lineage=f.Lineage.B,
    precursor=Tri.MET,
)


@st.composite
def charts(draw: st.DrawFn) -> f.Chart:
    """A patient with whatever facts, most of them with a confirmed B-ALL; sometimes on top of a
    course that makes sense.
    """
    some = draw(st.lists(any_fact, max_size=10))
    incomplete = draw(st.frozensets(st.sampled_from(f.Section), max_size=1))
    base = draw(st.one_of(st.none(), st.sampled_from(COURSES)))
    if base is not None:
        return f.Chart(base.patient, (*base.facts, *some), incomplete)
    known = [ALL] if draw(st.integers(0, 4)) else []
    return f.Chart(draw(patients), (*known, *some), incomplete)


# --- Never fails, and answers that hang together -------------------------------------------------


def check(assessment: Assessment) -> None:
    """What every assessment obeys (0.5, 3.9, G-rules)."""
    state = assessment.state
    considered = {item.option: item for item in assessment.considerations}
    kinds = [notice.kind for notice in assessment.notices]
    assert len(considered) == len(assessment.considerations)
    assert len(set(kinds)) == len(kinds), "CARD-02"
    assert set(considered) in (set(), set(Option))
    assert state.relapse_count >= 0
    assert (state.remission is not None) is (state.disease.value == "CR")
    if considered:
        assert state.disease.value in {"CR", "ACTIVE_RR"}
        assert ("relapse-context" in {kind.value for kind in kinds}) is (
            state.disease.value == "ACTIVE_RR"
        )
    for item in assessment.considerations:
        assert item.rules, "traceable to a rule"
        if item.strength is Strength.NOT:
            assert item.reason
            assert not item.precautions, "attached only to EVAL, CONS, CAD"
        else:
            assert not item.reason
            assert not item.silent
        if item.strength is Strength.CAD:
            assert any(request.gating for request in _all_requests(item)), "CAD names what it needs"
        assert len({p.id for p in item.precautions}) == len(item.precautions)
        assert len({r.id for r in item.requests}) == len(item.requests)
        if any(p.effects & {Effect.CAP, Effect.BLOCK} for p in item.precautions):
            assert item.strength is not Strength.EVAL
        if item.products:
            assert item.strength is max(product.strength for product in item.products)
    if state.lineage != "B" and considered:
        for option in (Option.BLINATUMOMAB, Option.INOTUZUMAB, Option.CAR_T):
            assert considered[option].strength is Strength.NOT
            assert considered[option].silent
    if state.disease.value == "CR" and considered:
        assert considered[Option.INOTUZUMAB].strength is Strength.NOT, "IN-03"


def _all_requests(item: Any) -> list[Any]:
    return [*item.requests, *(request for line in item.lines for request in line.requests)]


@settings(REPEATABLE, max_examples=400)
@given(charts(), policies)
def test_never_fails_and_the_answer_hangs_together(chart: f.Chart, policy: Policy) -> None:
    check(evaluate(chart, T0, policy))


@REPEATABLE
@given(stories(), policies)
def test_plausible_patients_hang_together(story: Story, policy: Policy) -> None:
    check(story.ask(policy).assessment)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_never_fails_on_any_kind_of_fact(kind: type[f.Fact]) -> None:
    @settings(REPEATABLE, max_examples=25)
    @given(st.lists(_facts(kind), max_size=3), st.sampled_from(COURSES), policies)
    def holds(some: list[f.Fact], story: Story, policy: Policy) -> None:
        check(story.add(*some).ask(policy).assessment)

    holds()


# --- Same input, same answer; order means nothing ------------------------------------------------


def shuffled(facts: tuple[f.Fact, ...], seed: int) -> tuple[f.Fact, ...]:
    mixed = list(facts)
    random.Random(seed).shuffle(mixed)
    return tuple(mixed)


@REPEATABLE
@given(stories(), policies, st.integers(0, 10**6))
def test_order_of_facts_means_nothing(story: Story, policy: Policy, seed: int) -> None:
    other = replace(story, facts=shuffled(story.facts, seed))
    assert summary(other.ask(policy)) == summary(story.ask(policy))


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_order_of_facts_does_not_change_a_word(policy: Policy) -> None:
    """Not even the order in which the facts behind an answer are listed."""
    for seed, story in enumerate(COURSES):
        other = replace(story, facts=shuffled(story.facts, seed))
        same = other.ask(policy).assessment == story.ask(policy).assessment
        assert same, f"course {seed} is told differently in another order of its facts"


@settings(REPEATABLE, max_examples=200)
@given(charts(), policies, st.integers(0, 10**6))
def test_order_of_any_facts_means_nothing(chart: f.Chart, policy: Policy, seed: int) -> None:
    """Facts have references of their own here: two with one reference may trade places."""
    own = tuple(
        replace(fact, source=replace(fact.source, reference=f"Resource/{number}"))
        for number, fact in enumerate(chart.facts)
    )
    first = Answer(evaluate(f.Chart(chart.patient, own, chart.incomplete), T0, policy))
    other = f.Chart(chart.patient, shuffled(own, seed), chart.incomplete)
    assert summary(Answer(evaluate(other, T0, policy))) == summary(first)


@REPEATABLE
@given(charts(), policies)
def test_evaluating_twice_gives_the_same(chart: f.Chart, policy: Policy) -> None:
    again = f.Chart(chart.patient, chart.facts, chart.incomplete)
    assert evaluate(chart, T0, policy) == evaluate(again, T0, policy)


def summary(answer: Answer) -> dict[str, Any]:
    """What was answered, without texts and dates."""
    told: dict[str, Any] = {
        "state": (answer.ds, answer.relapses, answer.mrd, answer.timing),
        "strengths": answer.strengths,
        "cards": answer.cards,
    }
    for item in answer.assessment.considerations:
        told[item.option.value] = (
            item.silent,
            {p.id: p.effects for p in item.precautions},
            {(r.id, r.gating) for r in _all_requests(item)},
            {(r.rule, r.state, r.strength) for r in item.rules},
            {(product.product, product.strength) for product in item.products},
        )
    for notice in answer.assessment.notices:
        told[notice.kind.value] = (
            {request.id for request in _all_requests(notice)},
            {line.rule for line in notice.lines},
        )
    return told


# --- Unrelated facts -----------------------------------------------------------------------------

UNRELATED: dict[str, Change] = {
    "lumbar puncture": lambda s: s.procedure(f.ProcedureKind.LUMBAR_PUNCTURE, "2026-06-08"),
    "marrow procedure": lambda s: s.procedure(f.ProcedureKind.MARROW, "2026-06-08"),
    "old thrombosis": lambda s: s.complication(f.Complication.THROMBOSIS, Tri.NOT_MET, "2015"),
    "Gilbert syndrome": lambda s: s.complication(f.Complication.GILBERT_OR_HAEMOLYSIS),
    "pending marrow": lambda s: s.marrow("2026-06-14", "4.9", flow="4.9", final=False),
    "pending CD19": lambda s: s.cd19("2026-06-14", f.Expression.NEGATIVE, final=False),
    "pending MRD": lambda s: s.mrd("2026-06-14", 3, final=False),
    "pending spinal fluid": lambda s: s.cns(f.CnsStatus.CNS3, "2026-06-14", final=False),
    "marrow of tomorrow": lambda s: s.marrow("2026-06-16", 90, flow=90),
    "transplant of tomorrow": lambda s: s.transplant("2026-06-16"),
    "remission of tomorrow": lambda s: s.remission("2026-06-16"),
    "CD19 of tomorrow": lambda s: s.cd19("2026-06-16", f.Expression.NEGATIVE),
    "site refuted": lambda s: s.extramedullary(f.Site.OTHER, "2026-06-12", proven=Tri.NOT_MET),
    "provisional AML": lambda s: s.condition(
        "2026-06-12", disease=f.Disease.OTHER_ACUTE_LEUKAEMIA, confirmed=False
    ),
    "ALL without lineage": lambda s: s.condition("2026-06-12"),
    "resolved fever": lambda s: s.complication(
        f.Complication.INFECTION, Tri.NOT_MET, "2026-02-01", abated="2026-02-10"
    ),
}


def decided(answer: Answer) -> dict[str, Any]:
    """The summary without the rules that only explain why a result does not count."""
    told = summary(answer)
    for option in Option:
        if option.value in told:
            silent, precautions, requests, rules, products = told[option.value]
            deciding = {item for item in rules if item[2] is not None}
            told[option.value] = (silent, precautions, requests, deciding, products)
    return told


@pytest.mark.parametrize("name", UNRELATED)
@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_an_unrelated_fact_changes_nothing(name: str, policy: Policy) -> None:
    for story in COURSES:
        assert decided(UNRELATED[name](story).ask(policy)) == decided(story.ask(policy))


@REPEATABLE
@given(stories(), policies, any_fact)
def test_what_happens_after_T0_changes_nothing(story: Story, policy: Policy, fact: f.Fact) -> None:
    later = replace(fact, when=DateRange.parse("2026-06-16"))
    if isinstance(later, f.Diagnosis | f.ExtramedullaryDisease | f.ComplicationEntry):
        later = replace(later, recorded=DateRange.parse("2026-06-16"), abated=None)
    if isinstance(later, f.DrugUse | f.TreatmentPlan):
        later = replace(later, until=None)
    assert summary(story.add(later).ask(policy)) == summary(story.ask(policy))


# --- Removing results moves answers towards "unknown" --------------------------------------------


def flips(before: Answer, after: Answer) -> list[str]:
    """Criteria of the same rule that turned from met to not met or back."""
    old = _criteria(before)
    return [
        f"{key}: {old[key].value} to {state.value}"
        for key, state in _criteria(after).items()
        if key in old and {old[key], state} == {Tri.MET, Tri.NOT_MET}
    ]


def _criteria(answer: Answer) -> dict[tuple[str, str, str], Tri]:
    return {
        (item.option.value, rule.rule, criterion.text): criterion.state
        for item in answer.assessment.considerations
        for rule in item.rules
        for criterion in rule.criteria
    }


IMMUNO = ("BLIN", "INO", "CART")
ORDER = ["NOT", "CAD", "CONS", "EVAL"]


@REPEATABLE
@given(stories(), policies)
def test_without_laboratory_values_the_options_stay(story: Story, policy: Policy) -> None:
    before, after = story.ask(policy), story.without(f.LabResult).ask(policy)
    assert after.strengths == before.strengths
    assert flips(before, after) == []
    for name in IMMUNO:
        if before.strength(name) not in "NOT-":
            gone = before.effects(name).keys() - after.effects(name).keys()
            assert gone <= {"P-06", "P-08", "P-09", "P-14", "P-15"}
            assert after.effects(name).keys() <= before.effects(name).keys()
            assert before.requests(name) <= after.requests(name)


@REPEATABLE
@given(stories(), policies)
def test_without_antigens_their_options_wait(story: Story, policy: Policy) -> None:
    before, after = story.ask(policy), story.without(f.AntigenResult).ask(policy)
    assert flips(before, after) == []
    assert after.ds == before.ds
    assert after.strength("HSCT") == before.strength("HSCT")
    for name in IMMUNO:
        if before.strength(name) in {"EVAL", "CONS", "CAD"}:
            assert after.strength(name) == "CAD"
        else:
            assert after.strength(name) in {"NOT", "CAD", "-"}


@REPEATABLE
@given(stories(), policies)
def test_without_MRD_nothing_grows_stronger_than_waiting(story: Story, policy: Policy) -> None:
    before, after = story.ask(policy), story.without(f.MrdResult).ask(policy)
    assert flips(before, after) == []
    assert after.mrd == "UNK"
    if "-" in before.strengths or "-" in after.strengths:
        return
    for name in ("BLIN", "INO", "CART", "HSCT"):
        allowed = max(ORDER.index(before.strength(name)), ORDER.index("CAD"))
        assert ORDER.index(after.strength(name)) <= allowed


@REPEATABLE
@given(stories(), policies)
def test_without_genetics_an_option_stays_or_waits(story: Story, policy: Policy) -> None:
    before, after = story.ask(policy), story.without(f.GeneticResult).ask(policy)
    assert flips(before, after) == []
    assert after.assessment.state.ph == "U"
    assert after.strength("HSCT") == before.strength("HSCT")
    assert after.strength("CART") == before.strength("CART")
    for name in ("BLIN", "INO"):
        assert after.strength(name) in {before.strength(name), "CAD"}


@REPEATABLE
@given(stories(), policies)
def test_without_normal_CNS_and_testes_an_option_stays_or_waits(
    story: Story, policy: Policy
) -> None:
    normal = story.without(f.CnsStatusResult, where=lambda r: r.status is f.CnsStatus.CNS1)
    normal = normal.without(f.TesticularExamination)
    before, after = story.ask(policy), normal.ask(policy)
    assert flips(before, after) == []
    for name in ("BLIN", "INO", "CART", "HSCT"):
        assert after.strength(name) in {before.strength(name), "CAD"}


@REPEATABLE
@given(stories(), policies)
def test_without_performance_status_only_the_cap_on_transplant_goes(
    story: Story, policy: Policy
) -> None:
    before, after = story.ask(policy), story.without(f.PerformanceStatus).ask(policy)
    assert [after.strength(n) for n in IMMUNO] == [before.strength(n) for n in IMMUNO]
    pair = before.strength("HSCT"), after.strength("HSCT")
    assert pair[0] == pair[1] or pair == ("CONS", "EVAL")
    if pair[1] in {"EVAL", "CONS", "CAD"} and not after.applies("HS2-05"):
        assert "D-FIT" in after.requests("HSCT")


@REPEATABLE
@given(stories(), policies)
def test_without_birth_date_no_product_is_certain(story: Story, policy: Policy) -> None:
    before, after = story.ask(policy), story.born(None).ask(policy)
    assert flips(before, after) == []
    for name in IMMUNO:
        assert after.strength(name) in {"CAD", "NOT", "-"}
        if before.strength(name) in {"EVAL", "CONS", "CAD"} and after.strength(name) == "CAD":
            assert "D-AGE" in after.gating(name)


# --- The calendar --------------------------------------------------------------------------------


def moved(value: Any, move: Callable[[date], date]) -> Any:
    """The same facts with every date moved."""
    if isinstance(value, date):
        return move(value)
    if isinstance(value, tuple):
        return tuple(moved(item, move) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changes = {item.name: moved(getattr(value, item.name), move) for item in fields(value)}
        return replace(value, **changes)
    return value


@REPEATABLE
@given(stories(), policies, st.integers(-6, 12))
def test_moving_everything_by_whole_leap_periods_changes_nothing(
    story: Story, policy: Policy, periods: int
) -> None:
    """Four years are 1461 days: months and 29 February fall on the same days."""
    shift = timedelta(days=1461 * periods)
    later = Story(
        moved(story.patient, lambda day: day + shift),
        moved(story.facts, lambda day: day + shift),
        story.t0 + shift,
    )
    assert summary(later.ask(policy)) == summary(story.ask(policy))


@REPEATABLE
@given(stories(), policies, st.integers(-9, 20))
def test_moving_everything_by_whole_years_changes_no_option(
    story: Story, policy: Policy, years: int
) -> None:
    """A leap day more or less: these patients lie more than a day away from every limit."""

    def move(day: date) -> date:
        return add_months(day, 12 * years)

    later = Story(moved(story.patient, move), moved(story.facts, move), move(story.t0))
    assert later.ask(policy).ds == story.ask(policy).ds
    assert later.ask(policy).strengths == story.ask(policy).strengths


# --- Jurisdiction --------------------------------------------------------------------------------


@REPEATABLE
@given(stories())
def test_jurisdiction_does_not_change_the_state_nor_transplant(story: Story) -> None:
    us, eu = story.ask(US), story.ask(EU)
    assert (us.ds, us.relapses, us.mrd, us.timing) == (eu.ds, eu.relapses, eu.mrd, eu.timing)
    assert us.strength("HSCT") == eu.strength("HSCT")

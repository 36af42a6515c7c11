"""Three-valued logic, intervals of numbers, calendar arithmetic, ages (0.2 to 0.4, E-27)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from relapse.dates import DateRange, add_days, add_months
from relapse.evidence.age import Age
from relapse.logic import Interval, Tri, all_of, any_of
from tests.relapse.patients import (
    EU,
    RELAPSE,
    adult_first_relapse,
    between,
    exact,
    over,
    person,
    second_relapse,
    under,
)

T, F, U = Tri.MET, Tri.NOT_MET, Tri.UNKNOWN


# --- 0.2 strong Kleene logic ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_and_and_or(left: Tri, right: Tri, both: Tri, either: Tri) -> None:
    assert left & right is both
    assert left | right is either


@pytest.mark.parametrize(("before", "after"), [(T, F), (F, T), (U, U)])
def test_not(before: Tri, after: Tri) -> None:
    assert ~before is after


@pytest.mark.parametrize("states", list(product((T, F, U), repeat=3)))
def test_all_and_any_fold_the_pairs(states: tuple[Tri, Tri, Tri]) -> None:
    first, second, third = states
    assert all_of(states) is (first & second) & third
    assert any_of(states) is (first | second) | third


def test_nothing_required_is_met_and_nothing_offered_is_not() -> None:
    assert all_of(()) is T
    assert any_of(()) is F


def test_a_plain_truth_value_of_a_three_valued_answer_is_refused() -> None:
    with pytest.raises(TypeError, match="three-valued"):
        bool(U)


@pytest.mark.parametrize(("value", "answer"), [(True, T), (False, F), (None, U)])
def test_nothing_known_is_unknown_never_no(value: bool | None, answer: Tri) -> None:
    assert Tri.of(value) is answer


# --- 0.2, 0.4 intervals --------------------------------------------------------------------------

LIMIT = Decimal("0.0001")


@pytest.mark.parametrize(
    ("value", "at_least", "above"),
    [
        (exact("0.00009999"), F, F),
        (exact("0.0001"), T, F),
        (exact("0.00010"), T, F),
        (exact("0.00010001"), T, T),
        (under("0.0001"), F, F),
        (between(0, "0.0001"), U, F),
        (over("0.0001"), T, T),
        (between("0.0001", 1), T, U),
        (over("0.00009"), U, U),
        (under("0.00011"), U, U),
        (between("0.00009", "0.00011"), U, U),
        (Interval(None, Decimal("0.0001")), U, F),
        (Interval(Decimal("0.0001"), None), T, U),
        (Interval(None, None), U, U),
    ],
)
def test_comparison_holds_for_every_possible_value_or_for_none(
    value: Interval, at_least: Tri, above: Tri
) -> None:
    assert value.at_least(LIMIT) is at_least
    assert value.above(LIMIT) is above
    assert value.below(LIMIT) is ~at_least


@pytest.mark.parametrize(
    ("percent", "fraction"), [("0.01", "1e-4"), ("0.1", "1e-3"), ("1", "1e-2"), ("5", "5e-2")]
)
def test_a_limit_in_per_cent_is_met_exactly(percent: str, fraction: str) -> None:
    assert exact(percent).scaled(Decimal("0.01")).at_least(Decimal(fraction)) is T
    assert exact(percent).scaled(Decimal("0.01")).above(Decimal(fraction)) is F


def test_scaling_keeps_open_bounds() -> None:
    scaled = under("0.01").scaled(Decimal("0.01"))
    assert scaled.at_least(LIMIT) is F
    assert scaled.at_least(LIMIT / 2) is U
    assert Interval(None, None).scaled(Decimal(2)) == Interval(None, None)


# --- 0.3 months and days -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-03-31", 1, "2025-04-30"),
        ("2025-03-10", 18, "2026-09-10"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-11-30", 0, "2025-11-30"),
        ("2025-03-31", -1, "2025-02-28"),
        ("2025-01-15", -1, "2024-12-15"),
    ],
)
def test_months_are_calendar_months_clamped(day: str, months: int, later: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_arithmetic_stays_inside_the_calendar() -> None:
    assert add_months(date.max, 1) == date.max
    assert add_months(date.min, -1) == date.min
    assert add_days(date.max, 1) == date.max
    assert add_days(date.min, -1) == date.min
    assert add_days(date(2024, 2, 28), 1) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-05", "2024-05-01", "2024-05-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-05-14", "2024-05-14", "2024-05-14"),
    ],
)
def test_a_partial_date_is_an_interval_and_is_shown_as_written(
    text: str, earliest: str, latest: str
) -> None:
    read = DateRange.parse(text)
    assert (read.earliest.isoformat(), read.latest.isoformat()) == (earliest, latest)
    assert str(read) == text
    assert read.exact is (len(text) == 10)


@pytest.mark.parametrize(
    "text", ["", "24", "2024-13", "2024-02-30", "2024-5", "2024-05-14T08:00", "0000", "May 2024"]
)
def test_no_date_is_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        DateRange.parse(text)


def test_a_range_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        DateRange(date(2024, 5, 2), date(2024, 5, 1))


@pytest.mark.parametrize(
    ("left", "right", "before", "after"),
    [
        ("2024-05-13", "2024-05-14", T, F),
        ("2024-05-14", "2024-05-14", F, F),
        ("2024-05-15", "2024-05-14", F, T),
        ("2024-05", "2024-06", T, F),
        ("2024-05", "2024-05", U, U),
        ("2024-05", "2024-05-31", U, F),
        ("2024-05", "2024-05-01", F, U),
        ("2024", "2024-05-14", U, U),
        ("2023", "2024-01-01", T, F),
    ],
)
def test_order_of_partial_dates(left: str, right: str, before: Tri, after: Tri) -> None:
    first, second = DateRange.parse(left), DateRange.parse(right)
    assert first.before(second) is before
    assert first.on_or_after(second) is ~before
    assert first.after(second) is after


def test_a_range_moves_by_months_then_days() -> None:
    assert DateRange.parse("2025-08-31").shifted(months=6) == DateRange.parse("2026-02-28")
    assert DateRange.parse("2025-08-31").shifted(days=1, months=6) == DateRange.parse("2026-03-01")
    assert str(DateRange.parse("2025-08").shifted(months=6)) == "2026-02"
    assert str(DateRange.parse("2025-08").shifted(days=1)) == "2025-08-02 to 2025-09-01"


# --- E-27 age at T0 ------------------------------------------------------------------------------

# Limits in years that a rule reads from a birth date: tisagenlecleucel under 26, adult products
# from 18 (US) and 26 (EU), inotuzumab from 1 (US) and 18 (EU).


@pytest.mark.parametrize(
    ("birth", "tisa"),
    [
        ("2000-06-14", "NOT"),
        ("2000-06-15", "NOT"),  # the 26th birthday is T0
        ("2000-06-16", "EVAL"),
        ("2000-06", "CAD"),
        ("2000", "CAD"),
        ("2000-05", "NOT"),
        ("2000-07", "EVAL"),
        ("1999", "NOT"),
        ("2001", "EVAL"),
        (None, "CAD"),
    ],
)
def test_E_27_the_26th_birthday(birth: str | None, tisa: str) -> None:
    answer = second_relapse().born(birth).ask()
    assert answer.product("tisa") == tisa
    assert ("D-AGE" in answer.requests("CART")) is (tisa == "CAD")


@pytest.mark.parametrize(
    ("birth", "us", "ino_eu"),
    [
        ("2008-06-14", "EVAL", "EVAL"),
        ("2008-06-15", "EVAL", "EVAL"),
        ("2008-06-16", "NOT", "NOT"),
        ("2008-06", "CAD", "CAD"),
        ("2008", "CAD", "CAD"),
        ("2007", "EVAL", "EVAL"),
        ("2009", "NOT", "NOT"),
    ],
)
def test_E_27_the_18th_birthday(birth: str, us: str, ino_eu: str) -> None:
    story = second_relapse(birth=birth)
    assert story.ask().product("brexu") == us
    assert story.ask().product("obe") == us
    assert story.ask(EU).strength("INO") == ino_eu


@pytest.mark.parametrize(
    ("birth", "eu"),
    [("2000-06-15", "EVAL"), ("2000-06-16", "NOT"), ("2000-06", "CAD"), ("2000", "CAD")],
)
def test_E_27_the_26th_birthday_of_the_adult_products_in_the_EU(birth: str, eu: str) -> None:
    answer = second_relapse(birth=birth).ask(EU)
    assert answer.product("brexu") == answer.product("obe") == eu


@pytest.mark.parametrize(
    ("t0", "tisa"), [("2026-02-27", "EVAL"), ("2026-02-28", "NOT"), ("2026-03-01", "NOT")]
)
def test_E_27_born_on_29_February_the_birthday_of_a_common_year_is_28_February(
    t0: str, tisa: str
) -> None:
    relapse = (date.fromisoformat(t0) - timedelta(days=3)).isoformat()
    story = second_relapse(birth="2000-02-29", relapse=relapse).seen_on(t0)
    assert story.ask().product("tisa") == tisa


def infant(birth: str, t0: str = "2026-06-15") -> str:
    """Blinatumomab for an infant with documented refractory leukaemia."""
    end = date.fromisoformat(t0)
    day = (end - timedelta(days=2)).isoformat()
    start = (end - timedelta(days=12)).isoformat()
    story = person(birth).diagnosed(start).front_line(start).seen_on(t0)
    story = story.refractory(day).marrow(day, 60, flow=60).work_up(day, safety_on=day)
    return story.ask().strength("BLIN")


@pytest.mark.parametrize(
    ("birth", "blin"),
    [
        ("2026-05-14", "EVAL"),
        ("2026-05-15", "EVAL"),
        ("2026-05-16", "NOT"),
        ("2026-05", "CAD"),
        ("2026-04", "EVAL"),
    ],
)
def test_E_27_one_month_old(birth: str, blin: str) -> None:
    assert infant(birth) == blin


@pytest.mark.parametrize(
    ("t0", "blin"), [("2026-02-27", "NOT"), ("2026-02-28", "EVAL"), ("2026-03-01", "EVAL")]
)
def test_E_27_a_month_after_31_January_is_the_end_of_February(t0: str, blin: str) -> None:
    assert infant("2026-01-31", t0) == blin


@pytest.mark.parametrize(
    ("birth", "ino"),
    [
        ("2025-06-14", "EVAL"),
        ("2025-06-15", "EVAL"),
        ("2025-06-16", "NOT"),
        ("2025-06", "CAD"),
        ("2025", "CAD"),
        ("2024", "EVAL"),
    ],
)
def test_E_27_one_year_old(birth: str, ino: str) -> None:
    story = person(birth).diagnosed("2026-01-05").front_line("2026-01-06").refractory("2026-06-05")
    answer = story.marrow(RELAPSE, 60, flow=60).work_up().ask()
    assert answer.strength("INO") == ino


def test_E_27_age_counts_at_T0_not_at_relapse() -> None:
    """Relapse in May at 25, seen in June at 26: the label limit is that of June."""
    story = second_relapse(birth="2000-06-10", relapse="2026-05-20")
    assert story.ask().product("tisa") == "NOT"
    assert story.seen_on("2026-06-09").ask().product("tisa") == "EVAL"


def test_E_27_unknown_age_asks_for_the_birth_date_everywhere() -> None:
    answer = adult_first_relapse().born(None).ask()
    assert answer.strength("BLIN") == answer.strength("INO") == answer.strength("CART") == "CAD"
    for name in ("BLIN", "INO", "CART"):
        assert "D-AGE" in answer.gating(name)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-05-01", "2026-05-31", "2026-05"),
        ("2026-05-01", "2026-05-30", "2026-05-01 to 2026-05-30"),
        ("2026-05-02", "2026-05-31", "2026-05-02 to 2026-05-31"),
        ("2026-05-01", "2026-06-30", "2026-05-01 to 2026-06-30"),
        ("2025-05-01", "2026-05-31", "2025-05-01 to 2026-05-31"),
        ("2026-01-01", "2026-12-31", "2026"),
        ("2026-01-01", "2026-11-30", "2026-01-01 to 2026-11-30"),
        ("2025-01-01", "2026-12-31", "2025-01-01 to 2026-12-31"),
    ],
)
def test_CARD_03_a_range_reads_as_recorded(first: str, last: str, text: str) -> None:
    assert str(DateRange(date.fromisoformat(first), date.fromisoformat(last))) == text


@pytest.mark.parametrize(
    ("birth", "on", "said"),
    [
        ("2014-06-15", "2026-06-15", "age 12"),
        ("2014-06-16", "2026-06-15", "age 11"),
        ("2014-05", "2026-06-15", "age 12"),
        ("2014-06", "2026-06-15", "age not known exactly"),
        ("2024-06-15", "2026-06-15", "age 2"),
        ("2024-06-16", "2026-06-15", "age 23 months"),
        ("2026-05-15", "2026-06-15", "age 1 months"),
        ("2026-05-16", "2026-06-15", "age 0 months"),
    ],
)
def test_E_27_age_in_words(birth: str, on: str, said: str) -> None:
    assert Age(DateRange.parse(birth), date.fromisoformat(on), "Patient/1").text() == said


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-05-31", Tri.NOT_MET),
        ("2026-06-01", Tri.UNKNOWN),
        ("2026-06-29", Tri.UNKNOWN),
        ("2026-06-30", Tri.MET),
    ],
)
def test_E_27_18_years_from_the_month_of_birth(on: str, state: Tri) -> None:
    age = Age(DateRange.parse("2008-06"), date.fromisoformat(on), "Patient/1")
    assert age.at_least_years(18) is state

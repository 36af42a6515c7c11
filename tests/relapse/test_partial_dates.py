"""The course of the disease where days are known to the month or year alone: a comparison holds
only where it holds for every possible day (clinical model 0.2, 0.3), on both sides of each limit.
"""

from __future__ import annotations

import pytest

from relapse.facts import Site
from tests.relapse.patients import (
    Story,
    child,
)

# --- Remission by marrow alone, and what contradicts it (POL-10, E-10) ---------------------------


def induction(dx: str = "2025-12-01") -> Story:
    return child().diagnosed(dx).front_line(dx)


@pytest.mark.parametrize(
    ("site", "relapses"),
    [
        pytest.param("2026-02-01", 0, id="14-days-before"),
        pytest.param("2026-03-01", 0, id="14-days-after"),
        pytest.param("2026-03-02", 1, id="15-days-after"),
        pytest.param("2026-03", 0, id="perhaps-14-days-after"),
        pytest.param("2026-01", 1, id="15-days-before-at-least"),
        pytest.param("2026-04", 1, id="long-after"),
    ],
)
def test_POL_10_leukaemia_of_the_testis_near_a_low_marrow(site: str, relapses: int) -> None:
    """Within 14 days of the marrow of 15 February there was no remission: what follows is an
    induction failure and no relapse.
    """
    story = induction().marrow("2026-02-15", 1).extramedullary(Site.TESTIS, site)
    story = story.extramedullary(Site.TESTIS, "2026-05-20")
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.relapses == relapses


@pytest.mark.parametrize(
    ("low", "high", "relapses"),
    [
        ("2026-02-28", "2026-03-14", 0),
        ("2026-02-28", "2026-03-15", 1),
        ("2026-02", "2026-03-14", 0),
        ("2026-02", "2026-03-15", 1),
        ("2026-02-15", "2026-03", 0),
        ("2026-02-14", "2026-03", 1),
    ],
)
def test_POL_10_blasts_within_14_days_of_a_low_marrow(low: str, high: str, relapses: int) -> None:
    answer = induction().marrow(low, 1).marrow(high, 40, flow=40).seen_on("2026-04-20").ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.relapses == relapses


@pytest.mark.parametrize(
    ("dx", "marrow", "state"),
    [
        ("2026-01-31", "2026-02-27", "NOT_RR"),
        ("2026-01-31", "2026-02-28", "CR1"),
        ("2026-01", "2026-02-27", "NOT_RR"),
        ("2026-01", "2026-02-28", "CR1"),
        ("2026-01-31", "2026-02", "NOT_RR"),
        ("2026-01-31", "2026-03", "CR1"),
    ],
)
def test_E_10_a_low_marrow_in_the_first_four_weeks_is_no_remission(
    dx: str, marrow: str, state: str
) -> None:
    assert child().diagnosed(dx).marrow(marrow, 1).ask().ds == state


# --- Induction failure (REL-10, HS-09) and blasts that nothing explains (REL-13) -----------------


@pytest.mark.parametrize(
    ("start", "marrow", "state"),
    [
        ("2026-03-03", "2026-03-30", "NOT_RR"),
        ("2026-03-03", "2026-03-31", "ACTIVE_RR"),
        ("2026-03", "2026-04-27", "NOT_RR"),
        ("2026-03", "2026-04-28", "ACTIVE_RR"),
        ("2026-03-03", "2026-03", "NOT_RR"),
        ("2026-03-03", "2026-04", "ACTIVE_RR"),
    ],
)
def test_REL_10_blasts_from_day_28_of_induction(start: str, marrow: str, state: str) -> None:
    story = child().diagnosed("2026-03-01").front_line(start).marrow(marrow, 40, flow=40)
    assert story.ask().ds == state


@pytest.mark.parametrize(
    ("start", "day", "state"),
    [
        ("2026-03-31", "2026-05-11", "NOT_RR"),
        ("2026-03-31", "2026-05-12", "ACTIVE_RR"),
        ("2026-03", "2026-05-11", "NOT_RR"),
        ("2026-03", "2026-05-12", "ACTIVE_RR"),
    ],
)
def test_REL_10_42_days_of_induction(start: str, day: str, state: str) -> None:
    story = child().diagnosed("2026-03-01").front_line(start)
    assert story.marrow("2026-05-04", 40, flow=40).seen_on(day).ask().ds == state


@pytest.mark.parametrize(
    ("further", "state"),
    [
        ("2026-04-01", "ACTIVE_RR"),
        ("2026-04", "ACTIVE_RR"),
        ("2026-03-31", "NOT_RR"),
        ("2026-03", "NOT_RR"),
        ("2026-05-04", "ACTIVE_RR"),
        ("2026-05-05", "NOT_RR"),
    ],
)
def test_REL_10_a_further_course_before_42_days(further: str, state: str) -> None:
    """Induction known to have begun in March; the further course must be later than that."""
    story = child().diagnosed("2026-03-01").front_line("2026-03", "2026-04-20")
    story = story.marrow("2026-05-02", 40, flow=40).plan(further, text="Second induction")
    assert story.seen_on("2026-05-04").ask().ds == state


@pytest.mark.parametrize(
    ("dx", "start", "state"),
    [
        ("2026-03-15", "2026-03-01", "ACTIVE_RR"),
        ("2026-03-16", "2026-03-01", "UNKNOWN"),
        ("2026-03", "2026-02-15", "ACTIVE_RR"),
        ("2026-03", "2026-02-14", "UNKNOWN"),
        ("2026-03-15", "2026-02", "UNKNOWN"),
        ("2026-03-14", "2026-02", "ACTIVE_RR"),
    ],
)
def test_REL_10_REL_13_a_plan_two_weeks_before_the_diagnosis_is_its_induction(
    dx: str, start: str, state: str
) -> None:
    story = child().diagnosed(dx).front_line(start).marrow("2026-05-02", 40, flow=40)
    assert story.ask().ds == state


@pytest.mark.parametrize(
    ("remission", "marrow", "strength"),
    [
        ("2026-05", "2026-04-30", "CONS"),
        ("2026-04-20", "2026-04", "NOT"),
        ("2026-05-01", "2026-04", "CONS"),
        ("2026-04-30", "2026-04", "NOT"),
    ],
)
def test_HS_09_induction_failure_surely_before_the_first_remission(
    remission: str, marrow: str, strength: str
) -> None:
    """Blasts after day 28 and a second course, then remission; HS-09 does not match on a doubt."""
    story = child().diagnosed("2026-03-01").front_line("2026-03-02", "2026-04-01")
    story = story.marrow(marrow, 40, flow=40).plan("2026-04-02", None, text="Second induction")
    answer = story.remission(remission, 1).ask()
    assert answer.ds == "CR1"
    assert answer.strength("HSCT") == strength


@pytest.mark.parametrize(
    ("dx", "state"),
    [
        ("2026-05-04", "NOT_RR"),
        ("2026-05-03", "UNKNOWN"),
        ("2026-05", "NOT_RR"),
        ("2026-04", "UNKNOWN"),
    ],
)
def test_REL_13_blasts_within_42_days_of_the_diagnosis_are_that_disease(
    dx: str, state: str
) -> None:
    assert child().diagnosed(dx).marrow("2026-06-08", 60).ask().ds == state


@pytest.mark.parametrize(
    ("dx", "marrow", "state"),
    [
        ("2026-03-31", "2026-04-28", "CR1"),
        ("2026-03-31", "2026-04-29", "ACTIVE_RR"),
        ("2026-03", "2026-04-28", "CR1"),
        ("2026-03", "2026-04-29", "ACTIVE_RR"),
        ("2026-03-01", "2026-03", "CR1"),
        ("2026-03-01", "2026-04", "ACTIVE_RR"),
    ],
)
def test_REL_14_blasts_of_the_diagnosis_are_no_relapse(dx: str, marrow: str, state: str) -> None:
    """A remission is coded without a date; blasts of the first four weeks came before it."""
    story = child().diagnosed(dx).coded_remission(None).marrow(marrow, 60, flow=60)
    assert story.ask().ds == state

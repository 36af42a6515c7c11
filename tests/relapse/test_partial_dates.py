"""The course of the disease where days are known to the month or year alone: a comparison holds
only where it holds for every possible day (clinical model 0.2, 0.3), on both sides of each limit.
"""

from __future__ import annotations

import pytest

from relapse.facts import CnsStatus, Method, Site
from relapse.logic import Tri
from tests.relapse.patients import (
    EU,
    RELAPSE,
    Number,
    Story,
    adult,
    adult_first_relapse,
    between,
    child,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
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


# --- Remission and relapse in one month or year --------------------------------------------------


@pytest.mark.parametrize("relapse", ["2026-02-10", "2026"])
@pytest.mark.parametrize("cr2", ["2026-04-01", "2026-04", "2026"])
def test_E_11_E_15_a_second_remission_known_to_the_year_of_the_relapse(
    cr2: str, relapse: str
) -> None:
    """It ended that relapse: no second relapse is on record."""
    answer = child_second_remission(relapse=relapse, cr2=cr2).ask()
    assert answer.ds == "CR2"
    assert answer.relapses == 1


def test_E_15_a_work_up_of_several_days_is_one_relapse() -> None:
    story = child_second_remission(cr2="2026", but="cns").cns(CnsStatus.CNS3, "2026-02-13")
    answer = story.ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_E_15_a_relapse_after_the_second_remission_of_that_year_counts() -> None:
    answer = child_second_remission(cr2="2026").marrow("2026-06-08", 40, flow=40).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


@pytest.mark.parametrize("cr3", ["2026-04-10", "2026-04", "2026"])
def test_E_11_a_third_remission_known_to_the_year_of_the_second_relapse(cr3: str) -> None:
    """The first relapse, of 2022, had ended long before."""
    story = child().diagnosed("2018-03-01").front_line("2018-03-02", "2020-05-01")
    story = story.remission("2018-04-05", 1).marrow("2022-01-10", 50, flow=50)
    story = story.reinduction("2022-01-15", "2022-03-01").remission("2022-03-10", 2)
    story = story.marrow("2026-02-20", 40, flow=40).reinduction("2026-02-25", "2026-04-01")
    answer = story.remission(cr3, 3).ask()
    assert (answer.ds, answer.relapses) == ("CR3", 2)


def test_E_11_a_low_marrow_of_that_year_is_no_relapse() -> None:
    story = child_second_remission(cr2="2026").marrow("2026-01-05", 1)
    assert (story.ask().ds, story.ask().relapses) == ("CR2", 1)


def test_E_15_a_relapse_coded_for_the_year_of_the_second_remission() -> None:
    """It came after the first remission, as every relapse, and before the second."""
    story = child().diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).coded_relapse("2026").remission("2026-04-01", 2)
    assert (story.ask().ds, story.ask().relapses) == ("CR2", 1)


@pytest.mark.parametrize("ordinal", [None, 1])
def test_REL_02_a_remission_of_that_year_without_a_higher_number_ends_nothing(
    ordinal: int | None,
) -> None:
    """It may be the first remission, stated once more."""
    story = child().diagnosed("2025-11-01").front_line("2025-11-02").remission("2026", ordinal)
    answer = story.marrow(RELAPSE, 40, flow=40).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    again = adult_first_relapse().remission("2026", ordinal).ask()
    assert (again.ds, again.relapses) == ("ACTIVE_RR", 1)


def december_relapse(cr2: str) -> Story:
    """Marrow relapse on 20 December, treated from the 22nd; induction is over on 17 January."""
    story = child().diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).marrow("2025-12-20", 50, flow=50)
    return story.reinduction("2025-12-22", "2026-02-10").remission(cr2, 2)


@pytest.mark.parametrize(
    ("found", "relapses"), [("2026-01-01", 1), ("2026-01-17", 1), ("2026-01-18", 2)]
)
@pytest.mark.parametrize("cr2", ["2026", "2026-01"])
def test_E_10_E_15_a_remission_of_the_year_after_the_relapse_ends_no_earlier_than_induction(
    cr2: str, found: str, relapses: int
) -> None:
    """What is found in the first four weeks of reinduction is of the relapse in treatment."""
    story = december_relapse(cr2)
    assert story.cns(CnsStatus.CNS3, found).ask().relapses == relapses
    assert story.coded_relapse(found).ask().relapses == relapses
    assert story.marrow(found, 40, flow=40).ask().relapses == relapses


def test_E_15_a_relapse_before_the_year_of_the_second_remission() -> None:
    """The relapse of December ended in 2026; the blasts of June are the second."""
    story = child_early_second_remission().without(type(child().remission("2026-03-01").facts[0]))
    story = story.remission("2024-04-12", 1).remission("2026", 2)
    assert (story.ask().ds, story.ask().relapses) == ("CR2", 1)
    answer = story.marrow("2026-06-08", 40, flow=40).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


@pytest.mark.parametrize("cr1", ["2026", "2026-01"])
def test_E_10_a_first_remission_known_to_the_year_of_the_diagnosis(cr1: str) -> None:
    """Remission follows the blasts of the diagnosis: they are no relapse after it."""
    story = child().diagnosed("2026-01-05").front_line("2026-01-06").remission(cr1, 1)
    story = story.marrow("2026-01-05", 90, flow=90).marrow("2026-01-20", 30, flow=30)
    assert (story.ask().ds, story.ask().relapses) == ("CR1", 0)


def test_E_12_blasts_after_the_induction_are_a_relapse_after_a_remission_of_that_year() -> None:
    story = child().diagnosed("2025-01-05").front_line("2025-01-06").remission("2025", 1)
    assert story.marrow("2025-02-02", 40, flow=40).ask().relapses == 0
    assert story.marrow("2025-02-03", 40, flow=40).ask().relapses == 1


def test_REL_01_a_coded_relapse_of_the_year_of_diagnosis_and_remission() -> None:
    story = child().diagnosed("2026-01-05").front_line("2026-01-06").remission("2026", 1)
    answer = story.coded_relapse("2026").ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)


def test_E_15_blasts_of_the_diagnosis_date_no_second_remission() -> None:
    """Diagnosis, and "CR2" of the same year: a relapse between is on record by its number alone."""
    story = child().diagnosed("2026-01-05").front_line("2026-01-06").marrow("2026-01-05", 90)
    answer = story.remission("2026", 2).ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


@pytest.mark.parametrize(
    ("dx", "site", "relapses"),
    [
        pytest.param("2025-02-01", "2025", 0, id="perhaps-of-the-diagnosis"),
        pytest.param("2025-02-01", "2025-03", 0, id="from-day-28"),
        pytest.param("2025-01-31", "2025-03", 1, id="from-day-29"),
        pytest.param("2024-11-20", "2025", 1, id="after-the-induction"),
    ],
)
def test_REL_06_leukaemia_at_a_site_in_the_year_of_diagnosis_and_remission(
    dx: str, site: str, relapses: int
) -> None:
    story = child().diagnosed(dx).front_line(dx).remission("2025-03-20", 1)
    assert story.extramedullary(Site.TESTIS, site).ask().relapses == relapses


def test_REL_01_a_code_for_a_relapse_of_the_year_of_the_remission_is_later() -> None:
    story = child().diagnosed("2025-02-01").front_line("2025-02-01").remission("2025-03-20", 1)
    assert story.coded_relapse("2025").ask().relapses == 1


# --- Relapse: remission after it, evidence that is old -------------------------------------------


@pytest.mark.parametrize(
    ("relapse", "low", "state"),
    [
        ("2026-03-31", "2026-04-27", "ACTIVE_RR"),
        ("2026-03-31", "2026-04-28", "CR2"),
        ("2026-03", "2026-04-27", "ACTIVE_RR"),
        ("2026-03", "2026-04-28", "CR2"),
        ("2026-03-31", "2026-04", "ACTIVE_RR"),
        ("2026-03-31", "2026-05", "CR2"),
    ],
)
def test_REL_08_blasts_that_fell_four_weeks_later_without_a_course(
    relapse: str, low: str, state: str
) -> None:
    story = adult().diagnosed("2024-01-10").remission("2024-02-20", 1)
    assert story.marrow(relapse, 60, flow=60).marrow(low, 1, flow=1).ask().ds == state


LOW: dict[Method, Number] = {Method.FLOW: 3, Method.CLONAL_PCR: 3, Method.CYTOGENETICS: 3}


@pytest.mark.parametrize(
    ("coded", "first", "state"),
    [
        pytest.param(False, 60, "CR2", id="blasts-fell"),
        pytest.param(True, 60, "CR2", id="coded-and-blasts-fell"),
        pytest.param(False, 0, "ACTIVE_RR", id="three-methods-from-1-percent"),
        pytest.param(True, 0, "ACTIVE_RR", id="coded-and-three-methods"),
    ],
)
def test_REL_08_a_low_marrow_without_treatment_on_record(
    coded: bool, first: int, state: str
) -> None:
    """Blasts that fell from 5 % on show that there was treatment; 3 % that fell do not."""
    story = adult().diagnosed("2024-01-10").remission("2024-02-20", 1)
    if coded:
        story = story.coded_relapse("2026-04-02")
    story = story.marrow("2026-04-01", first, other=None if first else LOW)
    assert story.marrow("2026-05-10", 1).ask().ds == state


@pytest.mark.parametrize(
    ("relapse", "cr2", "state"),
    [
        ("2026-05-31", "2026-06-14", "POSSIBLE_RELAPSE"),
        ("2026-05-31", "2026-06-15", "CR2"),
        ("2026-05", "2026-06-14", "POSSIBLE_RELAPSE"),
        ("2026-05", "2026-06-15", "CR2"),
        ("2026-05-18", "2026-06", "POSSIBLE_RELAPSE"),
        ("2026-05-17", "2026-06", "CR2"),
    ],
)
def test_POL_10_a_remission_stated_within_14_days_of_a_relapse(
    relapse: str, cr2: str, state: str
) -> None:
    assert adult_first_relapse(relapse=relapse).remission(cr2, 2).ask().ds == state


@pytest.mark.parametrize(
    ("relapse", "course", "state"),
    [
        ("2026-03-17", "2026-04-01", "ACTIVE_RR"),
        ("2026-03-16", "2026-04-01", "UNKNOWN"),
        ("2026-03", "2026-04-01", "ACTIVE_RR"),
        ("2026-02", "2026-04-01", "UNKNOWN"),
        ("2026-02-20", "2026-02-20", "UNKNOWN"),
        ("2026-02-20", "2026-02-19", "ACTIVE_RR"),
        ("2026-02-20", "2026-02", "UNKNOWN"),
        ("2026-02-20", "2026-01", "ACTIVE_RR"),
        ("2026-02", "2026-02-10", "UNKNOWN"),
    ],
)
def test_REL_12_relapse_of_more_than_90_days_ago_and_treatment_since(
    relapse: str, course: str, state: str
) -> None:
    """A course that may be of this relapse counts: the state is then asked for."""
    story = adult_first_relapse(relapse=relapse, eot="2025-12-20")
    assert story.plan(course, "2026-02-20", text="Course").ask().ds == state


@pytest.mark.parametrize(
    ("transplant", "state"),
    [("2026-02-20", "UNKNOWN"), ("2026-02", "UNKNOWN"), ("2026-01", "ACTIVE_RR")],
)
def test_REL_12_a_transplant_perhaps_since_the_relapse(transplant: str, state: str) -> None:
    story = adult_first_relapse(relapse="2026-02-20", eot="2025-12-20")
    assert story.transplant(transplant).ask().ds == state


@pytest.mark.parametrize(
    ("relapse", "newer", "state"),
    [
        ("2026-03-10", "2026-03-11", "ACTIVE_RR"),
        ("2026-03-10", "2026-03", "UNKNOWN"),
        ("2026-03-10", "2026-04", "ACTIVE_RR"),
        ("2026-02", "2026-02-28", "UNKNOWN"),
        ("2026-02", "2026-03-01", "ACTIVE_RR"),
    ],
)
def test_REL_12_a_marrow_surely_newer_than_the_evidence_of_relapse(
    relapse: str, newer: str, state: str
) -> None:
    """Residual disease in a marrow after treatment: not an old state, but no remission either."""
    story = adult_first_relapse(relapse=relapse, eot="2025-12-20").reinduction("2026-03-12")
    assert story.mrd(newer, "0.5").ask().ds == state


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ("2026-05-31", "2026-06-06", "POSSIBLE_RELAPSE"),
        ("2026-05-31", "2026-06-07", "ACTIVE_RR"),
        ("2026-05", "2026-06-06", "POSSIBLE_RELAPSE"),
        ("2026-05", "2026-06-07", "ACTIVE_RR"),
        ("2026-05-31", "2026-06", "POSSIBLE_RELAPSE"),
        ("2026-05-25", "2026-06", "ACTIVE_RR"),
    ],
)
def test_POL_11_a_second_marrow_surely_a_week_later(first: str, second: str, state: str) -> None:
    """8 % by morphology alone, then 2 % by morphology and by flow."""
    story = first_remission().marrow(first, 8).marrow(second, 2, flow=2)
    assert story.ask().ds == state


@pytest.mark.parametrize(
    ("marrow", "blood", "state"),
    [
        ("2026-06-08", RELAPSE, "CR1"),
        ("2026-06-07", RELAPSE, "POSSIBLE_RELAPSE"),
        ("2026-06", RELAPSE, "POSSIBLE_RELAPSE"),
        ("2026-06-10", "2026-06", "POSSIBLE_RELAPSE"),
        ("2026-06-10", "2026-05", "CR1"),
    ],
)
def test_REL_07_blood_blasts_that_a_later_marrow_explains(
    marrow: str, blood: str, state: str
) -> None:
    """Only a marrow that is surely of that day or later excludes the relapse. One per cent of
    lymphoblasts in blood, marrow by MRD alone.
    """
    story = first_remission().blood(blood, 2).mrd(marrow, "0.02")
    assert story.ask().ds == state


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        ("2026-03-17", "CR1"),
        ("2026-03-16", "POSSIBLE_RELAPSE"),
        ("2026-04", "CR1"),
        ("2026-03", "POSSIBLE_RELAPSE"),
        ("2026", "POSSIBLE_RELAPSE"),
    ],
)
@pytest.mark.parametrize("kind", ["statement", "marrow", "MRD"])
def test_REL_16_remission_surely_evident_within_90_days(
    kind: str, evidence: str, state: str
) -> None:
    """A relapse code without a day is a repetition only beside evidence that is surely recent."""
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-12-01")
    story = story.remission("2024-02-20", 1).coded_relapse(None, recorded="2025-06-01")
    later = {
        "statement": story.remission(evidence, 1),
        "marrow": story.marrow(evidence, 1),
        "MRD": story.mrd_negative(evidence),
    }
    assert later[kind].ask().ds == state


# --- Refractory relapse (E-14), lines of therapy -------------------------------------------------


def treated(
    *courses: tuple[str, str | None], relapse: str = "2026-03-12", marrow: str | None = "2026-06-08"
) -> Story:
    """A child's first relapse of 2026-03-12 and the courses of it; blasts persist."""
    story = child_first_relapse(relapse=relapse, eot="2026-03-05")
    for start, end in courses:
        story = story.reinduction(start, end)
    return story.cd19(RELAPSE) if marrow is None else story.marrow(marrow, 40, flow=40).cd19(marrow)


@pytest.mark.parametrize(
    ("courses", "marrow", "tisa"),
    [
        pytest.param([("2026-03-16", "2026-04-20")], "2026-04-20", "EVAL", id="marrow-on-the-end"),
        pytest.param([("2026-03-16", "2026-04")], "2026-04-20", "CAD", id="perhaps-before-the-end"),
        pytest.param([("2026-03-16", "2026-04")], "2026-04-30", "EVAL", id="surely-after-the-end"),
        pytest.param([("2026-03-16", "2026-04-20")], "2026-04", "CAD", id="marrow-of-that-month"),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-05-10", None)],
            "2026-05-10",
            "EVAL",
            id="before-the-next-course",
        ),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-05-10", None)],
            "2026-05-11",
            "CAD",
            id="during-the-next-course",
        ),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-05", None)],
            "2026-05-10",
            "CAD",
            id="perhaps-during-the-next-course",
        ),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-04-15", None)],
            "2026-05-05",
            "CAD",
            id="next-course-on-the-last-day",
        ),
        pytest.param(
            [("2026-03-16", "2026-04"), ("2026-04-10", None)],
            "2026-05-05",
            "CAD",
            id="next-course-perhaps-before-the-end",
        ),
    ],
)
def test_E_14_the_marrow_that_shows_a_refractory_relapse(
    courses: list[tuple[str, str | None]], marrow: str, tisa: str
) -> None:
    answer = treated(*courses, marrow=marrow).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.product("tisa") == tisa


def test_E_14_a_marrow_on_both_sides_of_5_percent_leaves_it_open() -> None:
    story = treated(("2026-03-16", "2026-04-20"), marrow=None)
    assert (
        story.marrow("2026-06-08", between(2, 8)).seen_on("2026-06-10").ask().product("tisa")
        == "CAD"
    )


@pytest.mark.parametrize(
    ("start", "tisa", "requests"),
    [
        pytest.param("2026-03-12", "EVAL", set(), id="of-the-relapse"),
        pytest.param("2026-03-11", "NOT", set(), id="of-the-line-before"),
        pytest.param("2026-03", "CAD", {"D-PRIOR"}, id="of-either"),
        pytest.param("2026-02", "NOT", set(), id="of-the-line-before-by-month"),
    ],
)
def test_E_14_a_course_known_to_the_month_of_the_relapse(
    start: str, tisa: str, requests: set[str]
) -> None:
    """Whether a course of this relapse was completed is not known, so refractory is not either."""
    answer = treated((start, "2026-04-20")).ask()
    assert answer.product("tisa") == tisa
    if tisa != "NOT":
        assert answer.gating("CART") == requests


@pytest.mark.parametrize(
    ("start", "end", "tisa"),
    [
        pytest.param("2026", "2026-02-20", "NOT", id="ended-before-the-relapse"),
        pytest.param("2026", "2026-03", "CAD", id="ended-in-its-month"),
        pytest.param("2026-03", None, "NOT", id="running"),
    ],
)
def test_E_14_a_course_that_cannot_have_treated_the_relapse(
    start: str, end: str | None, tisa: str
) -> None:
    assert treated((start, end)).ask().product("tisa") == tisa


@pytest.mark.parametrize(
    ("stated", "relapse", "tisa"),
    [
        ("2026-06-08", RELAPSE, "EVAL"),
        ("2026-06", RELAPSE, "EVAL"),
        ("2026-05", RELAPSE, "NOT"),
        ("2026-06-07", RELAPSE, "NOT"),
        ("2026-05-20", "2026-05", "EVAL"),
    ],
)
def test_E_14_refractory_stated_in_the_present_episode(
    stated: str, relapse: str, tisa: str
) -> None:
    """A statement that may be of the present episode is."""
    story = child_first_relapse(relapse=relapse, eot="2026-04-20", but="cd19").cd19("2026-06-12")
    assert story.refractory(stated).ask().product("tisa") == tisa


@pytest.mark.parametrize(
    ("start", "strength"),
    [("2026-03-20", "EVAL"), ("2026-03-19", "NOT"), ("2026-03", "CAD"), ("2026-02", "NOT")],
)
def test_BL_08_two_lines_before_in_europe(start: str, strength: str) -> None:
    """Children in Europe: two prior therapies. A course of the month of the relapse is of either
    line.
    """
    story = treated((start, "2026-04-20"), relapse="2026-03-20", marrow=None)
    assert story.ask(EU).strength("BLIN") == strength


# --- End of primary therapy (E-19) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "timing", "strength"),
    [
        pytest.param("2026-02-10", "late", "NOT", id="treatment-of-the-relapse"),
        pytest.param("2026-02-09", "early", "CONS", id="front-line"),
        pytest.param("2026-02", None, "CAD", id="either"),
        pytest.param("2026-01", "early", "CONS", id="front-line-by-month"),
        pytest.param("2026-03", "late", "NOT", id="treatment-of-the-relapse-by-month"),
    ],
)
def test_E_19_a_course_known_to_the_month_of_the_relapse(
    start: str, timing: str | None, strength: str
) -> None:
    """Whether the relapse came on treatment hangs on the day on which the course began."""
    story = child_second_remission().without(
        type(child().front_line("2021").facts[0]), where=lambda f: "reinduction" in f.text
    )
    answer = story.plan(start, "2026-03-25", text="Chemotherapy").mrd_negative().ask()
    assert answer.timing[0] == timing
    assert answer.strength("HSCT") == strength
    assert ("D-EOT" in answer.all_requests) is (timing is None)


@pytest.mark.parametrize(
    ("eot", "timing"),
    [
        ("2025-06-19", "late"),
        ("2025-06-21", "early"),
        ("2025-06", None),
        ("2025-05", "late"),
        ("2025-07", "early"),
        ("2025", None),
    ],
)
def test_E_19_end_of_therapy_known_to_the_month_or_year(eot: str, timing: str | None) -> None:
    story = child_first_relapse(dx="2022-03-10", cr1="2022-04-12", eot=eot, relapse="2025-12-20")
    assert story.ask().timing[0] == timing


# --- Sites (E-16, STALE-08) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relapse", "examined", "known"),
    [
        (RELAPSE, "2026-05-25", True),
        (RELAPSE, "2026-05-24", False),
        (RELAPSE, "2026-05", False),
        (RELAPSE, "2026-06", True),
        (RELAPSE, "2026", False),
        ("2026-06", "2026-05-18", True),
        ("2026-06", "2026-05-17", False),
    ],
)
def test_STALE_08_an_examination_perhaps_older_than_the_work_up(
    relapse: str, examined: str, known: bool
) -> None:
    """A normal spinal fluid excludes CNS disease only from 14 days before the relapse on."""
    answer = child_first_relapse(relapse=relapse, but="cns").cns(CnsStatus.CNS1, examined).ask()
    assert (answer.timing[2] == "S3") is known
    assert ("D-CNS" in answer.requests("CTX")) is not known


def test_STALE_08_an_examination_of_the_next_remission_is_not_of_the_relapse() -> None:
    story = child_early_second_remission(but="cns")
    assert story.cns(CnsStatus.CNS1, "2026-02-28").ask().timing[2] == "S3"
    assert story.cns(CnsStatus.CNS1, "2026-03-01").ask().timing[2] is None


@pytest.mark.parametrize(("examined", "group"), [("2026-02-28", "S3"), ("2026-03-01", None)])
def test_STALE_08_a_remission_known_to_its_month_ends_the_work_up_on_its_first_day(
    examined: str, group: str | None
) -> None:
    story = child_first_relapse(relapse="2025-12-20", eot="2025-12-20", but="cns")
    story = story.reinduction("2025-12-27", "2026-02-25").remission("2026-03", 2)
    assert story.cns(CnsStatus.CNS1, examined).ask().timing[2] == group


def test_STALE_08_CNS_leukaemia_of_the_month_of_the_relapse_counts() -> None:
    answer = child_first_relapse(but="cns").cns(CnsStatus.CNS3, "2026-06").ask()
    assert "P-11" in answer.effects("BLIN")


def test_E_16_a_site_that_was_refuted_long_ago_says_no_more_than_silence() -> None:
    """Sites outside CNS and testes are free unless the record says otherwise."""
    story = child_first_relapse()
    answer = story.extramedullary(Site.OTHER, "2026", proven=Tri.NOT_MET, active=Tri.NOT_MET).ask()
    assert answer.timing == story.ask().timing


@pytest.mark.parametrize(
    ("marrow", "strength"),
    [
        ("2026-05-25", "NOT"),
        ("2026-05-24", "CAD"),
        ("2026-06", "NOT"),
        ("2026-05", "CAD"),
        ("2026", "CAD"),
    ],
)
def test_BL_10_a_marrow_perhaps_older_than_the_work_up_does_not_isolate_the_relapse(
    marrow: str, strength: str
) -> None:
    story = child().diagnosed("2021-12-01").front_line("2021-12-03", "2024-03-01")
    story = story.remission("2022-01-10", 1).marrow(marrow, 1).work_up(but="cns")
    answer = story.cns(CnsStatus.CNS3, RELAPSE).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.strength("BLIN") == strength
    assert answer.strength("INO") == strength


def test_BL_10_a_second_marrow_on_both_sides_of_5_percent_does_not_isolate_it_either() -> None:
    story = child().diagnosed("2021-12-01").front_line("2021-12-03", "2024-03-01")
    story = story.remission("2022-01-10", 1).marrow(RELAPSE, 1).work_up(but="cns")
    story = story.cns(CnsStatus.CNS3, RELAPSE)
    assert story.ask().strength("BLIN") == "NOT"
    assert story.marrow("2026-06-10", between(3, 8)).ask().strength("BLIN") == "CAD"

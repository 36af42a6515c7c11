"""Relapses and remissions known to the month or year alone, and evidence of them that is old."""

from __future__ import annotations

import pytest

from relapse.facts import CnsStatus, Method, Site
from tests.relapse.patients import (
    RELAPSE,
    Number,
    Story,
    adult,
    adult_first_relapse,
    child,
    child_early_second_remission,
    child_second_remission,
    first_remission,
)

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
    """Few blasts before or early in treatment: not an old state, but no remission either."""
    story = adult_first_relapse(relapse=relapse, eot="2025-12-20").reinduction("2026-03-12")
    assert story.marrow(newer, 2).ask().ds == state


@pytest.mark.parametrize(
    ("mrd", "state"), [(None, "UNKNOWN"), ("1", "UNKNOWN"), ("4", "UNKNOWN"), ("6", "ACTIVE_RR")]
)
def test_REL_12_residual_disease_is_no_newer_marrow(mrd: str | None, state: str) -> None:
    """Below 5 % it does not show that the old relapse goes on."""
    story = adult_first_relapse(relapse="2026-02-10", eot="2025-12-20")
    story = story.reinduction("2026-02-14", "2026-03-20")
    if mrd is not None:
        story = story.mrd("2026-06-05", mrd)
    answer = story.ask()
    assert answer.ds == state
    assert (answer.cards == {"DATA"}) == (state == "UNKNOWN")


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

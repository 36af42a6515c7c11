"""Complete remission, its date and number (E-10, E-11, POL-10), partial remission."""

from __future__ import annotations

import pytest

from relapse.facts import ClinicalStatus, CnsStatus, Diagnosis, Method, Site
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult,
    between,
    child,
    child_first_relapse,
    child_second_remission,
    over,
    under,
)


def treated_relapse() -> Story:
    """Child, first relapse in February 2026, reinduction completed on 25 March; seen in May."""
    return (
        child()
        .diagnosed("2023-05-01")
        .front_line("2023-05-01", "2025-08-01")
        .remission("2023-06-05", 1)
        .marrow("2026-02-10", 60, flow=60)
        .work_up("2026-02-10")
        .reinduction("2026-02-16", "2026-03-25")
        .seen_on("2026-05-10")
    )


# --- Evidence of remission -----------------------------------------------------------------------


def test_E_10_an_explicit_statement() -> None:
    answer = treated_relapse().remission("2026-04-01").ask()
    assert answer.ds == "CR2"
    assert "2026-04-01" in answer.assessment.state.text


def test_E_10_a_preliminary_statement_does_not_count() -> None:
    assert treated_relapse().remission("2026-04-01", final=False).ask().ds == "ACTIVE_RR"


@pytest.mark.parametrize(
    ("blasts", "state"),
    [("0", "CR2"), ("4.9", "CR2"), (under("5"), "CR2"), ("5", "ACTIVE_RR"), ("5.1", "ACTIVE_RR")],
)
def test_E_10_a_marrow_below_5_per_cent_after_therapy(blasts: str, state: str) -> None:
    assert treated_relapse().marrow("2026-04-01", blasts).ask().ds == state


@pytest.mark.parametrize("blasts", [between(3, 7), over(2)], ids=["3-7", "above-2"])
def test_E_10_a_range_that_may_reach_5_per_cent_is_no_remission(blasts: object) -> None:
    assert treated_relapse().marrow("2026-04-01", blasts).ask().ds != "CR2"  # type: ignore[arg-type]


def test_E_10_every_method_must_agree() -> None:
    assert treated_relapse().marrow("2026-04-01", 3, flow=3).ask().ds == "CR2"
    assert treated_relapse().marrow("2026-04-01", 3, flow=8).ask().ds == "ACTIVE_RR"


def test_E_10_a_preliminary_marrow_does_not_count() -> None:
    assert treated_relapse().marrow("2026-04-01", 1, final=False).ask().ds == "ACTIVE_RR"


@pytest.mark.parametrize(
    ("day", "state"), [("2026-04-14", "ACTIVE_RR"), ("2026-04-15", "ACTIVE_RR")]
)
def test_POL_10_marrow_blasts_soon_after_a_clean_marrow_forbid_the_remission(
    day: str, state: str
) -> None:
    """13 and 14 days after: no remission was reached, the first relapse goes on."""
    story = treated_relapse().marrow("2026-04-01", 2, flow=2).marrow(day, 40, flow=40)
    answer = story.ask()
    assert (answer.ds, answer.relapses) == (state, 1)


def test_POL_10_marrow_blasts_15_days_later_are_a_new_relapse() -> None:
    story = treated_relapse().marrow("2026-04-01", 2, flow=2).marrow("2026-04-16", 40, flow=40)
    answer = story.ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


def test_POL_10_marrow_blasts_just_before_forbid_it_too() -> None:
    near = treated_relapse().marrow("2026-04-01", 40, flow=40).marrow("2026-04-15", 2)
    assert near.ask().ds == "ACTIVE_RR"
    apart = treated_relapse().marrow("2026-04-01", 40, flow=40).marrow("2026-04-16", 2)
    assert apart.ask().ds == "CR2"


def test_POL_10_blasts_in_blood_are_contrary_evidence() -> None:
    story = treated_relapse().marrow("2026-04-01", 2)
    assert story.blood("2026-04-05", 3).ask().ds != "CR2"
    assert story.blood("2026-04-05", 0).ask().ds == "CR2"


@pytest.mark.parametrize("window", [5, 14, 20])
def test_POL_10_window_of_the_site(window: int) -> None:
    story = treated_relapse().marrow("2026-04-01", 2, flow=2).marrow("2026-04-13", 40, flow=40)
    expected = 2 if window < 12 else 1
    assert story.ask(Policy(remission_window=window)).relapses == expected


def test_E_10_a_marrow_during_induction_is_no_remission() -> None:
    """CR cannot be declared before the end of induction (S25)."""
    story = child().diagnosed("2026-05-20").front_line("2026-05-21").marrow("2026-05-20", 90)
    assert story.marrow("2026-05-29", 3).ask().ds == "NOT_RR"
    assert story.marrow("2026-05-29", 3).marrow("2026-06-12", 8, flow=8).ask().relapses == 0


def test_E_10_a_marrow_below_5_per_cent_does_not_end_a_relapse_outside_the_marrow() -> None:
    story = child().diagnosed("2021-12-01").front_line("2021-12-01", "2024-03-01")
    story = story.remission("2022-01-10", 1).cns(CnsStatus.CNS3, "2026-04-01")
    story = story.marrow("2026-04-01", 1).reinduction("2026-04-05", "2026-05-20")
    assert story.marrow("2026-05-28", 1).ask().ds != "CR2"
    clear = story.marrow("2026-05-28", 1).cns(CnsStatus.CNS1, "2026-05-28")
    assert clear.ask().ds == "CR2"


def test_E_10_extramedullary_leukaemia_that_persists_contradicts_a_clean_marrow() -> None:
    story = treated_relapse().marrow("2026-04-01", 2).extramedullary(Site.OTHER, "2026-04-03")
    assert story.ask().ds == "ACTIVE_RR"


# --- Coded remission -----------------------------------------------------------------------------


def test_E_10_a_remission_code_is_dated_by_its_onset() -> None:
    answer = treated_relapse().coded_remission("2026-04-01").ask()
    assert answer.ds == "CR2"
    assert "2026-04-01" in answer.assessment.state.text


def test_E_10_the_end_of_a_resolved_relapse_code_is_the_remission() -> None:
    story = treated_relapse().coded_relapse(
        "2026-02-10", status=ClinicalStatus.RESOLVED, abated="2026-04-02"
    )
    answer = story.ask()
    assert answer.ds == "CR2"
    assert "2026-04-02" in answer.assessment.state.text


def test_E_10_a_month_is_an_interval() -> None:
    answer = treated_relapse().remission("2026-04").ask()
    assert answer.ds == "CR2"
    assert "2026-04" in answer.assessment.state.text
    assert "2026-04-01" not in answer.assessment.state.text


def test_E_10_problem_list_status_without_a_date_does_not_outweigh_dated_leukaemia() -> None:
    """Mapping reads the status of the leading entry; it has no date of its own."""
    story = child_first_relapse().without(Diagnosis)
    story = story.diagnosed("2024-03-10", status=ClinicalStatus.REMISSION)
    assert story.ask().ds == "ACTIVE_RR"


# --- Ordinal -------------------------------------------------------------------------------------


def test_E_11_two_statements_without_a_relapse_between_are_one_remission() -> None:
    story = treated_relapse().remission("2026-04-01").marrow("2026-04-10", 1)
    answer = story.remission("2026-05-05").coded_remission("2026-04-12").ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)
    assert "2026-04-01" in answer.assessment.state.text


def test_E_11_refractory_at_first_then_in_remission_is_CR1() -> None:
    story = child().diagnosed("2026-01-05").front_line("2026-01-06", "2026-02-10")
    story = story.marrow("2026-02-12", 40, flow=40).plan("2026-02-15", "2026-03-30")
    answer = story.remission("2026-04-05").ask()
    assert (answer.ds, answer.relapses) == ("CR1", 0)


def test_E_11_third_remission() -> None:
    story = child_second_remission().marrow("2026-05-01", 30, flow=30)
    answer = story.reinduction("2026-05-03", "2026-06-01").remission("2026-06-08").ask()
    assert (answer.ds, answer.relapses) == ("CR3", 2)


def test_E_13_positive_MRD_does_not_end_a_remission() -> None:
    answer = child_second_remission().mrd("2026-06-05", "0.9", method=Method.NGS).ask()
    assert (answer.ds, answer.mrd) == ("CR2", "POS")


# --- Partial remission (HS-13) -------------------------------------------------------------------


def late_relapse_under_reinduction(first: str, now: str) -> Story:
    """Late relapse in May (HS-12 would say NOT), reinduction still running, marrow in June."""
    story = child("2012-01-20").diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).marrow("2026-05-05", first, flow=first)
    story = story.work_up("2026-05-05").reinduction("2026-05-08")
    return story.marrow(RELAPSE, now, flow=now)


@pytest.mark.parametrize(
    ("first", "now", "partial"),
    [
        ("60", "5", True),
        ("60", "24.9", True),
        ("60", "25", False),
        ("60", "40", False),
        ("41.9", "21", False),
        ("42", "21", True),
        ("42.1", "21", True),
    ],
)
def test_HS_13_E_10_partial_remission_by_marrow(first: str, now: str, partial: bool) -> None:
    """From 5 to under 25 %, and at least half of the first value gone."""
    answer = late_relapse_under_reinduction(first, now).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.strength("HSCT") == ("CONS" if partial else "NOT")
    assert answer.gives("HS-13" if partial else "HS-12") == ("CONS" if partial else "NOT")


def test_E_10_a_stated_partial_remission_is_not_a_complete_one() -> None:
    story = late_relapse_under_reinduction("60", "40").partial_remission("2026-06-10")
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.gives("HS-13") == "CONS"


def test_E_16_a_site_that_is_not_proven_does_not_undo_a_remission() -> None:
    story = treated_relapse().remission("2026-04-01")
    story = story.extramedullary(Site.TESTIS, "2026-05-05", proven=Tri.NOT_MET)
    assert story.ask().ds == "CR2"


def test_E_28_adult_in_first_remission_stays_in_it() -> None:
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2026-02-01")
    assert story.remission("2024-02-20", 1).ask().ds == "CR1"


def test_E_10_marrow_below_5_per_cent_long_after_a_diagnosis_without_recorded_treatment() -> None:
    story = child().diagnosed("2025-05-01").marrow("2025-07-15", 2, flow=2)
    assert story.ask().ds == "CR1"
    early = child().diagnosed("2026-06-01").marrow("2026-06-10", 2, flow=2)
    assert early.ask().ds == "NOT_RR"

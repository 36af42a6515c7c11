"""Refractory relapse and primary induction failure (E-14, POL-12, REL-10)."""

from __future__ import annotations

import pytest

from relapse.facts import Agent, Method, Phase, Site
from relapse.logic import Tri
from tests.relapse.patients import (
    EU,
    RELAPSE,
    Story,
    adult,
    child,
    child_first_relapse,
    days_before,
)


def treated_first_relapse(after: str | None = "30", day: str = RELAPSE) -> Story:
    """Child of 11, first relapse on 10 April, one course until 20 May, then a marrow."""
    story = child_first_relapse(relapse="2026-04-10", eot="2026-04-01", but="cd19 cd22")
    story = story.reinduction("2026-04-12", "2026-05-20").cd19(RELAPSE).cd22(RELAPSE)
    return story if after is None else story.marrow(day, after, flow=after)


# --- Refractory relapse --------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["5", "30"])
def test_E_14_a_course_that_ended_with_5_per_cent_or_more(after: str) -> None:
    answer = treated_first_relapse(after).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    assert answer.product("tisa") == "EVAL"
    assert answer.gives("CA-01") == "EVAL"


def test_E_14_remission_in_this_episode_is_not_refractory() -> None:
    answer = treated_first_relapse("4.9").ask()
    assert answer.ds == "CR2"
    assert answer.strength("CART") == "NOT"


def test_E_14_no_course_of_this_episode_is_completed() -> None:
    answer = child_first_relapse(relapse="2026-04-10").reinduction("2026-06-01").ask()
    assert answer.product("tisa") == "NOT"
    assert answer.gives("CA-03") == "NOT"


def test_E_14_CA_03b_completed_course_and_no_marrow_since() -> None:
    answer = treated_first_relapse(None).ask()
    assert answer.product("tisa") == "CAD"
    assert answer.gives("CA-03b") == "CAD"
    assert "D-BM" in answer.requests("CART")


def test_E_14_a_preliminary_marrow_leaves_it_open() -> None:
    story = treated_first_relapse(None).marrow(RELAPSE, 30, flow=30, final=False)
    assert story.ask().product("tisa") == "CAD"


def test_E_14_a_marrow_in_the_middle_of_the_course_is_not_its_result() -> None:
    assert treated_first_relapse("30", day="2026-04-25").ask().product("tisa") == "CAD"


def test_E_14_a_course_begun_before_the_relapse_belongs_to_the_earlier_line() -> None:
    """Maintenance that ran on for two weeks after the relapse is no failed reinduction."""
    story = child_first_relapse(relapse="2026-05-01", eot="2026-05-15", but="cd19 cd22")
    story = story.cd19(RELAPSE).cd22(RELAPSE).marrow(RELAPSE, 60, flow=60)
    answer = story.ask()
    assert answer.product("tisa") == "NOT"
    assert answer.gives("CA-03") == "NOT"


def test_E_14_documented() -> None:
    story = child_first_relapse(relapse="2026-05-01").refractory("2026-06-05")
    assert story.ask().product("tisa") == "EVAL"


def test_E_14_a_statement_from_before_this_relapse_says_nothing_on_it() -> None:
    story = child_first_relapse().refractory("2024-03-30")
    assert story.ask().product("tisa") == "NOT"


def test_E_14_residual_disease_alone_is_not_refractory() -> None:
    story = treated_first_relapse(None).remission("2026-05-25").mrd("2026-06-05", "0.8")
    answer = story.ask()
    assert answer.ds == "CR2"
    assert answer.strength("CART") == "NOT"


def test_BL_08_E_14_refractory_first_relapse_of_a_child_in_the_EU() -> None:
    assert child_first_relapse(relapse="2026-05-01").ask(EU).strength("BLIN") == "NOT"
    story = child_first_relapse(relapse="2026-05-01").refractory("2026-06-05")
    assert story.ask(EU).strength("BLIN") == "EVAL"


def test_E_14_HS_11_refractory_late_relapse_of_a_child() -> None:
    story = child("2012-01-20").diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).marrow("2026-04-10", 60, flow=60).work_up("2026-04-10")
    assert story.ask().gives("HS-12") == "NOT"
    story = story.reinduction("2026-04-14", "2026-05-25").marrow(RELAPSE, 60, flow=60)
    assert story.ask().gives("HS-11") == "CONS"


# --- Primary induction failure (REL-10) ----------------------------------------------------------


def induction(began: int, marrow: int, *, blasts: str = "40", further: bool = False) -> Story:
    """Induction began ``began`` days before T0; the marrow is of day ``marrow`` of it."""
    start = days_before(began)
    story = child().diagnosed(days_before(began + 2))
    if further:
        story = story.plan(start, days_before(began - 30)).plan(days_before(began - 31))
    else:
        story = story.front_line(start)
    day = days_before(began - marrow)
    return story.marrow(day, blasts, flow=blasts).work_up(day, but="cd19 cd22").cd19(day).cd22(day)


@pytest.mark.parametrize(
    ("began", "marrow", "further", "state"),
    [
        pytest.param(41, 28, False, "NOT_RR", id="day-28-seen-on-day-41"),
        pytest.param(42, 28, False, "ACTIVE_RR", id="day-28-seen-on-day-42"),
        pytest.param(42, 27, False, "NOT_RR", id="day-27-seen-on-day-42"),
        pytest.param(36, 28, False, "NOT_RR", id="day-28-one-course"),
        pytest.param(36, 28, True, "ACTIVE_RR", id="day-28-further-course"),
        pytest.param(36, 27, True, "NOT_RR", id="day-27-further-course"),
        pytest.param(60, 42, False, "ACTIVE_RR", id="day-42"),
    ],
)
def test_REL_10_windows(began: int, marrow: int, further: bool, state: str) -> None:
    answer = induction(began, marrow, further=further).ask()
    assert (answer.ds, answer.relapses) == (state, 0)
    assert answer.applies("REL-10") is (state == "ACTIVE_RR")
    if state == "NOT_RR":
        assert answer.cards == set()


def test_REL_10_options_of_primary_refractory_leukaemia() -> None:
    answer = induction(50, 42).ask()
    assert answer.strengths == "EVAL EVAL EVAL CONS"
    assert answer.products == "EVAL NOT NOT"
    assert answer.gives("HS-11") == "CONS"
    assert answer.timing == (None, None, None)


@pytest.mark.parametrize(("blasts", "state"), [("5", "ACTIVE_RR"), ("4.9", "CR1")])
def test_REL_10_leukaemia_not_residual_disease(blasts: str, state: str) -> None:
    assert induction(50, 42, blasts=blasts).ask().ds == state


def test_REL_10_leukaemia_in_blood_or_outside_the_marrow() -> None:
    base = child().diagnosed("2026-04-10").front_line("2026-04-12")
    assert base.ask().ds == "NOT_RR"
    assert base.blood("2026-06-01", 30).ask().ds == "ACTIVE_RR"
    assert base.extramedullary(Site.OTHER, "2026-06-01").ask().ds == "ACTIVE_RR"


def test_REL_10_documented() -> None:
    base = child().diagnosed("2026-05-20").front_line("2026-05-21")
    assert base.ask().ds == "NOT_RR"
    answer = base.refractory("2026-06-10").ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 0)


def test_REL_10_a_preliminary_marrow_does_not_count() -> None:
    base = child().diagnosed("2026-04-10").front_line("2026-04-12")
    assert base.marrow("2026-06-01", 60, flow=60, final=False).ask().ds == "NOT_RR"


def test_REL_10_not_after_a_remission() -> None:
    """Blasts after a remission are a relapse, not induction failure."""
    story = adult().diagnosed("2026-03-01").front_line("2026-03-03").remission("2026-04-05")
    answer = story.marrow("2026-06-01", 60, flow=60).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)


def test_REL_10_adult_products_after_induction_failure() -> None:
    story = adult().diagnosed("2026-03-01").front_line("2026-03-03", "2026-04-05")
    story = story.marrow("2026-04-10", 40, flow=40).plan("2026-04-14", "2026-05-20")
    answer = story.marrow(RELAPSE, 40, flow=40).work_up().ask()
    assert answer.products == "NOT EVAL EVAL"
    assert answer.gives("CA-06") == "EVAL"


def test_REL_10_HS_09_first_remission_reached_after_induction_failure() -> None:
    story = child().diagnosed("2026-01-05").front_line("2026-01-06", "2026-02-10")
    story = story.marrow("2026-02-12", 40, flow=40).plan("2026-02-15", "2026-03-30")
    answer = story.remission("2026-04-05").ph(Tri.NOT_MET, "2026-01-06").ask()
    assert answer.ds == "CR1"
    assert answer.gives("HS-09") == "CONS"


@pytest.mark.parametrize("method", [Method.FLOW, Method.MORPHOLOGY])
def test_REL_10_any_method_from_5_per_cent(method: Method) -> None:
    base = child().diagnosed("2026-04-10").front_line("2026-04-12")
    assert base.blasts("2026-06-01", 30, method=method).ask().ds == "ACTIVE_RR"


def test_E_14_coded_as_refractory() -> None:
    story = child_first_relapse(relapse="2026-05-01")
    assert story.ask().product("tisa") == "NOT"
    coded = story.condition("2026-06-05", phase=Phase.REFRACTORY, text="ALL, refractory")
    assert coded.ask().product("tisa") == "EVAL"


def test_REL_10_coded_as_refractory() -> None:
    story = child().diagnosed("2026-05-20").front_line("2026-05-21")
    coded = story.condition("2026-06-10", phase=Phase.REFRACTORY, text="ALL, refractory")
    assert (coded.ask().ds, coded.ask().relapses) == ("ACTIVE_RR", 0)


@pytest.mark.parametrize(("ago", "tisa"), [(13, "NOT"), (14, "CAD"), (30, "CAD")])
def test_E_14_a_course_of_doses_is_completed_after_14_days_without_one(ago: int, tisa: str) -> None:
    story = child_first_relapse(relapse="2026-05-01", eot="2026-04-20", but="cd19 cd22")
    story = story.drug(Agent.OTHER_ANTILEUKAEMIC, "2026-05-04", days_before(ago)).cd19(RELAPSE)
    assert story.ask().product("tisa") == tisa

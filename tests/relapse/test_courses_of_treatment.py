"""Plans and doses cut into courses, at the ends of what is recorded (E-10, E-14, E-26, BL-11): days
known to their month, doses inside plans, and what makes a history known.
"""

from __future__ import annotations

import pytest

from relapse.facts import Agent, Given, ProcedureKind
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult_first_relapse,
    adult_second_remission,
    child,
    child_first_relapse,
)

DRUG = Agent.OTHER_ANTILEUKAEMIC


# --- E-10: four weeks of induction, days known to their month ------------------------------------


def induced(start: str, until: str | None = None) -> Story:
    return child().diagnosed("2026-01-08").front_line(start, until)


@pytest.mark.parametrize(
    ("start", "until", "marrow", "state"),
    [
        ("2026-01", None, "2026-02-27", "NOT_RR"),
        ("2026-01", None, "2026-02-28", "CR1"),
        ("2026-01-10", None, "2026-02", "NOT_RR"),
        ("2026-01-10", None, "2026-03", "CR1"),
        ("2026-02-05", "2026-02", "2026-02-27", "NOT_RR"),
        ("2026-02-05", "2026-02", "2026-02-28", "CR1"),
        ("2026-02-05", "2026-02-20", "2026-02", "NOT_RR"),
    ],
)
def test_E_10_remission_needs_certainty_that_the_course_went_before(
    start: str, until: str | None, marrow: str, state: str
) -> None:
    assert induced(start, until).marrow(marrow, 2, flow=0).ask().ds == state


def test_E_10_a_plan_without_a_day_shows_no_four_weeks() -> None:
    story = induced("2026-02-01").plan(None, "2026-02-20").marrow("2026-02-10", 2, flow=0)
    assert story.ask().ds == "NOT_RR"


# --- E-14: which marrow follows a completed course -----------------------------------------------


def relapsed() -> Story:
    return child_first_relapse(relapse="2026-03-30", eot="2026-03-20").cd19(RELAPSE)


def tisa(story: Story) -> str:
    """EVAL: refractory; CAD: response not known; NOT: no course of the relapse is completed."""
    return story.ask().product("tisa")


@pytest.mark.parametrize(
    ("marrow", "expected"),
    [("2026-05-20", "CAD"), ("2026-05-31", "EVAL"), ("2026-06", "EVAL"), ("2026-05", "CAD")],
)
def test_E_14_a_course_that_ended_in_a_month(marrow: str, expected: str) -> None:
    story = relapsed().reinduction("2026-04-12", "2026-05").marrow(marrow, 60, flow=60)
    assert tisa(story) == expected
    of_doses = relapsed().drug(DRUG, "2026-04-12", "2026-05").marrow(marrow, 60, flow=60)
    assert tisa(of_doses) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        pytest.param("2026-06-09", "EVAL", id="before-the-marrow"),
        pytest.param("2026-06", "CAD", id="this-month"),  # before or after the marrow of 10 June
        pytest.param("2026-07", "NOT", id="next-month"),
    ],
)
def test_E_14_a_course_that_ended_this_month(until: str, expected: str) -> None:
    story = relapsed().plan("2026-04-12", until, running=False).marrow("2026-06-10", 60, flow=60)
    assert tisa(story) == expected


@pytest.mark.parametrize(
    ("until", "category"),
    [("2026-06-05", "POS"), ("2026-06-06", "UNK"), ("2026-06", "UNK"), ("2026-07", "POS")],
)
def test_STALE_05_a_block_that_ended_this_month(until: str, category: str) -> None:
    """MRD of 5 June: not shown to be later than a block that ended in June."""
    story = adult_second_remission().plan("2026-05-01", until, running=False)
    assert story.mrd("2026-06-05", "0.5").ask().mrd == category


def test_STALE_05_the_block_that_ended_last() -> None:
    """One block ended in the year 2025, which may be its last day, another in March 2026."""
    story = adult_second_remission().plan("2025-12-05", "2026", running=False)
    assert story.mrd("2026-06-05", "0.5").ask().mrd == "UNK"


def test_E_14_a_drug_that_still_runs_is_no_completed_course() -> None:
    story = relapsed().marrow(RELAPSE, 60, flow=60)
    assert tisa(story.drug(DRUG, "2026-04-12", running=True)) == "NOT"
    assert tisa(story.drug(DRUG, "2026-04-12", "2026-04-30")) == "EVAL"


@pytest.mark.parametrize(("last", "expected"), [("2026-06-01", "EVAL"), ("2026-06-02", "NOT")])
def test_E_14_doses_are_a_completed_course_after_fourteen_days(last: str, expected: str) -> None:
    """T0 is 15 June."""
    story = relapsed().drug(DRUG, "2026-05-25").drug(DRUG, last).marrow("2026-06-12", 60, flow=60)
    assert tisa(story) == expected


def test_E_14_a_short_dose_inside_a_long_one_does_not_end_the_course() -> None:
    """An infusion until 15 May, a dose of 14 April, a dose of 20 May: one course until 20 May."""
    story = relapsed().drug(DRUG, "2026-04-12", "2026-05-15").drug(DRUG, "2026-04-14")
    story = story.drug(DRUG, "2026-05-20").marrow("2026-05-10", 60, flow=60)
    assert tisa(story) == "CAD"
    apart = relapsed().drug(DRUG, "2026-04-12").drug(DRUG, "2026-04-14").drug(DRUG, "2026-05-20")
    assert tisa(apart.marrow("2026-05-10", 60, flow=60)) == "EVAL"


@pytest.mark.parametrize(
    ("start", "dose"),
    [
        ("2026-04-12", "2026-04-12"),
        ("2026-04-12", "2026-04"),
        ("2026-04", "2026-04-11"),
        ("2026-04-12", "2026-05-01"),
    ],
)
def test_E_14_a_dose_inside_a_plan_ends_nothing(start: str, dose: str) -> None:
    """The marrow of 10 May lies within the plan, long after a single dose of it."""
    story = relapsed().reinduction(start, "2026-05-20").drug(DRUG, dose)
    assert tisa(story.marrow("2026-05-10", 60, flow=60)) == "CAD"


@pytest.mark.parametrize(("second", "expected"), [("2026-04-25", "CAD"), ("2026-04-26", "EVAL")])
def test_E_14_doses_fourteen_days_apart_are_two_courses(second: str, expected: str) -> None:
    """The marrow of 20 April follows the dose of 12 April where that was a course."""
    story = relapsed().drug(DRUG, "2026-04-12").drug(DRUG, second)
    assert tisa(story.marrow("2026-04-20", 60, flow=60)) == expected


def test_E_14_a_dose_outside_the_plan_is_a_course_of_its_own() -> None:
    story = relapsed().drug(DRUG, "2026-04-12").reinduction("2026-05-12", "2026-06-01")
    assert tisa(story.marrow("2026-05-10", 60, flow=60)) == "EVAL"


def test_E_14_a_running_plan_holds_its_doses_past_the_end_that_was_planned() -> None:
    story = relapsed().plan("2026-04-12", "2026-05-01", running=True).drug(DRUG, "2026-05-10")
    assert tisa(story.marrow(RELAPSE, 60, flow=60)) == "NOT"


def test_E_14_doses_beside_a_plan_without_a_day() -> None:
    story = relapsed().plan(None, None, running=False).drug(DRUG, "2026-04-12")
    assert tisa(story.marrow(RELAPSE, 60, flow=60)) == "EVAL"


def test_E_14_a_TKI_alone_is_no_course() -> None:
    story = relapsed().tki(Agent.IMATINIB, "2026-04-12", "2026-05-12")
    assert tisa(story.marrow(RELAPSE, 60, flow=60)) == "NOT"


def test_E_14_intrathecal_doses_and_orders_alone_are_no_course() -> None:
    story = relapsed().marrow(RELAPSE, 60, flow=60)
    assert tisa(story.drug(Agent.CYTARABINE, "2026-04-12", intrathecal=True)) == "NOT"
    assert tisa(story.drug(DRUG, "2026-04-12", given=Given.ORDERED)) == "NOT"


# --- E-26: what makes the history known ----------------------------------------------------------


def untreated() -> Story:
    """A first relapse; no treatment at all is on record."""
    story = child().diagnosed("2024-03-10").remission("2024-04-12", 1)
    return story.marrow(RELAPSE, 30, flow=30).work_up()


@pytest.mark.parametrize(
    "story",
    [
        untreated().front_line("2024-03-10", "2026-03-01"),
        untreated().drug(DRUG, "2024-03-12"),
        untreated().procedure(ProcedureKind.INTRATHECAL, "2024-03-12"),
        untreated().plan(None, None, running=False),
    ],
    ids=["plan", "dose", "intrathecal", "plan-without-a-day"],
)
def test_E_26_any_treatment_makes_the_history_known(story: Story) -> None:
    assert untreated().ask().product("tisa") == "CAD"
    assert "D-PRIOR" in untreated().ask().requests("CART")
    assert story.ask().product("tisa") == "NOT"
    assert "D-PRIOR" not in story.ask().all_requests


def test_E_26_a_plan_of_comfort_care_that_has_ended_is_no_treatment() -> None:
    answer = untreated().plan("2025-01-01", "2025-02-01", comfort_care=True).ask()
    assert "D-PRIOR" in answer.requests("CART")


def test_E_26_a_transplant_alone_is_treatment() -> None:
    """Inotuzumab is then "none recorded": no precaution and no question about it."""
    answer = untreated().transplant("2025-01-10").ask()
    assert answer.product("tisa") == "CONS"
    assert "D-PRIOR" not in answer.all_requests


# --- BL-11: plans and doses of blinatumomab ------------------------------------------------------


def on_blinatumomab(start: str | None = "2026-03-01", until: str | None = "2026-03-28") -> Story:
    story = adult_first_relapse(relapse="2026-01-20", eot="2025-12-20", but="cd19")
    return story.plan(start, until, Agent.BLINATUMOMAB, running=False).cd19(RELAPSE)


def failed(story: Story) -> bool:
    return story.ask().applies("BL-11")


@pytest.mark.parametrize(("marrow", "expected"), [("2026-04-25", True), ("2026-04-26", False)])
def test_BL_11_the_marrow_after_a_plan_without_doses(marrow: str, expected: bool) -> None:
    assert failed(on_blinatumomab().marrow(marrow, 40, flow=40)) is expected


def test_BL_11_doses_inside_the_plan_say_when_it_really_ended() -> None:
    story = on_blinatumomab().drug(Agent.BLINATUMOMAB, "2026-03-01", "2026-03-10")
    assert failed(story.marrow("2026-04-07", 40, flow=40))
    assert not failed(story.marrow("2026-04-08", 40, flow=40))


@pytest.mark.parametrize("dose", ["2026-02-14", "2026-05-20"], ids=["before", "after"])
def test_BL_11_a_dose_outside_the_plan_leaves_the_plan_standing(dose: str) -> None:
    story = on_blinatumomab().drug(Agent.BLINATUMOMAB, dose)
    assert failed(story.marrow("2026-04-20", 40, flow=40))


@pytest.mark.parametrize(
    ("start", "until", "dose"),
    [
        ("2026-03-01", "2026-03-28", "2026-03-01"),
        ("2026-03", "2026-03-28", "2026-03-05"),
        ("2026-03-01", "2026-03", "2026-03-20"),
    ],
)
def test_BL_11_a_plan_known_to_its_month_is_that_of_its_doses(
    start: str, until: str, dose: str
) -> None:
    """The marrow of 20 April comes more than 28 days after the dose, not so after the plan."""
    story = on_blinatumomab(start, until).marrow("2026-04-20", 40, flow=40)
    assert failed(story)
    assert not failed(story.drug(Agent.BLINATUMOMAB, dose))


def test_BL_11_a_plan_without_a_day_beside_its_doses() -> None:
    story = on_blinatumomab(None, None).drug(Agent.BLINATUMOMAB, "2026-03-01", "2026-03-10")
    assert failed(story.marrow("2026-04-07", 40, flow=40))
    assert not failed(story.marrow("2026-04-08", 40, flow=40))

"""How many cycles of inotuzumab a plan with doses tells of (IN-04, IN-05, P-07, POL-25): a cycle
gives its doses on days 1, 8 and 15 and lasts three weeks at least.
"""

from __future__ import annotations

import pytest

from relapse.facts import Agent
from tests.relapse.patients import NOTE, RELAPSE, WARN, Answer, Story, adult_first_relapse


def treated(until: str | None, *doses: str, start: str = "2026-02-01") -> Answer:
    """A plan of inotuzumab for the relapse of January, its doses, and no remission since."""
    story: Story = adult_first_relapse(relapse="2026-01-20", eot="2025-12-20")
    story = story.plan(start, until, Agent.INOTUZUMAB, text="Inotuzumab ozogamicin")
    for day in doses:
        story = story.drug(Agent.INOTUZUMAB, day)
    return story.marrow(RELAPSE, 60, flow=60).cd22(RELAPSE).cd19(RELAPSE).ask()


@pytest.mark.parametrize(
    ("doses", "effect"),
    [
        pytest.param(["2026-02-01", "2026-02-15"], NOTE, id="days-1-and-15"),
        pytest.param(["2026-02-01", "2026-02-21"], NOTE, id="days-1-and-21"),
        pytest.param(["2026-02-01", "2026-02-22"], WARN, id="days-1-and-22"),
        pytest.param(["2026-02-01", "2026-02-15", "2026-03-01"], WARN, id="and-day-1-again"),
    ],
)
@pytest.mark.parametrize("until", [None, "2026-06-10"], ids=["running", "long"])
def test_P_07_doses_of_one_cycle_in_a_plan_that_goes_on(
    until: str | None, doses: list[str], effect: str
) -> None:
    assert treated(until, *doses).effect("P-07", "INO") == {effect}


def test_IN_04_two_cycles_of_days_1_and_15_are_not_four() -> None:
    two = ["2026-02-01", "2026-02-15", "2026-03-01", "2026-03-15"]
    assert treated(None, *two).strength("INO") == "CONS"
    assert treated(None, *two, "2026-03-29").strength("INO") == "NOT"


def test_P_07_the_count_starts_with_the_first_dose_not_with_the_plan() -> None:
    """A plan entered three weeks before its first dose: still one cycle."""
    doses = ["2026-02-22", "2026-03-08"]
    assert treated(None, *doses).effect("P-07", "INO") == {NOTE}


def test_P_07_a_dose_before_the_plan_is_a_cycle_of_its_own() -> None:
    answer = treated(None, "2026-02-01", "2026-02-15", start="2026-02-10")
    assert answer.effect("P-07", "INO") == {WARN}


def test_P_07_a_dose_that_names_its_month_alone_is_no_second_cycle() -> None:
    assert treated(None, "2026-02-15", "2026-02").effect("P-07", "INO") == {NOTE}

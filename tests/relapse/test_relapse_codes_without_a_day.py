"""Relapse codes without an onset of their own: what was recorded when, and what was measured since
(REL-01, REL-08, REL-16); relapses measured before they were coded.
"""

from __future__ import annotations

import pytest

from relapse.facts import ClinicalStatus
from tests.relapse.patients import (
    RELAPSE,
    Answer,
    Story,
    adult,
    child_second_remission,
    days_before,
)


def remitted(cr1: str = "2026-05-10", dx: str = "2026-03-05") -> Story:
    return adult().diagnosed(dx).front_line(dx).remission(cr1, 1)


def contradicted(answer: Answer) -> bool:
    """Whether every card names the code that the remission contradicts."""
    return any("relapse code" in caveat for caveat in answer.assessment.state.caveats)


@pytest.mark.parametrize(
    ("recorded", "caveat"),
    [("2026-03-31", False), ("2026-04-01", False), ("2026-04-02", True), ("2026-04", False)],
)
def test_REL_16_an_entry_set_to_relapse_before_the_second_remission_is_the_earlier_relapse(
    recorded: str, caveat: bool
) -> None:
    """CR2 of 2026-04-01. An entry that was recorded later contradicts it."""
    story = child_second_remission(cr2="2026-04-01")
    story = story.diagnosed("2021-05-01", status=ClinicalStatus.RELAPSE, recorded=recorded)
    answer = story.ask()
    assert answer.ds == "CR2"
    assert contradicted(answer) is caveat


@pytest.mark.parametrize(
    ("cr1", "state"),
    [("2026-06", "CR1"), (days_before(90), "CR1"), (days_before(91), "POSSIBLE_RELAPSE")],
)
def test_REL_16_a_remission_of_this_month_is_recent(cr1: str, state: str) -> None:
    """T0 is 15 June: "June 2026" cannot be more than fifteen days ago."""
    answer = remitted(cr1, dx="2026-01-05").coded_relapse(None, recorded="2026-06-12").ask()
    assert answer.ds == state
    assert contradicted(answer) is (state == "CR1")


@pytest.mark.parametrize(("count", "state"), [("0", "CR1"), ("0.1", "ACTIVE_RR")])
def test_REL_16_blasts_counted_in_blood_since_the_remission(count: str, state: str) -> None:
    """Reported as ×10⁹/L alone, without a percentage: they are blasts all the same."""
    story = remitted().coded_relapse(None, recorded="2026-06-10")
    assert story.blood(RELAPSE, count=count, lymphoblasts=False).ask().ds == state


@pytest.mark.parametrize(
    ("day", "state"), [("2026-05-10", "CR1"), ("2026-05-11", "ACTIVE_RR"), ("2026-05", "CR1")]
)
def test_REL_16_leukaemia_measured_after_the_remission_only(day: str, state: str) -> None:
    """MRD of 2 % on the day of the remission, or perhaps before it, shows no relapse after it."""
    story = remitted().coded_relapse(None, recorded="2026-06-10").mrd(day, 2)
    assert story.ask().ds == state


def test_REL_01_a_code_recorded_before_any_remission() -> None:
    """The remission that it implies is not on record; the one that followed is the second."""
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-12-01")
    story = story.coded_relapse(None, recorded="2026-01-10").remission("2026-03-10")
    answer = story.ask()
    assert answer.ds == "CR2"
    assert answer.relapses == 1


@pytest.mark.parametrize(
    ("dx", "recorded", "state"),
    [
        ("2026-01-10", "2026-02-07", "CR1"),
        ("2026-01-10", "2026-02-08", "CR2"),
        ("2026-01", "2026-02-28", "CR1"),
        ("2026-01", "2026-03-01", "CR2"),
        ("2026-01", "2026-02", "CR1"),
        ("2026-01-10", "2026-02", "CR1"),
    ],
)
def test_REL_01_a_code_recorded_within_the_first_induction_is_no_relapse(
    dx: str, recorded: str, state: str
) -> None:
    """Four weeks from diagnosis, the latest possible day of a diagnosis known to its month."""
    story = adult().diagnosed(dx).coded_relapse(None, recorded=recorded)
    assert story.remission("2026-04-14").ask().ds == state


def test_REL_01_a_code_recorded_with_the_diagnosis_where_nothing_else_is_known() -> None:
    """Referred in relapse: the first entry of this record is of the same days as the code."""
    story = adult().diagnosed("2026-05-20").coded_relapse(None, recorded="2026-05-21")
    assert story.ask().ds == "ACTIVE_RR"


# --- A relapse measured before it was coded ------------------------------------------------------


def headline(story: Story) -> str:
    return story.ask().notice("CTX").summary


@pytest.mark.parametrize(
    ("coded", "marrow", "begins"),
    [
        ("2026-06-01", "2026-04-02", "2026-04-02"),
        ("2026-06-01", "2026-04-01", "2026-06-01"),
        ("2026-06-01", "2026-04", "2026-04"),
        ("2026-06-01", "2026-03", "2026-06-01"),
        ("2026-06", "2026-04-02", "2026-04-02"),
        ("2026-06", "2026-04-01", "2026-06"),
    ],
)
def test_REL_01_sixty_days_before_the_code(coded: str, marrow: str, begins: str) -> None:
    """No remission on record; sixty days before 1 June is 2 April."""
    story = adult().diagnosed("2024-01-10").marrow(marrow, 40, flow=40).coded_relapse(coded)
    assert f"First relapse of B-ALL {begins}," in headline(story)


def test_REL_01_the_marrow_of_the_first_diagnosis_before_a_dated_remission() -> None:
    """Relapse within weeks of a remission: it did not begin with the first diagnosis."""
    story = adult().diagnosed("2026-04-10").marrow("2026-04-10", 80, flow=80)
    story = story.front_line("2026-04-12").remission("2026-05-20", 1).coded_relapse("2026-06-05")
    assert "First relapse of B-ALL 2026-06-05," in headline(story)


def test_REL_03_a_doubtful_marrow_before_the_code_does_not_date_it() -> None:
    story = remitted("2026-04-20").marrow("2026-05-20", 8).coded_relapse("2026-06-01")
    assert "First relapse of B-ALL 2026-06-01," in headline(story)


# --- A remission without a day beside a state of relapse -----------------------------------------


@pytest.mark.parametrize(
    ("recorded", "state"),
    [
        (None, "POSSIBLE_RELAPSE"),
        (days_before(91), "POSSIBLE_RELAPSE"),
        (days_before(90), "CR1"),
    ],
)
def test_REL_16_remission_and_relapse_both_without_a_day(recorded: str | None, state: str) -> None:
    """The problem list says "relapse", another entry "in remission": neither says since when."""
    story = adult().diagnosed("2024-01-10", status=ClinicalStatus.RELAPSE)
    answer = story.coded_remission(None, recorded=recorded).ask()
    assert answer.ds == state
    assert contradicted(answer) is (state == "CR1")


def test_REL_16_an_entry_set_to_relapse_on_an_unknown_day() -> None:
    """It may be newer than the remission that contradicts it: every card names it."""
    story = adult().diagnosed("2026-03-05", status=ClinicalStatus.RELAPSE).front_line("2026-03-05")
    answer = story.remission("2026-05-10", 1).ask()
    assert answer.ds == "CR1"
    assert any("recorded on an unknown day" in text for text in answer.assessment.state.caveats)


@pytest.mark.parametrize("recorded", ["2025-01-10", "2026-06-08", "2026-06-10"])
def test_E_15_an_ordinal_above_the_count_whenever_it_was_recorded(recorded: str) -> None:
    """Third relapse by its code, of which the record shows the last."""
    story = remitted("2024-02-20", dx="2024-01-10").marrow(RELAPSE, 40, flow=40)
    story = story.coded_relapse(None, recorded=recorded, relapse_ordinal=3)
    assert story.ask().relapses == 3
    assert "Third relapse of B-ALL 2026-06-08," in headline(story)


def test_E_15_an_ordinal_that_the_record_already_shows_changes_nothing() -> None:
    story = remitted("2024-02-20", dx="2024-01-10").marrow(RELAPSE, 40, flow=40)
    story = story.coded_relapse(None, recorded="2025-01-10", relapse_ordinal=1)
    assert "First relapse of B-ALL 2026-06-08," in headline(story)

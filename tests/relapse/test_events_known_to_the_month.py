"""Events known to the month or year, on both sides of a limit (E-02, E-16, E-18, E-19, E-27, HS
rows): an answer that hangs on the day is open.
"""

from __future__ import annotations

import pytest

from relapse.facts import Agent, ExtramedullaryDisease, Lineage, Sex, Site
from relapse.logic import Tri
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult_first_relapse,
    child_first_relapse,
    first_remission,
    over,
    person,
)


def relapsed_in(when: str, birth: str) -> Story:
    """Late first relapse, off treatment for three years: a child waits for MRD, an adult is
    referred.
    """
    story = person(birth).diagnosed("2020-03-10").front_line("2020-03-10", "2023-03-01")
    story = story.remission("2020-04-12", 1).coded_relapse(when)
    return story.marrow("2026-06-10", 30, flow=30).work_up("2026-06-10")


@pytest.mark.parametrize(
    ("relapse", "birth", "row"),
    [
        pytest.param("2026-05", "2008-06-01", "HS-12", id="17-all-month"),
        pytest.param("2026-05", "2008-05-01", "HS-11", id="18-all-month"),
        pytest.param("2026-05", "2008-05-02", "HS-11", id="18-on-most-days-and-18-today"),
        pytest.param("2026-06", "2008-06-16", "HS-12", id="the-month-ends-with-T0"),
        pytest.param("2026-06", "2008-06-15", "HS-11", id="18-today"),
    ],
)
def test_HS_11_HS_12_age_at_a_relapse_known_to_its_month(
    relapse: str, birth: str, row: str
) -> None:
    """Child or adult by the age at the relapse; where the month leaves it open, by that today."""
    answer = relapsed_in(relapse, birth).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.rule(row).strength is not None
    assert answer.strength("HSCT") == ("CONS" if row == "HS-11" else "NOT")


@pytest.mark.parametrize(
    ("birth", "shown"), [("2000-06-02", False), ("2000-07-01", True), ("2000-05-20", False)]
)
def test_E_27_paediatric_schemes_only_where_the_patient_was_surely_under_26(
    birth: str, shown: bool
) -> None:
    story = relapsed_in("2026-06", birth)
    assert (story.ask().timing[0] is not None) is shown


def test_E_02_E_19_the_earliest_entry_is_the_first_diagnosis() -> None:
    """A second entry for the same leukaemia, made at the relapse work-up, dates nothing."""
    story = child_first_relapse().diagnosed("2026-06-01")
    assert story.ask().timing == child_first_relapse().ask().timing == ("early", "early", "S3")


def test_E_03_an_entry_that_is_silent_on_the_precursor_does_not_disagree() -> None:
    story = adult_first_relapse().condition("2023-10-06", lineage=Lineage.B)
    answer = story.ask()
    assert not answer.applies("CONF-01")
    assert answer.strength("BLIN") == "EVAL"


# --- E-18 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("recorded", [RELAPSE, "2026-06"])
def test_E_18_a_site_known_by_its_recording_alone(recorded: str) -> None:
    story = adult_first_relapse(but="testes").without(ExtramedullaryDisease)
    answer = story.extramedullary(Site.TESTIS, None, recorded=recorded).ask()
    assert "CX-06" in answer.lines("CTX")
    assert "Testicular relapse" in answer.lines("CTX")["CX-06"]


def test_CX_06_a_woman_is_not_asked_for_an_examination() -> None:
    story = person("1984-02-11", Sex.FEMALE).diagnosed("2023-10-05").front_line("2023-10-05")
    story = story.remission("2023-11-15", 1).marrow(RELAPSE, 30, flow=30).work_up(but="testes")
    answer = story.ask()
    assert "CX-06" not in answer.lines("CTX")
    assert "D-TEST" not in answer.all_requests


# --- Bounds in words, caveats --------------------------------------------------------------------


def test_a_bound_is_named_as_it_was_reported() -> None:
    story = adult_first_relapse(blasts=30).marrow("2026-06-09", over(50))
    texts = [used.text for used in story.ask().assessment.state.facts]
    assert any("marrow blasts >50 %" in text for text in texts)


def test_REL_04_an_option_that_is_out_asks_for_nothing() -> None:
    answer = first_remission().mrd("2026-06-05", 2).ask()
    assert answer.strength("INO") == "NOT"
    assert answer.requests("INO") == set()


def test_the_state_of_a_remission_without_a_day() -> None:
    story = person("1996-02-11").diagnosed("2026-03-05").coded_remission(None)
    text = story.ph(Tri.NOT_MET, "2026-03-06").ask().assessment.state.text
    assert text == "Remission 1 (CR1), date unknown"


# --- Induction and relapse known to their month --------------------------------------------------


@pytest.mark.parametrize(
    ("start", "marrow", "state"),
    [
        ("2026-02", "2026-03-27", "NOT_RR"),
        ("2026-02", "2026-03-28", "ACTIVE_RR"),
        ("2026-02-10", "2026-03", "NOT_RR"),
        ("2026-02-10", "2026-04", "ACTIVE_RR"),
    ],
)
def test_REL_10_blasts_surely_28_days_after_the_induction_began(
    start: str, marrow: str, state: str
) -> None:
    story = person("2014-11-20").diagnosed("2026-02-08").front_line(start)
    assert story.marrow(marrow, 40, flow=40).ask().ds == state


@pytest.mark.parametrize(
    ("start", "state"),
    [("2026-05-04", "ACTIVE_RR"), ("2026-05-05", "NOT_RR"), ("2026-05", "NOT_RR")],
)
def test_REL_10_six_weeks_of_induction(start: str, state: str) -> None:
    """T0 is 15 June, 42 days after 4 May; blasts were seen on 12 June, no further course given."""
    story = person("2014-11-20").diagnosed("2026-05-03").front_line(start)
    assert story.marrow("2026-06-12", 40, flow=40).ask().ds == state


@pytest.mark.parametrize(
    ("relapse", "marrow", "state"),
    [
        ("2026-02-10", "2026-03-09", "ACTIVE_RR"),
        ("2026-02-10", "2026-03-10", "CR2"),
        ("2026-02", "2026-03-27", "ACTIVE_RR"),
        ("2026-02", "2026-03-28", "CR2"),
        ("2026-02-10", "2026-03", "ACTIVE_RR"),
        ("2026-02-10", "2026-04", "CR2"),
    ],
)
def test_REL_08_a_low_marrow_four_weeks_after_a_coded_relapse(
    relapse: str, marrow: str, state: str
) -> None:
    """No course of the relapse is on record: before four weeks the marrow ends nothing."""
    story = person("2014-11-20").diagnosed("2024-01-10").remission("2024-02-20", 1)
    story = story.coded_relapse(relapse).marrow(marrow, 2, flow=0)
    assert story.ask().ds == state


@pytest.mark.parametrize(
    ("until", "relapse", "on_it"),
    [
        ("2025-11-28", "2025-12-28", True),
        ("2025-11-28", "2025-12-29", False),
        ("2025-11", "2025-12-30", True),
        ("2025-11", "2025-12-31", False),
        ("2025-11-28", "2025-12", True),
        ("2025-11-28", "2026-01", False),
    ],
)
def test_BL_11_POL_35_relapse_within_thirty_days_of_blinatumomab(
    until: str, relapse: str, on_it: bool
) -> None:
    """The safer answer where a month leaves it open: it may have come within the thirty days."""
    story = person("1984-02-11").diagnosed("2024-01-10").front_line("2024-01-12", "2025-10-01")
    story = story.remission("2024-02-20", 1).plan("2025-11-01", until, Agent.BLINATUMOMAB)
    story = story.coded_relapse(relapse).marrow("2026-06-08", 30, flow=30).cd19("2026-06-08")
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.applies("BL-11") is on_it

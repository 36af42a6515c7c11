"""Genetics of the leukaemia: what stays, what expires (E-04 to E-06, STALE-09, CX-02, CX-08)."""

from __future__ import annotations

import pytest

from relapse.facts import Agent, GeneticResult, Lesion, StopReason, TreatmentPlan
from relapse.logic import Tri
from tests.relapse.patients import (
    Answer,
    Story,
    adult,
    adult_first_relapse,
    adult_short_remission,
)

RELAPSE_DAY = "2026-06-08"


def ph_positive(**more: str) -> Story:
    """First relapse of 2026-06-08, Ph-positive since first diagnosis; T315I never tested."""
    story = adult_first_relapse(but="ph", **more)
    return story.gene("2023-10-05", Lesion.BCR_ABL1, Tri.MET)


def t315i(answer: Answer) -> str:
    """What the TKI line makes of the kinase domain: resistant, asked for, or neither."""
    if "T315I" in answer.lines("CTX")["CX-02"]:
        return "resistant"
    return "asked" if "D-KD" in answer.requests("CTX") else "settled"


# --- T315I ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "said"),
    [
        pytest.param("2026-05-25", "resistant", id="14-days-before-the-relapse"),
        pytest.param("2026-05-24", "asked", id="15-days-before"),
        pytest.param("2026-05", "asked", id="month-that-began-earlier"),
        pytest.param(None, "asked", id="no-date"),
        pytest.param("2026-06-12", "resistant", id="after-it"),
    ],
)
def test_E_06_STALE_09_T315I_of_this_relapse(on: str | None, said: str) -> None:
    assert t315i(ph_positive().gene(on, Lesion.T315I, Tri.MET).ask()) == said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        pytest.param("2026-03-01", "resistant", id="on-the-day-of-the-failure"),
        pytest.param("2026-04-20", "resistant", id="after-the-failure"),
        pytest.param("2026-02-28", "asked", id="a-day-before-the-failure"),
        pytest.param(None, "asked", id="no-date"),
    ],
)
def test_E_06_T315I_after_the_last_TKI_failure(on: str | None, said: str) -> None:
    story = ph_positive().tki(Agent.DASATINIB, "2024-01-10", "2026-03-01", stop=StopReason.FAILED)
    assert t315i(story.gene(on, Lesion.T315I, Tri.MET).ask()) == said


def test_E_06_T315I_the_last_of_several_failures_counts() -> None:
    story = ph_positive().tki(Agent.IMATINIB, "2023-11-01", "2024-06-01", stop=StopReason.FAILED)
    story = story.tki(Agent.DASATINIB, "2024-06-02", "2026-03-01", stop=StopReason.FAILED)
    assert t315i(story.gene("2025-01-10", Lesion.T315I, Tri.MET).ask()) == "asked"
    assert t315i(story.gene("2026-03-10", Lesion.T315I, Tri.MET).ask()) == "resistant"


def test_E_06_T315I_a_failure_without_an_end_counts_from_its_start() -> None:
    story = ph_positive().tki(Agent.DASATINIB, "2026-02-01", stop=StopReason.FAILED)
    assert t315i(story.gene("2026-01-20", Lesion.T315I, Tri.MET).ask()) == "asked"
    assert t315i(story.gene("2026-02-10", Lesion.T315I, Tri.MET).ask()) == "resistant"


def test_E_06_T315I_a_failure_without_any_date_validates_nothing() -> None:
    story = ph_positive().drug(Agent.DASATINIB, None, stop=StopReason.FAILED, oral=True)
    assert t315i(story.gene("2026-02-10", Lesion.T315I, Tri.MET).ask()) == "asked"


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [(Tri.MET, Tri.NOT_MET, "settled"), (Tri.NOT_MET, Tri.MET, "resistant")],
)
def test_E_06_the_newest_kinase_result_wins(older: Tri, newer: Tri, said: str) -> None:
    story = ph_positive().gene("2026-06-12", Lesion.T315I, newer)
    assert t315i(story.gene("2026-06-08", Lesion.T315I, older).ask()) == said


# --- KMT2A ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "now", "shown"),
    [
        pytest.param(Tri.MET, Tri.NOT_MET, True, id="shown-at-diagnosis"),
        pytest.param(Tri.NOT_MET, Tri.MET, True, id="shown-at-relapse"),
        pytest.param(Tri.NOT_MET, Tri.NOT_MET, False, id="never"),
    ],
)
def test_E_06_CX_08_KMT2A_once_shown_stays(first: Tri, now: Tri, shown: bool) -> None:
    """A founding lesion: a later test that misses it does not take it back."""
    story = adult_short_remission(but="genetics").gene("2025-08-01", Lesion.KMT2A, first)
    answer = story.gene(RELAPSE_DAY, Lesion.KMT2A, now).ask()
    assert ("CX-08" in answer.lines("CTX")) is shown


def test_E_05_E_06_CX_13_poor_genetics_are_named_and_no_others() -> None:
    story = adult_short_remission().gene("2025-08-01", Lesion.TP53, Tri.MET)
    story = story.gene("2025-08-01", Lesion.ETV6_RUNX1, Tri.MET)
    text = story.gene("2025-08-01", Lesion.IKZF1, Tri.NOT_MET).ask().lines("CTX")["CX-13"]
    assert "TP53 present" in text
    assert "ETV6" not in text
    assert "IKZF1" not in text


def test_CX_10_the_kinase_domain_alone_is_no_genetics_of_the_relapse() -> None:
    story = adult_first_relapse(but="ph genetics").gene("2023-10-05", Lesion.BCR_ABL1, Tri.MET)
    assert "CX-10" in story.gene(RELAPSE_DAY, Lesion.T315I, Tri.NOT_MET).ask().lines("CTX")
    assert "CX-10" not in story.gene(RELAPSE_DAY, Lesion.KMT2A, Tri.NOT_MET).ask().lines("CTX")


@pytest.mark.parametrize(("on", "found"), [("2026-05-25", True), ("2026-05-24", False)])
def test_STALE_09_CX_10_14_days_before_the_relapse(on: str, found: bool) -> None:
    story = adult_first_relapse(but="ph genetics").gene(on, Lesion.KMT2A, Tri.NOT_MET)
    assert ("D-GEN" not in story.ask().requests("CTX")) is found


def test_STALE_09_a_result_without_a_date_is_not_of_this_relapse() -> None:
    story = adult_first_relapse(but="ph genetics").gene(None, Lesion.KMT2A, Tri.NOT_MET)
    assert "D-GEN" in story.ask().requests("CTX")


# --- Transcript levels (E-04) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "asked"),
    [
        pytest.param("2023-10-04", False, id="a-day-before-treatment"),
        pytest.param("2023-10-05", True, id="on-the-first-day-of-treatment"),
        pytest.param("2023-10", True, id="in-that-month"),
        pytest.param(None, True, id="no-date"),
    ],
)
def test_E_04_a_negative_level_excludes_only_before_treatment(on: str | None, asked: bool) -> None:
    story = adult_first_relapse(but="ph").gene(on, Lesion.BCR_ABL1, Tri.NOT_MET, quantitative=True)
    assert ("D-PH" in story.ask().requests("CTX")) is asked


def test_E_04_a_negative_level_of_an_untreated_patient() -> None:
    """No treatment on record, so no response either."""
    story = adult().diagnosed("2023-10-05").remission("2023-11-15", 1)
    story = story.marrow(RELAPSE_DAY, 30, flow=30).work_up(but="ph").without(TreatmentPlan)
    for on in ("2026-06-08", None):
        level = story.gene(on, Lesion.BCR_ABL1, Tri.NOT_MET, quantitative=True)
        assert "D-PH" not in level.ask().requests("CTX")


def test_E_04_a_karyotype_says_nothing_either_way() -> None:
    story = adult_first_relapse().without(
        GeneticResult, where=lambda fact: fact.lesion is Lesion.BCR_ABL1
    )
    karyotype = story.gene(RELAPSE_DAY, Lesion.KARYOTYPE, Tri.NOT_MET)
    assert "D-PH" in karyotype.ask().requests("CTX")

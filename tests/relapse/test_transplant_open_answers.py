"""Transplant rows where site, timing or response is partly known (HS-13, HS-14), and what stands on
the card.
"""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    BlastResult,
    CnsStatus,
    Diagnosis,
    PerformanceScale,
    PerformanceStatus,
    Provenance,
    Response,
    ResponseStatement,
    Site,
    TreatmentPlan,
)
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult_second_remission,
    child,
    child_first_relapse,
    child_second_remission,
    first_remission,
    when,
)

DAY = "2026-06-05"


# --- HS-13: what is no partial remission ---------------------------------------------------------


def late_relapse(blasts: int = 20, **more: Any) -> Story:
    """Late first relapse of a child, high risk in neither scheme, since 2026-04-01."""
    return child_first_relapse(
        dx="2021-05-01",
        cr1="2021-06-05",
        eot="2023-08-01",
        relapse="2026-04-01",
        blasts=blasts,
        birth="2012-01-20",
        **more,
    )


def test_HS_12_without_partial_remission() -> None:
    assert late_relapse().ask().gives("HS-12") == "NOT"


@pytest.mark.parametrize(
    ("on", "row"),
    [
        pytest.param("2026-04-20", "HS-13", id="of-this-relapse"),
        pytest.param("2026-04-01", "HS-13", id="on-the-day-of-the-relapse"),
        pytest.param("2026-03-31", "HS-12", id="a-day-before-it"),
        pytest.param("2021-05-20", "HS-12", id="of-the-first-induction"),
    ],
)
def test_HS_13_a_statement_of_this_relapse(on: str, row: str) -> None:
    answer = late_relapse().partial_remission(on).ask()
    assert answer.applies(row)
    assert answer.strength("HSCT") == ("CONS" if row == "HS-13" else "NOT")


def test_HS_13_a_preliminary_statement_does_not_count() -> None:
    story = late_relapse().add(
        ResponseStatement(
            source=Provenance("Observation/pr"),
            when=when("2026-04-20"),
            final=False,
            response=Response.PARTIAL_REMISSION,
        )
    )
    assert story.ask().gives("HS-12") == "NOT"


def test_HS_13_the_statement_of_the_first_remission_is_no_partial_one() -> None:
    """Complete remission stated on the day of the relapse work-up, of an earlier specimen."""
    assert late_relapse().remission("2026-04-01", 1).ask().strength("HSCT") == "NOT"


@pytest.mark.parametrize(
    ("first", "now", "row"),
    [
        pytest.param("48", "24", "HS-13", id="half"),
        pytest.param("47.9", "24", "HS-12", id="just-less-than-half"),
        pytest.param("60", "24.9", "HS-13", id="under-25"),
        pytest.param("60", "25", "HS-12", id="25"),
        pytest.param("60", "5", "HS-13", id="5"),
    ],
)
def test_HS_13_by_marrow_at_least_half_and_under_25_per_cent(
    first: str, now: str, row: str
) -> None:
    story = late_relapse().without(BlastResult).marrow("2026-04-01", first, flow=first)
    answer = story.marrow("2026-05-20", now, flow=now).ask()
    assert answer.applies(row)


def test_HS_13_the_marrow_of_the_first_diagnosis_is_no_first_value() -> None:
    """90 % at first diagnosis and 20 % at the relapse are no response to treatment."""
    assert late_relapse(20).marrow("2021-05-02", 90, flow=90).ask().gives("HS-12") == "NOT"


def test_HS_12_HS_13_no_marrow_at_all() -> None:
    story = late_relapse().without(BlastResult).coded_relapse("2026-04-01")
    assert not story.ask().applies("HS-13")
    assert story.partial_remission("2026-05-20").ask().strength("HSCT") == "CONS"


def test_HS_11_outranks_HS_13() -> None:
    """The first matching row: an early relapse in partial remission is referred as such."""
    answer = child_first_relapse(relapse="2026-04-01").partial_remission("2026-06-12").ask()
    assert answer.applies("HS-11")
    assert not answer.applies("HS-13")


# --- What is on the card, and only there ---------------------------------------------------------


def test_HS_12_HS_06_a_NOT_asks_for_nothing_but_the_MRD_of_HS_07() -> None:
    bare = {"but": "fitness"}
    assert late_relapse(**bare).ask().requests("HSCT") == set()
    assert child_second_remission(**bare).mrd_negative().ask().requests("HSCT") == set()
    story = child("2012-01-20").diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).marrow("2026-02-10", 1, flow=0)
    story = story.cns(CnsStatus.CNS3, "2026-02-10").work_up("2026-02-10", but="cns fitness")
    story = story.cns(CnsStatus.CNS1, "2026-03-28").reinduction("2026-02-16", "2026-03-25")
    answer = story.remission("2026-04-01", 2).ask()
    assert answer.gives("HS-07") == "NOT"
    assert answer.requests("HSCT") == {"D-MRD"}


def test_POL_34_is_named_only_where_it_caps() -> None:
    unfit = adult_second_remission(but="fitness").fitness(3).ask()
    assert unfit.applies("POL-34")
    assert "Performance status below the limit of fitness." in unfit.option("HSCT").notes
    fit = adult_second_remission().ask()
    assert not fit.applies("POL-34")
    assert fit.option("HSCT").notes == ()
    unknown = adult_second_remission(but="fitness").ask()
    assert unknown.option("HSCT").notes == ()
    assert "POL-34" not in {item.rule for item in unknown.option("HSCT").rules}


def test_HS_05_says_that_the_schemes_differ() -> None:
    """Early isolated marrow relapse more than 36 months from diagnosis: BFM S3, COG late."""
    story = child_second_remission(dx="2022-01-10", eot="2025-12-01").mrd_negative()
    answer = story.ask()
    assert answer.gives("HS-05") == "CONS"
    assert "BFM and COG class this relapse differently." in answer.option("HSCT").notes


def combined_early_in_BFM_late_in_COG(relapse: str) -> Story:
    story = child("2012-01-20").diagnosed("2022-12-01").front_line("2022-12-01", relapse)
    story = story.remission("2023-01-05", 1).marrow(relapse, 40, flow=40)
    return story.work_up(relapse, but="cns").cns(CnsStatus.CNS3, relapse)


def test_HS_12_early_combined_relapse_that_COG_calls_late_is_high_in_neither() -> None:
    answer = combined_early_in_BFM_late_in_COG(RELAPSE).ask()
    assert answer.timing == ("early", "late", "S2")
    assert answer.gives("HS-12") == "NOT"


# --- HS-14: which sites and dates remain possible ------------------------------------------------


def coded_second_remission(*, but: str = "") -> Story:
    """Very early relapse, known from its code; now in second remission."""
    story = child("2014-11-20").diagnosed("2024-08-01").front_line("2024-08-01", "2025-12-20")
    story = story.remission("2024-09-05", 1).coded_relapse("2025-12-20")
    story = story.work_up("2025-12-20", but=but).reinduction("2025-12-27", "2026-02-25")
    return story.remission("2026-03-01", 2)


def test_HS_04_a_relapse_is_somewhere() -> None:
    """CNS and testes examined and free: a coded relapse was in the marrow."""
    answer = coded_second_remission().mrd_negative().ask()
    assert answer.gives("HS-04") == "EVAL"
    open_site = coded_second_remission(but="cns").mrd_negative().ask()
    assert open_site.gives("HS-14") == "CAD"
    assert open_site.gating("HSCT") == {"D-BM", "D-CNS"}


def test_HS_14_another_site_with_an_unexamined_marrow() -> None:
    """Late: isolated or combined decides once the MRD is 0.1 % or more."""
    story = child("2012-01-20").diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).extramedullary(
        Site.OTHER, "2026-02-10", abated="2026-03-31"
    )
    story = story.work_up("2026-02-10").reinduction("2026-02-16", "2026-03-25")
    story = story.remission("2026-04-01", 2)
    answer = story.mrd(DAY, "0.5").ask()
    assert answer.gives("HS-14") == "CAD"
    assert answer.gating("HSCT") == {"D-BM"}


@pytest.mark.parametrize(
    ("dx", "eot", "asked"),
    [
        pytest.param("2022-12", "2023-06-01", {"D-DXDATE"}, id="month-of-diagnosis"),
        pytest.param("2021-01-10", "2025-12", {"D-EOT"}, id="month-of-the-end"),
        pytest.param("2023-06", None, {"D-DXDATE"}, id="on-treatment"),
    ],
)
def test_HS_14_asks_for_the_date_that_is_not_exact(
    dx: str, eot: str | None, asked: set[str]
) -> None:
    """Each month spans a limit of the schemes (36 months, 6 months)."""
    relapse = "2026-06-15" if eot == "2025-12" else "2025-12-15"
    if eot is None:
        story = combined_on_treatment(dx, "2026-06-08")
    else:
        story = child("2012-01-20").diagnosed(dx).front_line("2021-01-10", eot)
        story = story.remission("2023-01-20" if dx == "2022-12" else "2021-02-20", 1)
        story = story.marrow(relapse, 40, flow=40).work_up(relapse)
    answer = story.ask()
    assert answer.gives("HS-14") == "CAD"
    assert answer.gating("HSCT") == asked


def combined_on_treatment(dx: str, relapse: str) -> Story:
    """Combined relapse on treatment: S2, so that COG alone decides."""
    story = child("2012-01-20").diagnosed(dx).front_line("2023-06-30").remission("2023-08-05", 1)
    story = story.marrow(relapse, 40, flow=40).work_up(relapse, but="cns")
    return story.cns(CnsStatus.CNS3, relapse)


@pytest.mark.parametrize(
    ("score", "hsct", "asked"),
    [(60, "EVAL", False), (59, "EVAL", True), (51, "EVAL", True), (50, "CONS", False)],
)
@pytest.mark.parametrize("scale", [PerformanceScale.KARNOFSKY, PerformanceScale.LANSKY])
def test_POL_34_fit_from_60_unfit_to_50(
    score: int, scale: PerformanceScale, hsct: str, asked: bool
) -> None:
    answer = adult_second_remission(but="fitness").fitness(score, scale).ask()
    assert answer.strength("HSCT") == hsct
    assert ("D-FIT" in answer.requests("HSCT")) is asked


def test_POL_34_a_preliminary_status_does_not_cap() -> None:
    status = PerformanceStatus(
        source=Provenance("Observation/ecog"),
        when=when(RELAPSE),
        final=False,
        scale=PerformanceScale.ECOG,
        score=4,
    )
    answer = adult_second_remission(but="fitness").add(status).ask()
    assert answer.strength("HSCT") == "EVAL"
    assert "D-FIT" in answer.requests("HSCT")


def test_HS_10_HS_07_a_NOT_does_not_ask_for_the_treatment_so_far() -> None:
    assert first_remission().without(TreatmentPlan).ask().requests("HSCT") == set()


def test_HS_09_no_D_CRDATE_in_first_remission() -> None:
    """A first remission without a date: nothing of it expires after a year."""
    story = child().diagnosed("2025-01-05").front_line("2025-01-06", "2025-12-01")
    answer = story.coded_remission(None).mrd(DAY, "0.5").ask()
    assert answer.gives("HS-09") == "CONS"
    assert "D-CRDATE" not in answer.requests("HSCT")


@pytest.mark.parametrize(("flow", "row"), [("24", "HS-13"), ("26", "HS-12")])
def test_HS_13_the_highest_value_of_a_marrow_counts(flow: str, row: str) -> None:
    story = late_relapse(60).marrow("2026-05-20", 20, flow=flow)
    assert story.ask().applies(row)


def test_HS_14_asks_for_both_dates_where_both_are_missing() -> None:
    story = child_first_relapse().without(TreatmentPlan, Diagnosis).diagnosed(None)
    answer = story.plan("2024-03-10", running=False).ask()
    assert answer.gating("HSCT") == {"D-DXDATE", "D-EOT"}

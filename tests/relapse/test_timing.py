"""Timing and risk of a first relapse (E-19 to E-23)."""

from __future__ import annotations

import pytest

from relapse.facts import Agent, CnsStatus, Diagnosis, Site, TreatmentPlan
from tests.relapse.patients import (
    RELAPSE,
    Answer,
    Story,
    adult_first_relapse,
    child,
    child_first_relapse,
    child_second_remission,
    second_relapse,
)

NONE = (None, None, None)


# --- E-19 BFM ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dx", "bfm"),
    [
        ("2024-12-09", "very early"),  # a day short of 18 months
        ("2024-12-08", "early"),  # exactly 18 months
        ("2024-12-07", "early"),
    ],
)
def test_E_19_18_months_from_diagnosis(dx: str, bfm: str) -> None:
    answer = child_first_relapse(dx=dx, cr1="2025-01-15").ask()
    assert answer.timing[0] == bfm


@pytest.mark.parametrize(
    ("eot", "bfm"),
    [
        ("2025-12-07", "late"),
        ("2025-12-08", "late"),  # exactly 6 months
        ("2025-12-09", "early"),
        (None, "early"),  # still on therapy
    ],
)
def test_E_19_POL_13_6_months_after_the_end_of_therapy(eot: str | None, bfm: str) -> None:
    answer = child_first_relapse(dx="2023-10-01", cr1="2023-11-05", eot=eot).ask()
    assert answer.timing[0] == bfm


@pytest.mark.parametrize(
    ("relapse", "bfm"),
    [("2026-02-27", "very early"), ("2026-02-28", "early"), ("2026-03-01", "early")],
)
def test_E_19_months_are_clamped_to_the_end_of_the_month(relapse: str, bfm: str) -> None:
    """Diagnosed on 31 August: 18 months are over on 28 February."""
    story = child_first_relapse(dx="2024-08-31", cr1="2024-10-05", relapse=relapse)
    assert story.seen_on("2026-03-03").ask().timing[0] == bfm


@pytest.mark.parametrize(("relapse", "bfm"), [("2026-02-27", "early"), ("2026-02-28", "late")])
def test_E_19_end_of_therapy_on_31_August(relapse: str, bfm: str) -> None:
    story = child_first_relapse(
        dx="2023-07-01", cr1="2023-08-05", eot="2025-08-31", relapse=relapse
    )
    assert story.seen_on("2026-03-03").ask().timing[0] == bfm


def test_E_19_therapy_stopped_early_is_very_early_all_the_same() -> None:
    """Six months after the end of therapy but only 14 after diagnosis."""
    story = child_first_relapse(dx="2025-04-01", cr1="2025-05-05", eot="2025-10-01")
    assert story.ask().timing[0] == "very early"


@pytest.mark.parametrize(
    ("dx", "bfm"), [("2024-11", "early"), ("2024-12", None), ("2025-01", "very early")]
)
def test_E_19_month_of_diagnosis_only(dx: str, bfm: str | None) -> None:
    assert child_first_relapse(dx=dx, cr1="2025-02-10").ask().timing[0] == bfm


@pytest.mark.parametrize(
    ("eot", "bfm"), [("2025-11", "late"), ("2025-12", None), ("2026-01", "early")]
)
def test_E_19_month_of_the_end_of_therapy_only(eot: str, bfm: str | None) -> None:
    story = child_first_relapse(dx="2023-10-01", cr1="2023-11-05", eot=eot)
    assert story.ask().timing[0] == bfm


def test_E_19_end_of_therapy_unknown() -> None:
    """From 18 months on nothing can be said; before, it is not needed."""
    late = child_first_relapse(dx="2023-10-01", cr1="2023-11-05").without(TreatmentPlan)
    assert late.plan("2023-10-01", running=False).ask().timing[0] is None
    soon = child_first_relapse(dx="2025-04-01", cr1="2025-05-05").without(TreatmentPlan)
    assert soon.plan("2025-04-01", running=False).ask().timing[0] == "very early"


def test_E_19_transplant_in_first_remission_ends_primary_therapy() -> None:
    """Maintenance never followed: the transplant of September 2025 counts as the end."""
    story = child_first_relapse(dx="2024-06-01", cr1="2024-07-05", eot="2025-08-20")
    assert story.transplant("2025-12-08").ask().timing[0] == "late"
    assert story.transplant("2025-12-09").ask().timing[0] == "early"


def test_E_19_diagnosis_without_a_date() -> None:
    answer = child_first_relapse().without(Diagnosis).diagnosed(None).ask()
    assert answer.timing == NONE


def test_E_19_only_the_first_relapse_is_classed() -> None:
    assert second_relapse(birth="2010-01-15").ask().timing == NONE


def test_E_19_the_relapse_stays_classed_in_remission() -> None:
    assert child_second_remission().ask().timing == ("late", "late", "S2")


@pytest.mark.parametrize(
    ("birth", "classed"),
    [
        ("2008-06-09", True),  # 17 at relapse
        ("2008-06-08", True),  # 18: all schemes are shown
        ("2000-06-09", True),  # 25
        ("2000-06-08", False),  # 26
        ("1984-02-11", False),
    ],
)
def test_E_27_which_ages_at_relapse_are_classed(birth: str, classed: bool) -> None:
    assert (adult_first_relapse(birth=birth).ask().timing != NONE) is classed


# --- E-20 COG ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dx", "cog"),
    [
        ("2023-06-09", "early"),
        ("2023-06-08", "late"),  # exactly 36 months
        ("2023-06-07", "late"),
        ("2023-06", None),
        ("2023-05", "late"),
        ("2023-07", "early"),
    ],
)
def test_E_20_36_months_with_marrow(dx: str, cog: str | None) -> None:
    answer = child_first_relapse(dx=dx, cr1="2023-08-15", eot="2025-08-01").ask()
    assert answer.timing[1] == cog


def test_E_20_36_months_from_29_February() -> None:
    story = child_first_relapse(
        dx="2020-02-29", cr1="2020-04-05", eot="2022-03-01", relapse="2023-02-28"
    )
    assert story.seen_on("2023-03-03").ask().timing[1] == "late"
    story = child_first_relapse(
        dx="2020-02-29", cr1="2020-04-05", eot="2022-03-01", relapse="2023-02-27"
    )
    assert story.seen_on("2023-03-03").ask().timing[1] == "early"


def isolated_cns(dx: str, eot: str | None = None) -> Story:
    story = child().diagnosed(dx).front_line(dx, eot).remission("2025-02-10", 1)
    story = story.cns(CnsStatus.CNS3).marrow(RELAPSE, 1).mrd_negative(RELAPSE)
    return story.work_up(but="cns cd19 cd22")


@pytest.mark.parametrize(
    ("dx", "cog"), [("2024-12-09", "early"), ("2024-12-08", "late"), ("2024-12-07", "late")]
)
def test_E_20_18_months_for_an_isolated_extramedullary_relapse(dx: str, cog: str) -> None:
    assert isolated_cns(dx).ask().timing[1] == cog


# --- E-22 S-groups -------------------------------------------------------------------------------

VERY_EARLY, EARLY, LATE = (
    ("2025-04-01", None),
    ("2024-03-10", None),
    ("2022-01-10", "2024-02-01"),
)


def relapse_of(site: str, dx: str, eot: str | None, *, t_lineage: bool = False) -> Answer:
    story = child()
    story = story.diagnosed_t(dx) if t_lineage else story.diagnosed(dx)
    story = story.front_line(dx, eot).remission("2025-05-10" if dx >= "2025" else "2024-04-15", 1)
    if site != "marrow":
        story = story.extramedullary(Site.TESTIS, RELAPSE)
    blasts = 1 if site == "testis" else 40
    story = story.marrow(RELAPSE, blasts, flow=blasts)
    return story.work_up(but="testes" if site != "marrow" else "").ask()


@pytest.mark.parametrize(
    ("site", "time", "group"),
    [
        ("marrow", VERY_EARLY, "S4"),
        ("marrow", EARLY, "S3"),
        ("marrow", LATE, "S2"),
        ("combined", VERY_EARLY, "S4"),
        ("combined", EARLY, "S2"),
        ("combined", LATE, "S2"),
        ("testis", VERY_EARLY, "S2"),
        ("testis", EARLY, "S2"),
        ("testis", LATE, "S1"),
    ],
)
def test_E_22_B_precursor(site: str, time: tuple[str, str | None], group: str) -> None:
    assert relapse_of(site, *time).timing[2] == group


@pytest.mark.parametrize(
    ("site", "time", "group"),
    [
        ("marrow", VERY_EARLY, "S4"),
        ("marrow", EARLY, "S4"),
        ("marrow", LATE, "S4"),
        ("combined", EARLY, "S4"),
        ("combined", LATE, "S4"),
        ("testis", EARLY, "S2"),
        ("testis", LATE, "S1"),
    ],
)
def test_E_22_T_lineage(site: str, time: tuple[str, str | None], group: str) -> None:
    assert relapse_of(site, *time, t_lineage=True).timing[2] == group


def test_E_22_site_unknown_no_group_where_it_decides() -> None:
    """Early: isolated marrow S3, combined S2. Very early: S4 both ways."""
    early = child_first_relapse(but="cns testes").ask()
    assert early.timing[2] is None
    assert early.timing[0] == "early"


# --- E-23 schemes disagree (CX-13) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "time", "disagree"),
    [
        ("marrow", EARLY, False),  # S3, COG early
        ("combined", EARLY, True),  # S2, COG early marrow
        ("testis", VERY_EARLY, True),  # S2, COG early
        ("marrow", LATE, False),
    ],
)
def test_E_23_CX_13_early_combined_and_very_early_extramedullary(
    site: str, time: tuple[str, str | None], disagree: bool
) -> None:
    answer = relapse_of(site, *time)
    line = answer.lines("CTX")["CX-13"]
    assert ("disagree" in line) is disagree


# --- Therapy known from doses, therapy that ran on -----------------------------------------------


@pytest.mark.parametrize(
    ("last_dose", "bfm"), [("2025-12-08", "late"), ("2025-12-09", "early"), ("2026-06-01", "early")]
)
def test_E_19_end_of_therapy_by_the_last_dose(last_dose: str, bfm: str) -> None:
    story = child_first_relapse(dx="2023-10-01", cr1="2023-11-05").without(TreatmentPlan)
    story = story.drug(Agent.OTHER_ANTILEUKAEMIC, "2023-10-02", last_dose)
    assert story.ask().timing[0] == bfm


def test_E_19_front_line_therapy_that_ran_on_after_the_relapse_is_on_therapy() -> None:
    story = child_first_relapse(dx="2023-10-01", cr1="2023-11-05", eot="2026-06-12")
    assert story.ask().timing[0] == "early"


def test_E_19_treatment_of_the_relapse_is_no_primary_therapy() -> None:
    story = child_first_relapse(dx="2021-05-01", cr1="2021-06-05", eot="2023-08-01")
    assert story.reinduction("2026-06-10").ask().timing[0] == "late"

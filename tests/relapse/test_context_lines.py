"""What the lines of the context card say, and when they stay away (CX-01, CX-02, CX-04, CX-06,
CX-12, CX-13).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.course.wording import interval_text
from relapse.facts import (
    Agent,
    BlastResult,
    CnsStatus,
    Detection,
    Diagnosis,
    Donor,
    Lesion,
    Material,
    Section,
    Sex,
    Site,
    TreatmentPlan,
)
from relapse.logic import Interval, Tri
from tests.relapse.patients import (
    RELAPSE,
    Answer,
    Story,
    adult,
    adult_first_relapse,
    adult_short_remission,
    between,
    child_first_relapse,
    exact,
    over,
    person,
    second_relapse,
    t_cell_relapse,
    under,
)


def line(answer: Answer, rule: str) -> str:
    return answer.lines("CTX").get(rule, "")


# --- CX-01, headline -----------------------------------------------------------------------------


def test_CX_01_length_of_the_first_remission() -> None:
    assert "Short first remission" in line(adult_short_remission().ask(), "CX-01")
    assert "Long first remission" in line(adult_first_relapse().ask(), "CX-01")


def test_CX_01_speaks_of_the_first_remission_at_the_first_relapse_only() -> None:
    """Second relapse five years after CR1: that CR1 lasted three years decides nothing now."""
    assert "first remission" not in line(second_relapse().ask(), "CX-01")


@pytest.mark.parametrize(
    ("ordinal", "words"),
    [
        (None, "First relapse of B-ALL 2026-06-08, isolated marrow"),
        (2, "Second relapse of B-ALL"),
        (3, "Third relapse of B-ALL"),
        (4, "Relapse number 4 of B-ALL"),
    ],
)
def test_headline_names_the_relapse(ordinal: int | None, words: str) -> None:
    story = adult_first_relapse()
    if ordinal is not None:
        story = story.coded_relapse(RELAPSE, relapse_ordinal=ordinal)
    assert words in story.ask().notice("CTX").summary


# --- CX-02 ---------------------------------------------------------------------------------------


def test_CX_02_names_the_agents_on_record() -> None:
    story = adult_first_relapse(but="ph").ph(Tri.MET)
    assert "No TKI recorded." in line(story.ask(), "CX-02")
    treated = line(story.tki(Agent.IMATINIB, "2023-11-01", "2025-01-01").ask(), "CX-02")
    assert "On record: imatinib" in treated
    assert "No TKI recorded" not in treated


@pytest.mark.parametrize("section", [Section.MEDICATIONS, Section.PLANS])
def test_CX_02_claims_no_absence_of_what_could_not_be_fetched(section: Section) -> None:
    told = line(adult_first_relapse(but="ph").ph(Tri.MET).lacking(section).ask(), "CX-02")
    assert "No TKI recorded" not in told
    assert "could not be fetched" in told


@pytest.mark.parametrize(
    ("sex", "raised"), [(Sex.FEMALE, True), (None, True), (Sex.MALE, False)], ids=str
)
def test_CX_02_P_20_pregnancy_beside_a_TKI(sex: Sex | None, raised: bool) -> None:
    """A positive test of a man is no pregnancy."""
    story = adult_first_relapse(but="ph").of_sex(sex).ph(Tri.MET).pregnancy(Tri.MET, "2026-06-12")
    assert ("P-20" in story.ask().line_effects("CTX", "CX-02")) is raised


# --- CX-04 ---------------------------------------------------------------------------------------


def test_CX_04_regimens_unknown_where_no_treatment_is_recorded() -> None:
    story = person("2011-01-20").diagnosed_t("2024-03-10").remission("2024-04-12", 1)
    answer = story.marrow(RELAPSE, 40, flow=40).ask()
    assert "prior regimens are not known" in line(answer, "CX-04")
    asked = [item for item in answer.notice("CTX").requests if item.id == "D-PRIOR"]
    assert [item.gating for item in asked] == [False]


def test_CX_04_a_relapse_without_treatment_is_no_regimen() -> None:
    """Front line, first relapse never treated here, second relapse treated: two, not three."""
    story = (
        person("2004-01-15")
        .diagnosed_t("2021-02-03")
        .front_line("2021-02-05", "2022-05-30")
        .remission("2021-03-12", 1)
        .marrow("2023-02-20", 45, flow=45)
        .remission("2023-06-10", 2)
        .marrow("2026-04-10", 40, flow=40)
    )
    assert "needs two prior regimens" in line(story.ask(), "CX-04")
    treated = story.reinduction("2026-04-15", "2026-05-20").marrow(RELAPSE, 40, flow=40).ask()
    assert "within label (2 prior regimens)" in line(treated, "CX-04")
    assert "needs two prior regimens" in line(t_cell_relapse().ask(), "CX-04")


# --- CX-06, CX-12 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sex", "but", "missing"),
    [
        (Sex.MALE, "", ""),
        (Sex.MALE, "testes", "testicular examination"),
        (Sex.FEMALE, "testes", ""),
        (Sex.MALE, "cns", "lumbar puncture"),
        (Sex.FEMALE, "cns", "lumbar puncture"),
        (Sex.MALE, "wbc", "blood count"),
        (Sex.MALE, "ph genetics", "genetics"),
        (Sex.MALE, "wbc cns testes", "blood count, lumbar puncture, testicular examination"),
    ],
)
def test_CX_12_names_what_the_work_up_lacks(sex: Sex, but: str, missing: str) -> None:
    story = adult("1984-02-11", sex).diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).marrow(RELAPSE, 30, flow=30).work_up(but=but)
    text = line(story.ask(), "CX-12")
    assert text == (f"Work-up not found: {missing}." if missing else "")


def spared_marrow() -> Story:
    """Isolated CNS relapse: the marrow holds 2 % blasts by morphology."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).cns(CnsStatus.CNS3).marrow(RELAPSE, 2)
    return story.work_up(but="cns")


@pytest.mark.parametrize(
    ("on", "asked"),
    [(RELAPSE, False), ("2026-05-25", False), ("2026-05-24", True), ("2026-05", False)],
)
def test_E_16_CX_12_marrow_MRD_of_an_isolated_extramedullary_relapse(on: str, asked: bool) -> None:
    assert "marrow MRD" in line(spared_marrow().ask(), "CX-12")
    answer = spared_marrow().mrd(on, "0.02").ask()
    assert ("marrow MRD" in line(answer, "CX-12")) is asked
    assert ("D-MRD" in answer.requests("CTX")) is asked


@pytest.mark.parametrize("detection", [None, Detection.UNREADABLE])
def test_E_16_CX_12_an_MRD_result_without_a_day_or_a_value_settles_nothing(
    detection: Detection | None,
) -> None:
    story = spared_marrow()
    if detection is None:
        story = story.mrd(None, "0.02")
    else:
        story = story.mrd(RELAPSE, detection=detection)
    assert "D-MRD" in story.ask().requests("CTX")


def test_E_07_a_marrow_without_a_percentage_says_nothing() -> None:
    story = spared_marrow()
    report = next(f for f in story.facts if isinstance(f, BlastResult))
    empty = BlastResult(
        source=report.source,
        when=report.when,
        material=report.material,
        method=report.method,
        fraction=None,
    )
    answer = story.without(BlastResult).add(empty).mrd(RELAPSE, detection=Detection.QUANTIFIED)
    assert answer.ask().ds == "ACTIVE_RR"
    assert "D-BM" in answer.ask().requests("CTX")


# --- CX-13 ---------------------------------------------------------------------------------------


def test_CX_13_timing_with_the_S_group() -> None:
    text = line(child_first_relapse().ask(), "CX-13")
    assert "BFM early, S3" in text
    assert "COG early" in text


@pytest.mark.parametrize(
    ("birth", "shown"),
    [("2000-06-09", True), ("2000-06-08", False), ("1984-02-11", False)],
    ids=["25-years", "26-years", "42-years"],
)
def test_E_27_CX_13_paediatric_schemes_up_to_25_years_at_relapse(birth: str, shown: bool) -> None:
    answer = adult_first_relapse(birth=birth).ask()
    assert ("BFM" in line(answer, "CX-13")) is shown
    assert (answer.timing[0] is not None) is shown


def test_CX_13_genetics_of_poor_risk_beside_the_timing() -> None:
    story = child_first_relapse().gene(RELAPSE, Lesion.HYPODIPLOID, Tri.MET)
    texts = [item.text for item in story.ask().notice("CTX").lines if item.rule == "CX-13"]
    assert len(texts) == 2
    assert "Genetics of poor risk: " in texts[1]


def test_E_16_a_relapse_elsewhere_is_named() -> None:
    story = spared_marrow().extramedullary(Site.OTHER, RELAPSE)
    assert "CNS and other extramedullary site" in story.ask().notice("CTX").summary


def test_CX_13_says_nothing_of_schemes_that_may_agree() -> None:
    """Early marrow relapse, CNS not examined: combined would be intermediate in BFM."""
    assert "disagree" not in line(child_first_relapse(but="cns").ask(), "CX-13")
    combined = child_first_relapse(but="cns").cns(CnsStatus.CNS3).ask()
    assert "The schemes disagree" in line(combined, "CX-13")


def test_CX_13_timing_unknown_is_not_named() -> None:
    story = child_first_relapse().without(Diagnosis).diagnosed(None)
    answer = story.without(TreatmentPlan).ask()
    assert answer.timing[:2] == (None, None)
    assert "CX-13" not in answer.lines("CTX")


# --- What is asked for, and why ------------------------------------------------------------------


def why(answer: Answer, id: str) -> str:
    return next(item.text for item in answer.notice("CTX").requests if item.id == id)


def test_CX_05_CX_06_not_examined_or_not_conclusive() -> None:
    unexamined = adult_first_relapse(but="cns testes").ask()
    assert "not examined at this relapse" in why(unexamined, "D-CNS")
    assert "not examined at this relapse" in why(unexamined, "D-TEST")
    doubtful = adult_first_relapse(but="cns testes").cns(CnsStatus.CNS2).testes(enlarged=True).ask()
    assert "findings not conclusive" in why(doubtful, "D-CNS")
    assert "finding not proven" in why(doubtful, "D-TEST")


def test_CX_03_CX_12_the_context_card_holds_nothing_back() -> None:
    """D-PH holds back no option in the US, marrow MRD of an isolated relapse none anywhere."""
    for story in (adult_first_relapse(but="ph"), spared_marrow()):
        asked = story.ask().notice("CTX").requests
        assert {"D-PH", "D-MRD"} & {item.id for item in asked}
        assert not any(item.gating for item in asked)


@pytest.mark.parametrize(("marrow", "missing"), [("2026-05-18", False), ("2026-05-17", True)])
def test_CX_12_marrow_two_weeks_before_a_relapse_known_to_its_month(
    marrow: str, missing: bool
) -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).coded_relapse("2026-06").marrow(marrow, 2, flow=0)
    answer = story.ask()
    assert ("marrow" in line(answer, "CX-12")) is missing
    assert ("D-BM" in answer.requests("CTX")) is missing


def test_P_03_names_the_allogeneic_transplant_only() -> None:
    story = adult_first_relapse().transplant("2024-06-01", Donor.AUTOLOGOUS)
    assert story.ask().effect("P-03", "INO") == set()
    story = story.transplant("2025-01-10")
    raised = next(p for p in story.ask().option("INO").precautions if p.id == "P-03")
    assert [str(used.when) for used in raised.facts] == ["2025-01-10"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (exact("0.0100"), "0.01"),
        (exact(620), "620"),
        (exact(0), "0"),
        (under("0.01"), "<0.01"),
        (between(0, 25), "<=25"),
        (over(25), ">25"),
        (Interval(Decimal(25), None), ">=25"),
        (Interval(None, Decimal(5)), "<=5"),
        (Interval(None, None), "unknown"),
        (Interval(Decimal(0), None), ">=0"),
        (between(5, 10), "5-10"),
    ],
)
def test_numbers_and_bounds_as_clinicians_write_them(value: Interval, text: str) -> None:
    assert interval_text(value) == text


@pytest.mark.parametrize(
    "more", [{"final": False}, {"material": Material.BLOOD}], ids=["preliminary", "blood"]
)
def test_E_16_CX_12_only_a_final_marrow_MRD_tells_of_the_marrow(more: dict[str, Any]) -> None:
    assert "D-MRD" in spared_marrow().mrd(RELAPSE, "0.02", **more).ask().requests("CTX")


def test_headline_of_T_lineage() -> None:
    assert "First relapse of T-ALL 2026-06-08" in t_cell_relapse().ask().notice("CTX").summary

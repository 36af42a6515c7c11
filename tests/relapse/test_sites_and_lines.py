"""Where a relapse is, which course belongs to which line, and what a course led to (E-14, E-16,
E-19, E-20, E-22, REL-10), at the limits of their windows.
"""

from __future__ import annotations

import pytest

from relapse.facts import (
    BlastResult,
    ClinicalStatus,
    CnsStatus,
    Donor,
    Method,
    Phase,
    Provenance,
    Response,
    ResponseStatement,
    Sex,
    Site,
    TreatmentPlan,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult,
    child,
    child_first_relapse,
    child_second_remission,
    person,
    under,
    when,
)


def in_remission(sex: Sex = Sex.MALE) -> Story:
    """Adult with B-ALL, 90 % at first diagnosis, in first remission since 2025-09-10."""
    story = person("1984-02-11", sex).diagnosed("2025-08-01")
    story = story.front_line("2025-08-01", "2026-05-20").marrow("2025-08-01", 90, flow=90)
    return story.remission("2025-09-10", 1)


# --- E-16: the words for the site ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "words"),
    [
        (in_remission().marrow(RELAPSE, 30, flow=30).work_up(), "isolated marrow"),
        (
            in_remission()
            .marrow(RELAPSE, 30, flow=30)
            .work_up(but="cns")
            .cns(CnsStatus.CNS3, RELAPSE),
            "marrow and CNS",
        ),
        (
            in_remission()
            .marrow(RELAPSE, 1, flow=0)
            .work_up(but="cns")
            .cns(CnsStatus.CNS3, RELAPSE),
            "isolated CNS",
        ),
        (
            in_remission()
            .marrow(RELAPSE, 1, flow=0)
            .work_up(but="testes")
            .extramedullary(Site.TESTIS, RELAPSE)
            .extramedullary(Site.OTHER, RELAPSE),
            "testis and other extramedullary site",
        ),
        (
            in_remission().marrow(RELAPSE, 1, flow=0).work_up().extramedullary(Site.OTHER, RELAPSE),
            "isolated other extramedullary site",
        ),
        (in_remission().coded_relapse(RELAPSE).work_up(), "site unknown"),
    ],
    ids=["marrow", "combined", "CNS", "testis-and-other", "other", "code"],
)
def test_E_16_the_site_in_words(story: Story, words: str) -> None:
    assert story.ask().assessment.state.text.endswith(f", {words}")


# --- E-16: what counts for the site of this relapse ----------------------------------------------


def test_E_16_the_marrow_of_the_first_diagnosis_is_not_that_of_the_relapse() -> None:
    story = in_remission().marrow(RELAPSE, 1, flow=0).work_up(but="cns")
    answer = story.cns(CnsStatus.CNS3, RELAPSE).ask()
    assert answer.strength("BLIN") == "NOT"
    assert answer.applies("BL-10")


def test_E_16_a_site_of_the_first_diagnosis_is_not_one_of_the_relapse() -> None:
    """A mediastinal mass at first diagnosis; now an isolated marrow relapse (S3, not S2)."""
    early = child_first_relapse().extramedullary(Site.OTHER, "2024-03-10", abated="2024-04-12")
    assert early.ask().timing == ("early", "early", "S3")
    combined = child_first_relapse().extramedullary(Site.OTHER, RELAPSE)
    assert combined.ask().timing == ("early", "early", "S2")


@pytest.mark.parametrize("site", Site, ids=lambda site: site.name)
def test_E_16_without_a_blast_count_the_marrow_stays_open(site: Site) -> None:
    """An MRD result is no count; a marrow of another time is none either."""
    story = in_remission().extramedullary(site, RELAPSE)
    story = story.work_up(but={Site.CNS: "cns", Site.TESTIS: "testes"}.get(site, ""))
    answer = story.ask()
    if site is Site.OTHER:
        assert answer.strength("BLIN") == "EVAL"
        assert answer.effect("P-24", "BLIN") == set()
    else:
        assert answer.strength("BLIN") == "CAD"
        assert answer.gating("BLIN") == {"D-BM"}


def test_E_16_a_marrow_that_may_reach_5_per_cent_is_not_spared() -> None:
    story = in_remission().blasts(RELAPSE, under(10)).work_up(but="cns")
    answer = story.cns(CnsStatus.CNS3, RELAPSE).ask()
    assert answer.strength("BLIN") == "CAD"
    spared = in_remission().blasts(RELAPSE, under(5)).work_up(but="cns")
    assert spared.cns(CnsStatus.CNS3, RELAPSE).ask().strength("BLIN") == "NOT"


def test_E_16_a_low_marrow_does_not_say_where_a_coded_relapse_is() -> None:
    story = in_remission().coded_relapse("2026-06-07").marrow(RELAPSE, 2, flow=0).work_up()
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.strengths == "CAD CAD CAD CONS"
    assert answer.gating("BLIN") == {"D-BM"}


def test_E_16_a_marrow_relapse_below_5_per_cent_is_one_of_the_marrow() -> None:
    """Three identifying methods from 1 % on (E-12)."""
    story = in_remission().blasts(RELAPSE, 3, method=Method.FLOW)
    story = story.blasts(RELAPSE, 3, method=Method.CLONAL_PCR)
    answer = story.blasts(RELAPSE, 3, method=Method.CYTOGENETICS).work_up().ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.assessment.state.text.endswith(", isolated marrow")
    assert answer.strength("BLIN") == "EVAL"


@pytest.mark.parametrize(("on", "free"), [("2026-05-25", True), ("2026-05-24", False)])
def test_E_16_STALE_08_the_work_up_begins_14_days_before_the_relapse(on: str, free: bool) -> None:
    story = in_remission().marrow(RELAPSE, 30, flow=30).work_up(but="cns")
    answer = story.cns(CnsStatus.CNS1, on).ask()
    assert ("D-CNS" not in answer.requests("CTX")) is free


def test_POL_14_an_isolated_CNS_relapse_is_not_one_elsewhere() -> None:
    story = in_remission().marrow(RELAPSE, 1, flow=0).work_up(but="cns")
    answer = story.cns(CnsStatus.CNS3, RELAPSE).ask(Policy(sanctuary_immunotherapy=True))
    for name in ("BLIN", "INO", "CART"):
        assert answer.effect("P-24", name) == set()


@pytest.mark.parametrize(("sex", "asked"), [(Sex.MALE, True), (Sex.FEMALE, False)])
def test_E_18_CX_06_relapse_without_a_date(sex: Sex, asked: bool) -> None:
    story = person("1984-02-11", sex).diagnosed("2023-10-05", status=ClinicalStatus.RELAPSE)
    answer = story.front_line("2023-10-05", "2025-12-20").work_up(but="testes").ask()
    assert "date unknown" in answer.assessment.state.text
    assert ("D-TEST" in answer.requests("CTX")) is asked


# --- E-19, E-20, E-22 ----------------------------------------------------------------------------


def test_E_19_only_an_allogeneic_transplant_before_the_relapse_ends_primary_therapy() -> None:
    """Front line ended 2025-08-01: early. A transplant of 2024 would make the relapse late."""
    story = child_first_relapse(dx="2023-01-10", cr1="2023-02-15", eot="2026-01-10")
    assert story.ask().timing[0] == "early"
    assert story.transplant("2025-01-10").ask().timing[0] == "late"
    assert story.transplant("2025-01-10", Donor.AUTOLOGOUS).ask().timing[0] == "early"
    late = child_first_relapse(dx="2021-05-01", cr1="2021-06-05", eot="2023-08-01")
    assert late.transplant("2026-06-12").ask().timing[0] == "late"
    twice = story.transplant("2024-06-10").transplant("2026-02-10")
    assert twice.ask().timing[0] == "early"


def test_E_19_the_last_of_the_front_line_courses_ends_it() -> None:
    story = child_first_relapse(dx="2023-01-10", cr1="2023-02-15").without(TreatmentPlan)
    story = story.plan("2023-01-10", "2024-06-01", text="Intensive phase")
    assert story.plan("2024-06-02", "2026-01-10", text="Maintenance").ask().timing[0] == "early"
    assert story.plan("2024-06-02", "2025-12-08", text="Maintenance").ask().timing[0] == "late"


def test_E_20_E_22_site_unknown_leaves_COG_and_the_S_group_open() -> None:
    """30 months from diagnosis: early with marrow, late without."""
    story = child_first_relapse(dx="2023-12-01", cr1="2024-01-10").without(BlastResult)
    answer = story.coded_relapse(RELAPSE).ask()
    assert answer.timing == ("early", None, None)
    very_early = child_first_relapse(dx="2025-03-01", cr1="2025-04-10").without(BlastResult)
    assert very_early.coded_relapse(RELAPSE).ask().timing == ("very early", "early", None)


def test_E_19_relapse_without_a_date_has_no_class() -> None:
    story = child().diagnosed("2024-03-10", status=ClinicalStatus.RELAPSE)
    answer = story.front_line("2024-03-10").work_up().ask()
    assert answer.timing == (None, None, None)
    assert answer.gives("HS-14") == "CAD"


# --- E-14: refractory ----------------------------------------------------------------------------


def relapsed(*courses: tuple[str, str | None]) -> Story:
    """First relapse of a child on 2026-02-10, with these courses since."""
    story = child_first_relapse(relapse="2026-02-10", eot="2026-01-20")
    for start, end in courses:
        story = story.reinduction(start, end)
    return story.cd19(RELAPSE)


@pytest.mark.parametrize(
    ("marrow", "tisa"),
    [
        pytest.param("2026-03-19", "CAD", id="a-day-before-the-end"),
        pytest.param("2026-03-20", "EVAL", id="on-the-day-of-the-end"),
        pytest.param("2026-04-01", "EVAL", id="on-the-day-the-next-begins"),
        pytest.param("2026-04-02", "CAD", id="a-day-later"),
    ],
)
def test_E_14_the_first_marrow_between_the_end_and_the_next_course(marrow: str, tisa: str) -> None:
    story = relapsed(("2026-02-14", "2026-03-20"), ("2026-04-01", None))
    assert story.marrow(marrow, 30, flow=30).ask().product("tisa") == tisa


def test_E_14_the_second_course_that_failed() -> None:
    """No marrow after the first; the one after the second shows 30 %."""
    story = relapsed(("2026-02-14", "2026-03-20"), ("2026-04-01", "2026-05-10"))
    assert story.marrow("2026-05-20", 30, flow=30).ask().product("tisa") == "EVAL"


def test_E_14_three_courses_the_nearest_next_one_limits_the_first() -> None:
    story = relapsed(
        ("2026-02-14", "2026-03-20"), ("2026-04-01", None), ("2026-05-20", None)
    ).marrow("2026-04-20", 30, flow=30)
    assert story.ask().product("tisa") == "CAD"


@pytest.mark.parametrize(
    ("on", "tisa"),
    [("2026-02-09", "EVAL"), ("2024-04-13", "EVAL"), ("2024-04-12", "NOT"), ("2026-02", "EVAL")],
)
def test_E_14_documented_since_the_remission_that_the_relapse_ended(on: str, tisa: str) -> None:
    assert relapsed().refractory(on).ask().product("tisa") == tisa


@pytest.mark.parametrize(("recorded", "tisa"), [("2026-05-01", "EVAL"), ("2024-04-01", "NOT")])
def test_E_14_a_refractory_code_without_onset_by_its_recording(recorded: str, tisa: str) -> None:
    story = relapsed().condition(
        None, phase=Phase.REFRACTORY, recorded=recorded, text="ALL, refractory"
    )
    assert story.ask().product("tisa") == tisa


def test_E_14_the_onset_of_a_refractory_code_outweighs_its_recording() -> None:
    story = relapsed().condition(
        "2024-04-01", phase=Phase.REFRACTORY, recorded="2026-05-01", text="ALL, refractory"
    )
    assert story.ask().product("tisa") == "NOT"


def test_E_14_a_preliminary_statement_does_not_count() -> None:
    statement = ResponseStatement(
        source=Provenance("Observation/r"),
        when=when("2026-05-01"),
        final=False,
        response=Response.REFRACTORY,
    )
    assert relapsed().add(statement).ask().product("tisa") == "NOT"


# --- REL-10: which course is the induction -------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "state"),
    [
        pytest.param("2026-04-01", "ACTIVE_RR", id="14-days-before-the-diagnosis"),
        pytest.param("2026-03-31", "UNKNOWN", id="15-days-before"),
    ],
)
def test_REL_10_a_plan_from_two_weeks_before_the_entry_of_the_diagnosis(
    start: str, state: str
) -> None:
    """An earlier plan is of something else: then the blasts have no known course (REL-13)."""
    story = adult().diagnosed("2026-04-15").plan(start, None, text="Chemotherapy")
    assert story.marrow("2026-06-01", 60, flow=60).ask().ds == state


def test_REL_10_a_marrow_of_the_day_itself() -> None:
    story = child().diagnosed("2026-05-01").front_line("2026-05-04")
    assert story.marrow("2026-06-15", 60, flow=60).ask().ds == "ACTIVE_RR"
    assert story.marrow("2026-06-14", 60, flow=60).seen_on("2026-06-14").ask().ds == "NOT_RR"


def test_HS_07_a_late_CNS_relapse_after_marrow_at_first_diagnosis() -> None:
    """Second remission: the site of the relapse is not that of the first diagnosis."""
    story = child("2012-01-20").diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.marrow("2021-05-01", 90, flow=90).remission("2021-06-05", 1)
    story = story.marrow("2026-02-10", 1, flow=0).work_up("2026-02-10", but="cns")
    story = story.cns(CnsStatus.CNS3, "2026-02-10").cns(CnsStatus.CNS1, "2026-03-28")
    story = story.reinduction("2026-02-16", "2026-03-25").remission("2026-04-01", 2)
    assert story.mrd_negative().ask().gives("HS-07") == "NOT"
    assert child_second_remission().mrd_negative().ask().gives("HS-06") == "NOT"


# --- E-17: cells in the spinal fluid -------------------------------------------------------------


@pytest.mark.parametrize(
    ("white", "red", "state"),
    [
        pytest.param("5", "0", "ACTIVE_RR", id="5-white"),
        pytest.param("4.999", "0", "CR1", id="under-5"),
        pytest.param("5", "9.99", "ACTIVE_RR", id="under-10-red"),
        pytest.param("5", "10", "CR1", id="10-red-is-bloody"),
    ],
)
def test_E_17_CNS3_from_5_white_cells_without_blood(white: str, red: str, state: str) -> None:
    story = in_remission().csf(RELAPSE, white=white, red=red, blasts=Tri.MET)
    assert story.ask().ds == state


# --- What follows where the relapse has no date --------------------------------------------------


def undated_relapse() -> Story:
    story = adult().diagnosed("2023-10-05", status=ClinicalStatus.RELAPSE)
    return story.front_line("2023-10-05", "2025-12-20").work_up()


def test_HS_11_an_adult_today_where_the_relapse_has_no_date() -> None:
    answer = undated_relapse().ask()
    assert answer.gives("HS-11") == "CONS"
    assert "D-AGE" not in answer.requests("HSCT")


def test_CA_02_CA_06_a_transplant_before_or_after_a_relapse_without_a_date() -> None:
    answer = undated_relapse().transplant("2025-01-10").ask()
    assert answer.strength("CART") == "CAD"
    assert "D-PRIOR" in answer.requests("CART")


def test_HS2_01_an_autologous_transplant_is_not_the_graft() -> None:
    """Allogeneic in March, autologous in December: the relapse of January came late."""
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-02-20")
    story = story.remission("2024-02-20", 1).transplant("2025-03-01")
    story = story.transplant("2025-12-01", Donor.AUTOLOGOUS).marrow("2026-01-15", 55, flow=55)
    story = story.work_up("2026-01-15").reinduction("2026-01-20", "2026-02-28")
    answer = story.remission("2026-03-10", 2).ask()
    assert answer.gives("HS2-01") == "CONS"
    assert answer.effect("P-32", "HSCT") == set()


def test_CA_06_elsewhere_with_an_unexamined_marrow_is_no_sanctuary() -> None:
    story = in_remission().extramedullary(Site.OTHER, RELAPSE).work_up()
    assert story.ask().strength("CART") == "EVAL"

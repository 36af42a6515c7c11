"""Referral for allogeneic transplant (HS-01 to HS-14)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relapse.facts import (
    Agent,
    ClinicalStatus,
    CnsStatus,
    Diagnosis,
    Donor,
    Expression,
    PerformanceScale,
    PerformanceStatus,
    Planned,
    Site,
    TreatmentPlan,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    RELAPSE,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    child,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    days_before,
    first_remission,
    person,
    second_relapse,
    t_cell_relapse,
    third_remission,
)

DAY = "2026-06-05"
MRD = dict[str, str] | None
"""`None`: no MRD on record."""
UNKNOWN_AND_LEVELS: tuple[MRD, ...] = (
    None,
    {"sens": "0.01"},
    {"value": "0.005"},
    {"value": "0.05"},
    {"value": "0.5"},
)


def with_mrd(story: Story, mrd: MRD) -> Story:
    return story if mrd is None else story.mrd(DAY, **mrd)


# --- HS-02, HS-03 --------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize("mrd", UNKNOWN_AND_LEVELS, ids=str)
def test_HS_02_adult_in_second_remission(mrd: MRD, policy: Policy) -> None:
    answer = with_mrd(adult_second_remission(), mrd).ask(policy)
    assert answer.strength("HSCT") == "EVAL"
    assert answer.gives("HS-02") == "EVAL"
    assert "D-DONOR" in answer.requests("HSCT")


@pytest.mark.parametrize("mrd", UNKNOWN_AND_LEVELS, ids=str)
def test_HS_03_child_in_third_remission(mrd: MRD) -> None:
    answer = with_mrd(third_remission(), mrd).ask()
    assert answer.strength("HSCT") == "EVAL"
    assert answer.gives("HS-03") == "EVAL"


@pytest.mark.parametrize(
    ("birth", "rule"),
    [
        ("2008-01-15", "HS-02"),  # the 18th birthday is the day of the relapse
        ("2008-01-16", "HS-06"),
        ("2008-06-01", "HS-06"),  # 18 at T0, 17 at the relapse: the protocol is that of a child
        ("2007-01-01", "HS-02"),
    ],
)
def test_HS_adult_or_child_by_age_at_the_latest_relapse(birth: str, rule: str) -> None:
    """Relapse on 2026-01-15, late."""
    story = (
        person(birth)
        .diagnosed("2021-05-01")
        .front_line("2021-05-01", "2023-08-01")
        .remission("2021-06-05", 1)
        .marrow("2026-01-15", 60, flow=60)
        .work_up("2026-01-15")
        .reinduction("2026-01-20", "2026-02-28")
        .remission("2026-03-10", 2)
        .mrd(DAY, "0.05")
    )
    answer = story.ask()
    assert answer.gives(rule) == ("EVAL" if rule == "HS-02" else "CONS")
    assert answer.strength("HSCT") == ("EVAL" if rule == "HS-02" else "CONS")


# --- HS-04, HS-05 --------------------------------------------------------------------------------


@pytest.mark.parametrize("mrd", UNKNOWN_AND_LEVELS, ids=str)
def test_HS_04_high_risk_in_both_schemes(mrd: MRD) -> None:
    answer = with_mrd(child_early_second_remission(), mrd).ask()
    assert answer.gives("HS-04") == "EVAL"
    assert answer.strength("HSCT") == "EVAL"


def test_HS_04_T_lineage_with_marrow_is_high_in_both() -> None:
    story = child_second_remission().without(Diagnosis).diagnosed_t("2021-05-01")
    answer = story.mrd_negative().ask()
    assert answer.timing == ("late", "late", "S4")
    assert answer.gives("HS-04") == "EVAL"


def early_combined() -> Story:
    """Marrow and testis, on maintenance: S2, but early marrow for COG."""
    return (
        child("2014-11-20")
        .diagnosed("2024-03-10")
        .front_line("2024-03-10", "2025-12-20")
        .remission("2024-04-12", 1)
        .marrow("2025-12-20", 62, flow=62)
        .extramedullary(Site.TESTIS, "2025-12-20", active=Tri.NOT_MET, abated="2026-02-20")
        .work_up("2025-12-20", but="testes")
        .reinduction("2025-12-27", "2026-02-25")
        .remission("2026-03-01", 2)
    )


@pytest.mark.parametrize(
    ("mrd", "hsct"),
    [
        ({"value": "0.0999"}, "CONS"),
        ({"value": "0.1"}, "EVAL"),
        ({"value": "0.5"}, "EVAL"),
        ({"sens": "0.01"}, "CONS"),
        (None, "CONS"),
    ],
)
def test_HS_05_high_risk_in_one_scheme(mrd: MRD, hsct: str) -> None:
    answer = with_mrd(early_combined(), mrd).ask()
    assert answer.timing == ("early", "early", "S2")
    assert answer.strength("HSCT") == hsct
    assert answer.gives("HS-05") == hsct
    assert ("D-MRD" in answer.requests("HSCT")) is (mrd is None)


def test_HS_05_COG_early_though_BFM_late() -> None:
    """Therapy ended in April 2025; relapse nine months later, 33 months after diagnosis."""
    story = child_second_remission(dx="2023-05-10", eot="2025-04-20")
    story = story.mrd_negative()
    assert story.ask().timing[:2] == ("late", "early")
    assert story.ask().gives("HS-05") == "CONS"


# --- HS-06 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "hsct"),
    [
        ({"value": "0.1"}, "EVAL"),
        ({"value": "0.0999"}, "CONS"),
        ({"value": "0.01"}, "CONS"),
        ({"value": "0.0099"}, "NOT"),
        ({"sens": "0.01"}, "NOT"),
        ({}, "CAD"),
        (None, "CAD"),
    ],
)
def test_HS_06_late_marrow_relapse_by_MRD(mrd: MRD, hsct: str) -> None:
    answer = with_mrd(child_second_remission(), mrd).ask()
    assert answer.strength("HSCT") == hsct
    if hsct == "CAD":
        assert answer.gating("HSCT") & {"D-MRD", "D-MRDSENS"}
        assert "D-DONOR" not in answer.requests("HSCT")


def test_HS_06_POL_27_cuts_of_the_site() -> None:
    strict = Policy(transplant_mrd_eval=Decimal("0.0001"), transplant_mrd_cons=Decimal("0.00001"))
    assert child_second_remission().mrd(DAY, "0.01").ask(strict).strength("HSCT") == "EVAL"
    assert child_second_remission().mrd(DAY, "0.001").ask(strict).strength("HSCT") == "CONS"


# --- HS-07, HS-08: isolated extramedullary -------------------------------------------------------


def extramedullary_second_remission(dx: str, eot: str | None, *, t_lineage: bool = False) -> Story:
    """Isolated testicular relapse on 2026-02-10, marrow clean, second remission since April."""
    story = child("2012-01-20")
    story = story.diagnosed_t(dx) if t_lineage else story.diagnosed(dx)
    story = story.front_line(dx, eot).remission("2025-03-05" if dx > "2024-06" else "2021-06-05", 1)
    story = story.extramedullary(Site.TESTIS, "2026-02-10", active=Tri.NOT_MET, abated="2026-03-25")
    story = story.marrow("2026-02-10", 1).mrd_negative("2026-02-10")
    story = story.work_up("2026-02-10", but="testes").reinduction("2026-02-16", "2026-03-25")
    return story.remission("2026-04-01", 2)


LATE, VERY_EARLY = ("2021-05-01", "2023-08-01"), ("2025-02-01", "2026-02-10")


@pytest.mark.parametrize(
    ("mrd", "hsct"),
    [
        ({"value": "0.1"}, "CONS"),
        ({"value": "0.0999"}, "NOT"),
        ({"sens": "0.01"}, "NOT"),
        (None, "NOT"),
    ],
)
def test_HS_07_late_isolated_extramedullary(mrd: MRD, hsct: str) -> None:
    answer = with_mrd(extramedullary_second_remission(*LATE), mrd).ask()
    assert answer.timing == ("late", "late", "S1")
    assert answer.strength("HSCT") == hsct
    assert (answer.gives("HS-07") or "NOT") == hsct


def test_HS_07_missing_MRD_is_asked_for_on_another_card_or_alone() -> None:
    story = extramedullary_second_remission(*LATE)
    assert story.ask().cards == {"BLIN"}
    assert "D-MRD" in story.ask().requests("BLIN")
    no_cd19 = story.cd19("2026-04-02", Expression.NEGATIVE)
    alone = no_cd19.ask()
    assert alone.strengths == "NOT NOT NOT NOT"
    assert alone.cards == {"DATA"}
    assert alone.requests("DATA") == {"D-MRD"}
    assert alone.applies("DATA-01")
    assert no_cd19.mrd_negative().ask().cards == set()


@pytest.mark.parametrize("mrd", [None, {"sens": "0.01"}, {"value": "0.5"}], ids=str)
def test_HS_08_early_isolated_extramedullary(mrd: MRD) -> None:
    answer = with_mrd(extramedullary_second_remission(*VERY_EARLY), mrd).ask()
    assert answer.gives("HS-08") == "CONS"
    assert answer.strength("HSCT") == "CONS"


def test_HS_08_T_lineage_isolated_extramedullary_even_late() -> None:
    story = extramedullary_second_remission(*LATE, t_lineage=True).mrd_negative()
    assert story.ask().gives("HS-08") == "CONS"


# --- HS-09, HS-10 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "hsct"),
    [
        ({"value": "0.1"}, "CONS"),
        ({"value": "0.0999"}, "NOT"),
        ({"sens": "0.01"}, "NOT"),
        ({}, "NOT"),
        (None, "NOT"),
    ],
)
@pytest.mark.parametrize("birth", ["1996-02-11", "2014-11-20"], ids=["adult", "child"])
def test_HS_09_HS_10_first_remission(birth: str, mrd: MRD, hsct: str) -> None:
    answer = with_mrd(first_remission(birth), mrd).ask()
    assert answer.strength("HSCT") == hsct
    assert answer.gives("HS-09" if hsct == "CONS" else "HS-10") == hsct
    if hsct == "NOT":
        assert answer.option("HSCT").silent


# --- HS-11, HS-12, HS-13 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(adult_first_relapse(), id="adult"),
        pytest.param(second_relapse(birth="2012-01-15"), id="second-relapse"),
        pytest.param(child_first_relapse(), id="high-in-both"),
        pytest.param(
            child_first_relapse(dx="2024-03-10", but="testes").extramedullary(Site.TESTIS, RELAPSE),
            id="high-in-one",
        ),
        pytest.param(t_cell_relapse(), id="T-lineage"),
    ],
)
@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_HS_11_early_referral(story: Story, policy: Policy) -> None:
    answer = story.ask(policy)
    assert answer.strength("HSCT") == "CONS"
    assert answer.gives("HS-11") == "CONS"
    assert "D-DONOR" in answer.requests("HSCT")


@pytest.mark.parametrize(
    ("dx", "eot", "hsct"),
    [
        ("2021-05-01", "2023-08-01", "NOT"),
        ("2023-06-08", "2025-12-08", "NOT"),  # exactly 36 and 6 months: late in both
        ("2023-06-09", "2025-12-08", "CONS"),  # COG early
        ("2023-06-08", "2025-12-09", "CONS"),  # BFM early
    ],
)
def test_HS_11_HS_12_boundary_of_the_late_relapse(dx: str, eot: str, hsct: str) -> None:
    answer = child_first_relapse(dx=dx, cr1="2023-09-05", eot=eot).ask()
    assert answer.strength("HSCT") == hsct
    assert answer.gives("HS-12" if hsct == "NOT" else "HS-11") == hsct


@pytest.mark.parametrize(
    ("dx", "hsct"), [("2024-12-09", "CONS"), ("2024-12-08", "CONS"), ("2022-01-10", "NOT")]
)
def test_HS_11_HS_12_isolated_CNS_relapse(dx: str, hsct: str) -> None:
    """Very early or early by BFM: referral; late: wait."""
    eot = "2024-03-01" if dx < "2024" else None
    story = child().diagnosed(dx).front_line(dx, eot).remission("2025-02-10", 1)
    story = story.cns(CnsStatus.CNS3).marrow(RELAPSE, 1).mrd_negative(RELAPSE)
    answer = story.work_up(but="cns").ask()
    assert answer.strength("HSCT") == hsct


def test_HS_13_outranks_HS_12() -> None:
    story = child_first_relapse(dx="2021-05-01", cr1="2021-06-05", eot="2023-08-01")
    assert story.ask().gives("HS-12") == "NOT"
    answer = story.partial_remission("2026-06-12").ask()
    assert answer.gives("HS-13") == "CONS"
    assert answer.strength("HSCT") == "CONS"


# --- HS-14 ---------------------------------------------------------------------------------------


def test_HS_14_D_EOT_end_of_therapy_unknown() -> None:
    """Relapse 33 months after diagnosis; end of therapy not recorded: BFM early or late decides."""
    story = child_first_relapse(dx="2023-01-10", cr1="2023-02-15").without(TreatmentPlan)
    story = story.plan("2023-01-10", running=False)
    answer = story.ask()
    assert answer.timing[:2] == (None, "late")
    assert answer.strength("HSCT") == "CAD"
    assert answer.gives("HS-14") == "CAD"
    assert answer.gating("HSCT") == {"D-EOT"}


def test_HS_14_D_DXDATE_diagnosis_without_a_date() -> None:
    story = child_first_relapse(eot="2024-01-01").without(Diagnosis).diagnosed(None)
    answer = story.ask()
    assert answer.strength("HSCT") == "CAD"
    assert answer.gating("HSCT") == {"D-DXDATE"}


def test_HS_14_not_where_every_timing_gives_the_same_answer() -> None:
    """End of therapy unknown, but early for COG: referral either way."""
    story = child_first_relapse(dx="2024-03-10").without(TreatmentPlan)
    answer = story.plan("2024-03-10", running=False).ask()
    assert answer.timing[0] is None
    assert answer.strength("HSCT") == "CONS"
    assert answer.gives("HS-14") is None


def test_HS_14_not_in_an_adult() -> None:
    story = adult_first_relapse().without(Diagnosis).diagnosed(None)
    assert story.ask().strength("HSCT") == "CONS"


def test_HS_14_second_remission_of_a_child() -> None:
    """Month of diagnosis only, spanning 36 months; late for BFM: COG decides, with the MRD."""
    story = child_second_remission(dx="2023-02", eot="2025-04-01")
    answer = story.mrd_negative().ask()
    assert answer.timing == ("late", None, "S2")
    assert answer.strength("HSCT") == "CAD"
    assert "D-DXDATE" in answer.gating("HSCT")
    high = story.mrd(DAY, "0.5").ask()
    assert high.strength("HSCT") == "EVAL", "HS-05 and HS-06 agree from 0.1 % on"


# --- Fitness, donor, prior transplant ------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "score", "hsct"),
    [
        (PerformanceScale.ECOG, 0, "EVAL"),
        (PerformanceScale.ECOG, 2, "EVAL"),
        (PerformanceScale.ECOG, 3, "CONS"),
        (PerformanceScale.ECOG, 4, "CONS"),
        (PerformanceScale.KARNOFSKY, 60, "EVAL"),
        (PerformanceScale.KARNOFSKY, 50, "CONS"),
        (PerformanceScale.LANSKY, 60, "EVAL"),
        (PerformanceScale.LANSKY, 50, "CONS"),
    ],
)
def test_E_29_fit_caps_only_where_documented_unfit(
    scale: PerformanceScale, score: int, hsct: str
) -> None:
    story = adult_second_remission(but="fitness").fitness(score, scale)
    answer = story.ask()
    assert answer.strength("HSCT") == hsct
    assert "D-FIT" not in answer.requests("HSCT")


@pytest.mark.parametrize("score", [1, 4])
@pytest.mark.parametrize(("age", "asked"), [(89, False), (90, False), (91, True)])
def test_POL_34_D_FIT_performance_status_of_90_days(age: int, asked: bool, score: int) -> None:
    """Older than that it is unknown: asked for, and an old poor status caps nothing."""
    answer = adult_second_remission(but="fitness").fitness(score, on=days_before(age)).ask()
    assert ("D-FIT" in answer.requests("HSCT")) is asked
    assert answer.strength("HSCT") == ("CONS" if score == 4 and not asked else "EVAL")


def test_POL_34_missing_performance_status_is_asked_for() -> None:
    answer = adult_second_remission().without(PerformanceStatus).ask()
    assert answer.strength("HSCT") == "EVAL"
    assert "D-FIT" in answer.requests("HSCT")
    assert "D-FIT" not in answer.gating("HSCT")


def test_POL_34_cut_of_the_site() -> None:
    story = adult_second_remission(but="fitness").fitness(2)
    assert story.ask(Policy(fitness_max_ecog=1)).strength("HSCT") == "CONS"
    story = adult_second_remission(but="fitness").fitness(60, PerformanceScale.KARNOFSKY)
    assert story.ask(Policy(fitness_min_karnofsky=70)).strength("HSCT") == "CONS"


def test_unfit_does_not_change_CAD_or_NOT() -> None:
    story = child_second_remission(but="fitness").fitness(4)
    assert story.ask().strength("HSCT") == "CAD"
    assert story.mrd_negative().ask().strength("HSCT") == "NOT"


def test_D_DONOR_settled_by_an_identified_donor() -> None:
    story = adult_second_remission().planned(Planned.DONOR_FOUND)
    assert "D-DONOR" not in story.ask().requests("HSCT")
    assert story.ask().strength("HSCT") == "EVAL"
    assert "D-DONOR" in adult_second_remission().ask().requests("HSCT")


def test_D_DONOR_only_with_a_transplant_that_is_suggested() -> None:
    assert "D-DONOR" not in child_second_remission().mrd_negative().ask().all_requests
    assert "D-DONOR" not in child_second_remission().ask().all_requests


def test_HS_01_prior_allogeneic_transplant_uses_the_other_rules() -> None:
    answer = adult_first_relapse().transplant("2024-03-01").ask()
    assert answer.gives("HS-11") is None
    assert answer.gives("HS2-03") == "NOT"
    assert answer.strength("HSCT") == "NOT"


def test_HS_01_autologous_is_none() -> None:
    answer = adult_first_relapse().transplant("2024-03-01", Donor.AUTOLOGOUS).ask()
    assert answer.gives("HS-11") == "CONS"


def test_HS_01_donor_type_not_stated() -> None:
    """Neither allogeneic nor not: the option waits, CONS at most."""
    answer = adult_second_remission().transplant("2025-03-01", Donor.UNKNOWN).ask()
    assert answer.strength("HSCT") in {"CAD", "CONS"}
    assert "D-PRIOR" in answer.requests("HSCT")


# --- P-28, P-34 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "noted"),
    [
        ({"value": "0.01"}, True),
        ({"value": "0.0099"}, False),
        ({"sens": "0.01"}, False),
        (None, False),
    ],
)
def test_P_34_positive_MRD_before_transplant(mrd: MRD, noted: bool) -> None:
    answer = with_mrd(adult_second_remission(), mrd).ask()
    assert (answer.effect("P-34", "HSCT") == {"note"}) is noted


def test_P_28_prior_inotuzumab() -> None:
    story = adult_second_remission().drug(Agent.INOTUZUMAB, "2026-01-22", "2026-02-05")
    assert story.ask().effect("P-28", "HSCT") == {"warn"}
    assert adult_second_remission().ask().effect("P-28", "HSCT") == set()


@pytest.mark.parametrize("birth", [None, "2008"], ids=["missing", "year-only"])
def test_HS_02_unknown_age_is_not_adult(birth: str | None) -> None:
    """A row whose condition is unknown does not match: nothing certain without the birth date."""
    story = person(birth).diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).marrow("2026-02-10", 60, flow=60)
    story = story.work_up("2026-02-10").reinduction("2026-02-16", "2026-03-25")
    answer = story.remission("2026-04-01", 2).mrd_negative().ask()
    assert answer.strength("HSCT") == "CAD"
    assert "D-AGE" in answer.gating("HSCT")


def test_HS_14_site_unknown_where_it_decides() -> None:
    """Early on treatment: isolated marrow is high in both schemes, combined in one only."""
    story = child_early_second_remission(but="cns testes")
    answer = story.mrd_negative().ask()
    assert answer.strength("HSCT") == "CAD"
    assert answer.gating("HSCT") == {"D-CNS", "D-TEST"}
    assert story.mrd(DAY, "0.5").ask().strength("HSCT") == "EVAL"


@pytest.mark.parametrize(("but", "wanted"), [("cns", "D-CNS"), ("testes", "D-TEST")])
def test_HS_14_asks_for_what_is_missing_and_nothing_else(but: str, wanted: str) -> None:
    answer = child_early_second_remission(but=but).mrd_negative().ask()
    assert answer.strength("HSCT") == "CAD"
    assert answer.gating("HSCT") == {wanted}


@pytest.mark.parametrize("scale", [PerformanceScale.KARNOFSKY, PerformanceScale.LANSKY])
def test_E_29_between_50_and_60_fitness_is_unknown(scale: PerformanceScale) -> None:
    answer = adult_second_remission(but="fitness").fitness(55, scale).ask()
    assert answer.strength("HSCT") == "EVAL"
    assert "D-FIT" in answer.requests("HSCT")


def closed_relapse(story: Story) -> Story:
    """A relapse code of February, resolved, without the day on which it ended."""
    return story.coded_relapse("2026-02-10", status=ClinicalStatus.RESOLVED)


def test_D_CRDATE_second_remission_on_an_unknown_day() -> None:
    story = adult().diagnosed("2023-05-01").front_line("2023-05-01", "2025-08-01")
    answer = closed_relapse(story.remission("2023-06-05", 1)).ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)
    assert answer.gives("HS-02") == "EVAL"
    assert "D-CRDATE" in answer.all_requests


def test_STALE_05_MRD_in_a_remission_without_a_date() -> None:
    """Newer than the relapse that it followed: counts; older: does not."""
    story = adult().diagnosed("2023-05-01").front_line("2023-05-01", "2025-08-01")
    story = closed_relapse(story.remission("2023-06-05", 1))
    assert story.mrd(DAY, "0.5").ask().mrd == "POS"
    assert story.seen_on("2026-02-20").mrd("2026-02-05", "0.5").ask().mrd == "UNK"


def test_POL_27_is_the_cut_of_the_late_relapse_only() -> None:
    """HS-05 and HS-09 read 0.1 %, whatever a site chooses for the late relapse (HS-06)."""
    low = Policy(transplant_mrd_eval=Decimal("0.0001"))
    assert early_combined().mrd(DAY, "0.05").ask(low).gives("HS-05") == "CONS"
    assert first_remission().mrd(DAY, "0.05").ask(low).gives("HS-09") is None
    assert child_second_remission().mrd(DAY, "0.05").ask(low).gives("HS-06") == "EVAL"


# --- HS-01, D-PRIOR: what is not known of an earlier transplant ----------------------------------


def test_HS_01_a_donor_type_that_is_not_stated_makes_the_option_wait() -> None:
    answer = adult_second_remission().transplant("2025-03-01", Donor.UNKNOWN).mrd(DAY, "0.5").ask()
    assert answer.strength("HSCT") == "CAD"
    assert answer.gating("HSCT") == {"D-PRIOR"}
    assert answer.effect("P-34", "HSCT") == set(), "a note on what is suggested only"
    assert not answer.applies("HS-01")


def test_HS_01_a_donor_type_that_is_not_stated_revives_no_NOT() -> None:
    answer = first_remission().transplant("2026-05-20", Donor.UNKNOWN).ask()
    assert answer.strength("HSCT") == "NOT"
    assert answer.option("HSCT").silent


def test_D_PRIOR_no_treatment_on_record_is_asked_for_and_gates_nothing() -> None:
    answer = adult_first_relapse().without(TreatmentPlan).ask()
    assert answer.strength("HSCT") == "CONS"
    assert "D-PRIOR" in answer.requests("HSCT")
    assert "D-PRIOR" not in answer.gating("HSCT")
    assert "D-PRIOR" not in adult_first_relapse().ask().requests("HSCT")


def test_HS_01_only_after_a_transplant() -> None:
    assert not adult_second_remission().ask().applies("HS-01")
    autologous = adult_second_remission().transplant("2025-03-01", Donor.AUTOLOGOUS)
    assert not autologous.ask().applies("HS-01")
    assert adult_second_remission().transplant("2025-03-01").ask().applies("HS-01")


def test_D_CRDATE_on_the_transplant_card_only_where_the_date_is_missing() -> None:
    story = adult().diagnosed("2023-05-01").front_line("2023-05-01", "2025-08-01")
    undated = closed_relapse(story.remission("2023-06-05", 1)).ask()
    assert "D-CRDATE" in undated.requests("HSCT")
    assert "D-CRDATE" not in undated.gating("HSCT")
    assert "D-CRDATE" not in adult_second_remission().ask().requests("HSCT")


@pytest.mark.parametrize(
    ("mrd", "noted"),
    [
        ({"value": "0.0099"}, True),
        ({"value": "0.01"}, False),
        ({"sens": "0.01"}, False),
    ],
)
def test_MR_02_the_line_below_the_threshold(mrd: dict[str, str], noted: bool) -> None:
    answer = adult_second_remission().mrd(DAY, **mrd).ask()
    assert ("MRD is detectable below 0.01 %." in answer.option("HSCT").notes) is noted


def test_MR_02_no_line_in_first_remission() -> None:
    """First remission after induction failure: the card is there, the line is not."""
    story = child().diagnosed("2026-01-05").front_line("2026-01-06", "2026-02-10")
    story = story.marrow("2026-02-12", 40, flow=40).plan("2026-02-15", "2026-03-30")
    answer = story.remission("2026-04-05").ph(Tri.NOT_MET, "2026-01-06").mrd(DAY, "0.005").ask()
    assert (answer.mrd, answer.gives("HS-09")) == ("LOWPOS", "CONS")
    assert answer.option("HSCT").notes == ()


@pytest.mark.parametrize(
    ("story", "named"),
    [
        pytest.param(child_second_remission().mrd("2026-04-02", sens="0.01"), True, id="HS-06"),
        pytest.param(adult_second_remission().mrd("2026-04-02", sens="0.01"), False, id="HS-02"),
        pytest.param(child_second_remission(), False, id="no-result"),
    ],
)
def test_STALE_05_is_named_where_MRD_decides_the_row(story: Story, named: bool) -> None:
    rules = {item.rule for item in story.ask().option("HSCT").rules}
    assert ("STALE-05" in rules) is named

"""Blinatumomab (BL-01 to BL-13)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import (
    Agent,
    Antigen,
    AntigenResult,
    BlastResult,
    CnsStatus,
    Diagnosis,
    Donor,
    Expression,
    GeneticResult,
    Lesion,
    ResponseStatement,
    Site,
    StopReason,
    TreatmentPlan,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    EU,
    RELAPSE,
    US,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    days_before,
    first_remission,
    person,
    second_relapse,
    third_remission,
    when,
)

DAY = "2026-06-05"


def without_ph(story: Story) -> Story:
    return story.without(GeneticResult, where=lambda f: f.lesion is Lesion.BCR_ABL1)


def with_ph(story: Story, present: Tri) -> Story:
    """The story with this BCR::ABL1 result, or none where it is unknown."""
    story = without_ph(story)
    return story if present is Tri.UNKNOWN else story.ph(present, "2026-01-10")


# --- BL-01 (US) ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "story",
    [child_first_relapse(), adult_first_relapse(), second_relapse()],
    ids=["child", "adult", "second"],
)
def test_BL_01_relapse_with_CD19(story: Story) -> None:
    answer = story.ask()
    assert answer.strength("BLIN") == "EVAL"
    assert answer.gives("BL-01") == "EVAL"


@pytest.mark.parametrize("ph", list(Tri), ids=lambda ph: ph.value)
def test_BL_01_the_US_label_does_not_ask_for_Ph(ph: Tri) -> None:
    assert with_ph(adult_first_relapse(), ph).ask().gives("BL-01") == "EVAL"


def test_BL_01_not_in_remission_and_not_at_first_diagnosis() -> None:
    assert adult_second_remission().ask().gives("BL-01") is None
    new = child().diagnosed("2026-06-01").front_line("2026-06-02").work_up("2026-06-02")
    assert new.ask().strength("BLIN") == "-"


# --- BL-02, BL-03, BL-04, BL-05 ------------------------------------------------------------------


@pytest.mark.parametrize(("mrd", "blin"), [("0.0999", "NOT"), ("0.1", "EVAL"), ("0.5", "EVAL")])
def test_BL_02_BL_04_first_remission(mrd: str, blin: str) -> None:
    answer = first_remission().mrd(DAY, mrd).ask()
    assert answer.strength("BLIN") == blin
    assert (answer.gives("BL-02") == "EVAL") is (blin == "EVAL")


@pytest.mark.parametrize(("mrd", "blin"), [("0.0999", "CONS"), ("0.1", "EVAL")])
def test_BL_02_second_remission_the_stronger_of_BL_02_and_BL_13(mrd: str, blin: str) -> None:
    answer = adult_second_remission().mrd(DAY, mrd).ask()
    assert answer.strength("BLIN") == blin
    assert answer.gives("BL-13") == "CONS"


def test_POL_03_MRD_threshold_of_the_site() -> None:
    story = first_remission().mrd(DAY, "0.05")
    assert story.ask().strength("BLIN") == "NOT"
    assert story.ask(Policy(blinatumomab_mrd=Decimal("0.0001"))).strength("BLIN") == "EVAL"


@pytest.mark.parametrize(
    ("mrd", "blin"),
    [({"value": "0.5"}, "CONS"), ({"value": "0.1"}, "CONS"), ({"value": "0.0999"}, "NOT")],
)
def test_BL_03_third_remission(mrd: dict[str, str], blin: str) -> None:
    answer = third_remission().mrd(DAY, **mrd).ask()
    assert answer.strength("BLIN") == blin


def test_BL_03_without_MRD_it_waits_for_it() -> None:
    answer = third_remission().ask()
    assert answer.strength("BLIN") == "CAD"
    assert "D-MRD" in answer.gating("BLIN")


@pytest.mark.parametrize("mrd", [{"sens": "0.01"}, {"value": "0.005"}, {"value": "0.05"}])
def test_BL_04_below_the_label_threshold(mrd: dict[str, str]) -> None:
    assert third_remission().mrd(DAY, **mrd).ask().strength("BLIN") == "NOT"
    assert first_remission().mrd(DAY, **mrd).ask().strength("BLIN") == "NOT"


def test_BL_05_first_remission_without_valid_MRD_is_silent() -> None:
    for story in (
        first_remission(),
        first_remission().mrd("2026-05-01", "0.5"),
        first_remission().mrd(DAY),
    ):
        answer = story.ask()
        assert answer.strength("BLIN") == "NOT"
        assert answer.option("BLIN").silent
        assert answer.cards == set()


def test_BL_02_waits_for_CD19() -> None:
    story = first_remission().mrd(DAY, "0.3").without(type(first_remission().cd19(DAY).facts[-1]))
    answer = story.ask()
    assert answer.strength("BLIN") == "CAD"
    assert answer.gating("BLIN") == {"D-CD19"}


# --- BL-06, BL-07 (EU, adults) -------------------------------------------------------------------


def ph_positive(*failed: Agent) -> Story:
    """Adult Ph-positive relapse; each of the TKIs ended for failure before it."""
    story = with_ph(adult_first_relapse(but="ph"), Tri.MET)
    for agent in failed:
        story = story.tki(agent, "2024-01-01", "2025-06-01", stop=StopReason.FAILED)
    return story


@pytest.mark.parametrize(
    ("ph", "blin"), [(Tri.NOT_MET, "EVAL"), (Tri.UNKNOWN, "CAD"), (Tri.MET, "NOT")]
)
def test_BL_06_Ph_status_in_the_EU(ph: Tri, blin: str) -> None:
    answer = with_ph(adult_first_relapse(), ph).ask(EU)
    assert answer.strength("BLIN") == blin
    assert ("D-PH" in answer.gating("BLIN")) is (ph is Tri.UNKNOWN)


@pytest.mark.parametrize(
    ("failed", "blin"),
    [
        ((), "NOT"),
        ((Agent.IMATINIB,), "NOT"),
        ((Agent.IMATINIB, Agent.DASATINIB), "CAD"),
        ((Agent.IMATINIB, Agent.DASATINIB, Agent.PONATINIB), "CAD"),
    ],
)
def test_BL_06_two_failed_TKIs_and_no_alternative_documented(
    failed: tuple[Agent, ...], blin: str
) -> None:
    """No fact states "no alternative": it stays unknown, so never more than CAD."""
    assert ph_positive(*failed).ask(EU).strength("BLIN") == blin


def test_BL_06_the_same_TKI_twice_is_one() -> None:
    assert ph_positive(Agent.IMATINIB, Agent.IMATINIB).ask(EU).strength("BLIN") == "NOT"


def test_BL_06_intolerance_is_no_failure() -> None:
    story = ph_positive(Agent.IMATINIB)
    story = story.tki(Agent.DASATINIB, "2025-07-01", "2025-08-01", stop=StopReason.INTOLERANT)
    assert story.ask(EU).strength("BLIN") == "NOT"


@pytest.mark.parametrize(
    ("ph", "blin"), [(Tri.NOT_MET, "EVAL"), (Tri.UNKNOWN, "CAD"), (Tri.MET, "NOT")]
)
def test_BL_07_adult_with_MRD_in_the_EU(ph: Tri, blin: str) -> None:
    answer = with_ph(first_remission(), ph).mrd(DAY, "0.3").ask(EU)
    assert answer.strength("BLIN") == blin
    assert ("D-PH" in answer.gating("BLIN")) is (ph is Tri.UNKNOWN)


@pytest.mark.parametrize("ph", list(Tri), ids=lambda ph: ph.value)
def test_BL_07_is_not_asked_in_the_US(ph: Tri) -> None:
    assert with_ph(first_remission(), ph).mrd(DAY, "0.3").ask().strength("BLIN") == "EVAL"


@pytest.mark.parametrize(("birth", "blin"), [("2008-06-15", "EVAL"), ("2008-06-16", "NOT")])
def test_BL_07_the_MRD_indication_of_the_EU_names_adults(birth: str, blin: str) -> None:
    story = first_remission(birth=birth).mrd(DAY, "0.3")
    assert story.ask(EU).strength("BLIN") == blin
    assert story.ask().strength("BLIN") == "EVAL"


# --- BL-08 (EU, children) ------------------------------------------------------------------------


def child_second_relapse() -> Story:
    return second_relapse(birth="2010-01-15")


@pytest.mark.parametrize(
    ("story", "blin"),
    [
        pytest.param(child_first_relapse(), "NOT", id="first-relapse"),
        pytest.param(child_first_relapse().refractory("2026-06-10"), "EVAL", id="refractory"),
        pytest.param(child_second_relapse(), "EVAL", id="two-prior-therapies"),
        pytest.param(
            child_first_relapse(eot="2025-08-01").transplant("2025-09-01"),
            "EVAL",
            id="relapse-after-transplant",
        ),
        pytest.param(
            child_first_relapse(eot="2025-08-01").transplant("2025-09-01", Donor.AUTOLOGOUS),
            "NOT",
            id="autologous-is-none",
        ),
        pytest.param(
            child_first_relapse().transplant("2026-06-10"), "NOT", id="transplant-after-relapse"
        ),
    ],
)
def test_BL_08_child_in_the_EU(story: Story, blin: str) -> None:
    answer = story.ask(EU)
    assert answer.strength("BLIN") == blin
    if blin == "EVAL":
        assert answer.gives("BL-08") == "EVAL"


@pytest.mark.parametrize(
    ("ph", "blin"), [(Tri.NOT_MET, "EVAL"), (Tri.UNKNOWN, "CAD"), (Tri.MET, "NOT")]
)
def test_BL_08_Ph_status(ph: Tri, blin: str) -> None:
    answer = with_ph(child_second_relapse(), ph).ask(EU)
    assert answer.strength("BLIN") == blin
    assert ("D-PH" in answer.gating("BLIN")) is (ph is Tri.UNKNOWN)


def test_BL_08_a_reinduction_that_has_just_begun_is_no_prior_therapy() -> None:
    story = child_first_relapse(relapse="2026-06-01").reinduction("2026-06-10")
    assert story.ask(EU).strength("BLIN") == "NOT"


def test_BL_08_transplant_of_unknown_donor_type_asks_for_it() -> None:
    story = child_first_relapse(eot="2025-08-01").transplant("2025-09-01", Donor.UNKNOWN)
    answer = story.ask(EU)
    assert answer.strength("BLIN") == "CAD"
    assert "D-PRIOR" in answer.gating("BLIN")


def test_BL_08_no_treatment_on_record_asks_for_it() -> None:
    story = child_first_relapse().without(TreatmentPlan)
    answer = story.ask(EU)
    assert answer.strength("BLIN") == "CAD"
    assert "D-PRIOR" in answer.gating("BLIN")


# --- BL-09 (EU, children in CR2) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "blin"),
    [
        ({"value": "0.01"}, "EVAL"),
        ({"value": "0.5"}, "EVAL"),
        ({"value": "0.0099"}, "CONS"),
        ({"sens": "0.01"}, "CONS"),
        (None, "CONS"),
    ],
)
def test_BL_09_high_risk_first_relapse(mrd: dict[str, str] | None, blin: str) -> None:
    story = child_early_second_remission()
    story = story if mrd is None else story.mrd(DAY, **mrd)
    answer = story.ask(EU)
    assert answer.strength("BLIN") == blin
    assert answer.gives("BL-09") == blin


@pytest.mark.parametrize(
    ("mrd", "blin"), [({"value": "0.01"}, "EVAL"), ({"sens": "0.01"}, "NOT"), (None, "NOT")]
)
def test_BL_09_POL_04_off(mrd: dict[str, str] | None, blin: str) -> None:
    story = child_early_second_remission()
    story = story if mrd is None else story.mrd(DAY, **mrd)
    assert story.ask(Policy(jurisdiction="EU", consolidation=False)).strength("BLIN") == blin


def test_BL_09_not_in_a_relapse_of_lower_risk() -> None:
    assert child_second_remission().mrd_negative().ask(EU).strength("BLIN") == "NOT"


@pytest.mark.parametrize(
    ("ph", "blin"), [(Tri.NOT_MET, "CONS"), (Tri.UNKNOWN, "CAD"), (Tri.MET, "NOT")]
)
def test_BL_09_Ph_status(ph: Tri, blin: str) -> None:
    story = with_ph(child_early_second_remission(), ph).mrd_negative()
    assert story.ask(EU).strength("BLIN") == blin


def test_BL_09_names_children() -> None:
    assert adult_second_remission().mrd_negative().ask(EU).strength("BLIN") == "NOT"


def test_BL_09_not_after_a_second_relapse() -> None:
    assert third_remission().mrd_negative().ask(EU).strength("BLIN") == "NOT"


# --- BL-10, BL-12: sites -------------------------------------------------------------------------


def isolated(site: Site, birth: str = "1984-02-11") -> Story:
    """First relapse outside the marrow, nine months after remission."""
    story = person(birth).diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.remission("2025-09-10", 1).extramedullary(site, RELAPSE)
    story = story.marrow(RELAPSE, 1, flow=0).mrd_negative(RELAPSE)
    free = {Site.CNS: "cns", Site.TESTIS: "testes"}.get(site, "")
    return story.work_up(but=free)


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize("site", [Site.CNS, Site.TESTIS], ids=lambda site: site.name)
def test_BL_10_isolated_sanctuary_relapse(site: Site, policy: Policy) -> None:
    answer = isolated(site).ask(policy)
    assert answer.strength("BLIN") == "NOT"
    assert answer.applies("BL-10")


@pytest.mark.parametrize("site", [Site.CNS, Site.TESTIS], ids=lambda site: site.name)
def test_BL_10_IN_06_POL_14_switched_on(site: Site) -> None:
    answer = isolated(site).ask(Policy(sanctuary_immunotherapy=True))
    assert answer.strength("CART") != "NOT"
    assert answer.strength("BLIN") in {"EVAL", "CONS"}
    assert answer.strength("INO") in {"EVAL", "CONS"}


def test_BL_10_combined_with_marrow_is_no_sanctuary_relapse() -> None:
    story = adult_short_remission(but="testes").extramedullary(Site.TESTIS, RELAPSE)
    assert story.ask().strength("BLIN") == "EVAL"


def test_BL_12_P_24_isolated_relapse_elsewhere() -> None:
    answer = isolated(Site.OTHER).ask()
    assert answer.strength("BLIN") == "CONS"
    assert answer.applies("BL-12")
    assert "cap" in answer.effect("P-24", "BLIN")


def test_BL_12_elsewhere_with_marrow_is_not_capped() -> None:
    answer = adult_short_remission().extramedullary(Site.OTHER, RELAPSE).ask()
    assert answer.strength("BLIN") == "EVAL"
    assert answer.effect("P-24", "BLIN") == set()


def test_BL_10_elsewhere_and_in_the_testes_is_not_isolated_in_a_sanctuary() -> None:
    story = isolated(Site.OTHER).extramedullary(Site.TESTIS, RELAPSE)
    assert story.ask().strength("BLIN") in {"CONS", "CAD"}


# --- BL-11: non-response, relapse on treatment ---------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "blin"), [(1, "CONS"), (29, "CONS"), (30, "CONS"), (31, "EVAL"), (200, "EVAL")]
)
def test_BL_11_POL_35_relapse_soon_after_the_last_dose(gap: int, blin: str) -> None:
    last = days_before(7 + gap)
    first = days_before(7 + gap + 20)
    answer = adult_first_relapse().drug(Agent.BLINATUMOMAB, first, last).ask()
    assert answer.strength("BLIN") == blin
    assert answer.applies("BL-11") is (blin == "CONS")


def test_BL_11_POL_35_days_of_the_site() -> None:
    story = adult_first_relapse().drug(Agent.BLINATUMOMAB, days_before(60), days_before(47))
    assert story.ask().strength("BLIN") == "EVAL"
    assert story.ask(Policy(relapse_on_blinatumomab=40)).strength("BLIN") == "CONS"


def test_BL_11_relapse_during_a_course() -> None:
    story = adult_first_relapse(but="cd19").cd19("2026-06-14")
    story = story.plan("2026-05-20", "2026-06-12", Agent.BLINATUMOMAB)
    story = story.drug(Agent.BLINATUMOMAB, "2026-05-20", "2026-06-12")
    assert story.ask().strength("BLIN") == "CONS"


def blinatumomab_in_first_relapse(
    marrow_after_end: int, blasts: str, *, other_course: bool = False
) -> Story:
    """Second relapse now; in the first one a course of blinatumomab, 2024-03-01 to 2024-03-28, and
    a marrow so many days after its end. The remission came much later.
    """
    end = date(2024, 3, 28)
    day = (end + timedelta(days=marrow_after_end)).isoformat()
    story = person("2004-01-15").diagnosed("2021-02-03").front_line("2021-02-05", "2023-05-30")
    story = story.remission("2021-03-12", 1).marrow("2024-02-20", 45, flow=45)
    story = story.plan("2024-03-01", "2024-03-28", Agent.BLINATUMOMAB)
    story = story.drug(Agent.BLINATUMOMAB, "2024-03-01", "2024-03-28")
    if other_course:
        story = story.plan("2024-03-29", "2024-04-05")
    story = story.marrow(day, blasts, flow=blasts)
    story = story.plan("2024-06-01", "2024-07-30").remission("2024-08-10", 2)
    return story.marrow(RELAPSE, 20, flow=20).work_up()


@pytest.mark.parametrize(
    ("after", "blasts", "blin"),
    [
        (-15, "40", "EVAL"),
        (-14, "40", "CONS"),
        (0, "40", "CONS"),
        (28, "40", "CONS"),
        (29, "40", "EVAL"),
        (7, "5", "CONS"),
        (7, "4.9", "EVAL"),
    ],
)
def test_BL_11_first_marrow_around_the_end_of_the_course(
    after: int, blasts: str, blin: str
) -> None:
    answer = blinatumomab_in_first_relapse(after, blasts).ask()
    assert answer.relapses == 2
    assert answer.strength("BLIN") == blin


def test_BL_11_a_marrow_after_another_course_says_nothing_on_blinatumomab() -> None:
    story = blinatumomab_in_first_relapse(14, "40", other_course=True)
    assert story.ask().strength("BLIN") == "EVAL"


def test_BL_11_documented_non_response() -> None:
    story = second_relapse()
    ended = story.drug(Agent.BLINATUMOMAB, "2024-03-01", "2024-03-10")
    assert ended.ask().strength("BLIN") == "EVAL"
    failed = story.drug(Agent.BLINATUMOMAB, "2024-03-01", "2024-03-10", stop=StopReason.FAILED)
    assert failed.ask().strength("BLIN") == "CONS"


def test_BL_11_never_treated_is_not_capped() -> None:
    assert not second_relapse().ask().applies("BL-11")


# --- BL-13 (US, CR2 in consolidation) ------------------------------------------------------------


def consolidation(story: Story | None = None, **more: Any) -> str:
    story = child_second_remission(**more) if story is None else story
    return story.mrd_negative().ask().strength("BLIN")


def test_BL_13_second_remission_whatever_the_MRD() -> None:
    assert consolidation() == "CONS"
    assert child_second_remission().ask().strength("BLIN") == "CONS"
    assert adult_second_remission().mrd_negative().ask().gives("BL-13") == "CONS"


def test_BL_13_missing_MRD_stays_requested() -> None:
    answer = child_second_remission().ask()
    assert answer.strength("BLIN") == "CONS"
    assert "D-MRD" in answer.requests("BLIN")
    answer = child_second_remission().mrd(DAY).ask()
    assert answer.strength("BLIN") == "CONS"
    assert "D-MRDSENS" in answer.requests("BLIN")


@pytest.mark.parametrize(
    ("ph", "blin"), [(Tri.NOT_MET, "CONS"), (Tri.UNKNOWN, "CAD"), (Tri.MET, "NOT")]
)
def test_BL_13_Ph_status(ph: Tri, blin: str) -> None:
    story = with_ph(child_second_remission(), ph)
    assert consolidation(story) == blin
    if ph is Tri.UNKNOWN:
        assert "D-PH" in story.mrd_negative().ask().gating("BLIN")


def test_BL_13_CD19_unknown() -> None:
    story = child_second_remission(but="cd19").mrd_negative()
    assert story.ask().strength("BLIN") == "CAD"
    assert "D-CD19" in story.ask().gating("BLIN")


def test_BL_13_POL_04_off() -> None:
    answer = child_second_remission().mrd_negative().ask(Policy(consolidation=False))
    assert answer.cards == set()
    answer = child_second_remission().mrd(DAY, "0.1").ask(Policy(consolidation=False))
    assert answer.strength("BLIN") == "EVAL"


def test_BL_13_not_in_the_EU() -> None:
    assert child_second_remission().mrd_negative().ask(EU).strength("BLIN") == "NOT"


@pytest.mark.parametrize("site", list(Site), ids=lambda site: site.name)
@pytest.mark.parametrize(
    ("marrow", "blin"), [(1, "NOT"), (30, "CONS")], ids=["isolated", "combined"]
)
def test_BL_13_the_relapse_must_have_involved_the_marrow(
    site: Site, marrow: int, blin: str
) -> None:
    free = {Site.CNS: "cns", Site.TESTIS: "testes"}.get(site, "")
    story = child("2012-01-20").diagnosed("2021-05-01").front_line("2021-05-01", "2023-08-01")
    story = story.remission("2021-06-05", 1).marrow("2026-02-10", marrow, flow=marrow)
    story = story.extramedullary(site, "2026-02-10", active=Tri.NOT_MET, abated="2026-03-30")
    story = story.work_up("2026-02-10", but=free).reinduction("2026-02-16", "2026-03-25")
    story = story.remission("2026-04-01", 2)
    assert consolidation(story) == blin


@pytest.mark.parametrize(
    ("day", "donor", "blin"),
    [
        ("2026-05-10", Donor.ALLOGENEIC, "NOT"),
        ("2026-05-10", Donor.AUTOLOGOUS, "CONS"),
        ("2025-02-10", Donor.ALLOGENEIC, "CONS"),
    ],
)
def test_BL_13_no_allogeneic_transplant_since_the_relapse(
    day: str, donor: Donor, blin: str
) -> None:
    assert consolidation(child_second_remission().transplant(day, donor)) == blin


def test_BL_13_not_in_third_remission() -> None:
    assert third_remission().mrd_negative().ask().strength("BLIN") == "NOT"


def test_BL_13_not_in_first_remission() -> None:
    assert first_remission().mrd_negative().ask().strength("BLIN") == "NOT"


@pytest.mark.parametrize(("ago", "blin"), [(365, "CONS"), (366, "NOT")])
def test_BL_13_POL_33_a_year_after_the_remission(ago: int, blin: str) -> None:
    story = (
        child("2012-01-20")
        .diagnosed("2019-05-01")
        .front_line("2019-05-01", "2021-08-01")
        .remission("2019-06-05", 1)
        .marrow("2025-04-01", 60, flow=60)
        .work_up("2025-04-01", but="cd19")
        .reinduction("2025-04-05", "2025-05-25")
        .remission(days_before(ago), 2)
        .cd19("2026-03-01")
    )
    assert consolidation(story) == blin


def test_BL_13_POL_33_window_of_the_site() -> None:
    story = child_second_remission().mrd_negative()
    assert story.ask(Policy(consolidation_window=75)).strength("BLIN") == "CONS"
    assert story.ask(Policy(consolidation_window=74)).strength("BLIN") == "NOT"


def test_BL_13_second_relapse_counted_from_a_code() -> None:
    """The code says second relapse: relapse number two, so no consolidation in CR2 by number."""
    story = child_second_remission().coded_relapse("2026-02-10", relapse_ordinal=2)
    answer = story.mrd_negative().ask()
    assert answer.relapses == 2
    assert answer.gives("BL-13") is None


def test_CNS_leukaemia_of_the_past_relapse_raises_nothing_in_remission() -> None:
    story = child_second_remission(but="cns").cns(CnsStatus.CNS3, "2026-02-10")
    answer = story.cns(CnsStatus.CNS1, "2026-04-01").mrd_negative().ask()
    assert answer.strength("BLIN") == "CONS"
    assert answer.effect("P-11", "BLIN") == set()


def test_BL_01_no_lineage_no_option() -> None:
    story = adult_first_relapse().without(Diagnosis).condition("2023-10-05")
    assert story.ask().strength("BLIN") == "-"


def test_BL_02_first_remission_of_a_child_in_the_US() -> None:
    story = child().diagnosed("2026-03-01").front_line("2026-03-02").cd19("2026-03-01")
    answer = story.remission("2026-04-14", 1).mrd(DAY, "0.3").ask()
    assert answer.strength("BLIN") == "EVAL"
    assert answer.strength("HSCT") == "CONS"


@pytest.mark.parametrize(
    ("mrd", "alone"), [("0.3", "EVAL"), ("0.99", "EVAL"), ("1", "-"), ("3", "-")]
)
def test_BL_02_a_statement_of_remission_or_little_residue_is_enough(mrd: str, alone: str) -> None:
    """From 1 % on residual disease shows no remission by itself."""
    story = first_remission().mrd(DAY, mrd)
    assert story.without(ResponseStatement).ask().strength("BLIN") == alone
    assert story.ask().strength("BLIN") == "EVAL"


def test_BL_01_adult_without_recorded_treatment() -> None:
    """Nothing in the US label asks for earlier lines."""
    story = adult().diagnosed("2023-10-05").remission("2023-11-15", 1)
    story = story.marrow(RELAPSE, 30, flow=30).work_up()
    assert story.ask().strength("BLIN") == "EVAL"


def test_BL_06_D_PRIOR_two_TKIs_of_unknown_outcome() -> None:
    """Both ended before the relapse, no reason recorded: failed or not is asked for."""
    story = ph_positive()
    story = story.tki(Agent.IMATINIB, "2024-01-01", "2024-12-01")
    one = story.ask(EU)
    assert one.strength("BLIN") == "NOT"
    two = story.tki(Agent.DASATINIB, "2024-12-05", "2025-06-01").ask(EU)
    assert two.strength("BLIN") == "CAD"
    assert "D-PRIOR" in two.gating("BLIN")


# --- The EU rows ask for everything that the US row asks for -------------------------------------


@pytest.mark.parametrize(
    ("story", "rule"),
    [
        pytest.param(adult_first_relapse(), "BL-06", id="BL-06"),
        pytest.param(child_second_relapse(), "BL-08", id="BL-08"),
        pytest.param(
            without_ph(first_remission()).ph(Tri.NOT_MET, "2026-03-06").mrd(DAY, "0.1"),
            "BL-07",
            id="BL-07",
        ),
        pytest.param(child_early_second_remission().mrd(DAY, "0.1"), "BL-09", id="BL-09"),
    ],
)
def test_BL_06_BL_07_BL_08_BL_09_wait_for_CD19(story: Story, rule: str) -> None:
    story = story.without(AntigenResult, where=lambda f: f.antigen is Antigen.CD19)
    answer = story.ask(EU)
    assert answer.gives(rule) == "CAD"
    assert answer.gating("BLIN") == {"D-CD19"}
    assert answer.applies("AG-04")


@pytest.mark.parametrize(
    ("story", "rule"),
    [(adult_first_relapse(), "BL-06"), (second_relapse(birth="2012-01-20"), "BL-08")],
    ids=["BL-06", "BL-08"],
)
def test_BL_06_BL_08_wait_for_the_marrow_of_a_coded_relapse(story: Story, rule: str) -> None:
    """A relapse known from its code alone has no known site."""
    coded = story.without(BlastResult, where=lambda f: f.when == when(RELAPSE))
    answer = coded.coded_relapse(RELAPSE).ask(EU)
    assert answer.gives(rule) == "CAD"
    assert answer.gating("BLIN") == {"D-BM"}


def test_BL_07_CR3_in_the_EU_is_for_BL_03_not_for_the_label() -> None:
    answer = third_remission().mrd(DAY, "0.5").ask(EU)
    assert answer.gives("BL-03") == "CONS"
    assert answer.gives("BL-07") is None


@pytest.mark.parametrize(
    ("ph", "us", "eu"),
    [(Tri.NOT_MET, "CONS", "CONS"), (Tri.UNKNOWN, "CONS", "CAD"), (Tri.MET, "CONS", "NOT")],
)
def test_BL_03_Ph_status_gates_in_the_EU_only(ph: Tri, us: str, eu: str) -> None:
    story = with_ph(third_remission(), ph).mrd(DAY, "0.5")
    assert story.ask().strength("BLIN") == us
    assert story.ask(EU).strength("BLIN") == eu
    assert ("D-PH" in story.ask(EU).gating("BLIN")) is (eu == "CAD")


@pytest.mark.parametrize(("day", "blin"), [("2025-06-15", "EVAL"), ("2025-06-14", "NOT")])
def test_BL_09_POL_33_a_year_after_the_remission(day: str, blin: str) -> None:
    """Older than a year it is no consolidation, whatever is measured; the US MRD rule goes on."""
    story = (
        child("2014-11-20")
        .diagnosed("2023-06-10")
        .front_line("2023-06-10", "2025-03-20")
        .remission("2023-07-12", 1)
        .marrow("2025-03-20", 62, flow=62)
        .work_up("2025-03-20")
        .reinduction("2025-03-27", "2025-06-10")
        .remission(day, 2)
        .mrd(DAY, "0.1")
        .cd19(DAY)
    )
    assert story.ask(EU).strength("BLIN") == blin
    assert story.ask(EU).gives("BL-09") == (blin if blin == "EVAL" else None)
    assert story.ask(US).gives("BL-02") == "EVAL"


def test_BL_09_timing_that_decides_the_risk_is_not_known() -> None:
    """Early (S3) or late (S2): the end of primary therapy decides."""
    known = child_early_second_remission().mrd(DAY, "0.1")
    assert known.ask(EU).gives("BL-09") == "EVAL"
    plan = child("2014-11-20").diagnosed("2023-10-01").plan("2023-10-02", None, running=False)
    story = plan.remission("2023-11-01", 1).marrow("2025-12-20", 62, flow=62).work_up("2025-12-20")
    story = story.reinduction("2025-12-27", "2026-02-25").remission("2026-03-01", 2)
    answer = story.mrd(DAY, "0.1").ask(EU)
    assert answer.gives("BL-09") == "CAD"
    assert {"D-DXDATE", "D-EOT"} & answer.gating("BLIN")


# --- What the past relapse was does not cap the present remission --------------------------------


def after_relapse_elsewhere() -> Story:
    """Second remission after an isolated relapse outside marrow, CNS and testes; MRD 0.2 %."""
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-12-01")
    story = story.remission("2024-02-20", 1).extramedullary(
        Site.OTHER, "2026-01-15", abated="2026-03-08"
    )
    story = story.marrow("2026-01-15", 1, flow=0).work_up("2026-01-15")
    story = story.reinduction("2026-01-20", "2026-02-28").remission("2026-03-10", 2)
    return story.mrd(DAY, "0.2")


def test_BL_12_P_24_not_in_remission() -> None:
    answer = after_relapse_elsewhere().ask()
    assert answer.ds == "CR2"
    assert answer.strength("BLIN") == "EVAL"
    assert answer.effect("P-24", "BLIN") == set()


# --- Reasons, and what is silent -----------------------------------------------------------------


def test_AG_01_is_the_reason_of_both_CD19_options() -> None:
    answer = adult_first_relapse(but="cd19").cd19(RELAPSE, Expression.NEGATIVE).ask()
    for name in ("BLIN", "CART"):
        assert answer.option(name).reason == "CD19 negative"
        assert [found.rule for found in answer.option(name).rules] == ["AG-01"]
    assert {item.reason for item in answer.option("CART").products} == {"CD19 negative"}


@pytest.mark.parametrize(("cr2", "silent"), [("2025-06-15", False), ("2025-06-14", True)])
def test_BL_04_G_09_is_silent_only_in_a_long_standing_remission(cr2: str, silent: bool) -> None:
    story = child_second_remission(relapse="2025-04-20", cr2=cr2).without(TreatmentPlan)
    story = story.front_line("2021-05-01", "2023-08-01").reinduction("2025-04-25", "2025-06-10")
    story = with_ph(story, Tri.MET).mrd_negative()
    option = story.ask().option("BLIN")
    assert option.strength.name == "NOT"
    assert option.reason == "MRD below the label threshold"
    assert option.silent is silent


def test_BL_05_is_silent_and_BL_04_in_first_remission_is_not() -> None:
    assert first_remission().ask().option("BLIN").silent
    assert not first_remission().mrd_negative().ask().option("BLIN").silent


@pytest.mark.parametrize(
    ("until", "blin"),
    [
        pytest.param("2026-06-15", "EVAL", id="completed-today"),
        pytest.param("2026-06-16", "NOT", id="ends-tomorrow"),
        pytest.param("2026-05-20", "EVAL", id="completed"),
    ],
)
def test_BL_08_a_completed_reinduction_is_the_second_therapy(until: str, blin: str) -> None:
    story = child_first_relapse(relapse="2026-04-10")
    story = story.plan("2026-04-12", until, running=False).cd19(RELAPSE)
    assert story.ask(EU).strength("BLIN") == blin


@pytest.mark.parametrize(
    ("today", "new"),
    [("2026-06-01", True), ("2026-06-02", None), ("2026-06-30", None), ("2026-07-01", False)],
)
def test_BL_13_POL_33_a_remission_known_to_the_month(today: str, new: bool | None) -> None:
    """June 2025: new for certain, perhaps, or not at all, by the day of the evaluation."""
    story = child_second_remission(relapse="2025-04-20", cr2="2025-06").without(TreatmentPlan)
    story = story.front_line("2021-05-01", "2023-08-01").reinduction("2025-04-25", "2025-05-30")
    fresh = (date.fromisoformat(today) - timedelta(days=5)).isoformat()
    answer = story.mrd_negative(fresh).cd19(fresh).seen_on(today).ask()
    wanted = {True: "CONS", None: "CAD", False: "NOT"}[new]
    assert answer.strength("BLIN") == wanted
    assert ("D-CRDATE" in answer.requests("BLIN")) is (new is None)


def test_AG_04_STALE_05_stand_in_the_trace_in_remission() -> None:
    def rules(story: Story) -> set[str]:
        return {item.rule for item in story.ask().option("BLIN").rules}

    assert "AG-04" in rules(adult_second_remission(but="cd19").mrd(DAY, "0.5"))
    assert "STALE-05" in rules(adult_second_remission().mrd("2026-04-01", "0.5"))
    assert not {"AG-04", "STALE-05"} & rules(adult_second_remission().mrd(DAY, "0.5"))


@pytest.mark.parametrize("site", [Site.CNS, Site.TESTIS], ids=lambda site: site.name)
def test_BL_10_POL_14_the_reason_of_each_option(site: Site) -> None:
    answer = isolated(site).ask()
    for name in ("BLIN", "INO", "CART"):
        assert answer.option(name).reason == "isolated CNS or testicular relapse"
    assert [item.rule for item in answer.option("CART").rules] == ["POL-14"]

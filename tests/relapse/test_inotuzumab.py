"""Inotuzumab ozogamicin (IN-01 to IN-07) and its own precautions."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    Agent,
    CarTProduct,
    Complication,
    Expression,
    GeneticResult,
    Given,
    Lesion,
    Site,
    StopReason,
    TreatmentPlan,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    CAP,
    EU,
    NOTE,
    RELAPSE,
    WARN,
    Story,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child_first_relapse,
    first_remission,
    person,
    third_remission,
)


def with_ph(story: Story, present: Tri) -> Story:
    story = story.without(GeneticResult, where=lambda f: f.lesion is Lesion.BCR_ABL1)
    return story if present is Tri.UNKNOWN else story.ph(present)


# --- IN-01, IN-02 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "policy", "ino"),
    [
        pytest.param(child_first_relapse(), Policy(), "EVAL", id="child-US"),
        pytest.param(child_first_relapse(), EU, "NOT", id="child-EU"),
        pytest.param(adult_first_relapse(), Policy(), "EVAL", id="adult-US"),
        pytest.param(adult_first_relapse(), EU, "EVAL", id="adult-EU"),
    ],
)
def test_IN_01_IN_02_age(story: Story, policy: Policy, ino: str) -> None:
    answer = story.ask(policy)
    assert answer.strength("INO") == ino
    if ino == "EVAL":
        assert answer.gives("IN-01" if policy.jurisdiction == "US" else "IN-02") == "EVAL"


@pytest.mark.parametrize("ph", list(Tri), ids=lambda ph: ph.value)
def test_IN_01_the_US_label_does_not_ask_for_Ph(ph: Tri) -> None:
    assert with_ph(adult_first_relapse(), ph).ask().strength("INO") == "EVAL"


@pytest.mark.parametrize(
    ("ph", "failed", "ino"),
    [
        (Tri.NOT_MET, False, "EVAL"),
        (Tri.UNKNOWN, False, "CAD"),
        (Tri.MET, False, "NOT"),
        (Tri.MET, True, "EVAL"),
    ],
)
def test_IN_02_Ph_and_a_failed_TKI_in_the_EU(ph: Tri, failed: bool, ino: str) -> None:
    story = with_ph(adult_first_relapse(), ph)
    if failed:
        story = story.tki(Agent.IMATINIB, "2024-01-01", "2025-06-01", stop=StopReason.FAILED)
    answer = story.ask(EU)
    assert answer.strength("INO") == ino
    assert ("D-PH" in answer.gating("INO")) is (ph is Tri.UNKNOWN)


def test_IN_02_unknown_Ph_gates_even_after_a_failed_TKI() -> None:
    story = with_ph(adult_first_relapse(), Tri.UNKNOWN)
    story = story.tki(Agent.IMATINIB, "2024-01-01", "2025-06-01", stop=StopReason.FAILED)
    answer = story.ask(EU)
    assert answer.strength("INO") == "CAD"
    assert "D-PH" in answer.gating("INO")


# --- IN-03 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize("mrd", [None, "0.005", "0.05", "0.5", "3"])
@pytest.mark.parametrize(
    "story",
    [first_remission(), adult_second_remission(), third_remission()],
    ids=["CR1", "CR2", "CR3"],
)
def test_IN_03_never_in_remission(story: Story, mrd: str | None, policy: Policy) -> None:
    story = story if mrd is None else story.mrd("2026-06-05", mrd)
    answer = story.cd22("2026-06-05").ask(policy)
    assert answer.strength("INO") == "NOT"
    assert answer.applies("IN-03")


# --- IN-04, IN-05 --------------------------------------------------------------------------------


def with_cycles(count: int, *, remission: bool = False) -> Story:
    """So many cycles in the first relapse; then no remission, or one and a second relapse."""
    story = person("2004-01-15").diagnosed("2021-02-03").front_line("2021-02-05", "2023-05-30")
    story = story.remission("2021-03-12", 1).marrow("2024-02-20", 45, flow=45)
    starts = ["2024-03-01", "2024-04-01", "2024-05-01", "2024-06-01"]
    for start in starts[:count]:
        end = start[:-2] + "21"
        story = story.plan(start, end, Agent.INOTUZUMAB, text="Inotuzumab ozogamicin, cycle")
        story = story.drug(Agent.INOTUZUMAB, start, end)
    if remission:
        story = story.remission("2024-07-01", 2).marrow(RELAPSE, 20, flow=20)
    else:
        # never in remission since: still the first relapse
        story = story.marrow(RELAPSE, 60, flow=60)
    return story.work_up()


@pytest.mark.parametrize(
    ("cycles", "ino"), [(0, "EVAL"), (1, "CONS"), (2, "CONS"), (3, "NOT"), (4, "NOT")]
)
def test_IN_04_IN_05_no_remission_after_three_cycles(cycles: int, ino: str) -> None:
    answer = with_cycles(cycles).ask()
    assert answer.strength("INO") == ino
    assert answer.applies("IN-04") is (ino == "NOT")
    assert answer.applies("IN-05") is (ino == "CONS")


@pytest.mark.parametrize("cycles", [1, 3, 4])
def test_IN_05_remission_after_inotuzumab(cycles: int) -> None:
    answer = with_cycles(cycles, remission=True).ask()
    assert answer.relapses == 2
    assert answer.strength("INO") == "CONS"
    assert answer.applies("IN-05")


def doses(*days: str) -> Story:
    """Doses without any plan, in the present relapse."""
    story = adult_first_relapse(relapse="2026-01-15", eot="2025-12-20", but="cd22")
    for day in days:
        story = story.drug(Agent.INOTUZUMAB, day, day)
    return story.marrow(RELAPSE, 60, flow=60).cd22(RELAPSE).cd19(RELAPSE)


def test_IN_04_doses_at_least_14_days_apart_are_cycles() -> None:
    cycle = [("2026-02-01", "2026-02-08", "2026-02-15")]
    second = ("2026-03-01", "2026-03-08", "2026-03-15")
    third = ("2026-03-29", "2026-04-05", "2026-04-12")
    assert doses(*cycle[0], *second).ask().strength("INO") == "CONS"
    assert doses(*cycle[0], *second, *third).ask().strength("INO") == "NOT"
    close = ("2026-03-28", "2026-04-04", "2026-04-11")  # 13 days after: the second cycle goes on
    assert doses(*cycle[0], *second, *close).ask().strength("INO") == "CONS"


def test_IN_05_needs_CD22_after_the_last_dose() -> None:
    story = adult_first_relapse(relapse="2026-05-10", eot="2025-12-20", but="cd22")
    story = story.drug(Agent.INOTUZUMAB, "2026-05-12", "2026-05-26").cd22("2026-05-20")
    story = story.marrow(RELAPSE, 60, flow=60)
    answer = story.ask()
    assert answer.strength("INO") == "CAD"
    assert "D-CD22" in answer.gating("INO")
    assert story.cd22(RELAPSE).ask().strength("INO") == "CONS"


# --- IN-06, IN-07 --------------------------------------------------------------------------------


def isolated(site: Site) -> Story:
    story = person("1984-02-11").diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.remission("2025-09-10", 1).extramedullary(site, RELAPSE)
    story = story.marrow(RELAPSE, 1, flow=0).mrd_negative(RELAPSE)
    free = {Site.CNS: "cns", Site.TESTIS: "testes"}.get(site, "")
    return story.work_up(but=free)


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize(
    ("site", "ino"), [(Site.CNS, "NOT"), (Site.TESTIS, "NOT"), (Site.OTHER, "CONS")]
)
def test_IN_06_IN_07_isolated_extramedullary_relapse(site: Site, ino: str, policy: Policy) -> None:
    answer = isolated(site).ask(policy)
    assert answer.strength("INO") == ino
    assert answer.applies("IN-07" if site is Site.OTHER else "IN-06")


@pytest.mark.parametrize("site", list(Site), ids=lambda site: site.name)
def test_IN_06_combined_relapse_is_not_excluded(site: Site) -> None:
    free = {Site.CNS: "cns", Site.TESTIS: "testes"}.get(site, "")
    answer = adult_short_remission(but=free).extramedullary(site, RELAPSE).ask()
    assert answer.strength("INO") == "EVAL"


# --- The other side of each condition ------------------------------------------------------------


def lost_cd19(**more: Any) -> Story:
    return adult_first_relapse(but="cd19 cd22", **more).cd19(RELAPSE, Expression.NEGATIVE)


def test_AG_03_only_where_CD19_is_lost_and_CD22_unknown() -> None:
    assert lost_cd19().ask().applies("AG-03")
    assert not lost_cd19().cd22(RELAPSE).ask().applies("AG-03")
    assert not adult_first_relapse(but="cd22").ask().applies("AG-03")
    assert not adult_first_relapse(but="cd19 cd22").ask().applies("AG-03")
    assert not adult_first_relapse().ask().applies("AG-03")


def test_P_04_IN_02_the_reason_of_a_NOT_is_the_rule_that_made_it() -> None:
    """Age joins the reason only where age alone excludes."""
    vod = adult_first_relapse().complication(Complication.VOD, Tri.NOT_MET, "2024-01-10")
    assert vod.ask(EU).option("INO").reason == "Prior veno-occlusive disease"
    assert vod.ask(EU).requests("INO") == set()
    liver = adult_first_relapse().complication(Complication.LIVER_DISEASE)
    assert liver.ask(EU).option("INO").reason == "Serious ongoing liver disease"
    no_tki = with_ph(adult_first_relapse(), Tri.MET).tki(
        Agent.IMATINIB, "2024-01-10", "2024-06-01", stop=StopReason.INTOLERANT
    )
    reason = no_tki.ask(EU).option("INO").reason
    assert reason == "not met: Ph negative, or at least one TKI failed"
    both = with_ph(child_first_relapse(birth="2008-06-16"), Tri.MET)
    assert "P-25" not in both.ask(EU).option("INO").reason


@pytest.mark.parametrize(
    ("ph", "asked"), [(Tri.UNKNOWN, {"D-PH"}), (Tri.MET, {"D-PRIOR"})], ids=["Ph-U", "Ph-T"]
)
def test_IN_02_asks_for_Ph_or_for_the_outcome_of_the_TKI(ph: Tri, asked: set[str]) -> None:
    story = with_ph(adult_first_relapse(), ph).tki(Agent.IMATINIB, "2024-01-10", "2024-06-01")
    assert story.ask(EU).gating("INO") == asked


def three_cycles(given: Given = Given.ADMINISTERED) -> Story:
    story = adult_first_relapse(relapse="2026-02-10", but="cd22")
    for day in ("2026-02-20", "2026-03-20", "2026-04-20"):
        story = story.drug(Agent.INOTUZUMAB, day, given=given)
    return story.cd22("2026-06-08").marrow("2026-06-08", 40, flow=40)


@pytest.mark.parametrize(
    "remission",
    [
        pytest.param("2026-02-20", id="on-the-day-of-the-first"),
        pytest.param("2026-04-01", id="between-second-and-third"),
        pytest.param("2026-05-10", id="after-the-third"),
    ],
)
def test_IN_04_a_remission_since_the_first_of_three_cycles(remission: str) -> None:
    answer = three_cycles().remission(remission, 2).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.strength("INO") == "CONS"
    assert answer.applies("IN-05")


@pytest.mark.parametrize("remission", [None, "2026-02-19"])
def test_IN_04_no_remission_since_the_first_of_three_cycles(remission: str | None) -> None:
    story = three_cycles()
    answer = (story if remission is None else story.remission(remission, 2)).ask()
    assert answer.strength("INO") == "NOT"
    assert answer.option("INO").reason == "no remission after three cycles of inotuzumab"
    assert answer.applies("IN-04")


def test_IN_04_orders_are_no_cycles() -> None:
    """An infusion that was only ordered may not have run."""
    answer = three_cycles(given=Given.ORDERED).ask()
    assert not answer.applies("IN-04")
    assert answer.strength("INO") != "NOT"


def test_IN_04_plans_without_a_date_are_not_counted() -> None:
    story = adult_first_relapse(but="cd22")
    for _ in range(3):
        story = story.plan(None, None, Agent.INOTUZUMAB, running=False)
    answer = story.cd22("2026-06-12").ask()
    assert not answer.applies("IN-04")


def test_P_07_names_the_cycles_on_record() -> None:
    def text(story: Story) -> str:
        raised = story.ask().option("INO").precautions
        return next(item.text for item in raised if item.id == "P-07")

    assert "on record" not in text(adult_first_relapse())
    treated = adult_first_relapse(relapse="2026-04-01").drug(Agent.INOTUZUMAB, "2026-04-10")
    assert "1 cycles on record" in text(treated.cd22("2026-05-20"))


def test_IN_05_CD22_directed_CAR_T_is_not_inotuzumab() -> None:
    story = adult_first_relapse(but="cd22").car_t(
        "2025-12-01", CarTProduct.OTHER, cd19=Tri.NOT_MET, cd22=Tri.MET
    )
    answer = story.cd22(RELAPSE).ask()
    assert answer.strength("INO") == "EVAL"
    assert not answer.applies("IN-05")
    assert answer.effect("P-17", "INO") == {NOTE}


def test_IN_05_P_17_unknown_history_is_no_earlier_inotuzumab() -> None:
    answer = adult_first_relapse().without(TreatmentPlan).ask()
    assert answer.strength("INO") == "EVAL"
    assert not answer.applies("IN-05")
    assert answer.effect("P-17", "INO") == set()
    assert answer.effect("P-16", "BLIN") == set()


def test_IN_07_P_24_isolated_relapse_elsewhere() -> None:
    story = person("1984-02-11").diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.remission("2025-09-10", 1).extramedullary(Site.OTHER, RELAPSE)
    isolated = story.marrow(RELAPSE, 1, flow=0).mrd_negative(RELAPSE).work_up()
    assert isolated.ask().strength("INO") == "CONS"
    assert isolated.ask().effect("P-24", "INO") == {CAP}
    combined = story.marrow(RELAPSE, 30, flow=30).work_up()
    assert combined.ask().effect("P-24", "INO") == set()
    unknown = story.work_up()
    assert unknown.ask().effect("P-24", "INO") == set()


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ({"bilirubin": "1.5"}, False),
        ({"bilirubin": "1.501"}, True),
        ({"ast": "2.5"}, False),
        ({"ast": "2.501"}, True),
        ({"alt": "2.5"}, False),
        ({"alt": "2.501"}, True),
    ],
)
def test_P_06_just_over_the_limit(values: dict[str, str], warned: bool) -> None:
    answer = adult_first_relapse().liver(**values).ask()
    assert answer.effect("P-06", "INO") == ({WARN} if warned else set())


@pytest.mark.parametrize(
    ("until", "running", "warned"),
    [
        pytest.param(None, True, True, id="running"),
        pytest.param("2026-06-15", False, True, id="ends-today"),
        pytest.param("2026-06-14", False, False, id="ended-yesterday"),
        pytest.param("2026-06", False, True, id="ends-in-this-month"),
        pytest.param("2026-07-01", False, True, id="ends-later"),
        pytest.param(None, False, False, id="no-end-recorded"),
    ],
)
def test_P_08_a_QT_drug_still_running_on_the_day(
    until: str | None, running: bool, warned: bool
) -> None:
    story = adult_first_relapse().tki(Agent.NILOTINIB, "2026-03-01", until, running=running)
    assert story.ask().effect("P-08", "INO") == ({WARN} if warned else set())


def test_P_08_POL_37_by_substance_or_by_recorded_name() -> None:
    brand = adult_first_relapse().drug(
        Agent.DASATINIB, "2026-03-01", running=True, oral=True, name="Sprycel 100 mg"
    )
    assert brand.ask().effect("P-08", "INO") == {WARN}
    other = adult_first_relapse().drug(
        Agent.OTHER_ANTILEUKAEMIC, "2026-06-01", running=True, name="Arsenic trioxide"
    )
    assert other.ask().effect("P-08", "INO") == set()
    site = Policy(qt_drugs=("arsenic trioxide",))
    assert other.ask(site).effect("P-08", "INO") == {WARN}
    assert brand.ask(site).effect("P-08", "INO") == set()

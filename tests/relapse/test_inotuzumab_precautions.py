"""Caution with inotuzumab (P-02 to P-08, P-15, P-17, P-19)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import (
    Agent,
    Analyte,
    Complication,
    Planned,
    Site,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    EU,
    RELAPSE,
    Story,
    adult_first_relapse,
    adult_short_remission,
    child_first_relapse,
    child_second_remission,
    days_before,
    second_relapse,
)


def relapse(**more: Any) -> Story:
    return adult_first_relapse(**more)


def test_P_02_always_and_only_on_inotuzumab() -> None:
    answer = relapse().ask()
    assert answer.effect("P-02", "INO") == {"note"}
    assert answer.effect("P-02", "BLIN") == set()
    assert answer.effect("P-02", "CART") == set()


def test_P_03_prior_allogeneic_transplant() -> None:
    story = relapse(eot="2025-01-10")
    assert story.transplant("2025-02-01").ask().effect("P-03", "INO") == {"warn"}
    assert story.ask().effect("P-03", "INO") == set()


@pytest.mark.parametrize(("policy", "ino"), [(Policy(), "CONS"), (EU, "NOT")], ids=["US", "EU"])
@pytest.mark.parametrize(
    ("id", "kind"), [("P-04", Complication.VOD), ("P-05", Complication.LIVER_DISEASE)]
)
def test_P_04_P_05_liver_history_caps_or_blocks(
    id: str, kind: Complication, policy: Policy, ino: str
) -> None:
    story = relapse().complication(kind, Tri.MET, "2026-05-01")
    answer = story.ask(policy)
    assert answer.strength("INO") == ino
    if ino == "CONS":
        assert answer.effect(id, "INO") == {"cap", "warn"}
    assert relapse().ask(policy).effect(id, "INO") == set()


def test_P_04_past_VOD_counts_and_past_liver_disease_does_not() -> None:
    """VOD "prior"; liver disease "ongoing"."""
    vod = relapse().complication(Complication.VOD, Tri.NOT_MET, "2025-01-01", abated="2025-03-01")
    assert vod.ask().strength("INO") == "CONS"
    liver = relapse().complication(
        Complication.LIVER_DISEASE, Tri.NOT_MET, "2020-01-01", abated="2020-06-01"
    )
    assert liver.ask().strength("INO") == "EVAL"
    assert liver.ask().effect("P-05", "INO") == set()


@pytest.mark.parametrize(
    ("bilirubin", "ast", "alt", "flag"),
    [
        ("1.5", "2.5", "2.5", False),
        ("1.51", "1", "1", True),
        ("1", "2.51", "1", True),
        ("1", "1", "2.51", True),
        ("1.51", "2.51", "2.51", True),
        ("0.5", "0.8", "0.8", False),
    ],
)
def test_P_06_liver_tests(bilirubin: str, ast: str, alt: str, flag: bool) -> None:
    answer = relapse().liver(bilirubin=bilirubin, ast=ast, alt=alt).ask()
    assert answer.effect("P-06", "INO") == ({"warn"} if flag else set())
    assert answer.strength("INO") == "EVAL"


def test_P_06_Gilbert_or_haemolysis_exempts_bilirubin() -> None:
    story = relapse().liver(bilirubin="2.2").complication(Complication.GILBERT_OR_HAEMOLYSIS)
    assert story.ask().effect("P-06", "INO") == set()
    story = relapse().liver(bilirubin="2.2", alt="3")
    story = story.complication(Complication.GILBERT_OR_HAEMOLYSIS)
    assert story.ask().effect("P-06", "INO") == {"warn"}


def test_P_06_POL_08_both_values_by_site_policy() -> None:
    both = Policy(liver_flag="both")
    assert relapse().liver(bilirubin="1.6").ask(both).effect("P-06", "INO") == set()
    assert relapse().liver(alt="2.6").ask(both).effect("P-06", "INO") == set()
    assert relapse().liver(bilirubin="1.6", alt="2.6").ask(both).effect("P-06", "INO") == {"warn"}


@pytest.mark.parametrize(("age", "assessed"), [(13, True), (14, True), (15, False), (60, False)])
def test_STALE_07_liver_tests_of_14_days(age: int, assessed: bool) -> None:
    answer = relapse().liver(bilirubin="2.2", on=days_before(age)).ask()
    assert (answer.effect("P-06", "INO") == {"warn"}) is assessed
    assert ("D-LFT" in answer.requests("INO")) is not assessed
    assert answer.strength("INO") == "EVAL", "not gating"


def test_STALE_07_one_missing_liver_test_is_asked_for() -> None:
    story = relapse().only_lab(Analyte.ALT, None)
    assert "D-LFT" in story.ask().requests("INO")
    assert "D-LFT" not in relapse().ask().requests("INO")


def test_CONF_07_preliminary_liver_test_does_not_count() -> None:
    story = relapse().lab(Analyte.BILIRUBIN, "3", "2026-06-12", final=False)
    assert story.ask().effect("P-06", "INO") == set()


def test_P_06_the_newest_value_counts() -> None:
    story = relapse().lab(Analyte.BILIRUBIN, "3", "2026-06-03")
    assert story.ask().effect("P-06", "INO") == set()
    assert story.lab(Analyte.BILIRUBIN, "3", "2026-06-12").ask().effect("P-06", "INO") == {"warn"}


def cycles_now(count: int, **more: Any) -> Story:
    story = relapse(relapse="2026-01-15", eot="2025-12-20", **more)
    for start, end in (("2026-02-01", "2026-02-15"), ("2026-03-10", "2026-03-25"))[:count]:
        story = story.drug(Agent.INOTUZUMAB, start, end)
    return story.marrow(RELAPSE, 60, flow=60).cd22(RELAPSE).cd19(RELAPSE)


@pytest.mark.parametrize(("count", "effect"), [(0, {"note"}), (1, {"note"}), (2, {"warn"})])
def test_P_07_cycles_before_transplant(count: int, effect: set[str]) -> None:
    assert cycles_now(count).ask().effect("P-07", "INO") == effect


def test_P_07_POL_25_cycles_of_the_site() -> None:
    assert cycles_now(2).ask(Policy(inotuzumab_cycles_before_transplant=3)).effect(
        "P-07", "INO"
    ) == {"note"}
    assert cycles_now(1).ask(Policy(inotuzumab_cycles_before_transplant=1)).effect(
        "P-07", "INO"
    ) == {"warn"}


def late_child() -> Story:
    """Late first relapse of a child: HSCT waits (HS-12)."""
    return child_first_relapse(dx="2021-05-01", cr1="2021-06-05", eot="2023-08-01")


def test_P_07_only_where_transplant_is_suggested_or_planned() -> None:
    answer = late_child().ask()
    assert answer.strength("HSCT") == "NOT"
    assert answer.effect("P-07", "INO") == set()
    assert late_child().planned(Planned.TRANSPLANT).ask().effect("P-07", "INO") == {"note"}


@pytest.mark.parametrize(("qtc", "flag"), [("469", False), ("470", False), ("470.1", True)])
def test_P_08_QTcF(qtc: str, flag: bool) -> None:
    answer = relapse().only_lab(Analyte.QTCF, qtc).ask()
    assert answer.effect("P-08", "INO") == ({"warn"} if flag else set())


def test_P_08_POL_18_limit_of_the_site() -> None:
    story = relapse().only_lab(Analyte.QTCF, 475)
    assert story.ask(Policy(qtcf_flag_ms=Decimal(480))).effect("P-08", "INO") == set()


@pytest.mark.parametrize(("age", "known"), [(90, True), (91, False)])
def test_STALE_08_QTcF_of_90_days(age: int, known: bool) -> None:
    answer = relapse().only_lab(Analyte.QTCF, 480, days_before(age)).ask()
    assert (answer.effect("P-08", "INO") == {"warn"}) is known
    assert ("D-QTC" in answer.requests("INO")) is not known
    assert answer.strength("INO") == "EVAL"


@pytest.mark.parametrize(
    ("agent", "until", "running", "flag"),
    [
        (Agent.DASATINIB, None, True, True),
        (Agent.NILOTINIB, None, True, True),
        (Agent.IMATINIB, None, True, False),
        (Agent.DASATINIB, "2026-06-01", False, False),
    ],
)
def test_P_08_QT_drug_still_running(
    agent: Agent, until: str | None, running: bool, flag: bool
) -> None:
    story = relapse().tki(agent, "2026-01-01", until, running=running)
    assert story.ask().effect("P-08", "INO") == ({"warn"} if flag else set())


def test_P_08_POL_37_list_of_the_site() -> None:
    story = relapse().tki(Agent.IMATINIB, "2026-01-01", running=True)
    assert story.ask(Policy(qt_drugs=("imatinib",))).effect("P-08", "INO") == {"warn"}


@pytest.mark.parametrize(("count", "flag"), [("10", False), ("10.1", True), ("40", True)])
def test_P_15_blasts_in_blood(count: str, flag: bool) -> None:
    answer = relapse(but="blood").blood(RELAPSE, count=count).ask()
    assert answer.effect("P-15", "INO") == ({"warn"} if flag else set())


def test_P_15_percentage_times_white_cells_of_the_same_sample() -> None:
    story = relapse(but="blood wbc").blood(RELAPSE, 50)
    assert story.ask().effect("P-15", "INO") == set()
    assert story.lab(Analyte.LEUKOCYTES, 21).ask().effect("P-15", "INO") == {"warn"}
    assert story.lab(Analyte.LEUKOCYTES, 20).ask().effect("P-15", "INO") == set()


def test_P_15_D_CBC_when_there_is_no_count() -> None:
    assert "D-CBC" in relapse(but="blood wbc").ask().requests("INO")
    assert "D-CBC" not in relapse().ask().requests("INO")


def test_P_17_prior_CD22_therapy() -> None:
    answer = cycles_now(1).ask()
    assert answer.effect("P-17", "INO") == {"note"}
    assert relapse().ask().effect("P-17", "INO") == set()


@pytest.mark.parametrize(
    ("birth", "flag"),
    [
        ("1960-06-16", False),  # 65
        ("1960-06-15", True),  # 66 today
        ("1961-06-14", False),
        ("1959-01-01", True),
    ],
)
def test_P_19_older_than_65(birth: str, flag: bool) -> None:
    """ "> 65 y" in completed years: from the 66th birthday on."""
    answer = relapse(birth=birth).ask()
    assert answer.effect("P-19", "INO") == ({"note"} if flag else set())


def test_P_11_active_CNS_leukaemia_is_a_note_on_inotuzumab() -> None:
    answer = adult_short_remission(but="cns").extramedullary(Site.CNS, RELAPSE).ask()
    assert answer.effect("P-11", "INO") == {"note"}
    assert answer.strengths == "CONS EVAL CONS CONS"


def test_caps_never_strengthen() -> None:
    """A cap leaves CAD and NOT as they are."""
    cad = relapse(but="cd22").complication(Complication.VOD, Tri.MET, "2026-05-01").ask()
    assert cad.strength("INO") == "CAD"
    out = second_relapse(but="cd22").cd22(RELAPSE, None, share=1)
    assert out.complication(Complication.VOD).ask().strength("INO") == "NOT"


def test_P_04_EU_block_outranks_an_unknown() -> None:
    answer = relapse(but="cd22").complication(Complication.VOD, Tri.MET, "2026-05-01").ask(EU)
    assert answer.strength("INO") == "NOT"


def test_IN_03_child_in_late_second_remission() -> None:
    assert child_second_remission().ask().strength("INO") == "NOT"

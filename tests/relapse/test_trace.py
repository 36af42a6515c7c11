"""The trace: what each rule says of its conditions, so that a reviewer can dispute it.

An answer that is right for the wrong stated reason misleads whoever reads the explanation. Each row
is one story, one rule, and the state of the rule and of its conditions in order.
"""

from __future__ import annotations

import pytest

from relapse.facts import Agent, Complication, Diagnosis, Disease, Expression, Method
from relapse.logic import Tri
from tests.relapse.patients import (
    EU,
    RELAPSE,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
    third_remission,
)

DAY = "2026-06-05"
STATES = {"T": Tri.MET, "F": Tri.NOT_MET, "U": Tri.UNKNOWN}


def with_diagnosis(**more: Tri | bool) -> Story:
    """The adult in relapse whose only entry reads otherwise."""
    return adult_first_relapse().without(Diagnosis).diagnosed("2023-10-05", **more)


def lost_cd19() -> Story:
    return adult_first_relapse(but="cd19 cd22").cd19(RELAPSE, Expression.NEGATIVE)


def late_relapse() -> Story:
    return child_first_relapse(
        dx="2021-05-01", cr1="2021-06-05", eot="2023-08-01", birth="2012-01-20"
    )


def after_graft(graft: str | None = "2025-03-01") -> Story:
    """Relapse after a transplant in first remission, now in second remission."""
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-02-20")
    story = story.remission("2024-02-20", 1).transplant(graft).marrow("2026-01-15", 55, flow=55)
    story = story.work_up("2026-01-15").reinduction("2026-01-20", "2026-02-28")
    return story.remission("2026-03-10", 2)


def relapse_after_graft() -> Story:
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-02-20")
    story = story.remission("2024-02-20", 1).transplant("2025-03-01")
    return story.marrow(RELAPSE, 55, flow=55).work_up()


def grafted_in_first_remission() -> Story:
    return first_remission().transplant("2026-05-20").mrd(DAY, "0.5")


def schemes_disagree() -> Story:
    return child_second_remission(dx="2022-01-10", eot="2025-12-01")


@pytest.mark.parametrize(
    ("story", "rule", "states"),
    [
        (with_diagnosis(confirmed=False), "G-01", "T: U"),
        (with_diagnosis(precursor=Tri.NOT_MET), "G-04", "T: F"),
        (with_diagnosis(precursor=Tri.UNKNOWN), "G-08", "T: U"),
        (adult_first_relapse().diagnosed_t("2023-10-05"), "G-05", "T: U"),
        (adult_first_relapse().diagnosed_t("2023-10-05"), "CONF-01", "T: F"),
        (lost_cd19(), "AG-01", "T: T"),
        (adult_first_relapse(but="cd22").cd22(RELAPSE, Expression.NEGATIVE), "AG-02", "T: T"),
        (lost_cd19(), "AG-03", "T: T"),
        (adult_first_relapse(but="cd19"), "AG-04", "T: U"),
        (adult_first_relapse(but="cd19").car_t("2025-12-01"), "AG-05", "T: T"),
        (adult_first_relapse().cd19("2026-06-10", Expression.NEGATIVE), "CONF-02", "T: T"),
        (child_second_remission().mrd("2026-04-02", sens="0.01"), "STALE-05", "T: T"),
        (
            child_second_remission().mrd(DAY, "0.5", method=Method.NGS).mrd(DAY, sens="0.01"),
            "CONF-04",
            "T: F",
        ),
        (first_remission().mrd_negative(), "BL-04", "T: T"),
        (first_remission(), "BL-05", "T: T"),
        (
            adult_first_relapse().drug(Agent.BLINATUMOMAB, "2026-05-01", "2026-05-28"),
            "BL-11",
            "T: T",
        ),
        (first_remission(), "IN-03", "T: T"),
        (adult_first_relapse(), "CA-04", "T: F"),
        (child_first_relapse(), "CA-09", "T: F"),
        (child_first_relapse(), "CA-03", "T: T T"),
        (first_remission(), "CA-10", "T: T"),
        (first_remission("2010-02-11"), "CA-13", "T: T"),
        (adult_first_relapse(), "CA-07", "T: T T T T T T T"),
        (adult_first_relapse(cr1=None), "CA-08", "T: T T T T T T"),
        (adult_second_remission(), "HS-02", "T: T"),
        (third_remission(), "HS-03", "T: T"),
        (child_early_second_remission(), "HS-04", "T: T"),
        (schemes_disagree().mrd_negative(), "HS-05", "T: T T"),
        (schemes_disagree(), "HS-05", "T: T U"),
        (child_second_remission(), "HS-06", "U: T U"),
        (child_second_remission().mrd_negative(), "HS-06", "F: T T"),
        (child_second_remission().mrd(DAY, "0.5"), "HS-06", "T: T T"),
        (first_remission().mrd(DAY, "0.5"), "HS-09", "T: T"),
        (first_remission(), "HS-10", "T: T"),
        (adult_first_relapse(), "HS-11", "T: T"),
        (late_relapse(), "HS-12", "T: T"),
        (late_relapse().partial_remission(RELAPSE), "HS-13", "T: T"),
        (late_relapse().without(Diagnosis).diagnosed(None), "HS-14", "U: U"),
        (after_graft(), "HS2-01", "T: T"),
        (after_graft("2025-09-01"), "HS2-02", "T: T"),
        (relapse_after_graft(), "HS2-03", "T: T"),
        (after_graft(None), "HS2-04", "T: T U"),
        (grafted_in_first_remission(), "HS2-05", "T: T"),
        (after_graft(), "DLI-02", "U: U"),
        (after_graft().mrd_negative(), "DLI-01", "F: F"),
        (
            grafted_in_first_remission().complication(Complication.GVHD_ACUTE, Tri.NOT_MET),
            "DLI-02",
            "T: T T",
        ),
        (
            grafted_in_first_remission().complication(Complication.GVHD_ACUTE, grade=2),
            "DLI-03",
            "T: T",
        ),
        (relapse_after_graft(), "DLI-04", "T: T"),
        (grafted_in_first_remission(), "DLI-05", "U: T U"),
        (first_remission().mrd(DAY, "0.05"), "MR-01", "T: T"),
        (adult_second_remission(but="fitness").fitness(3), "POL-34", "T: T"),
    ],
)
def test_states_of_a_rule_and_its_conditions(story: Story, rule: str, states: str) -> None:
    found = story.ask().rule(rule)
    of_rule, _, of_criteria = states.partition(": ")
    assert found.state is STATES[of_rule]
    assert [item.state for item in found.criteria] == [STATES[one] for one in of_criteria.split()]


def test_G_03_CONF_03_both_stand_on_the_conflict_card() -> None:
    story = adult_first_relapse().condition(
        "2026-06-10", disease=Disease.OTHER_ACUTE_LEUKAEMIA, text="AML"
    )
    rules = story.ask().notice("CONFLICT").rules
    assert [item.rule for item in rules] == ["CONF-03", "G-03"]
    for item in rules:
        assert item.state is Tri.MET
        assert [one.state for one in item.criteria] == [Tri.MET]
        assert [used.text for used in item.criteria[0].facts] == ["AML"]


def test_G_05_the_data_card_says_why_the_disease_is_active() -> None:
    """The rules of the state stand beside the gate."""
    story = adult_first_relapse().without(Diagnosis).condition("2023-10-05")
    rules = [item.rule for item in story.ask().notice("DATA").rules]
    assert rules == ["G-05", "REL-02"]


def test_HS_14_HS_02_age_unknown_shows_both_rows() -> None:
    """Without a birth date the rows of adults and of children stand beside each other."""
    answer = child_second_remission().mrd_negative().born(None).ask()
    assert answer.strength("HSCT") == "CAD"
    texts = [item.text for item in answer.option("HSCT").rules[0].criteria]
    assert texts[0] == "adult or child"
    assert "remission number 2" in texts
    assert "high risk in neither scheme (BFM late, COG late)" in texts


def test_BL_13_notes_only_of_what_applies() -> None:
    """The consolidation note of the label says "Ph-negative": never beside Ph-positive disease."""
    applies = adult_second_remission().mrd(DAY, "0.5").ask().option("BLIN").notes
    assert any("consolidation phase" in note for note in applies)
    positive = adult_second_remission(but="ph").ph(Tri.MET, "2026-01-15").mrd(DAY, "0.5").ask()
    assert positive.strength("BLIN") == "EVAL"
    assert positive.option("BLIN").notes == ()


def test_BL_11_the_cap_is_explained_only_where_it_caps() -> None:
    note = "Earlier non-response to blinatumomab or relapse on it."
    capped = adult_first_relapse().drug(Agent.BLINATUMOMAB, "2026-05-01", "2026-05-28")
    capped = capped.cd19("2026-06-10")
    assert note in capped.ask().option("BLIN").notes
    assert adult_first_relapse().ask().option("BLIN").notes == ()
    assert not adult_first_relapse().ask().applies("BL-11")


def test_BL_07_BL_09_the_reason_is_that_of_the_rule_that_came_nearest() -> None:
    """A child in the EU: the rule for adults fails twice, that for children by Ph alone."""
    story = child_early_second_remission(but="ph").ph(Tri.MET, "2025-12-20").mrd(DAY, "0.5")
    assert story.ask().strength("BLIN") == "EVAL"
    assert story.ask(EU).option("BLIN").reason == "not met: BCR::ABL1 negative"


@pytest.mark.parametrize(
    ("story", "row"),
    [
        (first_remission().mrd(DAY, "0.5"), "MRD at least 0.1 %"),
        (first_remission().mrd(DAY, "0.1"), "MRD at least 0.1 %"),
    ],
)
def test_HS_09_says_why(story: Story, row: str) -> None:
    assert [item.text for item in story.ask().rule("HS-09").criteria] == [row]
    failed = adult().diagnosed("2026-01-05").front_line("2026-01-06", "2026-02-10")
    failed = failed.marrow("2026-02-12", 40, flow=40).plan("2026-02-15", "2026-03-30")
    texts = [item.text for item in failed.remission("2026-04-05").ask().rule("HS-09").criteria]
    assert texts == ["first remission after induction failure"]

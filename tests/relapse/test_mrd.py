"""MRD: category, validity, contradictions, the MRD card (E-08, E-09, STALE-05, CONF-04, MR)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import Complication, Detection, Material, Method, TreatmentPlan
from relapse.logic import Interval
from relapse.policy import Policy
from tests.relapse.patients import (
    Story,
    adult_second_remission,
    between,
    child_second_remission,
    days_before,
    exact,
    first_remission,
    third_remission,
    under,
)

DAY = "2026-06-05"
NOT_DETECTED, DETECTED = Detection.NOT_DETECTED, Detection.DETECTED


def late() -> Story:
    """Child in CR2 after a late marrow relapse: HS-06 reads the MRD at 0.1 % and 0.01 %."""
    return child_second_remission()


# --- E-09 categories -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "category", "hsct"),
    [
        (exact("5e-3"), "LOWPOS", "NOT"),
        (exact("0.0099"), "LOWPOS", "NOT"),
        (exact("0.01"), "POS", "CONS"),
        (exact("0.0101"), "POS", "CONS"),
        (exact("0.0999"), "POS", "CONS"),
        (exact("0.1"), "POS", "EVAL"),
        (exact("0.5"), "POS", "EVAL"),
        (between("0.2", "0.4"), "POS", "EVAL"),
        (between("0.05", "0.2"), "POS", "CONS"),
        (between("0.005", "0.2"), "UNK", "CAD"),
    ],
)
def test_E_09_HS_06_quantified(value: Interval, category: str, hsct: str) -> None:
    answer = late().mrd(DAY, value).ask()
    assert answer.mrd == category
    assert answer.strength("HSCT") == hsct


@pytest.mark.parametrize(
    ("sens", "category", "hsct"),
    [
        ("0.0001", "NEG", "NOT"),
        ("0.0099", "NEG", "NOT"),
        ("0.01", "NEG", "NOT"),
        ("0.0101", "UNK", "CAD"),
        ("0.05", "UNK", "CAD"),
        ("0.2", "UNK", "CAD"),
        (None, "UNK", "CAD"),
    ],
)
def test_E_09_not_detected_is_negative_only_with_its_sensitivity(
    sens: str | None, category: str, hsct: str
) -> None:
    answer = late().mrd(DAY, sens=sens).ask()
    assert answer.mrd == category
    assert answer.strength("HSCT") == hsct
    if category == "UNK":
        wanted = "D-MRD" if sens else "D-MRDSENS"
        assert wanted in answer.gating("HSCT")
        assert not {"D-MRD", "D-MRDSENS"} <= answer.requests("HSCT"), "never both for one specimen"


@pytest.mark.parametrize(
    ("sens", "blin"), [("0.05", "NOT"), ("0.0999", "NOT"), ("0.2", "CAD"), (None, "CAD")]
)
def test_E_09_not_detected_at_a_sensitivity_between_the_limits(sens: str | None, blin: str) -> None:
    """Below 0.1 % is certain where 0.1 % would have been seen, though 0.01 % is not."""
    assert third_remission().mrd(DAY, sens=sens).ask().strength("BLIN") == blin


@pytest.mark.parametrize(
    ("bounds", "category"),
    [
        (under("0.01"), "LOWPOS"),
        (under("0.009"), "LOWPOS"),
        (under("0.05"), "UNK"),
        (between("0.02", "0.05"), "POS"),
        (None, "UNK"),
    ],
)
def test_E_09_detected_but_not_quantifiable(bounds: Interval | None, category: str) -> None:
    assert late().mrd(DAY, bounds, detection=DETECTED).ask().mrd == category


def test_E_09_unreadable_or_missing() -> None:
    assert late().mrd(DAY, detection=Detection.UNREADABLE).ask().mrd == "UNK"
    assert late().ask().mrd == "UNK"
    assert "D-MRD" in late().ask().gating("HSCT")


def test_E_08_blood() -> None:
    """A positive result in blood counts; a negative one proves nothing on the marrow."""
    assert late().mrd(DAY, "0.5", material=Material.BLOOD).ask().mrd == "POS"
    assert late().mrd(DAY, sens="0.001", material=Material.BLOOD).ask().mrd == "UNK"


def test_CONF_07_marrow_outranks_blood_for_negativity() -> None:
    story = late().mrd(DAY, sens="0.01").mrd("2026-06-08", sens="0.01", material=Material.BLOOD)
    assert story.ask().mrd == "NEG"


def test_E_08_material_not_stated_is_no_negative_marrow() -> None:
    assert late().mrd(DAY, sens="0.01", material=Material.UNKNOWN).ask().mrd != "NEG"


# --- STALE-05 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "category"), [(29, "NEG"), (30, "NEG"), (31, "UNK")])
def test_STALE_05_30_days(age: int, category: str) -> None:
    answer = late().mrd(days_before(age), sens="0.01").ask()
    assert answer.mrd == category
    assert answer.strength("HSCT") == ("NOT" if category == "NEG" else "CAD")


def test_STALE_05_POL_30_age_of_the_site() -> None:
    story = late().mrd(days_before(45), "0.5")
    assert story.ask().mrd == "UNK"
    assert story.ask(Policy(mrd_max_age=45)).mrd == "POS"


def recent_remission(block: str | None = None, running: str | None = None) -> Story:
    """CR2 reached on 1 June; optionally a block completed or running since."""
    story = child_second_remission(cr2="2026-06-01")
    if block is not None:
        story = story.plan("2026-06-02", block, text="Relapse consolidation")
    if running is not None:
        story = story.plan(running, text="Relapse consolidation")
    return story


@pytest.mark.parametrize(
    ("day", "category"), [("2026-05-31", "UNK"), ("2026-06-02", "POS"), ("2026-05-20", "UNK")]
)
def test_STALE_05_after_the_remission_it_is_used_for(day: str, category: str) -> None:
    assert recent_remission().mrd(day, "0.5").ask().mrd == category


@pytest.mark.parametrize(
    ("day", "category"), [("2026-06-09", "UNK"), ("2026-06-11", "POS"), ("2026-06-12", "POS")]
)
def test_STALE_05_after_the_last_completed_block(day: str, category: str) -> None:
    assert recent_remission(block="2026-06-10").mrd(day, "0.5").ask().mrd == category


def test_STALE_05_a_running_block_does_not_invalidate() -> None:
    assert recent_remission(running="2026-06-08").mrd("2026-06-05", "0.5").ask().mrd == "POS"


def test_STALE_05_later_relapse_invalidates() -> None:
    answer = late().mrd(DAY, sens="0.01").marrow("2026-06-10", 40, flow=40).ask()
    assert (answer.ds, answer.mrd) == ("ACTIVE_RR", "UNK")


@pytest.mark.parametrize("day", [None, "2026", "2026-05"])
def test_STALE_05_a_result_that_may_be_too_old_does_not_count(day: str | None) -> None:
    assert late().mrd(day, sens="0.01").ask().mrd == "UNK"


def test_STALE_05_a_month_that_is_new_enough_in_full_counts() -> None:
    assert late().seen_on("2026-05-30").mrd("2026-05", "0.5").ask().mrd == "POS"


def test_CONF_07_preliminary_MRD_is_unknown() -> None:
    answer = late().mrd(DAY, "0.5", final=False).ask()
    assert answer.mrd == "UNK"
    assert answer.strength("HSCT") == "CAD"


def test_CONF_07_preliminary_MRD_does_not_contradict_a_final_result() -> None:
    answer = late().mrd(DAY, sens="0.01").mrd(DAY, "0.5", method=Method.NGS, final=False).ask()
    assert answer.mrd == "NEG"
    assert "CONFLICT" not in answer.cards


# --- CONF-04, CONF-04b, CONF-06 ------------------------------------------------------------------


def two_results(apart: int, value: str = "0.5", sens: str | None = "0.01", **more: Any) -> Story:
    story = late().mrd(days_before(3 + apart), value, method=Method.NGS)
    return story.mrd(days_before(3), sens=sens, **more)


@pytest.mark.parametrize("apart", [0, 3, 7])
def test_CONF_04_positive_and_not_detected_within_7_days(apart: int) -> None:
    answer = two_results(apart).ask()
    assert answer.mrd == "UNK"
    assert "CONFLICT" in answer.cards
    assert "D-MRD" in answer.requests("CONFLICT")
    assert answer.applies("CONF-04")


def test_CONF_04_whichever_came_first() -> None:
    story = late().mrd("2026-06-05", sens="0.01").mrd("2026-06-08", "0.5", method=Method.NGS)
    assert story.ask().mrd == "UNK"
    assert "CONFLICT" in story.ask().cards


def test_CONF_06_8_days_apart_the_newest_wins() -> None:
    assert two_results(8).ask().mrd == "NEG"
    assert "CONFLICT" not in two_results(8).ask().cards
    story = late().mrd("2026-06-01", sens="0.01").mrd("2026-06-09", "0.5")
    assert story.ask().mrd == "POS"


@pytest.mark.parametrize(
    ("value", "sens", "category"),
    [
        pytest.param("0.01", "0.01", "UNK", id="could-just-have-been-seen"),
        pytest.param("0.02", "0.05", "POS", id="CONF-04b-below-the-other-sensitivity"),
        pytest.param("0.005", "0.01", "LOWPOS", id="CONF-04b-low"),
        pytest.param("0.5", None, "POS", id="no-sensitivity-stated"),
    ],
)
def test_CONF_04b_a_value_below_the_sensitivity_of_the_other_method(
    value: str, sens: str | None, category: str
) -> None:
    answer = two_results(0, value, sens).ask()
    assert answer.mrd == category
    assert ("CONFLICT" in answer.cards) is (category == "UNK")


def test_CONF_04_blood_does_not_contradict_marrow() -> None:
    """Negative in blood proves nothing, so it cannot contradict."""
    answer = two_results(0, material=Material.BLOOD).ask()
    assert answer.mrd == "POS"
    assert "CONFLICT" not in answer.cards


def test_CONF_04_BL_05_in_first_remission_only_the_conflict_card() -> None:
    story = first_remission().mrd("2026-06-08", "0.5", method=Method.NGS)
    answer = story.mrd("2026-06-08", sens="0.01").ask()
    assert answer.cards == {"CONFLICT"}
    assert "D-MRD" in answer.requests("CONFLICT")
    assert answer.strength("BLIN") == "NOT"


# --- MR-01, MR-02 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "cards"),
    [
        ("0.0099", set()),  # MR-02: no card in CR1
        ("0.01", {"MRD"}),
        ("0.05", {"MRD"}),
        ("0.0999", {"MRD"}),
        ("0.1", {"BLIN", "HSCT"}),
    ],
)
def test_MR_01_MR_02_first_remission(mrd: str, cards: set[str]) -> None:
    answer = first_remission().mrd(DAY, mrd).ask()
    assert answer.cards == cards
    if cards == {"MRD"}:
        assert answer.applies("MR-01")


def test_MR_01_only_where_no_other_card_is_shown() -> None:
    answer = late().mrd(DAY, "0.05").ask()
    assert "MRD" not in answer.cards
    assert {"BLIN", "HSCT"} <= answer.cards


def test_MR_01_unknown_MRD_gives_no_card() -> None:
    assert first_remission().mrd("2026-04-20", "0.05").ask().cards == set()


def test_MR_01_after_a_transplant_in_this_remission() -> None:
    """The graft makes further transplant pointless and GVHD forbids lymphocytes: MRD remains."""
    story = first_remission().transplant("2026-05-10").mrd(DAY, "0.05")
    story = story.complication(Complication.GVHD_ACUTE, grade=3)
    assert story.ask().cards == {"MRD"}


def test_MR_01_in_a_long_second_remission() -> None:
    """Late isolated relapse two years ago, MRD 0.05 % now: HS-06 has a card of its own."""
    answer = adult_second_remission().mrd(DAY, "0.05").ask()
    assert "HSCT" in answer.cards
    assert "MRD" not in answer.cards


def test_MR_02_low_positive_is_a_line_of_the_transplant_card_in_CR2() -> None:
    answer = adult_second_remission().mrd(DAY, "0.005").ask()
    assert answer.mrd == "LOWPOS"
    assert answer.strength("HSCT") == "EVAL"
    line = "MRD is detectable below 0.01 %."
    assert line in answer.option("HSCT").notes
    quiet = adult_second_remission().mrd(DAY, sens="0.01").ask()
    assert line not in quiet.option("HSCT").notes


def test_E_04_ratio_of_transcripts_is_no_level() -> None:
    story = first_remission().mrd(
        DAY, detection=Detection.UNREADABLE, method=Method.FUSION_TRANSCRIPT
    )
    answer = story.ask()
    assert answer.mrd == "UNK"
    assert answer.cards == set()


def test_E_09_a_negative_result_is_not_a_missing_one() -> None:
    answer = adult_second_remission().mrd(DAY, sens="0.01").ask()
    assert answer.option("BLIN").strength.name == "CONS"
    assert not {"D-MRD", "D-MRDSENS"} & answer.requests("BLIN")


# --- The other side of each condition ------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "detection", "category"),
    [
        pytest.param(under("0.01"), Detection.QUANTIFIED, "NEG", id="under-the-threshold"),
        pytest.param(Interval(None, Decimal("0.005")), Detection.QUANTIFIED, "NEG", id="at-most"),
        pytest.param(under("0.01"), DETECTED, "LOWPOS", id="trace-seen-under-it"),
        pytest.param(between("0.001", "0.005"), Detection.QUANTIFIED, "LOWPOS", id="a-range"),
        pytest.param(under("0.011"), Detection.QUANTIFIED, "UNK", id="bound-above-it"),
    ],
)
def test_E_09_results_given_as_a_bound(
    value: Interval, detection: Detection, category: str
) -> None:
    answer = adult_second_remission().mrd(DAY, value, detection=detection).ask()
    assert answer.mrd == category


def test_E_09_an_uninterpretable_result_has_no_level() -> None:
    """A transcript ratio with a number: no fraction of cells."""
    story = late().mrd(DAY, "0.5", detection=Detection.UNREADABLE)
    assert story.ask().mrd == "UNK"
    assert story.ask().strength("HSCT") == "CAD"


@pytest.mark.parametrize(
    ("value", "category", "blin"),
    [("0.1", "POS", "EVAL"), ("0.05", "POS", "CAD"), ("0.005", "UNK", "NOT")],
)
def test_E_08_blood_below_a_threshold_leaves_the_marrow_open(
    value: str, category: str, blin: str
) -> None:
    """Marrow may hold ten times as much as blood: only what is reached is known."""
    answer = first_remission().mrd(DAY, value, material=Material.BLOOD).ask()
    assert answer.mrd == category
    assert answer.strength("BLIN") == blin


def test_E_08_sensitivity_of_a_blood_result_excludes_nothing() -> None:
    answer = late().mrd(DAY, sens="0.0001", material=Material.BLOOD).ask()
    assert answer.mrd == "UNK"
    assert answer.strength("HSCT") == "CAD"


@pytest.mark.parametrize(
    ("result", "asked", "why"),
    [
        pytest.param(
            {"sens": None}, "D-MRDSENS", "sensitivity of the negative result not stated", id="none"
        ),
        pytest.param(
            {"sens": "0.1"},
            "D-MRD",
            "sensitivity of the negative result worse than 0.01 %",
            id="poor",
        ),
        pytest.param(
            {"sens": None, "material": Material.BLOOD},
            "D-MRD",
            "a negative blood result does not prove a negative marrow",
            id="blood",
        ),
        pytest.param(
            {"value": between("0.005", "0.2")},
            "D-MRD",
            "result not comparable with 0.01 %",
            id="range",
        ),
    ],
)
def test_E_09_why_it_is_unknown_and_what_would_settle_it(
    result: dict[str, Any], asked: str, why: str
) -> None:
    requests = late().mrd(DAY, **result).ask().option("HSCT").requests
    found = [item for item in requests if item.id.startswith("D-MRD")]
    assert [item.id for item in found] == [asked]
    assert found[0].text.endswith(why)


@pytest.mark.parametrize(
    ("first", "second", "category"),
    [
        pytest.param(
            {"sens": "0.01"}, {"detection": Detection.UNREADABLE}, "UNK", id="newer-unreadable"
        ),
        pytest.param(
            {"detection": Detection.UNREADABLE}, {"sens": "0.01"}, "NEG", id="newer-negative"
        ),
        pytest.param({"sens": "0.01"}, {"sens": None}, "NEG", id="newer-without-sensitivity"),
        pytest.param({"value": "0.005"}, {"sens": "0.01"}, "LOWPOS", id="low-positive-before"),
    ],
)
def test_E_09_two_results_of_one_week(
    first: dict[str, Any], second: dict[str, Any], category: str
) -> None:
    assert late().mrd("2026-06-05", **first).mrd("2026-06-08", **second).ask().mrd == category


def test_STALE_05_the_reason_is_that_of_the_newest_result() -> None:
    story = late().mrd("2026-03-20", "0.5").mrd("2026-05-10", "0.5")
    text = next(item.text for item in story.ask().option("HSCT").requests if item.id == "D-MRD")
    assert text.endswith("older than 30 days")


def test_STALE_05_on_the_day_of_the_remission() -> None:
    """The marrow that showed the remission is the one whose MRD counts."""
    story = late_on("2026-06-01")
    assert story.mrd("2026-06-01", "0.5").ask().mrd == "POS"
    assert story.mrd("2026-05-31", "0.5").ask().mrd == "UNK"


def late_on(remission: str) -> Story:
    story = child_second_remission(cr2=remission).without(TreatmentPlan)
    return story.front_line("2021-05-01", "2023-08-01").reinduction("2026-02-16", "2026-05-20")


@pytest.mark.parametrize(
    ("until", "category"),
    [
        pytest.param("2026-06-15", "UNK", id="ended-today"),
        pytest.param("2026-06-16", "POS", id="ends-tomorrow"),
    ],
)
def test_STALE_05_a_block_that_ends_on_the_day(until: str, category: str) -> None:
    story = late().plan("2026-05-20", until, running=False).mrd(DAY, "0.5")
    assert story.ask().mrd == category


@pytest.mark.parametrize(("day", "category"), [("2026-06-05", "POS"), ("2026-06-06", "UNK")])
def test_STALE_05_a_transplant_or_CAR_T_cells_end_what_was_measured_before(
    day: str, category: str
) -> None:
    assert late().mrd(DAY, "0.5").car_t(day).ask().mrd == category
    assert late().mrd(DAY, "0.5").transplant(day).ask().mrd == category


@pytest.mark.parametrize(("specimen", "conflict"), [("S1", True), ("S2", False), (None, False)])
def test_CONF_04_one_specimen_reported_ten_days_apart(specimen: str | None, conflict: bool) -> None:
    """NGS of the same marrow takes longer than flow: still one specimen."""
    story = late().mrd("2026-05-28", "0.5", specimen="S1", method=Method.NGS)
    answer = story.mrd("2026-06-07", sens="0.01", specimen=specimen).ask()
    assert ("CONFLICT" in answer.cards) is conflict
    assert answer.mrd == ("UNK" if conflict else "NEG")


@pytest.mark.parametrize(
    ("clear", "seen", "conflict"),
    [
        (Material.MARROW, Material.MARROW, True),
        (Material.MARROW, Material.BLOOD, True),
        (Material.BLOOD, Material.BLOOD, True),
        (Material.BLOOD, Material.MARROW, False),
    ],
    ids=["both-marrow", "marrow-clear", "both-blood", "blood-clear"],
)
def test_CONF_04_CONF_07_materials(clear: Material, seen: Material, conflict: bool) -> None:
    """A clear blood says nothing against a positive marrow; every other pair contradicts itself."""
    story = late().mrd(DAY, "0.5", material=seen, method=Method.NGS)
    answer = story.mrd(DAY, sens="0.01", material=clear).ask()
    assert ("CONFLICT" in answer.cards) is conflict
    assert answer.mrd == ("UNK" if conflict else "POS")


def test_CONF_04_a_low_positive_result_is_no_contradiction() -> None:
    """0.005 % and "not detected" at 0.001 %: below the threshold either way."""
    answer = late().mrd(DAY, "0.005").mrd(DAY, sens="0.001", method=Method.NGS).ask()
    assert "CONFLICT" not in answer.cards
    assert answer.mrd == "LOWPOS"


def test_CONF_06_a_result_known_to_the_month_may_be_of_the_same_week() -> None:
    answer = late().mrd("2026-06-05", "0.5").mrd("2026-06", sens="0.01", method=Method.NGS).ask()
    assert "CONFLICT" in answer.cards


def test_STALE_05_preliminary_after_a_stale_one() -> None:
    story = late().mrd("2026-05-10", "0.5").mrd(DAY, "0.5", final=False)
    text = next(item.text for item in story.ask().option("HSCT").requests if item.id == "D-MRD")
    assert text.endswith("only a preliminary result")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"value": "0.05"}, "MRD 0.05 % (flow cytometry, bone marrow)"),
        ({"sens": "0.01"}, "MRD not detected (flow cytometry, bone marrow, sensitivity 0.01 %)"),
    ],
)
def test_CARD_03_level_method_material_and_sensitivity(result: dict[str, str], words: str) -> None:
    facts = late().mrd(DAY, **result).ask().rule("HS-06").criteria[1].facts
    assert [fact.text for fact in facts] == [words]


@pytest.mark.parametrize("blood", ["2026-06-12", "2026-06-13", "2026-06-14"])
@pytest.mark.parametrize(
    ("value", "sens", "category"),
    [
        pytest.param("0.3", None, "POS", id="positive"),
        pytest.param("0.005", None, "LOWPOS", id="low-positive"),
        pytest.param(None, "0.01", "NEG", id="negative"),
    ],
)
def test_E_08_CONF_07_a_later_clear_blood_leaves_the_marrow_standing(
    blood: str, value: str | None, sens: str | None, category: str
) -> None:
    """Days 7, 8 and 9 after the marrow: clear blood proves nothing."""
    story = late().mrd("2026-06-05", value, sens=sens)
    whole = story.ask()
    assert whole.mrd == category
    for clear in ({"sens": "0.01"}, {"value": under("0.01")}):
        answer = story.mrd(blood, **clear, material=Material.BLOOD).ask()
        assert (answer.mrd, answer.strengths) == (category, whole.strengths)


def test_E_08_a_later_positive_blood_counts() -> None:
    story = late().mrd("2026-06-05", sens="0.01")
    assert story.mrd("2026-06-13", "0.3", material=Material.BLOOD).ask().mrd == "POS"


@pytest.mark.parametrize("later", [0, 1, 7])
@pytest.mark.parametrize(
    "detection", [Detection.DETECTED, Detection.UNREADABLE], ids=lambda kind: kind.name
)
def test_E_09_STALE_05_a_newer_result_without_a_level_leaves_it_open(
    detection: Detection, later: int
) -> None:
    """Whatever another test of that week has not seen; in any order of the record."""
    day = f"2026-06-{5 + later:02}"
    kinds = (
        late().mrd_negative("2026-06-05").mrd(day, detection=detection, method=Method.CLONAL_PCR),
        late().mrd(day, detection=detection, method=Method.CLONAL_PCR).mrd_negative("2026-06-05"),
    )
    for story in kinds:
        answer = story.ask()
        assert answer.mrd == "UNK"
        assert answer.strength("HSCT") == "CAD"
        assert "D-MRD" in answer.all_requests


def test_CONF_06_an_older_result_without_a_level_gives_way() -> None:
    story = late().mrd("2026-06-04", detection=Detection.UNREADABLE).mrd_negative("2026-06-05")
    assert story.ask().mrd == "NEG"

"""Results, treatments and complications whose day is known to the month or year alone: what counts
must count on every possible day (clinical model 0.2, 0.3; STALE, CONF, P and BL-11 rules).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from relapse.dates import DateRange
from relapse.facts import Agent, Analyte, Complication, Expression, Lesion, StopReason, Virus
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    CAP,
    NOTE,
    OPTIONS,
    RELAPSE,
    WARN,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
    second_relapse,
    third_remission,
)

# --- Antigens (STALE-01, STALE-02, CONF-02) ------------------------------------------------------


@pytest.mark.parametrize(
    ("collected", "strength"),
    [("2026-03-17", "EVAL"), ("2026-03-16", "CAD"), ("2026-04", "EVAL"), ("2026-03", "CAD")],
)
def test_STALE_02_CD19_of_the_last_90_days(collected: str, strength: str) -> None:
    answer = adult_first_relapse(relapse="2026-02-20", but="cd19").cd19(collected).ask()
    assert answer.strength("BLIN") == strength


@pytest.mark.parametrize(
    ("relapse", "collected", "strength"),
    [
        ("2026-06-08", "2026-06-01", "EVAL"),
        ("2026-06-08", "2026-05-31", "CAD"),
        ("2026-06-08", "2026-06", "EVAL"),
        ("2026-06-09", "2026-06", "CAD"),
        ("2026-05", "2026-05-24", "EVAL"),
        ("2026-05", "2026-05-23", "CAD"),
    ],
)
def test_STALE_01_CD19_from_7_days_before_the_relapse(
    relapse: str, collected: str, strength: str
) -> None:
    answer = adult_first_relapse(relapse=relapse, but="cd19").cd19(collected).ask()
    assert answer.strength("BLIN") == strength


@pytest.mark.parametrize(
    ("positive", "negative", "strength"),
    [
        ("2026-05-31", "2026-06-14", "CAD"),
        ("2026-05-31", "2026-06-15", "NOT"),
        ("2026-05", "2026-06-14", "CAD"),
        ("2026-05", "2026-06-15", "NOT"),
        ("2026-05-18", "2026-06", "CAD"),
        ("2026-05-17", "2026-06", "NOT"),
    ],
)
def test_CONF_02_opposite_results_perhaps_within_14_days(
    positive: str, negative: str, strength: str
) -> None:
    story = adult_first_relapse(relapse="2026-05-02", but="cd19").cd19(positive)
    answer = story.cd19(negative, Expression.NEGATIVE).ask()
    assert answer.strength("BLIN") == strength


@pytest.mark.parametrize(
    ("last_dose", "strength"),
    [("2026-06-07", "EVAL"), ("2026-06-08", "CAD"), ("2026-05", "EVAL"), ("2026-06", "CAD")],
)
def test_STALE_04_CD22_after_the_last_dose_of_inotuzumab(last_dose: str, strength: str) -> None:
    story = second_relapse().drug(Agent.INOTUZUMAB, "2024-03-01", last_dose)
    assert story.ask().rule("IN-01").strength.name == strength  # type: ignore[union-attr]


# --- MRD (STALE-05, CONF-04) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "mrd"),
    [
        ("2026-06-05", "POS"),
        ("2026-06-06", "UNK"),
        ("2026-05", "POS"),
        ("2026-06", "UNK"),
        ("2026", "UNK"),
    ],
)
def test_STALE_05_the_last_block_perhaps_ended_after_the_sample(end: str, mrd: str) -> None:
    """A block that ends in the month of the evaluation may be over since the sample of the 5th."""
    story = adult_second_remission().plan("2026-04-15", end, text="Consolidation")
    assert story.mrd("2026-06-05", "0.3").ask().mrd == mrd


@pytest.mark.parametrize(("first", "second"), [("2026-06-02", "2026-06"), ("2026-06", "2026-05")])
def test_STALE_05_the_later_of_two_blocks_decides(first: str, second: str) -> None:
    story = adult_second_remission().plan("2026-04-15", first, text="Block one")
    story = story.plan("2026-04-20", second, text="Block two").mrd("2026-06-05", "0.3")
    assert story.ask().mrd == "UNK"


def test_STALE_05_third_remission_and_a_block_known_to_the_year() -> None:
    """Neither blinatumomab nor CAR-T cells rest on a sample that the block may have followed."""
    story = third_remission().mrd("2026-06-05", "0.3")
    assert (story.ask().strength("BLIN"), story.ask().strength("CART")) == ("CONS", "CONS")
    answer = story.plan("2026-04-15", "2026", text="Consolidation").ask()
    assert (answer.strength("BLIN"), answer.strength("CART")) == ("CAD", "CAD")
    assert "D-MRD" in answer.requests("BLIN")


@pytest.mark.parametrize(
    ("sample", "mrd"),
    [("2026-05-16", "POS"), ("2026-05-15", "UNK"), ("2026-06", "POS"), ("2026-05", "UNK")],
)
def test_STALE_05_MRD_of_the_last_30_days(sample: str, mrd: str) -> None:
    assert adult_second_remission().mrd(sample, "0.3").ask().mrd == mrd


@pytest.mark.parametrize(
    ("remission", "mrd"), [("2026-06-05", "POS"), ("2026-05", "POS"), ("2026-06", "UNK")]
)
def test_STALE_05_MRD_since_the_remission(remission: str, mrd: str) -> None:
    story = child_second_remission(cr2=remission).mrd("2026-06-05", "0.3")
    assert story.ask().mrd == mrd


@pytest.mark.parametrize(
    ("negative", "mrd"), [("2026-05-25", "UNK"), ("2026-05-24", "POS"), ("2026-06", "UNK")]
)
def test_CONF_04_opposite_results_perhaps_within_7_days(negative: str, mrd: str) -> None:
    story = adult_second_remission().mrd(negative, sens="0.01").mrd("2026-06", "0.3")
    assert story.ask().mrd == mrd


# --- Genetics (E-04, STALE-09) -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relapse", "specimen", "asked"),
    [
        (RELAPSE, "2026-05-25", False),
        (RELAPSE, "2026-05-24", True),
        (RELAPSE, "2026-06", False),
        (RELAPSE, "2026-05", True),
        ("2026-06", "2026-05-18", False),
        ("2026-06", "2026-05-17", True),
    ],
)
def test_STALE_09_genetics_of_the_relapse(relapse: str, specimen: str, asked: bool) -> None:
    story = adult_first_relapse(relapse=relapse, but="genetics ph").ph(Tri.NOT_MET, "2023-10-05")
    answer = story.gene(specimen, Lesion.KMT2A, Tri.NOT_MET).ask()
    assert ("D-GEN" in answer.requests("CTX")) is asked


@pytest.mark.parametrize(
    ("start", "measured", "ph"),
    [
        ("2023-10-05", "2023-10-04", "F"),
        ("2023-10-05", "2023-10-05", "U"),
        ("2023-10-05", "2023-10", "U"),
        ("2023-10-05", "2023-09", "F"),
        ("2023-10", "2023-09-30", "F"),
        ("2023-10", "2023-10-05", "U"),
    ],
)
def test_E_04_a_negative_transcript_perhaps_under_treatment_excludes_nothing(
    start: str, measured: str, ph: str
) -> None:
    story = adult().diagnosed("2023-10-01").front_line(start, "2025-12-20")
    story = story.remission("2023-11-15", 1).marrow(RELAPSE, 30, flow=30)
    answer = story.ph(Tri.NOT_MET, measured, quantitative=True).ask()
    assert answer.assessment.state.ph == ph


@pytest.mark.parametrize(
    ("failed", "tested", "known"),
    [
        ("2026-04-10", "2026-04-10", True),
        ("2026-04-10", "2026-04-09", False),
        ("2026-04", "2026-04-30", True),
        ("2026-04", "2026-04-29", False),
        ("2026-04-10", "2026-04", False),
        ("2026-04-10", "2026-05", True),
    ],
)
def test_E_06_T315I_surely_after_the_failure_of_the_inhibitor(
    failed: str, tested: str, known: bool
) -> None:
    story = adult_first_relapse(but="ph").ph(Tri.MET)
    story = story.tki(Agent.IMATINIB, "2024-01-01", failed, stop=StopReason.FAILED)
    answer = story.gene(tested, Lesion.T315I, Tri.NOT_MET).ask()
    assert ("D-KD" not in answer.requests("CTX")) is known


# --- Earlier blinatumomab (BL-11) ----------------------------------------------------------------


def given_blinatumomab(end: str, marrow: str, start: str = "2026-01-10") -> Story:
    """Blinatumomab for a first relapse, a marrow with blasts, today's blasts long after."""
    story = adult_first_relapse(relapse="2025-12-20", eot="2025-11-20", but="cd19")
    story = story.plan(start, end, Agent.BLINATUMOMAB, text="Blinatumomab")
    return story.marrow(marrow, 40, flow=40).marrow(RELAPSE, 40, flow=40).cd19(RELAPSE)


@pytest.mark.parametrize(
    ("end", "marrow", "capped"),
    [
        ("2026-03-15", "2026-03-01", True),
        ("2026-03-15", "2026-02-28", False),
        ("2026-03-15", "2026-04-12", True),
        ("2026-03-15", "2026-04-13", False),
        ("2026-03", "2026-02-15", True),
        ("2026-03", "2026-02-14", False),
        ("2026-03", "2026-04-28", True),
        ("2026-03", "2026-04-29", False),
        ("2026-03-15", "2026-04", True),
        ("2026-03-15", "2026-05", False),
    ],
)
def test_BL_11_blasts_around_the_end_of_blinatumomab(end: str, marrow: str, capped: bool) -> None:
    """From 14 days before to 28 days after; the cap holds where the day may lie within."""
    answer = given_blinatumomab(end, marrow).ask()
    assert answer.applies("BL-11") is capped
    assert answer.strength("BLIN") == ("CONS" if capped else "EVAL")


@pytest.mark.parametrize(
    ("following", "marrow", "capped"),
    [
        ("2026-04-01", "2026-04-01", True),
        ("2026-04-01", "2026-04-02", False),
        ("2026-04", "2026-04-02", False),
        ("2026-05", "2026-04-02", True),
        ("2026-03", "2026-03-20", True),
    ],
)
def test_BL_11_before_the_next_course(following: str, marrow: str, capped: bool) -> None:
    story = given_blinatumomab("2026-03-15", marrow)
    answer = story.plan(following, "2026-05-10", text="Chemotherapy").ask()
    assert answer.applies("BL-11") is capped


@pytest.mark.parametrize(
    ("relapse", "last_dose", "capped"),
    [
        ("2026-06-08", "2026-05-09", True),
        ("2026-06-08", "2026-05-08", False),
        ("2026-06", "2026-05-02", True),
        ("2026-06", "2026-05-01", False),
        ("2026-06-08", "2026-05", True),
        ("2026-06-08", "2026-04", False),
        ("2026-05-30", "2026-04", True),
        ("2026-05-31", "2026-04", False),
    ],
)
def test_BL_11_relapse_within_30_days_of_the_last_dose(
    relapse: str, last_dose: str, capped: bool
) -> None:
    story = second_relapse(relapse=relapse, but="cd19").cd19("2026-06-12")
    answer = story.drug(Agent.BLINATUMOMAB, "2026-04-01", last_dose).ask()
    assert answer.applies("BL-11") is capped


@pytest.mark.parametrize(
    ("relapse", "start", "capped"),
    [
        ("2026-06-05", "2026-06-06", False),
        ("2026-05", "2026-06-01", False),
        ("2026-05", "2026-05-20", False),
        ("2026-05-20", "2026-05", True),
    ],
)
def test_BL_11_blinatumomab_given_for_the_relapse_is_no_relapse_on_it(
    relapse: str, start: str, capped: bool
) -> None:
    story = adult_first_relapse(relapse=relapse, but="cd19")
    answer = story.drug(Agent.BLINATUMOMAB, start, "2026-06-10").ask()
    assert answer.applies("BL-11") is capped


# --- Inotuzumab (IN-04, P-07) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "remission", "strength"),
    [
        ("2026-02-10", "2026-02-10", "CONS"),
        ("2026-02-10", "2026-02-09", "NOT"),
        ("2026-02-10", "2026-02", "CONS"),
        ("2026-02", "2026-02-09", "CONS"),
        ("2026-02", "2026-01-31", "NOT"),
    ],
)
def test_IN_04_no_remission_since_the_first_of_three_cycles(
    first: str, remission: str, strength: str
) -> None:
    """A remission that may have followed the first cycle leaves the failure unproven."""
    story = adult_first_relapse(relapse="2025-11-20", eot="2025-11-01", but="cd22")
    story = story.reinduction("2025-11-25", "2026-01-10").remission(remission, 2)
    for day in (first, "2026-03-20", "2026-04-10"):
        story = story.drug(Agent.INOTUZUMAB, day)
    answer = story.marrow(RELAPSE, 40, flow=40).cd22(RELAPSE).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.strength("INO") == strength


@pytest.mark.parametrize(("until", "effect"), [("2026-02-28", NOTE), ("2026-03-01", WARN)])
def test_P_07_a_plan_of_less_than_28_days_is_one_cycle(until: str, effect: str) -> None:
    story = adult_first_relapse(relapse="2026-01-20", eot="2025-12-20")
    story = story.plan("2026-02-01", until, Agent.INOTUZUMAB, text="Inotuzumab ozogamicin")
    story = story.drug(Agent.INOTUZUMAB, "2026-02-01").drug(Agent.INOTUZUMAB, "2026-02-22")
    answer = story.marrow(RELAPSE, 60, flow=60).cd22(RELAPSE).ask()
    assert answer.effect("P-07", "INO") == {effect}


# --- Safety (STALE-07, STALE-08, P-14, P-21, P-32) -----------------------------------------------


@pytest.mark.parametrize(
    ("measured", "asked"),
    [("2026-06-01", False), ("2026-05-31", True), ("2026-06", False), ("2026-05", True)],
)
def test_STALE_07_liver_tests_of_the_last_14_days(measured: str, asked: bool) -> None:
    answer = adult_first_relapse(but="liver").liver(on=measured).ask()
    assert ("D-LFT" in answer.requests("INO")) is asked


@pytest.mark.parametrize(
    ("measured", "asked"),
    [("2026-03-17", False), ("2026-03-16", True), ("2026-04", False), ("2026-03", True)],
)
def test_STALE_08_QTcF_and_viral_screen_of_the_last_90_days(measured: str, asked: bool) -> None:
    story = adult_first_relapse(but="qtc viral").lab(Analyte.QTCF, 410, measured)
    story = story.screened(measured).lab(Analyte.IMMUNOGLOBULIN, None, measured)
    answer = story.ask()
    assert ("D-QTC" in answer.requests("INO")) is asked
    assert ("D-VIRAL" in answer.requests("CART")) is asked


def test_P_21_hepatitis_B_and_C_and_HIV_are_the_whole_screen() -> None:
    story = adult_first_relapse(but="viral").lab(Analyte.IMMUNOGLOBULIN, None, RELAPSE)
    complete = story.screened(RELAPSE, Virus.HBV, Virus.HCV, Virus.HIV)
    assert "D-VIRAL" not in complete.ask().requests("CART")
    for missing in (Virus.HBV, Virus.HCV, Virus.HIV):
        others = [virus for virus in Virus if virus is not missing]
        assert "D-VIRAL" in story.screened(RELAPSE, *others).ask().requests("CART")


@pytest.mark.parametrize(
    ("relapse", "counted", "warned"),
    [
        (RELAPSE, "2026-05-25", True),
        (RELAPSE, "2026-05-24", False),
        (RELAPSE, "2026-05", True),
        (RELAPSE, "2026-04", False),
        ("2026-06", "2026-05-18", True),
        ("2026-06", "2026-05-17", False),
    ],
)
def test_P_14_blood_blasts_perhaps_of_this_relapse(
    relapse: str, counted: str, warned: bool
) -> None:
    """From 14 days before the relapse on; a warning holds where the day may lie within."""
    story = adult_first_relapse(relapse=relapse, but="blood")
    answer = story.blood(counted, count=20, lymphoblasts=False).ask()
    assert answer.effect("P-14", "BLIN") == ({WARN} if warned else set())


@pytest.mark.parametrize(
    ("abated", "capped"),
    [("2026-06-15", False), ("2026-06-16", True), ("2026-05", False), ("2026-06", True)],
)
def test_P_12_an_infection_that_is_surely_over(abated: str, capped: bool) -> None:
    story = adult_first_relapse().complication(
        Complication.INFECTION, on="2026-05-01", abated=abated
    )
    assert (story.ask().effect("P-12", "CART") == {CAP, WARN}) is capped


@pytest.mark.parametrize(
    ("graft", "noted"),
    [("2025-12-10", False), ("2025-12-11", True), ("2025-11", False), ("2025-12", False)],
)
def test_P_32_relapse_surely_within_180_days_of_the_transplant(graft: str, noted: bool) -> None:
    story = adult_first_relapse(eot="2025-09-01").transplant(graft)
    answer = story.ask()
    assert ("P-32" in answer.effects("CART")) is noted


# --- Partial remission (HS-13) -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "strength"),
    [("2026-05-10", "CONS"), ("2026-05-09", "NOT"), ("2026-05", "NOT"), ("2026-06", "CONS")],
)
def test_HS_13_partial_remission_surely_since_the_relapse(stated: str, strength: str) -> None:
    story = child_first_relapse(
        dx="2021-03-10", cr1="2021-04-12", eot="2023-06-01", relapse="2026-05-10"
    )
    assert story.ask().strength("HSCT") == "NOT"
    assert story.partial_remission(stated).ask().strength("HSCT") == strength


# --- A certain answer is certain on every day ----------------------------------------------------

READY = {
    "first relapse of a child": child_first_relapse(),
    "late first relapse": child_first_relapse(dx="2022-03-10", cr1="2022-04-12", eot="2024-06-01"),
    "first relapse of an adult": adult_first_relapse(),
    "second relapse": second_relapse(),
    "second remission of a child": child_second_remission().mrd("2026-06-05", "0.3"),
    "second remission of an adult": adult_second_remission().mrd("2026-06-05", "0.3"),
    "third remission": third_remission().mrd("2026-06-05", "0.3"),
    "first remission": first_remission().mrd("2026-06-05", "0.3"),
}


def vague(story: Story) -> Iterator[tuple[Story, list[Story], str]]:
    """The story with one day known to its month or year, and the stories that it may stand for."""
    for place, fact in enumerate(story.facts):
        for name in ("when", "until"):
            day = getattr(fact, name, None)
            if day is None or not day.exact:
                continue
            for span in (month_of(day.earliest), year_of(day.earliest)):
                last = min(span.latest, story.t0)
                middle = date.fromordinal((span.earliest.toordinal() + last.toordinal()) // 2)
                days = (span.earliest, middle, day.earliest, last)
                told = f"{type(fact).__name__} {fact.text} {name} {span}"
                yield (
                    dated(story, place, name, span),
                    [dated(story, place, name, DateRange.day(one)) for one in days],
                    told,
                )


def dated(story: Story, place: int, name: str, when: DateRange) -> Story:
    facts = list(story.facts)
    facts[place] = replace(facts[place], **{name: when})  # type: ignore[arg-type]
    return replace(story, facts=tuple(facts))


def month_of(day: date) -> DateRange:
    last = calendar.monthrange(day.year, day.month)[1]
    return DateRange(day.replace(day=1), day.replace(day=last))


def year_of(day: date) -> DateRange:
    return DateRange(date(day.year, 1, 1), date(day.year, 12, 31))


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize("name", READY)
def test_an_option_is_suggested_only_where_no_possible_day_speaks_against_it(
    name: str, policy: Policy
) -> None:
    """EVAL or CONS is never the answer to a vague day where one of its days gives CAD or NOT in the
    same state of the disease.
    """
    for story, possible, told in vague(READY[name]):
        answer = story.ask(policy)
        exact = [one for one in (day.ask(policy) for day in possible) if one.ds == answer.ds]
        for option in OPTIONS:
            if answer.strength(option) in ("EVAL", "CONS"):
                assert {one.strength(option) for one in exact} <= {"EVAL", "CONS"}, (told, option)

"""Is it a relapse? REL-rules and the consensus table of E-12, sites of E-16 to E-18."""

from __future__ import annotations

import pytest

from relapse.facts import (
    ClinicalStatus,
    CnsStatus,
    Complication,
    Detection,
    Diagnosis,
    Material,
    Method,
    Phase,
    Site,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    RELAPSE,
    Answer,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    between,
    child,
    child_first_relapse,
    child_second_remission,
    days_before,
    first_remission,
    second_relapse,
)

MORPHOLOGY, FLOW, PCR, NGS = Method.MORPHOLOGY, Method.FLOW, Method.CLONAL_PCR, Method.NGS
FISH, FUSION = Method.CYTOGENETICS, Method.FUSION_TRANSCRIPT
FIRST, SIX_LATER, SEVEN_LATER = "2026-06-01", "2026-06-07", "2026-06-08"

Marrow = dict[Method, str]


def in_first_remission() -> Story:
    """An adult off treatment, in first remission since 2023-11; complete work-up but no marrow."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    return story.remission("2023-11-15", 1).work_up(FIRST)


def with_marrows(first: Marrow, second: Marrow | None = None, day: str = SEVEN_LATER) -> Answer:
    story = in_first_remission().marrow(FIRST, other=first)
    return story.marrow(day, other=second or {}).ask()


# --- REL-02, REL-03 and the table of E-12 --------------------------------------------------------


@pytest.mark.parametrize(
    ("marrow", "state"),
    [
        pytest.param({MORPHOLOGY: "25"}, "ACTIVE_RR", id="25-one-method"),
        pytest.param({FLOW: "25"}, "ACTIVE_RR", id="25-flow-alone"),
        pytest.param({MORPHOLOGY: "24.9"}, "POSSIBLE_RELAPSE", id="24.9-one-method"),
        pytest.param({FLOW: "24.9"}, "POSSIBLE_RELAPSE", id="24.9-flow-alone"),
        pytest.param({MORPHOLOGY: "24.9", FLOW: "1"}, "ACTIVE_RR", id="24.9-and-1"),
        pytest.param({MORPHOLOGY: "24.9", FLOW: "0.99"}, "POSSIBLE_RELAPSE", id="24.9-and-0.99"),
        pytest.param({MORPHOLOGY: "5", FLOW: "1"}, "ACTIVE_RR", id="5-and-flow-1"),
        pytest.param({MORPHOLOGY: "5", PCR: "1"}, "ACTIVE_RR", id="5-and-PCR-1"),
        pytest.param({MORPHOLOGY: "5", NGS: "1"}, "ACTIVE_RR", id="5-and-NGS-1"),
        pytest.param({MORPHOLOGY: "5", FISH: "1"}, "ACTIVE_RR", id="5-and-FISH-1"),
        pytest.param({MORPHOLOGY: "5"}, "POSSIBLE_RELAPSE", id="5-alone"),
        pytest.param({FLOW: "5", PCR: "0.99"}, "POSSIBLE_RELAPSE", id="5-flow-and-PCR-0.99"),
        pytest.param({MORPHOLOGY: "4.9"}, "CR1", id="4.9-morphology-alone"),
        pytest.param({MORPHOLOGY: "4.9", FLOW: "4.9"}, "CR1", id="4.9-morphology-and-flow"),
        pytest.param({FLOW: "3", PCR: "1"}, "CR1", id="3-and-one-other"),
        pytest.param({FLOW: "3", PCR: "1", FISH: "1"}, "ACTIVE_RR", id="3-and-two-others"),
        pytest.param({FLOW: "1", PCR: "1", FISH: "1"}, "ACTIVE_RR", id="1-and-two-others"),
        pytest.param({FLOW: "3", PCR: "1", FISH: "0.99"}, "CR1", id="3-and-1-and-0.99"),
        pytest.param({FLOW: "0.99", PCR: "1", FISH: "1"}, "CR1", id="only-two-from-1"),
        pytest.param({FLOW: "3", PCR: "2", NGS: "2"}, "CR1", id="PCR-and-NGS-are-one-kind"),
        pytest.param(
            {FLOW: "3", MORPHOLOGY: "4", PCR: "2"}, "CR1", id="morphology-below-5-is-none"
        ),
        pytest.param(
            {MORPHOLOGY: "8", Method.UNKNOWN: "8"}, "POSSIBLE_RELAPSE", id="method-not-stated"
        ),
    ],
)
def test_REL_02_REL_03_one_marrow(marrow: Marrow, state: str) -> None:
    answer = with_marrows(marrow)
    assert answer.ds == state
    assert answer.relapses == (1 if state == "ACTIVE_RR" else 0)
    if state == "ACTIVE_RR":
        assert answer.applies("REL-02")


@pytest.mark.parametrize(
    ("first", "second", "day", "state"),
    [
        pytest.param(
            {MORPHOLOGY: "8"}, {FLOW: "1", PCR: "1"}, SEVEN_LATER, "ACTIVE_RR", id="5-25-two-tests"
        ),
        pytest.param(
            {MORPHOLOGY: "8"},
            {FLOW: "1", PCR: "1"},
            SIX_LATER,
            "POSSIBLE_RELAPSE",
            id="5-25-six-days",
        ),
        pytest.param(
            {MORPHOLOGY: "8"}, {FLOW: "1"}, SEVEN_LATER, "POSSIBLE_RELAPSE", id="5-25-one-test"
        ),
        pytest.param(
            {MORPHOLOGY: "8"},
            {FLOW: "1", PCR: "0.9"},
            SEVEN_LATER,
            "POSSIBLE_RELAPSE",
            id="5-25-second-test-0.9",
        ),
        pytest.param(
            {FLOW: "1"}, {FLOW: "1", PCR: "1"}, SEVEN_LATER, "ACTIVE_RR", id="1-5-two-tests"
        ),
        pytest.param(
            {FLOW: "3", PCR: "1"},
            {FLOW: "1", PCR: "1"},
            SEVEN_LATER,
            "ACTIVE_RR",
            id="1-5-one-other-two-tests",
        ),
        pytest.param({FLOW: "3"}, {FLOW: "1", PCR: "1"}, SIX_LATER, "CR1", id="1-5-six-days"),
        pytest.param({FLOW: "0.9"}, {FLOW: "2", PCR: "2"}, SEVEN_LATER, "CR1", id="below-1-first"),
        pytest.param({MORPHOLOGY: "4"}, {FLOW: "2", PCR: "2"}, SEVEN_LATER, "CR1", id="M1-smear"),
        pytest.param({FLOW: "3"}, {FLOW: "3"}, SEVEN_LATER, "CR1", id="1-5-one-test-each"),
    ],
)
def test_REL_02_two_marrows(first: Marrow, second: Marrow, day: str, state: str) -> None:
    assert with_marrows(first, second, day).ds == state


def test_REL_02_the_relapse_is_dated_by_its_first_qualifying_specimen() -> None:
    """Morphology of 8 % on 1 June, two tests a week later: the remission of exactly one year on
    1 June decides that the products of adults are within the trials."""
    story = adult().diagnosed("2025-04-20").front_line("2025-04-21", "2026-05-20")
    story = story.remission("2025-06-01", 1).marrow(FIRST, 8).marrow(SEVEN_LATER, 30, flow=30)
    story = story.marrow(SEVEN_LATER, other={PCR: "20"}).work_up(SEVEN_LATER)
    answer = story.ask()
    assert "2026-06-01" in answer.assessment.state.text
    assert answer.product("brexu") == "EVAL"


def test_REL_02_blasts_and_MRD_of_one_day_are_one_marrow() -> None:
    confirmed = in_first_remission().marrow(FIRST, 8).mrd(FIRST, 1)
    assert confirmed.ask().ds == "ACTIVE_RR"
    below = in_first_remission().marrow(FIRST, 8).mrd(FIRST, "0.99")
    assert below.ask().ds == "POSSIBLE_RELAPSE"


def test_REL_02_two_reports_by_one_method_do_not_confirm_each_other() -> None:
    story = in_first_remission().marrow(FIRST, 8).marrow(FIRST, 9)
    assert story.ask().ds == "POSSIBLE_RELAPSE"


def test_REL_02_a_preliminary_second_method_does_not_confirm() -> None:
    story = in_first_remission().marrow(FIRST, 8).blasts(FIRST, 8, method=FLOW, final=False)
    assert story.ask().ds == "POSSIBLE_RELAPSE"
    assert story.blasts(FIRST, 8, method=FLOW).ask().ds == "ACTIVE_RR"


def test_REL_02_a_preliminary_marrow_is_no_relapse() -> None:
    story = in_first_remission().marrow(FIRST, 80, flow=80, final=False)
    assert story.ask().ds == "CR1"


def test_REL_02_a_range_counts_only_where_every_value_of_it_counts() -> None:
    assert in_first_remission().marrow(FIRST, between(25, 40)).ask().ds == "ACTIVE_RR"
    assert in_first_remission().marrow(FIRST, between(20, 40)).ask().ds == "POSSIBLE_RELAPSE"


def test_REL_02_a_result_after_T0_is_not_known_yet() -> None:
    story = in_first_remission().marrow("2026-06-16", 80, flow=80)
    assert story.ask().ds == "CR1"
    assert story.seen_on("2026-06-16").ask().ds == "ACTIVE_RR"


def test_REL_02_evidence_without_a_remission_between_is_one_relapse() -> None:
    story = in_first_remission().marrow("2026-05-10", 60, flow=60).marrow(FIRST, 70, flow=70)
    answer = story.coded_relapse("2026-06-03").ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)


def test_REL_02_two_relapses_with_a_remission_between_are_two() -> None:
    assert second_relapse().ask().relapses == 2


def test_REL_03_only_the_confirm_card() -> None:
    answer = in_first_remission().marrow(FIRST, 8).ask()
    assert answer.cards == {"CONFIRM"}
    assert answer.requests("CONFIRM") == {"D-CONFIRM"}
    assert answer.strengths == "- - - -"
    assert answer.applies("REL-03")


def test_REL_03_a_later_clean_marrow_or_remission_settles_it() -> None:
    story = in_first_remission().marrow("2026-05-10", 8)
    assert story.ask().ds == "POSSIBLE_RELAPSE"
    assert story.remission("2026-06-05").ask().ds == "CR1"


# --- REL-04, REL-05 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "state", "category", "confirm"),
    [
        ("0.0099", "CR1", "LOWPOS", False),
        ("0.01", "CR1", "POS", False),
        ("0.99", "CR1", "POS", False),
        ("1", "CR1", "POS", True),
        ("4.99", "CR1", "POS", True),
    ],
)
def test_REL_04_REL_05_MRD_after_remission(
    mrd: str, state: str, category: str, confirm: bool
) -> None:
    answer = first_remission().mrd("2026-06-05", mrd).ask()
    assert (answer.ds, answer.relapses, answer.mrd) == (state, 0, category)
    assert ("D-CONFIRM" in answer.all_requests) is confirm


@pytest.mark.parametrize(("mrd", "state"), [("5", "POSSIBLE_RELAPSE"), ("25", "ACTIVE_RR")])
def test_REL_03_MRD_from_5_per_cent_on_is_judged_as_marrow(mrd: str, state: str) -> None:
    assert first_remission().mrd("2026-06-05", mrd).ask().ds == state


def test_REL_04_without_any_other_card_there_is_a_confirm_card() -> None:
    story = first_remission().cd19("2026-06-05", None, share=1).transplant("2026-05-01")
    story = story.complication(Complication.GVHD_ACUTE, grade=3).mrd("2026-06-05", 2)
    answer = story.ask()
    assert answer.cards == {"CONFIRM"}
    assert "D-CONFIRM" in answer.requests("CONFIRM")


def test_REL_05_in_second_remission_the_ordinal_stays() -> None:
    answer = child_second_remission().mrd("2026-06-05", "0.5").ask()
    assert (answer.ds, answer.relapses, answer.mrd) == ("CR2", 1, "POS")


def test_E_13_negative_then_positive_MRD_is_no_relapse() -> None:
    story = child_second_remission().mrd("2026-05-10", sens="0.01").mrd("2026-06-05", "0.08")
    answer = story.ask()
    assert (answer.ds, answer.relapses, answer.mrd) == ("CR2", 1, "POS")


# --- REL-06, E-16 to E-18 ------------------------------------------------------------------------


def off_treatment() -> Story:
    """A boy of 11 in first remission since 2022, off treatment since March 2024."""
    story = child().diagnosed("2021-12-01").front_line("2021-12-01", "2024-03-01")
    return story.remission("2022-01-10", 1)


@pytest.mark.parametrize(
    ("white", "red", "blasts", "state"),
    [
        pytest.param(5, 0, Tri.MET, "ACTIVE_RR", id="CNS3"),
        pytest.param(40, 0, Tri.MET, "ACTIVE_RR", id="40-cells"),
        pytest.param("4.9", 0, Tri.MET, "CR1", id="CNS2"),
        pytest.param(5, 0, Tri.NOT_MET, "CR1", id="no-blasts"),
        pytest.param(40, 0, Tri.UNKNOWN, "CR1", id="blasts-unclear"),
        pytest.param(40, 0, None, "CR1", id="blasts-not-looked-for"),
        pytest.param(40, 5000, Tri.MET, "CR1", id="bloody-puncture"),
    ],
)
def test_REL_06_E_17_spinal_fluid(
    white: float | str, red: int, blasts: Tri | None, state: str
) -> None:
    story = off_treatment().csf(RELAPSE, white=white, red=red, blasts=blasts)
    answer = story.marrow(RELAPSE, 1).mrd_negative(RELAPSE).ask()
    assert answer.ds == state
    if state == "ACTIVE_RR":
        assert answer.applies("REL-06")


@pytest.mark.parametrize(
    ("status", "state"),
    [(CnsStatus.CNS1, "CR1"), (CnsStatus.CNS2, "CR1"), (CnsStatus.CNS3, "ACTIVE_RR")],
    ids=lambda value: getattr(value, "value", value),
)
def test_REL_06_assigned_CNS_status(status: CnsStatus, state: str) -> None:
    assert off_treatment().cns(status).marrow(RELAPSE, 1).ask().ds == state


def test_REL_06_preliminary_spinal_fluid_is_no_relapse() -> None:
    assert off_treatment().cns(CnsStatus.CNS3, final=False).ask().ds == "CR1"


def test_REL_06_CNS_disease_at_first_diagnosis_is_no_relapse() -> None:
    assert off_treatment().cns(CnsStatus.CNS3, "2021-12-02").ask().ds == "CR1"


@pytest.mark.parametrize("site", list(Site), ids=lambda site: site.name)
@pytest.mark.parametrize(
    ("proven", "state"), [(Tri.MET, "ACTIVE_RR"), (Tri.NOT_MET, "CR1")], ids=["proven", "not"]
)
def test_REL_06_E_18_other_sites(site: Site, proven: Tri, state: str) -> None:
    story = off_treatment().extramedullary(site, RELAPSE, proven=proven).marrow(RELAPSE, 1)
    assert story.ask().ds == state


@pytest.mark.parametrize("site", list(Site), ids=lambda site: site.name)
def test_REL_06_a_site_that_is_not_proven_is_never_a_certain_relapse(site: Site) -> None:
    story = off_treatment().extramedullary(site, RELAPSE, proven=Tri.UNKNOWN).marrow(RELAPSE, 1)
    answer = story.ask()
    assert answer.ds != "ACTIVE_RR"
    assert answer.relapses == 0


def test_REL_06_E_18_enlargement_of_a_testis_proves_nothing() -> None:
    story = off_treatment().testes(enlarged=True).marrow(RELAPSE, 1)
    assert story.ask().ds == "CR1"


def test_REL_06_extramedullary_disease_before_the_remission_is_no_relapse() -> None:
    assert off_treatment().extramedullary(Site.OTHER, "2021-12-05").ask().ds == "CR1"


@pytest.mark.parametrize(
    ("marrow", "words"), [(1, "isolated CNS"), (30, "marrow and CNS")], ids=["isolated", "combined"]
)
def test_E_16_site(marrow: int, words: str) -> None:
    story = off_treatment().cns(CnsStatus.CNS3).testes().marrow(RELAPSE, marrow, flow=marrow)
    assert words in story.ask().assessment.state.text


def test_E_16_CNS_and_testes_not_examined_leave_the_site_open() -> None:
    answer = child_first_relapse(but="cns testes").ask()
    assert "isolated marrow" not in answer.assessment.state.text
    assert {"D-CNS", "D-TEST"} <= answer.all_requests
    assert answer.strengths == "EVAL EVAL NOT CONS"


# --- REL-07 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "lymphoblasts", "state"),
    [
        ("1", True, "POSSIBLE_RELAPSE"),
        ("30", True, "POSSIBLE_RELAPSE"),
        ("0.9", True, "CR1"),
        ("0", True, "CR1"),
        ("1", False, "CR1"),
    ],
)
def test_REL_07_lymphoblasts_in_blood(share: str, lymphoblasts: bool, state: str) -> None:
    answer = off_treatment().blood(RELAPSE, share, lymphoblasts=lymphoblasts).ask()
    assert answer.ds == state
    if state == "POSSIBLE_RELAPSE":
        assert answer.cards == {"CONFIRM"}
        assert "D-BM" in answer.requests("CONFIRM")
        assert answer.applies("REL-07")


def test_REL_07_preliminary_or_earlier_blood_does_not_count() -> None:
    assert off_treatment().blood(RELAPSE, 30, final=False).ask().ds == "CR1"
    assert off_treatment().blood("2021-12-01", 30).ask().ds == "CR1"


def test_REL_07_a_marrow_of_the_same_day_decides() -> None:
    story = off_treatment().blood(RELAPSE, 30).marrow(RELAPSE, 60, flow=60)
    assert story.ask().ds == "ACTIVE_RR"


# --- REL-01, REL-09 ------------------------------------------------------------------------------


def test_REL_01_coded_relapse_with_an_onset_of_its_own() -> None:
    answer = in_first_remission().coded_relapse("2026-05-20", recorded="2026-05-22").ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    assert answer.applies("REL-01")
    assert "2026-05-20" in answer.assessment.state.text


def test_REL_01_relapse_known_from_its_code_alone_has_an_unknown_site() -> None:
    answer = in_first_remission().coded_relapse("2026-05-31").ask()
    assert answer.strengths.split()[:3] == ["CAD", "CAD", "CAD"]
    for name in ("BLIN", "INO", "CART"):
        assert "D-BM" in answer.gating(name)


@pytest.mark.parametrize(
    ("confirmed", "state"), [(True, "ACTIVE_RR"), (False, "CR1")], ids=["confirmed", "provisional"]
)
def test_REL_01_only_confirmed_codes(confirmed: bool, state: str) -> None:
    story = in_first_remission().coded_relapse("2026-05-31", confirmed=confirmed)
    assert story.ask().ds == state


def test_REL_01_a_resolved_code_with_its_end_is_a_past_relapse() -> None:
    story = in_first_remission().coded_relapse(
        "2026-02-10", status=ClinicalStatus.RESOLVED, abated="2026-04-20"
    )
    answer = story.ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_REL_01_later_remission_evidence_ends_it() -> None:
    story = in_first_remission().coded_relapse("2026-02-10").remission("2026-05-20")
    assert story.ask().ds == "CR2"


@pytest.mark.parametrize(
    "status",
    [ClinicalStatus.RELAPSE, ClinicalStatus.RECURRENCE],
    ids=lambda status: status.value,
)
def test_REL_01_problem_list_entry_set_to_relapse_without_any_remission_on_record(
    status: ClinicalStatus,
) -> None:
    """The state holds, the onset of the entry is that of the first diagnosis: no relapse date."""
    story = child().diagnosed("2022-03-10", status=status).front_line("2022-03-10", "2024-05-01")
    answer = story.work_up(RELAPSE).ask()
    assert answer.ds == "ACTIVE_RR"
    assert "2022-03-10" not in answer.assessment.state.text
    assert answer.timing == (None, None, None)


def test_REL_01_the_onset_of_the_first_diagnosis_does_not_date_a_relapse_shown_otherwise() -> None:
    story = child_first_relapse().without(Diagnosis)
    answer = story.diagnosed("2024-03-10", status=ClinicalStatus.RELAPSE).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    assert answer.timing == ("early", "early", "S3")


def test_REL_09_recorded_after_the_remission_with_an_onset_before_it() -> None:
    story = adult_second_remission().coded_relapse("2026-01-16", recorded="2026-06-01")
    answer = story.ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_REL_09_an_onset_after_the_remission_is_a_relapse() -> None:
    story = adult_second_remission().coded_relapse("2026-05-30", recorded="2026-06-01")
    answer = story.ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


def test_E_12_a_code_later_than_its_marrow_is_the_same_relapse() -> None:
    story = adult_first_relapse().coded_relapse("2026-06-12", recorded="2026-06-12")
    answer = story.ask()
    assert answer.relapses == 1
    assert "2026-06-08" in answer.assessment.state.text


# --- REL-08 --------------------------------------------------------------------------------------


def test_REL_08_remission_after_relapse() -> None:
    before = child_second_remission().without(
        type(in_first_remission().facts[2]), where=lambda f: f.remission_ordinal == 2
    )
    assert before.ask().ds != "CR2"
    answer = before.remission("2026-04-01").ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)
    assert answer.applies("REL-08")
    assert answer.timing == ("late", "late", "S2")


def test_REL_08_a_statement_of_the_same_remission_before_the_relapse_is_none() -> None:
    story = in_first_remission().remission("2026-05-15", 1).marrow(FIRST, 60, flow=60)
    assert story.ask().ds == "ACTIVE_RR"


# --- REL-11 --------------------------------------------------------------------------------------


def test_REL_11_symptoms_change_nothing() -> None:
    story = off_treatment().complication(Complication.SYMPTOMATIC_SPREAD)
    answer = story.ask()
    assert answer.ds == "CR1"
    assert answer.cards == set()


# --- REL-12 --------------------------------------------------------------------------------------


def relapse_some_days_ago(days: int) -> Story:
    relapse = days_before(days)
    return adult_first_relapse(relapse=relapse, eot="2025-12-20").reinduction(days_before(days - 3))


@pytest.mark.parametrize(
    ("days", "state"), [(89, "ACTIVE_RR"), (90, "ACTIVE_RR"), (91, "UNKNOWN"), (200, "UNKNOWN")]
)
def test_REL_12_relapse_evidence_out_of_date(days: int, state: str) -> None:
    answer = relapse_some_days_ago(days).ask()
    assert answer.ds == state
    if state == "UNKNOWN":
        assert answer.cards == {"DATA"}
        assert answer.requests("DATA") == {"D-BM"}
        assert answer.applies("REL-12")


def test_REL_12_without_therapy_the_relapse_stands() -> None:
    assert adult_first_relapse(relapse=days_before(150)).ask().ds == "ACTIVE_RR"


def test_REL_12_a_newer_marrow_settles_it() -> None:
    story = relapse_some_days_ago(150)
    assert story.marrow("2026-06-08", 40, flow=40).ask().ds == "ACTIVE_RR"
    assert story.marrow("2026-06-08", 40, flow=40, final=False).ask().ds == "UNKNOWN"


def test_REL_12_policy_of_the_site() -> None:
    assert relapse_some_days_ago(91).ask(Policy(status_max_age=91)).ds == "ACTIVE_RR"


# --- REL-13 --------------------------------------------------------------------------------------


def test_REL_13_blasts_without_remission_relapse_code_or_induction() -> None:
    answer = adult().diagnosed("2024-01-10").marrow(RELAPSE, 40, flow=40).work_up().ask()
    assert answer.ds == "UNKNOWN"
    assert answer.cards == {"DATA"}
    assert answer.requests("DATA") == {"D-CRDATE", "D-PRIOR"}
    assert answer.applies("REL-13")


@pytest.mark.parametrize(("blasts", "known"), [("5", False), ("4.9", True)])
def test_REL_13_needs_5_per_cent(blasts: str, known: bool) -> None:
    answer = adult().diagnosed("2024-01-10").marrow(RELAPSE, blasts, flow=blasts).ask()
    assert (answer.ds != "UNKNOWN") is known


def test_REL_13_a_recorded_remission_makes_it_a_relapse() -> None:
    story = adult().diagnosed("2024-01-10").remission("2024-02-20").marrow(RELAPSE, 40, flow=40)
    assert story.ask().ds == "ACTIVE_RR"


def test_REL_13_a_coded_relapse_makes_it_a_relapse() -> None:
    story = adult().diagnosed("2024-01-10").coded_relapse("2026-06-05").marrow(RELAPSE, 40, flow=40)
    assert story.ask().ds == "ACTIVE_RR"


# --- REL-14 --------------------------------------------------------------------------------------


def undated_remission() -> Story:
    """Coded "in remission" without any date, then blasts."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    return story.coded_remission(None)


def test_REL_14_an_undated_remission_was_before_the_blasts() -> None:
    answer = undated_remission().marrow(RELAPSE, 30, flow=30).work_up().ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    assert answer.products == "NOT CONS CONS"
    assert answer.gives("CA-08") == "CONS"
    assert "D-CRDATE" in answer.requests("CART")


def test_REL_14_the_relapse_rules_apply_to_it() -> None:
    assert undated_remission().marrow(RELAPSE, 8).ask().ds == "POSSIBLE_RELAPSE"


def test_REL_14_an_onset_on_the_first_diagnosis_leaves_the_remission_undated() -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.coded_remission("2023-10-05").marrow(RELAPSE, 30, flow=30).work_up()
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert "D-CRDATE" in answer.requests("CART")


# --- REL-15 --------------------------------------------------------------------------------------


def test_REL_15_remission_without_a_valid_MRD() -> None:
    assert child_second_remission().ask().mrd == "UNK"
    assert child_second_remission().mrd_negative().ask().mrd == "NEG"


# --- REL-16 --------------------------------------------------------------------------------------


def repeated_code(story: Story, *, recorded: str = "2026-06-10", onset: str | None = None) -> Story:
    return story.coded_relapse(onset, recorded=recorded)


def in_second_remission_since(ago: int) -> Story:
    """Adult, relapse a year ago, second remission ``ago`` days before T0, no other evidence."""
    story = adult().diagnosed("2023-01-10").front_line("2023-01-12", "2025-01-05")
    story = story.remission("2023-02-20", 1).marrow("2025-09-15", 55, flow=55)
    return (
        story.work_up("2025-09-15")
        .reinduction("2025-09-20", "2025-10-28")
        .remission(days_before(ago), 2)
    )


@pytest.mark.parametrize(
    ("ago", "state"),
    [(89, "CR2"), (90, "CR2"), (91, "POSSIBLE_RELAPSE"), (200, "POSSIBLE_RELAPSE")],
)
def test_REL_16_age_of_the_evidence_of_remission(ago: int, state: str) -> None:
    answer = repeated_code(in_second_remission_since(ago)).ask()
    assert (answer.ds, answer.relapses) == (state, 1)
    assert answer.applies("REL-16")
    if state == "POSSIBLE_RELAPSE":
        assert answer.cards == {"CONFIRM"}


def test_REL_16_every_card_names_the_contradicting_code_and_its_day() -> None:
    answer = repeated_code(in_second_remission_since(60)).ask()
    assert answer.cards == {"BLIN", "HSCT"}
    assert any("2026-06-10" in caveat for caveat in answer.assessment.state.caveats)
    quiet = in_second_remission_since(60).ask()
    assert quiet.assessment.state.caveats == ()


@pytest.mark.parametrize(
    "fresh",
    [
        pytest.param(lambda s: s.marrow("2026-06-05", "0.5"), id="marrow-below-5"),
        pytest.param(lambda s: s.remission("2026-06-05"), id="statement"),
        pytest.param(lambda s: s.coded_remission("2026-06-05"), id="remission-code"),
        pytest.param(lambda s: s.mrd("2026-06-05", "0.5"), id="MRD-below-5"),
        pytest.param(lambda s: s.mrd("2026-06-05", sens="0.01"), id="MRD-not-detected"),
    ],
)
def test_REL_16_what_counts_as_fresh_evidence_of_remission(fresh: object) -> None:
    assert callable(fresh)
    story = repeated_code(in_second_remission_since(200))
    assert story.ask().ds == "POSSIBLE_RELAPSE"
    assert fresh(story).ask().ds == "CR2"


@pytest.mark.parametrize(
    "proof",
    [
        pytest.param(lambda s: s.marrow("2026-06-09", 40, flow=40), id="marrow"),
        pytest.param(lambda s: s.cns(CnsStatus.CNS3, "2026-06-09"), id="CNS"),
    ],
)
def test_REL_16_leukaemia_seen_after_the_remission_makes_it_a_relapse(proof: object) -> None:
    assert callable(proof)
    answer = proof(repeated_code(in_second_remission_since(60))).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


@pytest.mark.parametrize(("mrd", "state"), [("0.99", "CR2"), ("1", "ACTIVE_RR")])
def test_REL_16_REL_01_MRD_from_1_per_cent_on_is_evidence_of_relapse(mrd: str, state: str) -> None:
    """A code after such a result is no mere repetition."""
    story = in_second_remission_since(60).mrd("2026-06-05", mrd)
    assert repeated_code(story).ask().ds == state


def test_REL_16_a_code_with_an_onset_of_its_own_is_REL_01() -> None:
    story = in_second_remission_since(60)
    assert repeated_code(story, onset="2026-06-01").ask().ds == "ACTIVE_RR"
    assert repeated_code(story, onset="2023-01-10").ask().ds == "CR2"


def test_REL_16_a_repeated_code_in_first_remission() -> None:
    """C91.02 by mistake, first remission documented a month ago."""
    answer = repeated_code(first_remission().remission("2026-05-20")).ask()
    assert (answer.ds, answer.relapses) == ("CR1", 0)
    story = first_remission().marrow("2026-06-05", 1)
    assert repeated_code(story).ask().ds == "CR1"


def test_REL_16_outranks_REL_08_whatever_remission_follows() -> None:
    """A repetition starts no episode, also when a remission is stated again after it."""
    story = repeated_code(in_second_remission_since(80), recorded="2026-05-01")
    answer = story.remission("2026-06-01").ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_REL_16_an_ordinal_above_the_count_is_a_relapse() -> None:
    story = in_second_remission_since(60)
    answer = story.coded_relapse(None, recorded="2026-06-10", relapse_ordinal=2).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


def test_REL_16_the_ordinal_of_the_known_relapse_is_not_above_the_count() -> None:
    story = in_second_remission_since(60)
    answer = story.coded_relapse(None, recorded="2026-06-10", relapse_ordinal=1).ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_REL_16_problem_list_entry_merely_set_to_relapse() -> None:
    story = in_second_remission_since(60).without(Diagnosis)
    story = story.diagnosed("2023-01-10", status=ClinicalStatus.RELAPSE, recorded="2026-06-10")
    answer = story.ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


# --- E-15 ordinal, CONF-05 -----------------------------------------------------------------------


def test_E_15_a_coded_number_above_the_count_is_used() -> None:
    story = in_first_remission().coded_relapse("2026-05-20", relapse_ordinal=2)
    assert story.marrow("2026-05-20", 40, flow=40).ask().relapses == 2


def test_CONF_05_a_coded_number_below_the_count_is_noted_and_not_used() -> None:
    answer = second_relapse().coded_relapse("2026-06-08", relapse_ordinal=1).ask()
    assert answer.relapses == 2
    assert any("CONF-05" in caveat or "first" in caveat for caveat in _words(answer))
    assert not any("CONF-05" in caveat for caveat in _words(second_relapse().ask()))


def _words(answer: Answer) -> list[str]:
    rules = [f"{rule.rule} {rule.title} {rule.note}" for rule in answer.assessment.state.rules]
    return [*answer.assessment.state.caveats, *rules]


def test_E_15_first_recurrence_is_first_relapse() -> None:
    assert adult_first_relapse().ask().relapses == 1


def test_REL_01_a_code_of_remission_in_the_phase_of_the_entry_is_none() -> None:
    story = in_first_remission().condition("2026-06-01", phase=Phase.REMISSION)
    assert story.ask().ds == "CR1"


def test_REL_02_unreadable_MRD_is_no_second_method() -> None:
    story = in_first_remission().marrow(FIRST, 8)
    story = story.mrd(FIRST, detection=Detection.UNREADABLE, method=FUSION)
    assert story.ask().ds == "POSSIBLE_RELAPSE"


def test_REL_02_blood_is_no_marrow() -> None:
    story = in_first_remission().blasts(FIRST, 60, material=Material.BLOOD)
    assert story.ask().ds == "POSSIBLE_RELAPSE"


# --- REL-16: recorded before the remission that followed -----------------------------------------


def test_REL_16_recorded_long_ago_then_remission_is_stated() -> None:
    """Nothing but a code stands between two statements of remission: no relapse is invented."""
    story = off_treatment().coded_relapse(None, recorded="2026-02-10")
    answer = story.remission("2026-04-01").ask()
    assert (answer.ds, answer.relapses) == ("CR1", 0)
    assert any("2026-02-10" in caveat for caveat in answer.assessment.state.caveats)


def test_REL_16_a_statement_that_names_CR2_makes_the_code_a_relapse() -> None:
    story = off_treatment().coded_relapse(None, recorded="2026-02-10")
    answer = story.remission("2026-04-01", 2).ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_REL_16_blasts_between_make_it_a_relapse() -> None:
    story = off_treatment().coded_relapse(None, recorded="2026-02-10")
    story = story.marrow("2026-02-08", 60, flow=60).reinduction("2026-02-12", "2026-03-20")
    answer = story.remission("2026-04-01").ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)


def test_REL_16_a_copied_code_in_a_long_first_remission_must_be_confirmed() -> None:
    answer = off_treatment().coded_relapse(None, recorded="2026-06-10").ask()
    assert answer.ds == "POSSIBLE_RELAPSE"
    assert answer.cards == {"CONFIRM"}


def test_REL_06_E_17_red_cells_not_reported() -> None:
    """For want of one number no CNS relapse is missed."""
    story = off_treatment().csf(RELAPSE, white=40, blasts=Tri.MET).marrow(RELAPSE, 1)
    assert story.ask().ds == "ACTIVE_RR"


def test_E_12_the_confirming_marrow_is_no_remission() -> None:
    """Two marrows of 1 to 5 % that make a relapse together; a third one without treatment."""
    story = in_first_remission().marrow("2026-05-20", flow=3)
    story = story.marrow("2026-05-28", flow=2, other={PCR: "2"})
    assert story.ask().ds == "ACTIVE_RR"
    assert story.marrow("2026-06-12", 2, flow=2).ask().ds == "ACTIVE_RR"
    treated = story.reinduction("2026-05-29", "2026-06-10").marrow("2026-06-12", 2)
    assert treated.ask().relapses == 1


def test_REL_01_recorded_date_where_the_code_has_no_onset() -> None:
    """No remission on record, a relapse code of a later encounter: its recording dates it."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    answer = story.coded_relapse(None, recorded="2026-05-20").ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    assert "2026-05-20" in answer.assessment.state.text
    assert any(fact.date_inferred for fact in answer.assessment.state.facts)


def test_REL_01_the_episode_begins_with_its_earliest_evidence() -> None:
    """Measured on the 8th, coded on the 12th, no remission on record."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    answer = story.marrow(RELAPSE, 60, flow=60).coded_relapse("2026-06-12").ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)
    assert "2026-06-08" in answer.assessment.state.text


def test_REL_16_negative_MRD_in_blood_is_no_evidence_of_remission() -> None:
    story = repeated_code(in_second_remission_since(200))
    blood = story.mrd("2026-06-05", sens="0.01", material=Material.BLOOD)
    assert blood.ask().ds == "POSSIBLE_RELAPSE"


def test_REL_16_ordinal_on_a_code_beside_a_measured_relapse() -> None:
    """The marrow shows the first recorded relapse; its code says that it is the second."""
    story = in_first_remission().marrow("2026-05-20", 60, flow=60)
    answer = story.coded_relapse(None, recorded="2026-05-25", relapse_ordinal=2).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 2)


def test_REL_02_a_range_of_the_second_method_must_reach_1_per_cent_in_full() -> None:
    story = in_first_remission().marrow(FIRST, 8)
    assert story.marrow(FIRST, flow=between("0.5", 2)).ask().ds == "POSSIBLE_RELAPSE"
    assert story.marrow(FIRST, flow=between(1, 2)).ask().ds == "ACTIVE_RR"


def test_REL_02_a_second_marrow_of_an_unknown_day_may_be_too_close() -> None:
    story = in_first_remission().marrow("2026-05-20", 8)
    later = story.marrow("2026-05", flow=2, other={PCR: "2"})
    assert later.ask().ds == "POSSIBLE_RELAPSE"
    assert story.marrow("2026-06", flow=2, other={PCR: "2"}).ask().ds == "ACTIVE_RR"


def test_REL_12_courses_that_run_on_are_therapy_since() -> None:
    """Maintenance that outlasts the relapse by weeks leaves the state open as well."""
    story = adult_first_relapse(relapse=days_before(120), eot=days_before(60))
    assert story.ask().ds == "UNKNOWN"

"""Remission, relapse and state at the limits of their rules, one day or one step apart (E-10, E-11,
E-15, REL-01, REL-07, REL-08, REL-12 to REL-14, REL-16, POL-10, POL-12).
"""

from __future__ import annotations

import pytest

from relapse.facts import (
    CarTProduct,
    ClinicalStatus,
    CnsStatus,
    Diagnosis,
    Phase,
    Site,
    TreatmentPlan,
)
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    child,
    child_first_relapse,
    days_before,
    first_remission,
)


def induced(until: str | None = None) -> Story:
    """Induction since 2026-01-10, nothing said of its result."""
    return child().diagnosed("2026-01-08").front_line("2026-01-10", until)


# --- E-10, POL-10: remission by a marrow below 5 % -----------------------------------------------


@pytest.mark.parametrize(
    ("on", "state"), [("2026-02-06", "NOT_RR"), ("2026-02-07", "CR1")], ids=["day-27", "day-28"]
)
def test_E_10_not_before_four_weeks_of_induction(on: str, state: str) -> None:
    assert induced().marrow(on, 2, flow=0).ask().ds == state


def test_E_10_earlier_where_the_course_has_ended() -> None:
    assert induced("2026-02-01").marrow("2026-02-01", 2, flow=0).ask().ds == "CR1"
    assert induced("2026-02-02").marrow("2026-02-01", 2, flow=0).ask().ds == "NOT_RR"


def test_E_10_a_further_course_that_has_just_begun_does_not_undo_it() -> None:
    story = induced("2026-02-10").plan("2026-02-12", "2026-03-20")
    assert story.marrow("2026-02-14", 2, flow=0).ask().ds == "CR1"


@pytest.mark.parametrize(
    ("on", "state"), [("2026-02-04", "NOT_RR"), ("2026-02-05", "CR1")], ids=["day-27", "day-28"]
)
def test_E_10_without_treatment_on_record_four_weeks_from_diagnosis(on: str, state: str) -> None:
    story = child().diagnosed("2026-01-08").marrow(on, 2, flow=0)
    assert story.ask().ds == state


@pytest.mark.parametrize(
    ("share", "count", "contrary"),
    [(1, None, True), (None, "0.1", True), (0, None, False), (None, 0, False), (0, 0, False)],
)
def test_POL_10_blood_blasts_forbid_a_remission_by_marrow(
    share: int | None, count: str | int | None, contrary: bool
) -> None:
    story = induced().marrow("2026-02-20", 2, flow=0)
    story = story.blood("2026-02-18", share, count=count, lymphoblasts=False)
    assert (story.ask().ds != "CR1") is contrary


@pytest.mark.parametrize(
    ("blood", "contrary"),
    [
        ("2026-02-06", True),
        ("2026-02-05", False),
        ("2026-03-06", True),
        ("2026-03-07", False),
    ],
    ids=["14-before", "15-before", "14-after", "15-after"],
)
def test_POL_10_fourteen_days_either_way(blood: str, contrary: bool) -> None:
    story = induced("2026-02-15").marrow("2026-02-20", 2, flow=0)
    assert (story.blood(blood, 3, lymphoblasts=False).ask().ds != "CR1") is contrary


@pytest.mark.parametrize(
    ("blasts", "flow", "state"),
    [("4.9", "0", "CR1"), ("5", "0", "NOT_RR"), ("2", "5", "NOT_RR"), ("2", "4.9", "CR1")],
)
def test_E_10_below_5_per_cent_by_every_method(blasts: str, flow: str, state: str) -> None:
    assert induced().marrow("2026-02-10", blasts, flow=flow).seen_on("2026-02-15").ask().ds == state


# --- E-10, E-15: entries of the problem list that have ended -------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (ClinicalStatus.RESOLVED, "CR2"),
        (ClinicalStatus.INACTIVE, "CR2"),
        (ClinicalStatus.REMISSION, "CR2"),
        (ClinicalStatus.ACTIVE, "ACTIVE_RR"),
    ],
)
def test_E_10_a_relapse_entry_with_an_end_by_its_status(status: ClinicalStatus, state: str) -> None:
    """The day of the end counts where the entry is closed; an active one has not ended."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1)
    answer = story.coded_relapse("2026-02-10", status=status, abated="2026-04-20").ask()
    assert answer.ds == state
    assert ("2026-04-20" in answer.assessment.state.text) is (state == "CR2")


@pytest.mark.parametrize(("ordinal", "state"), [(1, "CR2"), (2, "CR3"), (3, "CR4")])
def test_E_15_the_end_of_a_numbered_relapse_numbers_the_remission(ordinal: int, state: str) -> None:
    story = adult().diagnosed("2018-10-05").remission("2018-11-15", 1)
    story = story.coded_relapse(
        "2026-02-10",
        status=ClinicalStatus.RESOLVED,
        abated="2026-04-20",
        relapse_ordinal=ordinal,
    )
    assert story.ask().ds == state


def test_E_11_a_higher_ordinal_tells_of_a_relapse_that_nobody_recorded() -> None:
    story = adult().diagnosed("2018-10-05").remission("2018-11-15", 1)
    answer = story.remission("2026-04-10", 2).ask()
    assert (answer.ds, answer.relapses) == ("CR2", 1)
    same = story.remission("2026-04-10", 1).ask()
    assert (same.ds, same.relapses) == ("CR1", 0)
    third = story.remission("2026-04-10", 3).ask()
    assert (third.ds, third.relapses) == ("CR3", 2)


@pytest.mark.parametrize(
    ("ordinal", "relapses", "noted"), [(1, 2, True), (2, 2, False), (3, 3, False)]
)
def test_CONF_05_a_number_below_the_count_only(ordinal: int, relapses: int, noted: bool) -> None:
    story = adult_second_remission().marrow(RELAPSE, 30, flow=30)
    answer = story.coded_relapse("2026-06-09", relapse_ordinal=ordinal).ask()
    assert answer.relapses == relapses
    assert any("CONF-05" in caveat for caveat in answer.assessment.state.caveats) is noted


# --- REL-01: which codes date a relapse ----------------------------------------------------------


@pytest.mark.parametrize(
    ("onset", "dated"),
    [
        pytest.param("2023-10-05", False, id="of-the-first-diagnosis"),
        pytest.param("2023-11-01", False, id="between-diagnosis-and-remission"),
        pytest.param("2023-11-15", False, id="on-the-day-of-the-remission"),
        pytest.param("2023-11-16", True, id="a-day-after-it"),
    ],
)
def test_REL_01_an_onset_after_diagnosis_and_first_remission(onset: str, dated: bool) -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    answer = story.remission("2023-11-15", 1).coded_relapse(onset).seen_on("2023-12-20").ask()
    assert (f"relapse of B-ALL {onset}" in answer.assessment.state.text) is dated


def test_REL_01_the_leading_entry_set_to_relapse_gives_a_state_without_a_date() -> None:
    """Its onset is the beginning of the leukaemia as recorded, late as that may be."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.diagnosed("2026-02-01", status=ClinicalStatus.RELAPSE)
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert "date unknown" in answer.assessment.state.text


def test_REL_01_a_relapse_known_to_the_month_of_the_remission_came_after_it() -> None:
    for remission in ("2026-05-01", "2026-05-12", "2026-05-30"):
        story = adult().diagnosed("2026-03-20").front_line("2026-03-22").remission(remission, 1)
        answer = story.coded_relapse("2026-05").ask()
        assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1), remission
        assert "date unknown" not in answer.assessment.state.text


def test_REL_01_remission_and_relapse_recorded_on_one_day() -> None:
    """The relapse needs the remission: it comes after it, whatever the order of the record."""
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).extramedullary(Site.CNS, "2026-04-10")
    answer = story.remission("2026-04-10", 1).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)


@pytest.mark.parametrize(
    ("story", "rules"),
    [
        pytest.param(adult_first_relapse(), ["REL-02"], id="marrow"),
        pytest.param(
            adult().diagnosed("2023-10-05").remission("2023-11-15", 1).coded_relapse("2026-05-01"),
            ["REL-01"],
            id="code",
        ),
        pytest.param(
            adult()
            .diagnosed("2023-10-05")
            .remission("2023-11-15", 1)
            .extramedullary(Site.CNS, "2026-05-01"),
            ["REL-06"],
            id="site",
        ),
        pytest.param(
            adult()
            .diagnosed("2023-10-05")
            .front_line("2023-10-05", "2025-12-20")
            .coded_remission(None)
            .marrow("2026-05-01", 40, flow=40),
            ["REL-02", "REL-14"],
            id="undated-remission",
        ),
        pytest.param(first_remission(), [], id="CR1"),
        pytest.param(adult_second_remission(), ["REL-08"], id="CR2"),
    ],
)
def test_the_state_names_the_rules_that_made_it_and_no_other(
    story: Story, rules: list[str]
) -> None:
    assert [item.rule for item in story.ask().assessment.state.rules] == rules


# --- REL-07, POL-12 after a remission ------------------------------------------------------------


@pytest.mark.parametrize(
    ("marrow", "state"),
    [
        pytest.param("2026-06-07", "POSSIBLE_RELAPSE", id="a-day-before"),
        pytest.param("2026-06-08", "CR1", id="same-day"),
        pytest.param("2026-06-09", "CR1", id="later"),
    ],
)
def test_REL_07_a_marrow_since_the_blood(marrow: str, state: str) -> None:
    """A clean marrow of the same day or later answers the question."""
    story = first_remission().blood("2026-06-08", 2).marrow(marrow, 2, flow=0)
    assert story.ask().ds == state


def test_REL_07_after_a_remission_without_a_date() -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.coded_remission(None)
    assert story.ask().ds == "CR1"
    assert story.blood("2026-06-08", 2).ask().ds == "POSSIBLE_RELAPSE"


@pytest.mark.parametrize(
    ("on", "state"),
    [
        pytest.param("2026-04-13", "CR1", id="before-the-remission"),
        pytest.param("2026-04-14", "CR1", id="on-its-day"),
        pytest.param("2026-04-15", "POSSIBLE_RELAPSE", id="a-day-later"),
    ],
)
def test_POL_12_refractory_disease_stated_after_a_remission(on: str, state: str) -> None:
    answer = first_remission().refractory(on).ask()
    assert answer.ds == state
    assert answer.applies("POL-12") is (state != "CR1")
    if state != "CR1":
        assert answer.cards == {"CONFIRM"}
        assert answer.requests("CONFIRM") == {"D-CONFIRM", "D-BM"}


def test_POL_12_after_the_newest_evidence_of_the_remission() -> None:
    story = first_remission().remission("2026-06-01", 1).refractory("2026-05-20")
    assert story.ask().ds == "CR1"


def test_POL_12_a_code_without_a_date_contradicts_nothing() -> None:
    story = first_remission().condition(None, phase=Phase.REFRACTORY, text="ALL, refractory")
    assert story.ask().ds == "CR1"


# --- REL-08: what ends a relapse -----------------------------------------------------------------


@pytest.mark.parametrize(("days", "state"), [(27, "ACTIVE_RR"), (28, "CR2")])
def test_REL_08_fallen_blasts_without_treatment_on_record(days: int, state: str) -> None:
    """Blasts do not fall by themselves: four weeks later a course is assumed."""
    story = adult().diagnosed("2023-10-05").remission("2023-11-15", 1)
    story = story.marrow(days_before(days + 3), 40, flow=40)
    assert story.marrow(days_before(3), 2, flow=0).ask().ds == state


@pytest.mark.parametrize(("days", "state"), [(27, "ACTIVE_RR"), (28, "CR2")])
def test_REL_08_a_coded_relapse_without_treatment_on_record(days: int, state: str) -> None:
    story = adult().diagnosed("2023-10-05").remission("2023-11-15", 1)
    story = story.coded_relapse(days_before(days + 3))
    assert story.marrow(days_before(3), 2, flow=0).ask().ds == state


def test_REL_08_one_of_several_courses_is_over() -> None:
    story = adult_first_relapse(relapse="2026-04-01").reinduction("2026-04-05", "2026-05-10")
    story = story.plan("2026-06-01", None, text="Second block").marrow("2026-06-05", 2, flow=0)
    assert story.ask().ds == "CR2"


def test_REL_08_an_extramedullary_relapse_ends_at_its_own_site() -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).extramedullary(Site.CNS, "2026-03-01")
    story = story.reinduction("2026-03-05", "2026-04-10").marrow("2026-05-01", 1, flow=0)
    assert story.ask().ds == "ACTIVE_RR"


# --- REL-12: treated since, and nothing newer ----------------------------------------------------


def old_relapse(days: int = 91) -> Story:
    """Relapse shown ``days`` before T0, off treatment then."""
    return adult_first_relapse(relapse=days_before(days), eot=days_before(days + 60))


@pytest.mark.parametrize(
    ("story", "state"),
    [
        pytest.param(old_relapse(), "ACTIVE_RR", id="untreated"),
        pytest.param(
            old_relapse().reinduction(days_before(91), days_before(60)), "UNKNOWN", id="same-day"
        ),
        pytest.param(
            old_relapse().reinduction(days_before(92), days_before(60)), "UNKNOWN", id="ran-on"
        ),
        pytest.param(
            old_relapse().plan(days_before(100), days_before(91), text="Until the relapse"),
            "ACTIVE_RR",
            id="ended-on-the-day",
        ),
        pytest.param(
            old_relapse().plan(days_before(100), days_before(90), text="A day longer"),
            "UNKNOWN",
            id="ended-a-day-later",
        ),
        pytest.param(old_relapse().plan(days_before(100), None), "UNKNOWN", id="running"),
        pytest.param(old_relapse().transplant(days_before(40)), "UNKNOWN", id="transplant"),
        pytest.param(old_relapse().transplant(days_before(91)), "UNKNOWN", id="on-that-day"),
        pytest.param(old_relapse().transplant(days_before(92)), "ACTIVE_RR", id="before-it"),
        pytest.param(
            old_relapse().car_t(days_before(40), CarTProduct.BREXUCABTAGENE), "UNKNOWN", id="CAR-T"
        ),
        pytest.param(old_relapse().transplant(None), "ACTIVE_RR", id="transplant-undated"),
        pytest.param(
            old_relapse(90).reinduction(days_before(90), days_before(60)),
            "ACTIVE_RR",
            id="90-days-old",
        ),
    ],
)
def test_REL_12_therapy_since_evidence_of_91_days(story: Story, state: str) -> None:
    assert story.ask().ds == state


def test_REL_12_the_newest_evidence_counts() -> None:
    treated = old_relapse(120).reinduction(days_before(110), days_before(80))
    assert treated.ask().ds == "UNKNOWN"
    assert treated.marrow(days_before(70), 30, flow=30).ask().ds == "ACTIVE_RR"


def test_REL_12_a_newer_marrow_that_shows_no_remission_yet() -> None:
    """3 % in the third week of a course: no remission by marrow yet, but not out of date."""
    story = old_relapse().reinduction(days_before(20), None)
    assert story.ask().ds == "UNKNOWN"
    assert story.marrow(days_before(3), 3, flow=3).ask().ds == "ACTIVE_RR"


# --- REL-13, REL-14 ------------------------------------------------------------------------------


def test_REL_13_new_leukaemia_without_any_marrow_is_no_riddle() -> None:
    answer = child().diagnosed("2026-01-10").ask()
    assert answer.ds == "NOT_RR"
    assert answer.cards == set()


@pytest.mark.parametrize(("seen", "state"), [("2026-02-21", "NOT_RR"), ("2026-02-22", "UNKNOWN")])
def test_REL_13_six_weeks_from_diagnosis(seen: str, state: str) -> None:
    story = child().diagnosed("2026-01-10").marrow("2026-01-11", 80, flow=80)
    assert story.seen_on(seen).ask().ds == state


@pytest.mark.parametrize(
    ("on", "state"), [("2026-02-07", "CR1"), ("2026-02-08", "ACTIVE_RR")], ids=["day-28", "day-29"]
)
def test_REL_14_blasts_after_an_undated_remission(on: str, state: str) -> None:
    """The marrow of the first weeks is that of the diagnosis."""
    story = child().diagnosed("2026-01-10").front_line("2026-01-12").coded_remission(None)
    assert story.marrow(on, 40, flow=40).seen_on("2026-02-20").ask().ds == state


def test_REL_14_without_a_date_of_diagnosis_blasts_are_a_relapse() -> None:
    story = child().diagnosed(None).front_line("2023-01-12", "2025-01-30").coded_remission(None)
    assert story.marrow(RELAPSE, 40, flow=40).ask().ds == "ACTIVE_RR"


def test_E_10_a_dated_remission_without_a_date_of_diagnosis() -> None:
    answer = child().diagnosed(None).coded_remission("2026-04-10").ask()
    assert answer.ds == "CR1"
    assert "2026-04-10" in answer.assessment.state.text


# --- E-19: which courses are front-line ----------------------------------------------------------


def test_E_19_on_therapy_while_any_front_line_course_runs() -> None:
    story = child_first_relapse(dx="2023-01-10", cr1="2023-02-15").without(TreatmentPlan)
    story = story.plan("2023-01-10", "2024-06-01", text="Intensive phase")
    assert story.ask().timing[0] == "late"
    assert story.plan("2024-06-02", None, text="Maintenance").ask().timing[0] == "early"


def test_E_19_the_end_of_an_unfinished_course_is_not_known() -> None:
    story = child_first_relapse(dx="2023-01-10", cr1="2023-02-15").without(TreatmentPlan)
    story = story.plan("2023-01-10", "2024-06-01").plan("2024-06-02", None, running=False)
    assert story.ask().timing[0] is None


def test_E_01_the_entry_of_the_diagnosis_may_be_missing_a_date() -> None:
    story = adult_first_relapse().without(Diagnosis).diagnosed(None)
    assert story.ask().ds == "ACTIVE_RR"


# --- E-12, REL-02, REL-03, REL-07: just under and at 1, 5 and 25 per cent ------------------------


@pytest.mark.parametrize(
    ("blasts", "flow", "state"),
    [
        pytest.param("25", None, "ACTIVE_RR", id="25-alone"),
        pytest.param("24.999", None, "POSSIBLE_RELAPSE", id="under-25-alone"),
        pytest.param("24.999", "1", "ACTIVE_RR", id="under-25-and-1"),
        pytest.param("24.999", "0.999", "POSSIBLE_RELAPSE", id="under-25-and-under-1"),
        pytest.param("5", "1", "ACTIVE_RR", id="5-and-1"),
        pytest.param("4.999", "1", "CR1", id="under-5-and-1"),
        pytest.param("5", None, "POSSIBLE_RELAPSE", id="5-alone"),
        pytest.param("4.999", None, "CR1", id="under-5-alone"),
    ],
)
def test_REL_02_REL_03_one_marrow_at_the_limits(blasts: str, flow: str | None, state: str) -> None:
    assert first_remission().marrow(RELAPSE, blasts, flow=flow).ask().ds == state


@pytest.mark.parametrize(("share", "state"), [("1", "POSSIBLE_RELAPSE"), ("0.999", "CR1")])
def test_REL_07_lymphoblasts_from_1_per_cent(share: str, state: str) -> None:
    assert first_remission().blood(RELAPSE, share).ask().ds == state


@pytest.mark.parametrize(
    ("marrow", "begun"),
    [
        pytest.param("2026-04-09", "2026-04-09", id="60-days-before-the-code"),
        pytest.param("2026-04-08", RELAPSE, id="61-days-before"),
    ],
)
def test_E_12_a_relapse_measured_before_it_was_coded(marrow: str, begun: str) -> None:
    """No remission on record: a marrow within 60 days of the code is of the same relapse."""
    story = adult().diagnosed("2023-10-05").coded_relapse(RELAPSE)
    text = story.marrow(marrow, 40, flow=40).ask().assessment.state.text
    assert f"B-ALL {begun}" in text


@pytest.mark.parametrize(
    ("site", "state", "relapses"),
    [("2026-03-06", "NOT_RR", 0), ("2026-03-07", "ACTIVE_RR", 1)],
    ids=["14-days", "15-days"],
)
def test_POL_10_another_site_within_14_days(site: str, state: str, relapses: int) -> None:
    """Leukaemia elsewhere at the time: the marrow alone was no complete remission."""
    story = induced("2026-02-15").marrow("2026-02-20", 2, flow=0)
    answer = story.extramedullary(Site.OTHER, site).seen_on("2026-03-10").ask()
    assert answer.relapses == relapses
    assert (answer.ds != "CR1") is True


@pytest.mark.parametrize(
    ("status", "state"), [(CnsStatus.CNS1, "CR2"), (CnsStatus.CNS2, "ACTIVE_RR")]
)
def test_REL_08_a_doubtful_examination_does_not_clear_a_site(status: CnsStatus, state: str) -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).cns(CnsStatus.CNS3, "2026-03-20")
    story = story.reinduction("2026-03-25", "2026-05-01").cns(status, "2026-05-05")
    assert story.marrow("2026-05-08", 1, flow=0).ask().ds == state


def test_REL_12_newer_evidence_at_another_site() -> None:
    treated = old_relapse(120).reinduction(days_before(110), days_before(80))
    answer = treated.extramedullary(Site.CNS, days_before(70)).ask()
    assert (answer.ds, answer.relapses) == ("ACTIVE_RR", 1)


def test_E_11_the_remission_of_a_higher_number_has_its_own_day() -> None:
    story = adult().diagnosed("2018-10-05").remission("2018-11-15", 1)
    assert "since 2026-04-10" in story.remission("2026-04-10", 2).ask().assessment.state.text
    assert "since 2018-11-15" in story.remission("2026-04-10", 1).ask().assessment.state.text


@pytest.mark.parametrize(
    ("value", "final", "state"),
    [
        pytest.param("0.5", True, "CR1", id="final"),
        pytest.param("0.5", False, "POSSIBLE_RELAPSE", id="preliminary"),
    ],
)
def test_REL_16_preliminary_MRD_is_no_fresh_evidence_of_remission(
    value: str, final: bool, state: str
) -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).coded_relapse(None, recorded="2026-06-10")
    assert story.mrd("2026-06-05", value, final=final).ask().ds == state


@pytest.mark.parametrize(("ago", "state"), [(90, "CR1"), (91, "POSSIBLE_RELAPSE")])
def test_REL_16_POL_07_a_marrow_of_90_days(ago: int, state: str) -> None:
    story = adult().diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).coded_relapse(None, recorded="2026-06-10")
    assert story.marrow(days_before(ago), "0.5").ask().ds == state

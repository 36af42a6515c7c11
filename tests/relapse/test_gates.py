"""Gates (3.1): when nothing, or only one thing, is said."""

from __future__ import annotations

import pytest

from relapse.facts import ClinicalStatus, Disease, Lineage, Method
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    EU,
    RELAPSE,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    child,
    child_first_relapse,
    child_second_remission,
    days_before,
    first_remission,
    t_cell_relapse,
    third_remission,
)

IMMUNO = ("BLIN", "INO", "CART")


def relapse_without_diagnosis() -> Story:
    story = adult("1984-02-11").front_line("2023-10-05", "2025-12-20").remission("2023-11-15", 1)
    return story.marrow(RELAPSE, 30, flow=30).work_up()


# --- G-01 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_G_01_no_diagnosis_no_card(policy: Policy) -> None:
    answer = relapse_without_diagnosis().ask(policy)
    assert answer.cards == set()
    assert answer.applies("G-01")


@pytest.mark.parametrize(
    "disease",
    [
        Disease.OTHER_ACUTE_LEUKAEMIA,
        Disease.LYMPHOBLASTIC_LYMPHOMA,
        Disease.MIXED_PHENOTYPE,
        Disease.MATURE_B,
    ],
    ids=lambda disease: disease.name,
)
def test_G_01_another_disease_is_never_ALL(disease: Disease) -> None:
    story = relapse_without_diagnosis().condition(
        "2023-10-05", disease=disease, lineage=Lineage.B, precursor=Tri.MET
    )
    assert story.ask().cards == set()


def test_G_01_provisional_entry_alone_is_no_diagnosis() -> None:
    provisional = relapse_without_diagnosis().diagnosed("2023-10-05", confirmed=False)
    assert provisional.ask().cards == set()
    assert provisional.diagnosed("2023-10-05").ask().strength("BLIN") == "EVAL"


def test_G_01_provisional_relapse_code_adds_nothing() -> None:
    """A "rule out relapse" beside a confirmed leukaemia in long remission."""
    story = child_second_remission().coded_relapse("2026-06-10", confirmed=False).mrd_negative()
    assert story.ask().ds == "CR2"


@pytest.mark.parametrize(
    "status",
    [ClinicalStatus.RESOLVED, ClinicalStatus.REMISSION, ClinicalStatus.INACTIVE],
    ids=lambda status: status.value,
)
def test_G_01_resolved_ALL_is_still_a_history_of_ALL(status: ClinicalStatus) -> None:
    story = relapse_without_diagnosis().diagnosed("2023-10-05", status=status)
    assert story.ask().strength("BLIN") == "EVAL"


# --- G-02 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("deceased", [True, "2026-06-14", "2026-06-15", "2026-05", "2025"])
def test_G_02_deceased(deceased: str | bool) -> None:
    answer = adult_first_relapse().died(deceased).ask()
    assert answer.cards == set()
    assert answer.applies("G-02")


@pytest.mark.parametrize("deceased", [False, "2026-06-16", "2026-07", "2027"])
def test_G_02_a_death_after_T0_has_not_happened(deceased: str | bool) -> None:
    assert adult_first_relapse().died(deceased).ask().strength("BLIN") == "EVAL"


def test_G_02_comfort_care_only() -> None:
    story = adult_first_relapse()
    answer = story.plan("2026-06-12", comfort_care=True, text="Comfort care").ask()
    assert answer.cards == set()
    assert answer.applies("G-02")


def test_G_02_comfort_care_that_begins_after_T0_is_not_in_force() -> None:
    story = adult_first_relapse().plan("2026-06-16", comfort_care=True, text="Comfort care")
    assert story.ask().strength("BLIN") == "EVAL"


# --- G-03, CONF-03 -------------------------------------------------------------------------------


def aml(story: Story, onset: str, *, confirmed: bool = True) -> Story:
    return story.condition(
        onset, disease=Disease.OTHER_ACUTE_LEUKAEMIA, confirmed=confirmed, text="AML"
    )


def test_G_03_CONF_03_newer_leukaemia_of_another_lineage() -> None:
    answer = aml(adult_first_relapse(), "2026-06-10").ask()
    assert answer.cards == {"CONFLICT"}
    assert answer.applies("G-03")
    assert "CONF-03" in {rule.rule for rule in answer.notice("CONFLICT").rules} | set(
        answer.lines("CONFLICT")
    )
    assert "D-LINEAGE" in answer.requests("CONFLICT")


def test_G_03_an_older_leukaemia_of_another_lineage_does_not_stop() -> None:
    assert aml(adult_first_relapse(), "2015-03-01").ask().strengths == "EVAL EVAL CONS CONS"


def test_G_03_a_provisional_one_does_not_stop() -> None:
    answer = aml(adult_first_relapse(), "2026-06-10", confirmed=False).ask()
    assert answer.strengths == "EVAL EVAL CONS CONS"


# --- G-04 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("precursor", "cards"), [(Tri.NOT_MET, set()), (Tri.UNKNOWN, {"DATA"})], ids=["G-04", "G-08"]
)
def test_G_04_G_08_B_lineage_that_is_not_shown_to_be_precursor(
    precursor: Tri, cards: set[str]
) -> None:
    story = relapse_without_diagnosis().diagnosed("2023-10-05", precursor=precursor)
    answer = story.ask()
    assert answer.cards == cards
    assert answer.applies("G-04" if precursor is Tri.NOT_MET else "G-08")


def test_G_08_precursor_unknown_in_remission_is_silent() -> None:
    story = adult_second_remission().without(type(adult().diagnosed("2024").facts[0]))
    story = story.diagnosed("2024-01-10", precursor=Tri.UNKNOWN).mrd("2026-06-05", "0.5")
    assert story.ask().cards == set()


# --- G-05, CONF-01 -------------------------------------------------------------------------------


def unspecified(story: Story) -> Story:
    return story.condition("2023-10-05", text="ALL")


def test_G_05_lineage_unknown_in_relapse_asks_for_the_immunophenotype_only() -> None:
    answer = unspecified(relapse_without_diagnosis()).ask()
    assert answer.cards == {"DATA"}
    assert answer.requests("DATA") == {"D-LINEAGE"}
    assert answer.applies("G-05")


def test_G_05_lineage_unknown_in_possible_relapse() -> None:
    story = adult().front_line("2023-10-05", "2025-12-20").remission("2023-11-15", 1)
    answer = unspecified(story).marrow(RELAPSE, 8).ask()
    assert answer.cards == {"DATA"}
    assert "D-LINEAGE" in answer.requests("DATA")


def test_G_05_lineage_unknown_otherwise_is_silent() -> None:
    story = adult().front_line("2024-01-10", "2025-12-01").remission("2024-02-20", 1)
    story = unspecified(story).marrow("2026-01-15", 55, flow=55)
    story = story.reinduction("2026-01-20", "2026-02-28").remission("2026-03-10", 2)
    answer = story.mrd("2026-06-05", "0.5").ask()
    assert answer.cards == set()
    assert answer.applies("G-05")


def test_G_05_a_report_of_the_immunophenotype_settles_the_lineage() -> None:
    story = unspecified(relapse_without_diagnosis())
    story = story.phenotype(RELAPSE, "CD10 CD19 CD22 CD34 CD79A TDT", "CYCD3 MPO SIG")
    assert story.ask().strength("BLIN") == "EVAL"


def test_G_05_a_preliminary_report_does_not() -> None:
    story = unspecified(relapse_without_diagnosis())
    story = story.phenotype(RELAPSE, "CD10 CD19 CD34 CD79A TDT", "CYCD3 MPO SIG", final=False)
    assert story.ask().cards == {"DATA"}


def test_CONF_01_two_codes_disagree_on_lineage() -> None:
    story = adult_first_relapse().diagnosed_t("2023-10-06")
    answer = story.ask()
    assert answer.assessment.state.lineage == "U"
    assert answer.cards == {"CONFLICT", "DATA"}
    assert "D-LINEAGE" in answer.all_requests
    assert answer.applies("CONF-01")


def test_CONF_01_code_and_immunophenotype_disagree() -> None:
    story = adult_first_relapse().phenotype(RELAPSE, "CYCD3 CD2 CD5 CD7 TDT", "CD19 CD79A MPO")
    assert story.ask().cards == {"CONFLICT", "DATA"}


def test_CONF_01_mixed_phenotype_beside_a_B_code() -> None:
    story = adult_first_relapse().condition("2023-10-05", disease=Disease.MIXED_PHENOTYPE)
    answer = story.ask()
    assert answer.assessment.state.lineage == "U"
    assert not answer.cards & set(IMMUNO)


def test_CONF_01_precursor_status_disagrees() -> None:
    story = adult_first_relapse().diagnosed("2023-10-06", precursor=Tri.NOT_MET)
    answer = story.ask()
    assert answer.assessment.state.lineage == "U"
    assert "CONFLICT" in answer.cards
    assert not answer.cards & set(IMMUNO)


def test_CONF_01_silent_sources_do_not_disagree() -> None:
    """An ICD-10-CM code without lineage beside the coded B-ALL."""
    assert unspecified(adult_first_relapse()).ask().strength("BLIN") == "EVAL"


def test_E_02_an_undecided_immunophenotype_leaves_the_code_standing() -> None:
    story = adult_first_relapse().phenotype(RELAPSE, "CD34 TDT")
    assert story.ask().strength("BLIN") == "EVAL"


def test_E_02_loss_of_CD19_after_directed_therapy_is_no_change_of_lineage() -> None:
    story = adult_first_relapse(but="cd19").car_t("2026-01-05").cd19(RELAPSE, None, share=1)
    story = story.phenotype(RELAPSE, "CD10 CD22 CD34 CD79A TDT", "CD19 CYCD3 MPO SIG")
    answer = story.ask()
    assert answer.assessment.state.lineage == "B"
    assert answer.strengths.split()[:3] == ["NOT", "EVAL", "NOT"]


# --- G-06 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_G_06_T_lineage_gets_transplant_and_context_only(policy: Policy) -> None:
    answer = t_cell_relapse().cd19(RELAPSE).cd22(RELAPSE).ask(policy)
    assert answer.strengths == "NOT NOT NOT CONS"
    assert all(answer.option(name).silent for name in IMMUNO)
    assert answer.cards == {"HSCT", "CTX"}


def test_G_06_T_lineage_in_remission_with_MRD() -> None:
    story = child().diagnosed_t("2024-03-10").front_line("2024-03-10", "2025-12-20")
    story = story.remission("2024-04-12", 1).marrow("2025-12-20", 62, flow=62)
    story = story.reinduction("2025-12-27", "2026-02-25").remission("2026-03-01", 2)
    answer = story.mrd("2026-06-05", "0.5").ask()
    assert answer.strengths == "NOT NOT NOT EVAL"
    assert all(answer.option(name).silent for name in IMMUNO)


def test_G_06_T_lineage_in_first_remission_without_MRD_is_silent() -> None:
    story = child().diagnosed_t("2026-02-10").front_line("2026-02-12").remission("2026-04-01", 1)
    assert story.ask().cards == set()


# --- G-07 ----------------------------------------------------------------------------------------


def test_G_07_new_leukaemia_under_induction() -> None:
    story = (
        child().diagnosed("2026-06-01").front_line("2026-06-02").marrow("2026-06-01", 90, flow=90)
    )
    answer = story.work_up("2026-06-01").ask()
    assert answer.ds == "NOT_RR"
    assert answer.cards == set()
    assert answer.applies("G-07")


def test_G_07_relapse_is_in_scope() -> None:
    assert child_first_relapse().ask().cards == {"BLIN", "INO", "HSCT", "CTX"}


# --- G-09 ----------------------------------------------------------------------------------------


def long_remission(cr2: str | None) -> Story:
    """Late first marrow relapse in January 2024 (S2), second remission since ``cr2``."""
    story = (
        child("2012-01-20")
        .diagnosed("2019-05-01")
        .front_line("2019-05-01", "2021-08-01")
        .remission("2019-06-05", 1)
        .marrow("2024-01-10", 60, flow=60)
        .work_up("2024-01-10", but="cd19")
        .reinduction("2024-01-16", "2024-02-25")
    )
    return story.remission(cr2, 2).cd19(days_before(60))


@pytest.mark.parametrize(
    ("ago", "blin", "hsct"), [(364, "CONS", "CAD"), (365, "CONS", "CAD"), (366, "NOT", "NOT")]
)
def test_G_09_a_year_after_reaching_remission(ago: int, blin: str, hsct: str) -> None:
    answer = long_remission(days_before(ago)).ask()
    assert (answer.strength("BLIN"), answer.strength("HSCT")) == (blin, hsct)
    if ago > 365:
        assert answer.cards == set()
        assert answer.option("BLIN").silent
        assert answer.option("HSCT").silent


def test_G_09_negative_MRD_in_long_remission_is_silent() -> None:
    assert long_remission("2024-05-01").mrd_negative().ask().cards == set()


def test_G_09_low_positive_MRD_is_not_POS() -> None:
    answer = long_remission("2024-05-01").mrd("2026-06-05", "0.005").ask()
    assert answer.mrd == "LOWPOS"
    assert answer.cards == set()


@pytest.mark.parametrize(
    ("mrd", "blin", "hsct"), [("0.05", "NOT", "CONS"), ("0.1", "EVAL", "EVAL")]
)
def test_G_09_positive_MRD_reopens_the_rules(mrd: str, blin: str, hsct: str) -> None:
    answer = long_remission("2024-05-01").mrd("2026-06-05", mrd).ask()
    assert (answer.strength("BLIN"), answer.strength("HSCT")) == (blin, hsct)


def test_G_09_stale_positive_MRD_is_no_MRD() -> None:
    assert long_remission("2024-05-01").mrd("2026-05-01", "0.5").ask().cards == set()


def test_G_09_long_remission_in_an_adult_and_in_CR3() -> None:
    story = adult().diagnosed("2020-01-10").front_line("2020-01-12", "2022-01-01")
    story = story.remission("2020-02-20", 1).marrow("2023-01-15", 55, flow=55)
    story = story.reinduction("2023-01-20", "2023-02-28").remission("2023-03-10", 2)
    assert story.ask().cards == set()
    story = third_remission().seen_on("2027-04-10")
    assert story.ask().strength("HSCT") == "EVAL"
    assert story.seen_on("2027-04-11").ask().cards == set()


def test_G_09_second_remission_known_without_its_date_is_not_silent() -> None:
    """ "CR2" without a date after an old relapse: something is asked for, nothing is certain."""
    answer = long_remission(None).ask()
    assert answer.all_requests & {"D-CRDATE", "D-BM"}
    assert "EVAL" not in answer.strengths


def test_G_09_partial_date_that_spans_the_limit_is_unknown() -> None:
    answer = long_remission("2025-06").ask()
    assert answer.strength("BLIN") == "CAD"
    assert "D-CRDATE" in answer.all_requests


def test_G_09_first_remission_is_not_touched() -> None:
    story = first_remission().mrd("2026-06-05", "0.3")
    assert story.ask().strength("BLIN") == "EVAL"


@pytest.mark.parametrize("method", [Method.FLOW, Method.NGS])
def test_G_09_EU_child_with_high_risk_first_relapse(method: Method) -> None:
    """BL-09 too is closed a year after the remission, unless MRD is positive."""
    story = (
        child("2012-01-20")
        .diagnosed("2022-05-01")
        .front_line("2022-05-01", "2023-12-20")
        .remission("2022-06-05", 1)
        .marrow("2024-01-10", 60, flow=60)
        .work_up("2024-01-10", but="cd19")
        .reinduction("2024-01-16", "2024-02-25")
        .remission("2024-03-01", 2)
        .cd19(days_before(30))
    )
    assert story.ask(EU).cards == set()
    positive = story.mrd("2026-06-05", "0.05", method=method).ask(EU)
    assert positive.strength("HSCT") == "EVAL"


def test_G_09_CONF_04_contradictory_MRD_in_long_remission() -> None:
    """Neither negative nor positive: no therapy, but the contradiction is shown."""
    story = long_remission("2024-05-01").mrd("2026-06-05", "0.5", method=Method.NGS)
    answer = story.mrd("2026-06-05", sens="0.01").ask()
    assert answer.mrd == "UNK"
    assert answer.cards == {"CONFLICT"}
    assert answer.requests("CONFLICT") == {"D-MRD"}


def test_G_05_lineage_unknown_in_an_unknown_state_is_silent() -> None:
    """G-05 names active and possible relapse only."""
    story = unspecified(adult()).marrow(RELAPSE, 40, flow=40)
    assert story.ask().ds == "UNKNOWN"
    assert story.ask().cards == set()


def test_G_06_T_lineage_in_possible_relapse_gets_the_confirm_card() -> None:
    story = child().diagnosed_t("2024-03-10").front_line("2024-03-10").remission("2024-04-12", 1)
    assert story.marrow(RELAPSE, 8).ask().cards == {"CONFIRM"}


def test_G_02_death_recorded_with_the_year_of_T0_only() -> None:
    """Deaths are recorded after they happened: nothing is suggested for the dead."""
    assert adult_first_relapse().died("2026").ask().cards == set()


def test_G_02_comfort_care_that_has_ended() -> None:
    story = adult_first_relapse().plan("2026-01-10", "2026-03-01", comfort_care=True)
    assert story.ask().strength("BLIN") == "EVAL"


@pytest.mark.parametrize(
    ("until", "running", "stops"),
    [
        pytest.param("2026-06-15", False, True, id="ends-today"),
        pytest.param("2026-06-14", False, False, id="ended-yesterday"),
        pytest.param("2026-06", False, True, id="ends-in-this-month"),
        pytest.param("2026-09-01", False, True, id="ends-later"),
        pytest.param(None, False, True, id="no-end-recorded"),
        pytest.param("2026-06-14", True, True, id="still-active-after-its-planned-end"),
    ],
)
def test_G_02_comfort_care_in_force_on_the_day(
    until: str | None, running: bool, stops: bool
) -> None:
    story = adult_first_relapse().plan("2026-05-01", until, comfort_care=True, running=running)
    assert story.ask().applies("G-02") is stops
    assert (story.ask().cards == set()) is stops


@pytest.mark.parametrize(
    ("start", "stops"),
    [("2026-06-15", True), ("2026-06-16", False), (None, True), ("2026-06", True)],
)
def test_G_02_comfort_care_from_its_first_day(start: str | None, stops: bool) -> None:
    story = adult_first_relapse().plan(start, None, comfort_care=True)
    assert story.ask().applies("G-02") is stops


def test_G_08_asks_nothing_of_T_lineage() -> None:
    """A code for T-ALL says nothing on B precursors; G-06 goes on with transplant and context."""
    story = child().condition("2024-03-10", lineage=Lineage.T, text="T-ALL")
    story = story.front_line("2024-03-10").remission("2024-04-12", 1).marrow(RELAPSE, 40, flow=40)
    answer = story.work_up(but="cd19 cd22 ph").ask()
    assert answer.cards == {"HSCT", "CTX"}
    assert not answer.applies("G-08")

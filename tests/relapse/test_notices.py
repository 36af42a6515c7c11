"""Cards without a therapy, and what the record does not hold (CARD-02, CONF, DATA, E-26)."""

from __future__ import annotations

from collections import Counter

import pytest

from relapse.facts import (
    Agent,
    Donor,
    DrugUse,
    Expression,
    Given,
    Lesion,
    Method,
    Section,
    Sex,
    StopReason,
    TreatmentPlan,
)
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
    adult_short_remission,
    child,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
    person,
    second_relapse,
    t_cell_relapse,
    third_remission,
)

STORIES = {
    "child": child_first_relapse(),
    "adult": adult_first_relapse(),
    "second": second_relapse(),
    "T": t_cell_relapse(),
    "CR1": first_remission().mrd("2026-06-05", "0.3"),
    "CR2": adult_second_remission().mrd("2026-06-05", "0.3"),
    "CR3": third_remission(),
    "low MRD": first_remission().mrd("2026-06-05", "0.05"),
    "possible": child_first_relapse(blasts=0).marrow("2026-06-12", 8),
}


# --- CARD-02, CARD-04, CARD-06 -------------------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_CARD_02_at_most_one_card_of_each_class(story: Story, policy: Policy) -> None:
    assessment = story.ask(policy).assessment
    assert max(Counter(item.kind for item in assessment.notices).values(), default=1) == 1
    assert max(Counter(item.option for item in assessment.considerations).values(), default=1) == 1


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_CARD_03_every_option_names_its_rules_and_every_NOT_its_reason(
    story: Story, policy: Policy
) -> None:
    for item in story.ask(policy).assessment.considerations:
        assert item.rules
        assert bool(item.reason) is (item.strength.name == "NOT")


@pytest.mark.parametrize(
    ("but", "name"), [("cd19", "BLIN"), ("cd22", "INO"), ("cd19", "CART")], ids=str
)
def test_0_5_CAD_lists_what_it_waits_for(but: str, name: str) -> None:
    answer = adult_short_remission(but=but).ask()
    assert answer.strength(name) == "CAD"
    assert answer.gating(name)
    assert adult_short_remission().ask().gating(name) == set()


# --- CONF-03, CONF-09 ----------------------------------------------------------------------------


def test_CONF_09_doubtful_birth_date() -> None:
    """Conflicting birth dates reach the rules as none: age unknown, D-AGE."""
    answer = adult_short_remission().born(None).ask()
    assert answer.strengths.split()[:3] == ["CAD", "CAD", "CAD"]
    assert all("D-AGE" in answer.gating(name) for name in ("BLIN", "INO", "CART"))


def test_CONF_09_sex_unknown_asks_neither_for_testes_nor_for_pregnancy_as_certain() -> None:
    answer = adult_short_remission(but="testes").of_sex(None).ask()
    assert answer.strengths == adult_short_remission().ask().strengths


def test_CONF_one_card_for_all_contradictions() -> None:
    story = (
        adult_second_remission(but="cd19")
        .cd19("2026-04-02")
        .cd19("2026-04-10", Expression.NEGATIVE)
    )
    story = story.mrd("2026-06-05", "0.5", method=Method.NGS).mrd("2026-06-05", sens="0.01")
    answer = story.ask()
    assert answer.requests("CONFLICT") == {"D-CD19", "D-MRD"}
    assert answer.applies("CONF-02")
    assert answer.applies("CONF-04")


# --- DATA ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("but", "request_id", "names"),
    [
        ("cd19", "D-CD19", {"BLIN", "CART"}),
        ("cd22", "D-CD22", {"INO"}),
        ("liver", "D-LFT", {"INO"}),
        ("qtc", "D-QTC", {"INO"}),
        ("viral", "D-VIRAL", {"CART"}),
        ("fitness", "D-FIT", {"HSCT"}),
        ("cns", "D-CNS", {"CTX"}),
        ("testes", "D-TEST", {"CTX"}),
    ],
)
def test_DATA_which_option_asks_for_what(but: str, request_id: str, names: set[str]) -> None:
    answer = adult_short_remission(but=but).ask()
    for name in names:
        assert request_id in answer.requests(name)
    complete = adult_short_remission().ask()
    assert request_id not in complete.all_requests


@pytest.mark.parametrize(
    "but", ["liver", "qtc", "viral", "fitness", "cns", "testes", "wbc", "blood"]
)
def test_DATA_safety_and_logistics_never_gate(but: str) -> None:
    assert adult_short_remission(but=but).ask().strengths == "EVAL EVAL EVAL CONS"


def test_DATA_the_complete_work_up_leaves_only_the_donor_open() -> None:
    assert adult_short_remission().ask().all_requests == {"D-DONOR"}


def test_DATA_01_a_data_card_only_where_nothing_else_is_shown() -> None:
    assert "DATA" not in child_second_remission().ask().cards
    assert child_second_remission().ask().all_requests


# --- E-26, closed world --------------------------------------------------------------------------


def test_E_26_no_treatment_on_record_is_unknown_and_asked_for() -> None:
    story = child_first_relapse().without(TreatmentPlan)
    answer = story.ask()
    assert answer.product("tisa") == "CAD", "perhaps transplanted before the relapse"
    assert "D-PRIOR" in answer.all_requests
    known = child_first_relapse().ask()
    assert known.product("tisa") == "NOT"
    assert "D-PRIOR" not in known.all_requests


@pytest.mark.parametrize(
    "treated",
    [
        pytest.param(lambda s: s.front_line("2024-03-10"), id="plan"),
        pytest.param(
            lambda s: s.drug(Agent.OTHER_ANTILEUKAEMIC, "2024-03-12", "2024-04-02"), id="dose"
        ),
    ],
)
def test_E_26_any_treatment_closes_the_history(treated: object) -> None:
    assert callable(treated)
    story = treated(child_first_relapse().without(TreatmentPlan, DrugUse))
    assert story.ask().product("tisa") == "NOT"


@pytest.mark.parametrize(
    ("section", "tisa"),
    [(Section.PROCEDURES, "CAD"), (Section.RESULTS, "NOT")],
    ids=lambda value: getattr(value, "name", value),
)
def test_E_26_a_section_that_did_not_arrive_closes_nothing(section: Section, tisa: str) -> None:
    """Without the procedures nobody can say that there was no transplant."""
    answer = child_first_relapse().lacking(section).ask()
    assert answer.product("tisa") == tisa
    assert any(section.value in caveat for caveat in answer.assessment.state.caveats)


def test_E_26_missing_medications_leave_the_TKIs_open() -> None:
    story = adult_short_remission(but="ph").ph(Tri.MET)
    assert story.ask(EU).strength("INO") == "NOT"
    assert story.lacking(Section.MEDICATIONS).ask(EU).strength("INO") == "CAD"


def test_E_26_an_order_alone_is_no_proof_of_no_treatment() -> None:
    """Inotuzumab ordered, no dose recorded: history unknown, the old CD22 proves nothing."""
    story = adult_short_remission().drug(
        Agent.INOTUZUMAB, "2026-06-09", "2026-06-11", given=Given.ORDERED
    )
    assert story.ask().strength("INO") == "CAD"


def test_E_26_relapse_while_a_TKI_is_taken_counts_as_its_failure() -> None:
    story = adult_short_remission(but="ph").ph(Tri.MET, "2025-08-01")
    taking = story.tki(Agent.IMATINIB, "2025-08-10", "2026-06-10")
    assert taking.ask(EU).strength("INO") == "EVAL"
    before = story.tki(Agent.IMATINIB, "2025-08-10", "2025-12-01", stop=StopReason.INTOLERANT)
    assert before.ask(EU).strength("INO") == "NOT"


def test_E_26_transplant_of_unknown_donor_type_is_asked_for() -> None:
    answer = child_early_second_remission().transplant("2026-05-01", Donor.UNKNOWN).ask()
    assert "D-PRIOR" in answer.all_requests
    assert answer.strength("HSCT") in {"CAD", "CONS"}


# --- E-05, E-06 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lesion", [Lesion.PH_LIKE, Lesion.TP53, Lesion.HYPODIPLOID, Lesion.TCF3_HLF, Lesion.IKZF1]
)
def test_E_05_E_06_prognostic_lesions_change_no_option(lesion: Lesion) -> None:
    story = adult_short_remission()
    found = story.gene(RELAPSE, lesion, Tri.MET).ask()
    assert found.strengths == story.ask().strengths
    assert "CX-13" in found.lines("CTX")


# --- Scope ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", [Sex.FEMALE, Sex.OTHER, None])
def test_sex_does_not_change_an_option(sex: Sex | None) -> None:
    assert adult_short_remission().of_sex(sex).ask().strengths == "EVAL EVAL EVAL CONS"


def test_an_empty_chart_has_no_card() -> None:
    assert person(None).ask().cards == set()
    assert adult().ask(EU).cards == set()
    assert child().ask().assessment.considerations == ()

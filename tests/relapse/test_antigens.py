"""CD19 and CD22: what a result says, whether it still counts, and what follows (E-24, E-25, STALE,
CONF, AG, P-16, P-17).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import (
    Agent,
    BlastResult,
    CarTProduct,
    ClinicalStatus,
    Diagnosis,
    Expression,
    Given,
    ResponseStatement,
)
from relapse.logic import Interval, Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    RELAPSE,
    Answer,
    Story,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    between,
    child,
    days_before,
    exact,
    over,
    second_relapse,
    under,
)

POSITIVE, NEGATIVE = Expression.POSITIVE, Expression.NEGATIVE
PARTIAL, UNCLEAR = Expression.HETEROGENEOUS, Expression.UNCLEAR


def untested(**more: Any) -> Story:
    """Adult, first relapse nine months after remission; no antigen result."""
    return adult_short_remission(but="cd19 cd22", **more)


def with_both(story: Story, on: str | None, *args: Any, **more: Any) -> Story:
    return story.cd19(on, *args, **more).cd22(on, *args, **more)


def immunotherapy(answer: Answer) -> str:
    """BLIN INO CART."""
    return " ".join(answer.strengths.split()[:3])


# --- E-24, E-25, AG-01, AG-02, AG-04: what one result says ---------------------------------------


@pytest.mark.parametrize(
    ("reported", "share", "strength"),
    [
        pytest.param(POSITIVE, None, "EVAL", id="reported-positive"),
        pytest.param(NEGATIVE, None, "NOT", id="reported-negative"),
        pytest.param(PARTIAL, None, "CAD", id="partial"),
        pytest.param(UNCLEAR, None, "CAD", id="equivocal"),
        pytest.param(None, exact("19.9"), "NOT", id="19.9"),
        pytest.param(None, exact("20"), "EVAL", id="20"),
        pytest.param(None, exact("20.1"), "EVAL", id="20.1"),
        pytest.param(None, under("20"), "NOT", id="under-20"),
        pytest.param(None, over("19.9"), "CAD", id="over-19.9"),
        pytest.param(None, over("20"), "EVAL", id="over-20"),
        pytest.param(None, between(10, 30), "CAD", id="10-30"),
        pytest.param(POSITIVE, exact("98"), "EVAL", id="positive-98"),
        pytest.param(NEGATIVE, exact("2"), "NOT", id="negative-2"),
        pytest.param(PARTIAL, exact("60"), "CAD", id="partial-60"),
        pytest.param(None, None, "CAD", id="no-value"),
    ],
)
def test_E_24_AG_01_AG_02_AG_04_one_result(
    reported: Expression | None, share: Interval | None, strength: str
) -> None:
    answer = with_both(untested(), RELAPSE, reported, share=share).ask()
    assert immunotherapy(answer) == f"{strength} {strength} {strength}"
    assert answer.applies("AG-01") is (strength == "NOT")
    assert answer.applies("AG-02") is (strength == "NOT")
    assert answer.applies("AG-04") is (strength == "CAD")


@pytest.mark.parametrize(
    ("reported", "share"), [(POSITIVE, 5), (NEGATIVE, 60)], ids=["positive-5", "negative-60"]
)
def test_E_24_value_and_word_that_disagree_are_unknown(reported: Expression, share: int) -> None:
    answer = with_both(untested(), RELAPSE, reported, share=share).ask()
    assert immunotherapy(answer) == "CAD CAD CAD"


def test_POL_01_cut_off_of_the_site() -> None:
    story = with_both(untested(), RELAPSE, None, share=15)
    assert immunotherapy(story.ask()) == "NOT NOT NOT"
    policy = Policy(antigen_positive_fraction=Decimal("0.10"))
    assert immunotherapy(story.ask(policy)) == "EVAL EVAL EVAL"


def test_AG_04_not_tested_is_unknown_never_negative() -> None:
    answer = untested().ask()
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert "D-CD19" in answer.gating("BLIN")
    assert "D-CD19" in answer.gating("CART")
    assert "D-CD22" in answer.gating("INO")


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_AG_01_CD19_lost(policy: Policy) -> None:
    answer = second_relapse(but="cd19").cd19(RELAPSE, NEGATIVE).ask(policy)
    assert immunotherapy(answer) == "NOT EVAL NOT"
    assert "CD19" in answer.option("BLIN").reason
    assert "CD19" in answer.option("CART").reason


def test_AG_02_CD22_negative() -> None:
    answer = second_relapse(but="cd22").cd22(RELAPSE, NEGATIVE).ask()
    assert immunotherapy(answer) == "EVAL NOT EVAL"
    assert "CD22" in answer.option("INO").reason


def test_AG_03_CD19_lost_and_CD22_unknown() -> None:
    answer = untested().cd19(RELAPSE, NEGATIVE).ask()
    assert immunotherapy(answer) == "NOT CAD NOT"
    assert answer.applies("AG-03")
    assert "D-CD22" in answer.gating("INO")


def test_AG_03_needs_the_other_conditions_to_hold() -> None:
    story = untested(birth="2026-01-05").cd19(RELAPSE, NEGATIVE)
    infant = child("2025-08-01").diagnosed("2026-02-01").front_line("2026-02-02")
    infant = infant.refractory("2026-06-01").marrow(RELAPSE, 60, flow=60).cd19(RELAPSE, NEGATIVE)
    assert infant.ask().strength("INO") == "NOT"
    assert story.ask().strength("INO") == "NOT"


# --- STALE-01, STALE-02: of this relapse, and not too old ----------------------------------------


@pytest.mark.parametrize(
    ("before", "strength"), [(6, "EVAL"), (7, "EVAL"), (8, "CAD"), (400, "CAD")]
)
def test_STALE_01_a_week_before_the_relapse(before: int, strength: str) -> None:
    relapse = "2026-05-31"
    day = days_before(15 + before)
    answer = with_both(untested(relapse=relapse), day).ask()
    assert immunotherapy(answer) == f"{strength} {strength} {strength}"
    if strength == "CAD":
        assert answer.applies("STALE-01")


@pytest.mark.parametrize(
    ("age", "strength"), [(89, "EVAL"), (90, "EVAL"), (91, "CAD"), (95, "CAD")]
)
def test_STALE_02_90_days_in_active_disease(age: int, strength: str) -> None:
    relapse = days_before(95)
    story = untested(relapse=relapse, eot="2025-12-20").marrow(RELAPSE, 40, flow=40)
    answer = with_both(story, days_before(age)).ask()
    assert immunotherapy(answer) == f"{strength} {strength} {strength}"
    if strength == "CAD":
        assert answer.applies("STALE-02")
        assert {"D-CD19", "D-CD22"} <= answer.all_requests


def test_STALE_02_POL_06_age_of_the_site() -> None:
    story = untested(relapse=days_before(95), eot="2025-12-20").marrow(RELAPSE, 40, flow=40)
    story = with_both(story, days_before(92))
    assert immunotherapy(story.ask()) == "CAD CAD CAD"
    assert immunotherapy(story.ask(Policy(antigen_max_age_active=92))) == "EVAL EVAL EVAL"


def test_STALE_01_induction_failure_counts_from_the_diagnosis() -> None:
    story = child().diagnosed("2026-04-10").front_line("2026-04-12").refractory("2026-06-01")
    story = story.marrow(RELAPSE, 60, flow=60)
    assert immunotherapy(with_both(story, "2026-04-10").ask()) == "EVAL EVAL EVAL"
    assert immunotherapy(with_both(story, "2026-04-09").ask()) == "CAD CAD CAD"


def test_CONF_07_a_preliminary_result_is_unknown() -> None:
    answer = with_both(untested(), RELAPSE, final=False).ask()
    assert immunotherapy(answer) == "CAD CAD CAD"


def test_CONF_07_a_preliminary_result_does_not_contradict_a_final_one() -> None:
    story = with_both(untested(), RELAPSE)
    answer = with_both(story, "2026-06-10", NEGATIVE, final=False).ask()
    assert immunotherapy(answer) == "EVAL EVAL EVAL"
    assert "CONFLICT" not in answer.cards


def test_STALE_01_a_result_without_a_date_cannot_be_fresh() -> None:
    assert immunotherapy(with_both(untested(), None).ask()) == "CAD CAD CAD"


@pytest.mark.parametrize(
    ("month", "strength"), [("2026-05", "CAD"), ("2026-06", "EVAL"), ("2025", "CAD")]
)
def test_STALE_01_only_the_month_of_the_sample_is_known(month: str, strength: str) -> None:
    """Relapse on 5 June: all of June is new enough, May perhaps, 2025 is not."""
    answer = with_both(untested(relapse="2026-06-05"), month).ask()
    assert answer.strength("BLIN") == strength
    assert answer.strength("INO") == strength


# --- STALE-10: an old negative is unknown, and named ---------------------------------------------


def test_STALE_10_a_stale_negative_is_unknown_and_noted() -> None:
    answer = with_both(untested(), "2025-08-01", NEGATIVE).ask()
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert answer.effect("P-16", "BLIN") == answer.effect("P-16", "CART") == {"note"}
    assert answer.effect("P-17", "INO") == {"note"}
    texts = [p.text for p in answer.option("BLIN").precautions if p.id == "P-16"]
    assert "2025-08-01" in texts[0]


def test_STALE_10_not_after_a_valid_result() -> None:
    story = with_both(untested(), "2025-08-01", NEGATIVE)
    answer = with_both(story, RELAPSE).ask()
    assert immunotherapy(answer) == "EVAL EVAL EVAL"
    assert answer.effect("P-16", "BLIN") == set()
    assert answer.effect("P-17", "INO") == set()


def test_STALE_10_a_stale_positive_raises_nothing() -> None:
    answer = with_both(untested(), "2025-08-01").ask()
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert answer.effect("P-16", "BLIN") == set()


def test_STALE_10_P_16_prior_therapy_and_an_earlier_negative_warn() -> None:
    story = untested().car_t("2026-01-10").cd19("2026-02-01", NEGATIVE)
    answer = story.cd22(RELAPSE).ask()
    assert answer.strength("BLIN") == "CAD"
    assert answer.effect("P-16", "BLIN") == {"warn"}


def test_P_16_P_17_partial_expression_is_noted() -> None:
    answer = with_both(untested(), RELAPSE, PARTIAL).ask()
    assert answer.effect("P-16", "BLIN") == answer.effect("P-16", "CART") == {"note"}
    assert answer.effect("P-17", "INO") == {"note"}


# --- CONF-02, CONF-06, CONF-08 -------------------------------------------------------------------


def both_results(first: Expression, second: Expression, apart: int) -> Answer:
    story = untested(relapse="2026-05-20")
    story = with_both(story, days_before(2 + apart), first)
    return with_both(story, days_before(2), second).ask()


@pytest.mark.parametrize("apart", [0, 3, 13, 14])
@pytest.mark.parametrize(
    ("first", "second"), [(POSITIVE, NEGATIVE), (NEGATIVE, POSITIVE)], ids=["lost", "found"]
)
def test_CONF_02_opposite_results_within_14_days(
    first: Expression, second: Expression, apart: int
) -> None:
    answer = both_results(first, second, apart)
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert "CONFLICT" in answer.cards
    assert {"D-CD19", "D-CD22"} <= answer.requests("CONFLICT")
    assert answer.applies("CONF-02")


@pytest.mark.parametrize(
    ("first", "second", "strength"), [(POSITIVE, NEGATIVE, "NOT"), (NEGATIVE, POSITIVE, "EVAL")]
)
def test_CONF_06_15_days_apart_the_newest_wins(
    first: Expression, second: Expression, strength: str
) -> None:
    answer = both_results(first, second, 15)
    assert immunotherapy(answer) == f"{strength} {strength} {strength}"
    assert "CONFLICT" not in answer.cards


@pytest.mark.parametrize("apart", [0, 14])
@pytest.mark.parametrize(
    ("first", "second"), [(POSITIVE, PARTIAL), (PARTIAL, POSITIVE)], ids=["then-HET", "HET-first"]
)
def test_CONF_08_partial_beside_positive_is_partial(
    first: Expression, second: Expression, apart: int
) -> None:
    answer = both_results(first, second, apart)
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert answer.effect("P-16", "BLIN") == {"note"}


def test_CONF_08_15_days_apart_the_newest_wins() -> None:
    assert immunotherapy(both_results(PARTIAL, POSITIVE, 15)) == "EVAL EVAL EVAL"
    assert immunotherapy(both_results(POSITIVE, PARTIAL, 15)) == "CAD CAD CAD"


def test_CONF_02_only_valid_results_can_contradict() -> None:
    """Negative ten days before the relapse does not count, so there is no contradiction."""
    story = with_both(untested(relapse=RELAPSE), "2026-05-29", NEGATIVE)
    answer = with_both(story, RELAPSE).ask()
    assert immunotherapy(answer) == "EVAL EVAL EVAL"
    assert "CONFLICT" not in answer.cards


def test_CONF_02_POL_09_window_of_the_site() -> None:
    story = untested(relapse="2026-05-20")
    story = with_both(with_both(story, "2026-06-03", NEGATIVE), "2026-06-13", POSITIVE)
    assert "CONFLICT" in story.ask().cards
    assert immunotherapy(story.ask(Policy(antigen_conflict_window=9))) == "EVAL EVAL EVAL"


def test_CONF_02_agreeing_results_are_one_answer() -> None:
    assert immunotherapy(both_results(POSITIVE, POSITIVE, 3)) == "EVAL EVAL EVAL"
    assert immunotherapy(both_results(NEGATIVE, NEGATIVE, 3)) == "NOT NOT NOT"


def test_CONF_02_an_equivocal_result_newer_than_a_positive_one() -> None:
    answer = both_results(POSITIVE, UNCLEAR, 2)
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert "CONFLICT" not in answer.cards


def test_CONF_02_one_antigen_does_not_touch_the_other() -> None:
    story = adult_first_relapse(but="cd22").cd22(RELAPSE).cd22("2026-06-11", NEGATIVE)
    answer = story.ask()
    assert immunotherapy(answer) == "EVAL CAD CONS"
    assert answer.requests("CONFLICT") == {"D-CD22"}


# --- The other side of each condition ------------------------------------------------------------


def test_E_24_reported_partial_outweighs_the_share() -> None:
    """60 % positive, reported as partial: partial, with its note."""
    answer = with_both(untested(), RELAPSE, PARTIAL, share=60).ask()
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert answer.effect("P-16", "BLIN") == {"note"}
    assert answer.effect("P-17", "INO") == {"note"}


def test_E_24_value_and_word_that_disagree_are_not_partial() -> None:
    answer = with_both(untested(), RELAPSE, NEGATIVE, share=60).ask()
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert answer.effect("P-16", "BLIN") == set()


def test_CARD_06_a_preliminary_result_is_called_so() -> None:
    used = untested().cd19(RELAPSE, final=False).ask().rule("BL-01").criteria[2].facts
    assert [fact.text for fact in used] == ["CD19 positive, preliminary"]
    final = untested().cd19(RELAPSE).ask().rule("BL-01").criteria[2].facts
    assert [fact.text for fact in final] == ["CD19 positive"]


def test_STALE_10_a_preliminary_negative_is_no_earlier_negative() -> None:
    answer = with_both(untested(), RELAPSE, NEGATIVE, final=False).ask()
    assert immunotherapy(answer) == "CAD CAD CAD"
    assert answer.effect("P-16", "BLIN") == set()
    assert answer.effect("P-17", "INO") == set()


def test_CONF_02_a_result_known_to_the_month_may_lie_within_the_window() -> None:
    story = adult_short_remission(but="cd19 cd22", relapse="2026-05-20")
    answer = story.cd19("2026-05-25").cd19("2026-06", NEGATIVE).ask()
    assert answer.strength("BLIN") == "CAD"
    assert answer.applies("CONF-02")


def test_STALE_01_relapse_without_a_date() -> None:
    """Whether the specimen is of this relapse cannot be said."""
    story = adult_first_relapse(but="cd19 cd22").without(BlastResult, Diagnosis)
    story = story.diagnosed("2023-10-05", status=ClinicalStatus.RELAPSE)
    story = story.without(ResponseStatement)
    answer = with_both(story, RELAPSE).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.gating("BLIN") >= {"D-CD19"}
    assert answer.gating("INO") >= {"D-CD22"}


def test_STALE_01_induction_failure_without_a_date_of_diagnosis() -> None:
    """Nothing came before that could be an earlier episode."""
    story = child().diagnosed(None).front_line("2026-04-01").refractory("2026-06-10")
    story = story.marrow(RELAPSE, 40, flow=40).work_up()
    assert story.ask().strengths == "EVAL EVAL EVAL CONS"


def test_P_16_a_plan_that_names_blinatumomab_is_prior_therapy() -> None:
    story = untested().plan("2025-11-01", "2025-12-01", Agent.BLINATUMOMAB)
    answer = with_both(story, RELAPSE).ask()
    assert answer.effect("P-16", "BLIN") == {"note"}
    assert answer.effect("P-17", "INO") == set()


def test_P_16_CAR_T_against_another_target_is_not_named() -> None:
    story = untested().car_t("2025-12-01", CarTProduct.OTHER, cd19=Tri.NOT_MET, cd22=Tri.MET)
    answer = with_both(story, RELAPSE).ask()
    assert answer.effect("P-16", "BLIN") == set()
    assert answer.effect("P-17", "INO") == {"note"}


def test_STALE_03_single_doses_on_known_days() -> None:
    """Administrations without an end: the day of each is its last."""
    story = untested()
    for day in ("2025-12-01", "2025-12-02", "2025-12-03"):
        story = story.drug(Agent.BLINATUMOMAB, day)
    assert with_both(story, RELAPSE).ask().strength("BLIN") == "EVAL"
    assert with_both(story, "2025-12-03").ask().strength("BLIN") == "CAD"


def test_AG_05_not_in_remission() -> None:
    story = adult_second_remission(but="cd19").car_t("2025-06-01").mrd("2026-06-05", "0.5")
    answer = story.ask()
    assert answer.strength("BLIN") == "CAD"
    assert not answer.applies("AG-05")


def test_AG_04_is_named_on_the_option_that_waits() -> None:
    def rules(name: str, but: str) -> set[str]:
        answer = adult_short_remission(but=but).ask()
        return {item.rule for item in answer.option(name).rules}

    assert "AG-04" in rules("BLIN", "cd19")
    assert "AG-04" in rules("CART", "cd19")
    assert "AG-04" not in rules("INO", "cd19")
    assert "AG-04" in rules("INO", "cd22")
    assert "AG-04" not in rules("BLIN", "cd22")


@pytest.mark.parametrize(
    ("on", "rule"),
    [("2026-05-31", "STALE-01"), ("2026-03-16", "STALE-02")],
)
def test_STALE_01_STALE_02_each_names_itself_only(on: str, rule: str) -> None:
    """A week and a day before the relapse; 91 days old in a relapse of that length."""
    relapse = RELAPSE if rule == "STALE-01" else "2026-03-10"
    story = adult_short_remission(but="cd19 cd22", relapse=relapse, eot="2026-03-01")
    answer = with_both(story, on).marrow(RELAPSE, 30, flow=30).ask()
    for name in ("BLIN", "INO"):
        named = {item.rule for item in answer.option(name).rules}
        assert named & {"STALE-01", "STALE-02", "STALE-03", "CONF-02"} == {rule}


def test_STALE_03_an_order_beside_administered_doses() -> None:
    """The doses say when it was given; the order adds nothing."""
    story = untested().drug(Agent.BLINATUMOMAB, "2025-12-01", "2025-12-28")
    story = story.drug(Agent.BLINATUMOMAB, "2025-11-28", given=Given.ORDERED)
    assert with_both(story, RELAPSE).ask().strength("BLIN") == "EVAL"


def test_STALE_01_the_reason_is_that_of_the_newest_result() -> None:
    story = untested().cd19("2025-08-01").cd19("2026-06-10", final=False)
    texts = [item.text for item in story.ask().option("BLIN").requests if item.id == "D-CD19"]
    assert texts[0].endswith("only a preliminary result")

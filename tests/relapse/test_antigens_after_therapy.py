"""Antigens after directed therapy (STALE-03, STALE-04) and in remission (STALE-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from relapse.facts import (
    Agent,
    AntigenResult,
    CarTProduct,
    Expression,
    Given,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    RELAPSE,
    Answer,
    Story,
    adult_second_remission,
    adult_short_remission,
    days_before,
    first_remission,
    second_relapse,
)

# --- STALE-03, STALE-04: after directed therapy --------------------------------------------------


def blinatumomab(story: Story, until: str | None, **more: Any) -> Story:
    return story.drug(Agent.BLINATUMOMAB, "2026-01-10", until, **more)


def relapse_after(therapy: Callable[[Story], Story], cd19: str, cd22: str = RELAPSE) -> Answer:
    return therapy(adult_short_remission(but="cd19 cd22")).cd19(cd19).cd22(cd22).ask()


@pytest.mark.parametrize(
    ("last_dose", "strength"),
    [("2026-06-07", "CONS"), ("2026-06-08", "CAD"), ("2026-06-09", "CAD")],
)
def test_STALE_03_CD19_after_the_last_dose_of_blinatumomab(last_dose: str, strength: str) -> None:
    """CONS: the relapse came within 30 days of the last dose (BL-11)."""
    answer = relapse_after(lambda s: blinatumomab(s, last_dose), RELAPSE)
    assert answer.strength("BLIN") == strength
    if strength == "CAD":
        assert answer.applies("STALE-03")
        assert answer.effect("P-16", "BLIN") == {"warn"}
        assert answer.effect("P-16", "CART") == {"warn"}
    else:
        assert answer.effect("P-16", "BLIN") == {"note"}


def test_STALE_03_a_running_infusion_has_no_last_dose_yet() -> None:
    answer = relapse_after(lambda s: blinatumomab(s, None, running=True), RELAPSE)
    assert answer.strength("BLIN") == "CAD"


def test_STALE_03_an_undated_dose_may_have_been_later() -> None:
    answer = relapse_after(lambda s: s.drug(Agent.BLINATUMOMAB, None), RELAPSE)
    assert answer.strength("BLIN") == "CAD"


def test_STALE_03_an_order_without_doses_was_perhaps_given() -> None:
    """Ordered after the sample, no administration on record: the sample proves nothing now."""
    answer = relapse_after(
        lambda s: s.drug(Agent.BLINATUMOMAB, "2026-06-10", "2026-06-12", given=Given.ORDERED),
        RELAPSE,
    )
    assert answer.strength("BLIN") == "CAD"
    assert answer.effect("P-16", "BLIN") == {"warn"}


@pytest.mark.parametrize(("infusion", "strength"), [("2026-06-07", "EVAL"), ("2026-06-08", "CAD")])
def test_STALE_03_CD19_after_CAR_T(infusion: str, strength: str) -> None:
    answer = relapse_after(lambda s: s.car_t(infusion), RELAPSE)
    assert answer.strength("BLIN") == strength


@pytest.mark.parametrize(
    ("cd19_directed", "strength"), [(Tri.MET, "CAD"), (Tri.NOT_MET, "EVAL"), (Tri.UNKNOWN, "CAD")]
)
def test_STALE_03_CAR_T_of_another_or_unknown_target(cd19_directed: Tri, strength: str) -> None:
    answer = relapse_after(
        lambda s: s.car_t("2026-06-10", CarTProduct.OTHER, cd19=cd19_directed), RELAPSE
    )
    assert answer.strength("BLIN") == strength


def test_STALE_03_says_nothing_on_CD22() -> None:
    answer = relapse_after(lambda s: blinatumomab(s, "2026-06-09"), RELAPSE)
    assert answer.strength("INO") == "EVAL"


@pytest.mark.parametrize(
    ("last_dose", "strength"),
    [("2026-06-07", "CONS"), ("2026-06-08", "CAD"), ("2026-06-09", "CAD")],
)
def test_STALE_04_CD22_after_the_last_dose_of_inotuzumab(last_dose: str, strength: str) -> None:
    answer = relapse_after(
        lambda s: s.drug(Agent.INOTUZUMAB, "2026-06-01", last_dose), RELAPSE, RELAPSE
    )
    assert answer.strength("INO") == strength
    assert answer.effect("P-17", "INO") == ({"warn"} if strength == "CAD" else {"note"})


def test_STALE_04_CD22_after_CD22_directed_CAR_T() -> None:
    answer = relapse_after(
        lambda s: s.car_t("2026-06-10", CarTProduct.OTHER, cd19=Tri.NOT_MET, cd22=Tri.MET), RELAPSE
    )
    assert answer.strength("INO") == "CAD"


def test_AG_05_P_16_relapse_after_CD19_therapy_with_CD19_unknown() -> None:
    answer = second_relapse(but="cd19").car_t("2024-06-01").ask()
    assert [answer.strength(name) for name in ("BLIN", "INO", "CART")] == ["CAD", "EVAL", "CAD"]
    assert answer.applies("AG-05")
    assert answer.effect("P-16", "BLIN") == answer.effect("P-16", "CART") == {"warn"}


def test_AG_05_not_without_earlier_CD19_therapy() -> None:
    answer = second_relapse(but="cd19").ask()
    assert [answer.strength(name) for name in ("BLIN", "INO", "CART")] == ["CAD", "EVAL", "CAD"]
    assert not answer.applies("AG-05")
    assert answer.effect("P-16", "BLIN") == set()


def test_AG_05_a_new_positive_result_settles_it() -> None:
    answer = second_relapse().car_t("2024-06-01").ask()
    assert answer.strength("BLIN") == "EVAL"
    assert not answer.applies("AG-05")
    assert answer.effect("P-16", "BLIN") == {"note"}


# --- STALE-06: CD19 in remission -----------------------------------------------------------------


def remission_untested() -> Story:
    """Adult in CR2 with MRD 0.5 %; relapse 2026-01-15."""
    return adult_second_remission(but="cd19 cd22").mrd("2026-06-05", "0.5")


@pytest.mark.parametrize(
    ("day", "strength"),
    [("2026-01-08", "EVAL"), ("2026-01-07", "CAD"), ("2026-01-15", "EVAL"), ("2024-01-10", "CAD")],
)
def test_STALE_06_collected_in_the_current_episode(day: str, strength: str) -> None:
    assert remission_untested().cd19(day).ask().strength("BLIN") == strength


@pytest.mark.parametrize(("age", "strength"), [(179, "EVAL"), (180, "EVAL"), (181, "CAD")])
def test_STALE_06_180_days(age: int, strength: str) -> None:
    story = adult_second_remission(but="cd19 cd22").seen_on("2026-09-01").mrd("2026-08-20", "0.5")
    answer = story.cd19(days_before(age, date(2026, 9, 1))).ask()
    assert answer.strength("BLIN") == strength


def test_STALE_06_POL_06_age_of_the_site() -> None:
    story = remission_untested().cd19("2026-01-15")
    assert story.ask(Policy(antigen_max_age_remission=151)).strength("BLIN") == "EVAL"
    assert story.ask(Policy(antigen_max_age_remission=150)).strength("BLIN") == "CAD"


def test_STALE_06_first_remission_counts_from_the_diagnosis() -> None:
    story = first_remission().without(AntigenResult).mrd("2026-06-05", "0.3")
    assert story.cd19("2026-03-05").ask().strength("BLIN") == "EVAL"
    assert story.cd19("2026-03-04").ask().strength("BLIN") == "CAD"
    assert story.ask().strength("BLIN") == "CAD"
    assert "D-CD19" in story.ask().gating("BLIN")


def test_STALE_06_blinatumomab_since_makes_it_unknown() -> None:
    story = remission_untested().cd19("2026-01-15")
    story = story.drug(Agent.BLINATUMOMAB, "2026-04-01", "2026-04-28")
    assert story.ask().strength("BLIN") == "CAD"


def test_STALE_06_a_negative_result_excludes_it_in_remission_too() -> None:
    answer = remission_untested().cd19("2026-01-15", Expression.NEGATIVE).ask()
    assert answer.strength("BLIN") == "NOT"

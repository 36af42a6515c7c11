"""Preliminary and unreadable results count for nothing and are not passed over (CONF-07,
CARD-04, CARD-06).
"""

from __future__ import annotations

import pytest

from relapse.facts import Antigen, BlastResult, Expression, Material, Provenance
from tests.relapse.patients import (
    Story,
    adult_first_relapse,
    child_second_remission,
    first_remission,
    when,
)


def told(story: Story) -> str:
    return " ".join(story.ask().assessment.state.caveats)


@pytest.mark.parametrize(
    ("day", "blasts", "said"),
    [
        pytest.param("2026-06-12", 60, True, id="newer"),
        pytest.param("2026-06-12", 5, True, id="at-5"),
        pytest.param("2026-06-12", "4.9", False, id="under-5"),
        pytest.param("2026-03-01", 60, False, id="older-than-a-final-marrow"),
    ],
)
def test_CONF_07_a_marrow(day: str, blasts: int | str, said: bool) -> None:
    story = child_second_remission().marrow("2026-06-05", 1)
    waiting = story.marrow(day, blasts, final=False)
    assert ("marrow blasts" in told(waiting)) is said
    assert waiting.ask().strengths == story.ask().strengths


def test_CONF_07_it_is_no_longer_told_when_it_is_final_or_old() -> None:
    story = child_second_remission().marrow("2026-06-12", 60, final=False)
    assert "marrow blasts 60 %" in told(story)
    assert "Preliminary" not in told(story.marrow("2026-06-12", 1))
    assert "Preliminary" not in told(story.seen_on("2026-09-11"))


def test_CONF_07_residual_disease() -> None:
    story = child_second_remission().mrd_negative("2026-06-05")
    assert "MRD 0.5 %" in told(story.mrd("2026-06-12", "0.5", final=False))
    assert told(story.mrd("2026-06-04", "0.5", final=False)) == told(story)
    assert told(story.mrd("2026-06-12", "0.005", final=False)) == told(story)


def test_CONF_07_loss_of_an_antigen() -> None:
    story = adult_first_relapse()
    lost = story.antigen(Antigen.CD19, "2026-06-14", Expression.NEGATIVE, final=False)
    assert "CD19 negative" in told(lost)
    assert lost.ask().strengths == story.ask().strengths


@pytest.mark.parametrize(
    ("day", "said"),
    [("2026-06-12", True), ("2026-06-05", False), ("2026-03-01", False)],
    ids=["newer", "same-day", "older"],
)
def test_CARD_04_a_marrow_that_cannot_be_read(day: str, said: bool) -> None:
    story = child_second_remission().marrow("2026-06-05", 1)
    unread = story.add(
        BlastResult(source=Provenance("Observation/m"), when=when(day), material=Material.MARROW)
    )
    assert ("Not readable and not counted: marrow blasts" in told(unread)) is said
    assert unread.ask().strengths == story.ask().strengths


def test_CONF_07_where_nothing_else_is_said_the_preliminary_marrow_is() -> None:
    story = first_remission()
    assert story.ask().cards == set()
    answer = story.marrow("2026-06-12", 60, final=False).ask()
    assert answer.cards == {"DATA"}
    assert answer.ds == "CR1"
    assert "preliminary marrow blasts 60 % on 2026-06-12" in answer.notice("DATA").summary
    assert story.marrow("2026-06-12", 60, final=False).marrow("2026-06-12", 1).ask().cards == set()

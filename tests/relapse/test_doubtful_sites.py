"""Findings in remission that may be leukaemia at another site (E-17, E-18)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from relapse.facts import CnsStatus, Site
from relapse.logic import Tri
from tests.relapse.patients import Story, child_second_remission, first_remission

MAY_BE = "May be leukaemia outside the marrow"


def told(story: Story) -> str:
    return " ".join(story.ask().assessment.state.caveats)


def with_cns2(story: Story, on: str = "2026-06-10") -> Story:
    return story.cns(CnsStatus.CNS2, on)


@pytest.mark.parametrize(
    "doubt",
    [
        pytest.param(with_cns2, id="CNS2"),
        pytest.param(lambda s: s.csf("2026-06-10", white=2, blasts=Tri.MET), id="blasts, 2 cells"),
        pytest.param(lambda s: s.testes(enlarged=True, on="2026-06-10"), id="enlarged testis"),
        pytest.param(
            lambda s: s.extramedullary(Site.TESTIS, "2026-06-10", proven=Tri.UNKNOWN),
            id="suspected diagnosis",
        ),
    ],
)
def test_a_doubt_is_told_and_changes_no_strength(doubt: Callable[[Story], Story]) -> None:
    story = child_second_remission()
    answer = doubt(story).ask()
    assert answer.strengths == story.ask().strengths
    assert answer.ds == "CR2"
    assert f"{MAY_BE}, neither proven nor excluded" in told(doubt(story))
    assert "2026-06-10" in told(doubt(story))
    assert MAY_BE not in told(story)


def test_a_doubt_ends_with_a_clear_examination_of_that_site() -> None:
    story = with_cns2(child_second_remission())
    assert MAY_BE in told(story.cns(CnsStatus.CNS1, "2026-06-09"))
    assert MAY_BE in told(story.testes(on="2026-06-12"))
    assert MAY_BE not in told(story.cns(CnsStatus.CNS1, "2026-06-12"))


@pytest.mark.parametrize(
    ("on", "said"), [("2026-06-10", True), ("2026-09-08", True), ("2026-09-09", False)]
)
def test_a_doubt_grows_old_with_POL_07(on: str, said: bool) -> None:
    assert (MAY_BE in told(with_cns2(child_second_remission()).seen_on(on))) is said


def test_a_doubt_from_before_the_remission_is_past() -> None:
    assert MAY_BE not in told(with_cns2(child_second_remission(), "2026-01-20"))


def test_where_nothing_else_is_said_the_doubt_is() -> None:
    story = first_remission()
    assert story.ask().cards == set()
    answer = with_cns2(story).ask()
    assert answer.cards == {"DATA"}
    assert "CNS status CNS2 on 2026-06-10" in answer.notice("DATA").summary
    assert [item.id for item in answer.notice("DATA").requests] == ["D-CNS"]
    enlarged = story.testes(enlarged=True, on="2026-06-10").ask()
    assert [item.id for item in enlarged.notice("DATA").requests] == ["D-TEST"]
    assert with_cns2(story).cns(CnsStatus.CNS1, "2026-06-12").ask().cards == set()


def test_a_result_that_only_cannot_be_read_is_no_doubt() -> None:
    """It is named as unread; a puncture of which cells alone are known says nothing either."""
    story = first_remission()
    assert story.cns(CnsStatus.UNCLEAR, "2026-06-10").ask().cards == set()
    assert story.csf("2026-06-10", white=2).ask().cards == set()

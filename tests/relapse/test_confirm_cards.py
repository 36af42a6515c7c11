"""What the card of a possible relapse says: why it is possible, never another reason (REL-03,
REL-04, REL-07, REL-12, REL-13, REL-16, POL-10, POL-12).
"""

from __future__ import annotations

import pytest

from relapse.facts import ClinicalStatus, Complication, Expression
from relapse.logic import Tri
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult,
    adult_first_relapse,
    adult_second_remission,
    first_remission,
)

BY_ONE_METHOD = adult_second_remission().marrow(RELAPSE, 8)
IN_BLOOD = adult_second_remission().blood(RELAPSE, 4)
STATED = adult_second_remission().refractory(RELAPSE)
DISPUTED = adult_first_relapse(relapse="2026-06-01").remission("2026-06-10", 2)
CODED = (
    adult()
    .diagnosed("2024-01-10", status=ClinicalStatus.RELAPSE, recorded="2026-06-01")
    .front_line("2024-01-12", "2025-12-01")
    .remission("2024-02-20", 1)
)


@pytest.mark.parametrize(
    ("story", "rule", "says", "requests"),
    [
        pytest.param(
            BY_ONE_METHOD,
            "REL-03",
            f"8 % by cytomorphology on {RELAPSE}, one method only",
            {"D-CONFIRM"},
            id="REL-03",
        ),
        pytest.param(IN_BLOOD, "REL-07", "lymphoblasts in blood", {"D-BM"}, id="REL-07"),
        pytest.param(CODED, "REL-16", "relapse code", {"D-CONFIRM", "D-BM"}, id="REL-16"),
        pytest.param(DISPUTED, "POL-10", "remission stated", {"D-CONFIRM", "D-BM"}, id="POL-10"),
        pytest.param(STATED, "POL-12", "refractory disease", {"D-CONFIRM", "D-BM"}, id="POL-12"),
    ],
)
def test_the_summary_gives_the_reason(
    story: Story, rule: str, says: str, requests: set[str]
) -> None:
    answer = story.ask()
    assert answer.cards == {"CONFIRM"}
    card = answer.notice("CONFIRM")
    assert {item.rule for item in card.rules} == {rule}
    assert says in card.summary
    assert answer.requests("CONFIRM") == requests


@pytest.mark.parametrize(
    ("story", "id", "reason"),
    [
        (BY_ONE_METHOD, "D-CONFIRM", "one method only"),
        (IN_BLOOD, "D-BM", "no marrow since"),
        (DISPUTED, "D-CONFIRM", "a remission is stated within days"),
        (STATED, "D-CONFIRM", "refractory disease is stated after"),
    ],
    ids=["REL-03", "REL-07", "POL-10", "POL-12"],
)
def test_a_request_gives_the_reason(story: Story, id: str, reason: str) -> None:
    card = story.ask().notice("CONFIRM")
    text = next(item.text for item in card.requests if item.id == id)
    assert reason in text
    assert all(
        "one method" not in item.text for item in card.requests if story is not BY_ONE_METHOD
    )


def test_REL_12_the_data_card_says_how_old_the_evidence_is() -> None:
    story = adult_first_relapse(relapse="2026-02-01").reinduction("2026-02-10", "2026-03-20")
    answer = story.ask()
    assert answer.cards == {"DATA"}
    card = answer.notice("DATA")
    assert card.summary == "Disease state unknown: marrow examination needed"
    assert "older than 90 days and treatment followed" in card.requests[0].text


def test_REL_13_the_data_card_asks_for_the_course() -> None:
    answer = adult().diagnosed("2025-01-10").marrow(RELAPSE, 40, flow=40).ask()
    assert answer.requests("DATA") == {"D-CRDATE", "D-PRIOR"}
    assert all("not on record" in item.text for item in answer.notice("DATA").requests)


def test_REL_04_asks_for_confirmation_without_holding_an_option_back() -> None:
    answer = first_remission().mrd("2026-06-05", 2).ask()
    assert answer.strength("BLIN") == "EVAL"
    assert "D-CONFIRM" in answer.requests("BLIN")
    assert "D-CONFIRM" not in answer.gating("BLIN")


def test_CONF_02_CD22_in_remission_matters_to_no_option() -> None:
    """Inotuzumab is out in any remission: contradictory CD22 is no reason for a card."""
    story = adult_second_remission().mrd("2026-06-05", "0.5")
    story = story.cd22("2026-06-05", Expression.POSITIVE).cd22("2026-06-06", Expression.NEGATIVE)
    assert "CONFLICT" not in story.ask().cards
    story = story.cd19("2026-06-05", Expression.POSITIVE).cd19("2026-06-06", Expression.NEGATIVE)
    assert "CONFLICT" in story.ask().cards


@pytest.mark.parametrize(
    ("mrd", "shown"),
    [("0.0099", False), ("0.01", True), ("0.0999", True), ("0.1", False), ("0.15", False)],
)
def test_MR_01_without_any_other_card(mrd: str, shown: bool) -> None:
    """Transplanted in second remission, GVHD active, CD19 lost: nothing else is left to show."""
    story = adult_second_remission(but="cd19").transplant("2026-04-20").ph(Tri.NOT_MET)
    story = story.cd19("2026-06-05", Expression.NEGATIVE).mrd("2026-06-05", mrd)
    answer = story.complication(Complication.GVHD_ACUTE, grade=3).ask()
    assert answer.cards == ({"MRD"} if shown else set())

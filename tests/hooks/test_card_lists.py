"""Which cards an assessment gives, in which order, and where each data request stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from relapse.assessment import ContextLine, Notice, NoticeKind, Option, Strength
from relapse.policy import Policy
from tests.hooks.assessments import (
    BLINATUMOMAB,
    CAR_T,
    CONTEXT,
    INOTUZUMAB,
    NEED_CD19,
    NEED_CD22,
    NEED_DONOR,
    NEED_MRD,
    TRANSPLANT,
    WARN,
    Wiring,
    assessment,
    refused,
    rule,
    trace,
)
from tests.service.invariants import CARD_ORDER


def topics(cards: list[dict[str, Any]]) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards]


def missing(card: dict[str, Any]) -> str:
    detail: str = card["detail"]
    return detail.split("**What is missing**")[1].split("**Facts used**")[0]


def test_nothing_to_say(wire: Wiring) -> None:
    """C-121."""
    assert wire(assessment()) == []
    assert wire(assessment(refused(Option.TRANSPLANT, "scope", silent=True))) == []


def test_all_classes_in_order(wire: Wiring) -> None:
    """CARD-02, whatever the order of the assessment."""
    kinds = [NoticeKind.CONTEXT, NoticeKind.MRD, NoticeKind.DATA, NoticeKind.CONFLICT]
    notices = tuple(Notice(kind, f"Notice {kind.value}.") for kind in [*kinds, NoticeKind.CONFIRM])
    cards = wire(assessment(TRANSPLANT, CAR_T, INOTUZUMAB, BLINATUMOMAB, notices=notices))
    assert tuple(topics(cards)) == CARD_ORDER


def test_one_card_of_a_class(wire: Wiring) -> None:
    """Two contradictions share one card."""
    notices = tuple(
        Notice(
            NoticeKind.CONFLICT, f"CD{n} is contradictory.", (ContextLine(f"CONF-0{n}", "Both."),)
        )
        for n in (2, 3)
    )
    (card,) = wire(assessment(notices=notices))
    assert card["summary"] == "CD2 is contradictory. CD3 is contradictory."
    assert trace(card)["lines"] == ["CONF-02", "CONF-03"]


def test_request_is_written_out_once(wire: Wiring) -> None:
    """DATA-02: on the first card that needs it; a gating one is named on the others, by id too."""
    blinatumomab = replace(BLINATUMOMAB, strength=Strength.CAD, requests=(NEED_CD19, NEED_DONOR))
    car_t = replace(CAR_T, strength=Strength.CAD, requests=(NEED_CD19, NEED_DONOR))
    first, second = wire(assessment(blinatumomab, car_t))
    assert NEED_CD19.text.rstrip(".") in missing(first)
    assert NEED_CD19.text.rstrip(".") not in missing(second)
    assert "CD19 result (D-CD19)" in missing(second)
    assert "D-DONOR" not in missing(second)
    assert trace(first)["dataRequests"] == trace(second)["dataRequests"] == ["D-CD19", "D-DONOR"]


def test_request_of_an_option_without_card_moves(wire: Wiring) -> None:
    """HS-07: not suggested, but an MRD result is asked for on another card."""
    (card,) = wire(
        assessment(BLINATUMOMAB, refused(Option.TRANSPLANT, "late", requests=(NEED_MRD,)))
    )
    assert NEED_MRD.text.rstrip(".") in missing(card)
    assert trace(card)["dataRequests"] == ["D-MRD"]


def test_request_alone_gets_a_card(wire: Wiring) -> None:
    """HS-07 with nothing else to say."""
    (card,) = wire(assessment(refused(Option.TRANSPLANT, "late relapse", requests=(NEED_MRD,))))
    assert topics([card]) == ["missing-data"]
    assert card["summary"] == "Missing data: MRD result."
    assert card["indicator"] == "info"
    assert "late relapse" in card["detail"]


def test_silent_option_asks_for_nothing(wire: Wiring) -> None:
    """G-09: no card asks a long-term survivor for MRD."""
    silent = refused(Option.TRANSPLANT, "remission", silent=True, requests=(NEED_MRD,))
    assert wire(assessment(silent)) == []


def test_not_suggested_options_are_named_once(wire: Wiring) -> None:
    """POL-20."""
    refusals = (
        refused(Option.CAR_T, "isolated CNS relapse"),
        refused(Option.INOTUZUMAB, "T-lineage", silent=True),
    )
    cards = wire(assessment(BLINATUMOMAB, TRANSPLANT, *refusals, notices=(CONTEXT,)))
    details = "\n".join(card["detail"] for card in cards)
    assert details.count("Not suggested: CAR-T cells (isolated CNS relapse).") == 1
    assert "Not suggested: CAR-T" in cards[0]["detail"]
    assert "inotuzumab" not in details


def test_not_suggested_without_option_cards(wire: Wiring) -> None:
    """DATA-01: the context card appears all the same, and names them."""
    refusals = (
        refused(Option.CAR_T, "CD19 negative"),
        refused(Option.BLINATUMOMAB, "CD19 negative"),
    )
    (card,) = wire(assessment(*refusals, notices=(CONTEXT,)))
    assert topics([card]) == ["relapse-context"]
    assert card["detail"].count("Not suggested:") == 2


def test_not_suggested_can_be_turned_off(wire: Wiring) -> None:
    policy = Policy(list_not_suggested=False)
    (card,) = wire(assessment(BLINATUMOMAB, refused(Option.CAR_T, "age")), policy)
    assert "Not suggested" not in card["detail"]


@pytest.mark.parametrize(
    ("given", "indicator"),
    [
        (assessment(BLINATUMOMAB), "info"),
        (assessment(TRANSPLANT), "info"),
        (assessment(INOTUZUMAB), "warning"),
        (assessment(notices=(Notice(NoticeKind.CONFIRM, "Possible relapse."),)), "warning"),
        (assessment(notices=(Notice(NoticeKind.CONFLICT, "CD22 contradicts."),)), "warning"),
        (assessment(notices=(Notice(NoticeKind.MRD, "MRD below the threshold."),)), "info"),
        (assessment(notices=(Notice(NoticeKind.DATA, "Missing: MRD."),)), "info"),
        (
            assessment(
                notices=(Notice(NoticeKind.DATA, "Missing: lineage.", rules=(rule("G-05", None),)),)
            ),
            "warning",
        ),
        (assessment(notices=(CONTEXT,)), "info"),
        (
            assessment(
                notices=(
                    replace(CONTEXT, lines=(ContextLine("CX-04", "Line.", precautions=(WARN,)),)),
                )
            ),
            "warning",
        ),
    ],
)
def test_indicator(wire: Wiring, given: Any, indicator: str) -> None:
    """C-126, clinical model 0.6: never critical."""
    (card,) = wire(given)
    assert card["indicator"] == indicator


def test_requests_of_context_lines(wire: Wiring) -> None:
    lines = (ContextLine("CX-03", "BCR::ABL1 is unknown.", requests=(NEED_CD22,)),)
    card = wire(assessment(BLINATUMOMAB, notices=(replace(CONTEXT, lines=lines),)))[1]
    assert trace(card)["dataRequests"] == ["D-CD22"]
    assert NEED_CD22.text.rstrip(".") in missing(card)

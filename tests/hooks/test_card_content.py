"""What stands on a card: summary, detail, trace, suggestions, override reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given
from hypothesis import strategies as st

from hooks.compose import PROJECT_URL, Presentation, cards
from relapse.assessment import (
    ContextLine,
    FactUsed,
    Notice,
    NoticeKind,
    Option,
    Strength,
)
from relapse.policy import Policy
from relapse.sources import LABEL_DATA_AS_OF
from tests.hooks.assessments import (
    BLINATUMOMAB,
    CAR_T,
    CONTEXT,
    INOTUZUMAB,
    NEED_CD22,
    NEED_DONOR,
    STATE,
    TRANSPLANT,
    Wiring,
    assessment,
    rule,
    trace,
)
from tests.service.invariants import check_response

SUMMARIES = [
    (
        BLINATUMOMAB,
        "Evaluate blinatumomab: first relapse, bone marrow, found on 2026-06-08, CD19 positive.",
    ),
    (
        INOTUZUMAB,
        "Consider inotuzumab ozogamicin after missing data: CD22 result; "
        "first relapse, bone marrow, found on 2026-06-08.",
    ),
    (
        CAR_T,
        "CAR-T cells (brexucabtagene, obecabtagene) may be considered: "
        "first relapse, bone marrow, found on 2026-06-08, CD19 positive.",
    ),
    (
        TRANSPLANT,
        "Referral for allogeneic transplant may be considered: "
        "first relapse, bone marrow, found on 2026-06-08.",
    ),
    (
        replace(TRANSPLANT, rules=(rule("HS2-01", Strength.CONS),)),
        "Second allogeneic transplant may be considered: "
        "first relapse, bone marrow, found on 2026-06-08.",
    ),
    (
        replace(TRANSPLANT, rules=(rule("DLI-02", Strength.CONS),)),
        "Donor lymphocyte infusion may be considered: "
        "first relapse, bone marrow, found on 2026-06-08.",
    ),
]


@pytest.mark.parametrize(("consideration", "expected"), SUMMARIES)
def test_summary(wire: Wiring, consideration: Any, expected: str) -> None:
    """C-124, CARD-01."""
    (card,) = wire(assessment(consideration))
    assert card["summary"] == expected


def test_long_state_is_shortened_by_clause(wire: Wiring) -> None:
    state = replace(STATE, text="Second relapse, " + ", ".join(["a long clause of words"] * 12))
    (card,) = wire(assessment(BLINATUMOMAB, state=state))
    assert card["summary"].startswith("Evaluate blinatumomab: second relapse, a long clause")
    assert card["summary"].endswith("words, CD19 positive.")


@given(st.text(min_size=1, max_size=300), st.text(max_size=300))
def test_any_words_make_a_legal_card(words: str, more: str) -> None:
    """C-124, C-003 to C-005, C-008, C-125, rule 38: whatever a record or a sentence holds."""
    fact = FactUsed(more, None, more or "x/1")
    notice = Notice(NoticeKind.MRD, words, (ContextLine("MR-01", words, (fact,)),))
    shown = Presentation(new_uuid=iter_uuid())
    made = cards(assessment(notices=(notice,)), Policy(), shown)
    for card in made:
        assert 1 <= len(card.summary) <= 139
        assert "\n" not in card.summary


def iter_uuid() -> Any:
    numbers = iter(range(1, 100))
    return lambda name: f"00000000-0000-0000-0000-{next(numbers):012d}"


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](http://evil.example.org)",
    "![x](http://evil.example.org/x.png)",
    "http://evil.example.org/path",
    "www.evil.example.org",
    "mail me@evil.example.org",
    "# heading",
    "- item\n- item",
    "1. item",
    "```code```",
    "| a | b |",
    "**bold** _it_ ~~gone~~",
    "line\u2028separator\u2029here",
    "right\u202eto-left\u202c \u2066iso\u2069",
    "zero\u200bwidth\ufeff",
    "bell\x07 null\x00 escape\x1b[31m",
    "&lt;b&gt; &#60;script&#62;",
    "x" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:16]))
def test_record_text_is_harmless(wire: Wiring, text: str) -> None:
    """Rule 38: escaped, one line, cut, without control and direction characters."""
    fact = FactUsed(text, None, f"Observation/{text}")
    state = replace(STATE, facts=(fact,))
    (card,) = wire(assessment(BLINATUMOMAB, state=state))
    detail = card["detail"]
    (line,) = [line for line in detail.splitlines() if line.startswith("- undated: ")]
    assert len(line) < 900
    assert line.isprintable()
    for mark in ("<", "](", "http://", "www.e", "me@e", "**bold", "```", " | "):
        assert mark not in line
    entry = trace(card)["facts"][0]
    assert entry["text"].isprintable()
    assert entry["reference"].isprintable()


def test_detail_has_all_that_a_reviewer_asks_for(wire: Wiring) -> None:
    """CARD-03, CARD-05: facts with date and record, rule ids, precautions, label and its date."""
    cards = wire(
        assessment(BLINATUMOMAB, INOTUZUMAB, changed=("POL-06 antigen = 60 (default 90)",))
    )
    detail = cards[0]["detail"]
    assert "- 2026-06-08: CD19 98 % of blasts (Observation/cd19)" in detail
    assert "- 2026-06 (date inferred): B-ALL in relapse (Condition/all)" in detail
    assert "Rules: BL-01, REL-02" in detail
    assert "Boxed warning: cytokine release syndrome. (P-01)" in detail
    assert "(S02)" in detail
    assert f"label data as of {LABEL_DATA_AS_OF.isoformat()}" in detail
    assert "Evaluated for 2026-06-15, US labels" in detail
    assert "Site policy: POL-06" in detail
    warned = cards[1]["detail"]
    assert "- **Caution:** Veno-occlusive disease before. (P-04)" in warned
    assert "- undated: VOD after transplant (Condition/vod)" in warned


def test_unknown_is_called_unknown(wire: Wiring) -> None:
    """CARD-04."""
    (card,) = wire(assessment(INOTUZUMAB))
    assert "Unknown: CD22 positive (pre-dates the relapse)." in card["detail"]
    assert "**Needed first:** CD22 on leukaemic cells" in card["detail"]


def test_caveats_stand_on_every_card(wire: Wiring) -> None:
    state = replace(STATE, caveats=("Medications could not be fetched.",))
    for card in wire(assessment(BLINATUMOMAB, TRANSPLANT, notices=(CONTEXT,), state=state)):
        assert "**Note:** Medications could not be fetched." in card["detail"]


def test_old_label_data_are_announced(wire: Wiring) -> None:
    """POL-32."""
    limit = LABEL_DATA_AS_OF + timedelta(days=180)
    for day, announced in ((limit, False), (limit + timedelta(days=1), True)):
        (card,) = wire(assessment(BLINATUMOMAB, as_of=day))
        assert ("check the current label" in card["detail"]) is announced


def test_products_with_their_reasons(wire: Wiring) -> None:
    (card,) = wire(assessment(CAR_T))
    assert "- tisagenlecleucel: not suggested: age 26 or above" in card["detail"]
    assert "- obecabtagene-autoleucel: may be considered" in card["detail"]


def test_trace(wire: Wiring) -> None:
    """C-190 to C-192: rules with state, facts behind each, precautions, requests, sources."""
    found = trace(wire(assessment(INOTUZUMAB))[0])
    states = {item["id"]: item["state"] for item in found["rules"]}
    assert states == {"REL-02": "met", "IN-01": "unknown"}
    (criterion,) = found["rules"][1]["criteria"]
    assert criterion["dataRequests"] == ["D-CD22"]
    assert found["precautions"] == ["P-04"]
    assert found["dataRequests"] == ["D-CD22"]
    assert {item["id"] for item in found["sources"]} >= {"S02", "S10", "S25"}
    assert found["state"]["bfm"] == "early"
    assert "remission" not in found["state"]
    behind = trace(wire(assessment(BLINATUMOMAB))[0])["rules"][1]
    assert behind["facts"] == [
        {"text": "CD19 98 % of blasts", "date": "2026-06-08", "reference": "Observation/cd19"}
    ]


def test_source(wire: Wiring) -> None:
    """C-127, C-128, C-130: the same address for every patient, one coding as topic."""
    (card,) = wire(assessment(BLINATUMOMAB))
    assert card["source"]["label"].startswith("relapse-cds clinical model ")
    assert card["source"]["url"] == PROJECT_URL
    (card,) = wire(assessment(BLINATUMOMAB), source_url="https://cds.example.org/")
    assert urlsplit(card["source"]["url"]).netloc == "cds.example.org"


def test_override_reasons(wire: Wiring) -> None:
    """C-134, C-135."""
    for card in wire(assessment(BLINATUMOMAB, INOTUZUMAB, notices=(CONTEXT,))):
        codes = [reason["code"] for reason in card["overrideReasons"]]
        assert len(set(codes)) == len(codes) >= 3
        assert all(reason["display"] and reason["system"] for reason in card["overrideReasons"])


def test_suggestions_are_draft_requests(wire: Wiring) -> None:
    """C-131 to C-133, C-150 to C-157, C-160, C-164: valid R4, for this patient, never a drug."""
    car_t = replace(CAR_T, requests=(NEED_CD22,))
    made = wire(assessment(BLINATUMOMAB, car_t, TRANSPLANT))
    assert "suggestions" not in made[0]
    resources = [
        action["resource"]
        for card in made[1:]
        for suggestion in card["suggestions"]
        for action in suggestion["actions"]
    ]
    assert len(resources) == 4
    for resource in resources:
        ServiceRequest.model_validate(resource)
        assert resource["resourceType"] == "ServiceRequest"
        assert (resource["status"], resource["intent"]) == ("draft", "proposal")
        assert resource["subject"] == {"reference": "Patient/p1"}
        assert resource["code"]["coding"][0]["display"]
    assert made[2]["selectionBehavior"] == "any"
    assert [item["label"] for item in made[2]["suggestions"]] == [
        "Draft a referral to a transplant centre",
        "Draft a request for HLA typing",
    ]


def test_suggestions_can_be_turned_off(wire: Wiring) -> None:
    (card,) = wire(assessment(TRANSPLANT), suggestions=False)
    assert "suggestions" not in card
    assert "selectionBehavior" not in card


def test_test_is_proposed_once(wire: Wiring) -> None:
    """Where the request is written out, and nowhere else."""
    asking = replace(TRANSPLANT, requests=(NEED_CD22, NEED_DONOR))
    first, second = wire(assessment(INOTUZUMAB, asking))
    assert [item["label"] for item in first["suggestions"]] == [
        "Draft a request for CD22 on leukaemic cells"
    ]
    assert len(second["suggestions"]) == 2


def test_donor_lymphocytes_are_no_transplant_referral(wire: Wiring) -> None:
    (card,) = wire(assessment(replace(TRANSPLANT, rules=(rule("DLI-02", Strength.CONS),))))
    labels = [item["label"] for item in card["suggestions"]]
    assert labels == ["Draft a request for HLA typing"]


def test_odd_patient_id_gives_no_draft(wire: Wiring) -> None:
    """A file may name its patient by urn; a reference to it would lead nowhere."""
    odd = replace(assessment(TRANSPLANT), patient="urn:uuid:x y")
    (card,) = wire(odd)
    assert "suggestions" not in card


def test_same_input_same_output(wire: Wiring) -> None:
    """C-235."""
    one = assessment(BLINATUMOMAB, INOTUZUMAB, CAR_T, TRANSPLANT, notices=(CONTEXT,))
    assert wire(one) == wire(one)


def test_every_strength_of_every_option(wire: Wiring) -> None:
    """All combinations give legal cards."""
    for option in Option:
        for strength in (Strength.EVAL, Strength.CONS, Strength.CAD):
            for base in (BLINATUMOMAB, INOTUZUMAB, CAR_T, TRANSPLANT):
                wire(assessment(replace(base, option=option, strength=strength)))


def test_cards_are_dated() -> None:
    """The evaluation date is an argument: another day, another date on the card."""
    shown = Presentation(new_uuid=iter_uuid())
    (card,) = cards(assessment(BLINATUMOMAB, as_of=date(2027, 1, 2)), Policy(), shown)
    check_response({"cards": [card.wire()]})
    assert "Evaluated for 2027-01-02" in card.detail

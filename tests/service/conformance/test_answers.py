"""What every answer of the real service obeys, over all demonstration patients."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from functools import cache
from typing import Any

import orjson
import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from flask.testing import FlaskClient

from hooks.prefetch import patient_record
from service import demos
from service.app import create_app
from service.settings import Settings

URL = "/cds-services/relapsed-b-all"


@cache
def cards_of(name: str) -> list[dict[str, Any]]:
    client = create_app(Settings()).test_client()
    found: list[dict[str, Any]] = client.post(URL, json=demos.request_body(name)).json["cards"]
    return found


def all_cards() -> list[dict[str, Any]]:
    return [card for name in demos.names() for card in cards_of(name)]


def test_answers_are_strict_json(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-001, C-006: one JSON value in UTF-8, read by a parser that forgives nothing, without NaN
    and without a member twice.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs)
        return dict(pairs)

    def never(constant: str) -> None:
        raise AssertionError(constant)

    for answer in (
        real.get("/cds-services"),
        real.post(URL, json=relapse),
        real.post(URL, json={}),
        real.post("/nowhere"),
    ):
        assert answer.content_type == "application/json"
        text = answer.get_data().decode("utf-8")
        assert isinstance(json.loads(text, object_pairs_hook=once, parse_constant=never), dict)


@pytest.mark.parametrize("hook", range(3))
def test_prefetch_of_each_hook_keeps_its_order(real: FlaskClient, hook: int) -> None:
    """C-023: in the raw bytes the keys stand as they are declared, not sorted."""
    raw = real.get("/cds-services").get_data()
    keys = [key.name for key in patient_record()]
    assert keys != sorted(keys)
    part = raw.split(b'"prefetch":')[hook + 1]
    positions = [part.index(b'"%s":' % name.encode()) for name in keys]
    assert positions == sorted(positions)


def test_templates_use_nothing_of_version_3(real: FlaskClient) -> None:
    """C-062 to C-067: no FHIRPath, no date, no reference to another key."""
    for entry in real.get("/cds-services").json["services"]:
        for template in entry["prefetch"].values():
            tokens = re.findall(r"\{\{(.*?)\}\}", template)
            assert all(re.fullmatch(r"context\.[a-zA-Z]+", token) for token in tokens)
            assert not set("%|()") & set(template)


def test_no_key_is_asked_for_in_vain(real: FlaskClient) -> None:
    """C-060: each query brings a type of its own, and all but the Patient feed a named section."""
    for entry in real.get("/cds-services").json["services"]:
        kinds = [re.split(r"[?/]", template)[0] for template in entry["prefetch"].values()]
        assert len(set(kinds)) == len(kinds)


def test_usage_requirements_say_what_is_needed(real: FlaskClient) -> None:
    """C-018, C-042: the FHIR version, which no request carries, and the required data."""
    for entry in real.get("/cds-services").json["services"]:
        assert "FHIR R4" in entry["usageRequirements"]
        assert "412" in entry["usageRequirements"]


def test_start_page_says_what_is_supported(real: FlaskClient) -> None:
    """C-027: hooks, for people."""
    page = real.get("/").text
    assert all(hook in page for hook in ("patient-view", "encounter-start", "problem-list-item"))


@pytest.mark.parametrize("name", demos.names())
def test_uuids_are_bare_and_new(real: FlaskClient, name: str) -> None:
    """C-122, C-123, C-151, C-172: every card and suggestion has one, none is seen twice."""
    seen: list[str] = []
    for _ in range(3):
        for card in real.post(URL, json=demos.request_body(name)).json["cards"]:
            seen.append(card["uuid"])
            seen.extend(item["uuid"] for item in card.get("suggestions", ()))
    assert len(set(seen)) == len(seen)


def test_nothing_to_say_is_an_empty_list(real: FlaskClient) -> None:
    """C-110, C-121: exactly these bytes, with 200."""
    answer = real.post(URL, json=demos.request_body("no-leukaemia"))
    assert (answer.status_code, answer.get_data()) == (200, b'{"cards":[]}')


def test_no_links() -> None:
    """C-137, C-140 to C-147, C-222: no card leads anywhere but to the address of the service."""
    assert not any("links" in card for card in all_cards())
    assert not any("](" in card["detail"] or "http" in card["detail"] for card in all_cards())


def test_no_system_actions(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-161 to C-163: nothing is done that nobody has looked at."""
    assert list(real.post(URL, json=relapse).json) == ["cards"]


def test_source_has_no_picture_and_leads_to_no_chart() -> None:
    """C-127 to C-130: label, address and one topic; the same address for every patient."""
    sources = [card["source"] for card in all_cards()]
    assert {tuple(source) for source in sources} == {("label", "url", "topic")}
    assert len({source["url"] for source in sources}) == 1
    assert all(isinstance(source["topic"], dict) for source in sources)


def test_suggestions_create_drafts_only() -> None:
    """C-153 to C-160, C-164: whole R4 resources for the patient of the call, as proposals; no
    update, no deletion, no recommendation, nothing that depends on an order.
    """
    found = [
        (name, suggestion)
        for name in demos.names()
        for card in cards_of(name)
        for suggestion in card.get("suggestions", ())
    ]
    assert found
    for name, suggestion in found:
        assert set(suggestion) == {"label", "uuid", "actions"}
        (action,) = suggestion["actions"]
        assert set(action) == {"type", "description", "resource"}
        assert action["type"] == "create"
        resource = ServiceRequest.model_validate(action["resource"])
        assert (resource.status, resource.intent) == ("draft", "proposal")
        patient = demos.request_body(name)["context"]["patientId"]  # type: ignore[index]
        assert resource.subject.reference == f"Patient/{patient}"
        assert "id" not in action["resource"]


def test_override_reasons_are_complete_and_of_our_own_system() -> None:
    """C-134 to C-136: every card offers them, with display; HL7's suggested codes are not
    claimed.
    """
    for card in all_cards():
        for reason in card["overrideReasons"]:
            assert reason["display"].strip()
            assert reason["system"].startswith("https://relapse-cds.org/")
        codes = [reason["code"] for reason in card["overrideReasons"]]
        assert len(set(codes)) == len(codes)


def test_cards_are_dated() -> None:
    """C-232, C-233: each card says for itself for which day it was evaluated."""
    for card in all_cards():
        assert f"Evaluated for {demos.AS_OF}" in card["detail"]
        assert card["extension"]["org.relapse-cds.trace"]["asOf"] == demos.AS_OF


def test_nothing_is_kept_between_calls(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-233, C-235: changed data change the cards; the first data give the first cards again."""

    def topics(call: dict[str, Any]) -> list[str]:
        return [
            card["source"]["topic"]["code"] + card["summary"]
            for card in real.post(URL, json=call).json["cards"]
        ]

    other = copy.deepcopy(relapse)
    other["prefetch"]["conditions"] = None
    first = topics(relapse)
    assert first
    assert topics(other) == []
    assert topics(relapse) == first


def test_extensions_are_objects_with_unique_keys() -> None:
    """C-190 to C-192: on cards only, under a key of the project's own domain."""
    for card in all_cards():
        assert list(card["extension"]) == ["org.relapse-cds.trace"]


def test_extensions_of_the_caller_change_nothing(
    real: FlaskClient, relapse: dict[str, Any]
) -> None:
    """C-190: in the request, the context and the prefetched resources."""

    def shown(call: dict[str, Any]) -> list[str]:
        return [card["detail"] for card in real.post(URL, json=call).json["cards"]]

    expected = shown(relapse)
    relapse["extension"]["com.example.timestamp"] = "2026-06-15T08:00:00Z"
    relapse["context"]["extension"] = {"com.example.screen": 3}
    relapse["prefetch"]["patient"]["extension"] = [{"url": "http://example.org/x"}]
    assert shown(relapse) == expected


def test_today_is_the_day_of_evaluation(relapse: dict[str, Any]) -> None:
    """C-233: without the demonstration's date the results age."""
    client = create_app(Settings(), today=lambda: date(2031, 1, 1)).test_client()
    del relapse["extension"]
    cards = client.post(URL, json=relapse).json["cards"]
    assert cards
    assert all("Evaluated for 2031-01-01" in card["detail"] for card in cards)


def test_member_order_of_the_request_changes_nothing(
    real: FlaskClient, relapse: dict[str, Any]
) -> None:
    """C-041: members in reverse order, at every depth."""

    def reversed_members(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: reversed_members(value[name]) for name in reversed(value)}
        return [reversed_members(item) for item in value] if isinstance(value, list) else value

    def details(raw: bytes) -> list[str]:
        answer = real.post(URL, data=raw, content_type="application/json")
        return [card["detail"] for card in answer.json["cards"]]

    assert details(orjson.dumps(reversed_members(relapse))) == details(orjson.dumps(relapse))

"""Our JSON Schemas: served, strict about what we say, tolerant of what we are told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from hooks.prefetch import patient_record
from hooks.relapsed_b_all import HOOKS
from service.routes.schemas import names
from tests.service.invariants import check_outcome, schema_errors

URL = "/cds-services/relapsed-b-all"


@pytest.mark.parametrize("name", names())
def test_schema_is_served(real: FlaskClient, name: str) -> None:
    """Each is valid by its own dialect, under the name that its $id says."""
    answer = real.get(f"/schemas/{name}.json")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.json["$id"] == f"https://relapse-cds.org/schemas/{name}.json"
    assert answer.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(answer.json)
    assert f'href="schemas/{name}.json"' in real.get("/").text


@pytest.mark.parametrize("name", ["nothing", "..%2Fdemo%2Fadult-early-relapse", "request.json"])
def test_schema_that_is_none(real: FlaskClient, name: str) -> None:
    answer = real.get(f"/schemas/{name}.json")
    assert answer.status_code == 404
    check_outcome(answer.json)


def test_there_are_schemas_of_all_that_is_exchanged() -> None:
    assert {"discovery", "request", "response"} <= set(names())


def test_request_schema_names_what_the_service_reads(real: FlaskClient) -> None:
    """Hooks and prefetch keys of the schema are those of the registry."""
    schema = real.get("/schemas/request.json").json
    assert schema["properties"]["hook"]["enum"] == [hook.name for hook in HOOKS]
    keys = [key.name for key in patient_record()]
    assert list(schema["properties"]["prefetch"]["properties"]) == keys


@pytest.fixture(scope="module")
def answered(real: FlaskClient) -> dict[str, Any]:
    """A response with cards and suggestions."""
    call = real.get("/demo/adult-early-relapse.json").json
    body: dict[str, Any] = real.post(URL, json=call).json
    assert any("suggestions" in card for card in body["cards"])
    return body


@pytest.fixture
def response(answered: dict[str, Any]) -> dict[str, Any]:
    """The response, with its card that has suggestions first, and a link on it; may be changed."""
    result = copy.deepcopy(answered)
    result["cards"].sort(key=lambda card: "suggestions" not in card)
    result["cards"][0]["links"] = [
        {
            "label": "Course",
            "url": "https://cds.example.org/launch",
            "type": "smart",
            "appContext": "a",
        }
    ]
    return result


def test_right_response(response: dict[str, Any]) -> None:
    assert schema_errors("response", response) == []


Change = Callable[[dict[str, Any]], object]
# Each changes the first card; the ids name the items of the checklist that would be broken.
BROKEN: dict[str, Change] = {
    "C-003 null": lambda card: card["extension"].update(more=None),
    "C-003 null in the trace": lambda card: card["extension"]["org.relapse-cds.trace"].update(
        facts=None
    ),
    "C-004 blank": lambda card: card.update(detail="  "),
    "C-004 empty list": lambda card: card.update(links=[]),
    "C-004 empty object": lambda card: card["extension"]["org.relapse-cds.trace"].update(state={}),
    "C-008 blank summary": lambda card: card.update(summary=" "),
    "C-122 urn": lambda card: card.update(uuid=f"urn:uuid:{card['uuid']}"),
    "C-122 upper case": lambda card: card.update(uuid=card["uuid"].upper() + "X"),
    "C-123 no uuid": lambda card: card.pop("uuid"),
    "C-124 no summary": lambda card: card.pop("summary"),
    "C-124 140 characters": lambda card: card.update(summary="x" * 140),
    "C-124 two lines": lambda card: card.update(summary="two\nlines"),
    "C-126 no indicator": lambda card: card.pop("indicator"),
    "C-126 hard-stop": lambda card: card.update(indicator="hard-stop"),
    "C-126 Info": lambda card: card.update(indicator="Info"),
    "C-127 no source": lambda card: card.pop("source"),
    "C-127 no label": lambda card: card["source"].pop("label"),
    "C-128 relative": lambda card: card["source"].update(url="/rules"),
    "C-130 list of topics": lambda card: card["source"].update(topic=[card["source"]["topic"]]),
    "C-132 no behaviour": lambda card: card.pop("selectionBehavior"),
    "C-132 behaviour alone": lambda card: card.pop("suggestions"),
    "C-133 value": lambda card: card.update(selectionBehavior="all"),
    "C-135 no display": lambda card: card["overrideReasons"][0].pop("display"),
    "C-135 no system": lambda card: card["overrideReasons"][0].pop("system"),
    "C-138 member": lambda card: card.update(priority=1),
    "C-138 member of source": lambda card: card["source"].update(logo="x"),
    "C-140 no type": lambda card: card["links"][0].pop("type"),
    "C-140 no label": lambda card: card["links"][0].pop("label"),
    "C-140 no url": lambda card: card["links"][0].pop("url"),
    "C-141 type": lambda card: card["links"][0].update(type="relative"),
    "C-141 launch": lambda card: card["links"][0].update(url="https://a.example.org/?launch=1"),
    "C-141 iss": lambda card: card["links"][0].update(url="https://a.example.org/?a=1&iss=x"),
    "C-143 context": lambda card: card["links"][0].update(type="absolute"),
    "C-144 object": lambda card: card["links"][0].update(appContext={"a": 1}),
    "C-145 autolaunch": lambda card: card["links"][0].update(autolaunchable=True),
    "C-150 no label": lambda card: card["suggestions"][0].pop("label"),
    "C-151 no uuid": lambda card: card["suggestions"][0].pop("uuid"),
    "C-153 no actions": lambda card: card["suggestions"][0].update(actions=[]),
    "C-155 type": lambda card: card["suggestions"][0]["actions"][0].update(type="propose"),
    "C-156 no description": lambda card: card["suggestions"][0]["actions"][0].pop("description"),
    "C-157 no resource": lambda card: card["suggestions"][0]["actions"][0].pop("resource"),
    "C-160 behaviour": lambda card: card["suggestions"][0].update(actionSelectionBehavior="any"),
    "C-164 active": lambda card: card["suggestions"][0]["actions"][0]["resource"].update(
        status="active"
    ),
    "C-164 order": lambda card: card["suggestions"][0]["actions"][0]["resource"].update(
        intent="order"
    ),
    "C-191 list": lambda card: card.update(extension=[{"url": "x"}]),
    "C-192 key": lambda card: card["extension"].update(trace={"a": 1}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_card_is_found(response: dict[str, Any], name: str) -> None:
    """The schema finds what the checklist forbids: a passing response has been checked for it."""
    BROKEN[name](response["cards"][0])
    assert schema_errors("response", response)


@pytest.mark.parametrize(
    "body",
    [{}, [], {"cards": None}, {"cards": {}}, {"cards": [], "systemActions": []}, {"cards": [{}]}],
    ids=repr,
)
def test_broken_response_is_found(body: object) -> None:
    """C-110, C-120, C-161, C-163."""
    assert schema_errors("response", body)


@pytest.mark.parametrize(
    "change",
    [
        {"hook": " "},
        {"hook": None},
        {"id": "a/b"},
        {"id": ""},
        {"title": ""},
        {"description": None},
        {"usageRequirements": ""},
        {"prefetch": {}},
        {"prefetch": {"a": ""}},
        {"prefetch": {"a": "/Patient/1"}},
        {"prefetch": {"a": "https://a.example.org/Patient/1"}},
        {"prefetch": {"a": "?patient=1"}},
        {"prefetch": {"a": None}},
        {"extension": []},
        {"version": "3.0.0"},
    ],
    ids=repr,
)
def test_broken_discovery_is_found(real: FlaskClient, change: dict[str, Any]) -> None:
    """C-011 to C-020, C-050, C-191."""
    entry = real.get("/cds-services").json["services"][0]
    assert schema_errors("discovery", {"services": [entry]}) == []
    assert schema_errors("discovery", {"services": [entry | change]})


@pytest.mark.parametrize("name", ["hook", "id", "description"])
def test_discovery_without_a_member_is_found(real: FlaskClient, name: str) -> None:
    entry = real.get("/cds-services").json["services"][0]
    del entry[name]
    assert schema_errors("discovery", {"services": [entry]})

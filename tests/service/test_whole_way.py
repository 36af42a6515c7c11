"""The demonstration patients through the whole way: request, mapping, rules, cards, answer."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from service import demos
from service.app import create_app
from service.evaluation import evaluate_bundle
from service.settings import Settings
from tests.service.fakes import searchset
from tests.service.fhir_server import Reply, serving
from tests.service.invariants import check_outcome, check_response

URL = "/cds-services/relapsed-b-all"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings()).test_client()


def without_uuids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_uuids(member) for name, member in value.items() if name != "uuid"}
    return [without_uuids(member) for member in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", demos.names())
def test_demonstration_patient(client: FlaskClient, name: str) -> None:
    """C-120 to C-138: legal cards; the same request gives the same cards, uuids apart (C-235)."""
    body = demos.request_body(name)
    first, second = (client.post(URL, json=body) for _ in range(2))
    assert first.status_code == 200, first.text
    check_response(first.json)
    assert without_uuids(first.json) == without_uuids(second.json)
    if first.json["cards"]:
        assert first.json["cards"][0]["uuid"] != second.json["cards"][0]["uuid"]


@pytest.mark.parametrize("name", demos.names())
def test_call_and_file_agree(client: FlaskClient, name: str) -> None:
    """By HTTP and by the command line the same record gives the same cards: the first look at the
    problem list of a call loses nobody.
    """
    by_call = client.post(URL, json=demos.request_body(name)).json["cards"]
    content = (demos.FOLDER / f"{name}.json").read_bytes()
    by_file = evaluate_bundle(content, date.fromisoformat(demos.AS_OF), Settings()).cards
    assert without_uuids(by_call) == without_uuids([card.wire() for card in by_file])


def test_ready_made_bodies_are_served(client: FlaskClient) -> None:
    assert client.get("/demo").json == {"demo": demos.names()}
    for name in demos.names():
        answer = client.get(f"/demo/{name}.json")
        assert client.post(URL, json=answer.json).status_code == 200


def test_most_demonstrations_have_cards(client: FlaskClient) -> None:
    counts = {
        name: len(client.post(URL, json=demos.request_body(name)).json["cards"])
        for name in demos.names()
    }
    assert counts["no-leukaemia"] == 0
    assert sum(count > 0 for count in counts.values()) >= len(counts) // 2


def test_patient_of_someone_else(client: FlaskClient) -> None:
    """C-044: refused, without repeating whose record it is."""
    for name in ("adult-early-relapse", "no-leukaemia"):
        body = copy.deepcopy(demos.request_body(name))
        body["context"]["patientId"] = "another"  # type: ignore[index]
        answer = client.post(URL, json=body)
        assert answer.status_code == 400
        check_outcome(answer.json)
        assert "demo-" not in answer.text


def test_results_of_someone_else_are_dropped(client: FlaskClient) -> None:
    """C-044: the record of a second patient in the prefetch changes no card."""
    body = copy.deepcopy(demos.request_body("no-leukaemia"))
    other = demos.request_body("adult-early-relapse")
    for key in ("conditions", "observations"):
        body["prefetch"][key] = other["prefetch"][key]  # type: ignore[index]
    answer = client.post(URL, json=body)
    assert (answer.status_code, answer.json) == (200, {"cards": []})


def test_missing_data_are_named_on_every_card(client: FlaskClient) -> None:
    """C-081, CARD-04: what could not be had is said, and nothing is called absent from it."""
    body = copy.deepcopy(demos.request_body("adult-early-relapse"))
    del body["prefetch"]["medicationRequests"]  # type: ignore[attr-defined]
    answer = client.post(URL, json=body)
    check_response(answer.json)
    assert answer.json["cards"]
    assert all("medications" in card["detail"] for card in answer.json["cards"])


@pytest.mark.parametrize("profile", ["full", "gate"])
def test_same_cards_by_the_fhir_server(profile: str) -> None:
    """C-100: prefetch in full, in part or not at all: the same data give the same cards."""
    app = create_app(Settings(prefetch=profile)).test_client()
    whole = demos.request_body("adult-early-relapse")
    held: dict[str, Any] = whole["prefetch"]  # type: ignore[assignment]
    by_kind = {
        value["entry"][0]["resource"]["resourceType"]: value
        for value in held.values()
        if value and value.get("entry")
    }

    def answer(path: str, headers: dict[str, str]) -> Reply:
        kind = path.removeprefix("/fhir/").split("?")[0].split("/")[0]
        return Reply(held["patient"] if kind == "Patient" else by_kind.get(kind, searchset()))

    expected = without_uuids(app.post(URL, json=whole).json)
    assert expected["cards"]
    for sent in ({}, {"patient": held["patient"], "conditions": held["conditions"]}):
        with serving(answer) as base:
            call = whole | {"prefetch": sent, "fhirServer": base}
            assert without_uuids(app.post(URL, json=call).json) == expected


def test_source_of_the_cards() -> None:
    """C-128: the public address, the same on every card."""
    app = create_app(Settings(public_url="https://cds.example.org/all/")).test_client()
    cards = app.post(URL, json=demos.request_body("adult-early-relapse")).json["cards"]
    assert {card["source"]["url"] for card in cards} == {"https://cds.example.org/all/"}


def test_jurisdiction_changes_the_labels() -> None:
    app = create_app(Settings(jurisdiction="EU")).test_client()
    cards = app.post(URL, json=demos.request_body("adult-early-relapse")).json["cards"]
    assert all("EU labels" in card["detail"] for card in cards)


def test_no_drafts_where_they_are_turned_off() -> None:
    app = create_app(Settings(suggestions=False)).test_client()
    cards = app.post(URL, json=demos.request_body("adult-early-relapse")).json["cards"]
    assert cards
    assert not any("suggestions" in card for card in cards)

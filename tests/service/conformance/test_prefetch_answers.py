"""Whatever part of the prefetch a client fills, and however it writes it."""

from __future__ import annotations

import copy
import gc
import random
from itertools import chain, combinations
from typing import Any

import pytest
from flask.testing import FlaskClient

from hooks.prefetch import patient_record
from service.fhir.client import Answer
from service.request.wire import FhirAuthorization
from tests.service.fakes import FakeFhir, Recorder, searchset
from tests.service.invariants import check_outcome

MADE_UP = "/cds-services/made-up"
REAL = "/cds-services/relapsed-b-all"
SERVER = "http://127.0.0.1:9/fhir"
KEYS = [key.name for key in patient_record()]
REQUIRED = {"patient", "conditions"}
SUBSETS = [set(keys) for keys in chain.from_iterable(combinations(KEYS, n) for n in range(11))]


def test_every_subset_without_a_server(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-061, C-080, C-081: of all 1,024 subsets those without a required key are a 412, the others
    are answered, and what is missing counts as not known.
    """
    assert len(SUBSETS) == 1024
    for sent in SUBSETS:
        answer = client.post(
            MADE_UP, json=body | {"prefetch": {name: body["prefetch"][name] for name in sent}}
        )
        if sent >= REQUIRED:
            assert answer.status_code == 200
            assert set(recorder.last.unavailable) == set(KEYS) - sent
        else:
            assert answer.status_code == 412
            assert check_outcome(answer.json)["code"] == "incomplete"


def test_every_subset_with_a_server(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    """C-061, C-072, C-079, C-093: exactly the missing keys are fetched, nothing twice."""
    kinds = {key.name: key.template.split("?")[0].split("/")[0] for key in patient_record()}
    fhir.answers["Condition"] = Answer((body["prefetch"]["conditions"],))
    fhir.answers["Patient"] = Answer((body["prefetch"]["patient"],))
    for sent in SUBSETS:
        fhir.asked.clear()
        prefetch = {name: body["prefetch"][name] for name in sent}
        call = body | {"prefetch": prefetch, "fhirServer": SERVER}
        assert client.post(MADE_UP, json=call).status_code == 200
        assert sorted(fhir.asked) == sorted(kinds[name] for name in set(KEYS) - sent)
        assert not recorder.last.unavailable


def test_subsets_of_a_real_record(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-061, C-078: cards of part of a record are legal, and each says what it lacks."""
    chance = random.Random(7)
    optional = [name for name in KEYS if name not in REQUIRED]
    words = {
        "observations": "results",
        "diagnosticReports": "results",
        "specimens": "results",
        "procedures": "procedures",
        "carePlans": "plans",
    }
    for _ in range(24):
        missing = chance.sample(optional, chance.randint(1, len(optional)))
        call = copy.deepcopy(relapse)
        for name in missing:
            del call["prefetch"][name]
        answer = real.post(REAL, json=call)
        assert answer.status_code == 200
        assert answer.json["cards"]
        for card in answer.json["cards"]:
            for name in missing:
                assert words.get(name, "medications") in card["detail"]


@pytest.mark.parametrize("key", patient_record(), ids=lambda key: key.name)
def test_each_state_of_each_key(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder, key: Any
) -> None:
    """C-072 to C-076, C-079: answered, null and empty ask nobody and are known; missing is asked
    for; an error is asked for again only where that can help.
    """

    def issue(code: str) -> dict[str, Any]:
        return {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": code}],
        }

    kind = key.template.split("?")[0].split("/")[0]
    fhir.answers["Patient"] = Answer((body["prefetch"]["patient"],))
    absent: Any = object()
    states: list[tuple[Any, bool]] = [
        (body["prefetch"][key.name], False),
        (None, False),
        (searchset(), False),
        (absent, True),
        (issue("transient"), True),
        (issue("forbidden"), False),
    ]
    for value, asks in states:
        call = copy.deepcopy(body) | {"fhirServer": SERVER}
        if value is absent:
            del call["prefetch"][key.name]
        else:
            call["prefetch"][key.name] = value
        if key.name == "conditions":
            del call["prefetch"]["procedures"]
        fhir.asked.clear()
        answer = client.post(MADE_UP, json=call)
        refused = isinstance(value, dict) and "issue" in value and not asks
        assert answer.status_code == (412 if refused and key.required else 200)
        assert (kind in fhir.asked) is asks
        if answer.status_code == 200:
            assert (key.name in recorder.last.unavailable) is refused


def test_null_for_the_patient_is_no_412(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-073: a query that was made and found nothing is an answer."""
    relapse["prefetch"]["patient"] = None
    assert real.post(REAL, json=relapse).status_code == 200


def test_order_and_marks_of_entries_change_nothing(
    real: FlaskClient, relapse: dict[str, Any]
) -> None:
    """C-082: entries in any order, with a wrong search mode, without fullUrl, with resources of
    other types among them.
    """

    def details(call: dict[str, Any]) -> list[str]:
        return [card["detail"] for card in real.post(REAL, json=call).json["cards"]]

    expected = details(relapse)
    assert expected
    for bundle in relapse["prefetch"].values():
        if bundle and "entry" in bundle:
            bundle["entry"].reverse()
            for entry in bundle["entry"]:
                entry["search"] = {"mode": "outcome"}
                entry.pop("fullUrl", None)
            bundle["entry"].append({"resource": {"resourceType": "Organization", "id": "o"}})
            bundle["entry"].append({"resource": {"resourceType": "Basic"}})
            bundle["total"] = 1
    assert details(relapse) == expected


def test_token_is_forgotten(
    client: FlaskClient,
    body: dict[str, Any],
    fhir: FakeFhir,
    recorder: Recorder,
    authorization: dict[str, Any],
) -> None:
    """C-094, C-095, C-097: used for the queries of the call, held by nothing afterwards."""
    del body["prefetch"]["procedures"]
    call = body | {"fhirServer": SERVER, "fhirAuthorization": authorization}
    assert client.post(MADE_UP, json=call).status_code == 200
    assert fhir.tokens == {"secret-token"}
    gc.collect()
    assert not [held for held in gc.get_objects() if isinstance(held, FhirAuthorization)]


@pytest.mark.parametrize(
    ("given", "asked"), [({"fhirServer": SERVER}, True), ({}, False)], ids=["server", "none"]
)
def test_authorization_is_optional(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, given: dict[str, Any], asked: bool
) -> None:
    """C-036, C-102: without a token a listed server is asked without one."""
    del body["prefetch"]["procedures"]
    assert client.post(MADE_UP, json=body | given).status_code == 200
    assert bool(fhir.asked) is asked
    assert fhir.tokens == ({None} if asked else set())

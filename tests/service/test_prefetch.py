"""What each prefetch value means, and when the FHIR server is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hooks.prefetch import patient_record
from relapse.facts import Section
from service.fhir.client import Answer
from service.fhir.fetching import CUT_SHORT, FALLS_SHORT, NO_RESOURCES, NOT_ASKED_FOR, REFUSED
from service.fhir.prefetch import NOT_SENT
from tests.service.fakes import ALL_CONDITION, PATIENT, FakeFhir, Recorder, searchset
from tests.service.fhir_server import Reply, serving
from tests.service.invariants import check_outcome

URL = "/cds-services/made-up"
SERVER = "http://127.0.0.1:9/fhir"
NEXT = [{"relation": "next", "url": f"{SERVER}?_getpages=2"}]
OBSERVATION = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}}


def failed(code: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}


def outcome_entry(severity: str, code: str, **details: Any) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, **details}],
    }


def test_sufficient_prefetch_asks_nobody(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    """C-070, C-079: with every key answered nothing is fetched."""
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == []
    assert not recorder.last.unavailable


@pytest.mark.parametrize(
    "nothing",
    [None, {"resourceType": "Bundle", "type": "searchset", "total": 0}, searchset()],
    ids=["null", "no entry member", "empty entry"],
)
@pytest.mark.parametrize("name", ["conditions", "observations"])
def test_nothing_found(
    client: FlaskClient,
    body: dict[str, Any],
    fhir: FakeFhir,
    recorder: Recorder,
    name: str,
    nothing: object,
) -> None:
    """C-073, C-074: an answered query without a match is no gap: no second query, no 412."""
    body["prefetch"][name] = nothing
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == []
    assert not recorder.last.unavailable


def test_missing_key_is_fetched(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    """C-072, C-093: only what is missing is asked for."""
    del body["prefetch"]["procedures"]
    fhir.answers["Procedure"] = Answer((searchset({"resourceType": "Procedure", "id": "x"}),))
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == ["Procedure"]
    assert "Procedure" in repr(recorder.last.resources["procedures"])
    assert not recorder.last.unavailable


@pytest.mark.parametrize("key", patient_record(), ids=lambda key: key.name)
def test_missing_key_without_a_server(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder, key: Any
) -> None:
    """C-072, C-080, C-081: 412 for a required key; for any other its section is incomplete."""
    del body["prefetch"][key.name]
    answer = client.post(URL, json=body)
    if key.required:
        assert answer.status_code == 412
        assert check_outcome(answer.json)["expression"] == [f"prefetch.{key.name}"]
    else:
        assert answer.status_code == 200
        assert recorder.last.incomplete(patient_record()) == {key.section}
        assert recorder.last.unavailable == {key.name: NOT_SENT}


@pytest.mark.parametrize("code", ["forbidden", "security", "login", "expired"])
def test_refused_query_is_not_repeated(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder, code: str
) -> None:
    """C-075, C-076: an OperationOutcome in place of data is no data, and no empty result."""
    body["prefetch"]["observations"] = failed(code)
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == []
    assert recorder.last.resources["observations"] == ()
    assert recorder.last.unavailable == {"observations": REFUSED}
    assert recorder.last.incomplete(patient_record()) == {Section.RESULTS}


@pytest.mark.parametrize("code", ["transient", "timeout", "throttled", "exception"])
def test_failed_query_is_tried_once_more(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder, code: str
) -> None:
    body["prefetch"]["observations"] = failed(code)
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == ["Observation"]
    assert not recorder.last.unavailable


OTHER = {"resourceType": "Appointment", "id": "a"}
"""What no key asks for."""


@pytest.mark.parametrize("key", patient_record(), ids=lambda key: key.name)
def test_another_resource_is_no_answer(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder, key: Any
) -> None:
    """C-070: it shows nothing, and least of all that there is nothing."""
    body["prefetch"][key.name] = OTHER
    answer = client.post(URL, json=body)
    if key.required:
        assert answer.status_code == 412
    else:
        assert answer.status_code == 200
        assert recorder.last.resources[key.name] == ()
        assert recorder.last.unavailable == {key.name: NOT_ASKED_FOR}


def test_another_resource_is_asked_for_again(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    body["prefetch"]["observations"] = OTHER
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == ["Observation"]
    assert not recorder.last.unavailable
    fhir.answers["Observation"] = Answer((OTHER, searchset(OBSERVATION)))
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert recorder.last.unavailable == {"observations": NOT_ASKED_FOR}
    assert recorder.last.resources["observations"] == (searchset(OBSERVATION),)


@pytest.mark.parametrize(
    "value",
    [
        {"id": "no type"},
        {"resourceType": 7},
        {"resourceType": "Bundle", "entry": {"resource": OBSERVATION}},
        {"resourceType": "Bundle", "entry": "none"},
        [OBSERVATION],
        "Observation",
        False,
    ],
    ids=repr,
)
def test_what_is_no_resource_is_a_400(
    client: FlaskClient, body: dict[str, Any], value: object
) -> None:
    body["prefetch"]["observations"] = value
    answer = client.post(URL, json=body)
    assert answer.status_code == 400
    assert check_outcome(answer.json)["expression"] == ["prefetch.observations"]


@pytest.mark.parametrize(
    ("bundle", "lacking"),
    [
        (searchset(OBSERVATION), False),
        (searchset(OBSERVATION, total=1), False),
        (searchset(total=0), False),
        (searchset(total=3), True),
        ({"resourceType": "Bundle", "type": "searchset", "total": 3}, True),
        ({"resourceType": "Bundle", "entry": [{"fullUrl": "urn:x"}]}, True),
        ({"resourceType": "Bundle", "entry": [{"resource": None}]}, True),
        ({"resourceType": "Bundle", "entry": [{"resource": {"id": "x"}}]}, True),
        ({"resourceType": "Bundle", "entry": [{"resource": OBSERVATION}, "?"]}, True),
    ],
    ids=repr,
)
def test_entries_without_a_resource_leave_a_gap(
    client: FlaskClient,
    body: dict[str, Any],
    fhir: FakeFhir,
    recorder: Recorder,
    bundle: dict[str, Any],
    lacking: bool,
) -> None:
    """As after ``_summary=count``: what came counts, and nothing is said to be absent."""
    expected = {"observations": NO_RESOURCES} if lacking else {}
    body["prefetch"]["observations"] = bundle
    assert client.post(URL, json=body).status_code == 200
    assert recorder.last.resources["observations"] == (bundle,)
    assert recorder.last.unavailable == expected
    del body["prefetch"]["observations"]
    fhir.answers["Observation"] = Answer((bundle,))
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert recorder.last.unavailable == expected


def test_fewer_entries_than_the_total(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    """C-078: a first page without its links. The server's own answer without one is whole."""
    body["prefetch"]["observations"] = part = searchset(OBSERVATION, total=2)
    assert client.post(URL, json=body).status_code == 200
    assert recorder.last.resources["observations"] == (part,)
    assert recorder.last.unavailable == {"observations": FALLS_SHORT}
    fhir.answers["Observation"] = Answer((whole := searchset(OBSERVATION, total=7),))
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert recorder.last.resources["observations"] == (whole,)
    assert not recorder.last.unavailable
    fhir.answers["Observation"] = Answer(reason="timeout")
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert recorder.last.resources["observations"] == (part,)
    assert recorder.last.unavailable == {"observations": "timeout"}


def entry(resource: dict[str, Any], mode: str | None) -> dict[str, Any]:
    return {"resource": resource} | ({"search": {"mode": mode}} if mode else {})


@pytest.mark.parametrize(
    ("other", "whole"),
    [
        (entry(OBSERVATION, None), True),
        (entry(OBSERVATION, "match"), True),
        (entry(outcome_entry("information", "informational"), None), False),
        (entry(outcome_entry("information", "informational"), "outcome"), False),
        (entry({"resourceType": "Specimen", "id": "s"}, "include"), False),
    ],
    ids=repr,
)
def test_total_counts_matches_only(
    client: FlaskClient,
    body: dict[str, Any],
    recorder: Recorder,
    other: dict[str, Any],
    whole: bool,
) -> None:
    """C-078: an outcome or an included resource does not stand for the result that is missing."""
    sent = searchset(OBSERVATION, total=2)
    sent["entry"].append(other)
    body["prefetch"]["observations"] = sent
    assert client.post(URL, json=body).status_code == 200
    assert recorder.last.unavailable == ({} if whole else {"observations": FALLS_SHORT})


def test_fewer_conditions_than_the_total(client: FlaskClient, body: dict[str, Any]) -> None:
    """C-078: as the first page of conditions."""
    body["prefetch"]["conditions"] = searchset(ALL_CONDITION, total=2)
    assert client.post(URL, json=body).status_code == 200
    other = ALL_CONDITION | {"code": {"text": "Asthma"}}
    body["prefetch"]["conditions"] = searchset(other, total=2)
    assert client.post(URL, json=body).status_code == 412
    body["prefetch"]["conditions"] = searchset(other, total=1)
    assert client.post(URL, json=body).status_code == 200


NO_PATIENT = [
    pytest.param(searchset(failed("forbidden")), id="outcome"),
    pytest.param(searchset(link=NEXT), id="next-page"),
    pytest.param(searchset(total=3), id="total"),
    pytest.param(searchset({"resourceType": "Basic"}), id="another-type"),
    pytest.param({"resourceType": "Bundle", "entry": [{"fullUrl": "urn:x"}]}, id="no-resource"),
]


@pytest.mark.parametrize("value", NO_PATIENT)
def test_bundle_without_the_patient(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, value: dict[str, Any]
) -> None:
    """C-075, C-080: not "there is none"; asked for where that is possible, else 412."""
    body["prefetch"]["patient"] = value
    assert client.post(URL, json=body).status_code == 412
    fhir.answers["Patient"] = Answer((PATIENT,))
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == ["Patient"]


@pytest.mark.parametrize("rest", [(), (PATIENT,)], ids=["nothing more", "the patient again"])
def test_patient_on_the_first_of_two_pages(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder, rest: tuple[dict[str, Any], ...]
) -> None:
    """C-077: the page that was sent is kept; with what follows it is the answer."""

    def answer(path: str, headers: dict[str, str]) -> Reply:
        return Reply(searchset(*rest))

    with serving(answer) as base:
        link = [{"relation": "next", "url": f"{base}?_getpages=2"}]
        body["prefetch"]["patient"] = searchset(PATIENT, link=link)
        assert client.post(URL, json=body | {"fhirServer": base}).status_code == 200
    assert "'p1'" in repr(recorder.last.resources["patient"])
    assert not recorder.last.unavailable


@pytest.mark.parametrize("sent", [None, searchset(), searchset(total=0), searchset(PATIENT)])
def test_bundle_that_is_as_good_as_the_patient_or_null(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, sent: object
) -> None:
    """C-074."""
    body["prefetch"]["patient"] = sent
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert fhir.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        *NO_PATIENT,
        pytest.param(searchset(), id="nothing"),
        pytest.param(PATIENT | {"id": "p2"}, id="another-patient"),
        pytest.param({"resourceType": "Patient"}, id="no-id"),
    ],
)
def test_server_that_gives_no_such_patient(
    client: FlaskClient, body: dict[str, Any], answer: dict[str, Any]
) -> None:
    """C-080: 412, and not the caller's fault."""
    del body["prefetch"]["patient"]
    with serving(lambda _path, _headers: Reply(answer)) as base:
        refused = client.post(URL, json=body | {"fhirServer": base})
    assert refused.status_code == 412
    assert "patient" in check_outcome(refused.get_json())["diagnostics"]


def test_refused_conditions_are_a_412(client: FlaskClient, body: dict[str, Any]) -> None:
    """C-080."""
    body["prefetch"]["conditions"] = failed("forbidden")
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 412


@pytest.mark.parametrize("reason", ["status 401", "status 403", "timeout", "deadline"])
def test_unobtainable_conditions_are_a_412(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, reason: str
) -> None:
    """C-080, C-098."""
    del body["prefetch"]["conditions"]
    fhir.answers["Condition"] = Answer(reason=reason)
    answer = client.post(URL, json=body | {"fhirServer": SERVER})
    assert answer.status_code == 412
    check_outcome(answer.json)


def test_following_pages_are_fetched(
    client: FlaskClient,
    body: dict[str, Any],
    fhir: FakeFhir,
    recorder: Recorder,
    authorization: dict[str, Any],
) -> None:
    """C-077, C-094: a first page is completed with the token of the call."""
    body["prefetch"]["observations"] = searchset(OBSERVATION, link=NEXT)
    fhir.answers["next page"] = Answer((searchset(OBSERVATION | {"id": "o2"}),))
    call = body | {"fhirServer": SERVER, "fhirAuthorization": authorization}
    assert client.post(URL, json=call).status_code == 200
    assert fhir.tokens == {"secret-token"}
    assert "o2" in repr(recorder.last.resources["observations"])
    assert "'o1'" in repr(recorder.last.resources["observations"])
    assert not recorder.last.unavailable


def test_first_page_alone_shows_no_absence(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-078: entries are used, the section is incomplete."""
    body["prefetch"]["observations"] = searchset(OBSERVATION, link=NEXT, total=300)
    assert client.post(URL, json=body).status_code == 200
    assert "o1" in repr(recorder.last.resources["observations"])
    assert recorder.last.incomplete(patient_record()) == {Section.RESULTS}


def test_first_page_of_conditions(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-078: with leukaemia on it the page is enough to go on; without, nobody can tell: 412."""
    body["prefetch"]["conditions"] = searchset(ALL_CONDITION, link=NEXT)
    assert client.post(URL, json=body).status_code == 200
    assert recorder.last.incomplete(patient_record()) == {Section.CONDITIONS}
    body["prefetch"]["conditions"] = searchset(link=NEXT)
    assert client.post(URL, json=body).status_code == 412


@pytest.mark.parametrize(
    ("severity", "code", "details", "incomplete"),
    [
        ("error", "processing", {}, True),
        ("warning", "incomplete", {}, True),
        ("warning", "too-costly", {}, True),
        ("warning", "processing", {"details": {"coding": [{"code": "59133"}]}}, True),
        ("warning", "forbidden", {}, True),
        ("warning", "security", {}, True),
        ("information", "informational", {}, False),
        ("information", "security", {}, False),
        ("warning", "not-found", {}, False),
        ("warning", "suppressed", {"details": {"coding": [{"code": "4119"}]}}, False),
    ],
)
def test_outcome_inside_a_bundle(
    client: FlaskClient,
    body: dict[str, Any],
    recorder: Recorder,
    severity: str,
    code: str,
    details: dict[str, Any],
    incomplete: bool,
) -> None:
    """C-075: the entries count; only an outcome that says "not everything" makes a gap."""
    body["prefetch"]["observations"] = searchset(
        OBSERVATION, outcome_entry(severity, code, **details)
    )
    assert client.post(URL, json=body).status_code == 200
    assert "o1" in repr(recorder.last.resources["observations"])
    expected = {"observations": CUT_SHORT} if incomplete else {}
    assert recorder.last.unavailable == expected


def test_what_a_patient_without_leukaemia_lacks_is_not_missed(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """Else the counter of what could not be had would rise with every chart that is opened."""
    body["prefetch"] = {"patient": PATIENT, "conditions": searchset()}
    assert client.post(URL, json=body).status_code == 200
    assert recorder.last.unavailable == {}
    body["prefetch"]["conditions"] = searchset(ALL_CONDITION)
    assert client.post(URL, json=body).status_code == 200
    assert "observations" in recorder.last.unavailable


def test_patient_without_leukaemia_causes_no_query(
    make_app: Callable[..., Flask], body: dict[str, Any], fhir: FakeFhir
) -> None:
    """The gate: where the conditions name no leukaemia, the rest is not asked for."""
    client = make_app(prefetch="gate").test_client()
    body["prefetch"] = {"patient": PATIENT, "conditions": searchset()}
    answer = client.post(URL, json=body | {"fhirServer": SERVER})
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert fhir.asked == []
    body["prefetch"]["conditions"] = searchset(ALL_CONDITION)
    assert client.post(URL, json=body | {"fhirServer": SERVER}).status_code == 200
    assert len(fhir.asked) == len(patient_record()) - 2


def test_same_data_by_either_way(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    """C-100: prefetch or FHIR server, the evaluation sees the same."""
    client.post(URL, json=body)
    fhir.answers = {"Patient": Answer((PATIENT,)), "Condition": Answer((searchset(ALL_CONDITION),))}
    del body["prefetch"]
    client.post(URL, json=body | {"fhirServer": SERVER})
    first, second = recorder.seen
    assert first.resources == second.resources
    assert len(fhir.asked) == len(patient_record())

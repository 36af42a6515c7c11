"""What a call must look like, and what the service says when it does not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.errors import BadRequest
from service.fhir.prefetch import NOT_SENT
from service.request.wire import read_request
from tests.service.fakes import FakeFhir, Recorder, made_up_service
from tests.service.invariants import check_outcome, schema_errors

URL = "/cds-services/made-up"
DELETE = object()


def changed(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """``body`` with the member at ``path`` replaced, or taken out."""
    result = copy.deepcopy(body)
    *parents, last = path.split(".")
    target = result
    for name in parents:
        target = target[name]
    if value is DELETE:
        del target[last]
    else:
        target[last] = value
    return result


def test_right_call(client: FlaskClient, body: dict[str, Any], recorder: Recorder) -> None:
    """C-110, C-120, C-121: 200 and a list of cards, empty where there is nothing to say."""
    assert schema_errors("request", body) == []
    answer = client.post(URL, json=body)
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert answer.content_type == "application/json"
    assert recorder.last.patient_id == "p1"
    assert not recorder.last.unavailable


WRONG = [
    ("hook", DELETE, "required"),
    ("hook", None, "invalid"),
    ("hook", 5, "invalid"),
    ("hook", " ", "invalid"),
    ("hook", "order-sign", "invalid"),
    ("hookInstance", DELETE, "required"),
    ("hookInstance", "", "invalid"),
    ("hookInstance", "not-a-uuid", "invalid"),
    ("hookInstance", "d1577c69dfbe44adba6d3e05e953b2ea", "invalid"),
    ("hookInstance", "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "invalid"),
    ("hookInstance", ["d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"], "invalid"),
    ("context", DELETE, "required"),
    ("context", None, "invalid"),
    ("context", [], "invalid"),
    ("context", "p1", "invalid"),
    ("context.patientId", DELETE, "required"),
    ("context.patientId", None, "invalid"),
    ("context.patientId", 1, "invalid"),
    ("context.patientId", "", "invalid"),
    ("context.patientId", "Patient/p1", "invalid"),
    ("context.patientId", "p 1", "invalid"),
    ("context.patientId", "p1\n", "invalid"),
    ("context.patientId", "..", "invalid"),
    ("context.patientId", "p1?x=1", "invalid"),
    ("context.patientId", "x" * 65, "invalid"),
    ("context.userId", DELETE, "required"),
    ("context.userId", "dr1", "invalid"),
    ("context.userId", "Device/1", "invalid"),
    ("context.userId", "practitioner/1", "invalid"),
    ("context.userId", "Practitioner/", "invalid"),
    ("context.userId", {"reference": "Practitioner/1"}, "invalid"),
    ("context.encounterId", None, "invalid"),
    ("context.encounterId", "Encounter/1", "invalid"),
    ("prefetch", None, "invalid"),
    ("prefetch", [], "invalid"),
    ("prefetch.patient", "Patient/p1", "invalid"),
    ("prefetch.patient", [], "invalid"),
    ("prefetch.conditions", 0, "invalid"),
    ("fhirServer", None, "invalid"),
    ("fhirServer", "/fhir", "invalid"),
    ("fhirServer", "ftp://ehr.example.org/fhir", "invalid"),
    ("fhirServer", "file:///etc/passwd", "invalid"),
    ("fhirServer", "http://user:word@ehr.example.org/fhir", "invalid"),
    ("fhirServer", "http://ehr.example.org:99999/fhir", "invalid"),
    ("fhirServer", "http://ehr.example.org/fhir?x=1", "invalid"),
    ("fhirServer", "http://ehr.example.org\\@127.0.0.1/", "invalid"),
]


@pytest.mark.parametrize(("path", "value", "code"), WRONG)
def test_wrong_member_is_named(
    client: FlaskClient, body: dict[str, Any], path: str, value: object, code: str
) -> None:
    """C-031, C-032, C-034, C-038, C-043, C-113: 400 with an OperationOutcome that names the
    member.
    """
    answer = client.post(URL, json=changed(body, path, value))
    assert answer.status_code == 400
    issue = check_outcome(answer.json)
    assert issue["expression"] == [path]
    assert issue["code"] == code


AUTHORIZATION_WRONG = [
    ("access_token", DELETE),
    ("access_token", ""),
    ("access_token", "two words"),
    ("access_token", "line\r\nX-Injected: 1"),
    ("token_type", DELETE),
    ("token_type", "bearer"),
    ("token_type", "MAC"),
    ("expires_in", DELETE),
    ("expires_in", "300"),
    ("expires_in", True),
    ("expires_in", 1.5),
    ("scope", DELETE),
    ("subject", DELETE),
    ("patient", 7),
]


@pytest.mark.parametrize(("member", "value"), AUTHORIZATION_WRONG)
def test_wrong_authorization_is_named(
    client: FlaskClient,
    body: dict[str, Any],
    authorization: dict[str, Any],
    member: str,
    value: object,
) -> None:
    """C-090: all members, of the right kind; the token is not repeated in the answer."""
    body |= {"fhirServer": "http://127.0.0.1:1/fhir", "fhirAuthorization": authorization}
    answer = client.post(URL, json=changed(body, f"fhirAuthorization.{member}", value))
    assert answer.status_code == 400
    assert check_outcome(answer.json)["expression"] == [f"fhirAuthorization.{member}"]
    assert "secret-token" not in answer.text


def test_authorization_needs_a_server(
    client: FlaskClient, body: dict[str, Any], authorization: dict[str, Any]
) -> None:
    """C-035."""
    answer = client.post(URL, json=body | {"fhirAuthorization": authorization})
    assert answer.status_code == 400
    assert check_outcome(answer.json)["expression"] == ["fhirServer"]


def test_unknown_members_are_ignored(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-040, C-071, C-190: in the request, the context, the prefetch and the extension."""
    body |= {"junk": [None], "extension": {"com.example.timestamp": 1}}
    body["context"]["junk"] = {}
    body["prefetch"]["junk"] = "anything"
    assert client.post(URL, json=body).status_code == 200
    assert "junk" not in recorder.last.resources
    assert client.post(URL, json=body | {"extension": "odd"}).status_code == 200


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_any_rfc_4122_uuid(
    client: FlaskClient, body: dict[str, Any], case: Callable[[str], str]
) -> None:
    """C-032: any version, any case."""
    for uuid in ("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d"):
        assert client.post(URL, json=body | {"hookInstance": case(uuid)}).status_code == 200


def test_call_without_prefetch(client: FlaskClient, body: dict[str, Any]) -> None:
    """C-037, C-080: without data, and without a server to ask, the answer is 412."""
    del body["prefetch"]
    answer = client.post(URL, json=body)
    assert answer.status_code == 412
    assert check_outcome(answer.json)["code"] == "incomplete"


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r1"])
def test_no_cards_for_patients_and_relatives(
    client: FlaskClient, body: dict[str, Any], user: str, recorder: Recorder, fhir: FakeFhir
) -> None:
    """C-043: an empty list, nothing evaluated, nothing fetched."""
    body["context"]["userId"] = user
    del body["prefetch"]
    answer = client.post(URL, json=body | {"fhirServer": "http://127.0.0.1:9/fhir"})
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert not recorder.seen
    assert not fhir.asked


def test_practitioner_role_is_a_clinician(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    body["context"]["userId"] = "PractitionerRole/r1"
    assert client.post(URL, json=body).status_code == 200
    assert recorder.seen


def test_encounter_may_be_given(client: FlaskClient, body: dict[str, Any]) -> None:
    """C-057."""
    body["context"]["encounterId"] = "e1"
    assert client.post(URL, json=body).status_code == 200


def test_evaluation_date_is_today(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    client.post(URL, json=body)
    assert recorder.last.as_of.isoformat() == "2026-06-15"


def test_evaluation_date_of_a_demonstration(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    extension = {"org.relapse-cds.as-of": "2025-01-31"}
    assert client.post(URL, json=body | {"extension": extension}).status_code == 200
    assert recorder.last.as_of.isoformat() == "2025-01-31"


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2025-02-30", "2025-1-3", "20250103", 20250103, None]
)
def test_evaluation_date_that_is_none(
    client: FlaskClient, body: dict[str, Any], value: object
) -> None:
    answer = client.post(URL, json=body | {"extension": {"org.relapse-cds.as-of": value}})
    assert answer.status_code == 400
    assert check_outcome(answer.json)["expression"] == ["extension.org.relapse-cds.as-of"]


def test_evaluation_date_outside_development(body: dict[str, Any]) -> None:
    """A card that speaks of another day than today has no place in a clinic."""
    services = {"patient-view": made_up_service(Recorder())}
    raw = orjson.dumps(body | {"extension": {"org.relapse-cds.as-of": "2025-01-31"}})
    assert read_request(raw, services, dated=True).as_of is not None
    with pytest.raises(BadRequest, match="development mode only"):
        read_request(raw, services, dated=False)


def test_body_above_the_limit(make_app: Callable[..., Flask], body: dict[str, Any]) -> None:
    small = make_app(max_body=2048).test_client()
    answer = small.post(URL, json=body | {"junk": "x" * 4096})
    assert answer.status_code == 413
    check_outcome(answer.json)


def test_twenty_megabytes_are_read(client: FlaskClient, body: dict[str, Any]) -> None:
    """Long oncology courses reach megabytes."""
    assert client.post(URL, json=body | {"junk": "x" * 20_000_000}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/cds-services/nothing", 404),
        ("GET", "/cds-services/made-up", 405),
        ("DELETE", "/cds-services", 405),
        ("POST", "/cds-services", 405),
        ("GET", "/demo/nothing.json", 404),
        ("GET", "/demo/..%2F..%2Fsettings.json", 404),
    ],
)
def test_other_addresses(client: FlaskClient, method: str, path: str, status: int) -> None:
    """C-039, C-114: JSON, never HTML."""
    answer = client.open(path, method=method, json={})
    assert answer.status_code == status
    assert answer.content_type == "application/json"
    check_outcome(answer.json)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_missing_optional_keys_only_degrade(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-061, C-081: each optional key may be missing; what it held counts as unknown."""
    for name in list(body["prefetch"]):
        if name in ("patient", "conditions"):
            continue
        answer = client.post(URL, json=changed(body, f"prefetch.{name}", DELETE))
        assert answer.status_code == 200
        assert recorder.last.unavailable == {name: NOT_SENT}

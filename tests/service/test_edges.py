"""Around the call: logs, headers, CORS, unforeseen failures, probes, the start page."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hooks.prefetch import Gathered
from hooks.registry import Outcome
from mappings.errors import MappingError
from service.app import create_app
from service.fhir.client import Answer
from service.logs import FIELDS, LOGGER, configure, log
from service.settings import Settings
from tests.service.fakes import FakeFhir, Recorder, made_up_service
from tests.service.invariants import check_outcome
from tests.service.log_lines import Lines

URL = "/cds-services/made-up"
SECRETS = ("secret-token", "p1-secret", "Mallory", "secret message")


def test_log_line_of_a_call(client: FlaskClient, body: dict[str, Any], logged: Lines) -> None:
    """C-224: who was called, how it ended, how long it took."""
    client.post(URL, json=body)
    (line,) = logged.lines
    assert line["event"] == "request"
    assert (line["status"], line["hook"], line["service"]) == (200, "patient-view", "made-up")
    assert line["route"] == "/cds-services/<service_id>"
    assert line["cards"] == 0
    assert set(line) <= FIELDS | {"time", "level", "event"}


def test_no_patient_data_and_no_token_in_logs(
    client: FlaskClient,
    body: dict[str, Any],
    authorization: dict[str, Any],
    logged: Lines,
    fhir: FakeFhir,
) -> None:
    """C-096, C-220: at the lowest level, for good calls, bad calls and failures."""
    body["context"]["patientId"] = "p1-secret"
    body["prefetch"]["patient"] = {
        "resourceType": "Patient",
        "id": "p1-secret",
        "name": [{"family": "Mallory"}],
    }
    del body["prefetch"]["procedures"]
    fhir.answers["Procedure"] = Answer(reason="status 403")
    call = body | {"fhirServer": "http://127.0.0.1:9/fhir", "fhirAuthorization": authorization}
    client.post(URL, json=call)
    client.post(URL, json=call, headers={"Authorization": "Bearer secret-token"})
    client.post(URL, json=call | {"hookInstance": "Mallory"})
    client.post("/cds-services/Mallory", json=call)
    client.get("/Mallory?patient=p1-secret")
    text = json.dumps(logged.lines)
    assert not any(secret in text for secret in SECRETS)
    assert "status 403" in text


def test_fields_outside_the_list_are_dropped(logged: Lines) -> None:
    log("something", status=1, name="Mallory", token="secret-token")
    assert "Mallory" not in json.dumps(logged.lines)
    assert logged.lines[0]["status"] == 1


def test_other_libraries_are_silent() -> None:
    """Their lines can hold addresses with a patient's id."""
    before = list(LOGGER.handlers), LOGGER.propagate, LOGGER.level
    try:
        configure("DEBUG")
        assert logging.getLogger("urllib3").level == logging.CRITICAL
    finally:
        LOGGER.handlers[:], LOGGER.propagate, level = before[0], before[1], before[2]
        LOGGER.setLevel(level)


@pytest.fixture
def failing(fhir: FakeFhir) -> Callable[[Exception], FlaskClient]:
    """Makes a client of a service whose evaluation raises."""

    def make(error: Exception) -> FlaskClient:
        def evaluate(gathered: Gathered) -> Outcome:
            raise error

        service = made_up_service(evaluate, worth_completing=lambda gathered: True)
        return create_app(Settings(), source=fhir, services=[service]).test_client()

    return make


def test_unforeseen_failure(
    failing: Callable[[Exception], FlaskClient], body: dict[str, Any], logged: Lines
) -> None:
    """C-114: 500 in JSON, without trace, message or data, in the answer and in the log."""
    answer = failing(ZeroDivisionError("secret message")).post(URL, json=body)
    assert answer.status_code == 500
    check_outcome(answer.json)
    assert "ZeroDivision" not in answer.text
    assert "secret" not in answer.text
    failure = next(line for line in logged.lines if line["event"] == "failure")
    assert failure["error"] == "ZeroDivisionError"
    assert "test_edges.py" in failure["where"]
    assert "secret" not in json.dumps(logged.lines)
    assert failure["requestId"] == answer.headers["X-Request-Id"]


def test_record_of_another_patient(
    failing: Callable[[Exception], FlaskClient], body: dict[str, Any]
) -> None:
    """C-044: what the mapping refuses is told as a 400."""
    answer = failing(MappingError("The Patient is somebody else.")).post(URL, json=body)
    assert answer.status_code == 400
    assert check_outcome(answer.json)["diagnostics"] == "The Patient is somebody else."


def test_recursion_is_a_bad_request(
    failing: Callable[[Exception], FlaskClient], body: dict[str, Any]
) -> None:
    answer = failing(RecursionError()).post(URL, json=body)
    assert answer.status_code == 400
    check_outcome(answer.json)


def test_security_headers(client: FlaskClient, body: dict[str, Any]) -> None:
    for answer in (client.get("/"), client.post(URL, json=body), client.get("/nothing")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0123456789abcdef", True), ("short", False), ("x" * 65, False), ("a b c d e f g", False)],
)
def test_request_id(client: FlaskClient, given: str, kept: bool) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/cds-services", URL])
def test_preflight(client: FlaskClient, path: str) -> None:
    """C-221: any origin in development, never with credentials."""
    answer = client.options(
        path,
        headers={
            "Origin": "https://sandbox.cds-hooks.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_errors_carry_cors_headers(client: FlaskClient) -> None:
    answer = client.post(URL, data=b"{", headers={"Origin": "https://x.example.org"})
    assert answer.status_code == 415
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ("https://ehr.example.org", "https://ehr.example.org", True),
        ("https://ehr.example.org", "https://ehr.example.org.evil.com", False),
        ("https://ehr.example.org", "https://evil.example.org", False),
        ("https://ehr.example.org", "https://EHR.example.org", True),
        ("https://ehr.example.org", "https://ehrxexample.org", False),
        ("https://[fd00::1]:8443", "https://[fd00::1]:8443", True),
        ("https://[fd00::1]:8443", "https://f:8443.evil.com", False),
        ("https://a.example, https://b.example:444", "https://b.example:444", True),
        ("https://a.example, https://b.example:444", "https://b.example", False),
        ("", "https://ehr.example.org", False),
    ],
)
def test_listed_origins(
    make_app: Callable[..., Flask], origins: str, origin: str, allowed: bool
) -> None:
    answer = (
        make_app(cors_origins=origins)
        .test_client()
        .get("/cds-services", headers={"Origin": origin})
    )
    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)


def test_probes(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json is not None
    assert (ready.json["status"], ready.json["services"]) == ("ready", 1)


@pytest.mark.parametrize(("require_auth", "status"), [(False, 200), (True, 503)])
def test_ready_without_a_database_where_nobody_needs_a_token(
    make_app: Callable[..., Flask], tmp_path: Path, require_auth: bool, status: int
) -> None:
    """Advice needs no database; the check that a token is used once does."""
    (tmp_path / "file").write_text("no folder")
    clients = tmp_path / "clients.toml"
    clients.write_text(
        '[[client]]\nname = "h"\niss = "https://h.example"\njku = "https://h.example/jwks.json"\n'
    )
    app = make_app(
        database_url=f"sqlite:///{tmp_path}/file/memory.db",
        require_auth=require_auth,
        clients=str(clients),
        public_url="https://cds.example",
    )
    answer = app.test_client().get("/readyz")
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json.get("database") == ("unavailable" if require_auth else None)


def test_not_ready_where_used_tokens_cannot_be_noted(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    """A database that is locked, or can only be read, answers every call with 503."""
    clients = tmp_path / "clients.toml"
    clients.write_text(
        '[[client]]\nname = "h"\niss = "https://h.example"\njku = "https://h.example/jwks.json"\n'
    )
    settings = {
        "database_url": f"sqlite:///{tmp_path}/memory.db",
        "require_auth": True,
        "clients": str(clients),
        "public_url": "https://cds.example",
    }
    assert make_app(**settings).test_client().get("/readyz").status_code == 200
    with closing(sqlite3.connect(tmp_path / "memory.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert make_app(**settings).test_client().get("/readyz").status_code == 503
    assert make_app(**settings).test_client().get("/readyz").status_code == 200


def test_an_unknown_method_is_not_repeated_in_the_log(client: FlaskClient, logged: Lines) -> None:
    assert client.open("/cds-services", method="SECRETWORD").status_code == 405
    (line,) = logged.lines
    assert line["method"] == "other"
    assert "SECRETWORD" not in json.dumps(line)


def test_start_page(client: FlaskClient) -> None:
    """Says what this is, how far it may be trusted, and where everything is."""
    answer = client.get("/")
    assert answer.mimetype == "text/html"
    for words in ("relapse-cds", "/cds-services", "Development mode", "/healthz"):
        assert words in answer.text


def test_calls_do_not_remember(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-233: nothing of one call is seen in the next."""
    client.post(URL, json=body)
    body["prefetch"]["observations"] = {"resourceType": "Bundle", "type": "searchset"}
    body["prefetch"]["procedures"] = None
    client.post(URL, json=body)
    first, second = recorder.seen
    assert first.resources["procedures"]
    assert second.resources["procedures"] == ()

"""Recognisable secrets sent through every path: none is in a log line, an error or a metric."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hooks.registry import Outcome
from service.fhir.client import Answer
from service.logs import FIELDS, JsonLines
from tests.service.fakes import FakeFhir, made_up_service
from tests.service.log_lines import Lines
from tests.service.recording import URL, Make, database_url, make, request_body

__all__ = ["database_url", "make"]

SECRET = "qX7zSECRETz7Xq"
ID = "qX7zPATIENTz7Xq"


def clean(text: str) -> None:
    for secret in (SECRET, ID):
        assert secret not in text
        assert secret.lower() not in text.lower()


def own(body: dict[str, Any]) -> dict[str, Any]:
    """The call for the patient whose id is a secret, with a token that is one, too."""
    text = orjson.dumps(body).replace(body["context"]["patientId"].encode(), ID.encode())
    changed: dict[str, Any] = orjson.loads(text)
    changed["fhirServer"] = "http://127.0.0.1:9/fhir"
    changed["fhirAuthorization"] = {
        "access_token": SECRET,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": f"patient/*.read {SECRET}",
        "subject": SECRET,
    }
    changed["context"]["userId"] = f"Practitioner/{SECRET}"
    changed["prefetch"]["patient"]["name"] = [{"family": SECRET}]
    return changed


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from members(inner, (*path, name))


def with_secret_at(body: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed: dict[str, Any] = orjson.loads(orjson.dumps(body))
    holder: Any = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = SECRET
    return changed


def test_a_secret_in_place_of_any_member_of_a_call(make: Make, logged: Lines) -> None:
    client = make().test_client()
    body = own(request_body("possible-relapse"))
    frame = {name: value for name, value in body.items() if name != "prefetch"}
    paths = [*members(frame), *(("prefetch", name) for name in body["prefetch"])]
    statuses = set()
    for path in paths:
        answer = client.post(URL, json=with_secret_at(body, path))
        statuses.add(answer.status_code)
        if answer.status_code != 200:
            clean(answer.text)
    assert statuses >= {200, 400}
    assert logged.text.count('"event":"request"') == len(paths)
    clean(logged.text)
    clean(client.get("/metrics").text)


def test_a_secret_as_the_value_of_every_text_of_a_record(make: Make, logged: Lines) -> None:
    """What the record words may stand on the card, which is for its doctor, and nowhere else."""
    client = make().test_client()
    body = own(request_body("cd22-never-tested"))
    for name, bundle in body["prefetch"].items():
        for entry in bundle.get("entry", ()) if isinstance(bundle, dict) else ():
            resource = entry["resource"]
            resource["note"] = [{"text": SECRET}]
            if isinstance(resource.get("code"), dict):
                resource["code"]["text"] = f"{resource['code'].get('text', name)} {SECRET}"
    answer = client.post(URL, json=body)
    assert answer.status_code == 200
    clean(logged.text)
    clean(client.get("/metrics").text)


@pytest.mark.parametrize(
    "data",
    [
        f'{{"hook": "{SECRET}"',
        f'{{"hook": "{SECRET}", "hook": "{SECRET}"}}',
        f'"{SECRET}"',
        f"{SECRET}",
        f'{{"{SECRET}": NaN}}',
        "[" * 90_000 + SECRET,
        f"\xff{SECRET}",
    ],
)
def test_a_secret_in_a_body_that_is_no_call(make: Make, logged: Lines, data: str) -> None:
    client = make().test_client()
    for url in (URL, f"{URL}/feedback"):
        answer = client.post(url, data=data.encode("latin-1"), content_type="application/json")
        assert 400 <= answer.status_code < 500
        clean(answer.text)
    clean(logged.text)


def requests_with_secrets(client: FlaskClient) -> Iterator[Any]:
    for method, path in itertools.product(
        ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"),
        (
            f"/{SECRET}",
            f"/cds-services/{SECRET}",
            f"/cds-services/{SECRET}/feedback",
            f"/cds-services?patient={SECRET}",
            f"/knowledge?{SECRET}",
            f"/demo/{SECRET}.json",
            f"/schemas/{SECRET}.json",
        ),
    ):
        yield client.open(path, method=method)
    for header in (
        "Authorization",
        "X-Request-Id",
        "Content-Type",
        "Content-Encoding",
        "Origin",
        "Cookie",
        "User-Agent",
        "X-Forwarded-For",
        "Host",
    ):
        yield client.post(URL, data=b"{}", headers={header: f"Bearer {SECRET}"})


def test_a_secret_in_address_or_header(make: Make, logged: Lines) -> None:
    client = make().test_client()
    for answer in requests_with_secrets(client):
        assert answer.status_code < 500
        if answer.status_code >= 400:
            clean(answer.text)
        clean(str([value for name, value in answer.headers if name != "Location"]))
    clean(logged.text)


def test_a_secret_in_feedback(make: Make, logged: Lines) -> None:
    client = make().test_client()
    item: dict[str, Any] = {
        "card": SECRET,
        "outcome": "overridden",
        "outcomeTimestamp": "2026-06-15T10:00:00Z",
        "overrideReason": {
            "reason": {"code": SECRET, "system": SECRET, "display": SECRET},
            "userComment": f"<script>{SECRET}</script>",
        },
    }
    assert client.post(f"{URL}/feedback", json={"feedback": [item]}).status_code == 200
    for name in ("card", "outcome", "outcomeTimestamp", "overrideReason"):
        wrong = item | {name: [SECRET]}
        answer = client.post(f"{URL}/feedback", json={"feedback": [item, wrong]})
        assert answer.status_code == 400
        clean(answer.text)
    clean(logged.text)
    clean(client.get("/metrics").text)


def test_a_secret_in_an_unforeseen_failure(
    make_app: Callable[..., Flask], body: dict[str, Any], logged: Lines
) -> None:
    """The one case that must not happen, and does: a bug whose message repeats the record."""

    def fails(_gathered: object) -> Outcome:
        raise KeyError(SECRET)

    from service.app import create_app
    from service.settings import Settings

    app = create_app(Settings(), source=FakeFhir(), services=[made_up_service(fails)])
    answer = app.test_client().post("/cds-services/made-up", json=body)
    assert answer.status_code == 500
    clean(answer.text)
    clean(logged.text)
    assert '"error":"KeyError"' in logged.text


def test_a_secret_in_what_the_fhir_server_answers(
    make_app: Callable[..., Flask], body: dict[str, Any], logged: Lines, fhir: FakeFhir
) -> None:
    fhir.answers["Procedure"] = Answer(({"resourceType": SECRET, "id": ID},), "status 500")
    del body["prefetch"]["procedures"]
    body["fhirServer"] = "http://127.0.0.1/fhir"
    client = make_app().test_client()
    client.post("/cds-services/made-up", json=body)
    clean(logged.text)
    clean(client.get("/metrics").text)


def test_a_field_outside_the_list_reaches_no_line() -> None:
    record = logging.LogRecord("relapse_cds", logging.INFO, "", 0, "event", (), None)
    record.fields = {"patient": SECRET, "token": SECRET, "status": 200}
    line = orjson.loads(JsonLines().format(record))
    assert set(line) <= FIELDS | {"time", "level", "event"}
    assert SECRET not in str(line)

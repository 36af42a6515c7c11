"""Bodies and content types: what is read, and what is refused before any member is looked at."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from tests.service.invariants import check_outcome

URL = "/cds-services/made-up"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b"42",
        b"{",
        b'{"hook": "patient-view"',
        b"{'hook': 1}",
        b'{"hook": "patient-view",}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\xff\xfe"}',
        '{"a": "ä"}'.encode("utf-16"),
        b'{"a": "\\ud800"}',
        b"\x00\x01\x02",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000,
        b'{"context": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
        b"<html></html>",
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_body_that_is_no_json_object(client: FlaskClient, raw: bytes) -> None:
    """C-039: 400 in JSON, however it is broken; nothing of the body comes back."""
    answer = client.post(URL, data=raw, content_type="application/json")
    assert answer.status_code == 400
    check_outcome(answer.json)


def test_deep_resource_is_no_crash(client: FlaskClient, body: dict[str, Any]) -> None:
    """Resources may be nested as deep as the parser allows; the answer is a 200 or a 400."""
    body["prefetch"]["observations"] = "HERE"
    deep = b'{"resourceType": "Observation", "a": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}"
    raw = orjson.dumps(body).replace(b'"HERE"', deep)
    answer = client.post(URL, data=raw, content_type="application/json")
    assert answer.status_code in (200, 400)


def test_byte_order_mark_and_repeated_members_are_read(
    client: FlaskClient, body: dict[str, Any]
) -> None:
    raw = b'\xef\xbb\xbf{"hook": "order-sign",' + orjson.dumps(body)[1:]
    assert client.post(URL, data=raw, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/JSON;charset=UTF-8",
        "application/fhir+json",
        "application/fhir+json; fhirVersion=4.0",
    ],
)
def test_content_types_that_are_read(client: FlaskClient, body: dict[str, Any], kind: str) -> None:
    """C-041."""
    assert client.post(URL, data=orjson.dumps(body), content_type=kind).status_code == 200


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "json"]
)
def test_content_types_that_are_not(
    client: FlaskClient, body: dict[str, Any], kind: str | None
) -> None:
    answer = client.post(URL, data=orjson.dumps(body), content_type=kind)
    assert answer.status_code == 415
    check_outcome(answer.json)


def test_compressed_body_is_refused(client: FlaskClient, body: dict[str, Any]) -> None:
    answer = client.post(URL, json=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415

"""Requests made to break something: refused with a 4xx or read for what they are, never a failure,
never slow, and nothing of them comes back where it could do harm.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.service.fakes import Recorder
from tests.service.invariants import check_outcome

MADE_UP = "/cds-services/made-up"
REAL = "/cds-services/relapsed-b-all"


def sent(client: FlaskClient, raw: bytes, **kwargs: Any) -> Any:
    return client.post(MADE_UP, data=raw, content_type="application/json", **kwargs)


@pytest.mark.parametrize(
    "value",
    [
        "abcdefgh\r\nX-Injected: 1",
        "abcdefgh\nSet-Cookie: a=b",
        "abcdefgh\x00",
        "abcdefgh\u0130",
        "<script>alert(1)</script>",
        "x" * 100_000,
    ],
    ids=lambda value: ascii(value[:24]),
)
def test_request_id_is_no_way_in(client: FlaskClient, value: str) -> None:
    """Header injection: an id of another form is replaced, not repeated."""
    answer = client.get("/cds-services", environ_overrides={"HTTP_X_REQUEST_ID": value})
    assert answer.status_code == 200
    assert len(answer.headers["X-Request-Id"]) == 32
    assert "X-Injected" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_repeated_members(client: FlaskClient, body: dict[str, Any], recorder: Recorder) -> None:
    """The last one counts, and it is the one that is checked: there is no second reading."""
    raw = orjson.dumps(body)
    twice = raw.replace(b'"patientId":"p1"', b'"patientId":"p1","patientId":"p2"')
    assert twice != raw
    assert sent(client, twice).status_code == 200
    assert recorder.last.patient_id == "p2"
    bad = raw.replace(b'"patientId":"p1"', b'"patientId":"p1","patientId":"../p2"')
    assert sent(client, bad).status_code == 400


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
def test_compressed_bodies(client: FlaskClient, recorder: Recorder, encoding: str) -> None:
    """A bomb of 100 MB is refused unopened: 415."""
    bomb = gzip.compress(b"0" * 100_000_000)
    began = time.perf_counter()
    answer = sent(client, bomb, headers={"Content-Encoding": encoding})
    assert answer.status_code == 415
    assert "Content-Encoding" in str(check_outcome(answer.json)["diagnostics"])
    assert time.perf_counter() - began < 2
    assert not recorder.seen


@pytest.mark.parametrize("size", [2047, 2048, 2049, 100_000])
def test_body_without_a_length(make_app: Callable[..., Flask], size: int) -> None:
    """Chunked bodies carry no Content-Length: the limit holds for what arrives. 400 at the limit,
    as the body is no request; 413 above it.
    """
    raw = b'{"a":"' + b"x" * (size - 8) + b'"}'
    answer = (
        make_app(max_body=2048)
        .test_client()
        .post(
            MADE_UP,
            input_stream=BytesIO(raw),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )
    )
    assert answer.status_code == (400 if size <= 2048 else 413)
    check_outcome(answer.json)


@pytest.mark.parametrize(
    "number",
    [b"1e999", b"-1e999", b"9" * 5000, b"1" + b"0" * 400, b"0x10", b"1e", b"+1", b".5", b"01"],
    ids=lambda raw: repr(raw[:8]),
)
def test_huge_and_odd_numbers(client: FlaskClient, body: dict[str, Any], number: bytes) -> None:
    """Neither an infinite number nor minutes of arithmetic: refused where it is no JSON or no
    finite number, read otherwise.
    """
    raw = orjson.dumps(body | {"junk": "HERE"}).replace(b'"HERE"', number)
    began = time.perf_counter()
    assert sent(client, raw).status_code in (200, 400)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("number", [b"1e308", b"-1e308", b"1e-320", b"1" + b"0" * 300, b"-0"])
def test_huge_results(real: FlaskClient, relapse: dict[str, Any], number: bytes) -> None:
    """The same as the value of every result of a real record."""
    for entry in relapse["prefetch"]["observations"]["entry"]:
        if "valueQuantity" in entry["resource"]:
            entry["resource"]["valueQuantity"]["value"] = "HERE"
    raw = orjson.dumps(relapse).replace(b'"HERE"', number)
    answer = real.post(REAL, data=raw, content_type="application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["context.patientId", "context.userId", "context.encounterId", "hook", "hookInstance"],
)
@pytest.mark.parametrize("tail", ["\u0000", "\n", "\u202e", "\ufeff", " ", "%00", "\u0661"])
def test_invisible_characters(
    client: FlaskClient, body: dict[str, Any], path: str, tail: str
) -> None:
    """C-032, C-034: NUL, line ends, direction marks, foreign digits: an id holds none of them."""
    body["context"]["encounterId"] = "e1"
    holder, _, name = path.rpartition(".")
    target = body[holder] if holder else body
    target[name] += tail
    answer = client.post(MADE_UP, json=body)
    assert answer.status_code == 400
    assert check_outcome(answer.json)["expression"] == [path]


def test_invisible_characters_in_the_record(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """NUL, escape sequences and direction marks in words of the record reach no card."""
    nasty = "\u0000\u001b[31m\u202e\u2066<script>alert(1)</script>](javascript:alert(1))"

    def spoiled(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: member + nasty
                if name in ("text", "display", "valueString") and isinstance(member, str)
                else spoiled(member)
                for name, member in value.items()
            }
        return [spoiled(item) for item in value] if isinstance(value, list) else value

    relapse["prefetch"] = spoiled(relapse["prefetch"])
    answer = real.post(REAL, json=relapse)
    assert answer.status_code == 200
    for card in answer.json["cards"]:
        shown = card["summary"] + card["detail"]
        assert not set("\u0000\u001b\u202e\u2066") & set(shown)
        assert "<script" not in shown


REPEATED = [
    "a",
    " ",
    "all ",
    "leukaemia ",
    "no ",
    "<",
    "1",
    "(",
    "-",
    "B-ALL,",
    "CD19 +",
    "MRD 0.",
    "é",
]


@pytest.mark.parametrize("piece", REPEATED)
def test_long_texts_cost_little(real: FlaskClient, relapse: dict[str, Any], piece: str) -> None:
    """Patterns that search text take time in proportion to it: 200,000 characters in a condition, a
    result and a report, below three seconds together.
    """
    text = (piece * 200_000)[:200_000]
    prefetch = relapse["prefetch"]
    for name, member in (
        ("conditions", {"code": {"text": text}}),
        ("observations", {"valueString": text, "note": [{"text": text}]}),
        ("diagnosticReports", {"conclusion": text}),
    ):
        prefetch[name]["entry"][0]["resource"] |= member
        prefetch[name]["entry"][-1]["resource"] |= member
    began = time.perf_counter()
    assert real.post(REAL, json=relapse).status_code == 200
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/cds-services/made-up%00", 404),
        ("POST", "/cds-services/made-up%0d%0aX-Injected:1", 404),
        ("POST", "/cds-services/" + "x" * 5000, 404),
        ("POST", "/cds-services/..%2f..%2fetc%2fpasswd", 404),
        ("POST", "/cds-services//made-up", 404),
        ("POST", "/cds-services/MADE-UP", 404),
        ("PUT", MADE_UP, 405),
        ("PATCH", MADE_UP, 405),
        ("DELETE", MADE_UP, 405),
        ("TRACE", MADE_UP, 405),
        ("PROPFIND", "/cds-services", 405),
    ],
    ids=lambda value: str(value)[:40],
)
def test_odd_addresses_and_methods(
    client: FlaskClient, body: dict[str, Any], method: str, path: str, status: int
) -> None:
    """C-030, C-039, C-114: JSON errors that repeat nothing of the address."""
    answer = client.open(path, method=method, json=body)
    assert answer.status_code == status
    assert answer.content_type == "application/json"
    check_outcome(answer.json)
    assert "Injected" not in answer.text
    assert "passwd" not in answer.text


def test_method_override_headers_are_not_obeyed(client: FlaskClient, body: dict[str, Any]) -> None:
    headers = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    assert client.get(MADE_UP, json=body, headers=headers).status_code == 405


@pytest.mark.parametrize("accept", ["text/html", "application/json+fhir", "*/*;q=0", "\u00ff", ""])
def test_accept_is_never_a_reason_to_refuse(
    client: FlaskClient, body: dict[str, Any], accept: str
) -> None:
    """C-001: the answer is JSON whatever is asked for."""
    answer = client.post(MADE_UP, json=body, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.content_type == "application/json"


def test_query_string_is_ignored(
    client: FlaskClient, body: dict[str, Any], recorder: Recorder
) -> None:
    assert client.post(f"{MADE_UP}?patientId=p2&hook=x", json=body).status_code == 200
    assert recorder.last.patient_id == "p1"


def test_trailing_slash(client: FlaskClient, body: dict[str, Any]) -> None:
    """C-010: with and without, and never a redirect that would lose the body."""
    assert client.get("/cds-services/").status_code == 200
    assert client.post(f"{MADE_UP}/", json=body).status_code == 200


def test_many_members_cost_little(client: FlaskClient, body: dict[str, Any]) -> None:
    """Names chosen to collide, or simply many, are no lever."""
    body["junk"] = {str(number * (2**61 - 1)): number for number in range(200_000)}
    began = time.perf_counter()
    assert client.post(MADE_UP, json=body).status_code == 200
    assert time.perf_counter() - began < 5


def test_foreign_records_by_the_thousand(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-044: the record of somebody else, many times the size of the patient's own, changes no
    card.
    """

    def details(call: dict[str, Any]) -> list[str]:
        return [card["detail"] for card in real.post(REAL, json=call).json["cards"]]

    expected = details(relapse)
    for name, bundle in relapse["prefetch"].items():
        if name == "patient" or not bundle.get("entry"):
            continue
        own = [entry["resource"] for entry in bundle["entry"]]
        bundle["entry"] += [
            {
                "resource": resource
                | {"id": f"{resource['id']}-{number}", "subject": {"reference": "Patient/mallory"}}
            }
            for number in range(20)
            for resource in own
        ]
    assert details(relapse) == expected

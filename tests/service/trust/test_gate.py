"""The gate on the wire: who is let in, what a refusal looks like, and what the log keeps."""

from __future__ import annotations

import json
import socket
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from service.app import RUNTIME, create_app
from service.logs import FIELDS
from service.settings import Settings
from service.trust.gate import audiences
from service.trust.tokens import NonceStore
from tests.service.fakes import TODAY, FakeFhir, Recorder, made_up_service
from tests.service.fhir_server import Reply, serving
from tests.service.log_lines import Lines
from tests.service.trust.signing import (
    DISCOVERY,
    EHR,
    PUBLIC_URL,
    SERVICE,
    MemoryNonces,
    NoStore,
    Signer,
    compact,
    ec_key,
    key_set,
    trust_file,
    write_keys,
)

HOSPITAL = Signer()
MALLORY = replace(HOSPITAL, key=ec_key("mallory"))
FEEDBACK = f"{SERVICE}/feedback"
ITEM = {
    "card": "0d1f6d2e-5a1c-4c52-9d4b-7f2b5d5a7d10",
    "outcome": "overridden",
    "outcomeTimestamp": "2026-06-15T10:00:00Z",
}


@pytest.fixture
def make(tmp_path: Path, fhir: FakeFhir, recorder: Recorder) -> Iterator[Callable[..., Flask]]:
    """An app that trusts the hospital and asks for a token; members of the hospital's entry, or
    settings, may be given.
    """
    apps: list[Flask] = []

    def build(
        *, nonces: NonceStore | None = None, entry: dict[str, Any] | None = None, **settings: Any
    ) -> Flask:
        write_keys(tmp_path, HOSPITAL.public())
        hospital = {"name": "hospital", "iss": EHR, "jwks_file": "keys.json", **(entry or {})}
        hospital = {name: value for name, value in hospital.items() if value is not None}
        members = {
            "clients": trust_file(tmp_path, hospital),
            "public_url": PUBLIC_URL,
            "require_auth": True,
            "database_url": f"sqlite:///{tmp_path / 'store.db'}",
            **settings,
        }
        app = create_app(
            Settings(**members),
            today=lambda: TODAY,
            source=fhir,
            services=[made_up_service(recorder)],
            nonces=nonces,
        )
        apps.append(app)
        return app

    yield build
    for app in apps:
        app.extensions[RUNTIME].close()


@pytest.fixture
def guarded(make: Callable[..., Flask]) -> FlaskClient:
    return make(nonces=MemoryNonces()).test_client()


@pytest.fixture
def open_to_all(make: Callable[..., Flask]) -> FlaskClient:
    return make(nonces=MemoryNonces(), require_auth=False).test_client()


def signed(aud: Any, signer: Signer = HOSPITAL, **claims: Any) -> dict[str, str]:
    return {"Authorization": signer.bearer(aud, **claims)}


# Where a token is required


def test_discovery_call_and_feedback_need_a_token(
    guarded: FlaskClient, body: dict[str, Any]
) -> None:
    """C-026, C-180, C-203, C-207."""
    assert guarded.get("/cds-services").status_code == 401
    assert guarded.get("/cds-services", headers=signed(DISCOVERY)).status_code == 200
    path = "/cds-services/made-up"
    assert guarded.post(path, json=body).status_code == 401
    assert guarded.post(path, json=body, headers=signed(SERVICE)).status_code == 200
    sent = {"feedback": [ITEM]}
    assert guarded.post(f"{path}/feedback", json=sent).status_code == 401
    for aud in (FEEDBACK, SERVICE):  # C-208: that of the service is accepted too
        assert guarded.post(f"{path}/feedback", json=sent, headers=signed(aud)).status_code == 200
    other = signed(DISCOVERY)
    assert guarded.post(f"{path}/feedback", json=sent, headers=other).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cds-services/"),
        ("HEAD", "/cds-services"),
        ("GET", "/cds-services/made-up"),
        ("PUT", "/cds-services/made-up"),
        ("POST", "/cds-services/none"),
        ("POST", "/cds-services/made-up/"),
        ("POST", "/cds-services/made-up/feedback/"),
        ("POST", "/cds-services/made-up/other"),
        ("POST", "/cds-services//feedback"),
        ("POST", "/cds-services/made%2Dup"),
        ("POST", "/%63ds-services/made-up"),
        ("DELETE", "/cds-services"),
        ("PROPFIND", "/cds-services/made-up"),
    ],
)
def test_nothing_below_is_open(guarded: FlaskClient, method: str, path: str) -> None:
    """Not even what does not exist, or does not answer this method."""
    assert guarded.open(path, method=method).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/knowledge", "/"])
def test_pages_and_probes_need_none(guarded: FlaskClient, path: str) -> None:
    assert guarded.get(path).status_code == 200
    assert guarded.get(path, headers={"Authorization": "Bearer x"}).status_code == 200


def test_preflight_needs_none(make: Callable[..., Flask]) -> None:
    """C-221: browsers send no token with it."""
    client = make(nonces=MemoryNonces(), cors_origins=("https://ehr.example.org",)).test_client()
    preflight = {
        "Origin": "https://ehr.example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    for path in ("/cds-services", "/cds-services/made-up", "/cds-services/made-up/feedback"):
        answer = client.options(path, headers=preflight)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"
    refused = client.get("/cds-services", headers={"Origin": "https://ehr.example.org"})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"


REFUSED: dict[str, Callable[[], dict[str, str]]] = {
    "missing": dict,
    "malformed": lambda: {"Authorization": "Basic YTpi"},
    "header": lambda: signed(SERVICE, replace(HOSPITAL, header={"crit": ["exp"]})),
    "issuer": lambda: signed(SERVICE, replace(HOSPITAL, iss="https://mallory.example.org")),
    "algorithm": lambda: signed(SERVICE, replace(HOSPITAL, header={"alg": "none"})),
    "key": lambda: signed(SERVICE, replace(HOSPITAL, kid="other")),
    "signature": lambda: signed(SERVICE, MALLORY),
    "claims": lambda: signed(SERVICE, jti=7),
    "audience": lambda: signed(DISCOVERY),
    "not-yet": lambda: signed(SERVICE, iat=4_000_000_000, exp=4_000_000_100),
    "expired": lambda: signed(SERVICE, iat=1, exp=2),
    "lifetime": lambda: signed(SERVICE, iat=1, exp=4_000_000_000),
    "tenant": lambda: signed(SERVICE, tenant="east"),
}
"""Headers by the reason of their refusal; signed when they are used, since tokens expire."""


def test_refusals_are_alike_and_the_log_tells_them_apart(
    make: Callable[..., Flask], body: dict[str, Any], logged: Lines
) -> None:
    """Same bytes, same headers but the request id: a caller learns nothing."""
    client = make(nonces=MemoryNonces(), entry={"tenants": ["north"]}).test_client()
    used = signed(SERVICE, tenant="north", jti="once")
    assert client.post("/cds-services/made-up", json=body, headers=used).status_code == 200
    logged.lines.clear()
    answers = set()
    for reason, headers in {**REFUSED, "replay": lambda: used}.items():
        answer = client.post("/cds-services/made-up", json=body, headers=headers())
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        shown = [(name, value) for name, value in answer.headers if name != "X-Request-Id"]
        answers.add((answer.get_data(), tuple(shown)))
        line = logged.lines[-1]
        assert line["reason"] == reason
        assert line["requestId"] == answer.headers["X-Request-Id"]
        known = reason not in {"missing", "malformed", "header", "issuer"}
        assert line.get("client") == ("hospital" if known else None)
    assert len(answers) == 1


def test_jku_elsewhere(make: Callable[..., Flask], logged: Lines) -> None:
    """C-215: no address is asked, and the answer is the usual one."""
    asked: list[str] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        asked.append(path)
        return Reply(key_set(MALLORY.public()))

    with serving(answer) as evil:
        jku = "http://127.0.0.1:9/jwks.json"
        app = make(nonces=MemoryNonces(), entry={"jwks_file": None, "jku": jku})
        headers = signed(DISCOVERY, replace(MALLORY, header={"jku": f"{evil}/jwks.json"}))
        assert app.test_client().get("/cds-services", headers=headers).status_code == 401
    assert asked == []
    assert logged.lines[-1]["reason"] == "jku"


def test_proxies_do_not_change_the_address(guarded: FlaskClient) -> None:
    """C-209: aud is compared with the configured address, not with what the request says of
    itself.
    """
    forwarded = {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "http"}
    for host in ("internal:8000", "evil.example.org"):
        headers = {**signed(DISCOVERY), **forwarded, "Host": host}
        assert guarded.get("/cds-services", headers=headers).status_code == 200
        theirs = {**signed(f"https://{host}/cds-services"), **forwarded, "Host": host}
        assert guarded.get("/cds-services", headers=theirs).status_code == 401


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/cds-services", (DISCOVERY,)),
        ("/cds-services/", (DISCOVERY,)),
        ("/cds-services/made-up", (SERVICE,)),
        ("/cds-services/made-up/", (SERVICE,)),
        ("/cds-services/made-up/feedback", (FEEDBACK, SERVICE)),
        ("/cds-services/feedback", (f"{DISCOVERY}/feedback",)),
    ],
)
def test_audiences(path: str, expected: tuple[str, ...]) -> None:
    assert audiences(PUBLIC_URL, path) == expected
    assert audiences("", path) == ()


def test_header_sent_twice(guarded: FlaskClient) -> None:
    twice = [("Authorization", HOSPITAL.bearer(DISCOVERY)) for _ in range(2)]
    assert guarded.get("/cds-services", headers=twice).status_code == 401


def test_store_down(make: Callable[..., Flask], logged: Lines) -> None:
    """Repeated use cannot be ruled out: 503, and only for who would have got in."""
    client = make(nonces=NoStore()).test_client()
    answer = client.get("/cds-services", headers=signed(DISCOVERY))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "new token" in answer.get_json()["issue"][0]["diagnostics"]
    assert logged.lines[-1]["reason"] == "store"
    assert client.get("/cds-services", headers=signed(DISCOVERY, MALLORY)).status_code == 401
    assert client.get("/cds-services").status_code == 401


def test_database_remembers_across_apps(make: Callable[..., Flask]) -> None:
    """C-218: two workers are two apps on one database."""
    first, second = make().test_client(), make().test_client()
    headers = signed(DISCOVERY)
    assert first.get("/cds-services", headers=headers).status_code == 200
    assert second.get("/cds-services", headers=headers).status_code == 401
    assert first.get("/cds-services", headers=headers).status_code == 401


def test_body_of_a_stranger_is_not_read(guarded: FlaskClient) -> None:
    """Neither parsed nor waited for: the refusal comes before the first byte of it."""
    handler = type("Silent", (WSGIRequestHandler,), {"log": lambda *_: None})
    server = make_server("127.0.0.1", 0, guarded.application, request_handler=handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(
                b"POST /cds-services/made-up HTTP/1.1\r\nHost: a\r\n"
                b"Content-Type: application/json\r\nContent-Length: 30000000\r\n\r\n"
            )
            assert b" 401 " in connection.recv(100)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Where none is required


def test_unsigned_call_is_answered(open_to_all: FlaskClient, body: dict[str, Any]) -> None:
    assert open_to_all.post("/cds-services/made-up", json=body).status_code == 200
    assert open_to_all.get("/cds-services").status_code == 200


@pytest.mark.parametrize("reason", [name for name in REFUSED if name not in {"missing", "tenant"}])
def test_token_that_cannot_be_verified_is_ignored(
    open_to_all: FlaskClient, body: dict[str, Any], logged: Lines, reason: str
) -> None:
    """The sandbox sends one always, trusted or not."""
    answer = open_to_all.post("/cds-services/made-up", json=body, headers=REFUSED[reason]())
    assert answer.status_code == 200
    assert logged.lines[-1]["reason"] == reason


def test_without_a_trust_file_every_token_is_ignored(
    client: FlaskClient, body: dict[str, Any], logged: Lines
) -> None:
    answer = client.post("/cds-services/made-up", json=body, headers=signed(SERVICE))
    assert answer.status_code == 200
    assert logged.lines[-1]["reason"] == "issuer"


def test_store_that_is_down_stops_nobody(make: Callable[..., Flask], logged: Lines) -> None:
    client = make(nonces=NoStore(), require_auth=False).test_client()
    assert client.get("/cds-services", headers=signed(DISCOVERY)).status_code == 200
    assert logged.lines[-1]["reason"] == "store"


def test_caller(make: Callable[..., Flask]) -> None:
    """What the rest of the service knows of it: only who has proved it is somebody."""
    app = make(nonces=MemoryNonces(), require_auth=False, entry={"fhir_servers": [EHR]})
    with app.test_client() as client:
        client.get("/cds-services", headers=signed(DISCOVERY, tenant="north"))
        assert (g.caller.name, g.caller.tenant) == ("hospital", "north")
        assert g.caller.fhir_servers == (EHR,)
        for headers in ({}, signed(DISCOVERY, MALLORY), signed(SERVICE)):
            client.get("/cds-services", headers=headers)
            assert g.caller is None
        client.get("/healthz", headers=signed(DISCOVERY))
        assert g.caller is None


# What the client may have fetched

SERVERS = (
    "https://ehr.example.org/fhir",
    "https://listed.example.org/fhir",
    "http://127.0.0.1:9/f",
)


@pytest.mark.parametrize(
    ("own", "is_signed", "allowed"),
    [
        ([SERVERS[0]], True, {SERVERS[0]}),
        ([SERVERS[0]], False, {SERVERS[1], SERVERS[2]}),
        (None, True, {SERVERS[1], SERVERS[2]}),
        (None, False, {SERVERS[1], SERVERS[2]}),
    ],
)
def test_fhir_servers_of_a_client(
    make: Callable[..., Flask],
    body: dict[str, Any],
    fhir: FakeFhir,
    own: list[str] | None,
    is_signed: bool,
    allowed: set[str],
) -> None:
    """A list in its entry is the whole list; otherwise that of the service counts."""
    entry = {} if own is None else {"fhir_servers": own}
    app = make(nonces=MemoryNonces(), require_auth=False, entry=entry, fhir_servers=(SERVERS[1],))
    del body["prefetch"]["conditions"]
    asked = set()
    for server in SERVERS:
        fhir.asked.clear()
        headers = signed(SERVICE) if is_signed else {}
        call = {**body, "fhirServer": server}
        answer = app.test_client().post("/cds-services/made-up", json=call, headers=headers)
        assert answer.status_code == (200 if fhir.asked else 412)
        if fhir.asked:
            asked.add(server)
    assert asked == allowed


# The log


def test_log_holds_no_token(
    make: Callable[..., Flask], body: dict[str, Any], logged: Lines
) -> None:
    """C-220: recognisable secrets in every part, through every outcome."""
    secret = "Recognisable-Secret"
    tokens = [
        HOSPITAL.token(jti=secret, sub=secret, name=secret),
        HOSPITAL.token(jti=f"{secret}-2", aud=f"https://{secret}"),
        MALLORY.token(jti=f"{secret}-3"),
        HOSPITAL.token(iss=f"https://{secret}.example.org"),
        HOSPITAL.token(header={"kid": secret}),
        HOSPITAL.token(header={"crit": [secret]}),
        HOSPITAL.token(exp=secret, tenant=f"{secret} x"),
        compact({"alg": secret, "typ": "JWT", "kid": secret}, {"iss": EHR}, HOSPITAL.key, "ES384"),
        secret,
        f"{secret}.{secret}.{secret}",
    ]
    for required in (True, False):
        for nonces in (MemoryNonces(), NoStore()):
            client = make(nonces=nonces, require_auth=required).test_client()
            for token in tokens:
                headers = {"Authorization": f"Bearer {token}"}
                client.post("/cds-services/made-up", json=body, headers=headers)
                client.post("/cds-services/made-up/feedback", data=b"{", headers=headers)
    text = json.dumps(logged.lines)
    assert sum(line["event"] == "request" for line in logged.lines) == 80
    for token in tokens:
        for part in token.split("."):
            assert part not in text
            assert part[:24] not in text
    assert secret not in text
    assert all(set(line) <= FIELDS | {"time", "level", "event"} for line in logged.lines)
    header = urlsafe_b64decode(tokens[0].split(".")[0] + "==")
    assert b"ES384" in header  # the parts looked for are those that were sent
    assert "ES384" not in text


def test_log_names_the_caller(guarded: FlaskClient, logged: Lines) -> None:
    guarded.get("/cds-services", headers=signed(DISCOVERY, tenant="north"))
    line = logged.lines[-1]
    assert (line["client"], line["tenant"], line["status"]) == ("hospital", "north", 200)
    assert "reason" not in line

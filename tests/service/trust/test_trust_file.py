"""The trust file: every mistake is one line that names file, client and member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings, SettingsError
from service.trust.clients import Client, trusted_clients
from tests.service.trust.signing import (
    EHR,
    Signer,
    ec_key,
    jwk,
    key_set,
    private_jwk,
    rsa_key,
    trust_file,
    write_keys,
)

JKU = "https://ehr.example.org/.well-known/jwks.json"
RIGHT: dict[str, Any] = {"name": "general", "iss": EHR, "jku": JKU, "fhir_servers": [EHR]}


def production(clients: str, **others: Any) -> Settings:
    members: dict[str, Any] = {"public_url": "https://cds.example.org", "mode": "production"}
    return Settings(clients=clients, **{**members, **others})


def read(path: str) -> tuple[Client, ...]:
    return trusted_clients(Settings(clients=path))


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in RIGHT.items() if name != member}


def test_no_file_is_no_client() -> None:
    assert trusted_clients(Settings()) == ()


def test_all_members(tmp_path: Path) -> None:
    write_keys(tmp_path, Signer().public())
    path = trust_file(
        tmp_path,
        RIGHT,
        {
            "name": "north_2.example",
            "iss": "north",
            "jwks_file": "keys.json",
            "algorithms": ["PS384"],
            "tenants": ["a", "b"],
            "fhir_servers": ["https://North.example.org:443/fhir/", "https://b.example.org"],
        },
    )
    general, north = read(path)
    assert general == Client("general", EHR, jku=JKU, fhir_servers=(EHR,))
    assert general.algorithms == ("RS384", "ES384")
    assert north.jwks_file == tmp_path / "keys.json"  # seen from the trust file
    assert north.algorithms == ("PS384",)
    assert north.tenants == {"a", "b"}
    assert north.fhir_servers == ("https://north.example.org/fhir", "https://b.example.org")


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("'issuer' is no member", {**without("iss"), "issuer": EHR}),
    ("name is missing", without("name")),
    ("name must be a text", {**RIGHT, "name": ""}),
    ("name must be a text", {**RIGHT, "name": 7}),
    ("name must have", {**RIGHT, "name": "General Hospital"}),
    ("name must have", {**RIGHT, "name": "x" * 65}),
    ("iss is missing", without("iss")),
    ("iss must be a text", {**RIGHT, "iss": "  "}),
    ("iss must be a text", {**RIGHT, "iss": "https://ehr\n"}),
    ("jku or jwks_file", without("jku")),
    ("jku or jwks_file", {**RIGHT, "jwks_file": "keys.json"}),
    ("jku must begin with https", {**RIGHT, "jku": "http://ehr.example.org/jwks"}),
    ("jku must begin with https", {**RIGHT, "jku": "http://10.0.0.1/jwks"}),
    ("jku: an address", {**RIGHT, "jku": "ftp://ehr.example.org/jwks"}),
    ("jku: an address", {**RIGHT, "jku": "https://user:secret@ehr.example.org/jwks"}),
    ("jku: an address", {**RIGHT, "jku": "/etc/keys.json"}),
    ("jku must be a text", {**RIGHT, "jku": [JKU]}),
    ("algorithms: 'none'", {**RIGHT, "algorithms": ["none"]}),
    ("algorithms: 'HS256'", {**RIGHT, "algorithms": ["ES384", "HS256"]}),
    ("algorithms: 'HS512'", {**RIGHT, "algorithms": ["HS512"]}),
    ("algorithms: 'es384'", {**RIGHT, "algorithms": ["es384"]}),
    ("algorithms: 'ES256K'", {**RIGHT, "algorithms": ["ES256K"]}),
    ("algorithms must be a list", {**RIGHT, "algorithms": []}),
    ("algorithms must be a list", {**RIGHT, "algorithms": "ES384"}),
    ("tenants must be a list", {**RIGHT, "tenants": []}),
    ("tenants must be a text", {**RIGHT, "tenants": [1]}),
    ("fhir_servers must be a list", {**RIGHT, "fhir_servers": []}),
    ("fhir_servers must be a text", {**RIGHT, "fhir_servers": [""]}),
    ("fhir_servers: an address", {**RIGHT, "fhir_servers": ["ehr.example.org"]}),
    ("fhir_servers: an address", {**RIGHT, "fhir_servers": ["https://u:p@ehr.example.org"]}),
    ("fhir_servers: link-local", {**RIGHT, "fhir_servers": ["http://169.254.169.254"]}),
    ("jwks_file: ", {**without("jku"), "jwks_file": "absent.json"}),
    ("jwks_file: ", {**without("jku"), "jwks_file": "."}),
]


@pytest.mark.parametrize(("problem", "client"), WRONG)
def test_wrong_member(tmp_path: Path, problem: str, client: dict[str, Any]) -> None:
    path = trust_file(tmp_path, client)
    with pytest.raises(SettingsError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"RELAPSE_CDS_CLIENTS: {path}: client ")
    assert f": {problem}" in message
    assert ("'general'" in message) == (client.get("name") == "general")
    assert "\n" not in message
    assert "secret" not in message


@pytest.mark.parametrize("member", ["name", "iss"])
def test_member_that_two_clients_share(tmp_path: Path, member: str) -> None:
    other = {**RIGHT, "name": "other", "iss": "https://other.example.org"}
    path = trust_file(tmp_path, RIGHT, {**other, member: RIGHT[member]})
    with pytest.raises(SettingsError, match=f"client .*: {member} is that of another client"):
        read(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[[client]\n", "is not TOML"),
        (b"\xff\xfe", "is not TOML: save it as UTF-8"),
        (b"", "needs at least one table"),
        (b"client = []", "needs at least one table"),
        (b"client = 'x'", "needs at least one table"),
        (b"client = [1]", "needs at least one table"),
        (b"[client]\nname = 'x'", "needs at least one table"),
        (b"[[clients]]\nname = 'x'", "holds 'clients', which has no meaning"),
    ],
)
def test_file_that_is_none(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "clients.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read(str(path))
    assert str(caught.value).startswith(f"RELAPSE_CDS_CLIENTS: {path}: {problem}")
    assert "\n" not in str(caught.value)


def test_file_that_is_absent(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError, match=r"cannot be read \("):
            read(str(path))


KEY = ec_key("hospital")
KEY_FILES = [
    ("is not JSON", "{"),
    ("is no key set", "[]"),
    ("is no key set", '{"keys": {}}'),
    ("is no key set", json.dumps(jwk(KEY, "a"))),
    ("holds no key that can verify", '{"keys": []}'),
    ("holds no key that can verify", json.dumps(key_set(jwk(KEY, None)))),
    ("holds no key that can verify", json.dumps(key_set(jwk(KEY, "a", use="enc")))),
    ("holds no key that can verify", json.dumps(key_set(jwk(rsa_key("weak", 1024), "a")))),
    ("holds a private key", json.dumps(key_set(private_jwk(KEY, "a")))),
    ("holds a private key", json.dumps(key_set(private_jwk(rsa_key("r"), "a"), jwk(KEY, "b")))),
    ("holds a private key", json.dumps(key_set({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}))),
    ("is larger than", " " * 300_000),
]


@pytest.mark.parametrize(("problem", "content"), KEY_FILES)
def test_key_file(tmp_path: Path, problem: str, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    path = trust_file(tmp_path, {**without("jku"), "jwks_file": "keys.json"})
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert f"client 'general': jwks_file: {tmp_path / 'keys.json'}" in str(caught.value)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("jku", ["http://127.0.0.1:9/jwks", "http://[::1]/k", "http://localhost/k"])
def test_plain_http_on_loopback_is_for_development(tmp_path: Path, jku: str) -> None:
    path = trust_file(tmp_path, {**RIGHT, "jku": jku})
    assert read(path)[0].jku == jku
    with pytest.raises(SettingsError, match="jku must begin with https"):
        trusted_clients(production(path))


def test_production(tmp_path: Path) -> None:
    assert trusted_clients(production(trust_file(tmp_path, RIGHT)))[0].fhir_servers == (EHR,)


def test_production_needs_fhir_servers(tmp_path: Path) -> None:
    """Of each client, or of the service."""
    path = trust_file(tmp_path, RIGHT, {**without("fhir_servers"), "name": "b", "iss": "b"})
    assert read(path)[1].fhir_servers == ()
    with pytest.raises(SettingsError, match="client 'b': fhir_servers is missing"):
        trusted_clients(production(path))
    assert trusted_clients(production(path, fhir_servers=(EHR,)))[1].fhir_servers == ()


def test_production_asks_no_server_without_tls(tmp_path: Path) -> None:
    path = trust_file(tmp_path, {**RIGHT, "fhir_servers": ["http://ehr.example.org/fhir"]})
    assert read(path)
    with pytest.raises(SettingsError, match="fhir_servers: each must begin with https"):
        trusted_clients(production(path))


@pytest.mark.parametrize(
    "sandbox",
    [
        {"iss": "https://sandbox.cds-hooks.org"},
        {"iss": "https://Sandbox.CDS-hooks.org./"},
        {"jku": "https://sandbox.cds-hooks.org/.well-known/jwks.json"},
    ],
)
def test_sandbox_is_for_development(tmp_path: Path, sandbox: dict[str, str]) -> None:
    """Its private key is public: whoever likes can sign with it."""
    path = trust_file(tmp_path, {**RIGHT, **sandbox})
    assert read(path)
    with pytest.raises(SettingsError, match=r"client 'general': iss: the private key of sandbox"):
        trusted_clients(production(path))

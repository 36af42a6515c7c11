"""Which FHIR servers may be asked, and with which token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.service.fakes import FakeFhir
from tests.service.invariants import check_outcome

URL = "/cds-services/made-up"
SERVER = "http://127.0.0.1:9/fhir"


@pytest.mark.parametrize(
    "server",
    [
        "http://169.254.169.254/latest",
        "https://ehr.example.org/fhir",
        "http://127.0.0.1.example.org/fhir",
        "http://localhost.example.org/fhir",
        "http://10.0.0.1/fhir",
        "http://[::ffff:10.0.0.1]/fhir",
        "http://0.0.0.0/fhir",
        "http://2130706433/fhir",
        "http://0x7f000001/fhir",
    ],
)
def test_server_that_is_not_allowed_is_never_contacted(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, server: str
) -> None:
    """C-101, C-102: with what was sent the call is answered, else 412; nobody is called."""
    assert client.post(URL, json=body | {"fhirServer": server}).status_code == 200
    del body["prefetch"]["conditions"]
    refused = client.post(URL, json=body | {"fhirServer": server})
    assert refused.status_code == 412
    assert "RELAPSE_CDS_FHIR_SERVERS" in check_outcome(refused.json)["diagnostics"]
    assert fhir.asked == []


@pytest.mark.parametrize(
    "server",
    [
        "http://127.0.0.1:8080/fhir",
        "http://127.8.9.1/fhir",
        "http://[::1]:80/fhir",
        "http://localhost/f/",
    ],
)
def test_loopback_is_allowed_in_development(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, server: str
) -> None:
    del body["prefetch"]["procedures"]
    assert client.post(URL, json=body | {"fhirServer": server}).status_code == 200
    assert len(fhir.asked) == 1


@pytest.mark.parametrize(
    ("server", "asked"),
    [
        ("https://ehr.example.org/fhir", True),
        ("https://EHR.example.org:443/fhir/", True),
        ("https://ehr.example.org/other", False),
        ("https://ehr.example.org/fhir/../other", False),
        ("http://ehr.example.org/fhir", False),
        ("https://ehr.example.org:8443/fhir", False),
    ],
)
def test_allow_list(
    make_app: Callable[..., Flask], body: dict[str, Any], fhir: FakeFhir, server: str, asked: bool
) -> None:
    client = make_app(fhir_servers="https://ehr.example.org/fhir").test_client()
    del body["prefetch"]["procedures"]
    assert client.post(URL, json=body | {"fhirServer": server}).status_code == 200
    assert bool(fhir.asked) is asked


def test_token_of_another_patient_is_not_used(
    client: FlaskClient, body: dict[str, Any], fhir: FakeFhir, authorization: dict[str, Any]
) -> None:
    """C-091."""
    del body["prefetch"]["procedures"]
    call = body | {"fhirServer": SERVER, "fhirAuthorization": authorization | {"patient": "p2"}}
    assert client.post(URL, json=call).status_code == 200
    assert fhir.asked == []


@pytest.mark.parametrize(("expires_in", "asked"), [(-1, 0), (0, 0), (1, 1), (3600, 1)])
def test_token_that_has_expired(
    client: FlaskClient,
    body: dict[str, Any],
    fhir: FakeFhir,
    authorization: dict[str, Any],
    expires_in: int,
    asked: int,
) -> None:
    """C-090: it would be refused, and is not sent."""
    del body["prefetch"]["procedures"]
    given = authorization | {"expires_in": expires_in}
    call = body | {"fhirServer": SERVER, "fhirAuthorization": given}
    assert client.post(URL, json=call).status_code == 200
    assert len(fhir.asked) == asked
    del body["prefetch"]["conditions"]
    call = body | {"fhirServer": SERVER, "fhirAuthorization": given}
    assert client.post(URL, json=call).status_code == (200 if asked else 412)


@pytest.mark.parametrize(
    "scope",
    [
        "patient/*.read",
        "patient/*.*",
        "patient/*.rs",
        "user/Observation.cruds",
        "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/"
        "observation-category|laboratory",
        "launch openid fhirUser patient/Patient.r patient/Condition.s",
    ],
)
def test_scopes_of_either_smart_version(
    client: FlaskClient,
    body: dict[str, Any],
    fhir: FakeFhir,
    authorization: dict[str, Any],
    scope: str,
) -> None:
    """C-092."""
    del body["prefetch"]["procedures"]
    given = authorization | {"patient": "p1", "scope": scope}
    call = body | {"fhirServer": SERVER, "fhirAuthorization": given}
    assert client.post(URL, json=call).status_code == 200
    assert fhir.asked == ["Procedure"]

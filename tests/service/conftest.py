"""An app around a made-up service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hooks.prefetch import patient_record
from service.app import create_app
from service.logs import LOGGER
from service.settings import Settings
from tests.service.fakes import (
    ALL_CONDITION,
    PATIENT,
    TODAY,
    FakeFhir,
    Recorder,
    made_up_service,
    searchset,
)
from tests.service.log_lines import Lines


@pytest.fixture
def logged() -> Iterator[Lines]:
    """All that is logged during the test."""
    handler = Lines()
    LOGGER.addHandler(handler)
    before = LOGGER.level
    LOGGER.setLevel(logging.DEBUG)
    yield handler
    LOGGER.removeHandler(handler)
    LOGGER.setLevel(before)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def fhir() -> FakeFhir:
    return FakeFhir()


@pytest.fixture
def make_app(recorder: Recorder, fhir: FakeFhir) -> Callable[..., Flask]:
    """Builds an app around the made-up service; settings may be given."""

    def make(**settings: Any) -> Flask:
        service = made_up_service(recorder)
        return create_app(
            Settings(**settings), today=lambda: TODAY, source=fhir, services=[service]
        )

    return make


@pytest.fixture
def client(make_app: Callable[..., Flask]) -> FlaskClient:
    return make_app().test_client()


@pytest.fixture
def body() -> dict[str, Any]:
    """A call that is right in every respect, with every prefetch key answered."""
    prefetch: dict[str, Any] = {key.name: searchset() for key in patient_record()}
    prefetch["patient"] = PATIENT
    prefetch["conditions"] = searchset(ALL_CONDITION)
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/dr1", "patientId": "p1"},
        "prefetch": prefetch,
    }


@pytest.fixture
def authorization() -> dict[str, Any]:
    return {
        "access_token": "secret-token",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "relapse-cds",
    }

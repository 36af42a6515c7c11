"""Apps for the conformance tests: a made-up service under every hook, and the real one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask.testing import FlaskClient

from hooks.relapsed_b_all import HOOKS
from service import demos
from service.app import create_app
from service.settings import Settings
from tests.service.fakes import ALL_CONDITION, TODAY, FakeFhir, Recorder, made_up_service, searchset


@pytest.fixture
def hooked(recorder: Recorder, fhir: FakeFhir) -> FlaskClient:
    """A client of the made-up service, which answers each of the hooks under one id."""
    services = [made_up_service(recorder, hook=hook) for hook in HOOKS]
    app = create_app(Settings(), today=lambda: TODAY, source=fhir, services=services)
    return app.test_client()


@pytest.fixture(scope="module")
def real() -> FlaskClient:
    """A client of the real service with default settings."""
    return create_app(Settings()).test_client()


@pytest.fixture
def relapse() -> dict[str, Any]:
    """The patient-view call of a demonstration patient who has cards; may be changed."""
    return copy.deepcopy(demos.request_body("adult-early-relapse"))


@pytest.fixture
def started(body: dict[str, Any]) -> dict[str, Any]:
    """A right call of encounter-start."""
    body["hook"] = "encounter-start"
    body["context"]["encounterId"] = "e1"
    return body


@pytest.fixture
def created(body: dict[str, Any]) -> dict[str, Any]:
    """A right call of problem-list-item-create with one new problem."""
    body["hook"] = "problem-list-item-create"
    body["context"]["conditions"] = searchset(copy.deepcopy(ALL_CONDITION))
    return body

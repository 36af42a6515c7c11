"""A whole call against a real small FHIR server: parallel queries, deadline, early end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Settings
from tests.service.fakes import (
    ALL_CONDITION,
    PATIENT,
    Recorder,
    made_up_service,
    searchset,
)
from tests.service.fhir_server import Reply, serving

URL = "/cds-services/made-up"
Calling = Callable[..., FlaskClient]


@pytest.fixture
def calling(recorder: Recorder) -> Calling:
    """Makes clients of an app with the real FHIR client."""
    service = made_up_service(recorder)

    def make(**settings: Any) -> FlaskClient:
        return create_app(Settings(**settings), services=[service]).test_client()

    return make


def holding(condition: dict[str, Any] | None, delay: Callable[[str], float]) -> Any:
    """A server with one patient; ``delay`` says how long each kind of resource takes."""

    def answer(path: str, headers: dict[str, str]) -> Reply:
        kind = path.removeprefix("/fhir/").split("?")[0].split("/")[0]
        bodies = {
            "Patient": PATIENT,
            "Condition": searchset(condition) if condition else searchset(),
        }
        return Reply(bodies.get(kind, searchset()), delay=delay(kind))

    return answer


def test_all_queries_at_once(calling: Calling, body: dict[str, Any], recorder: Recorder) -> None:
    """The whole takes as long as the slowest query, not as long as their sum."""
    del body["prefetch"]
    with serving(holding(ALL_CONDITION, lambda kind: 0.5)) as base:
        began = time.monotonic()
        answer = calling().post(URL, json=body | {"fhirServer": base})
        took = time.monotonic() - began
    assert answer.status_code == 200
    assert not recorder.last.unavailable
    assert took < 0.5 * 1.8


def test_hanging_query_costs_its_section_only(
    calling: Calling, body: dict[str, Any], recorder: Recorder
) -> None:
    """C-230: the call ends at the deadline with what it has."""
    del body["prefetch"]
    slow = holding(ALL_CONDITION, lambda kind: 3.0 if kind == "Procedure" else 0.0)
    with serving(slow) as base:
        began = time.monotonic()
        answer = calling(fhir_deadline=0.5).post(URL, json=body | {"fhirServer": base})
        took = time.monotonic() - began
    assert answer.status_code == 200
    assert took < 1.2
    assert set(recorder.last.unavailable) == {"procedures"}


def test_hanging_required_query_is_a_412(calling: Calling, body: dict[str, Any]) -> None:
    """C-080."""
    del body["prefetch"]
    slow = holding(ALL_CONDITION, lambda kind: 3.0 if kind == "Condition" else 0.0)
    with serving(slow) as base:
        began = time.monotonic()
        answer = calling(fhir_deadline=0.5).post(URL, json=body | {"fhirServer": base})
        took = time.monotonic() - began
    assert answer.status_code == 412
    assert took < 1.2


def test_no_leukaemia_ends_the_wait(
    calling: Calling, body: dict[str, Any], recorder: Recorder
) -> None:
    """As soon as the conditions name no leukaemia, the other queries are not waited for."""
    del body["prefetch"]
    slow = holding(None, lambda kind: 0.0 if kind in ("Patient", "Condition") else 2.0)
    with serving(slow) as base:
        began = time.monotonic()
        answer = calling().post(URL, json=body | {"fhirServer": base})
        took = time.monotonic() - began
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert took < 1


def test_server_that_is_down(calling: Calling, body: dict[str, Any], recorder: Recorder) -> None:
    del body["prefetch"]["procedures"]
    answer = calling().post(URL, json=body | {"fhirServer": "http://127.0.0.1:1/fhir"})
    assert answer.status_code == 200
    assert recorder.last.unavailable == {"procedures": "no connection"}

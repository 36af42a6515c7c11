"""``/metrics``: counts that say what happened, and nothing of whom."""

from __future__ import annotations

import copy
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.metrics import Metrics
from service.settings import Settings
from tests.server_process import Running, running, wait_for
from tests.service.recording import NAME, URL, Make, database_url, make, request_body

__all__ = ["database_url", "make"]


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    return samples(text).get((name, frozenset(labels.items())), 0.0)


def test_calls_cards_and_phases_are_counted(make: Make) -> None:
    client = make().test_client()
    for name in ("cd22-never-tested", "no-leukaemia"):
        client.post(URL, json=request_body(name))
    text = client.get("/metrics").text
    assert value(text, "relapse_cds_calls_total", hook="patient-view", status="200") == 2
    assert (
        value(text, "relapse_cds_cards_total", topic="inotuzumab-ozogamicin", indicator="warning")
        + value(text, "relapse_cds_cards_total", topic="inotuzumab-ozogamicin", indicator="info")
    ) == 1
    for phase in ("read", "gather", "evaluate", "answer"):
        assert value(text, "relapse_cds_call_seconds_count", phase=phase) == 2
    assert value(text, "relapse_cds_call_seconds_count", phase="map") == 1
    assert value(text, "relapse_cds_prefetch_total", key="patient", sent="answer") == 2


def test_what_the_client_sent_for_each_key(make: Make) -> None:
    client = make().test_client()
    body = request_body("no-leukaemia")
    body["prefetch"]["procedures"] = None
    body["prefetch"]["carePlans"] = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "forbidden"}],
    }
    del body["prefetch"]["specimens"]
    body["prefetch"]["observations"]["link"] = [
        {"relation": "next", "url": "http://127.0.0.1/fhir?page=2"}
    ]
    client.post(URL, json=body)
    text = client.get("/metrics").text
    sent = {"procedures": "null", "carePlans": "error", "specimens": "missing"}
    for key, kind in (sent | {"observations": "partial"}).items():
        assert value(text, "relapse_cds_prefetch_total", key=key, sent=kind) == 1


def test_a_call_that_cannot_be_answered_counts_with_its_status(make: Make) -> None:
    client = make().test_client()
    body = request_body("no-leukaemia")
    del body["prefetch"]["conditions"]
    assert client.post(URL, json=body).status_code == 412
    text = client.get("/metrics").text
    assert value(text, "relapse_cds_calls_total", hook="patient-view", status="412") == 1


def unread_result(body: dict[str, Any], system: str, code: str, text: str) -> dict[str, Any]:
    """The body with one more result that tells of MRD without a level."""
    changed = copy.deepcopy(body)
    changed["prefetch"]["observations"]["entry"].append(
        {
            "resource": {
                "resourceType": "Observation",
                "id": "odd",
                "status": "final",
                "subject": {"reference": f"Patient/{body['context']['patientId']}"},
                "code": {"coding": [{"system": system, "code": code}], "text": text},
                "valueString": f"see letter of {NAME}",
                "effectiveDateTime": "2026-06-10",
            }
        }
    )
    return changed


def test_unread_codes_are_counted_by_code_and_never_by_text(make: Make) -> None:
    client = make().test_client()
    body = request_body("cd22-never-tested")
    client.post(URL, json=unread_result(body, "urn:oid:1.2.3", "MRD-7", f"MRD of {NAME}"))
    text = client.get("/metrics").text
    assert 'code="urn:oid:1.2.3|MRD-7"' in text
    assert NAME not in text
    assert body["context"]["patientId"] not in text


@pytest.mark.parametrize("code", ['x"} evil 1\n', NAME + " " + NAME, "y" * 400])
def test_a_code_that_is_no_code_is_counted_as_other(make: Make, code: str) -> None:
    client = make().test_client()
    body = request_body("cd22-never-tested")
    client.post(URL, json=unread_result(body, "urn:oid:1.2.3", code, "MRD"))
    text = client.get("/metrics").text
    assert samples(text)
    assert 'code="other"' in text
    assert NAME not in text


def test_tokens_that_cannot_be_verified_are_counted_by_reason(make: Make) -> None:
    client = make().test_client()
    answer = client.get("/cds-services", headers={"Authorization": f"Bearer {NAME}"})
    assert answer.status_code == 200  # development: ignored, and counted
    text = client.get("/metrics").text
    counted = [key for key in samples(text) if key[0] == "relapse_cds_refused_callers_total"]
    assert len(counted) == 1
    assert NAME not in text


def test_the_number_of_codes_is_bounded() -> None:
    metrics = Metrics(Settings().jurisdiction)
    labels = {metrics.bounded(f"urn:x|{number}") for number in range(2000)}
    assert len(labels) < 400
    assert "other" in labels
    assert metrics.bounded("urn:x|1") == "urn:x|1"


def test_metrics_can_be_turned_off() -> None:
    assert create_app(Settings(metrics=False)).test_client().get("/metrics").status_code == 404


def calls_counted(service: Running) -> float:
    text = requests.get(f"{service.address}/metrics", timeout=5).text
    return value(text, "relapse_cds_calls_total", hook="patient-view", status="200")


def call(service: Running, times: int) -> None:
    body = request_body("no-leukaemia")
    for _ in range(times):
        assert requests.post(f"{service.address}{URL}", json=body, timeout=5).status_code == 200


def until(seen: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_workers_count_together(tmp_path: Path) -> None:
    """Twenty calls over two processes, one of which is then killed: every call is counted."""
    with running(tmp_path, "--workers", "2") as service:
        call(service, 20)
        assert len(service.workers) == 2
        os.kill(service.workers[0], signal.SIGKILL)
        wait_for(service.address)
        assert calls_counted(service) == 20


@pytest.mark.parametrize("told", ["SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT"])
def test_counts_outlive_a_worker_that_ends_by_itself(tmp_path: Path, told: str) -> None:
    """It leaves the folder of the counters to the others, and to the worker that replaces it."""
    with running(tmp_path, "--workers", "2") as service:
        call(service, 5)
        ended = service.workers[0]
        os.kill(ended, signal.Signals[told])
        until(lambda: ended not in service.workers)
        until(lambda: len(service.workers) == 2)
        wait_for(service.address)
        call(service, 5)
        assert calls_counted(service) == 10
        assert service.process.poll() is None
    assert not any("Traceback" in line for line in service.logged)


def test_a_reload_keeps_the_counts(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        call(service, 1)
        before = set(service.workers)
        service.process.send_signal(signal.SIGHUP)
        until(lambda: not before & set(service.workers))
        wait_for(service.address)
        call(service, 1)
        assert calls_counted(service) == 2

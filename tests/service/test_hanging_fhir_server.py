"""A FHIR server that accepts connections and never answers: it costs its own calls their deadline,
and nobody else an answer.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests

from service import demos
from service.server.serve import THREADS
from tests.server_process import running

DEADLINE = 2.0
CALLS = 20


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of such a server."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:

        def accept() -> None:
            while True:
                try:
                    accepted.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
    for connection in accepted:
        connection.close()


PATIENT = demos.request_body("adult-early-relapse")


def test_the_others_are_answered_meanwhile(hanging: str, tmp_path: Path) -> None:
    empty = PATIENT | {"prefetch": {}, "fhirServer": hanging}
    with (
        running(tmp_path, RELAPSE_CDS_FHIR_DEADLINE=str(DEADLINE)) as service,
        ThreadPoolExecutor(CALLS) as callers,
    ):
        address = f"{service.address}/cds-services/relapsed-b-all"

        def call(_number: int) -> tuple[int, float]:
            began = time.monotonic()
            status = requests.post(address, json=empty, timeout=20).status_code
            return status, time.monotonic() - began

        calls = callers.map(call, range(CALLS))
        time.sleep(DEADLINE / 4)
        began = time.monotonic()
        assert requests.post(address, json=PATIENT, timeout=20).json()["cards"]
        assert requests.get(f"{service.address}/healthz", timeout=20).status_code == 200
        assert time.monotonic() - began < DEADLINE / 2
        ended = list(calls)
    assert {status for status, _ in ended} == {412}
    assert max(seconds for _, seconds in ended) < DEADLINE + 1


def test_probes_are_answered_while_every_thread_waits(hanging: str, tmp_path: Path) -> None:
    """On a new connection and on one that is kept."""
    empty = PATIENT | {"prefetch": {}, "fhirServer": hanging}
    calls = 3 * THREADS
    with (
        running(tmp_path, RELAPSE_CDS_FHIR_DEADLINE=str(DEADLINE)) as service,
        ThreadPoolExecutor(calls) as callers,
        requests.Session() as kept,
    ):
        assert kept.get(f"{service.address}/healthz", timeout=20).status_code == 200
        address = f"{service.address}/cds-services/relapsed-b-all"
        waiting = [
            callers.submit(requests.post, address, json=empty, timeout=60) for _ in range(calls)
        ]
        time.sleep(DEADLINE / 4)
        for path in ("healthz", "readyz"):
            for get in (requests.get, kept.get):
                began = time.monotonic()
                assert get(f"{service.address}/{path}", timeout=20).status_code == 200
                assert time.monotonic() - began < DEADLINE / 4
        assert not any(call.done() for call in waiting)
        assert {call.result().status_code for call in waiting} == {412}


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_waits_for_it_is_answered_and_recorded_when_the_service_ends(
    hanging: str, tmp_path: Path, told: signal.Signals
) -> None:
    """Told as by a service manager, or by Ctrl-C, which reaches every process of the terminal."""
    empty = PATIENT | {"prefetch": {}, "fhirServer": hanging}
    settings = {
        "RELAPSE_CDS_FHIR_DEADLINE": str(DEADLINE),
        "RELAPSE_CDS_DATABASE_URL": f"sqlite:///{tmp_path}/store.db",
    }
    with running(tmp_path, **settings) as service, ThreadPoolExecutor(1) as caller:
        address = f"{service.address}/cds-services/relapsed-b-all"
        call = caller.submit(requests.post, address, json=empty, timeout=20)
        time.sleep(DEADLINE / 4)
        for process in (service.process.pid, *service.workers):
            os.kill(process, told)
        assert call.result().status_code == 412
    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        assert store.execute("SELECT status FROM decision").fetchall() == [(412,)]

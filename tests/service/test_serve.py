"""The server process itself: starts anywhere, says where it is, ends when told to."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import pytest
import requests

from tests.server_process import free_port, start, wait_for


@pytest.mark.parametrize("workers", ["1", "2"])
def test_start_call_and_end(tmp_path: Path, workers: str) -> None:
    """From an empty folder; the printed line works as pasted; nothing is left behind."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = start(port, tmp_path, "--workers", workers)
    try:
        wait_for(address)
        body = requests.get(f"{address}/demo/adult-early-relapse.json", timeout=5).json()
        answer = requests.post(f"{address}/cds-services/relapsed-b-all", json=body, timeout=10)
        assert answer.status_code == 200
        assert {card["source"]["url"] for card in answer.json()["cards"]} == {f"{address}/"}
    finally:
        process.send_signal(signal.SIGTERM)
        printed, logged = process.communicate(timeout=20)
    assert process.returncode == 0, logged
    assert f"{address}/cds-services" in printed
    assert "Development mode" in printed
    line = next(line for line in printed.splitlines() if "| curl" in line)
    assert re.search(rf"curl -s {address}/demo/\S+\.json \| curl .*{address}/cds-services/", line)
    assert "Traceback" not in logged
    assert list(tmp_path.iterdir()) == []


def test_production_does_not_start(tmp_path: Path) -> None:
    process = start(free_port(), tmp_path, RELAPSE_CDS_MODE="production")
    printed, logged = process.communicate(timeout=20)
    assert process.returncode != 0
    assert printed == ""
    assert logged.count("\n") == 1


def test_port_that_is_taken(tmp_path: Path) -> None:
    """One clear line, and no endless retry."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(taken.getsockname()[1], tmp_path)
        printed, logged = process.communicate(timeout=20)
    assert process.returncode != 0
    assert printed == ""
    assert logged.count("\n") == 1
    assert "choose another with --port" in logged

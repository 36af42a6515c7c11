"""The server process itself: starts anywhere, says where it is, ends when told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

_PATH = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(port: int, folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from service.cli import main; main()",
            "serve",
            "--port",
            str(port),
            *arguments,
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(_PATH)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(address: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if requests.get(f"{address}/readyz", timeout=1).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


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

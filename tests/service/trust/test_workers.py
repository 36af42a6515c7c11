"""The trust of a whole server: production mode, two workers, one database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.server_process import free_port, wait_for
from tests.service.trust.signing import DISCOVERY, EHR, PUBLIC_URL, Signer, trust_file, write_keys

ROOT = Path(__file__).parents[3]
HOSPITAL = Signer()


def command(folder: Path, **environment: str) -> dict[str, Any]:
    """How the server is started in ``folder``, in production mode unless changed."""
    write_keys(folder, HOSPITAL.public())
    entry = {"name": "hospital", "iss": EHR, "jwks_file": "keys.json", "fhir_servers": [EHR]}
    settings = {
        "RELAPSE_CDS_MODE": "production",
        "RELAPSE_CDS_CLIENTS": trust_file(folder, entry),
        "RELAPSE_CDS_PUBLIC_URL": PUBLIC_URL,
        "RELAPSE_CDS_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
        "RELAPSE_CDS_HASH_KEY": "a key of this test only",
        **environment,
    }
    return {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(ROOT)} | settings, "text": True}


def arguments(port: int) -> list[str]:
    program = "from service.cli import main; main()"
    return [sys.executable, "-c", program, "serve", "--port", str(port), "--workers", "2"]


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A server of two workers; gives its address, and after its end what it wrote."""
    port = free_port()
    written: list[str] = []
    process = subprocess.Popen(
        arguments(port), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **command(folder)
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield address, written
    finally:
        process.send_signal(signal.SIGTERM)
        written.extend(process.communicate(timeout=20))


def test_each_token_gets_in_once(tmp_path: Path) -> None:
    """C-218: 20 tokens, each sent 8 times at once to whichever worker answers."""
    tokens = [HOSPITAL.token(DISCOVERY) for _ in range(20)]

    with running(tmp_path) as (address, written):

        def call(token: str) -> tuple[str, int]:
            headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
            answer = requests.get(f"{address}/cds-services", headers=headers, timeout=20)
            return token, answer.status_code

        with ThreadPoolExecutor(8) as pool:
            answers = Counter(pool.map(call, [token for token in tokens for _ in range(8)]))
        assert requests.get(f"{address}/cds-services", timeout=5).status_code == 401
    assert answers == Counter(
        {(token, status): times for token in tokens for status, times in ((200, 1), (401, 7))}
    )
    lines = [json.loads(line) for line in written[1].splitlines()]
    assert Counter(line.get("reason") for line in lines if line.get("status") == 401) == {
        "replay": 140,
        "missing": 1,
    }
    text = "".join(written)
    assert not any(part in text for token in tokens for part in token.split("."))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"RELAPSE_CDS_CLIENTS": ""}, "authentication"),
        ({"RELAPSE_CDS_CLIENTS": "absent.toml"}, "RELAPSE_CDS_CLIENTS: absent.toml"),
        ({"RELAPSE_CDS_PUBLIC_URL": ""}, "RELAPSE_CDS_PUBLIC_URL"),
        ({"RELAPSE_CDS_PUBLIC_URL": "http://cds.example.org"}, "https://"),
        ({"RELAPSE_CDS_REQUIRE_AUTH": "false"}, "RELAPSE_CDS_REQUIRE_AUTH"),
    ],
)
def test_unsafe_production_does_not_start(
    tmp_path: Path, changes: dict[str, str], problem: str
) -> None:
    """One line, before any worker begins."""
    ended = subprocess.run(
        arguments(9), capture_output=True, timeout=20, **command(tmp_path, **changes)
    )
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("relapse-cds: cannot start: ")
    assert problem in ended.stderr

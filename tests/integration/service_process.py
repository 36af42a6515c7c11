"""The service as its own process, as an integration engineer starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.server_process import free_port

COMMAND = str(Path(sys.executable).with_name("relapse-cds"))
"""The console script of the environment that runs the tests."""


@contextmanager
def running_service(**environment: str) -> Iterator[str]:
    """Start the service on a free loopback port; give its address; stop it by its process id."""
    port = free_port()
    command = [COMMAND, "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(process, address)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            _, logged = process.communicate()
            raise AssertionError(f"the service ended at start: {logged.decode()[-2000:]}")
        try:
            if requests.get(f"{address}/readyz", timeout=1).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the service did not answer within 20 s")

"""The service as a process of its own: a port for it, its start, and waiting until it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

_PATH = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(port: int, folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """``relapse-cds serve`` in ``folder``, from this tree whether or not it is installed."""
    program = "from service.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", str(port), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(_PATH)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(address: str, seconds: float = 30, path: str = "/readyz") -> None:
    """Until ``address`` answers 200; AssertionError when it takes longer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if requests.get(f"{address}{path}", timeout=1).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")

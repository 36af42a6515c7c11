"""The service as a process of its own: a port for it, its start, and waiting until it answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

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


@dataclass
class Running:
    """A service that answers, and what it has logged; all of it once it has ended."""

    process: subprocess.Popen[str]
    port: int
    logged: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> list[int]:
        return children(self.process.pid)


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """``relapse-cds serve`` in ``folder`` from its first answer on; told to end with the block,
    where it has not been before.
    """
    port = free_port()
    with start(port, folder, *arguments, **environment) as process:
        service = Running(process, port)
        log = process.stderr
        assert log is not None
        # Taken as it comes: a service whose log nobody takes stands still.
        reading = Thread(target=lambda: service.logged.extend(map(str.rstrip, log)))
        reading.start()
        try:
            wait_for(service.address)
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
            reading.join(timeout=5)


def children(process: int) -> list[int]:
    """The processes that ``process`` has started and that live."""
    return [*map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]

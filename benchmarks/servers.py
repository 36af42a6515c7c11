"""Servers in processes of their own: on a free loopback port, stopped by their process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from hooks.relapsed_b_all import SERVICE_ID

CALL = f"/cds-services/{SERVICE_ID}"
_ROOT = Path(__file__).parents[1]
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_ANSWER = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, and what the system says of its processes."""

    port: int
    pid: int
    started: float
    """Seconds from the start of the process to its first answer."""

    def workers(self) -> list[int]:
        """Process ids of the workers; empty where there is no /proc (Linux only)."""
        found = []
        for stat in _PROC.glob("[0-9]*/stat"):
            try:
                rest = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(rest[1]) == self.pid:
                found.append(int(stat.parent.name))
        return found

    def processor(self) -> float:
        """Seconds of processor time that the workers have used so far; 0 without /proc."""
        seconds = 0.0
        for pid in self.workers():
            rest = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            seconds += (int(rest[11]) + int(rest[12])) / _TICKS
        return seconds

    def memory(self) -> float:
        """Resident memory of the largest worker in MB; 0 without /proc."""
        sizes = [0.0]
        for pid in self.workers():
            for line in (_PROC / str(pid) / "status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    sizes.append(int(line.split()[1]) / 1024)
        return max(sizes)


@contextmanager
def service(workers: int = 1, **settings: str) -> Iterator[Server]:
    """relapse-cds, started as a user starts it, with these environment variables. Its database is
    a file of its own.
    """
    command = str(Path(sys.executable).with_name("relapse-cds"))
    port = _free_port()
    serve = [command, "serve", "--port", str(port), "--workers", str(workers)]
    with (
        TemporaryDirectory() as folder,
        _running(serve, port, {"XDG_STATE_HOME": folder, **settings}) as own,
    ):
        yield own


@contextmanager
def bare(workers: int = 1) -> Iterator[Server]:
    """The bare route of `benchmarks.bare`, served in the same way."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port), str(workers)]
    with _running(command, port) as own:
        yield own


@contextmanager
def _running(
    command: list[str], port: int, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    # Settings of the person who measures would change what is measured.
    plain = {name: value for name, value in os.environ.items() if "RELAPSE_CDS_" not in name}
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=_ROOT,
        env={**plain, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_answer(process, port)
        yield Server(port, process.pid, time.monotonic() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _FIRST_ANSWER
    while time.monotonic() < end and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=_FIRST_ANSWER)
        try:
            connection.request("GET", "/cds-services")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.01)
        finally:
            connection.close()
    raise RuntimeError("the server did not start: run its command by hand to see why")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

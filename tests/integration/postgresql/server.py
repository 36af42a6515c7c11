"""A PostgreSQL server of our own on loopback, gone at the end.

Debian's package has the programs outside the search path; the server refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server_process import free_port

_USER = "postgres"


@dataclass(frozen=True)
class Cluster:
    """A running server with one superuser, who needs no password on loopback."""

    folder: Path
    port: int

    def address(self, database: str) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """A new, empty database; gives its address."""
        _run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, database)
        return self.address(database)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = str(self.folder / "log")
        _run("pg_ctl", "-D", self._data, "-l", log, "-o", options, "-w", "-t", "60", "start")

    def stop(self, mode: str = "fast") -> None:
        """``fast`` ends connections; ``immediate`` is a crash: nothing is written any more."""
        _run("pg_ctl", "-D", self._data, "-m", mode, "-w", "-t", "60", "stop")

    def processes(self) -> list[int]:
        """The server and its children, the server first."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    @property
    def _data(self) -> str:
        return str(self.folder / "data")


@contextmanager
def postgresql_server() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="relapse-cds-postgresql-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(_USER).pw_uid, -1)
    cluster = Cluster(folder, free_port())
    try:
        _run(
            *("initdb", "-D", str(folder / "data"), "-U", _USER),
            *("--auth", "trust", "--encoding", "UTF8", "--no-sync"),
        )
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, never as root."""
    ended = subprocess.run(
        [_program(program), *arguments],
        cwd="/",
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        user=_USER if os.geteuid() == 0 else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, f"{program}: {ended.stderr[-2000:]}"


def _program(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    found = str(installed[-1]) if installed else shutil.which(name)
    assert found, f"{name} is missing: install PostgreSQL (Debian's package postgresql)"
    return found


def _version(program: Path) -> float:
    return float(program.parts[-3])

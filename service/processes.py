"""What the processes of one server share: the folder in which each worker counts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
_ENOUGH = 32 * 1024 * 1024
"""Bytes: the counters of 64 workers need less."""


@contextmanager
def shared_counters() -> Iterator[None]:
    """A folder for the counters of all workers, for as long as the server runs.

    To be entered before `prometheus_client` is imported for the first time: it decides then where
    values are kept. A folder that the site names itself is used and left alone.
    """
    if os.environ.get(_VARIABLE):
        yield
        return
    owner = os.getpid()
    folder = mkdtemp(prefix="relapse-cds-", dir=_place())
    os.environ[_VARIABLE] = folder
    try:
        yield
    finally:
        # Workers are forked inside and leave through here, too: the others still count.
        if os.getpid() == owner:
            del os.environ[_VARIABLE]
            shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path | None:
    """Memory where there is enough: counters are mapped files, and on a disk that is full each
    access to a new page of one ends the process. Else the usual folder for temporary files.
    """
    try:
        free = shutil.disk_usage(_IN_MEMORY).free
    except OSError:
        return None
    return _IN_MEMORY if free >= _ENOUGH and os.access(_IN_MEMORY, os.W_OK) else None


def forget_worker(process: int) -> None:
    """Drop what only a living worker can say; its counts stay."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process)  # type: ignore[no-untyped-call, unused-ignore]

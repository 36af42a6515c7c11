"""What the processes of one server share: the folder in which each worker counts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_counters() -> Iterator[None]:
    """A folder for the counters of all workers, for as long as the server runs.

    To be entered before `prometheus_client` is imported for the first time: it decides then where
    values are kept. A folder that the site names itself is used and left alone.
    """
    if os.environ.get(_VARIABLE):
        yield
        return
    with TemporaryDirectory(prefix="relapse-cds-", ignore_cleanup_errors=True) as folder:
        os.environ[_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_VARIABLE]


def forget_worker(process: int) -> None:
    """Drop what only a living worker can say; its counts stay."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process)  # type: ignore[no-untyped-call, unused-ignore]

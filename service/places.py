"""A few places for those who wait for long: whoever finds none waits briefly.

What a stranger can make a thread wait for would else keep every thread of a worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

BRIEFLY = 0.5
"""Seconds: enough where the other side means well."""


class Places:
    """``number`` threads at a time may wait for ``seconds``, all others `BRIEFLY`."""

    def __init__(self, number: int, seconds: float) -> None:
        self._free = BoundedSemaphore(number)
        self._seconds = seconds

    @contextmanager
    def patience(self) -> Iterator[float]:
        """How long this thread may wait; the place is kept to the end of the block."""
        if not self._free.acquire(blocking=False):
            yield BRIEFLY
            return
        try:
            yield self._seconds
        finally:
            self._free.release()

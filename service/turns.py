"""Threads take turns at computing, and wait for others outside their turn.

Python computes in one thread at a time anyway. Left to themselves the threads interleave, each with
a record of some ten thousand objects, and drive one another's out of the processor's caches; and
every call then takes as long as all of them together. Measured in ``docs/performance.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LARGE = 1_000_000
"""Bytes from which on a call takes no turn: it would hold the short ones up."""

_TURN = threading.Lock()
_OWN = threading.local()


@contextmanager
def turn(size: int) -> Iterator[None]:
    """Wait for a turn at a body of ``size`` bytes, and keep it. For computing only."""
    if size >= LARGE:
        yield
        return
    with _TURN:
        _OWN.turn = True
        try:
            yield
        finally:
            _OWN.turn = False


@contextmanager
def outside_the_turn() -> Iterator[None]:
    """Give up the turn, if the thread has one, for as long as it waits for somebody else."""
    if not getattr(_OWN, "turn", False):
        yield
        return
    _TURN.release()
    try:
        yield
    finally:
        _TURN.acquire()

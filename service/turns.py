"""Threads take turns at computing, and wait for others outside their turn.

Python computes in one thread at a time anyway. Left to themselves the threads interleave, each with
a record of some ten thousand objects, and drive one another's out of the processor's caches; and
every call then takes as long as all of them together. Measured in ``docs/performance.md``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

LARGE = 1_000_000
"""Bytes from which on a call takes no turn: it would hold the short ones up."""


class _Queue:
    """One at a time, in the order of asking: a plain lock goes to whoever asks at the right
    moment.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._returning: deque[threading.Lock] = deque()
        self._taken = False

    def take(self, *, back: bool = False) -> None:
        """Wait for the turn; who comes ``back`` to it has waited already, and goes before those who
        ask for the first time.
        """
        with self._changing:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            (self._returning if back else self._waiting).append(called)
        called.acquire()

    def give_back(self) -> None:
        with self._changing:
            queue = self._returning or self._waiting
            if queue:
                queue.popleft().release()
            else:
                self._taken = False


class _Own(threading.local):
    turn = False
    """Whether this thread has the turn."""
    kept = False
    """Whether it keeps its turn until its answer has been sent."""


_QUEUE = _Queue()
_OWN = _Own()


@contextmanager
def turn(size: int) -> Iterator[None]:
    """Wait for a turn at a body of ``size`` bytes, and keep it: to the end of the block, or of the
    `kept_until_sent` around it. For computing only; a call takes one turn.
    """
    if size >= LARGE:
        yield
        return
    _QUEUE.take()
    _OWN.turn = True
    try:
        yield
    finally:
        if not _OWN.kept:
            _end()


@contextmanager
def kept_until_sent() -> Iterator[None]:
    """A turn taken inside ends here rather than with the computing: a thread that sends beside one
    that computes waits five milliseconds for the interpreter after each call of the system.
    """
    _OWN.kept = True
    try:
        yield
    finally:
        _OWN.kept = False
        if _OWN.turn:
            _end()


@contextmanager
def outside_the_turn() -> Iterator[None]:
    """Give up the turn, if the thread has one, for as long as it waits for somebody else."""
    if not _OWN.turn:
        yield
        return
    _end()
    try:
        yield
    finally:
        _QUEUE.take(back=True)
        _OWN.turn = True


def _end() -> None:
    _OWN.turn = False
    _QUEUE.give_back()

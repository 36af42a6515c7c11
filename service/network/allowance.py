"""What one call may use of a FHIR server: time and volume, shared by all its queries."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Lock


class Unavailable(Exception):
    """A query ended without a usable answer; the message is a reason for the log, without patient
    data.
    """


class Allowance:
    """The moment at which a call must be answered, and the bytes that it has received so far.

    Nothing is asked for any more once the call has ended (C-097).
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._limit = clock() + seconds
        self._ended = Event()
        self._lock = Lock()
        self._received = 0

    def remaining(self) -> float:
        """Seconds left; `Unavailable` when none are."""
        left = self.left()
        if left <= 0:
            raise Unavailable("deadline")
        return left

    def left(self) -> float:
        """Seconds left, 0 when the moment has passed or the call has ended."""
        return 0.0 if self._ended.is_set() else max(0.0, self._limit - self._clock())

    def pause(self, seconds: float) -> bool:
        """Wait before another attempt; False, at once, where no time would be left for it."""
        return seconds < self.left() and not self._ended.wait(seconds)

    def received(self, size: int) -> int:
        """Count ``size`` more bytes; all that came in this call so far."""
        with self._lock:
            self._received += size
            return self._received

    def end(self) -> None:
        """The call has its answer: queries that still run stop, and waiting ones do not begin."""
        self._ended.set()

"""Connections that do not wait for ever: a request that trickles in, or an answer that nobody
takes, ends with its connection.

Gunicorn's threads block on the socket without a limit, so that a handful of slow bodies would stop
a worker. Behind a proxy that buffers requests this never comes into play.
"""

from __future__ import annotations

import errno
import math
import select
import socket
import time
from typing import Any

ANSWER_SECONDS = 20.0
"""How long a client may take to accept an answer."""
_LONGEST_WAIT = 3600.0


class TimedSocket(socket.socket):
    """A connection on which all reads together end at ``deadline`` (of `time.monotonic`).

    What comes too late is told as a connection that was reset, which gunicorn closes without a word
    in the log, and Werkzeug reports as a client that went away.

    What is there already is taken, and what fits is given, in a single call of the system: each one
    gives up the interpreter, which a busy thread returns only after five milliseconds.
    """

    deadline = math.inf

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        if self.gettimeout() == 0:
            return super().recv(bufsize, flags)
        while True:
            try:
                return super().recv(bufsize, flags | socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._wait(select.POLLIN, self.deadline, "the request came too slowly")

    def sendall(self, data: Any, flags: int = 0) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        left = memoryview(data)
        while left:
            try:
                left = left[self.send(left, flags | socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline, "the answer was not taken")

    def _wait(self, event: int, deadline: float, too_late: str) -> None:
        """Until the connection is ready, at most to ``deadline`` or for the time that gunicorn
        gave it.
        """
        seconds = min(deadline - time.monotonic(), self.gettimeout() or _LONGEST_WAIT)
        poll = select.poll()
        poll.register(self, event)
        if seconds <= 0 or not poll.poll(1000 * seconds):
            raise ConnectionResetError(errno.ECONNRESET, too_late)

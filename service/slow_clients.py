"""Connections that do not wait for ever: a request that trickles in, or an answer that nobody
takes, ends with its connection.

Gunicorn's threads block on the socket without a limit, so that a handful of slow bodies would stop
a worker. Here a request is gathered before a thread is given to it, as by a proxy that buffers.
"""

from __future__ import annotations

import errno
import math
import select
import socket
import time
from typing import Any

from service import arrival
from service.turns import outside_the_turn

ANSWER_SECONDS = 20.0
"""How long a client may take to accept an answer."""
_LONGEST_WAIT = 3600.0
_PAUSE = 0.02
"""Seconds for which a thread waits for the next piece of a request: that of a client who means to
call is on its way.
"""
_PIECE = 256 * 1024


class TimedSocket(socket.socket):
    """A connection on which all reads together end at ``deadline`` (of `time.monotonic`).

    What comes too late is told as a connection that was reset, which gunicorn closes without a word
    in the log, and Werkzeug reports as a client that went away.

    What is there already is taken, and what fits is given, in a single call of the system: each one
    gives up the interpreter, which a busy thread returns only after five milliseconds.
    """

    def __init__(self, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self.deadline = math.inf
        self._gathered = bytearray()
        self._size: int | None = None

    def arrived(self, seconds: float) -> bool:
        """Gather a request: whether it deserves a thread now. The whole of it has ``seconds`` from
        its first byte; when they are over, the thread says so.
        """
        if not self._gathered:
            self.deadline = math.inf
            self._size = None
        pause_ends = time.monotonic() + _PAUSE
        while True:
            try:
                piece = super().recv(_PIECE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                now = time.monotonic()
                if now >= self.deadline:
                    return True
                if now >= pause_ends or not self._ready(select.POLLIN, pause_ends - now):
                    return False
                continue
            if not piece:
                return True
            if not self._gathered:
                self.deadline = time.monotonic() + seconds
            self._gathered += piece
            if self._size is None:
                self._size = arrival.size(self._gathered)
            if self._size is not None and len(self._gathered) >= self._size:
                return True

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        if self._gathered:
            gathered = bytes(self._gathered)
            self._gathered.clear()
            return gathered
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
        with outside_the_turn():
            if seconds <= 0 or not self._ready(event, seconds):
                raise ConnectionResetError(errno.ECONNRESET, too_late)

    def _ready(self, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self, event)
        return bool(poll.poll(1000 * seconds))

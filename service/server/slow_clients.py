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
from contextlib import ExitStack, suppress
from enum import Enum, auto
from typing import Any

from service.places import Places
from service.server.arrival import Arriving
from service.turns import outside_the_turn

ANSWER_SECONDS = 20.0
"""How long a client may take to accept an answer."""
_PLACES = Places(8, ANSWER_SECONDS)
"""Of the threads that wait for clients to take their answers. Who opens many connections and reads
nothing would else have all of them.
"""
_LINGER = 2.0
"""Seconds for which the rest of a request is taken that has its answer already."""
_LONGEST_WAIT = 3600.0
_PAUSE = 0.02
"""Seconds for which a thread waits for the rest of a request: that of a client who means to call is
on its way. Once for each request, so that those who trickle wait in gunicorn's loop.
"""
_PIECE = 256 * 1024


class Arrival(Enum):
    """How much of a request has come."""

    TOO_LITTLE = auto()
    BEGUN = auto()
    """It deserves a thread, which will wait for the rest."""
    WHOLE = auto()
    """A thread will not wait: it is all there, or nothing more will be taken."""


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
        """When the request that is arriving has to be there; infinite before its first byte."""
        self._arriving = Arriving()
        self._pause_ends = 0.0

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come of the next request."""
        return not self._arriving

    def peek(self, most: int) -> bytes | None:
        """What has come and was not read, up to ``most`` bytes; ``None`` where nothing has."""
        try:
            return super().recv(most, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def arrived(self, seconds: float, begun: bytes = b"") -> Arrival:
        """Gather a request, and say how much of it is there. The whole of it has ``seconds`` from
        its first byte; when they are over, a thread says so. ``begun`` is what was read of it
        behind the request before.

        Raises `TimeoutError` when not even the headers came in time, `HeadTooLong` and `NoRoom`.
        """
        if not self._arriving:
            self.deadline = math.inf
            self._pause_ends = time.monotonic() + _PAUSE
        if begun and self._gather(begun, seconds):
            return self._arrival
        while True:
            try:
                piece = super().recv(_PIECE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                now = time.monotonic()
                if now >= self.deadline:
                    if self._arriving.half_a_head:
                        raise TimeoutError from None
                    return Arrival.WHOLE
                left = self._pause_ends - now
                if left <= 0 or not self._ready(select.POLLIN, left):
                    self._arriving.hold()
                    return Arrival.TOO_LITTLE
                continue
            if not piece:
                return Arrival.WHOLE
            if self._gather(piece, seconds):
                return self._arrival

    @property
    def _arrival(self) -> Arrival:
        return Arrival.WHOLE if self._arriving.is_whole else Arrival.BEGUN

    def _gather(self, piece: bytes, seconds: float) -> bool:
        """Whether enough has come with ``piece``; the first one starts the clock."""
        if not self._arriving:
            self.deadline = time.monotonic() + seconds
        return self._arriving.add(piece)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """What has been gathered, however much it is, then what comes."""
        if self._arriving:
            return self._arriving.take()
        if self.gettimeout() == 0:
            return super().recv(bufsize, flags)
        while True:
            # A socket with a timeout waits before it tries, whatever the flags say.
            if self.gettimeout() is None or self._ready(select.POLLIN, 0):
                with suppress(BlockingIOError):
                    return super().recv(bufsize, flags | socket.MSG_DONTWAIT)
            self._wait(select.POLLIN, self.deadline, "the request came too slowly")

    def shutdown(self, how: int) -> None:
        """Gunicorn shuts a connection down in its loop and waits two seconds there for the client
        to close it as well, while nobody else is served: of what still comes, only what is there
        already is taken.
        """
        self.deadline = 0.0
        super().shutdown(how)

    def linger(self) -> None:
        """Say that nothing more comes, and take what the client still sends: else its connection
        would be reset before it has read the answer.
        """
        with suppress(OSError):
            super().shutdown(socket.SHUT_WR)
            self.deadline = time.monotonic() + _LINGER
            while self.recv(_PIECE):
                pass

    def close(self) -> None:
        self._arriving.forget()
        super().close()

    def sendall(self, data: Any, flags: int = 0) -> None:
        left = memoryview(data)
        with ExitStack() as waiting:
            deadline = 0.0
            while left:
                try:
                    left = left[self.send(left, flags | socket.MSG_DONTWAIT) :]
                except BlockingIOError:
                    if not deadline:
                        seconds = waiting.enter_context(_PLACES.patience())
                        deadline = time.monotonic() + seconds
                    self._wait(select.POLLOUT, deadline, "the answer was not taken")

    def _wait(self, event: int, deadline: float, too_late: str) -> None:
        """Until the connection is ready, at most to ``deadline`` or for the time that gunicorn
        gave it.
        """
        given = self.gettimeout()
        seconds = min(deadline - time.monotonic(), _LONGEST_WAIT if given is None else given)
        with outside_the_turn():
            if seconds <= 0 or not self._ready(event, seconds):
                raise ConnectionResetError(errno.ECONNRESET, too_late)

    def _ready(self, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self, event)
        return bool(poll.poll(1000 * seconds))

"""A gunicorn worker that does not wait for ever: a request that trickles in, or an answer that
nobody takes, ends with its connection.

Gunicorn's threads block on the socket without a limit, so that a handful of slow bodies would stop
a worker. Behind a proxy that buffers requests this never comes into play.
"""

from __future__ import annotations

import errno
import math
import socket
import time
from typing import Any

from gunicorn.workers.gthread import (  # type: ignore[import-untyped, unused-ignore]
    TConn,
    ThreadWorker,
)

ANSWER_SECONDS = 20.0
"""How long a client may take to accept an answer."""


class TimedSocket(socket.socket):
    """A connection on which all reads together end at ``deadline`` (of `time.monotonic`).

    What comes too late is told as a connection that was reset, which gunicorn closes without a word
    in the log, and Werkzeug reports as a client that went away.
    """

    deadline = math.inf

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        before = self.gettimeout()
        if before == 0:
            return super().recv(bufsize, flags)
        left = self.deadline - time.monotonic()
        self.settimeout(max(0.001, left if before is None else min(left, before)))
        try:
            return super().recv(bufsize, flags)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the request came too slowly") from None
        finally:
            self.settimeout(before)

    def sendall(self, data: Any, flags: int = 0) -> None:
        before = self.gettimeout()
        self.settimeout(ANSWER_SECONDS)
        try:
            super().sendall(data, flags)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the answer was not taken") from None
        finally:
            self.settimeout(before)


class TimedWorker(ThreadWorker):  # type: ignore[misc, unused-ignore]
    """Gunicorn's threaded worker in which headers and body of a request have
    ``RELAPSE_CDS_REQUEST_SECONDS`` to arrive.
    """

    def handle(self, conn: TConn) -> object:
        if not isinstance(conn.sock, TimedSocket):
            conn.sock = TimedSocket(fileno=conn.sock.detach())
        conn.sock.deadline = time.monotonic() + self.app.settings.request_seconds
        return super().handle(conn)

"""The gunicorn worker of the service: threads that wait for nobody for ever, and answer what is no
HTTP in JSON.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from gunicorn.util import write_nonblock  # type: ignore[import-untyped, unused-ignore]
from gunicorn.workers.gthread import (  # type: ignore[import-untyped, unused-ignore]
    TConn,
    ThreadWorker,
)

from service import broken_requests
from service.logs import log, where
from service.slow_clients import TimedSocket


class ServiceWorker(ThreadWorker):  # type: ignore[misc, unused-ignore]
    """Headers and body of a request have ``RELAPSE_CDS_REQUEST_SECONDS`` to arrive."""

    def handle(self, conn: TConn) -> object:
        if not isinstance(conn.sock, TimedSocket):
            conn.sock = TimedSocket(fileno=conn.sock.detach())
        conn.sock.deadline = time.monotonic() + self.app.settings.request_seconds
        return super().handle(conn)

    def handle_error(
        self, _request: object, connection: TimedSocket, _address: object, error: Exception
    ) -> None:
        """Log the kind of error, never its message: that repeats the request."""
        status = broken_requests.status_of(error)
        if status >= 500:
            log("failure", level=logging.ERROR, **where(error))
        else:
            log("request", status=status.value, error=type(error).__name__)
        with suppress(OSError):  # whoever sent this may be gone
            write_nonblock(connection, broken_requests.answer(status))

"""The gunicorn worker of the service: threads that wait for nobody for ever, and answer what is no
HTTP in JSON.
"""

from __future__ import annotations

import logging
import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from types import FrameType

from gunicorn.util import write_nonblock  # type: ignore[import-untyped, unused-ignore]
from gunicorn.workers.gthread import (  # type: ignore[import-untyped, unused-ignore]
    _DEFER,
    STOP_KEEPALIVE_LINGER,
    TConn,
    ThreadWorker,
)

from service.logs import log, where
from service.server import broken_requests
from service.server.arrival import HeadTooLong, NoRoom
from service.server.slow_clients import Arrival, TimedSocket
from service.turns import kept_until_sent

_PROBES = tuple(
    f"{method} {path} ".encode() for method in ("GET", "HEAD") for path in ("/healthz", "/readyz")
)
_PROBE_THREADS = 2
_ROOM = 100
"""Connections that a full worker closes at once."""
_HURRY = 2.0
"""Seconds that a request may be on its way to a full worker. That of a client who means to call is
there by then.
"""


class ServiceWorker(ThreadWorker):  # type: ignore[misc, unused-ignore]
    """A request gets a thread when it is there, and has ``RELAPSE_CDS_REQUEST_SECONDS`` to arrive.

    Connections on which nothing has come yet, as browsers and load balancers open them in advance,
    and those on which half a request came, wait in gunicorn's loop. By itself it gives each new one
    a thread for five seconds, and each half request one for as long as it takes.

    Where a thread has to wait for the rest of a body, it is one of those kept for that: bodies that
    stall take none from requests that are there.

    Probes have threads of their own where all others are taken, by calls to a FHIR server that
    hangs for instance: whoever watches the process would else end it, and lose them.
    """

    def init_process(self) -> None:
        self.taken = 0
        self.probe_pool = ThreadPoolExecutor(_PROBE_THREADS)
        self.patient_pool = ThreadPoolExecutor(self.cfg.threads)
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        is_new = not isinstance(conn.sock, TimedSocket)
        if is_new:
            conn.sock = TimedSocket(conn.sock.detach())
        pool = self.tpool
        if self.taken >= self.cfg.threads:
            begun = conn.sock.peek(max(map(len, _PROBES)))
            if begun is None and is_new:
                self._wait_for_data(conn)
                return
            if begun and begun.startswith(_PROBES):
                pool = self.probe_pool
        self.taken += 1
        pool.submit(self.handle, conn).add_done_callback(
            lambda done: self.method_queue.defer(self._give_back, conn, done)
        )

    def _give_back(self, conn: TConn, done: Future[object]) -> None:
        """A thread is free again; one of the patient ones waits for the rest of a request that has
        only begun.
        """
        self.taken -= 1
        if done.exception() is None and done.result() is Arrival.BEGUN:
            self.patient_pool.submit(self._answer_patiently, conn).add_done_callback(
                lambda done: self.method_queue.defer(self.finish_request, conn, done)
            )
        else:
            self.finish_request(conn, done)

    def _wait_for_data(self, conn: TConn) -> None:
        """As if a thread had looked and found nothing."""
        looked: Future[object] = Future()
        looked.set_result(_DEFER)
        self.finish_request(conn, looked)

    def handle(self, conn: TConn) -> object:
        seconds = self.app.settings.request_seconds
        # What was sent right behind the request before has been read with it.
        begun = conn.parser.unreader.take_buffered() if conn.initialized else b""
        try:
            arrival = conn.sock.arrived(seconds, begun)
        except (TimeoutError, HeadTooLong, NoRoom) as error:
            self.handle_error(None, conn.sock, conn.client, error)
            return False
        if arrival is Arrival.TOO_LITTLE:
            return _DEFER
        return arrival if arrival is Arrival.BEGUN else self._answer(conn)

    def _answer(self, conn: TConn) -> object:
        conn.data_ready = True
        with kept_until_sent():
            return super().handle(conn)

    def _answer_patiently(self, conn: TConn) -> object:
        is_kept = self._answer(conn)
        if not is_kept:
            conn.sock.linger()
        return is_kept

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C waits for running calls as SIGTERM does: their records would be lost."""
        self.handle_exit(sig, frame)

    def murder_pending(self) -> None:
        """Close the connections on which nothing came, and hand out those whose request did not
        arrive in time: a thread tells them so. A worker that stops waits for both as briefly as for
        kept connections.
        """
        now = time.monotonic()
        if self.nr_conns >= self.worker_connections:
            self._close_silent_ones()
        if self.nr_conns >= self.worker_connections:
            self._end_the_slowest()
        for conn in list(self.pending_conns):
            if conn.sock.deadline <= now:
                self.on_pending_socket_readable(conn, conn.sock)
            elif not self.alive:
                conn.timeout = min(conn.timeout, now + STOP_KEEPALIVE_LINGER)
            elif conn.sock.deadline < math.inf:
                conn.timeout = conn.sock.deadline
        super().murder_pending()

    def _close_silent_ones(self) -> None:
        """Make room for others: a full worker accepts nobody until silent connections time out."""
        silent = [
            *((self.pending_conns, conn) for conn in self.pending_conns if conn.sock.is_silent),
            *((self.keepalived_conns, conn) for conn in self.keepalived_conns),
        ]
        for waiting, conn in silent[:_ROOM]:
            waiting.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def _end_the_slowest(self) -> None:
        """Let the time of half requests be over that have been on their way for the longest."""
        latest = time.monotonic() + self.app.settings.request_seconds - _HURRY
        late = [conn for conn in self.pending_conns if conn.sock.deadline < latest]
        for conn in sorted(late, key=lambda conn: conn.sock.deadline)[:_ROOM]:
            conn.sock.deadline = 0.0

    def handle_error(
        self, _request: object, connection: TimedSocket, _address: object, error: Exception
    ) -> None:
        """Log the kind of error, never its message: that repeats the request."""
        status = broken_requests.status_of(error)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            log("failure", level=logging.ERROR, **where(error))
        else:
            log("request", status=status.value, error=type(error).__name__)
        with suppress(OSError):  # whoever sent this may be gone
            write_nonblock(connection, broken_requests.answer(status))

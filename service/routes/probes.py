"""``/healthz`` and ``/readyz`` for whoever watches the process."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from flask import Blueprint, Response

from service.answers import json_response
from service.runtime import Runtime
from service.store.nonces import Nonces

_FRESH = 2.0
"""Seconds for which an answer of the database holds: anyone can ask, and each time it is written
to.
"""


class _Remembered:
    """Whether used tokens can be noted, asked of the database once in a while."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._answer = False
        self._until = 0.0

    def work(self) -> bool:
        with self._lock:
            if time.monotonic() >= self._until:
                self._answer = self._ask()
                self._until = time.monotonic() + _FRESH
            return self._answer


def probe_routes(runtime: Runtime) -> Blueprint:
    """Alive, and ready to answer calls."""
    routes = Blueprint("probes", __name__)
    tokens = _Remembered(Nonces(runtime.database).works)

    @routes.get("/healthz")
    def alive() -> Response:
        return json_response({"status": "ok"})

    @routes.get("/readyz")
    def ready() -> Response:
        """Ready means: calls can be answered. Advice needs no database, and a probe must not wait
        for one; but where every caller must show a token, nobody gets in without.
        """
        answer = {"status": "ready", "services": len(runtime.registry)}
        if not runtime.settings.require_auth:
            return json_response(answer)
        if tokens.work():
            return json_response(answer | {"database": "ok"})
        return json_response(answer | {"status": "not ready", "database": "unavailable"}, 503)

    return routes

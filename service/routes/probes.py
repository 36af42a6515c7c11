"""``/healthz`` and ``/readyz`` for whoever watches the process."""

from __future__ import annotations

from flask import Blueprint, Response

from service.answers import json_response
from service.runtime import Runtime


def probe_routes(runtime: Runtime) -> Blueprint:
    """Alive, and ready to answer calls."""
    routes = Blueprint("probes", __name__)

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
        if runtime.database.is_usable():
            return json_response(answer | {"database": "ok"})
        return json_response(answer | {"status": "not ready", "database": "unavailable"}, 503)

    return routes

"""``/metrics`` for Prometheus: counts without patient data."""

from __future__ import annotations

from flask import Blueprint, Response

from service.metrics import CONTENT_TYPE
from service.runtime import Runtime


def metrics_routes(runtime: Runtime) -> Blueprint:
    """The counters of all workers of this service."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    def counted() -> Response:
        return Response(runtime.metrics.text(), content_type=CONTENT_TYPE)

    return routes

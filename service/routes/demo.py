"""Ready-made request bodies for those who want to try the service with nothing but curl.
Development mode only.
"""

from __future__ import annotations

from flask import Blueprint, Response

from service import demos
from service.answers import json_response
from service.errors import NotFound
from service.runtime import Runtime


def demo_routes(_runtime: Runtime) -> Blueprint:
    """``/demo`` lists the demonstration patients, ``/demo/<name>.json`` is a complete request for
    one.
    """
    routes = Blueprint("demo", __name__)

    @routes.get("/demo")
    def listed() -> Response:
        return json_response({"demo": demos.names()})

    @routes.get("/demo/<name>.json")
    def body(name: str) -> Response:
        try:
            return json_response(demos.request_body(name))
        except demos.UnknownDemo:
            raise NotFound(
                "There is no demonstration patient of this name; /demo lists them."
            ) from None

    return routes

"""The CDS Hooks endpoints: discovery, and calls of a service."""

from __future__ import annotations

import time

import orjson
from flask import Blueprint, Response, g

from mappings.errors import MappingError
from service.answering import Call
from service.answers import json_response
from service.errors import BadRequest
from service.request.bodies import json_body
from service.request.wire import read_request
from service.runtime import Runtime
from service.trust.gate import current_caller
from service.turns import turn


def cds_routes(runtime: Runtime) -> Blueprint:
    """Discovery and calls for the services of ``runtime``."""
    routes = Blueprint("cds", __name__)
    discovery = orjson.dumps(runtime.registry.discovery(runtime.settings.prefetch))

    @routes.get("/cds-services")
    def discover() -> Response:
        return json_response(discovery)

    @routes.post("/cds-services/<service_id>")
    def answer(service_id: str) -> Response:
        services = runtime.services(service_id)
        try:
            began = time.perf_counter()
            body = json_body()
            received = time.perf_counter() - began
            with turn(len(body)):
                began = time.perf_counter()
                called = read_request(body, services, dated=runtime.settings.development)
                g.fields.update(
                    hook=called.service.hook.name,
                    hookInstance=str(called.hook_instance),
                    contextIgnored=called.ignored or None,
                )
                call = Call(runtime, called, current_caller(), g.fields)
                reading = received + time.perf_counter() - began
                return json_response(call.answer(body, reading))
        except RecursionError:
            raise BadRequest("The body is nested too deeply.") from None
        except MappingError as error:
            raise BadRequest(str(error), "prefetch") from None

    return routes

"""The CDS Hooks endpoints: discovery, and calls of a service."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, g, request

from mappings.errors import MappingError
from service.answers import json_response
from service.errors import BadRequest, NotFound, UnsupportedMedia
from service.prefetch import NoAccess, complete
from service.runtime import Runtime
from service.wire import CdsRequest, read_request

_JSON_TYPES = frozenset({"application/json", "application/fhir+json"})
_NO_CARDS = b'{"cards":[]}'


def cds_routes(runtime: Runtime) -> Blueprint:
    """Discovery and calls for the services of ``runtime``."""
    routes = Blueprint("cds", __name__)
    discovery = orjson.dumps(runtime.registry.discovery(runtime.settings.prefetch))

    @routes.get("/cds-services")
    def discover() -> Response:
        return json_response(discovery)

    @routes.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        services = runtime.registry.hooks_of(service_id)
        if not services:
            raise NotFound("There is no such service; /cds-services lists those that exist.")
        _check_content()
        try:
            called = read_request(
                request.get_data(cache=False), services, dated=runtime.settings.development
            )
            g.fields.update(hook=called.service.hook.name, hookInstance=str(called.hook_instance))
            return json_response(_answer(runtime, called))
        except RecursionError:
            raise BadRequest("The body is nested too deeply.") from None
        except MappingError as error:
            raise BadRequest(str(error), "prefetch") from None

    return routes


def _check_content() -> None:
    if request.mimetype not in _JSON_TYPES:
        raise UnsupportedMedia("Send JSON with Content-Type application/json.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("Send the body without Content-Encoding.")


def _answer(runtime: Runtime, called: CdsRequest) -> bytes:
    """The response body. Users whom the cards are not meant for get none, and cause no query."""
    service = called.service
    if called.user_type not in service.audience:
        return _NO_CARDS
    access = runtime.access(called)
    if isinstance(access, NoAccess) and called.fhir_server is not None:
        g.fields["noAccess"] = access.why
    gathered = complete(called, called.as_of or runtime.today(), access)
    if gathered.unavailable:
        g.fields["unavailable"] = gathered.unavailable
    outcome = service.evaluate(gathered)
    g.fields.update(cards=len(outcome.cards), unread=len(outcome.unread))
    if not outcome.cards:
        return _NO_CARDS
    return orjson.dumps({"cards": [card.wire() for card in outcome.cards]})

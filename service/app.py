"""The app factory: routes, translation of errors, and what happens around each request."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from datetime import date
from uuid import uuid4

from flask import Flask, Response, g, request
from flask_cors import CORS
from werkzeug.exceptions import ClientDisconnected, HTTPException

from hooks.registry import CdsService
from service.answers import json_response
from service.errors import HTTP_MESSAGES, CdsError, operation_outcome, outcome
from service.fhir.fetching import FhirSource
from service.logs import log, where
from service.routes.cds import cds_routes
from service.routes.demo import demo_routes
from service.routes.feedback import feedback_routes
from service.routes.knowledge import knowledge_routes
from service.routes.metrics import metrics_routes
from service.routes.pages import page_routes
from service.routes.probes import probe_routes
from service.routes.schemas import schema_routes
from service.runtime import Runtime, build
from service.settings import Settings
from service.trust.gate import guard
from service.trust.tokens import NonceStore

RUNTIME = "relapse-cds"
"""Where an app keeps its `Runtime`, in `Flask.extensions`."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that a log line names: any word can stand in their place."""
_PROBES = frozenset({"probes.alive", "probes.ready", "metrics.counted"})
_SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
)


def create_app(
    settings: Settings | None = None,
    *,
    today: Callable[[], date] = date.today,
    source: FhirSource | None = None,
    new_uuid: Callable[[str], str] | None = None,
    services: Iterable[CdsService] | None = None,
    nonces: NonceStore | None = None,
) -> Flask:
    """A new app. Tests pass a clock, a FHIR source, a uuid maker and a memory of used tokens;
    nothing is shared between apps.
    """
    runtime = build(
        settings or Settings(),
        today=today,
        source=source,
        new_uuid=new_uuid,
        services=services,
        nonces=nonces,
    )
    app = Flask("service", static_folder=None)
    app.extensions[RUNTIME] = runtime
    app.config["MAX_CONTENT_LENGTH"] = runtime.settings.max_body
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.register_blueprint(cds_routes(runtime))
    app.register_blueprint(feedback_routes(runtime))
    if runtime.settings.start_page:
        app.register_blueprint(page_routes(runtime))
    app.register_blueprint(probe_routes(runtime))
    app.register_blueprint(schema_routes())
    if runtime.settings.metrics:
        app.register_blueprint(metrics_routes(runtime))
    if runtime.settings.knowledge:
        app.register_blueprint(knowledge_routes(runtime))
    if runtime.settings.development:
        app.register_blueprint(demo_routes(runtime))
    _handle_errors(app)
    _wrap_requests(app, runtime)
    guard(app, runtime.verifier, runtime.settings, runtime.metrics.refused)
    _allow_origins(app, runtime)
    return app


def _handle_errors(app: Flask) -> None:
    """Every error is an OperationOutcome in JSON; an unforeseen one says nothing of itself."""

    @app.errorhandler(CdsError)
    def told(error: CdsError) -> Response:
        g.fields.update(code=error.code, member=error.member or None)
        return json_response(outcome(error), error.status)

    @app.errorhandler(ClientDisconnected)
    def cut_off(_error: ClientDisconnected) -> Response:
        code, message = HTTP_MESSAGES[408]
        return json_response(operation_outcome(code, message), 408)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        code, message = HTTP_MESSAGES.get(status, ("processing", error.name))
        answer = json_response(operation_outcome(code, message), status)
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            answer.headers["Allow"] = ", ".join(sorted(allowed))
        return answer

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log("failure", level=logging.ERROR, requestId=g.request_id, **where(error))
        code, message = HTTP_MESSAGES[500]
        return json_response(operation_outcome(code, message), 500)


def _wrap_requests(app: Flask, runtime: Runtime) -> None:
    """A request id, a log line and headers for each request."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        g.began = time.perf_counter()
        g.fields = {}

    @app.after_request
    def end(response: Response) -> Response:
        for name, value in _SECURITY_HEADERS:
            response.headers[name] = value
        response.headers["X-Request-Id"] = g.request_id
        service_id = str((request.view_args or {}).get("service_id", ""))
        probe = request.endpoint in _PROBES
        log(
            "request",
            level=logging.DEBUG if probe else logging.INFO,
            requestId=g.request_id,
            method=request.method if request.method in _METHODS else "other",
            route=request.url_rule.rule if request.url_rule else None,
            service=service_id if runtime.registry.hooks_of(service_id) else None,
            status=response.status_code,
            durationMs=round((time.perf_counter() - g.began) * 1000, 1),
            **g.fields,
        )
        return response


def _exactly(origin: str) -> re.Pattern[str]:
    # Flask-CORS takes a text with brackets, as an IPv6 address has them, for a regular expression.
    return re.compile(re.escape(origin) + r"\Z", re.IGNORECASE)


def _allow_origins(app: Flask, runtime: Runtime) -> None:
    """CORS for the CDS endpoints, never with credentials (C-221)."""
    origins = runtime.settings.cors_origins
    if origins:
        CORS(
            app,
            resources={r"/cds-services.*": {}, r"/demo/.*": {}},
            origins="*" if "*" in origins else [_exactly(origin) for origin in origins],
            methods=["GET", "POST"],
            allow_headers=["authorization", "content-type"],
            max_age=600,
            send_wildcard=True,
        )

"""The feedback endpoint: what clinicians did with the cards of a service."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import orjson
from flask import Blueprint, Response, g

from service.answers import json_response
from service.errors import operation_outcome
from service.feedback.items import read_feedback
from service.logs import log
from service.request.bodies import json_body
from service.runtime import Runtime
from service.store.database import StoreUnavailable
from service.store.feedback import store
from service.trust.gate import current_caller

_RETRY_SECONDS = "5"
_NOT_STORED = orjson.dumps(
    operation_outcome(
        "transient",
        "Feedback cannot be stored at the moment. Send it again later; what was stored already is "
        "not stored twice.",
    )
)


def feedback_routes(runtime: Runtime) -> Blueprint:
    """``POST /cds-services/<id>/feedback``. A 200 means that every item is stored for good."""
    routes = Blueprint("feedback", __name__)

    @routes.post("/cds-services/<service_id>/feedback")
    def receive(service_id: str) -> Response:
        runtime.services(service_id)
        items = read_feedback(json_body())
        caller = current_caller()
        try:
            stored = store(
                runtime.database,
                service_id,
                caller.name if caller else "",
                items,
                datetime.now(UTC),
            )
        except StoreUnavailable as error:
            log("feedback", level=logging.ERROR, requestId=g.request_id, error=str(error))
            answer = json_response(_NOT_STORED, 503)
            answer.headers["Retry-After"] = _RETRY_SECONDS
            return answer
        for item in stored.new:
            runtime.metrics.feedback.labels(item.outcome).inc()
        g.fields.update(
            feedback=len(items),
            feedbackNew=len(stored.new),
            feedbackChanged=stored.changed or None,
        )
        return json_response({"received": len(items)})

    return routes

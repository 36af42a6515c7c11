"""A test client that holds every answer of the CDS endpoints against schemas and invariants."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.request.jsontext import NotJson, parse_json
from tests.service.invariants import (
    check_discovery,
    check_outcome,
    check_response,
    schema_errors,
)

_CALL = re.compile(r"/cds-services/[^/]+/?")
_FEEDBACK = re.compile(r"/cds-services/[^/]+/feedback/?")


class CheckedClient(FlaskClient):
    """Flask's test client; a wrong answer is an AssertionError, whatever the test looks at.

    What is answered 200 must also be what the schema of requests, or of feedback, accepts.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        if answer.request.method in {"GET", "POST"}:
            check_answer(
                answer.request.method,
                answer.request.path,
                answer.status_code,
                answer.headers["Content-Type"],
                answer.get_data(),
            )
            schema = _schema_of(answer.request.method, answer.request.path)
            if answer.status_code == 200 and schema:
                assert schema_errors(schema, _sent(kwargs)) == []
        return answer


def check_answer(method: str, path: str, status: int, content_type: str, content: bytes) -> None:
    """What the standard and `docs/conformance.md` say of an answer, by address and status."""
    if not (path + "/").startswith("/cds-services/"):
        return
    assert re.match(r"application/json(;|$)", content_type), f"C-001: {content_type}"
    body = parse_json(content)
    if status == 200 and method == "GET":
        check_discovery(body)
    elif status == 200 and _schema_of(method, path) == "request":
        check_response(body)
    elif status >= 400:
        check_outcome(body)


def _schema_of(method: str, path: str) -> str:
    """The schema of what is sent to an address; empty where nothing is."""
    if method != "POST":
        return ""
    if _FEEDBACK.fullmatch(path):
        return "feedback"
    return "request" if _CALL.fullmatch(path) else ""


def _sent(arguments: dict[str, Any]) -> object:
    """The body of a call as the test gave it."""
    if "json" in arguments:
        return arguments["json"]
    data = arguments.get("data")
    assert isinstance(data, str | bytes), "send a call as json, text or bytes"
    try:
        return parse_json(data.encode() if isinstance(data, str) else data)
    except NotJson as error:
        raise AssertionError(f"a 200 for what is no JSON: {error}") from None

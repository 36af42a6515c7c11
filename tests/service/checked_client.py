"""A test client that holds every answer of the CDS endpoints against schemas and invariants."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.jsontext import NotJson, parse_json
from tests.service.invariants import (
    check_discovery,
    check_outcome,
    check_response,
    schema_errors,
)

_CALL = re.compile(r"/cds-services/[^/]+/?")


class CheckedClient(FlaskClient):
    """Flask's test client; a wrong answer is an AssertionError, whatever the test looks at.

    A call that is answered 200 must also be one that the request schema accepts.
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
            if answer.status_code == 200 and _is_call(answer.request.method, answer.request.path):
                assert schema_errors("request", _sent(kwargs)) == []
        return answer


def check_answer(method: str, path: str, status: int, content_type: str, content: bytes) -> None:
    """What the standard and `docs/conformance.md` say of an answer, by address and status."""
    if not (path + "/").startswith("/cds-services/"):
        return
    assert re.match(r"application/json(;|$)", content_type), f"C-001: {content_type}"
    body = parse_json(content)
    if status == 200 and method == "GET":
        check_discovery(body)
    elif status == 200 and _is_call(method, path):
        check_response(body)
    elif status >= 400:
        check_outcome(body)


def _is_call(method: str, path: str) -> bool:
    return method == "POST" and _CALL.fullmatch(path) is not None


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

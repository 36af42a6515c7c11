"""Answers to what is no HTTP: the server refuses it before any route sees it.

Gunicorn's own answers are HTML that repeats a piece of the request; ours are OperationOutcomes like
all others, and repeat nothing (C-113, C-114).
"""

from __future__ import annotations

from http import HTTPStatus
from ssl import SSLError

import orjson
from gunicorn.http import errors  # type: ignore[import-untyped, unused-ignore]

from service.errors import HTTP_MESSAGES, operation_outcome
from service.server.arrival import HeadTooLong, NoRoom

_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.ForbiddenProxyRequest, HTTPStatus.FORBIDDEN),
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
    (SSLError, HTTPStatus.FORBIDDEN),
    (TimeoutError, HTTPStatus.REQUEST_TIMEOUT),
    (HeadTooLong, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (NoRoom, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""By kind of error, the first that fits."""


def status_of(error: Exception) -> HTTPStatus:
    """The status that a broken request deserves; 500 for what was not its fault."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def answer(status: HTTPStatus) -> bytes:
    """The whole HTTP answer; the connection ends with it."""
    code, message = HTTP_MESSAGES.get(status, ("invalid", f"This is no HTTP: {status.phrase}."))
    body = orjson.dumps(operation_outcome(code, message))
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body

"""HTTP responses in JSON."""

from __future__ import annotations

import orjson
from flask import Response

_JSON = "application/json"


def json_response(body: bytes | dict[str, object], status: int = 200) -> Response:
    """A JSON response; member order is kept as written."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Response(content, status, mimetype=_JSON)

"""The body of a POST: only plain JSON, and never more of it than the limit."""

from __future__ import annotations

from flask import request
from gunicorn.http.errors import (  # type: ignore[import-untyped, unused-ignore]
    ParseException,
)
from werkzeug.exceptions import RequestEntityTooLarge

from service.errors import BadRequest, UnsupportedMedia

_JSON_TYPES = frozenset({"application/json", "application/fhir+json"})


def json_body() -> bytes:
    """The body of the current request. `UnsupportedMedia` where it is not sent as plain JSON, 413
    where it is larger than ``MAX_CONTENT_LENGTH``, `BadRequest` where it breaks off.

    A body that states its length is refused unread. One that does not (chunked) is read to the
    limit, where Werkzeug stops without a word; that there is more shows only behind it.
    """
    if request.mimetype not in _JSON_TYPES:
        raise UnsupportedMedia("Send JSON with Content-Type application/json.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("Send the body without Content-Encoding.")
    try:
        body = request.get_data(cache=False)
        limit = request.max_content_length
        if request.content_length is None and limit is not None and len(body) >= limit:
            if request.environ["wsgi.input"].read(1):
                raise RequestEntityTooLarge
    except ParseException:
        # Chunks are taken apart as they are read: gunicorn finds only now that one is malformed.
        raise BadRequest("The chunks of the body are not what HTTP asks for.") from None
    return body

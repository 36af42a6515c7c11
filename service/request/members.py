"""Members of a JSON object that came from outside, each of the kind that CDS Hooks gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.errors import BadRequest, MissingMember
from service.request.jsontext import NotJson, parse_json

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""A bare uuid of any version, in either case."""


def text_in(members: Mapping[str, object], name: str, path: str) -> str:
    """A text that is not blank. `BadRequest` names ``path`` where there is none."""
    if name not in members:
        raise MissingMember(f"{path} is missing.", path)
    value = members[name]
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(f"{path} must be a text that is not empty.", path)
    return value


def object_in(members: Mapping[str, object], name: str) -> dict[str, object]:
    """An object of the first level. `BadRequest` names it where there is none."""
    if name not in members:
        raise MissingMember(f"{name} is missing.", name)
    return as_object(members[name], name)


def as_object(value: object, path: str) -> dict[str, object]:
    """The value, which must be an object. `BadRequest` names ``path`` where it is none."""
    if not isinstance(value, dict):
        raise BadRequest(f"{path} must be an object.", path)
    return value


def json_in(body: bytes) -> object:
    """The value that a body holds; `BadRequest` where it is not JSON."""
    try:
        return parse_json(body)
    except NotJson as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None

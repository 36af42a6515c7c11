"""Members of a JSON object that came from outside, each of the kind that CDS Hooks gives it."""

from __future__ import annotations

from collections.abc import Mapping

from service.errors import BadRequest, MissingMember


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
    value = members[name]
    if not isinstance(value, dict):
        raise BadRequest(f"{name} must be an object.", name)
    return value

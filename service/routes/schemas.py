"""JSON Schemas (2020-12) of what goes in and what comes out, for those who test their client."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

import service
from service.answers import json_response
from service.errors import NotFound

_FOLDER = Path(service.__file__).parent / "schemas"


def names() -> list[str]:
    """The schemas that exist, in alphabetical order."""
    return sorted(file.stem for file in _FOLDER.glob("*.json"))


def schema_routes() -> Blueprint:
    """``/schemas/<name>.json``. CDS Hooks publishes no schema of its own; these say what this
    service accepts and answers.
    """
    routes = Blueprint("schemas", __name__)
    held = {name: (_FOLDER / f"{name}.json").read_bytes() for name in names()}

    @routes.get("/schemas/<name>.json")
    def schema(name: str) -> Response:
        if name not in held:
            raise NotFound(f"There is no such schema; there are {', '.join(held)}.")
        return json_response(held[name])

    return routes

"""What the service decides with, for people and for programs; no patient data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request

from service import knowledge
from service.answers import json_response
from service.knowledge.anchors import anchors
from service.knowledge.content import content
from service.runtime import Runtime

_TYPES = ("text/html", "application/json")


def knowledge_routes(runtime: Runtime) -> Blueprint:
    """``/knowledge`` as a page, or as JSON where the caller prefers that; ``/knowledge.json``.

    Made at the first call and kept: nothing in it changes while the process runs.
    """
    routes = Blueprint("knowledge", __name__, template_folder=str(Path(knowledge.__file__).parent))
    made: dict[str, Any] = {}

    def in_force() -> dict[str, Any]:
        return content(runtime.policy, terminology=runtime.terminology)

    def as_json() -> Response:
        if "json" not in made:
            made["json"] = orjson.dumps(in_force())
        return json_response(made["json"])

    @routes.get("/knowledge")
    def page() -> Response:
        if request.accept_mimetypes.best_match(_TYPES, _TYPES[0]) == "application/json":
            answer = as_json()
        else:
            if "page" not in made:
                known = in_force()
                made["page"] = render_template("knowledge.html", **known, anchors=anchors(known))
            answer = Response(made["page"], mimetype="text/html")
        answer.vary.add("Accept")
        return answer

    @routes.get("/knowledge.json")
    def data() -> Response:
        return as_json()

    return routes

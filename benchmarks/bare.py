"""The baseline of the server benchmarks: a Flask route that parses the body and does no more.

The route parses with Flask's own JSON and answers a small fixed object, as a handler does that
evaluates nothing. It runs under gunicorn with the settings of `service.server.serve`, and imports
nothing of relapse-cds: a process full of our modules would be a slower baseline.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped, unused-ignore]


def create_app() -> Flask:
    app = Flask("bare")

    @app.post("/cds-services/<_service_id>")
    def call(_service_id: str) -> dict[str, Any]:
        request.get_json()
        return {"cards": []}

    @app.get("/cds-services")
    def discover() -> dict[str, Any]:
        return {"services": []}

    return app


class Server(BaseApplication):  # type: ignore[misc, unused-ignore]
    """Gunicorn with the settings of `service.server.serve.run`."""

    def __init__(self, port: int, workers: int) -> None:
        self._options = {
            "bind": f"127.0.0.1:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 15,
            "loglevel": "error",
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app()


if __name__ == "__main__":
    Server(int(sys.argv[1]), int(sys.argv[2])).run()

"""The server process: gunicorn with threads, started from the command line in any directory."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped, unused-ignore]
from gunicorn.workers.base import Worker  # type: ignore[import-untyped, unused-ignore]
from pydantic import SecretStr

from hooks.relapsed_b_all import SERVICE_ID
from service import demos
from service.app import RUNTIME, create_app
from service.decisions.recorder import PATIENCE
from service.logs import configure
from service.processes import forget_worker
from service.routes.pages import example_call
from service.server.server_log import ServerLog
from service.server.worker import ServiceWorker
from service.settings import Settings

THREADS = 32
"""Calls that one worker process answers at the same time. They compute in turns; the others wait
for a FHIR server, and one that hangs must not keep those from being answered that need none.
"""

_GRACE = 10
"""Seconds that running calls have to end when the service stops."""
LONGEST_STOP = _GRACE + PATIENCE + 1
"""Seconds after which no worker runs any more; whoever stops the service waits for longer."""

_GARBAGE_THRESHOLD = 50_000
"""Objects made before the collector looks for cycles; parsing one chart makes some ten thousand."""


class AddressTaken(Exception):
    """The address cannot be listened on; the message says what to change."""


class Server(BaseApplication):  # type: ignore[misc, unused-ignore]
    """Gunicorn without its own command line and configuration files."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        configure(self.settings.log_level)
        app = create_app(self.settings)
        # What was loaded stays for good: the collector need not walk it after every few calls.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GARBAGE_THRESHOLD, 10, 10)
        return app


def run(
    settings: Settings, host: str, port: int, workers: int, announce: Callable[[str], None]
) -> None:
    """Serve until stopped. ``announce`` gets the lines that say where to look, once the address is
    taken.
    """
    _check_free(host, port)
    address = f"http://{_in_url(host)}:{port}"
    if not settings.public_url:
        settings = settings.model_copy(update={"public_url": address})
    if not settings.hash_key.get_secret_value():
        # Made before the fork: all workers hash a patient's id alike.
        settings = settings.model_copy(update={"hash_key": SecretStr(token_hex(32))})

    def ready(_arbiter: object) -> None:
        for line in banner(settings, address):
            announce(line)

    Server(
        settings,
        {
            "bind": f"{_in_url(host, bind=True)}:{port}",
            "workers": workers,
            "worker_class": ServiceWorker,
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": LONGEST_STOP,
            "post_fork": _leave_time_to_record,
            "keepalive": 15,
            "limit_request_field_size": 16 * 1024,  # a token of 8 KiB is ours to refuse
            "loglevel": "error",
            "logger_class": ServerLog,
            "proc_name": "relapse-cds",
            "control_socket_disable": True,
            "when_ready": ready,
            "worker_exit": _close,
            "child_exit": _forget,
        },
    ).run()


def _leave_time_to_record(_arbiter: object, worker: Worker) -> None:
    """The parent ends workers by force when its own time is over; the calls of a worker end before,
    so that their records can still be written.
    """
    worker.cfg.set("graceful_timeout", _GRACE)


def _close(_arbiter: object, worker: Worker) -> None:
    """The worker has answered its last call: write the records that wait."""
    app: Flask = worker.app.wsgi()
    app.extensions[RUNTIME].close()


def _forget(_arbiter: object, worker: Worker) -> None:
    forget_worker(worker.pid)


def _check_free(host: str, port: int) -> None:
    """`AddressTaken` now rather than gunicorn's retries later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressTaken(
                f"port {port} on {host} cannot be used ({error.strerror}); "
                "choose another with --port"
            ) from None


def banner(settings: Settings, address: str) -> list[str]:
    """What a newcomer sees: where the service is, how to call it, and how far it may be trusted."""
    lines = [
        f"relapse-cds is listening on {address}",
        f"  CDS Hooks discovery   {address}/cds-services",
        f"  the service           {address}/cds-services/{SERVICE_ID}",
        f"  what this is          {address}/",
    ]
    if settings.development:
        calls = "are refused" if settings.require_auth else "are accepted"
        lines.append(f"Development mode: unsigned calls {calls}. Do not use it with real patients.")
        names = demos.names()
        if names and not settings.require_auth:
            lines += ["Try it:", f"  {example_call(address, names[0])}"]
    return lines


def _in_url(host: str, *, bind: bool = False) -> str:
    if not bind and host in {"0.0.0.0", "::", ""}:  # noqa: S104 - shown, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host

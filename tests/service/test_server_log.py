"""What gunicorn reports itself: one JSON object a line, and nothing of a request."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from service.server.server_log import ServerLines
from tests.server_process import running, wait_for

SECRET = "Patient/SECRET"


def line(message: str, *arguments: object, error: bool = False) -> dict[str, str]:
    """How a message of gunicorn is written."""
    if error:
        try:
            raise ValueError(SECRET)
        except ValueError:
            info = sys.exc_info()
    else:
        info = None
    record = logging.LogRecord(
        "gunicorn.error", logging.ERROR, "glogging.py", 1, message, arguments, info
    )
    written: dict[str, str] = json.loads(ServerLines().format(record))
    return written


def test_a_message_on_processes() -> None:
    written = line("Worker (pid:%s) was sent %s!", 7, "SIGKILL")
    assert written["event"] == "server"
    assert written["level"] == "error"
    assert written["reason"] == "Worker (pid:7) was sent SIGKILL!"


@pytest.mark.parametrize("error", [True, False])
def test_a_message_that_may_repeat_a_request(error: bool) -> None:
    written = line("Error handling request %s", SECRET, error=error)
    assert SECRET not in json.dumps(written)
    assert ("error" in written) is error
    if error:
        assert written["error"] == "ValueError"
        assert written["where"].startswith("test_server_log.py:")


def test_a_killed_worker(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        os.kill(service.workers[0], signal.SIGKILL)
        wait_for(service.address)
    told = [json.loads(text) for text in service.logged]
    assert any(one["event"] == "server" and "SIGKILL" in one.get("reason", "") for one in told)

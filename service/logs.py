"""Logs: one JSON object a line, made of allow-listed fields only.

A field that is not listed does not reach the log, whatever a caller passes: no patient data, no
token, no address that could hold a patient's id, no text of an exception.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from traceback import extract_tb

import orjson

LOGGER = logging.getLogger("relapse_cds")

FIELDS = frozenset(
    {
        "requestId",
        "method",
        "route",
        "status",
        "durationMs",
        "service",
        "hook",
        "hookInstance",
        "client",
        "tenant",
        "reason",
        "contextIgnored",
        "cards",
        "unread",
        "unavailable",
        "feedback",
        "feedbackNew",
        "feedbackChanged",
        "noAccess",
        "member",
        "code",
        "error",
        "where",
    }
)
"""All fields that a line can have besides time, level and event."""

_THIRD_PARTIES = (
    "urllib3",
    "requests",
    "werkzeug",
    "flask_cors",
    "asyncio",
    "sqlalchemy",
    "alembic",
    "psycopg",
)


def log(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line. Fields outside `FIELDS` are dropped."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, event, extra={"fields": fields})


def where(error: BaseException) -> Mapping[str, str]:
    """Kind and place of an unexpected exception, without its message, which may repeat data."""
    frames = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in extract_tb(error.__traceback__)
    ]
    return {"error": type(error).__name__, "where": " < ".join(reversed(frames[-4:]))}


class JsonLines(logging.Formatter):
    """Formats what `log` writes."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields = getattr(record, "fields", {})
        line.update(
            (name, value) for name, value in fields.items() if name in FIELDS and value is not None
        )
        return orjson.dumps(line, default=str).decode()


def configure(level: str) -> None:
    """Send our lines to standard error. Other libraries are silenced: their lines can hold
    addresses.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(level)
    LOGGER.propagate = False
    for name in _THIRD_PARTIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)

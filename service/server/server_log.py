"""What gunicorn itself reports, as JSON lines like all others (`service.logs`)."""

from __future__ import annotations

import logging

from gunicorn.config import Config  # type: ignore[import-untyped, unused-ignore]
from gunicorn.glogging import Logger  # type: ignore[import-untyped, unused-ignore]

from service.logs import JsonLines, where

_ABOUT_PROCESSES = ("Worker (pid:", "WORKER TIMEOUT (pid:")
"""How messages begin that name processes, signals and exit codes, and nothing of a request."""


class ServerLog(Logger):  # type: ignore[misc, unused-ignore]
    """Gunicorn's log in our form."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(ServerLines())


class ServerLines(JsonLines):
    """Formats what gunicorn writes: messages on processes as they are, of all others the kind and
    place of the error alone, for they can repeat an address or a piece of a request.
    """

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        fields: dict[str, object] = {}
        if str(record.msg).startswith(_ABOUT_PROCESSES):
            fields["reason"] = record.getMessage()
        if error is not None:
            fields |= where(error)
        line = logging.makeLogRecord(
            {
                "msg": "server",
                "levelname": record.levelname,
                "created": record.created,
                "fields": fields,
            }
        )
        return super().format(line)

"""What the service logs, as it would be written."""

from __future__ import annotations

import json
import logging
from typing import Any

from service.logs import JsonLines


class Lines(logging.Handler):
    """Keeps every line, at the finest level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.written: list[str] = []
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))
        self.lines.append(json.loads(self.written[-1]))

    @property
    def text(self) -> str:
        return "\n".join(self.written)

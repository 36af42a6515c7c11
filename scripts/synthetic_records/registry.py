"""Which word of a description is compiled by which function.

A handler takes the record and one row, adds resources, and has read every word of the row when it
returns.
"""

from __future__ import annotations

from collections.abc import Callable

from scripts.synthetic_records.record import Record
from scripts.synthetic_records.row import Row

Handler = Callable[[Record, Row], None]
HANDLERS: dict[str, Handler] = {}


def line(*kinds: str) -> Callable[[Handler], Handler]:
    """Register a handler for the rows that begin with one of these words."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            HANDLERS[kind] = handler
        return handler

    return register

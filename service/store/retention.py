"""Forgetting: what is older than the site keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, select

from service.store.database import Database
from service.store.tables import DECISION, FEEDBACK

_BATCH = 500
"""Rows deleted in one transaction, so that calls never wait long for the lock."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many were deleted."""

    decisions: int
    feedback: int


def prune(database: Database, older_than: datetime) -> Pruned:
    """Delete decisions, with their cards, and feedback from before ``older_than``. Raises
    `StoreUnavailable`; what was deleted until then stays deleted.
    """
    return Pruned(
        decisions=_delete(database, DECISION, DECISION.c.at < older_than),
        feedback=_delete(database, FEEDBACK, FEEDBACK.c.received_at < older_than),
    )


def _delete(database: Database, table: Table, which: ColumnElement[bool]) -> int:
    total = 0
    while True:
        batch = select(table.c.id).where(which).limit(_BATCH)
        with database.begin() as connection:
            deleted = connection.execute(delete(table).where(table.c.id.in_(batch))).rowcount
        total += deleted
        if deleted < _BATCH:
            return total

"""Forgetting: what is older than the site keeps it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, select

from service.store.database import Database
from service.store.tables import DECISION, FEEDBACK

_BATCH = 500
"""Rows deleted in one transaction, so that calls never wait long for the lock."""


def prune(database: Database, older_than: datetime) -> bool:
    """Delete a batch of decisions, with their cards, and of feedback from before ``older_than``;
    whether more may be left. Raises `StoreUnavailable`.
    """
    decisions = _delete(database, DECISION, DECISION.c.at < older_than)
    feedback = _delete(database, FEEDBACK, FEEDBACK.c.received_at < older_than)
    return decisions or feedback


def _delete(database: Database, table: Table, which: ColumnElement[bool]) -> bool:
    batch = select(table.c.id).where(which).limit(_BATCH)
    with database.begin() as connection:
        deleted = connection.execute(delete(table).where(table.c.id.in_(batch))).rowcount
    return deleted == _BATCH

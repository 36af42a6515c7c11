"""Deleting in small transactions, so that calls never wait long for the lock."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from service.store.database import Database

_ROWS = 500


def delete_batch(database: Database, table: Table, which: ColumnElement[bool]) -> bool:
    """Delete some of the rows of ``which``; whether more may be left. Raises `StoreUnavailable`."""
    key = list(table.primary_key.columns)
    batch = select(*key).where(which).limit(_ROWS)
    with database.begin() as connection:
        deleted = connection.execute(delete(table).where(tuple_(*key).in_(batch))).rowcount
    return deleted == _ROWS

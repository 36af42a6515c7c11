"""Alembic's entry: migrates over the connection, and in the transaction, that the caller opened.

A revision is a file in ``versions/``, written by hand; `service.store.migrate.HEAD` names the
newest. A test compares what they make with `service.store.tables`, and says what differs.
"""

from __future__ import annotations

from alembic import context

from service.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()

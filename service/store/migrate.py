"""The schema of a database: which revision it has, and the way to ours, by Alembic."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, inspect, text

from service.store.engines import READING

HEAD = "0002"
"""The revision that this version of the service works with: the newest in ``migrations/``."""

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_240_531_118
"""Key of the advisory lock that replicas on PostgreSQL take before they migrate."""

_ALEMBIC = Lock()
"""Alembic keeps the migration that runs in a global: two databases of one process take turns."""


class UnknownRevision(Exception):
    """The database was made by a newer version; the message says so."""


def revision(connection: Connection) -> str | None:
    """The revision of the schema; None for a database without ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found is not None else None


def upgrade(engine: Engine) -> None:
    """Migrate to `HEAD` in one transaction, under a lock: all or nothing, once. Where there is
    nothing to do nobody's lock is waited for.
    """
    with engine.connect() as connection:
        connection = connection.execution_options(**{READING: True})
        with connection.begin():
            if revision(connection) == HEAD:
                return
    with engine.begin() as connection:  # on SQLite this takes the write lock
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if revision(connection) != HEAD:
            _migrate(connection)


def _migrate(connection: Connection) -> None:
    # Alembic is loaded for this only: a worker never needs it where `serve` has migrated.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _ALEMBIC:
            command.upgrade(config, "head")
    except CommandError:
        raise UnknownRevision(
            "the database was made by a newer version of relapse-cds: use that version, or another "
            "database"
        ) from None

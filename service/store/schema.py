"""The schema as the rest of the service sees it: brought up to date before anyone calls."""

from __future__ import annotations

from service.store.database import Database, NewerDatabase, StoreUnavailable


def prepare(address: str) -> str | None:
    """Bring the schema up to date at the start of the server, before workers start; safe where
    several replicas do. The server goes on without a database: advice needs none, and the first
    transaction that finds it there brings the schema up to date.

    Gives one line that says what is wrong and what to set, or None. Raises `NewerDatabase`, which
    waiting does not heal.
    """
    database = Database(address)
    try:
        database.upgrade()
    except NewerDatabase:
        raise
    except StoreUnavailable as error:
        return (
            f"{error}: until it can be used nothing is recorded, and feedback and calls that must "
            "be signed are answered 503; RELAPSE_CDS_DATABASE_URL names an SQLite file in a folder "
            "that can be written, or a PostgreSQL server"
        )
    return None

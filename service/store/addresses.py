"""Where the database is: its address, checked, and the place of the file when none is given."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
_EXAMPLES = "sqlite:////var/lib/relapse-cds/relapse-cds.db or postgresql://user:password@host/name"


class UnusableAddress(ValueError):
    """The address names no database that this service can use; the message repeats none of it."""


def database_url(address: str) -> URL:
    """The address as SQLAlchemy reads it, with our driver; a relative SQLite path is made absolute.

    An empty address is the default file of `default_file`.
    """
    if not address:
        return URL.create("sqlite", database=str(default_file()))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise UnusableAddress(f"must be an address such as {_EXAMPLES}") from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in _SQLITE:
        raise UnusableAddress(f"must be SQLite or PostgreSQL, such as {_EXAMPLES}")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise UnusableAddress(
            "must name a file, such as sqlite:////var/lib/relapse-cds/relapse-cds.db: what is in "
            "memory is neither shared by workers nor kept"
        )
    return URL.create("sqlite", database=str(Path(url.database).absolute()))


def default_file() -> Path:
    """``relapse-cds/relapse-cds.db`` in the user's state folder (XDG base directories)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    # A relative path there is to be ignored, says the XDG specification.
    state = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
    return state / "relapse-cds" / "relapse-cds.db"


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database; None for a server."""
    return Path(url.database) if url.drivername == "sqlite" and url.database else None

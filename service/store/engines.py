"""Connections that neither lose a commit nor hang: how SQLite and PostgreSQL are opened.

An SQLite commit is on the disk when it returns (write-ahead log, ``synchronous=FULL``). Waiting is
bounded everywhere: for a connection, for a lock, for a statement.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from service.store.addresses import default_file, sqlite_file

READING = "relapse_cds_reading"
"""Execution option of a connection that only reads: on SQLite it takes no write lock."""

_CONNECT_SECONDS = 2
_POOL_SECONDS = 1.0
"""Seconds for which a free connection is waited for. With the database stuck, threads must soon be
there again for the calls that need none.
"""
_LONGEST_LOCK = 10.0
"""Seconds for which a lock of an SQLite file is waited for at most: its migrations are short."""
_MARGIN = 1.0
"""Seconds that a server has to say itself that a statement took too long."""
_POOL_SIZE = 8
"""Connections at most: a statement takes milliseconds, so that the other threads of a worker wait
for one hardly ever, and a database that is stuck keeps no more threads than these for long.
"""


def make_engine(url: URL, patience: float) -> Engine:
    """An engine on which no statement takes, and no lock is waited for, more than ``patience``
    seconds.
    """
    file = sqlite_file(url)
    return _postgresql(url, patience) if file is None else _sqlite(url, file, patience)


def _sqlite(url: URL, file: Path, patience: float) -> Engine:
    patience = min(patience, _LONGEST_LOCK)
    engine = create_engine(
        url,
        connect_args={"timeout": patience},
        pool_size=_POOL_SIZE,
        pool_timeout=_POOL_SECONDS,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def create(*_arguments: object) -> None:
        _create_private(file)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions, not the driver
        _write_ahead(connection, patience)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: a reader that starts to write later cannot wait for it.
        reading = connection.get_execution_options().get(READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _create_private(file: Path) -> None:
    """Make the file, readable to its owner only: comments in it can name patients. Its log files
    get the same rights from SQLite.

    One that is there is not opened: closing it again would drop every lock that this process holds
    on it, and another one would then take away the log into which this one goes on writing.
    """
    try:
        if file == default_file():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise sqlite3.OperationalError(error.strerror) from None


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Switch the file to write-ahead logging, once in its life. SQLite does not wait for other
    processes that do the same, so we do.
    """
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _postgresql(url: URL, patience: float) -> Engine:
    from service.store.bounded import BoundedConnection  # SQLite needs no driver for a server

    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "tcp_user_timeout": round(patience * 1000),
            "prepare_threshold": None,  # poolers that share connections know no prepared statements
            "application_name": "relapse-cds",
        },
        pool_size=_POOL_SIZE,
        pool_timeout=_POOL_SECONDS,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]
    ) -> BoundedConnection:
        connection = BoundedConnection.connect(*arguments, **options)
        connection.limit = patience + _MARGIN
        return connection

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        milliseconds = round(patience * 1000)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds}; "
                f"SET idle_in_transaction_session_timeout = {4 * milliseconds}; "
                "SET TimeZone = 'UTC'"
            )
        connection.commit()

    return engine

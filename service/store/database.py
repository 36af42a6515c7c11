"""The database of one process: transactions that either are committed or raise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.store import migrate
from service.store.addresses import database_url
from service.store.engines import READING, make_engine

PATIENCE = 2.5
"""Seconds for one statement, and for one lock. The EHR waits meanwhile."""

MIGRATION_PATIENCE = 60.0
"""Seconds for one statement of a migration, and for another replica that migrates."""


class StoreUnavailable(Exception):
    """The database cannot be used now. The message says what kind of failure it was, and holds
    neither data nor the address.
    """


class NewerDatabase(StoreUnavailable):
    """A newer version of the service has migrated the database: it will not become usable."""


class Database:
    """A database by its address; nothing is opened before the first transaction.

    Each process opens its own connections, also after a fork. The first transaction of a process
    brings the schema up to date where that was not done before. `UnusableAddress` when ``address``
    names no database that we can use.
    """

    def __init__(self, address: str, *, patience: float = PATIENCE) -> None:
        self.url = database_url(address)
        self._patience = patience
        self._lock = Lock()
        self._engine: Engine | None = None
        self._is_prepared = False
        _OPEN.add(self)

    def __repr__(self) -> str:
        return "Database(…)"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, committed at its end: when the block is left, what was written stays.

        Raises `StoreUnavailable` for anything that is wrong with the database; `IntegrityError`
        passes.
        """
        with self._translated(), self._prepared().begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one state of the database."""
        with self._translated(), self._prepared().connect() as connection:
            connection = connection.execution_options(**{READING: True})
            with connection.begin():
                yield connection

    def upgrade(self) -> None:
        """Bring the schema up to date. Of several processes that try, one does and the others
        wait.
        """
        engine = make_engine(self.url, MIGRATION_PATIENCE)
        try:
            with self._translated():
                migrate.upgrade(engine)
        finally:
            engine.dispose()

    def close(self) -> None:
        """Close the connections of this process; the next transaction opens new ones."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None
            self._is_prepared = False

    def _prepared(self) -> Engine:
        """The engine, on a schema that is up to date."""
        engine = self._own_engine()
        if not self._is_prepared:
            with engine.connect() as connection:
                connection = connection.execution_options(**{READING: True})
                with connection.begin():
                    is_current = migrate.revision(connection) == migrate.HEAD
            if not is_current:
                self.upgrade()
            self._is_prepared = True
        return engine

    def _own_engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = make_engine(self.url, self._patience)
            return self._engine

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, DataError):
            raise  # ours: the database works
        except migrate.UnknownRevision as error:
            raise NewerDatabase(str(error)) from None
        except DBAPIError as error:
            self._is_prepared = False  # it may come back empty, or restored from an old copy
            raise StoreUnavailable(f"the database failed ({_kind(error)})") from None
        except PoolTimeout:
            raise StoreUnavailable("every connection to the database is in use") from None

    def _abandon(self) -> Engine | None:
        """Start anew without touching the connections, which belong to the parent process."""
        engine, self._engine = self._engine, None
        self._lock = Lock()
        self._is_prepared = False
        return engine


def _kind(error: DBAPIError) -> str:
    """Class and code of the driver's error; its message can hold data."""
    original = error.orig
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    return f"{type(original).__name__} {code}" if code else type(original).__name__


_OPEN: WeakSet[Database] = WeakSet()
_ABANDONED: list[Engine | None] = []
"""Engines of the parent process. Kept: closing them would end connections that the parent uses."""


def _after_fork() -> None:
    _ABANDONED.extend([database._abandon() for database in list(_OPEN)])


os.register_at_fork(after_in_child=_after_fork)

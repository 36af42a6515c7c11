"""The store on PostgreSQL: its promises to every database, and what is particular to a server."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from service.store import schema
from service.store.database import Database, StoreUnavailable
from service.store.feedback import FeedbackItem, store
from service.store.nonces import Nonces
from service.store.tables import FEEDBACK
from tests.integration.postgresql.server import Cluster, postgresql_server
from tests.service.store.contract import (
    NOW,
    DecisionContract,
    NonceContract,
    RetentionContract,
    SchemaContract,
    TransactionContract,
)

_LONGEST = 8.0
"""Seconds that a call may take whatever the server does: connect, lock and statement together."""


class TestSchema(SchemaContract):
    pass


class TestTransactions(TransactionContract):
    pass


class TestNonces(NonceContract):
    pass


class TestDecisions(DecisionContract):
    pass


class TestRetention(RetentionContract):
    pass


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server that the test may stop."""
    with postgresql_server() as cluster:
        yield cluster


def fails_in_time(call: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        call()
    assert time.monotonic() - began < _LONGEST


def test_a_server_that_restarts(own_cluster: Cluster) -> None:
    """Unavailable while it is down; afterwards the same object works, without a failed call."""
    nonces = Nonces(Database(own_cluster.create("store")))
    assert nonces.claim("a", "1", NOW)
    own_cluster.stop()
    fails_in_time(lambda: nonces.claim("a", "2", NOW))
    assert not nonces.works()
    own_cluster.start()
    assert nonces.claim("a", "2", NOW)
    own_cluster.stop()
    own_cluster.start()
    assert not nonces.claim("a", "1", NOW), "dead connections are noticed before they are used"
    nonces.database.close()


def test_a_server_that_crashes_after_a_commit(own_cluster: Cluster) -> None:
    database = Database(own_cluster.create("store"))
    items = [FeedbackItem(f"card-{number}", "overridden", NOW) for number in range(10)]
    store(database, "s", "", items, NOW)
    own_cluster.stop("immediate")
    own_cluster.start()
    with database.read() as connection:
        assert len(connection.scalars(select(FEEDBACK.c.card)).all()) == 10
    database.close()


def signal_all(processes: list[int], number: int) -> None:
    """A background process of the server may end by itself meanwhile."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def test_a_server_that_stands_still(own_cluster: Cluster) -> None:
    """Suspended, connections open: known and new connections fail in time, and recover."""
    nonces = Nonces(Database(own_cluster.create("store")))
    assert nonces.claim("a", "1", NOW)
    frozen = own_cluster.processes()
    signal_all(frozen, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(4) as pool:
            calls = [
                pool.submit(fails_in_time, lambda n=n: nonces.claim("b", str(n), NOW))
                for n in range(4)
            ]
            for call in calls:
                call.result()
        assert not nonces.works()
    finally:
        signal_all(frozen, signal.SIGCONT)
    assert nonces.claim("a", "2", NOW)
    nonces.database.close()


def test_a_host_that_accepts_and_says_nothing() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        database = Database(f"postgresql://u:SECRET@127.0.0.1:{silent.getsockname()[1]}/x")
        fails_in_time(lambda: Nonces(database).claim("a", "1", NOW))
        assert schema.prepare(f"postgresql://u:SECRET@127.0.0.1:{silent.getsockname()[1]}/x")
        database.close()


def test_errors_do_not_hold_the_password(cluster: Cluster) -> None:
    for address in (
        f"postgresql://nobody:SECRET@127.0.0.1:{cluster.port}/missing",
        "postgresql://nobody:SECRET@127.0.0.1:1/missing",
    ):
        database = Database(address)
        with pytest.raises(StoreUnavailable) as raised:
            Nonces(database).claim("a", "1", NOW)
        assert "SECRET" not in f"{raised.value!r} {database!r}"
        assert raised.value.__suppress_context__
        assert "SECRET" not in str(schema.prepare(address))


def test_a_lock_that_is_held(address: str) -> None:
    nonces = Nonces(Database(address))
    nonces.claim("a", "1", NOW)
    other = Database(address)
    with other.begin() as connection:
        connection.execute(text("LOCK TABLE nonce IN ACCESS EXCLUSIVE MODE"))
        fails_in_time(lambda: nonces.claim("a", "2", NOW))
    assert nonces.claim("a", "2", NOW)
    nonces.database.close()
    other.close()


def test_a_statement_that_takes_too_long(address: str) -> None:
    database = Database(address)

    def sleep() -> None:
        with database.begin() as connection:
            connection.execute(text("SELECT pg_sleep(20)"))

    fails_in_time(sleep)
    assert Nonces(database).claim("a", "1", NOW)
    database.close()


def test_every_connection_in_use(address: str) -> None:
    """A call that finds no free one fails in time, and later ones work."""
    database = Database(address, patience=20)
    Nonces(database).claim("a", "1", NOW)

    def hold(_index: int) -> None:
        with database.begin() as connection:
            connection.execute(text("SELECT pg_sleep(4)"))

    with ThreadPoolExecutor(8) as pool:
        held = [pool.submit(hold, index) for index in range(8)]
        time.sleep(1)
        fails_in_time(lambda: Nonces(database).claim("a", "2", NOW))
        for holder in held:
            holder.result()
    assert Nonces(database).claim("a", "2", NOW)
    database.close()


def test_batches_in_opposite_order(address: str) -> None:
    """No deadlock; each item once; of each pair of outcomes one is flagged."""
    databases = [Database(address) for _ in range(2)]
    databases[0].upgrade()

    def send(index: int) -> None:
        outcome = ("accepted", "overridden")[index % 2]
        items = [FeedbackItem(f"card-{number}", outcome, NOW) for number in range(40)]
        store(databases[index % 2], "s", "", items if index % 4 < 2 else items[::-1], NOW)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(send, range(16)))
    with databases[0].read() as connection:
        rows = connection.execute(select(FEEDBACK)).all()
    assert len(rows) == 80
    assert sorted(row.card for row in rows if row.changed) == sorted(
        f"card-{number}" for number in range(40)
    )
    for database in databases:
        database.close()


def test_the_latest_time_that_feedback_can_have(address: str) -> None:
    database = Database(address)
    last = NOW.replace(year=9999, month=12, day=31, hour=23) + timedelta(minutes=59)
    store(database, "s", "", [FeedbackItem("c", "overridden", last)], NOW)
    with database.read() as connection:
        assert connection.scalar(select(FEEDBACK.c.outcome_at)) == last
    database.close()

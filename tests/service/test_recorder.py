"""The queue of decision records: it loses nothing while the database works, and never holds a call
up when it does not.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.decisions import recorder as module
from service.decisions.pruning import Pruning
from service.decisions.recorder import Recorder
from service.store import decisions
from service.store.database import Database, StoreUnavailable
from service.store.decisions import DecisionRecord
from service.store.nonces import Nonces
from service.store.tables import NONCE


def record(number: int, at: datetime | None = None) -> DecisionRecord:
    return DecisionRecord(
        id=f"decision-{number}",
        at=at or datetime.now(UTC),
        service="relapsed-b-all",
        hook="patient-view",
        hook_instance="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        as_of=date(2026, 6, 15),
        knowledge_version="1.2",
        software_version="0",
        jurisdiction="US",
        input_hash="0" * 64,
        status=200,
    )


class Counts(Counter[str]):
    def __call__(self, result: str, number: int) -> None:
        self[result] += number


class Flaky(Database):
    """A database that can be away, or take its time."""

    away = False
    gate: threading.Event | None = None

    @contextmanager
    def begin(self) -> Iterator[Any]:
        if self.gate is not None:
            self.gate.wait(10)
        if self.away:
            raise StoreUnavailable("the database failed (OperationalError)")
        with super().begin() as connection:
            yield connection


@pytest.fixture
def database(tmp_path: Path) -> Flaky:
    return Flaky(f"sqlite:///{tmp_path}/memory.db")


def stored(database: Database) -> set[str]:
    return {item.id for item in decisions.read(database)}


def eventually(true: Callable[[], bool], seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_everything_put_before_the_end_is_stored(database: Flaky) -> None:
    counts = Counts()
    recorder = Recorder(database, counts, Pruning(database, None))
    for number in range(450):  # more than two batches
        recorder.put(record(number))
    recorder.close(patience=10)
    assert stored(database) == {f"decision-{number}" for number in range(450)}
    assert counts == {"stored": 450}


def test_many_threads_put_at_once(database: Flaky) -> None:
    recorder = Recorder(database, Counts(), Pruning(database, None))
    threads = [
        threading.Thread(
            target=lambda start=start: [recorder.put(record(start + i)) for i in range(20)]
        )
        for start in range(0, 200, 20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close(patience=10)
    assert len(stored(database)) == 200


def test_the_thread_ends_when_idle_and_starts_again(
    database: Flaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IDLE", 0.1)
    monkeypatch.setattr(module, "_PAUSE", 0.05)
    recorder = Recorder(database, Counts(), Pruning(database, None))
    for number in range(3):
        recorder.put(record(number))
        eventually(lambda: recorder._thread is None)
        assert len(stored(database)) == number + 1


def test_an_outage_is_waited_for(database: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY", 0.05)
    counts = Counts()
    recorder = Recorder(database, counts, Pruning(database, None))
    database.away = True
    recorder.put(record(1))
    time.sleep(0.3)
    assert not counts
    database.away = False
    eventually(lambda: counts["stored"] == 1)
    recorder.close()


def test_a_full_queue_drops_and_counts_and_never_waits(
    database: Flaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 10)
    counts = Counts()
    recorder = Recorder(database, counts, Pruning(database, None))
    database.gate = threading.Event()
    began = time.monotonic()
    for number in range(1000):
        recorder.put(record(number))
    assert time.monotonic() - began < 1
    # What the thread has taken already is not in the queue any more.
    assert counts["dropped"] >= 1000 - 10 - 200 - 10
    database.gate.set()
    recorder.close(patience=10)
    assert counts["stored"] + counts["dropped"] == 1000
    assert len(stored(database)) == counts["stored"]


def test_at_the_end_without_a_database_the_rest_is_counted_as_dropped(database: Flaky) -> None:
    counts = Counts()
    database.away = True
    recorder = Recorder(database, counts, Pruning(database, None))
    for number in range(7):
        recorder.put(record(number))
    began = time.monotonic()
    recorder.close()
    assert time.monotonic() - began < 2
    assert counts == {"dropped": 7}


def test_a_record_that_cannot_be_stored_does_not_stop_the_others(database: Flaky) -> None:
    counts = Counts()
    recorder = Recorder(database, counts, Pruning(database, None))
    recorder.put(record(1, at=datetime(2026, 6, 15)))
    eventually(lambda: counts["dropped"] == 1)
    recorder.put(record(2))
    recorder.close(patience=10)
    assert stored(database) == {"decision-2"}


def test_a_record_that_cannot_be_stored_takes_none_of_its_batch_along(database: Flaky) -> None:
    counts = Counts()
    recorder = Recorder(database, counts, Pruning(database, None))
    database.gate = threading.Event()
    recorder.put(record(0))
    for number in range(1, 40):
        recorder.put(record(number, at=datetime(2026, 6, 15) if number == 20 else None))
    database.gate.set()
    recorder.close(patience=10)
    assert counts == {"stored": 39, "dropped": 1}
    assert len(stored(database)) == 39


@pytest.mark.parametrize(("days", "left"), [(399, True), (401, False)])
def test_what_is_older_than_the_site_keeps_it_is_deleted(
    database: Flaky, days: int, left: bool
) -> None:
    old = record(1, at=datetime.now(UTC) - timedelta(days=days))
    decisions.write(database, [old, record(2)])
    Nonces(database).claim("a", "b", datetime.now(UTC) - timedelta(seconds=1))
    assert not Pruning(database, timedelta(days=400)).step()
    assert stored(database) == ({"decision-1", "decision-2"} if left else {"decision-2"})
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(NONCE)) == 0


def test_what_is_kept_for_ever_is_not_deleted(database: Flaky) -> None:
    decisions.write(database, [record(1, at=datetime.now(UTC) - timedelta(days=20_000))])
    assert not Pruning(database, None).step()
    assert stored(database) == {"decision-1"}


def test_pruning_goes_on_until_nothing_is_left_and_then_rests(database: Flaky) -> None:
    old = datetime.now(UTC) - timedelta(days=2)
    pruning = Pruning(database, timedelta(days=1))
    decisions.write(database, [record(number, at=old) for number in range(501)])
    assert pruning.step()
    assert not pruning.step()
    assert stored(database) == set()
    decisions.write(database, [record(1, at=old)])
    assert not pruning.step()
    assert stored(database) == {"decision-1"}


def test_records_are_written_between_two_pieces_of_pruning(database: Flaky) -> None:
    """Nor does a process that ends prune on: its last records come first."""
    steps = Counts()

    class Endless(Pruning):
        def step(self) -> bool:
            steps("step", 1)
            return True

    recorder = Recorder(database, Counts(), Endless(database, None))
    recorder.put(record(1))
    eventually(lambda: steps["step"] > 3)
    recorder.put(record(2))
    eventually(lambda: "decision-2" in stored(database))
    recorder.put(record(3))
    began = time.monotonic()
    recorder.close()
    assert time.monotonic() - began < 2
    assert "decision-3" in stored(database)


def test_a_thread_that_failed_is_replaced(database: Flaky, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)

    def fail_once(result: str, number: int) -> None:
        if not failed:
            raise MemoryError

    recorder = Recorder(database, fail_once, Pruning(database, None))
    recorder.put(record(1))
    eventually(lambda: bool(failed))
    recorder.put(record(2))
    eventually(lambda: "decision-2" in stored(database))
    recorder.close()


def test_the_end_waits_for_a_thread_that_just_means_to_rest(
    database: Flaky, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records put at every moment around the one at which the thread ends by itself."""
    monkeypatch.setattr(module, "_IDLE", 0.0)
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    for number in range(200):
        recorder = Recorder(database, Counts(), Pruning(database, None))
        recorder.put(record(2 * number))
        time.sleep(number % 10 * 0.0005)
        recorder.put(record(2 * number + 1))
        recorder.close(patience=10)
    assert len(stored(database)) == 400

"""The store on SQLite: its promises to every database, and what is particular to a file."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from service.store.database import Database, StoreUnavailable
from service.store.nonces import Nonces
from tests.service.store.contract import (
    NOW,
    DecisionContract,
    NonceContract,
    RetentionContract,
    SchemaContract,
    TransactionContract,
)


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


def test_a_commit_is_on_the_disk(address: str) -> None:
    """Write-ahead log, synchronised at each commit (2 is FULL); foreign keys hold."""
    database = Database(address)
    with database.begin() as connection:
        pragmas = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    database.close()
    assert pragmas == ["wal", 2, 1, 2500]


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path, address: str) -> None:
    database = Database(address)
    database.close()
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_can_read_the_files(tmp_path: Path, address: str) -> None:
    before = os.umask(0)
    try:
        database = Database(address)
        Nonces(database).claim("a", "b", NOW)
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    database.close()
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_what_is_committed_outlives_another_process_that_leaves(
    tmp_path: Path, address: str
) -> None:
    """SQLite takes the log away with the last connection: ours must be known to be there, also
    where this process has opened the file more than once.
    """
    database = Database(address)
    nonces = Nonces(database)
    nonces.claim("a", "before", NOW)
    with database.read(), database.read():
        pass
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute({!r}); c.close()"
    visit = [sys.executable, "-c", program.format("SELECT * FROM nonce"), f"{tmp_path}/store.db"]
    subprocess.run(visit, check=True)
    assert (tmp_path / "store.db-wal").exists()
    assert nonces.claim("a", "after", NOW)
    with closing(sqlite3.connect(tmp_path / "store.db")) as other:
        assert other.execute("SELECT count(*) FROM nonce").fetchone() == (2,)
    database.close()


def test_the_default_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    database = Database("")
    database.upgrade()
    assert Nonces(database).works()
    database.close()
    folder = tmp_path / "state" / "relapse-cds"
    assert (folder / "relapse-cds.db").is_file()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """Only the default one is made: elsewhere it may be a slip, or a disk that is not mounted."""
    database = Database(f"sqlite:///{tmp_path}/missing/store.db")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            Nonces(database).claim("a", "b", NOW)
    assert not Nonces(database).works()
    database.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path, address: str) -> None:
    file = tmp_path / "store.db"
    file.write_text("Patient list of ward 7. " * 100)
    database = Database(address)
    assert not Nonces(database).works()
    with pytest.raises(StoreUnavailable) as raised:
        Nonces(database).claim("a", "b", NOW)
    assert "ward" not in str(raised.value)
    database.close()
    assert file.read_text().startswith("Patient list")


def test_a_writer_that_does_not_let_go(tmp_path: Path, address: str) -> None:
    """Calls end in time, reading goes on, and once it lets go everything works again."""
    database = Database(address)
    nonces = Nonces(database)
    nonces.claim("a", "b", NOW)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        nonces.claim("a", "c", NOW)
    assert time.monotonic() - began < 4
    assert not nonces.works()
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM nonce")) == 1
    # Another replica starts meanwhile, and finds nothing to migrate.
    began = time.monotonic()
    Database(address).upgrade()
    assert time.monotonic() - began < 1
    other.execute("ROLLBACK")
    other.close()
    assert nonces.claim("a", "c", NOW)
    database.close()


def test_a_disk_without_room_is_told_at_once(address: str) -> None:
    """Waiting makes no room: neither the start nor a call is held up."""
    database = Database(address)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    began = time.monotonic()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
    try:
        with pytest.raises(StoreUnavailable):
            database.upgrade()
        assert not Nonces(database).works()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert time.monotonic() - began < 2
    assert Nonces(database).works()
    database.close()


def test_a_file_that_cannot_be_written(tmp_path: Path, address: str) -> None:
    """A disk that is full, as SQLite sees it: the limit of its pages."""
    database = Database(address)
    nonces = Nonces(database)
    nonces.claim("a", "b", NOW)
    with database.read() as connection:
        connection.execute(text("PRAGMA max_page_count=1"))
    with pytest.raises(StoreUnavailable):
        list(map(partial(nonces.claim, "a", expires_at=NOW), map(str, range(2000))))
    assert not nonces.claim("a", "b", NOW)
    database.close()


def test_killed_right_after_a_commit(address: str) -> None:
    """What was committed is there, though the process had no chance to close anything."""
    program = (
        "import os, signal, sys\n"
        "from service.store.database import Database\n"
        "from service.store.nonces import Nonces\n"
        "from tests.service.store.contract import NOW\n"
        "Nonces(Database(sys.argv[1])).claim('a', 'b', NOW)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, address],
        cwd=Path(__file__).parents[3],
        check=False,
        timeout=60,
    )
    assert ended.returncode == -9
    database = Database(address)
    assert not Nonces(database).claim("a", "b", NOW)
    database.close()

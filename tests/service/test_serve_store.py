"""The server and its database: made before the workers start, and no reason not to start."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import requests
from sqlalchemy import text

from service.store.database import Database
from tests.server_process import free_port, running, start

FEEDBACK = {
    "feedback": [
        {
            "card": "3f6a4f4e-6a9b-4a43-9a1e-3c5a2f0d7b11",
            "outcome": "overridden",
            "outcomeTimestamp": "2026-06-15T12:30:00Z",
        }
    ]
}
PATH = "/cds-services/relapsed-b-all/feedback"


def test_the_schema_is_there_before_the_first_call(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.db"
    with running(tmp_path, RELAPSE_CDS_DATABASE_URL=address):
        with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
            assert connection.execute("SELECT count(*) FROM feedback").fetchone() == (0,)


def test_without_a_usable_database_it_says_so_and_advises(tmp_path: Path) -> None:
    """Feedback is refused until the folder is there; then it is stored, without a restart."""
    folder = tmp_path / "mounted-later"
    address = f"sqlite:///{folder}/store.db"
    with running(tmp_path, RELAPSE_CDS_DATABASE_URL=address) as service:
        base = service.address
        body = requests.get(f"{base}/demo/adult-early-relapse.json", timeout=10).json()
        answer = requests.post(f"{base}/cds-services/relapsed-b-all", json=body, timeout=10)
        assert answer.json()["cards"]
        assert requests.post(f"{base}{PATH}", json=FEEDBACK, timeout=10).status_code == 503
        folder.mkdir()
        assert requests.post(f"{base}{PATH}", json=FEEDBACK, timeout=10).status_code == 200
    assert service.logged[0].startswith("relapse-cds: ")
    assert "RELAPSE_CDS_DATABASE_URL" in service.logged[0]
    assert not any("Traceback" in line for line in service.logged)


def test_a_database_of_a_newer_version_stops_the_start(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.db"
    database = Database(address)
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    process = start(free_port(), tmp_path, RELAPSE_CDS_DATABASE_URL=address)
    printed, logged = process.communicate(timeout=20)
    assert process.returncode != 0
    assert printed == ""
    assert logged.count("\n") == 1
    assert "newer version" in logged


def test_a_wrong_address_stops_the_start_without_repeating_it(tmp_path: Path) -> None:
    process = start(free_port(), tmp_path, RELAPSE_CDS_DATABASE_URL="mysql://u:SECRET@db/x")
    printed, logged = process.communicate(timeout=20)
    assert process.returncode != 0
    assert printed == ""
    assert logged.count("\n") == 1
    assert "RELAPSE_CDS_DATABASE_URL" in logged
    assert "SECRET" not in logged


def test_the_default_database_is_not_in_the_current_folder(tmp_path: Path) -> None:
    folder = tmp_path / "current"
    folder.mkdir()
    state = tmp_path / "state"
    with running(folder, XDG_STATE_HOME=str(state)) as service:
        answer = requests.post(f"{service.address}{PATH}", json=FEEDBACK, timeout=10)
        assert answer.status_code == 200
    assert list(folder.iterdir()) == []
    assert (state / "relapse-cds" / "relapse-cds.db").stat().st_uid == os.getuid()

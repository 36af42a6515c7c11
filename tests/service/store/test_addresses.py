"""Which database addresses are accepted, and what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.store.addresses import UnusableAddress, database_url, default_file
from service.store.database import Database


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
        ("sqlite+pysqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
        ("postgresql://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        (
            "postgres://u@db:6432/x?sslmode=require",
            "postgresql+psycopg://u@db:6432/x?sslmode=require",
        ),
        ("postgresql+psycopg://db/x", "postgresql+psycopg://db/x"),
        ("postgresql:///x?host=/run/pg", "postgresql+psycopg:///x?host=%2Frun%2Fpg"),
    ],
)
def test_accepted(address: str, expected: str) -> None:
    assert database_url(address).render_as_string(hide_password=False) == expected


def test_a_relative_path_means_the_folder_of_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = database_url("sqlite:///x.db")
    monkeypatch.chdir("/")
    assert url.database == str(tmp_path / "x.db")


@pytest.mark.parametrize(
    "address",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "mysql://u:SECRET@db/x",
        "postgresql+asyncpg://u:SECRET@db/x",
        "SECRET",
        "http://SECRET",
        "postgresql://u:SECRET@db:port/x",
    ],
)
def test_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UnusableAddress) as raised:
        Database(address)
    assert "SECRET" not in str(raised.value)


@pytest.mark.parametrize(
    ("state_home", "expected"),
    [
        ("/state", "/state/relapse-cds/relapse-cds.db"),
        ("relative", "/home/doctor/.local/state/relapse-cds/relapse-cds.db"),
        ("", "/home/doctor/.local/state/relapse-cds/relapse-cds.db"),
    ],
)
def test_default_place(state_home: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/doctor")
    monkeypatch.setenv("XDG_STATE_HOME", state_home)
    assert str(default_file()) == expected
    assert database_url("").database == expected

"""Apps with a database of their own, and what calls leave in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service import demos
from service.app import RUNTIME, create_app
from service.settings import Settings
from service.store import decisions
from service.store.database import Database
from service.store.decisions import DecisionRecord
from tests.service.fakes import FakeFhir

URL = "/cds-services/relapsed-b-all"
NAME = "Zzyzxfamily"
Make = Callable[..., Flask]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/memory.db"


@pytest.fixture
def make(database_url: str) -> Make:
    """Builds an app on that database; settings may be given."""

    def made(**settings: Any) -> Flask:
        return create_app(
            Settings(database_url=database_url, **settings),
            today=lambda: date(2026, 6, 15),
            source=FakeFhir(),
        )

    return made


def request_body(name: str) -> dict[str, Any]:
    """The call for a demonstration patient, to be changed at will."""
    return copy.deepcopy(demos.request_body(name))


def recorded(app: Flask, *bodies: dict[str, Any]) -> list[DecisionRecord]:
    """The records in the app's database after calls with these bodies, oldest first."""
    client = app.test_client()
    for body in bodies:
        client.post(URL, json=body)
    app.extensions[RUNTIME].recorder.close()
    return list(decisions.read(Database(app.extensions[RUNTIME].settings.database_url)))

"""What holds for every test: no answer of a CDS endpoint goes unchecked, nothing is left in the
user's folders, and the same tests run each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings

from service.decisions.recorder import Recorder
from tests.service.checked_client import CheckedClient

# Whether a change is right must not hang on the dice; HYPOTHESIS_PROFILE=default rolls them.
settings.register_profile("project", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "project"))


HERE = Path(__file__).parent
MARKED = {HERE / name: getattr(pytest.mark, name) for name in ("integration", "browser")}
"""Folders whose tests carry the mark of that name without having to say so."""


@pytest.hookimpl(tryfirst=True)  # before pytest selects by mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for folder, mark in MARKED.items():
            if item.path.is_relative_to(folder):
                item.add_marker(mark)


@pytest.fixture(scope="session", autouse=True)
def _every_answer_is_checked() -> Iterator[None]:
    """Every app of every test gives a client that checks what comes back."""
    before = Flask.test_client_class
    Flask.test_client_class = CheckedClient
    yield
    Flask.test_client_class = before


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The default database of every app and server of the tests lies in a folder of this run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _recorders_end_with_their_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A recorder whose database is away would go on to log that in the tests that follow."""
    made: list[Recorder] = []
    begin = Recorder.__init__

    def tracked(self: Recorder, *arguments: Any) -> None:
        begin(self, *arguments)
        made.append(self)

    monkeypatch.setattr(Recorder, "__init__", tracked)
    yield
    for recorder in made:
        recorder._stopping.set()

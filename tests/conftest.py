"""What holds for every test: no answer of a CDS endpoint goes unchecked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.service.checked_client import CheckedClient


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

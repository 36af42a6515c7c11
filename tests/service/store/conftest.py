"""An SQLite file of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.service.store.contract")


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"

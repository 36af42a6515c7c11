"""Feedback that was acknowledged survives kill -9, on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from tests.integration.feedback_kills import survive


def test_what_is_acknowledged_survives(tmp_path: Path, address: str) -> None:
    survive(tmp_path, address)

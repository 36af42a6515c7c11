"""The service in a process of its own, and Debian's Chromium in front of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.integration.service_process import running_service

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the service of this run listens, without a slash at its end."""
    with running_service() as own:
        yield own


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path is not None, "Chromium is not installed (on Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        # Root has no sandbox; the pages are our own.
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()

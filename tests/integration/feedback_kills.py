"""A server whose worker processes are killed at random while feedback comes in."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy import select

from service.store.database import Database
from service.store.tables import FEEDBACK
from tests.integration.service_process import COMMAND
from tests.server_process import children, free_port, wait_for

ITEMS = 1000
CLIENTS = 4
WORKERS = 2
FEWEST_KILLS = 30
_SEED = 20260615


@dataclass
class Killer:
    """Kills one worker after another, without warning, until told to stop."""

    master: int
    stopping: threading.Event = field(default_factory=threading.Event)
    killed: int = 0

    def run(self) -> None:
        chance = random.Random(_SEED)
        while not self.stopping.wait(chance.uniform(0.05, 0.6)):
            workers = children(self.master)
            if len(workers) < WORKERS:
                continue  # both dead prove nothing: let one come back
            os.kill(chance.choice(workers), signal.SIGKILL)
            self.killed += 1


@contextmanager
def server(folder: Path, address: str) -> Iterator[tuple[str, int]]:
    """The service with its workers; at the end everything is killed at once."""
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, "serve", "--port", str(port), "--workers", str(WORKERS)],
            cwd=folder,
            env=os.environ | {"RELAPSE_CDS_DATABASE_URL": address},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for(base, path="/healthz")
        yield base, process.pid
    finally:
        workers = children(process.pid)
        process.kill()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        process.wait(timeout=20)


def post(base: str, number: int, *, again: bool) -> bool:
    """Send one item; whether it was acknowledged. ``again``: until it is, as a good client does."""
    item = {
        "card": f"card-{number}",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-06-15T12:30:00Z",
        "overrideReason": {"userComment": f"comment {number}"},
    }
    address = f"{base}/cds-services/relapsed-b-all/feedback"
    while True:
        try:
            answer = requests.post(address, json={"feedback": [item]}, timeout=10)
            if answer.status_code == 200:
                return True
            assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
        except requests.RequestException:
            pass  # the worker died with the call, before or after it had stored the item
        if not again:
            return False
        time.sleep(0.02)


def survive(folder: Path, address: str) -> None:
    """Post `ITEMS` items, every other one without a second try. What was acknowledged is stored,
    nothing is stored twice, and nothing is stored that was not sent.
    """
    with server(folder, address) as (base, master):
        killer = Killer(master)
        killing = threading.Thread(target=killer.run)
        killing.start()
        numbers = list(range(ITEMS))
        with ThreadPoolExecutor(CLIENTS) as pool:
            acknowledged = list(
                pool.map(lambda number: post(base, number, again=number % 2 == 0), numbers)
            )
        more = ITEMS
        while killer.killed < FEWEST_KILLS:  # on a fast machine the posts are over too soon
            numbers.append(more)
            acknowledged.append(post(base, more, again=True))
            more += 1
        killer.stopping.set()
        killing.join()
    database = Database(address)
    with database.read() as connection:
        stored = list(connection.scalars(select(FEEDBACK.c.card)))
    database.close()
    expected = {
        f"card-{number}" for number, sure in zip(numbers, acknowledged, strict=True) if sure
    }
    assert len(expected) >= ITEMS // 2
    assert expected - set(stored) == set(), "acknowledged and lost"
    assert len(stored) == len(set(stored)), "stored twice"
    assert set(stored) <= {f"card-{number}" for number in numbers}
    logged = (folder / "log").read_text()
    assert "Traceback" not in logged
    assert "comment " not in logged

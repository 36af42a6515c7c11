"""10,000 mutated requests against a real server, while its memory is watched.

    python -m benchmarks.mutations [CALLS [SEED]]

Every answer is held against the schemas and invariants of the tests. Exit status 1 where one was a
5xx, wrong, or late, or where memory grew; the first such request of each kind is written to
``mutation-<status>.json`` in the current directory.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Lock, Thread

from benchmarks import servers
from benchmarks.measure import Row, show
from benchmarks.servers import CALL, Server
from tests.service.checked_client import check_answer
from tests.service.mutations import Mutant, mutant, originals

CALLS = 10_000
_CLIENTS = 4
_LATE = 5.0
"""Seconds after which an answer counts as hanging."""
_WARM = 0.3
"""Share of the calls after which caches are full and memory should stand still."""
_GROWTH = 8.0
"""Megabytes that an allocator may move by without anything being kept."""


@dataclass
class Run:
    """What the calls of all clients showed."""

    statuses: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    memory: list[float] = field(default_factory=list)
    """Resident megabytes of the largest worker, once for each hundredth of the calls."""
    lock: Lock = field(default_factory=Lock)

    def add(self, status: str, seconds: float, changed: Mutant) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, seconds)
            if status not in _EXPECTED and self.statuses[status] == 1:
                Path(f"mutation-{status}.json").write_bytes(changed.body)


_EXPECTED = frozenset({"200", "400", "412", "415"})


def run(server: Server, calls: int, seed: int) -> Run:
    """Send ``calls`` mutants from several clients; the same seed sends the same requests."""
    found = Run()
    rounds = 100
    chances = [random.Random(seed * _CLIENTS + number) for number in range(_CLIENTS)]
    right = originals()
    for _ in range(rounds):
        threads = [
            Thread(target=_client, args=(server, right, chance, calls // rounds // _CLIENTS, found))
            for chance in chances
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.memory.append(server.memory())
    return found


def _client(
    server: Server, right: list[dict[str, object]], chance: random.Random, calls: int, found: Run
) -> None:
    for _ in range(calls):
        changed = mutant(right, chance)
        began = time.perf_counter()
        status = _answer(server, changed)
        found.add(status, time.perf_counter() - began, changed)


def _answer(server: Server, changed: Mutant) -> str:
    """The status, or what was wrong."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=_LATE)
    try:
        connection.request("POST", CALL, changed.body, changed.headers)
        answer = connection.getresponse()
        content, kind = answer.read(), answer.headers.get("Content-Type", "")
    except TimeoutError:
        return "late"
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    try:
        check_answer("POST", CALL, answer.status, kind, content)
    except (AssertionError, ValueError):
        return f"{answer.status}-wrong"
    return str(answer.status)


def main(calls: int = CALLS, seed: int = 0) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/mutations.db"
        with servers.service(
            workers=1, RELAPSE_CDS_DATABASE_URL=database, RELAPSE_CDS_FHIR_DEADLINE="0.5"
        ) as server:
            found = run(server, calls, seed)
    warm = found.memory[int(len(found.memory) * _WARM)]
    growth = max(found.memory[-5:]) - warm
    bad = {name: count for name, count in found.statuses.items() if name not in _EXPECTED}
    counted = ", ".join(f"{name}: {count}" for name, count in sorted(found.statuses.items()))
    rows = [
        Row("answers by status", counted, aim="no 5xx"),
        Row("unexpected, wrong or late", str(sum(bad.values())), aim="0"),
        Row(
            f"slowest answer, {_CLIENTS} clients", f"{found.slowest:.2f} s", aim=f"< {_LATE:.0f} s"
        ),
        *(
            Row(f"memory after {share:.0%} of the calls", f"{found.memory[at]:.1f} MB")
            for share in (_WARM, 0.5, 0.75, 1.0)
            for at in [min(int(len(found.memory) * share), len(found.memory) - 1)]
        ),
        Row(f"growth after {_WARM:.0%}", f"{growth:+.1f} MB", aim=f"≤ {_GROWTH:.0f} MB"),
    ]
    total = sum(found.statuses.values())
    show(f"mutations: {total} calls, seed {seed} ({time.monotonic() - began:.0f} s)", rows)
    return 1 if bad or growth > _GROWTH else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

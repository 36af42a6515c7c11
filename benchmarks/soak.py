"""Many calls: 8 clients, 2 workers."""

from __future__ import annotations

from statistics import median

from benchmarks import servers
from benchmarks.charts import HEALTHY, PATIENT, request
from benchmarks.load import CLIENTS, Load
from benchmarks.measure import Row, percentile

CALLS = 20_000
_TURN = 25
"""Calls of each client in one turn, for each of the bodies."""


def measure() -> list[Row]:
    """A call that fails in any way ends the run with an error."""
    bodies = (request(PATIENT, 200, 30), request(HEALTHY, 200))
    load = Load()
    with servers.service(workers=2) as server:
        memory = []
        turns = CALLS // (len(bodies) * CLIENTS * _TURN)
        for _ in range(turns):
            for body in bodies:
                load.turn(server, body, _TURN)
            memory.append(server.memory())
    return [
        Row("calls, all answered 200", f"{len(load.latencies)}"),
        Row("calls/s, half of them without ALL", f"{median(load.rates):.0f}"),
        Row("p50, p99", " / ".join(f"{percentile(load.latencies, p):.0f} ms" for p in (0.5, 0.99))),
        Row(
            "resident memory of the largest worker, first tenth to last",
            f"{median(memory[: turns // 10]):.0f} → {median(memory[-turns // 10 :]):.0f} MB",
            aim="flat",
        ),
    ]

"""From the start of the process to the first answer, and what one worker holds after 200 calls."""

from __future__ import annotations

from statistics import median

from benchmarks import servers
from benchmarks.charts import PATIENT, request
from benchmarks.load import CLIENTS, Load
from benchmarks.measure import Row, ratio

_STARTS = 5
_CALLS = 200 // CLIENTS


def measure() -> list[Row]:
    body = request(PATIENT, 200, 30)
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    memory: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(_STARTS):
        for name, running in (("ours", servers.service), ("bare", servers.bare)):
            with running() as server:
                seconds[name].append(server.started)
                if turn < 2:
                    Load().turn(server, body, _CALLS)
                    memory[name].append(server.memory())
    return [
        Row(
            "start to first answer, 1 worker",
            f"{median(seconds['ours']):.2f} s",
            f"{median(seconds['bare']):.2f} s",
            f"{ratio(seconds['ours'], seconds['bare']):.1f}",
            "< 3 s",
        ),
        Row(
            "resident memory of the worker after 200 calls",
            f"{median(memory['ours']):.0f} MB",
            f"{median(memory['bare']):.0f} MB",
            f"{ratio(memory['ours'], memory['bare']):.1f}",
            "< 150 MB",
        ),
    ]

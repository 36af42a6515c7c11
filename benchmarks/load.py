"""Eight clients that call a server as fast as it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import median
from threading import Thread

from benchmarks import servers
from benchmarks.measure import Row, percentile, ratio
from benchmarks.servers import CALL, Server

CLIENTS = 8
_CALLS = 30
"""Calls of each client in one turn."""
_TURNS = 7
_HEADERS = {"Content-Type": "application/json"}


@dataclass
class Load:
    """What several turns against one server showed; one figure a turn, latencies of every call."""

    rates: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Milliseconds of the server's processor time for each call."""
    latencies: list[float] = field(default_factory=list)
    answer: int = 0
    """Bytes of the last answer."""

    def turn(self, server: Server, body: bytes, calls: int = _CALLS) -> None:
        """One turn: every client makes its calls one after the other on a kept connection."""
        failures: list[BaseException] = []

        def client() -> None:
            try:
                self._call_on(server, body, calls)
            except BaseException as error:
                failures.append(error)

        threads = [Thread(target=client) for _ in range(CLIENTS)]
        used, began = server.processor(), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        if failures:
            raise RuntimeError("a client failed") from failures[0]
        self.rates.append(CLIENTS * calls / seconds)
        self.processor.append((server.processor() - used) * 1000 / (CLIENTS * calls))

    def _call_on(self, server: Server, body: bytes, calls: int) -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        try:
            for _ in range(calls):
                began = time.perf_counter()
                connection.request("POST", CALL, body, _HEADERS)
                response = connection.getresponse()
                content = response.read()
                self.latencies.append((time.perf_counter() - began) * 1000)
                if response.status != 200:
                    raise RuntimeError(f"status {response.status}")
                self.answer = len(content)
        finally:
            connection.close()


def side_by_side(bodies: dict[str, bytes]) -> dict[str, tuple[Load, Load]]:
    """For each body relapse-cds and the bare route, in turns, with one worker each."""
    found = {name: (Load(), Load()) for name in bodies}
    with servers.service() as ours, servers.bare() as bare:
        for body in bodies.values():
            Load().turn(ours, body, 5)
            Load().turn(bare, body, 5)
        for _ in range(_TURNS):
            for name, body in bodies.items():
                found[name][0].turn(ours, body)
                found[name][1].turn(bare, body)
    return found


def rows(name: str, ours: Load, bare: Load, aim: str) -> list[Row]:
    """The lines of one comparison. The ratio of processor times is bare to ours, as for calls."""
    lines = [
        Row(
            f"{name}: calls/s",
            f"{median(ours.rates):.0f}",
            f"{median(bare.rates):.0f}",
            f"{ratio(ours.rates, bare.rates):.2f}",
            aim,
        )
    ]
    if all(ours.processor) and all(bare.processor):
        lines.append(
            Row(
                "  processor time of the server a call",
                f"{median(ours.processor):.2f} ms",
                f"{median(bare.processor):.2f} ms",
                f"{ratio(bare.processor, ours.processor):.2f}",
                aim,
            )
        )
    for part, wanted in ((0.5, ""), (0.99, "≤ 2")):
        one, other = percentile(ours.latencies, part), percentile(bare.latencies, part)
        label = f"  p{part * 100:.0f} with {CLIENTS} clients"
        lines.append(Row(label, f"{one:.1f} ms", f"{other:.1f} ms", f"{one / other:.2f}", wanted))
    return lines

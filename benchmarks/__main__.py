"""Runs the benchmarks that are named on the command line, all of them without a name."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version

from benchmarks import (
    core,
    fallback,
    growth,
    mapping,
    memory,
    no_leukaemia,
    soak,
    start,
    throughput,
)
from benchmarks.measure import Row, show

BENCHMARKS: dict[str, tuple[str, Callable[[], list[Row]]]] = {
    "throughput": ("calls with a full prefetch of 200 resources", throughput.measure),
    "no-leukaemia": ("the same for a patient without ALL", no_leukaemia.measure),
    "growth": ("bytes to cards, 2,000 resources beside 200", growth.measure),
    "mapping": ("bytes to facts beside parsing alone and full validation", mapping.measure),
    "memory": ("growth of memory while one body is read, beside its size", memory.measure),
    "core": ("one evaluation of a long course", core.measure),
    "start": ("start of the server and memory of a worker", start.measure),
    "soak": ("20,000 calls by 8 clients to 2 workers", soak.measure),
    "fallback": ("a call without prefetch beside its slowest query", fallback.measure),
}
_PACKAGES = ("flask", "gunicorn", "orjson", "fhir.resources", "pydantic")


def main(names: list[str]) -> int:
    """Exit status 2 where a name is not known, else 0 whatever was measured."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}\n")
        return 2
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    print(f"{date.today()}, {platform.machine()}, Python {platform.python_version()}, {versions}")
    for name in names or BENCHMARKS:
        title, measure = BENCHMARKS[name]
        began = time.monotonic()
        rows = measure()
        show(f"{name}: {title} ({time.monotonic() - began:.0f} s)", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

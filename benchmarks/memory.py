"""How much memory grows while one body is read, beside its size: from bytes to facts.

Two figures. *Objects*: the most that all Python objects together take, counted by the interpreter
from the parsed body on. *Resident*: the most that the process takes from the operating system, the
parser's own working memory included; in a process of its own each time, which has read another
chart before, so that what is loaded once (value sets, models) is there already.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import re
import tracemalloc
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.charts import AS_OF, HEALTHY, PATIENT, matters, request, resources_of
from benchmarks.measure import Row
from mappings.chart import Reading, read_chart

_AIM = "< 10"
_TURNS = 3


def measure() -> list[Row]:
    """A hospital chart of 200 resources and a ten-year course of 2,000."""
    rows: list[Row] = []
    for body in (request(PATIENT, 200, 30), request(PATIENT, 2000, 30, course=True)):
        total = sum(len(value.get("entry", (1,))) for value in resources_of(body))
        what = f"{total:,} resources, {matters(body)} matter, {len(body) / 1e6:.2f} MB"
        resident = median(_in_a_process_of_its_own(body) for _ in range(_TURNS))
        rows += [_row(f"{what}: objects", _objects(body), body), _row("  resident", resident, body)]
    return rows


def _row(what: str, growth: float, body: bytes) -> Row:
    return Row(
        what,
        f"{growth / 1e6:.2f} MB",
        f"{len(body) / 1e6:.2f} MB",
        f"{growth / len(body):.1f}",
        _AIM,
    )


def _facts(parsed: list[Any]) -> Reading:
    patient = next(item["id"] for item in parsed if item["resourceType"] == "Patient")
    return read_chart(parsed, patient_id=patient, as_of=AS_OF)


def _objects(body: bytes) -> int:
    """Bytes that the parsed body, the work on it and the facts take at most."""
    _facts(resources_of(body))
    gc.collect()
    tracemalloc.start()
    try:
        parsed = resources_of(body)
        tracemalloc.reset_peak()
        _facts(parsed)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _in_a_process_of_its_own(body: bytes) -> int:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_resident, (body,))


def _resident(body: bytes) -> int:
    """Bytes by which the resident memory of this process grows at most while the body is read."""
    for name in (HEALTHY, PATIENT):
        _facts(resources_of(request(name, 40)))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest value so far is forgotten
    _facts(resources_of(body))
    return _status("VmHWM") - before


def _status(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024

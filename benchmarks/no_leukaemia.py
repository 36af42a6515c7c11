"""Calls for a patient without ALL, as nearly all are: answered after a look at the problems."""

from __future__ import annotations

from benchmarks.charts import HEALTHY, request
from benchmarks.load import rows, side_by_side
from benchmarks.measure import Row


def measure() -> list[Row]:
    ours, bare = side_by_side({"call": request(HEALTHY, 200)})["call"]
    return rows("200 resources", ours, bare, "≥ 0.9 (1.3)")

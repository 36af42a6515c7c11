"""Calls for a patient in relapse: 200 resources by prefetch, beside a route that parses them."""

from __future__ import annotations

from benchmarks.charts import PATIENT, matters, request
from benchmarks.load import rows, side_by_side
from benchmarks.measure import Row


def measure() -> list[Row]:
    """Two charts of 200 resources: one in which 30 matter, and one with the patient's whole
    work-up.
    """
    charts = (request(PATIENT, 200, 30), request(PATIENT, 200))
    bodies = {f"{matters(body)} of 200 matter": body for body in charts}
    lines: list[Row] = []
    for index, (name, (ours, bare)) in enumerate(side_by_side(bodies).items()):
        lines += rows(name, ours, bare, "" if index else "≥ 0.40 (0.60)")
        sizes = f"{len(bodies[name]) / 1000:.0f} kB", f"{ours.answer / 1000:.0f} kB"
        lines.append(Row("  request, answer", " → ".join(sizes)))
    return lines

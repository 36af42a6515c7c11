"""Measuring in turns, and the table that shows it.

Machines are shared and clocks drift: what is compared runs in turns (A B A B), the figure is the
median of the turns, and a ratio is the median of the ratios of neighbouring turns.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a result: the figure, the same of the baseline, and what we aim at."""

    what: str
    ours: str
    baseline: str = ""
    ratio: str = ""
    aim: str = ""


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a result; columns are never cut, so that the output can be kept as text."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for name in ("relapse-cds", "baseline", "ratio", "aim"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row.what, row.ours, row.baseline, row.ratio, row.aim)
    Console(width=110, highlight=False).print("", table)


def in_turns(
    works: Mapping[str, tuple[Callable[[], object], int]], *, turns: int
) -> dict[str, list[float]]:
    """Milliseconds of processor time for each call of each work, one figure a turn.

    ``works`` gives for each name the work and how often a turn repeats it. Each work runs a few
    times beforehand: what is read once and kept is not what is measured.
    """
    for work, times in works.values():
        for _ in range(min(times, 5)):
            work()
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(turns):
        for name, (work, times) in works.items():
            gc.collect()
            began = time.process_time()
            for _ in range(times):
                work()
            found[name].append((time.process_time() - began) * 1000 / times)
    return found


def ratio(ours: Sequence[float], baseline: Sequence[float]) -> float:
    """The median of the ratios of turns that stood side by side."""
    return median(one / other for one, other in zip(ours, baseline, strict=True))


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of all values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def ms(values: Sequence[float]) -> str:
    """The median with its unit, written with three digits that count."""
    figure = median(values)
    return f"{figure:.3f} ms" if figure < 1 else f"{figure:.2f} ms"

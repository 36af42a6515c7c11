"""Newer results that count for nothing, and might change the answer (CONF-07, CARD-04, CARD-06)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

from relapse.assessment import FactUsed, MrdCategory
from relapse.course.marrow import FIVE_PERCENT
from relapse.course.wording import percent, residual_disease
from relapse.dates import add_days
from relapse.evidence import antigens, mrd
from relapse.facts import (
    AntigenResult,
    BlastResult,
    Chart,
    Expression,
    Material,
    MrdResult,
    Result,
)
from relapse.logic import Tri
from relapse.policy import Policy

R = TypeVar("R", bound=Result)


def not_counted(chart: Chart, as_of: date, policy: Policy) -> tuple[str, ...]:
    """A sentence for each marrow that cannot be read, and each preliminary marrow from 5 % on,
    positive MRD or negative antigen, that is newer than every final result of its kind. It counts
    for nothing, and is not passed over.
    """
    preliminary = (*_marrows(chart), *_preliminary_mrd(chart), *_antigens(chart, policy))
    found = [
        *(("Preliminary, not counted before it is final", *item) for item in preliminary),
        *(("Not readable and not counted", *item) for item in _unreadable_marrows(chart)),
    ]
    return tuple(
        f"{why}: {words} on {result.when}."
        for why, result, words in found
        if _recent(result, as_of, policy)
    )


def preliminary_marrows(chart: Chart, as_of: date, policy: Policy) -> tuple[FactUsed, ...]:
    """The preliminary marrows of `not_counted` as facts."""
    return tuple(
        FactUsed.of(result, f"preliminary {words}")
        for result, words in _marrows(chart)
        if _recent(result, as_of, policy)
    )


def _recent(result: Result, as_of: date, policy: Policy) -> bool:
    return result.when is not None and add_days(result.when.latest, policy.status_max_age) >= as_of


def _marrows(chart: Chart) -> Iterator[tuple[Result, str]]:
    marrows = _of_marrow(chart)
    for result in _newer([item for item in marrows if not item.final], marrows):
        if result.fraction is not None and result.fraction.at_least(FIVE_PERCENT) is Tri.MET:
            yield result, f"marrow blasts {percent(result.fraction)}"


def _unreadable_marrows(chart: Chart) -> Iterator[tuple[Result, str]]:
    marrows = _of_marrow(chart)
    unread = [item for item in marrows if _unreadable(item)]
    for result in _newer(unread, [item for item in marrows if not _unreadable(item)]):
        yield result, f"marrow blasts ({result.source.reference})"


def _of_marrow(chart: Chart) -> list[BlastResult]:
    return [item for item in chart.of(BlastResult) if item.material is Material.MARROW]


def _unreadable(result: BlastResult) -> bool:
    return result.fraction is None and result.count_10e9_per_l is None


def _preliminary_mrd(chart: Chart) -> Iterator[tuple[Result, str]]:
    results = chart.of(MrdResult)
    for result in _newer([item for item in results if not item.final], results):
        if mrd.category(result) is MrdCategory.POS:
            yield result, residual_disease(result).text


def _antigens(chart: Chart, policy: Policy) -> Iterator[tuple[Result, str]]:
    for result in chart.of(AntigenResult):
        if result.final:
            continue
        found = antigens.expression(result, policy)
        same = [item for item in chart.of(AntigenResult) if item.antigen is result.antigen]
        if found is Expression.NEGATIVE and _newer([result], same):
            yield result, antigens.describe(result, found).text


def _newer(results: Sequence[R], others: Sequence[Result]) -> list[R]:
    """Those collected after all final ones among ``others``."""
    if not results:
        return []
    days = [item.when.latest for item in others if item.final and item.when is not None]
    last = max(days, default=date.min)
    return [item for item in results if item.when is not None and item.when.earliest > last]

"""Newer results that count for nothing, and might change the answer (CONF-07, CARD-04, CARD-06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from relapse.assessment import FactUsed, MrdCategory
from relapse.course.marrow import FIVE_PERCENT
from relapse.course.wording import percent
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


def not_counted(chart: Chart, as_of: date, policy: Policy) -> tuple[str, ...]:
    """A sentence for each marrow that cannot be read, and each preliminary marrow from 5 % on,
    positive MRD or negative antigen, that is newer than every final result of its kind. It counts
    for nothing, and is not passed over.
    """
    preliminary = (*_marrows(chart), *_residual_disease(chart), *_antigens(chart, policy))
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


def _newer(result: Result, others: Iterator[Result]) -> bool:
    """Collected after all final results of its kind."""
    if result.when is None:
        return False
    day = result.when.earliest
    return all(not other.final or other.when is None or other.when.latest < day for other in others)


def _marrows(chart: Chart) -> Iterator[tuple[Result, str]]:
    marrows = [item for item in chart.of(BlastResult) if item.material is Material.MARROW]
    for result in marrows:
        if (
            result.final
            or result.fraction is None
            or result.fraction.at_least(FIVE_PERCENT) is not Tri.MET
        ):
            continue
        if _newer(result, iter(marrows)):
            yield result, f"marrow blasts {percent(result.fraction)}"


def _unreadable_marrows(chart: Chart) -> Iterator[tuple[Result, str]]:
    marrows = [item for item in chart.of(BlastResult) if item.material is Material.MARROW]
    readable = [item for item in marrows if item.fraction is not None or item.count_10e9_per_l]
    for result in marrows:
        if result not in readable and _newer(result, iter(readable)):
            yield result, f"marrow blasts ({result.source.reference})"


def _residual_disease(chart: Chart) -> Iterator[tuple[Result, str]]:
    for result in chart.of(MrdResult):
        waits = not result.final and mrd.category(result) is MrdCategory.POS
        if waits and _newer(result, iter(chart.of(MrdResult))):
            yield result, mrd.describe(result).text


def _antigens(chart: Chart, policy: Policy) -> Iterator[tuple[Result, str]]:
    for result in chart.of(AntigenResult):
        found = antigens.expression(result, policy)
        same = (item for item in chart.of(AntigenResult) if item.antigen is result.antigen)
        if not result.final and found is Expression.NEGATIVE and _newer(result, same):
            yield result, antigens.describe(result, found).text

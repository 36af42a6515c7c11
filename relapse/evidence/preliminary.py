"""Preliminary results that would change the answer if they were final (CONF-07, CARD-06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from relapse.assessment import MrdCategory
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


def pending(chart: Chart, as_of: date, policy: Policy) -> tuple[str, ...]:
    """A sentence for each preliminary marrow from 5 % on, positive MRD or negative antigen that is
    newer than every final result of its kind. It counts for nothing, and is not passed over.
    """
    return tuple(
        f"Preliminary, not counted before it is final: {words} on {result.when}."
        for result, words in (
            *_marrows(chart),
            *_residual_disease(chart),
            *_antigens(chart, policy),
        )
        if result.when is not None and add_days(result.when.latest, policy.status_max_age) >= as_of
    )


def _newer(result: Result, others: Iterator[Result]) -> bool:
    """Preliminary, and collected after all final results of its kind."""
    if result.final or result.when is None:
        return False
    day = result.when.earliest
    return all(not other.final or other.when is None or other.when.latest < day for other in others)


def _marrows(chart: Chart) -> Iterator[tuple[Result, str]]:
    marrows = [item for item in chart.of(BlastResult) if item.material is Material.MARROW]
    for result in marrows:
        if result.fraction is None or result.fraction.at_least(FIVE_PERCENT) is not Tri.MET:
            continue
        if _newer(result, iter(marrows)):
            yield result, f"marrow blasts {percent(result.fraction)}"


def _residual_disease(chart: Chart) -> Iterator[tuple[Result, str]]:
    for result in chart.of(MrdResult):
        if mrd.category(result) is MrdCategory.POS and _newer(result, iter(chart.of(MrdResult))):
            yield result, mrd.describe(result).text


def _antigens(chart: Chart, policy: Policy) -> Iterator[tuple[Result, str]]:
    for result in chart.of(AntigenResult):
        found = antigens.expression(result, policy)
        same = (item for item in chart.of(AntigenResult) if item.antigen is result.antigen)
        if found is Expression.NEGATIVE and _newer(result, same):
            yield result, antigens.describe(result, found).text

"""Blasts in blood after a remission (REL-07)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.course.marrow import FIVE_PERCENT, ONE_PERCENT, Marrow
from relapse.course.wording import interval_text, percent
from relapse.dates import DateRange
from relapse.facts import BlastResult, Chart, Material
from relapse.logic import Tri
from relapse.rules import rule

_LEUKOCYTES = Decimal(10)
"""×10⁹/L, about the upper limit of normal: what a count of blasts is at least a share of."""


@rule("REL-07", "Lymphoblasts in blood after remission", "GK")
def blasts_since(
    chart: Chart, remission: DateRange | None, marrows: Iterable[Marrow]
) -> tuple[FactUsed, ...]:
    """Lymphoblasts from 1 % on in blood since the remission, and no marrow since. Blasts of an
    unnamed kind from 5 % on, where no later blood is free of them: whether they are lymphoblasts is
    then unknown, and not "no".
    """
    last_marrow = max((marrow.when.earliest for marrow in marrows), default=date.min)
    found = [
        (result.when.latest, result)
        for result in chart.of(BlastResult)
        if result.material is Material.BLOOD
        and result.final
        and result.when is not None
        and (remission is None or result.when.after(remission) is Tri.MET)
        and last_marrow < result.when.latest
    ]
    newest = max((day for day, _ in found), default=None)
    return tuple(
        FactUsed.of(result, _words(result))
        for day, result in found
        if _reached(result) and (result.lymphoblasts or day == newest)
    )


def _reached(result: BlastResult) -> bool:
    share = ONE_PERCENT if result.lymphoblasts else FIVE_PERCENT
    if result.fraction is not None:
        return result.fraction.at_least(share) is Tri.MET
    count = result.count_10e9_per_l
    return count is not None and count.at_least(share * _LEUKOCYTES) is Tri.MET


def _words(result: BlastResult) -> str:
    kind = "lymphoblasts" if result.lymphoblasts else "blasts"
    if result.fraction is not None:
        return f"{kind} in blood {percent(result.fraction)}"
    assert result.count_10e9_per_l is not None
    return f"{kind} in blood {interval_text(result.count_10e9_per_l)} ×10⁹/L"

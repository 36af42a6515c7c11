"""Days on which leukaemia was measured, whether or not it proves a relapse by itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.course.marrow import FIVE_PERCENT, ONE_PERCENT, Marrow
from relapse.course.relapse_marks import RelapseMark
from relapse.course.wording import percent
from relapse.dates import DateRange
from relapse.facts import BlastResult, Chart, Material
from relapse.logic import Tri


@dataclass(frozen=True, slots=True)
class LeukaemiaSeen:
    """One day on which leukaemia was measured."""

    when: DateRange
    used: FactUsed


def leukaemia_seen(
    chart: Chart, specimens: tuple[Marrow, ...], site_marks: tuple[RelapseMark, ...]
) -> tuple[LeukaemiaSeen, ...]:
    """Days on which leukaemia was measured: marrow from 5 %, MRD from 1 %, blood blasts from 1 %,
    other sites.
    """
    seen = [
        LeukaemiaSeen(marrow.when, marrow.facts[0])
        for marrow in specimens
        if marrow.reaches(FIVE_PERCENT) is Tri.MET
        or marrow.families_from(ONE_PERCENT) - {"cytomorphology", "method not stated"}
    ]
    seen += [LeukaemiaSeen(mark.when, mark.facts[0]) for mark in site_marks]
    for result in chart.of(BlastResult):
        if result.material is not Material.BLOOD or not result.final or result.when is None:
            continue
        if result.fraction is not None and result.fraction.at_least(ONE_PERCENT) is Tri.MET:
            text = f"blood blasts {percent(result.fraction)}"
            seen.append(LeukaemiaSeen(result.when, FactUsed.of(result, text)))
        elif (
            result.count_10e9_per_l is not None
            and result.count_10e9_per_l.above(Decimal(0)) is Tri.MET
        ):
            seen.append(LeukaemiaSeen(result.when, FactUsed.of(result, "blasts in blood")))
    return tuple(sorted(seen, key=lambda item: (item.when.earliest, item.used.reference)))

"""The clinical core alone: one evaluation of a long course, without FHIR."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, cycle, islice

from benchmarks.charts import AS_OF, PATIENT, request, resources_of
from benchmarks.measure import Row, in_turns, ms, ratio
from mappings.chart import read_chart
from relapse.dates import DateRange
from relapse.evaluate import evaluate
from relapse.facts import (
    AntigenResult,
    BlastResult,
    Chart,
    DrugUse,
    Fact,
    LabResult,
    MrdResult,
    PerformanceStatus,
)
from relapse.policy import Policy

_BLASTS_OF_LEUKAEMIA = Decimal("0.05")
_OFTEN = 4
"""Blood tests and doses come this much more often than marrows and antigens."""


def measure() -> list[Row]:
    """The patient of the other benchmarks, with results and doses repeated back through the
    years.
    """
    short = _chart()
    long = _lengthened(short, 2000)
    policy = Policy()
    found = in_turns(
        {
            "long": (lambda: evaluate(long, AS_OF, policy), 10),
            "short": (lambda: evaluate(short, AS_OF, policy), 50),
        },
        turns=9,
    )
    return [
        Row(
            f"{len(long.facts):,} facts, beside {len(short.facts)}",
            ms(found["long"]),
            ms(found["short"]),
            f"{ratio(found['long'], found['short']):.1f}",
            "< 5 ms",
        )
    ]


def _chart() -> Chart:
    body = request(PATIENT, 200)
    return read_chart(resources_of(body), patient_id=None, as_of=AS_OF).chart


def _lengthened(chart: Chart, count: int) -> Chart:
    """The chart with older results and doses of the same patient, ``count`` facts in all.

    One disease with one relapse remains: blasts from 5 % on are not repeated, nor is what there is
    only once (diagnosis, plan, remission).
    """
    rest = [fact for fact in chart.facts if fact.when is not None and _in_series(fact)]
    rest += _OFTEN * [fact for fact in rest if isinstance(fact, LabResult | DrugUse)]
    copies = (_earlier(fact, number) for number, fact in enumerate(cycle(rest), 1))
    return replace(chart, facts=tuple(islice(chain(chart.facts, copies), count)))


def _in_series(fact: Fact) -> bool:
    """Whether years of care bring many of these."""
    if isinstance(fact, BlastResult):
        share = None if fact.fraction is None else fact.fraction.high
        return share is not None and share < _BLASTS_OF_LEUKAEMIA
    return isinstance(fact, LabResult | DrugUse | MrdResult | AntigenResult | PerformanceStatus)


def _earlier(fact: Fact, number: int) -> Fact:
    """The same result some days or years before, at most nine years back."""
    if fact.when is None:
        return fact
    back = timedelta(days=number // 8 * 13 % 3300)
    when = fact.when
    moved = DateRange(_before(when.earliest, back), _before(when.latest, back))
    reference = f"{fact.source.reference}-{number}"
    return replace(fact, when=moved, source=replace(fact.source, reference=reference))


def _before(day: date, back: timedelta) -> date:
    return day - back

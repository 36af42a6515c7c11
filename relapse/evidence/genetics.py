"""Genetics of the leukaemia (E-04 to E-06, STALE-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relapse.assessment import FactUsed
from relapse.course.disease import DiseaseCourse
from relapse.dates import DateRange
from relapse.evidence import tki
from relapse.facts import Chart, GeneticResult, Lesion
from relapse.logic import Tri
from relapse.rules import rule


@dataclass(frozen=True, slots=True)
class Genetics:
    """What is known of the lesions that rules ask for."""

    ph: Tri
    ph_facts: tuple[FactUsed, ...]
    t315i: Tri
    t315i_facts: tuple[FactUsed, ...]
    kmt2a: Tri
    kmt2a_facts: tuple[FactUsed, ...]
    examined_at_relapse: bool
    poor_risk: tuple[FactUsed, ...]


_SAYS = {Tri.MET: "present", Tri.NOT_MET: "not found", Tri.UNKNOWN: "unclear"}
_POOR = (
    Lesion.PH_LIKE,
    Lesion.KMT2A,
    Lesion.TP53,
    Lesion.HYPODIPLOID,
    Lesion.TCF3_HLF,
    Lesion.IAMP21,
    Lesion.IKZF1,
)


def describe(result: GeneticResult) -> FactUsed:
    return FactUsed.of(result, f"{result.lesion.value} {_SAYS[result.present]}")


@rule("E-04", "Philadelphia status", "GK")
def philadelphia(
    results: list[GeneticResult], course: DiseaseCourse
) -> tuple[Tri, tuple[FactUsed, ...]]:
    """Met if BCR::ABL1 was ever shown; not met if an adequate test was negative and none positive.

    A transcript level that is negative under treatment is a response and excludes nothing; nor does
    a negative test before a later one that is unclear.
    """
    positive = [result for result in results if result.present is Tri.MET]
    if positive:
        return Tri.MET, tuple(describe(result) for result in positive)
    start = course.induction_start
    negative = [
        result
        for result in results
        if result.present is Tri.NOT_MET
        and result.adequate
        and not (result.quantitative and _under_treatment(result.when, start))
    ]
    unclear = [result for result in results if result.present is Tri.UNKNOWN]
    if negative and _last_day(unclear) > _last_day(negative):
        return Tri.UNKNOWN, tuple(describe(result) for result in (*negative, *unclear))
    return (Tri.NOT_MET if negative else Tri.UNKNOWN), tuple(
        describe(result) for result in negative
    )


def _last_day(results: list[GeneticResult]) -> date:
    return max((result.last_day for result in results), default=date.min)


def _under_treatment(when: DateRange | None, start: DateRange | None) -> bool:
    return start is not None and (when is None or when.latest >= start.earliest)


@rule("STALE-09", "Genetics of this relapse", "TEXT")
def of_this_relapse(results: list[GeneticResult], course: DiseaseCourse) -> list[GeneticResult]:
    """Results from a specimen of the present relapse: not older than 14 days before it."""
    start = course.episode_start
    if start is None:
        return []
    first = start.shifted(days=-14).earliest
    return [
        result for result in results if result.when is not None and result.when.earliest >= first
    ]


@rule("E-06", "Other genetics", "S52", "GK")
def genetics(chart: Chart, course: DiseaseCourse) -> Genetics:
    """All lesions in one view. T315I counts only after the last TKI failure or at this relapse."""
    final = [result for result in chart.of(GeneticResult) if result.final]
    ph, ph_facts = philadelphia([r for r in final if r.lesion is Lesion.BCR_ABL1], course)
    kinase = [r for r in final if r.lesion is Lesion.T315I]
    failures = [use.until or use.when for use in tki.failures(course)]
    last_failure = max(
        (day for day in failures if day is not None), key=lambda day: day.latest, default=None
    )
    valid = of_this_relapse(kinase, course)
    if last_failure is not None:
        valid += [
            r for r in kinase if r.when is not None and r.when.on_or_after(last_failure) is Tri.MET
        ]
    t315i = _newest(valid)
    kmt2a_results = [r for r in final if r.lesion is Lesion.KMT2A]
    kmt2a = next((r for r in kmt2a_results if r.present is Tri.MET), None) or _newest(kmt2a_results)
    studied = [r for r in final if r.lesion is not Lesion.T315I]
    poor = [r for r in final if r.lesion in _POOR and r.present is Tri.MET]
    return Genetics(
        ph,
        ph_facts,
        t315i.present if t315i is not None else Tri.UNKNOWN,
        (describe(t315i),) if t315i is not None else (),
        kmt2a.present if kmt2a is not None else Tri.UNKNOWN,
        (describe(kmt2a),) if kmt2a is not None else (),
        bool(of_this_relapse(studied, course)),
        tuple(describe(r) for r in poor),
    )


def _newest(results: list[GeneticResult]) -> GeneticResult | None:
    """Of one day, one that shows the lesion, else one that is unclear."""
    return max(
        results, key=lambda r: (r.last_day, r.present.rank, r.source.reference), default=None
    )

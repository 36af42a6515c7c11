"""Safety and fitness facts of today (E-29, STALE-07, STALE-08)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.course.wording import interval_text
from relapse.dates import DateRange
from relapse.facts import (
    Analyte,
    Chart,
    Complication,
    ComplicationEntry,
    LabResult,
    PerformanceScale,
    PerformanceStatus,
    Planned,
    PlannedStep,
    PregnancyResult,
    Result,
    ViralScreen,
    Virus,
)
from relapse.logic import Tri, any_of
from relapse.policy import Policy
from relapse.rules import rule

FRESH_LABS_DAYS = 14
FRESH_SCREEN_DAYS = 90

_UNITS = {
    Analyte.BILIRUBIN: "× ULN",
    Analyte.AST: "× ULN",
    Analyte.ALT: "× ULN",
    Analyte.LEUKOCYTES: "×10⁹/L",
    Analyte.QTCF: "ms",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A three-valued answer with the facts behind it."""

    state: Tri
    facts: tuple[FactUsed, ...] = ()


def _fresh(when: DateRange | None, as_of: date, days: int) -> bool:
    return when is not None and (as_of - when.earliest).days <= days


@rule("STALE-07", "Age of liver tests and blood counts", "POL")
def newest_lab(chart: Chart, analyte: Analyte, as_of: date, days: int) -> LabResult | None:
    """The newest final result of an analyte, if it is fresh and can be compared; of one day, the
    highest.
    """
    fresh = [
        result
        for result in chart.labs(analyte)
        if result.final and _fresh(result.when, as_of, days)
    ]
    newest = max(fresh, key=_highest_last, default=None)
    return newest if newest is not None and newest.value is not None else None


def _highest_last(result: LabResult) -> tuple[date, Decimal, str]:
    """By day; of one day unreadable ones first, then by the highest value that is possible."""
    day, reference = newest_last(result)
    if result.value is None:
        return day, Decimal("-Infinity"), reference
    return day, Decimal("Infinity") if result.value.high is None else result.value.high, reference


def newest_last(result: Result) -> tuple[date, str]:
    return result.last_day, result.source.reference


def lab_above(
    chart: Chart, analyte: Analyte, limit: Decimal, as_of: date, days: int = FRESH_LABS_DAYS
) -> Answer:
    """Whether the newest fresh result lies above ``limit`` (in the unit of the analyte)."""
    result = newest_lab(chart, analyte, as_of, days)
    if result is None or result.value is None:
        return Answer(Tri.UNKNOWN)
    text = f"{analyte.value} {interval_text(result.value)} {_UNITS.get(analyte, '')}".rstrip()
    return Answer(result.value.above(limit), (FactUsed.of(result, text),))


def complication(
    chart: Chart, kinds: Iterable[Complication], as_of: date, *, ever: bool = False
) -> Answer:
    """Whether a complication is on record: active today, or ever.

    Nothing recorded is not met: complications raise no caution without a record (E-29).
    """
    wanted = frozenset(kinds)
    entries = [entry for entry in chart.of(ComplicationEntry) if entry.kind in wanted]
    if not entries:
        return Answer(Tri.NOT_MET)
    states = [Tri.MET if ever else _active(entry, as_of) for entry in entries]
    facts = tuple(
        FactUsed.of(entry, entry.text or entry.kind.value)
        for entry, state in zip(entries, states, strict=True)
        if state is not Tri.NOT_MET
    )
    return Answer(any_of(states), facts)


def _active(entry: ComplicationEntry, as_of: date) -> Tri:
    if entry.abated is not None and entry.abated.latest <= as_of:
        return Tri.NOT_MET
    return entry.active


@rule("POL-34", "Fitness", "POL")
def fit(chart: Chart, as_of: date, policy: Policy) -> Answer:
    """Fit by ECOG 0-2 or Karnofsky or Lansky from 60; not fit beyond; unknown without a status of
    90 days.
    """
    statuses = [
        status
        for status in chart.of(PerformanceStatus)
        if status.final and _fresh(status.when, as_of, policy.fitness_max_age)
    ]
    # Of one day the worst.
    newest = max(statuses, key=lambda item: (item.last_day, -_fit(item, policy).rank), default=None)
    if newest is None:
        return Answer(Tri.UNKNOWN)
    score = "not clear" if newest.score is None else newest.score
    used = FactUsed.of(newest, f"{newest.scale.value} {score}")
    return Answer(_fit(newest, policy), (used,))


def _fit(status: PerformanceStatus, policy: Policy) -> Tri:
    if status.score is None:
        return Tri.UNKNOWN
    if status.scale is PerformanceScale.ECOG:
        return Tri.of(status.score <= policy.fitness_max_ecog)
    if policy.fitness_min_karnofsky - 10 < status.score < policy.fitness_min_karnofsky:
        return Tri.UNKNOWN
    return Tri.of(status.score >= policy.fitness_min_karnofsky)


@rule("POL-36", "Pregnancy", "S03", "GK")
def pregnant(chart: Chart, as_of: date, policy: Policy) -> Answer:
    """A recorded pregnancy, or the newest fresh test; a negative test holds for POL-36."""
    recorded = complication(chart, (Complication.PREGNANCY,), as_of)
    if recorded.state is Tri.MET:
        return recorded
    tests = [
        test
        for test in chart.of(PregnancyResult)
        if test.final and _fresh(test.when, as_of, policy.pregnancy_test_max_age)
    ]
    # Of one day a positive test outranks an unclear one, and that a negative one.
    newest = max(tests, key=lambda test: (test.last_day, test.pregnant.rank), default=None)
    if newest is None:
        return Answer(Tri.UNKNOWN)
    text = {Tri.MET: "positive", Tri.NOT_MET: "negative", Tri.UNKNOWN: "unclear"}[newest.pregnant]
    return Answer(newest.pregnant, (FactUsed.of(newest, f"pregnancy test {text}"),))


@rule("STALE-08", "Age of viral screen and QTcF", "POL")
def collection_screen_complete(chart: Chart, as_of: date) -> bool:
    """HBV, HCV and HIV results and immunoglobulins, all of the last 90 days."""
    viruses = {
        screen.virus
        for screen in chart.of(ViralScreen)
        if screen.final and _fresh(screen.when, as_of, FRESH_SCREEN_DAYS)
    }
    immunoglobulin = any(
        result.final and _fresh(result.when, as_of, FRESH_SCREEN_DAYS)
        for result in chart.labs(Analyte.IMMUNOGLOBULIN)
    )
    return {Virus.HBV, Virus.HCV, Virus.HIV} <= viruses and immunoglobulin


def reactive_screens(chart: Chart) -> tuple[FactUsed, ...]:
    """Final reactive results for HBV, HCV and HIV, however old."""
    return tuple(
        FactUsed.of(screen, f"{screen.virus.value} reactive")
        for screen in chart.of(ViralScreen)
        if screen.final and screen.reactive is Tri.MET
    )


def donor_found(chart: Chart) -> bool:
    return any(step.step is Planned.DONOR_FOUND for step in chart.of(PlannedStep))


def transplant_planned(chart: Chart) -> bool:
    return any(step.step is Planned.TRANSPLANT for step in chart.of(PlannedStep))


def chimerism_measured(chart: Chart, as_of: date) -> bool:
    return any(
        result.analyte is Analyte.CHIMERISM
        and result.final
        and _fresh(result.when, as_of, FRESH_SCREEN_DAYS)
        for result in chart.of(LabResult)
    )


@rule("P-13", "Active GVHD", "GK")
def active_gvhd(chart: Chart, as_of: date) -> Answer:
    """Acute GVHD from grade II on, or chronic GVHD, active today.

    Grade I alone is not met; a grade that is not stated counts, because withholding the warning is
    the worse error.
    """
    acute = [
        entry
        for entry in chart.of(ComplicationEntry)
        if entry.kind
        in (Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC, Complication.GVHD_UNSPECIFIED)
    ]
    states = []
    facts = []
    for entry in acute:
        state = _active(entry, as_of)
        if entry.kind is Complication.GVHD_ACUTE and entry.grade == 1:
            state = Tri.NOT_MET
        states.append(state)
        if state is not Tri.NOT_MET:
            facts.append(FactUsed.of(entry, entry.text or entry.kind.value))
    return Answer(any_of(states), tuple(facts))


def gvhd_for_lymphocytes(chart: Chart, as_of: date) -> Answer:
    """Active GVHD of any grade: for donor lymphocytes a record must say so either way (E-29).

    Without any entry on GVHD the answer is unknown; entries that are all over answer "not met".
    """
    kinds = (Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC, Complication.GVHD_UNSPECIFIED)
    if not any(entry.kind in kinds for entry in chart.of(ComplicationEntry)):
        return Answer(Tri.UNKNOWN)
    return complication(chart, kinds, as_of)

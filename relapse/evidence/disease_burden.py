"""Blasts in blood and marrow since the present state began (P-14, P-15)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.course.disease import DiseaseCourse
from relapse.course.remission import INDUCTION_DAYS
from relapse.course.timeline import Relapse
from relapse.course.wording import interval_text
from relapse.dates import DateRange, add_days
from relapse.evidence.safety import Answer, newest_last
from relapse.facts import Analyte, BlastResult, Chart, Material
from relapse.logic import Interval, Tri


@dataclass(frozen=True, slots=True)
class BloodBlasts:
    """Blood blasts ×10⁹/L of the newest count since the present state began."""

    count: Interval | None = None
    facts: tuple[FactUsed, ...] = ()

    def above(self, limit: Decimal) -> Tri:
        return Tri.UNKNOWN if self.count is None else self.count.above(limit)

    def at_least(self, limit: Decimal) -> Tri:
        return Tri.UNKNOWN if self.count is None else self.count.at_least(limit)


def blood_blasts(chart: Chart, course: DiseaseCourse) -> BloodBlasts:
    """As reported; else percentage × white cells of the same collection (P-14)."""
    since = state_began(course)
    results = [
        result
        for result in chart.of(BlastResult)
        if result.material is Material.BLOOD and result.final and _since(result.when, since)
    ]
    results.sort(key=newest_last)
    if not results:
        return BloodBlasts()
    newest_day = results[-1].when
    of_day = [result for result in results if result.when == newest_day]
    counted = [
        (count, result) for result in of_day if (count := result.count_10e9_per_l) is not None
    ]
    if counted:
        count, result = max(counted, key=lambda pair: pair[0].low or Decimal(0))
        text = f"blood blasts {interval_text(count)} ×10⁹/L"
        return BloodBlasts(count, (FactUsed.of(result, text),))
    white = [
        result
        for result in chart.labs(Analyte.LEUKOCYTES)
        if result.final and result.when == newest_day
    ]
    fraction = of_day[-1].fraction
    value = white[0].value if white else None
    if fraction is None or value is None or value.low is None or value.low != value.high:
        return BloodBlasts()
    count = fraction.scaled(value.low)
    text = f"blood blasts {interval_text(count)} ×10⁹/L (share × white cells)"
    return BloodBlasts(count, (FactUsed.of(of_day[-1], text),))


def state_began(course: DiseaseCourse) -> DateRange | None:
    """Since when results describe the present state: the remission, or the relapse less its work-
    up.

    A state without a date began after what came before it: blasts of the first diagnosis, or of the
    relapse that has remitted, say nothing on it.
    """
    if course.remission is not None:
        return course.remission.when or _after_earlier_disease(course, course.latest_relapse)
    if course.timeline.relapses and course.relapse_date is None:
        return _after_earlier_disease(course, None)
    start = course.relapse_date or course.induction_start
    return None if start is None else start.shifted(days=-14)


def _after_earlier_disease(course: DiseaseCourse, relapse: Relapse | None) -> DateRange | None:
    """The day after the newest evidence of a relapse, else the day on which an induction begun at
    first diagnosis was over.
    """
    newest = None if relapse is None else relapse.newest_evidence()
    if newest is not None:
        return DateRange.day(add_days(newest.latest, 1))
    diagnosed = course.diagnosis.first_diagnosed
    if diagnosed is None:
        return None
    return DateRange.day(add_days(diagnosed.latest, INDUCTION_DAYS + 1))


def _since(when: DateRange | None, since: DateRange | None) -> bool:
    return when is not None and (since is None or when.latest >= since.earliest)


def newest_marrow_at_least(course: DiseaseCourse, limit: Decimal) -> Answer:
    """Whether the newest marrow since the present state began reaches ``limit`` by any method."""
    since = state_began(course)
    current = [marrow for marrow in course.marrows if _since(marrow.when, since)]
    if not current:
        return Answer(Tri.UNKNOWN)
    return Answer(current[-1].reaches(limit), current[-1].facts)

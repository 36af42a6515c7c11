"""Residual disease today: category at 1e-4 and the thresholds of the rules (E-08, E-09, STALE-05,
CONF-04).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relapse.assessment import FactUsed, MrdCategory
from relapse.course.disease import DiseaseCourse
from relapse.course.wording import residual_disease
from relapse.dates import DateRange, add_days
from relapse.facts import Chart, Detection, Material, MrdResult, Section
from relapse.logic import Tri
from relapse.policy import Policy
from relapse.rules import rule

THRESHOLD = Decimal("0.0001")
"""The international threshold between positive and negative, 0.01 % (S31)."""
LABEL_LEVEL = Decimal("0.001")
"""0.1 %: the level that rules name where no policy moves it (S02, S24)."""
SAME_TIME_DAYS = 7


@dataclass(frozen=True, slots=True)
class MrdStatus:
    """Residual disease in the present remission."""

    category: MrdCategory
    results: tuple[MrdResult, ...] = ()
    """The valid results that it rests on."""
    facts: tuple[FactUsed, ...] = ()
    reason: str = "no result"
    """Why the category is unknown."""
    request: str = "D-MRD"
    """What would settle it while it is unknown: D-MRD, or D-MRDSENS for a sensitivity that is not
    stated.
    """
    conflict: tuple[FactUsed, ...] = ()
    """Results that contradict each other (CONF-04)."""
    outdated: bool = False
    """Results exist, but none that STALE-05 lets count."""

    def at_least(self, limit: Decimal) -> Tri:
        """Whether MRD is at least ``limit``."""
        if not self.results or self.conflict:
            return Tri.UNKNOWN
        answers = [(_at_least(result, limit), result) for result in self.results]
        states = {state for state, _ in answers}
        if Tri.MET in states:
            return Tri.MET
        # A result without a level may lie above it, whatever another test has not seen.
        if any(state is Tri.UNKNOWN and _says_more(result) for state, result in answers):
            return Tri.UNKNOWN
        return Tri.NOT_MET if Tri.NOT_MET in states else Tri.UNKNOWN


def _at_least(result: MrdResult, limit: Decimal) -> Tri:
    if result.detection is Detection.NOT_DETECTED:
        if result.material is Material.MARROW and result.sensitivity is not None:
            return Tri.NOT_MET if result.sensitivity <= limit else Tri.UNKNOWN
        return Tri.UNKNOWN
    if result.detection is Detection.UNREADABLE or result.fraction is None:
        return Tri.UNKNOWN
    answer = result.fraction.at_least(limit)
    if answer is Tri.NOT_MET and result.material is not Material.MARROW:
        return Tri.UNKNOWN
    return answer


def _says_more(result: MrdResult) -> bool:
    """Whether a result says something else than that nothing was seen."""
    return result.detection is not Detection.NOT_DETECTED


@rule("E-09", "MRD category at 0.01 %", "S31")
def category(result: MrdResult) -> MrdCategory:
    """Positive from 1e-4 on; negative only with a stated sensitivity of 1e-4 or better, in marrow.

    A result given only as "below 1e-4" is negative at that level, whether or not a trace was seen.
    """
    if result.detection is Detection.NOT_DETECTED:
        enough = result.sensitivity is not None and result.sensitivity <= THRESHOLD
        return MrdCategory.NEG if enough and result.material is Material.MARROW else MrdCategory.UNK
    if result.fraction is None or result.detection is Detection.UNREADABLE:
        return MrdCategory.UNK
    state = result.fraction.at_least(THRESHOLD)
    if state is Tri.MET:
        return MrdCategory.POS
    if state is Tri.UNKNOWN or result.material is not Material.MARROW:
        return MrdCategory.UNK
    censored = result.fraction.low is None or result.fraction.low == 0
    if censored and result.detection is Detection.QUANTIFIED:
        return MrdCategory.NEG
    return MrdCategory.LOWPOS


def status(chart: Chart, course: DiseaseCourse, as_of: date, policy: Policy) -> MrdStatus:
    """Residual disease in the present remission; unknown outside one."""
    if course.remission is None:
        return MrdStatus(MrdCategory.UNK, reason="not in remission")
    results = sorted(chart.of(MrdResult), key=_newest_last)
    flaws = [(result, flaw(result, course, as_of, policy)) for result in results]
    valid = [result for result, reason in flaws if not reason]
    if not valid:
        if not flaws:
            why = chart.lacking("no result", Section.RESULTS)
            return MrdStatus(MrdCategory.UNK, reason=why)
        newest, reason = flaws[-1]
        return MrdStatus(
            MrdCategory.UNK, facts=(residual_disease(newest),), reason=reason, outdated=True
        )
    if any(result.material is Material.MARROW for result in valid):
        valid = [result for result in valid if not _shows_nothing(result)]
    newest = valid[-1]
    together = [result for result in valid if _same_time(result, newest)]
    facts = tuple(residual_disease(result) for result in together)
    if contradict(together):
        return MrdStatus(
            MrdCategory.UNK, tuple(together), facts, "contradictory results", "D-MRD", facts
        )
    return _combined(together, facts)


def _combined(together: Sequence[MrdResult], facts: tuple[FactUsed, ...]) -> MrdStatus:
    """Results of one time that do not contradict each other: the highest level counts."""
    found = [category(result) for result in together]
    for wanted in (MrdCategory.POS, MrdCategory.LOWPOS):
        if wanted in found:
            kept = tuple(
                result for result, kind in zip(together, found, strict=True) if kind is wanted
            )
            return MrdStatus(wanted, kept, facts, "")
    unclear = [
        result
        for result, kind in zip(together, found, strict=True)
        if kind is MrdCategory.UNK and _says_more(result)
    ]
    clear = [r for r, kind in zip(together, found, strict=True) if kind is MrdCategory.NEG]
    if unclear and (not clear or unclear[-1].last_day >= clear[-1].last_day):
        return MrdStatus(MrdCategory.UNK, tuple(together), facts, _unclear(unclear[-1]), "D-MRD")
    if clear:
        return MrdStatus(MrdCategory.NEG, tuple(clear), facts, "")
    newest = together[-1]
    lacks_sensitivity = newest.material is Material.MARROW and newest.sensitivity is None
    request = "D-MRDSENS" if lacks_sensitivity else "D-MRD"
    return MrdStatus(MrdCategory.UNK, tuple(together), facts, _unclear(newest), request)


def _unclear(result: MrdResult) -> str:
    if result.detection is Detection.NOT_DETECTED:
        if result.material is not Material.MARROW:
            return "a negative blood result does not prove a negative marrow"
        if result.sensitivity is None:
            return "sensitivity of the negative result not stated"
        return "sensitivity of the negative result worse than 0.01 %"
    return "result not comparable with 0.01 %"


def _shows_nothing(result: MrdResult) -> bool:
    """Nothing, or less than 0.01 %, seen in blood: it proves no marrow negative, and a marrow
    before it stands (E-08, CONF-07).
    """
    if result.material is Material.MARROW or category(result) is not MrdCategory.UNK:
        return False
    return result.detection in (Detection.NOT_DETECTED, Detection.QUANTIFIED)


def _newest_last(result: MrdResult) -> tuple[date, str]:
    return result.last_day, result.source.reference


def _same_time(one: MrdResult, newest: MrdResult) -> bool:
    if one.specimen is not None and one.specimen == newest.specimen:
        return True
    assert one.when is not None
    assert newest.when is not None
    return add_days(one.when.latest, SAME_TIME_DAYS) >= newest.when.earliest


@rule("CONF-04", "Opposite MRD results of one time", "S31")
def contradict(results: Sequence[MrdResult]) -> bool:
    """One from 1e-4 on, another not detected though sensitive enough to have seen it.

    A positive value below the other method's sensitivity is no contradiction (CONF-04b); nor is a
    negative blood result beside a positive marrow.
    """
    positive = [result for result in results if category(result) is MrdCategory.POS]
    negative = [result for result in results if result.detection is Detection.NOT_DETECTED]
    return any(_should_have_seen(clear, seen) for clear in negative for seen in positive)


def _should_have_seen(clear: MrdResult, seen: MrdResult) -> bool:
    if clear.material is not Material.MARROW and clear.material is not seen.material:
        return False
    level = None if seen.fraction is None else seen.fraction.low
    return level is not None and clear.sensitivity is not None and clear.sensitivity <= level


@rule("STALE-05", "MRD of this remission", "POL")
def flaw(result: MrdResult, course: DiseaseCourse, as_of: date, policy: Policy) -> str:
    """Why a result does not count today: not final, older than POL-30, before the remission or the
    last block.
    """
    if not result.final:
        return "only a preliminary result"
    if result.when is None:
        return "collected on an unknown day"
    if add_days(result.when.earliest, policy.mrd_max_age) < as_of:
        return f"older than {policy.mrd_max_age} days"
    remission = course.remission
    start = remission.when if remission is not None else None
    if start is None:
        # A remission without a date: the result must at least be newer than the disease that it
        # followed.
        episode = course.episode_start
        if episode is None or result.when.after(episode) is not Tri.MET:
            return "the date of the remission is not known"
    elif result.when.on_or_after(start) is not Tri.MET:
        return "earlier than the remission"
    block = last_block(course, as_of)
    if block is not None and result.when.on_or_after(block) is not Tri.MET:
        return "earlier than the end of the last treatment block"
    return ""


def last_block(course: DiseaseCourse, as_of: date) -> DateRange | None:
    """The end of the last completed treatment: a course, a transplant or a CAR-T infusion."""
    ends = [
        item.end
        for item in course.history.courses
        if item.end is not None and item.completed_by(as_of)
    ]
    events = [*course.history.transplants, *course.history.car_t]
    ends += [event.when for event in events if event.when is not None]
    return max(ends, key=lambda end: end.latest, default=None)

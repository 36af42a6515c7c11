"""Everything dated that the course of the leukaemia is made from, and its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from relapse.course.courses import Course
from relapse.course.marrow import FIVE_PERCENT, Marrow
from relapse.course.relapse_marks import Kind, RelapseMark
from relapse.course.remission import INDUCTION_DAYS, RemissionMark
from relapse.dates import DateRange, add_days
from relapse.logic import Tri


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything dated that the line is made from."""

    remissions: Sequence[RemissionMark]
    residue: Sequence[RemissionMark]
    """Remissions that residual disease alone shows."""
    relapses: Sequence[RelapseMark]
    marrows: Sequence[Marrow]
    first_diagnosed: DateRange | None
    remission_coded_undated: bool
    """A remission is coded without a date: later blasts are then a relapse (REL-14)."""
    cleared_sites: Sequence[DateRange]
    """Days on which an extramedullary site was examined and found free."""
    marrow_interval_days: int
    courses: Sequence[Course]
    remission_window_days: int


_LATER, _LAST = 3, 4
"""Places on a day of what is known to have come after the rest."""


def in_order(evidence: Evidence) -> list[RemissionMark | RelapseMark | Marrow]:
    """By day; on one day remission, then codes and sites of a relapse, then marrow.

    A relapse known only to the month or year in which the first remission lies came after it: a
    relapse needs one. So does a second or later remission of the month or year of the relapse that
    it ended.
    """
    placed = [
        (*_day_of_remission(mark, evidence), mark)
        for mark in evidence.remissions
        if mark.when is not None
    ]
    first = min((day for day, _, _ in placed), default=None)
    events: list[tuple[date, int, date, str, RemissionMark | RelapseMark | Marrow]] = []
    for day, place, remission in placed:
        assert remission.when is not None
        events.append((day, place, remission.when.latest, remission.used.reference, remission))
    for marrow in evidence.marrows:
        events.append(
            (marrow.when.earliest, 2, marrow.when.latest, marrow.facts[0].reference, marrow)
        )
    for mark in evidence.relapses:
        day, place = mark.when.earliest, 1
        if (
            first is not None
            and day < first <= mark.when.latest
            and _needs_remission(mark, evidence)
        ):
            day, place = first, _LAST
        events.append((day, place, mark.when.latest, mark.facts[0].reference, mark))
    events.sort(key=lambda event: event[:4])
    return [event[4] for event in events]


def _needs_remission(mark: RelapseMark, evidence: Evidence) -> bool:
    """Whether a mark can only be a relapse: leukaemia at a site may be that of the diagnosis."""
    return mark.kind is Kind.CODE or mark.when.earliest > _induced(evidence)


def _day_of_remission(remission: RemissionMark, evidence: Evidence) -> tuple[date, int]:
    """Where a remission stands in the order: on its first possible day, before what else is of that
    day; a day known to the month or year, not before induction was over (S25).

    That is the induction of the diagnosis; for a remission numbered two or more, that of the first
    relapse since the remission before it.
    """
    when = remission.when
    assert when is not None
    induced = _induced(evidence)
    if not when.exact and (remission.ordinal or 1) > 1:
        earlier = [
            other.when.latest
            for other in evidence.remissions
            if other.when is not None and other.when.latest < when.earliest
        ]
        since = max([induced, *earlier])
        relapsed = sorted(day for day in _days_of_relapse(evidence) if since < day <= when.latest)
        if relapsed:
            induced = add_days(relapsed[0], INDUCTION_DAYS)
    if when.exact or induced <= when.earliest:
        return when.earliest, 0
    return min(induced, when.latest), _LATER


def _induced(evidence: Evidence) -> date:
    """The day on which an induction begun at the diagnosis is over at the earliest."""
    first = evidence.first_diagnosed
    return date.min if first is None else add_days(first.latest, INDUCTION_DAYS)


def _days_of_relapse(evidence: Evidence) -> list[date]:
    days = [mark.when.earliest for mark in evidence.relapses]
    marrows = [item for item in evidence.marrows if item.reaches(FIVE_PERCENT) is Tri.MET]
    return days + [marrow.when.earliest for marrow in marrows]

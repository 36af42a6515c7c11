"""Episodes that no dated evidence opens: states without a date, and marrow before a coded
relapse.
"""

from __future__ import annotations

from dataclasses import dataclass

from relapse.course.marrow import FIVE_PERCENT, Marrow
from relapse.course.relapse_marks import Kind, RelapseMark
from relapse.course.remission import INDUCTION_DAYS, RemissionMark
from relapse.course.timeline import Relapse, Remission, Timeline
from relapse.dates import DateRange
from relapse.logic import Tri
from relapse.rules import rule

WORK_UP_BEFORE_CODE_DAYS = 60
"""How long before its code a relapse may have been measured, where no remission is dated
between.
"""


@dataclass(frozen=True, slots=True)
class Undated:
    """What the line is completed from."""

    remissions: tuple[RemissionMark, ...]
    marrows: tuple[Marrow, ...]
    first_diagnosed: DateRange | None
    relapse_without_date: bool


@rule("REL-14", "Remission without a date", "POL")
def complete(line: Timeline, undated: Undated) -> None:
    """Open the episodes that are known from a state alone.

    A remission coded without a date came before later blasts; a state of relapse without any
    remission on record implies one; a relapse whose only codes are closed has ended, on a day that
    is not known.
    """
    without_date = [mark for mark in undated.remissions if mark.when is None]
    if line.current is None and undated.relapse_without_date:
        line.episodes += [Remission(None), Relapse()]
    current = line.current
    if isinstance(current, Relapse):
        _begin_with_measurement(line, current, undated)
        if current.marks and all(mark.closed for mark in current.marks):
            line.episodes.append(Remission(None))
    elif current is None and without_date:
        line.episodes.append(Remission(None, without_date))


def _begin_with_measurement(line: Timeline, relapse: Relapse, undated: Undated) -> None:
    """A relapse measured before it was coded begins with the measurement (mapping rule 15).

    Only where no remission is dated before it; else the walk through the evidence has done so. The
    marrow of the first diagnosis is kept apart by its day.
    """
    before = line.episodes[-2]
    if not isinstance(before, Remission) or before.when is not None:
        return
    known = {mark.when for mark in relapse.marks if mark.kind is Kind.MARROW}
    for marrow in undated.marrows:
        if marrow.when in known or marrow.reaches(FIVE_PERCENT) is not Tri.MET:
            continue
        if _belongs(marrow.when, relapse.when, undated.first_diagnosed):
            relapse.marks.append(RelapseMark(marrow.when, Kind.MARROW, marrow.facts, marrow=marrow))


def _belongs(marrow: DateRange, coded: DateRange | None, diagnosed: DateRange | None) -> bool:
    if coded is not None:
        return marrow.latest >= coded.shifted(days=-WORK_UP_BEFORE_CODE_DAYS).earliest
    return diagnosed is not None and marrow.earliest > diagnosed.shifted(days=INDUCTION_DAYS).latest

"""Relapse codes without a date of their own: a new relapse, or an old code copied on (REL-01,
REL-16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from relapse.course.leukaemia_seen import LeukaemiaSeen
from relapse.course.relapse_marks import Kind, RelapseMark, UndatedCode
from relapse.course.remission import INDUCTION_DAYS
from relapse.course.timeline import Relapse, Remission, Timeline
from relapse.dates import DateRange, add_days
from relapse.logic import Tri
from relapse.rules import rule


@dataclass(frozen=True, slots=True)
class Reading:
    """What the codes without a date add to the line."""

    marks: tuple[RelapseMark, ...] = ()
    repetitions: tuple[UndatedCode, ...] = ()
    """Codes that contradict a documented remission and start no episode."""
    relapse_without_date: bool = False
    """A state of relapse is recorded where no remission and no date is."""


@rule("REL-16", "Relapse code without a date after a remission", "POL")
def read(
    codes: Sequence[UndatedCode],
    line: Timeline,
    seen: Sequence[LeukaemiaSeen],
    remission_undated: bool,
    first_diagnosed: DateRange | None,
) -> Reading:
    """Place each code: at its recording where it may begin a relapse, else as a repetition.

    After a documented remission a code counts only with leukaemia measured since, or with an
    ordinal above the count.
    """
    marks: list[RelapseMark] = []
    repetitions: list[UndatedCode] = []
    without_date = False
    for code in codes:
        if code.recorded is None:
            answer = _of_status(code, line, seen, remission_undated)
        else:
            answer = _of_recorded(code, code.recorded, line, seen, first_diagnosed)
        if isinstance(answer, RelapseMark):
            marks.append(answer)
        elif answer == "repetition":
            repetitions.append(code)
        elif answer == "undated":
            without_date = True
    return Reading(tuple(marks), tuple(repetitions), without_date)


def _of_status(
    code: UndatedCode, line: Timeline, seen: Sequence[LeukaemiaSeen], remission_undated: bool
) -> RelapseMark | str:
    """A problem-list entry merely set to relapse: its day is unknown, so dated evidence decides.

    A remission without a day either ended with this relapse or ended it: the two contradict.
    """
    current = line.current
    if current is None:
        return "repetition" if remission_undated else "undated"
    if isinstance(current, Relapse):
        return "known"
    if line.relapse_count > 0 and not _recorded_since(code, current):
        return "known"
    since = _since(current.when, seen)
    if since:
        return RelapseMark(
            since[0].when, Kind.CODE, (code.used, since[0].used), ordinal=code.ordinal
        )
    return "repetition"


def _recorded_since(code: UndatedCode, remission: Remission) -> bool:
    """Whether an entry was recorded after the remission: no earlier relapse explains it then."""
    return (
        code.named_on is not None
        and remission.when is not None
        and code.named_on.after(remission.when) is Tri.MET
    )


def _of_recorded(
    code: UndatedCode,
    recorded: DateRange,
    line: Timeline,
    seen: Sequence[LeukaemiaSeen],
    first_diagnosed: DateRange | None,
) -> RelapseMark | str:
    before = [
        index
        for index, episode in enumerate(line.episodes)
        if isinstance(episode, Remission)
        and episode.when is not None
        and episode.when.earliest <= recorded.earliest
    ]
    by_record = RelapseMark(recorded, Kind.CODE, (code.used,), ordinal=code.ordinal)
    if not before:
        at_diagnosis = first_diagnosed is not None and recorded.earliest <= add_days(
            first_diagnosed.latest, INDUCTION_DAYS
        )
        return "known" if at_diagnosis and line.episodes else by_record
    index = before[-1]
    remission = line.episodes[index]
    if index + 1 < len(line.episodes):
        # The relapse that followed is dated by its own evidence; the code adds at most its ordinal.
        following = line.episodes[index + 1].when
        if following is None:
            return by_record
        inside = following.earliest <= recorded.latest
        if code.ordinal is not None and (inside or code.ordinal > line.relapse_count):
            day = recorded if inside else following
            return RelapseMark(day, Kind.CODE, (code.used,), ordinal=code.ordinal)
        return "known"
    since = _since(remission.when, seen)
    if since:
        first = since[0]
        if first.when.earliest < recorded.earliest:
            return RelapseMark(first.when, Kind.CODE, (first.used, code.used), ordinal=code.ordinal)
        return by_record
    if (code.ordinal or 0) > line.relapse_count:
        return by_record
    return "repetition"


def _since(remission: DateRange | None, seen: Sequence[LeukaemiaSeen]) -> list[LeukaemiaSeen]:
    after = [item for item in seen if remission is None or item.when.earliest > remission.latest]
    return sorted(after, key=lambda item: item.when.earliest)


def remission_is_recent(days: Sequence[date], as_of: date, max_age: int) -> bool:
    """Whether remission was evident no longer than ``max_age`` days before the evaluation."""
    return any(add_days(day, max_age) >= as_of for day in days)

"""The course of the leukaemia as one line: remissions and relapses in turn (E-11, E-12, E-15,
REL-02, REL-08).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from relapse.assessment import FactUsed
from relapse.course.evidence import Evidence, in_order
from relapse.course.marrow import FIVE_PERCENT, Marrow, shows_relapse
from relapse.course.relapse_marks import Kind, RelapseMark
from relapse.course.remission import INDUCTION_DAYS, RemissionMark
from relapse.dates import DateRange, add_days
from relapse.logic import Tri
from relapse.rules import rule


@dataclass(eq=False)
class Relapse:
    """One relapse episode: it begins with its earliest evidence and ends with the next
    remission.
    """

    marks: list[RelapseMark] = field(default_factory=list)

    @property
    def when(self) -> DateRange | None:
        return min((mark.when for mark in self.marks), key=_day_key, default=None)

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        return tuple(used for mark in self.marks for used in mark.facts)

    def newest_evidence(self) -> DateRange | None:
        return max((mark.when for mark in self.marks), key=lambda when: when.latest, default=None)


@dataclass(eq=False)
class Remission:
    """One remission; several statements of it are still one (E-11)."""

    when: DateRange | None
    marks: list[RemissionMark] = field(default_factory=list)

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        return tuple(mark.used for mark in self.marks)

    def newest_evidence(self) -> DateRange | None:
        """The last day on which this remission is evident: later blasts are news, earlier ones are
        not.
        """
        days = [mark.when for mark in self.marks if mark.when is not None]
        return max(days, key=lambda day: day.latest, default=self.when)


@dataclass
class Timeline:
    """Episodes in turn. ``current`` is the last of them; empty before the first remission."""

    episodes: list[Relapse | Remission] = field(default_factory=list)
    missed_relapses: int = 0
    """Relapses that a coded ordinal names beyond those that the record shows (E-15)."""
    lower_ordinals: list[FactUsed] = field(default_factory=list)
    """Codes that name a lower relapse number than counted (CONF-05)."""
    doubtful: list[Marrow] = field(default_factory=list)
    """Marrows from 5 % on, unconfirmed, since the current remission (REL-03)."""
    disputed: list[RemissionMark] = field(default_factory=list)
    """Remissions stated within days of a marrow that shows the current relapse, untreated between
    (POL-10).
    """

    @property
    def relapses(self) -> list[Relapse]:
        return [episode for episode in self.episodes if isinstance(episode, Relapse)]

    @property
    def remissions(self) -> list[Remission]:
        return [episode for episode in self.episodes if isinstance(episode, Remission)]

    def before(self, relapse: Relapse) -> Relapse | Remission:
        """The episode that this relapse ended."""
        return self.episodes[self.episodes.index(relapse) - 1]

    @property
    def current(self) -> Relapse | Remission | None:
        return self.episodes[-1] if self.episodes else None

    @property
    def relapse_count(self) -> int:
        return len(self.relapses) + self.missed_relapses


def _day_key(when: DateRange) -> tuple[date, date]:
    return when.earliest, when.latest


@rule("REL-02", "Relapse after remission", "S25")
def walk(evidence: Evidence) -> Timeline:
    """Go through the evidence day by day.

    Relapse needs an earlier remission. A code for a relapse implies one that the record does not
    show; blasts do so only where a remission is coded without a date (REL-14).
    """
    line = Timeline()
    for event in in_order(evidence):
        if isinstance(event, RemissionMark):
            _remission(line, event, evidence)
        elif isinstance(event, RelapseMark):
            _relapse(line, event)
        else:
            _marrow(line, event, evidence)
    return line


def remitted_by_residue(line: Timeline, evidence: Evidence) -> Timeline:
    """The line with remissions that residual disease alone shows, where the line knows of none.

    Where one is declared later its day would be too early: STALE-05 asks for results since.
    """
    if isinstance(line.current, Remission):
        return line
    last = None if line.current is None else line.current.newest_evidence()
    residue = [
        mark
        for mark in evidence.residue
        if last is None or (mark.when is not None and last.before(mark.when) is Tri.MET)
    ]
    if not residue:
        return line
    return walk(replace(evidence, remissions=[*evidence.remissions, *residue]))


@rule("REL-08", "Remission after relapse", "S25")
def _remission(line: Timeline, mark: RemissionMark, evidence: Evidence) -> None:
    """Remission evidence after a relapse begins CR(n+1); the relapse stays in history."""
    current = line.current
    if (
        isinstance(current, Relapse)
        and mark.by_marrow
        and not _marrow_can_end(current, mark, evidence)
    ):
        return
    if isinstance(current, Relapse) and _contradicted(current, mark, evidence):
        line.disputed.append(mark)
        return
    higher = mark.ordinal is not None and mark.ordinal - 1 > line.relapse_count
    if isinstance(current, Remission) and not (higher and current.marks):
        current.marks.append(mark)
    else:
        if isinstance(current, Remission):
            # A higher ordinal than the last remission's: a relapse between that nobody recorded.
            line.episodes.append(Relapse())
        line.episodes.append(Remission(mark.when, [mark]))
    line.doubtful.clear()
    line.disputed.clear()
    if mark.ordinal is not None:
        line.missed_relapses = max(line.missed_relapses, mark.ordinal - 1 - len(line.relapses))


def _contradicted(relapse: Relapse, mark: RemissionMark, evidence: Evidence) -> bool:
    """Whether a remission is stated within the window of POL-10 after a marrow of this relapse,
    with no course begun between: one of the two is wrong, and which is not decided here.
    """
    marrows = [item.when for item in relapse.marks if item.kind is Kind.MARROW]
    newest = max(marrows, key=lambda when: when.latest, default=None)
    if newest is None or mark.when is None:
        return False
    if mark.when.earliest > add_days(newest.latest, evidence.remission_window_days):
        return False
    return not any(
        item.start is not None
        and item.begun_before(newest) is not Tri.MET
        and item.start.earliest <= mark.when.latest
        for item in evidence.courses
    )


def _marrow_can_end(relapse: Relapse, mark: RemissionMark, evidence: Evidence) -> bool:
    """Whether a marrow below 5 % ends a relapse: only after therapy of this relapse.

    A relapse that spared the marrow must be shown clear at its own site.
    """
    newest = relapse.newest_evidence()
    if newest is None or mark.when is None:
        return True
    if all(item.kind is Kind.SITE for item in relapse.marks):
        return any(cleared.after(newest) is Tri.MET for cleared in evidence.cleared_sites)
    return _treated_before(mark.when, relapse, evidence)


def _treated_before(when: DateRange, relapse: Relapse, evidence: Evidence) -> bool:
    """A course of this relapse is over, or four weeks old; where none is on record, blasts that
    fell from 5 % on, four weeks later, show that there was one.
    """
    start = relapse.when
    assert start is not None
    courses = [item for item in evidence.courses if item.begun_before(start) is Tri.NOT_MET]
    if courses:
        return any(item.over_or_advanced(when, INDUCTION_DAYS) for item in courses)
    fell = any(
        item.marrow is not None and item.marrow.reaches(FIVE_PERCENT) is Tri.MET
        for item in relapse.marks
    )
    coded_only = all(item.marrow is None for item in relapse.marks)
    return (fell or coded_only) and when.earliest >= add_days(start.latest, INDUCTION_DAYS)


@rule("E-15", "Relapse ordinal", "POL")
def _relapse(line: Timeline, mark: RelapseMark) -> None:
    """Begin a relapse, or add to the one that runs: evidence without a remission between is one
    episode.
    """
    current = line.current
    if not isinstance(current, Relapse):
        if current is None:
            if mark.kind is not Kind.CODE:
                return
            line.episodes.append(Remission(None))
        current = Relapse()
        line.episodes.append(current)
        line.doubtful.clear()
        line.disputed.clear()
    current.marks.append(mark)
    if mark.ordinal is not None:
        if mark.ordinal > line.relapse_count:
            line.missed_relapses = mark.ordinal - len(line.relapses)
        elif mark.ordinal < len(line.relapses):
            line.lower_ordinals.extend(mark.facts)


def _marrow(line: Timeline, marrow: Marrow, evidence: Evidence) -> None:
    current = line.current
    if current is None:
        if not evidence.remission_coded_undated or not _long_after_diagnosis(marrow, evidence):
            return
    mark = RelapseMark(marrow.when, Kind.MARROW, marrow.facts, marrow=marrow)
    if isinstance(current, Relapse):
        if marrow.reaches(FIVE_PERCENT) is Tri.MET:
            current.marks.append(mark)
            line.disputed.clear()
        return
    later = _until_next_remission(marrow, evidence)
    if shows_relapse(marrow, later, evidence.marrow_interval_days):
        if current is None:
            line.episodes.append(Remission(None))
        _relapse(line, mark)
    elif marrow.reaches(FIVE_PERCENT) is Tri.MET:
        line.doubtful.append(marrow)


def _long_after_diagnosis(marrow: Marrow, evidence: Evidence) -> bool:
    first = evidence.first_diagnosed
    return first is None or marrow.when.earliest > add_days(first.latest, INDUCTION_DAYS)


def _until_next_remission(marrow: Marrow, evidence: Evidence) -> tuple[Marrow, ...]:
    ends = [
        mark.when.earliest
        for mark in evidence.remissions
        if mark.when is not None and mark.when.earliest > marrow.when.latest
    ]
    end = min(ends, default=date.max)
    return tuple(
        other for other in evidence.marrows if marrow.when.latest < other.when.earliest <= end
    )

"""From findings to the line of remissions and relapses, with what did not enter it (E-11, E-12)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from relapse.course import undated_codes
from relapse.course.evidence import Evidence
from relapse.course.findings import Findings
from relapse.course.relapse_marks import UndatedCode, coded
from relapse.course.remission import RemissionMark, by_marrow, by_residue, stated
from relapse.course.timeline import Remission, Timeline, remitted_by_residue, walk
from relapse.course.undated_episodes import Undated, complete
from relapse.logic import Tri


@dataclass(frozen=True, slots=True)
class CourseLine:
    """The line, and the evidence whose place in it rules ask for."""

    timeline: Timeline
    remissions: tuple[RemissionMark, ...]
    """Stated, coded, or by a marrow in which blasts were counted."""
    residue: tuple[RemissionMark, ...]
    """By residual disease alone."""
    repetitions: tuple[UndatedCode, ...]
    """Codes that contradict a documented remission and start no episode (REL-16)."""

    def is_by_residue(self, remission: Remission) -> bool:
        """Whether residual disease alone shows a remission: it began on that day or before."""
        return bool(remission.marks) and all(mark in self.residue for mark in remission.marks)


def draw(found: Findings) -> CourseLine:
    """The line of a chart."""
    first = found.first_diagnosed
    remissions = stated(found.chart, first) + by_marrow(found)
    residue = by_residue(found)
    dated = [mark.when for mark in remissions if mark.when is not None]
    first_remission = min(dated, key=lambda when: when.earliest, default=None)
    codes, undated = coded(found.chart, first, first_remission)
    remission_undated = len(dated) < len(remissions)
    evidence = Evidence(
        remissions=remissions,
        residue=residue,
        relapses=(*codes, *found.site_marks),
        marrows=found.marrows,
        first_diagnosed=first,
        remission_coded_undated=remission_undated,
        cleared_sites=[
            site.when
            for site in found.sites
            if site.leukaemia is Tri.NOT_MET and site.when is not None
        ],
        marrow_interval_days=found.policy.marrow_interval,
        courses=found.history.courses,
        remission_window_days=found.policy.remission_window,
    )
    line = walk(evidence)
    reading = undated_codes.read(undated, line, found.seen, remission_undated, first)
    if reading.marks:
        evidence = replace(evidence, relapses=(*evidence.relapses, *reading.marks))
        line = walk(evidence)
    if not reading.relapse_without_date:
        line = remitted_by_residue(line, evidence)
    complete(line, Undated(remissions, found.marrows, first, reading.relapse_without_date))
    return CourseLine(line, remissions, residue, reading.repetitions)

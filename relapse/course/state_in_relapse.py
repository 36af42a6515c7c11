"""The state in a relapse that no remission has ended (REL-01, REL-02, REL-06, REL-12, REL-14)."""

from __future__ import annotations

from relapse.assessment import DiseaseStatus, FactUsed
from relapse.course.decision import Decision
from relapse.course.findings import Findings
from relapse.course.line import CourseLine
from relapse.course.outdated import outdated
from relapse.course.relapse_marks import Kind
from relapse.course.timeline import Relapse, Remission
from relapse.dates import DateRange
from relapse.rules import applied


def in_relapse(found: Findings, line: CourseLine, relapse: Relapse) -> Decision:
    """Active; unknown where that was long ago; a relapse is possible where it is disputed."""
    newest = relapse.newest_evidence()
    if newest is not None and outdated(found, newest):
        undated = _undated_remissions(line, newest)
        return Decision(
            DiseaseStatus.UNKNOWN,
            (applied("REL-12"),),
            (*relapse.facts, *undated),
            ("D-BM", "D-CRDATE") if undated else ("D-BM",),
        )
    if line.timeline.disputed:
        stated = tuple(mark.used for mark in line.timeline.disputed)
        return Decision(
            DiseaseStatus.POSSIBLE_RELAPSE,
            (applied("POL-10"),),
            (*relapse.facts, *stated),
            ("D-CONFIRM", "D-BM"),
        )
    kinds = {mark.kind for mark in relapse.marks}
    rules = []
    if not kinds or Kind.CODE in kinds:
        rules.append(applied("REL-01"))
    if Kind.MARROW in kinds:
        rules.append(applied("REL-02"))
    if Kind.SITE in kinds:
        rules.append(applied("REL-06"))
    before = line.timeline.before(relapse)
    if isinstance(before, Remission) and before.when is None and Kind.MARROW in kinds:
        rules.append(applied("REL-14"))
    return Decision(DiseaseStatus.ACTIVE_RR, tuple(rules), relapse.facts)


def _undated_remissions(line: CourseLine, newest: DateRange) -> tuple[FactUsed, ...]:
    """Remissions without a date, unless recorded before the newest evidence of the relapse."""
    return tuple(
        mark.used
        for mark in line.remissions
        if mark.when is None and (mark.recorded is None or mark.recorded.latest > newest.latest)
    )

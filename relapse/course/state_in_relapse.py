"""The state in a relapse that no remission has ended (REL-01, REL-02, REL-06, REL-12, REL-14)."""

from __future__ import annotations

from relapse.assessment import DiseaseStatus, FactUsed
from relapse.course.decision import Decision
from relapse.course.findings import Findings
from relapse.course.line import CourseLine
from relapse.course.marrow import FIVE_PERCENT
from relapse.course.relapse_marks import Kind
from relapse.course.timeline import Relapse, Remission
from relapse.dates import DateRange, add_days
from relapse.logic import Tri
from relapse.rules import applied, rule


def in_relapse(found: Findings, line: CourseLine, relapse: Relapse) -> Decision:
    too_old = outdated_relapse(found, line, relapse)
    if too_old is not None:
        return too_old
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


@rule("REL-12", "Relapse evidence out of date", "POL")
def outdated_relapse(found: Findings, line: CourseLine, relapse: Relapse) -> Decision | None:
    """Evidence older than POL-07 with therapy since and no newer marrow: the state is not known.

    Residual disease alone does not show that the relapse goes on (E-14).
    """
    newest = relapse.newest_evidence()
    if newest is None or add_days(newest.latest, found.policy.status_max_age) >= found.as_of:
        return None
    therapy = [
        course
        for course in found.history.courses
        if (course.start is not None and course.start.latest >= newest.earliest)
        or course.running
        or (course.end is not None and course.end.latest > newest.latest)
    ]
    events = [*found.history.transplants, *found.history.car_t]
    treated = bool(therapy) or any(
        event.when is not None and event.when.latest >= newest.earliest for event in events
    )
    newer_marrow = any(
        marrow.when.earliest > newest.latest
        for marrow in found.marrows
        if marrow.has_blast_count or marrow.reaches(FIVE_PERCENT) is Tri.MET
    )
    if not treated or newer_marrow:
        return None
    undated = _undated_remissions(line, newest)
    requests = ("D-BM", "D-CRDATE") if undated else ("D-BM",)
    facts = (*relapse.facts, *undated)
    return Decision(DiseaseStatus.UNKNOWN, (applied("REL-12"),), facts, requests)


def _undated_remissions(line: CourseLine, newest: DateRange) -> tuple[FactUsed, ...]:
    """Remissions without a date, unless recorded before the newest evidence of the relapse."""
    return tuple(
        mark.used
        for mark in line.remissions
        if mark.when is None and (mark.recorded is None or mark.recorded.latest > newest.latest)
    )

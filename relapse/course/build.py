"""From a chart to the course of the disease: the state on the day of evaluation (E-28, REL-
rules).
"""

from __future__ import annotations

from datetime import date

from relapse.assessment import DiseaseStatus
from relapse.course import line as course_line
from relapse.course.disease import DiseaseCourse
from relapse.course.findings import Findings, find
from relapse.course.induction import induction_failed
from relapse.course.refractory import Refractory, of_relapse
from relapse.course.relapse_marks import Kind, RelapseMark
from relapse.course.sites import Involvement, involvement
from relapse.course.status import decide
from relapse.course.timeline import Relapse, Remission, Timeline
from relapse.facts import Chart, Sex
from relapse.logic import Tri
from relapse.policy import Policy


def build(chart: Chart, as_of: date, policy: Policy) -> DiseaseCourse:
    """Everything the rules need to know on the course of the disease."""
    found = find(chart, as_of, policy)
    drawn = course_line.draw(found)
    line = drawn.timeline
    decision = decide(found, drawn)
    refractory = decision.refractory
    if refractory is None:
        refractory = (
            of_relapse(found, line)
            if line.relapses and decision.status is DiseaseStatus.ACTIVE_RR
            else Refractory(Tri.NOT_MET)
        )
    return DiseaseCourse(
        diagnosis=found.diagnosis,
        history=found.history,
        marrows=found.marrows,
        findings=found.sites,
        timeline=line,
        status=decision.status,
        rules=decision.rules,
        requests=decision.requests,
        caveats=(*decision.caveats, *_ordinal_caveats(line)),
        facts=decision.facts,
        involvement=_sites(found, line, decision.status),
        refractory=refractory,
        induction_start=found.induction,
        remission_after_failure=_after_failure(found, line),
        relapse_count_certain=_count_certain(line),
        remission_by_residue=isinstance(line.current, Remission)
        and drawn.is_by_residue(line.current),
    )


def _sites(found: Findings, line: Timeline, status: DiseaseStatus) -> Involvement:
    """Sites of the latest relapse, else of a leukaemia that has not remitted since it began."""
    testes = found.chart.patient.sex is not Sex.FEMALE
    if line.relapses:
        relapse = line.relapses[-1]
        following = line.episodes[line.episodes.index(relapse) + 1 :]
        until = next((item.when for item in following if isinstance(item, Remission)), None)
        return involvement(relapse, found.marrows, found.sites, until, testes)
    begun = found.induction or found.first_diagnosed
    if status is DiseaseStatus.ACTIVE_RR and begun is not None:
        failed = Relapse([RelapseMark(begun, Kind.CODE, ())])
        return involvement(failed, found.marrows, found.sites, None, testes)
    return Involvement(testis=Tri.UNKNOWN if testes else Tri.NOT_MET)


def _after_failure(found: Findings, line: Timeline) -> bool:
    remissions = line.remissions
    if not remissions or remissions[0].when is None:
        return False
    first = remissions[0].when.earliest
    seen = tuple(item for item in found.seen if item.when.latest < first)
    return bool(induction_failed(found.induction, seen, found.history, first))


def _count_certain(line: Timeline) -> Tri:
    """Whether an earlier relapse can be excluded: the remission before the first relapse is on
    record.
    """
    if not line.relapses or line.missed_relapses:
        return Tri.MET
    first = line.relapses[0]
    before = line.before(first)
    if isinstance(before, Remission) and before.when is not None:
        return Tri.MET
    return Tri.MET if any(mark.ordinal for mark in first.marks) else Tri.UNKNOWN


def _ordinal_caveats(line: Timeline) -> tuple[str, ...]:
    return tuple(
        (
            f"CONF-05: {used.reference} names a lower relapse number than the "
            f"{line.relapse_count} on record"
        )
        for used in line.lower_ordinals
    )

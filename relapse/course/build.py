"""From a chart to the course of the disease: the state on the day of evaluation (E-28, REL-
rules).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from relapse.assessment import DiseaseStatus
from relapse.course import undated_codes
from relapse.course.diagnosis import picture
from relapse.course.disease import DiseaseCourse
from relapse.course.evidence import Evidence
from relapse.course.extramedullary import SiteFinding, findings
from relapse.course.leukaemia_seen import leukaemia_seen
from relapse.course.marrow import Marrow, marrows
from relapse.course.refractory import Refractory, induction_failed, induction_start, of_relapse
from relapse.course.relapse_marks import Kind, RelapseMark, at_sites, coded
from relapse.course.remission import (
    MarrowEvidence,
    RemissionMark,
    by_marrow,
    by_residue,
    stated,
)
from relapse.course.sites import Involvement, involvement
from relapse.course.status import Situation, decide
from relapse.course.timeline import Relapse, Remission, Timeline, remitted_by_residue, walk
from relapse.course.treatment import TreatmentHistory, history
from relapse.course.undated_episodes import Undated, complete
from relapse.dates import DateRange
from relapse.facts import Chart, Sex
from relapse.logic import Tri
from relapse.policy import Policy


def build(chart: Chart, as_of: date, policy: Policy) -> DiseaseCourse:
    """Everything the rules need to know on the course of the disease."""
    diagnosis = picture(chart)
    treatment = history(chart, as_of)
    specimens = marrows(chart)
    sites = findings(chart)
    first = diagnosis.first_diagnosed
    site_marks = at_sites(sites)
    measured = MarrowEvidence(chart, specimens, treatment, first, policy.remission_window)
    remissions = stated(chart, first) + _uncontradicted(by_marrow(measured), site_marks, policy)
    dated = sorted(
        (mark.when for mark in remissions if mark.when is not None), key=lambda when: when.earliest
    )
    residue = _uncontradicted(by_residue(measured), site_marks, policy)
    codes, undated = coded(chart, first, dated[0] if dated else None)
    seen = leukaemia_seen(chart, specimens, site_marks)
    remission_undated = any(mark.when is None for mark in remissions)
    evidence = Evidence(
        remissions,
        residue,
        [*codes, *site_marks],
        specimens,
        first,
        remission_undated,
        [site.when for site in sites if site.leukaemia is Tri.NOT_MET and site.when is not None],
        policy.marrow_interval,
        treatment.courses,
        policy.remission_window,
    )
    line = walk(evidence)
    reading = undated_codes.read(undated, line, seen, remission_undated, first)
    if reading.marks:
        evidence = replace(evidence, relapses=[*evidence.relapses, *reading.marks])
        line = walk(evidence)
    if not reading.relapse_without_date:
        line = remitted_by_residue(line, evidence)
    complete(line, Undated(remissions, specimens, first, reading.relapse_without_date))
    start = induction_start(treatment, first)
    decision = decide(
        Situation(
            chart=chart,
            as_of=as_of,
            policy=policy,
            line=line,
            remissions=remissions,
            residue=residue,
            repetitions=reading.repetitions,
            marrows=specimens,
            seen=seen,
            history=treatment,
            first_diagnosed=first,
            induction=start,
        )
    )
    refractory = decision.refractory
    if refractory is None:
        refractory = (
            of_relapse(chart, treatment, line, specimens, as_of)
            if line.relapses and decision.status is DiseaseStatus.ACTIVE_RR
            else Refractory(Tri.NOT_MET)
        )
    return DiseaseCourse(
        diagnosis,
        treatment,
        specimens,
        sites,
        line,
        decision.status,
        decision.rules,
        decision.requests,
        (*decision.caveats, *_ordinal_caveats(line)),
        decision.facts,
        _sites(chart, line, specimens, sites, decision.status, start or first),
        refractory,
        start,
        _after_failure(line, start, specimens, site_marks, chart, treatment),
        _count_certain(line),
    )


def _uncontradicted(
    marks: tuple[RemissionMark, ...], site_marks: list[RelapseMark], policy: Policy
) -> tuple[RemissionMark, ...]:
    """Marrow is no remission while leukaemia is at another site within the window (POL-10)."""
    return tuple(
        mark
        for mark in marks
        if mark.when is not None
        and not any(mark.when.near(site.when, policy.remission_window) for site in site_marks)
    )


def _sites(
    chart: Chart,
    line: Timeline,
    specimens: tuple[Marrow, ...],
    sites: tuple[SiteFinding, ...],
    status: DiseaseStatus,
    begun: DateRange | None,
) -> Involvement:
    """Sites of the latest relapse, else of a leukaemia that has not remitted since ``begun``."""
    testes = chart.patient.sex is not Sex.FEMALE
    if line.relapses:
        relapse = line.relapses[-1]
        following = line.episodes[line.episodes.index(relapse) + 1 :]
        until = next((item.when for item in following if isinstance(item, Remission)), None)
        return involvement(relapse, specimens, sites, until, testes)
    if status is DiseaseStatus.ACTIVE_RR and begun is not None:
        failed = Relapse([RelapseMark(begun, Kind.CODE, ())])
        return involvement(failed, specimens, sites, None, testes)
    return Involvement(testis=Tri.UNKNOWN if testes else Tri.NOT_MET)


def _after_failure(
    line: Timeline,
    start: DateRange | None,
    specimens: tuple[Marrow, ...],
    site_marks: list[RelapseMark],
    chart: Chart,
    treatment: TreatmentHistory,
) -> bool:
    remissions = line.remissions
    if not remissions or remissions[0].when is None:
        return False
    first = remissions[0].when.earliest
    seen = tuple(
        item for item in leukaemia_seen(chart, specimens, site_marks) if item.when.latest < first
    )
    return bool(induction_failed(start, seen, treatment, first))


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

"""From a chart to the course of the disease: the state on the day of evaluation (E-28, REL-rules)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relapse.assessment import DiseaseStatus, FactUsed, RuleResult
from relapse.course import undated_codes
from relapse.course.diagnosis import DiagnosisPicture, picture
from relapse.course.extramedullary import SiteFinding, findings
from relapse.course.marrow import FIVE_PERCENT, ONE_PERCENT, Marrow, marrows
from relapse.course.refractory import Refractory, induction_failed, induction_start, of_relapse
from relapse.course.relapse_marks import RelapseMark, at_sites, coded
from relapse.course.remission import RemissionMark, by_marrow, stated
from relapse.course.sites import Involvement, involvement
from relapse.course.status import decide
from relapse.course.timeline import Evidence, Relapse, Remission, Timeline, walk
from relapse.course.treatment import TreatmentHistory, history
from relapse.course.undated_codes import LeukaemiaSeen
from relapse.course.wording import percent
from relapse.dates import DateRange
from relapse.facts import BlastResult, Chart, Material, Sex
from relapse.logic import Tri
from relapse.policy import Policy


@dataclass(frozen=True)
class DiseaseCourse:
    """The disease from first diagnosis to the day of evaluation."""

    diagnosis: DiagnosisPicture
    history: TreatmentHistory
    marrows: tuple[Marrow, ...]
    findings: tuple[SiteFinding, ...]
    timeline: Timeline
    status: DiseaseStatus
    rules: tuple[RuleResult, ...]
    requests: tuple[str, ...]
    """Data requests (D-ids) that would settle the state."""
    caveats: tuple[str, ...]
    facts: tuple[FactUsed, ...]
    involvement: Involvement
    """Sites of the latest relapse (or of an induction failure)."""
    refractory: Refractory
    induction_start: DateRange | None
    remission_after_failure: bool
    """CR1 was reached after primary induction failure (HS-09)."""
    relapse_count_certain: Tri

    @property
    def relapse_count(self) -> int:
        return self.timeline.relapse_count

    @property
    def latest_relapse(self) -> Relapse | None:
        relapses = self.timeline.relapses
        return relapses[-1] if relapses else None

    @property
    def relapse_date(self) -> DateRange | None:
        relapse = self.latest_relapse
        return None if relapse is None else relapse.when

    @property
    def remission(self) -> Remission | None:
        """The present remission, if the disease is in remission."""
        remissions = self.timeline.remissions
        return remissions[-1] if remissions and self.status is DiseaseStatus.CR else None

    @property
    def remission_ordinal(self) -> int | None:
        return self.relapse_count + 1 if self.status is DiseaseStatus.CR else None

    @property
    def active(self) -> bool:
        return self.status is DiseaseStatus.ACTIVE_RR

    @property
    def episode_start(self) -> DateRange | None:
        """First day of the present episode: the latest relapse, else first diagnosis."""
        return self.relapse_date if self.timeline.relapses else self.diagnosis.first_diagnosed


def build(chart: Chart, as_of: date, policy: Policy) -> DiseaseCourse:
    """Everything the rules need to know on the course of the disease."""
    diagnosis = picture(chart)
    treatment = history(chart, as_of)
    specimens = marrows(chart)
    sites = findings(chart)
    first = diagnosis.first_diagnosed
    site_marks = at_sites(sites)
    remissions = stated(chart, first) + tuple(
        mark
        for mark in by_marrow(chart, specimens, treatment, first, policy.remission_window)
        if not _contradicted(mark, site_marks, policy.remission_window)
    )
    dated = sorted(
        (mark.when for mark in remissions if mark.when is not None), key=lambda when: when.earliest
    )
    codes, undated = coded(chart, first, dated[0] if dated else None)
    seen = _seen(chart, specimens, site_marks)
    evidence = Evidence(
        remissions,
        [*codes, *site_marks],
        specimens,
        first,
        any(mark.when is None for mark in remissions),
        [site.when for site in sites if site.leukaemia is Tri.NOT_MET and site.when is not None],
        policy.marrow_interval,
    )
    line = walk(evidence)
    reading = undated_codes.read(undated, line, seen, remissions, first)
    if reading.marks:
        evidence = Evidence(
            remissions,
            [*codes, *site_marks, *reading.marks],
            specimens,
            first,
            evidence.remission_coded_undated,
            evidence.cleared_sites,
            policy.marrow_interval,
        )
        line = walk(evidence)
    _finish(line, remissions, reading, specimens, first)
    start = induction_start(treatment, first)
    decision = decide(
        chart=chart,
        as_of=as_of,
        policy=policy,
        line=line,
        remissions=remissions,
        repetitions=reading.repetitions,
        marrows=specimens,
        seen=seen,
        history=treatment,
        first_diagnosed=first,
        induction=start,
    )
    refractory = decision.refractory
    if refractory is None:
        relapse = line.relapses[-1] if line.relapses else None
        refractory = (
            of_relapse(chart, treatment, relapse.when, specimens, as_of)
            if relapse is not None and decision.status is DiseaseStatus.ACTIVE_RR
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
        _sites(chart, line, specimens, sites, decision.status, start),
        refractory,
        start,
        _after_failure(line, start, specimens, site_marks, chart, treatment),
        _count_certain(line),
    )


def _contradicted(mark: RemissionMark, site_marks: list[RelapseMark], window: int) -> bool:
    """Leukaemia at another site within the window: a marrow below 5 % is then no remission (POL-10)."""
    if mark.when is None:
        return False
    around = DateRange(
        mark.when.shifted(days=-window).earliest, mark.when.shifted(days=window).latest
    )
    return any(
        around.earliest <= site.when.latest and site.when.earliest <= around.latest
        for site in site_marks
    )


def _seen(
    chart: Chart, specimens: tuple[Marrow, ...], site_marks: list[RelapseMark]
) -> tuple[LeukaemiaSeen, ...]:
    """Days on which leukaemia was measured: marrow from 5 %, MRD from 1 %, blood blasts from 1 %, other sites."""
    seen = [
        LeukaemiaSeen(marrow.when, marrow.facts[0])
        for marrow in specimens
        if marrow.reaches(FIVE_PERCENT) is Tri.MET
        or marrow.families_from(ONE_PERCENT) - {"cytomorphology", "method not stated"}
    ]
    seen += [LeukaemiaSeen(mark.when, mark.facts[0]) for mark in site_marks]
    for result in chart.of(BlastResult):
        if result.material is not Material.BLOOD or not result.final or result.when is None:
            continue
        if result.fraction is not None and result.fraction.at_least(ONE_PERCENT) is Tri.MET:
            text = f"blood blasts {percent(result.fraction)}"
            seen.append(LeukaemiaSeen(result.when, FactUsed.of(result, text)))
        elif (
            result.count_10e9_per_l is not None
            and result.count_10e9_per_l.above(Decimal(0)) is Tri.MET
        ):
            seen.append(LeukaemiaSeen(result.when, FactUsed.of(result, "blasts in blood")))
    return tuple(sorted(seen, key=lambda item: (item.when.earliest, item.used.reference)))


def _finish(
    line: Timeline,
    remissions: tuple[RemissionMark, ...],
    reading: undated_codes.Reading,
    specimens: tuple[Marrow, ...],
    first: DateRange | None,
) -> None:
    """What has no date: a relapse or remission known from its state alone, and marrow before a coded relapse."""
    if reading.relapse_without_date and line.current is None:
        undated_remission = any(mark.when is None for mark in remissions)
        if not undated_remission:
            line.episodes += [Remission(None), Relapse()]
    current = line.current
    if isinstance(current, Relapse):
        _add_marrow_of_coded_relapse(line, current, specimens, first)
        if current.marks and all(mark.closed for mark in current.marks):
            line.episodes.append(Remission(None))
    elif current is None:
        undated = [mark for mark in remissions if mark.when is None]
        if undated:
            line.episodes.append(Remission(None, undated))


def _add_marrow_of_coded_relapse(
    line: Timeline, relapse: Relapse, specimens: tuple[Marrow, ...], first: DateRange | None
) -> None:
    """A relapse that was measured before it was coded begins with the measurement (mapping rule 15).

    Where no remission is dated, the marrow of the first diagnosis is kept apart by its day.
    """
    before = line.episodes[-2] if len(line.episodes) > 1 else None
    from relapse.course.relapse_marks import Kind
    from relapse.course.remission import INDUCTION_DAYS

    if not isinstance(before, Remission) or before.when is not None:
        return
    start = relapse.when
    known = {mark.when for mark in relapse.marks if mark.kind is Kind.MARROW}
    for marrow in specimens:
        if marrow.reaches(FIVE_PERCENT) is not Tri.MET or marrow.when in known:
            continue
        if first is None or marrow.when.earliest <= first.shifted(days=INDUCTION_DAYS).latest:
            if (
                start is None
                or marrow.when.latest < start.shifted(days=-WORK_UP_BEFORE_CODE).earliest
            ):
                continue
        elif (
            start is not None
            and marrow.when.latest < start.shifted(days=-WORK_UP_BEFORE_CODE).earliest
        ):
            continue
        relapse.marks.append(RelapseMark(marrow.when, Kind.MARROW, marrow.facts, marrow=marrow))


WORK_UP_BEFORE_CODE = 60
"""How long before its code a relapse may have been measured, where no remission separates it from older disease."""


def _sites(
    chart: Chart,
    line: Timeline,
    specimens: tuple[Marrow, ...],
    sites: tuple[SiteFinding, ...],
    status: DiseaseStatus,
    induction: DateRange | None,
) -> Involvement:
    testes = chart.patient.sex is not Sex.FEMALE
    if line.relapses:
        relapse = line.relapses[-1]
        following = line.episodes[line.episodes.index(relapse) + 1 :]
        until = next((item.when for item in following if isinstance(item, Remission)), None)
        return involvement(relapse, specimens, sites, until, testes)
    if status is DiseaseStatus.ACTIVE_RR and induction is not None:
        from relapse.course.relapse_marks import Kind

        failed = Relapse([RelapseMark(induction, Kind.CODE, ())])
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
    seen = tuple(item for item in _seen(chart, specimens, site_marks) if item.when.latest < first)
    return bool(induction_failed(start, seen, treatment, first))


def _count_certain(line: Timeline) -> Tri:
    """Whether an earlier relapse can be excluded: the remission before the first relapse is on record."""
    if not line.relapses or line.missed_relapses:
        return Tri.MET
    first = line.relapses[0]
    before = line.episodes[line.episodes.index(first) - 1]
    if isinstance(before, Remission) and before.when is not None:
        return Tri.MET
    return Tri.MET if any(mark.ordinal for mark in first.marks) else Tri.UNKNOWN


def _ordinal_caveats(line: Timeline) -> tuple[str, ...]:
    return tuple(
        f"CONF-05: {used.reference} names a lower relapse number than the {line.relapse_count} on record"
        for used in line.lower_ordinals
    )

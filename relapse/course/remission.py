"""Evidence of complete remission (E-10, E-11)."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import FactUsed
from relapse.course.courses import Course
from relapse.course.diagnosis import all_entries, describe
from relapse.course.findings import Findings
from relapse.course.marrow import FIVE_PERCENT, ONE_PERCENT, residual_below
from relapse.course.treatment import TreatmentHistory
from relapse.course.wording import residual_disease
from relapse.dates import DateRange, add_days
from relapse.facts import (
    BlastResult,
    Chart,
    ClinicalStatus,
    Detection,
    Diagnosis,
    Material,
    MrdResult,
    Phase,
    Response,
    ResponseStatement,
)
from relapse.logic import Tri
from relapse.rules import rule

INDUCTION_DAYS = 28
"""A remission is not declared before the end of induction (S25): an earlier marrow below 5 % is an
interim result.
"""


@dataclass(frozen=True, slots=True)
class RemissionMark:
    """One piece of evidence of complete remission; ``when`` is ``None`` where it carries no date of
    its own.
    """

    when: DateRange | None
    used: FactUsed
    ordinal: int | None = None
    by_marrow: bool = False
    recorded: DateRange | None = None


@rule("E-10", "Complete remission", "S25", "POL")
def stated(chart: Chart, first_diagnosed: DateRange | None) -> tuple[RemissionMark, ...]:
    """Statements of CR, remission codes, and the end dates of entries for a relapse or in
    remission.
    """
    marks = []
    for statement in chart.of(ResponseStatement):
        if statement.final and statement.response is Response.COMPLETE_REMISSION:
            used = FactUsed.of(statement, statement.text or "complete remission")
            marks.append(RemissionMark(statement.when, used, statement.remission_ordinal))
    for entry in all_entries(chart):
        marks += _from_entry(entry, first_diagnosed)
    return tuple(marks)


def _from_entry(entry: Diagnosis, first_diagnosed: DateRange | None) -> list[RemissionMark]:
    used = FactUsed.of(entry, describe(entry))
    if entry.phase is Phase.REMISSION:
        onset = entry.when
        if (
            onset is not None
            and first_diagnosed is not None
            and onset.after(first_diagnosed) is not Tri.MET
        ):
            onset = None
        return [RemissionMark(onset, used, entry.remission_ordinal, recorded=entry.recorded)]
    ended = entry.clinical_status in (
        ClinicalStatus.REMISSION,
        ClinicalStatus.RESOLVED,
        ClinicalStatus.INACTIVE,
    )
    if ended and entry.abated is not None:
        ordinal = entry.relapse_ordinal + 1 if entry.relapse_ordinal is not None else None
        text = FactUsed(f"{describe(entry)}: ended", entry.abated, entry.source.reference)
        return [RemissionMark(entry.abated, text, ordinal)]
    if entry.phase is Phase.UNSTATED and entry.clinical_status is ClinicalStatus.REMISSION:
        return [RemissionMark(None, used, entry.remission_ordinal, recorded=None)]
    return []


@rule("POL-10", "Remission by marrow: nothing contrary close by", "POL")
def by_marrow(found: Findings) -> tuple[RemissionMark, ...]:
    """Marrows below 5 % by every method after therapy, with no contrary evidence within the
    window.
    """
    return _after_therapy(
        [
            RemissionMark(marrow.when, marrow.facts[0], by_marrow=True)
            for marrow in found.marrows
            if marrow.has_blast_count and marrow.reaches(FIVE_PERCENT) is Tri.NOT_MET
        ],
        found,
    )


def by_residue(found: Findings) -> tuple[RemissionMark, ...]:
    """Marrows in which no blasts were counted, but residual disease is not detected or below 1 %
    (E-10, REL-16).

    From 1 % on it is itself a reason to look for a relapse (REL-04). Within four weeks of the
    beginning of a course it is an interim result, also after a prephase or an earlier course.
    """
    marks = [
        RemissionMark(marrow.when, marrow.facts[0], by_marrow=True)
        for marrow in found.marrows
        if not marrow.has_blast_count and marrow.reaches(ONE_PERCENT) is Tri.NOT_MET
    ]
    marks += [
        RemissionMark(
            result.when,
            residual_disease(result),
            by_marrow=True,
        )
        for result in found.chart.of(MrdResult)
        # Measured values are those of the marrows.
        if result.final and result.detection is not Detection.QUANTIFIED
        if residual_below(result, ONE_PERCENT)
    ]
    courses = found.history.courses
    return tuple(
        mark
        for mark in _after_therapy(marks, found)
        if mark.when is not None and not any(_interim(mark.when, course) for course in courses)
    )


def _after_therapy(marks: list[RemissionMark], found: Findings) -> tuple[RemissionMark, ...]:
    """Those after therapy, with no marrow from 5 % on, blasts in blood or leukaemia at another site
    close by.
    """
    contrary = [mark.when for mark in found.site_marks]
    contrary += [marrow.when for marrow in found.marrows if marrow.reaches(FIVE_PERCENT) is Tri.MET]
    contrary += [
        result.when
        for result in found.chart.of(BlastResult)
        if result.material is Material.BLOOD
        and result.final
        and result.when is not None
        and _some_blasts(result)
    ]
    return tuple(
        mark
        for mark in marks
        if mark.when is not None
        and not any(mark.when.near(other, found.policy.remission_window) for other in contrary)
        and _treated_before(mark.when, found.history, found.first_diagnosed)
    )


def _some_blasts(result: BlastResult) -> bool:
    measured = [value for value in (result.fraction, result.count_10e9_per_l) if value is not None]
    return any(value.low is not None and value.low > 0 for value in measured)


def _interim(when: DateRange, course: Course) -> bool:
    return (
        course.start is not None
        and course.start.earliest < when.earliest
        and not course.over_or_advanced(when, INDUCTION_DAYS)
    )


def _treated_before(
    when: DateRange, history: TreatmentHistory, first_diagnosed: DateRange | None
) -> bool:
    """After the end of a course, or four weeks into one; without courses on record, four weeks
    after diagnosis.
    """
    starts = [course.start for course in history.courses if course.start is not None]
    if not starts:
        return first_diagnosed is not None and when.earliest >= add_days(
            first_diagnosed.latest, INDUCTION_DAYS
        )
    return any(course.over_or_advanced(when, INDUCTION_DAYS) for course in history.courses)

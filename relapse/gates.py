"""Whether to say anything at all (G-rules): the first gate that matches stops."""

from __future__ import annotations

from relapse.assessment import Criterion, DiseaseStatus, Notice, NoticeKind, RuleResult
from relapse.case import Case
from relapse.facts import Lineage, Section, TreatmentPlan
from relapse.logic import Tri
from relapse.notices import not_excluded, relapse_may_be_hidden
from relapse.requests import request
from relapse.rules import applied, rule

Gate = tuple[RuleResult, tuple[Notice, ...]]
"""The rule that stops and the cards that remain."""

_RELAPSING = (DiseaseStatus.ACTIVE_RR, DiseaseStatus.POSSIBLE_RELAPSE)


def stopped_by(case: Case) -> Gate | None:
    """The gate that stops this case, or nothing."""
    for gate in (
        not_all,
        not_treatable,
        lineage_switch,
        mature_b,
        lineage_unknown,
        precursor_unknown,
        not_relapsed,
    ):
        stop = gate(case)
        if stop is not None:
            return stop
    return None


_LINEAGE_SECTIONS = (Section.CONDITIONS, Section.RESULTS)
"""Where the lineage is looked for."""


@rule("G-01", "No confirmed ALL", "POL")
def not_all(case: Case) -> Gate | None:
    """No ALL on record, or provisional entries only (POL-22): nothing is said."""
    if case.course.diagnosis.has_all is Tri.MET:
        return None
    return applied("G-01", Tri.MET, Criterion("ALL diagnosis", case.course.diagnosis.has_all)), ()


@rule("G-02", "Deceased, or comfort care only", "POL")
def not_treatable(case: Case) -> Gate | None:
    """A death on or before the evaluation date, or a comfort-care plan in force (POL-24): nothing
    is said.
    """
    deceased = case.chart.patient.deceased
    dead = deceased if isinstance(deceased, bool) else deceased.earliest <= case.as_of
    comfort = any(
        plan.comfort_care
        and (plan.when is None or plan.when.earliest <= case.as_of)
        and (plan.running or plan.until is None or plan.until.latest >= case.as_of)
        for plan in case.chart.of(TreatmentPlan)
    )
    return (applied("G-02"), ()) if dead or comfort else None


def lineage_switch(case: Case) -> Gate | None:
    """G-03: a newer acute leukaemia of another lineage: only the conflict card (CONF-03)."""
    switched = case.course.diagnosis.switched_to
    if not switched:
        return None
    newer = applied(
        "G-03", Tri.MET, Criterion("newer acute leukaemia of another lineage", Tri.MET, switched)
    )
    summary = "Lineage in conflict: a newer acute leukaemia of another lineage is on record"
    return newer, (
        Notice(
            NoticeKind.CONFLICT,
            summary,
            requests=(
                request(
                    "D-LINEAGE",
                    "lineage switch is possible, for example after CD19-directed therapy",
                ),
            ),
            rules=(conflicting_leukaemia(switched_facts=newer), newer),
        ),
    )


@rule("CONF-03", "Lineage switch", "GK")
def conflicting_leukaemia(switched_facts: RuleResult) -> RuleResult:
    """The newer diagnosis contradicts the ALL: an immunophenotype decides."""
    return applied("CONF-03", Tri.MET, *switched_facts.criteria)


@rule("G-04", "Mature B-cell leukaemia", "S02", "S08", "S16")
def mature_b(case: Case) -> Gate | None:
    """Lineage B without precursor: the labels speak of precursor B-cell ALL."""
    diagnosis = case.course.diagnosis
    if diagnosis.lineage is not Lineage.B or diagnosis.precursor is not Tri.NOT_MET:
        return None
    return applied("G-04", Tri.MET, Criterion("B-cell precursor", Tri.NOT_MET, diagnosis.facts)), ()


@rule("G-05", "Lineage unknown", "TEXT")
def lineage_unknown(case: Case) -> Gate | None:
    """Without lineage, active or possible relapse asks for it and says nothing else; otherwise
    nothing is said.
    """
    if case.course.diagnosis.lineage is not Lineage.UNKNOWN:
        return None
    return _ask_for_lineage(
        case, "G-05", case.chart.lacking("lineage not on record", *_LINEAGE_SECTIONS)
    )


@rule("G-08", "Precursor status unknown", "POL")
def precursor_unknown(case: Case) -> Gate | None:
    """B lineage whose precursor status is not known: as G-05."""
    diagnosis = case.course.diagnosis
    if diagnosis.lineage is not Lineage.B or diagnosis.precursor is not Tri.UNKNOWN:
        return None
    return _ask_for_lineage(
        case,
        "G-08",
        case.chart.lacking(
            "precursor status of the B-cell leukaemia not on record", *_LINEAGE_SECTIONS
        ),
    )


def _ask_for_lineage(case: Case, id: str, why: str) -> Gate:
    diagnosis = case.course.diagnosis
    criterion = Criterion(
        "B-cell precursor lineage", Tri.UNKNOWN, diagnosis.facts, ("D-LINEAGE",), why
    )
    gate = applied(id, Tri.MET, criterion)
    if case.course.status not in _RELAPSING:
        return gate, not_excluded(case)
    notices = []
    if diagnosis.lineage_conflict:
        criterion = Criterion("lineage sources agree", Tri.NOT_MET, diagnosis.lineage_conflict)
        conflict = applied("CONF-01", Tri.MET, criterion)
        why = "sources on lineage contradict each other"
        summary = "Lineage in conflict: diagnosis codes and immunophenotype do not agree"
        notices.append(
            Notice(
                NoticeKind.CONFLICT,
                summary,
                requests=(request("D-LINEAGE", why),),
                rules=(conflict,),
            )
        )
    summary = (
        "Relapsed ALL of unknown lineage: immunophenotype needed before options can be reviewed"
    )
    notices.append(
        Notice(
            NoticeKind.DATA,
            summary,
            requests=(request("D-LINEAGE", why),),
            rules=(gate, *case.course.rules),
        )
    )
    return gate, tuple(notices)


@rule("G-07", "New or first-line disease", "POL")
def not_relapsed(case: Case) -> Gate | None:
    """Not relapsed or refractory: outside the scope, as far as the record could be had."""
    if case.course.status is not DiseaseStatus.NOT_RR:
        return None
    state = Tri.UNKNOWN if relapse_may_be_hidden(case) else Tri.MET
    return applied("G-07", state), not_excluded(case)


@rule("G-06", "T lineage", "TEXT")
def t_lineage(case: Case) -> bool:
    """Blinatumomab, inotuzumab and CD19 CAR-T are out and never listed; transplant and context go
    on.
    """
    return case.course.diagnosis.lineage is Lineage.T

"""From a chart to an assessment: gates, options, notices, in the order of the clinical model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from relapse import context, gates, notices
from relapse.assessment import (
    Assessment,
    Consideration,
    DiseaseStatus,
    Notice,
    Option,
    RuleResult,
    State,
    Strength,
)
from relapse.case import Case, build_case
from relapse.course.timing import s_group
from relapse.evidence import doubtful_sites
from relapse.evidence.not_counted import not_counted
from relapse.facts import Chart
from relapse.logic import Tri
from relapse.options import blinatumomab, car_t, inotuzumab, transplant
from relapse.options.combine import not_suggested
from relapse.policy import Policy
from relapse.requests import request
from relapse.rules import applied

_LETTERS = {Tri.MET: "T", Tri.NOT_MET: "F", Tri.UNKNOWN: "U"}


def evaluate(chart: Chart, as_of: date, policy: Policy) -> Assessment:
    """What the rules say for this patient on this day. Pure: the same input gives the same
    answer.
    """
    case = build_case(chart, as_of, policy)
    gate = gates.stopped_by(case)
    if gate is not None:
        stopped, cards = gate
        return _assessment(case, (), cards, (stopped,))
    status = case.course.status
    if status in (DiseaseStatus.POSSIBLE_RELAPSE, DiseaseStatus.UNKNOWN):
        return _assessment(case, (), notices.without_options(case), ())
    options = _asking_to_confirm(case, _options(case))
    cards = notices.beside_options(case, options)
    if case.active:
        cards = (*cards, context.card(case))
    return _assessment(case, options, cards, ())


def _options(case: Case) -> tuple[Consideration, ...]:
    transplanting = transplant.consider(case)
    if gates.t_lineage(case):
        lineage = (applied("G-06"),)
        others = tuple(
            not_suggested(option, "T-lineage", lineage, silent=True)
            for option in (Option.BLINATUMOMAB, Option.INOTUZUMAB, Option.CAR_T)
        )
        return (*others, transplanting)
    return (
        blinatumomab.consider(case),
        inotuzumab.consider(case, _transplant_strength(transplanting)),
        car_t.consider(case),
        transplanting,
    )


def _asking_to_confirm(case: Case, options: tuple[Consideration, ...]) -> tuple[Consideration, ...]:
    """REL-04: MRD from 1 to 5 % asks on every card for a test that confirms or excludes relapse."""
    if not notices.near_relapse(case):
        return options
    asked = request("D-CONFIRM", "MRD of 1 % or more", gating=False)
    return tuple(
        replace(item, requests=(*item.requests, asked)) if item.strength > Strength.NOT else item
        for item in options
    )


def _transplant_strength(consideration: Consideration) -> Strength:
    """P-07 looks at transplant and second transplant, not at donor lymphocytes."""
    rows = [
        item
        for item in consideration.rules
        if item.rule.startswith("HS") and item.strength is not None
    ]
    return max((item.strength for item in rows if item.strength is not None), default=Strength.NOT)


def _assessment(
    case: Case,
    options: tuple[Consideration, ...],
    cards: tuple[Notice, ...],
    rules: tuple[RuleResult, ...],
) -> Assessment:
    return Assessment(
        case.as_of,
        case.chart.patient.reference,
        case.policy.jurisdiction,
        _state(case, rules),
        options,
        cards,
        case.policy.changed(),
    )


def _state(case: Case, gate_rules: tuple[RuleResult, ...]) -> State:
    course = case.course
    bfm = cog = group = None
    young = (
        case.age_at_relapse is not None and case.age_at_relapse.at_least_years(26) is Tri.NOT_MET
    )
    if case.timing is not None and case.first_relapse is not None and young:
        bfm, cog = case.timing.bfm_class, case.timing.cog_class
        group = s_group(case.first_relapse, bfm)
    return State(
        DiseaseStatus.UNKNOWN if _not_known_as_free(case) else course.status,
        course.relapse_count,
        course.remission_ordinal,
        case.mrd.category,
        course.diagnosis.lineage.value,
        _LETTERS[case.genetics.ph],
        bfm,
        cog,
        group,
        describe(case),
        course.facts,
        (*gate_rules, *course.rules),
        (
            *course.caveats,
            *not_counted(case.chart, case.as_of, case.policy),
            *doubtful_sites.sentences(course, case.as_of, case.policy),
            *_incomplete(case),
        ),
        not case.chart.incomplete,
    )


def _not_known_as_free(case: Case) -> bool:
    """Whether no relapse was found, and not all was there to find one in: unknown is never no."""
    return case.course.status is DiseaseStatus.NOT_RR and notices.relapse_may_be_hidden(case)


def describe(case: Case) -> str:
    """The state in one phrase."""
    course = case.course
    if course.status is DiseaseStatus.ACTIVE_RR:
        return context.headline(case)
    if course.status is DiseaseStatus.CR:
        when = course.remission.when if course.remission is not None else None
        since = f" since {when}" if when is not None else ", date unknown"
        return f"Remission {course.remission_ordinal} (CR{course.remission_ordinal}){since}"
    if _not_known_as_free(case):
        return "No relapse in the part of the record that could be fetched"
    return {
        DiseaseStatus.POSSIBLE_RELAPSE: "Possible relapse, not confirmed",
        DiseaseStatus.UNKNOWN: "Disease state unknown",
    }.get(course.status, "Not relapsed or refractory")


def _incomplete(case: Case) -> tuple[str, ...]:
    sections = [section.value for section in case.chart.not_fetched()]
    if not sections:
        return ()
    return (
        (
            f"Could not be fetched, data incomplete: {', '.join(sections)}. Nothing is "
            "claimed absent from them; what is named as missing may be there."
        ),
    )

"""Conditions that the CAR-T products share (CA-rules)."""

from __future__ import annotations

from relapse.assessment import Criterion
from relapse.case import Case
from relapse.facts import TREATMENT_SECTIONS, Antigen, Section
from relapse.logic import Tri, any_of


def required(case: Case) -> tuple[Criterion, ...]:
    """What every product requires in active disease."""
    return (
        case.state_criterion(),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        case.no_isolated_sanctuary_criterion(),
    )


def refractory(case: Case) -> Criterion:
    found = case.course.refractory
    wanted = ("D-BM",) if found.course_completed is Tri.MET else ("D-PRIOR",)
    return Criterion(
        "refractory",
        found.state,
        found.facts,
        wanted,
        case.chart.lacking(
            "response to the last course not on record",
            Section.RESULTS,
            Section.CONDITIONS,
            *TREATMENT_SECTIONS,
        ),
    )


def second_relapse(case: Case) -> Criterion:
    state = Tri.of(case.course.relapse_count >= 2)
    if (
        state is Tri.NOT_MET
        and case.course.timeline.relapses
        and case.course.relapse_count_certain is Tri.UNKNOWN
    ):
        state = Tri.UNKNOWN
    return Criterion(
        "second or later relapse",
        state,
        case.course.facts,
        ("D-RELORD",),
        "earlier relapses not excluded",
    )


def either(text: str, *criteria: Criterion) -> Criterion:
    """One criterion from alternatives: when met it names those that are, while unknown it asks for
    what would settle any of them.
    """
    unknown = [c for c in criteria if c.state is Tri.UNKNOWN]
    met = [c.text for c in criteria if c.state is Tri.MET]
    return Criterion(
        " and ".join(met) or text,
        any_of(c.state for c in criteria),
        tuple(used for c in criteria if c.state is not Tri.NOT_MET for used in c.facts),
        tuple(dict.fromkeys(id for c in unknown for id in c.requests)),
        "; ".join(dict.fromkeys(c.note for c in unknown if c.note)),
    )


def after_transplant(case: Case) -> Criterion:
    state, facts = case.transplanted_before_relapse()
    return Criterion(
        "relapse after allogeneic transplant",
        state,
        facts,
        ("D-PRIOR",),
        case.chart.lacking("transplant not known", *TREATMENT_SECTIONS),
    )


def first_relapse_only(case: Case) -> Criterion:
    return Criterion("first relapse", Tri.of(case.course.relapse_count == 1), case.course.facts)

"""Tisagenlecleucel (CA-01 to CA-05, CA-13): its rows, of which the strongest decides."""

from __future__ import annotations

from relapse.assessment import Criterion, RuleResult, Strength
from relapse.case import Case
from relapse.evidence.mrd import LABEL_LEVEL
from relapse.facts import Antigen
from relapse.logic import Tri
from relapse.options.car_t_criteria import (
    after_transplant,
    either,
    first_relapse_only,
    refractory,
    required,
    second_relapse,
)
from relapse.options.combine import strongest
from relapse.options.common_criteria import remission_is_new
from relapse.rules import applied, decided, rule


def rows(case: Case) -> list[RuleResult]:
    """The rows of tisagenlecleucel that apply; the strongest decides."""
    young = _young(case)
    if young.state is Tri.NOT_MET:
        return [tisa_too_old(young)]
    if case.in_remission:
        return [
            tisa_later_remission(case, young)
            if case.remission_ordinal >= 3
            else tisa_in_remission(case)
        ]
    found = [tisa_label(case, young), tisa_after_transplant(case, young)]
    if strongest(found) > Strength.CAD:
        return found
    if case.policy.tisagenlecleucel_first_relapse:
        allowed = tisa_first_relapse_policy(case, young)
        # Where the response to reinduction is open, either answer allows at least this.
        if strongest([allowed]) > strongest(found):
            return [*found, allowed]
    return [*found, _tisa_first_relapse(case)]


def _young(case: Case) -> Criterion:
    years = case.policy.tisagenlecleucel_below_years
    return case.age_criterion(f"younger than {years} years", ~case.age.at_least_years(years))


@rule("CA-01", "Tisagenlecleucel: refractory, or second or later relapse", "S16")
def tisa_label(case: Case, young: Criterion) -> RuleResult:
    """Under 26 years, refractory or in second or later relapse."""
    line = either("refractory, or second or later relapse", refractory(case), second_relapse(case))
    return decided("CA-01", (*required(case), young, line), Strength.EVAL)


@rule("CA-02", "Tisagenlecleucel: first relapse after transplant", "S16", "S17")
def tisa_after_transplant(case: Case, young: Criterion) -> RuleResult:
    """Under 26 years, first relapse after an allogeneic transplant: EU label; outside the US
    wording.
    """
    criteria = (*required(case), young, first_relapse_only(case), after_transplant(case))
    if case.us:
        note = "Tisagenlecleucel: outside the US wording, within the EU wording and the trial."
        return decided("CA-02", criteria, Strength.CONS, note=note)
    return decided("CA-02", criteria, Strength.EVAL)


def _tisa_first_relapse(case: Case) -> RuleResult:
    found = case.course.refractory
    if found.state is Tri.UNKNOWN and found.course_completed is Tri.MET:
        return tisa_response_unknown(case)
    return tisa_line_of_therapy(case)


@rule("CA-03", "Tisagenlecleucel: first relapse, not refractory", "S16")
def tisa_line_of_therapy(case: Case) -> RuleResult:
    """First relapse, no transplant, not refractory: the label asks for a later line (POL-15)."""
    criteria = (
        first_relapse_only(case),
        Criterion("not refractory", ~case.course.refractory.state, case.course.refractory.facts),
    )
    return decided(
        "CA-03", criteria, Strength.NOT, note="line of therapy: first relapse, not refractory"
    )


@rule("CA-03b", "Tisagenlecleucel: response to reinduction unknown", "POL")
def tisa_response_unknown(case: Case) -> RuleResult:
    """A first relapse treated with a completed course whose result is not on record: waits for a
    marrow.
    """
    response = Criterion(
        "refractory",
        Tri.UNKNOWN,
        case.course.refractory.facts,
        ("D-BM",),
        "no marrow since the last completed course",
    )
    return decided("CA-03b", (*required(case), first_relapse_only(case), response), Strength.EVAL)


@rule("POL-15", "Tisagenlecleucel in first relapse by site policy", "POL", "S38")
def tisa_first_relapse_policy(case: Case, young: Criterion) -> RuleResult:
    """Off by default: outside the label in first relapse."""
    note = "Tisagenlecleucel in first relapse is outside the label (site policy POL-15)."
    return decided(
        "POL-15", (*required(case), young, first_relapse_only(case)), Strength.CONS, note=note
    )


@rule("CA-04", "Tisagenlecleucel: age", "S16", "S17")
def tisa_too_old(young: Criterion) -> RuleResult:
    """From the 26th birthday on."""
    return applied("CA-04", Tri.MET, young, strength=Strength.NOT, note="age above the label")


@rule("CA-05", "Tisagenlecleucel: MRD-positive third or later remission", "GK")
def tisa_later_remission(case: Case, young: Criterion) -> RuleResult:
    """CR3 or later with MRD from 0.1 % on: a second or later relapse, now in MRD-positive
    remission.
    """
    level = case.mrd.at_least(LABEL_LEVEL)
    long_standing = remission_is_new(case) is Tri.NOT_MET and level is Tri.UNKNOWN
    criteria = (
        Criterion(
            "third or later remission", Tri.of(case.remission_ordinal >= 3), case.course.facts
        ),
        Criterion(
            "MRD at least 0.1 %",
            Tri.NOT_MET if long_standing else level,
            case.mrd.facts,
            (case.mrd.request,),
            case.mrd.reason,
        ),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        young,
    )
    return decided(
        "CA-05",
        criteria,
        Strength.CONS,
        note="Second or later relapse, now in MRD-positive remission.",
    )


@rule("CA-13", "Tisagenlecleucel: in remission", "S16")
def tisa_in_remission(case: Case) -> RuleResult:
    """Any remission other than CA-05."""
    criterion = Criterion("in remission", Tri.MET, case.course.facts)
    return applied("CA-13", Tri.MET, criterion, strength=Strength.NOT, note="in remission")

"""Blinatumomab under the European label (BL-06 to BL-09)."""

from __future__ import annotations

from relapse.assessment import Criterion, RuleResult, Strength
from relapse.case import Case
from relapse.evidence import tki
from relapse.evidence.mrd import THRESHOLD
from relapse.facts import Antigen
from relapse.logic import Tri, all_of, any_of
from relapse.options.blinatumomab_criteria import (
    label_active,
    label_mrd,
    old_enough,
    ph_negative,
    recent,
)
from relapse.options.common_criteria import reinduced
from relapse.options.transplant_rows import possible_risks
from relapse.rules import decided, rule


@rule("BL-06", "Relapsed or refractory adult (EU)", "S06")
def eu_adult_active(case: Case) -> RuleResult:
    """As BL-01 in an adult; Ph-positive only after two failed TKI and with no alternative."""
    # That no alternative exists is a judgement which no record states: two failures leave the
    # answer open.
    exhausted = all_of((case.genetics.ph, tki.failed_at_least(case.course, 2), Tri.UNKNOWN))
    criterion = Criterion(
        "Ph negative, or at least two TKI failed and no alternative",
        any_of((~case.genetics.ph, exhausted)),
        (*case.genetics.ph_facts, *tki.facts(case.course)),
        ("D-PH",) if case.genetics.ph is Tri.UNKNOWN else ("D-PRIOR",),
        "that no alternative exists must be confirmed" if case.genetics.ph is Tri.MET else "",
    )
    adult = case.age_criterion("18 years or older", case.age.at_least_years(18))
    criteria = (*label_active(case), adult, criterion)
    return decided("BL-06", criteria, Strength.EVAL)


@rule("BL-07", "MRD-positive remission of an adult (EU)", "S06")
def eu_adult_mrd(case: Case) -> RuleResult:
    """BL-02 in an adult with Ph-negative disease."""
    adult = case.age_criterion("18 years or older", case.age.at_least_years(18))
    return decided("BL-07", (*label_mrd(case), adult, ph_negative(case)), Strength.EVAL)


@rule("BL-08", "Relapsed or refractory child (EU)", "S06", "S07")
def eu_child_active(case: Case) -> RuleResult:
    """Ph-negative and refractory, or two prior therapies, or relapse after an allogeneic
    transplant.
    """
    after_transplant, facts = case.transplanted_before_relapse()
    state = any_of((case.course.refractory.state, two_prior_therapies(case), after_transplant))
    criterion = Criterion(
        "refractory, two prior therapies, or relapse after allogeneic transplant",
        state,
        (*case.course.refractory.facts, *facts),
        ("D-PRIOR",),
    )
    return decided("BL-08", (*label_active(case), ph_negative(case), criterion), Strength.EVAL)


def two_prior_therapies(case: Case) -> Tri:
    """Two lines given: the front line and one for each earlier relapse that was treated (encoding
    10.3).
    """
    if case.course.relapse_count >= 2:
        return Tri.MET
    return reinduced(case)


@rule("BL-09", "Consolidation in high-risk first relapse of a child (EU)", "S06")
def consolidation_eu(case: Case) -> RuleResult | None:
    """CR2 after a first relapse of high BFM risk: whatever the MRD, stronger from 1e-4 on
    (POL-04).
    """
    if not case.policy.consolidation and case.mrd.at_least(THRESHOLD) is not Tri.MET:
        return None
    if case.age.at_least_years(18) is not Tri.NOT_MET:
        return None
    risks = (
        {bfm for bfm, _ in possible_risks(case)}
        if case.first_relapse is not None
        else {Tri.NOT_MET}
    )
    high = next(iter(risks)) if len(risks) == 1 else Tri.UNKNOWN
    criteria = (
        Criterion(
            "second remission after a first relapse",
            Tri.of(case.remission_ordinal == 2 and case.course.relapse_count == 1),
            case.course.facts,
        ),
        Criterion("high risk by BFM", high, (), ("D-DXDATE", "D-EOT")),
        ph_negative(case),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        old_enough(case),
        recent(case),
    )
    strong = case.mrd.at_least(THRESHOLD) is Tri.MET
    return decided(
        "BL-09",
        criteria,
        Strength.EVAL if strong else Strength.CONS,
        note="EU label: consolidation in high-risk first relapse.",
    )

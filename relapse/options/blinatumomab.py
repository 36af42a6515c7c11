"""Blinatumomab (BL-rules): CD19 × CD3 bispecific antibody."""

from __future__ import annotations

from decimal import Decimal

from relapse.assessment import (
    Consideration,
    Criterion,
    Effect,
    MrdCategory,
    Option,
    PrecautionRaised,
    RuleResult,
    Strength,
)
from relapse.case import Case
from relapse.evidence import blinatumomab_response
from relapse.facts import Antigen
from relapse.logic import Tri
from relapse.options import antigen_rules, common_precautions, common_requests
from relapse.options.blinatumomab_criteria import (
    label_active,
    label_mrd,
    old_enough,
    ph_negative,
    recent,
)
from relapse.options.blinatumomab_eu import (
    consolidation_eu,
    eu_adult_active,
    eu_adult_mrd,
    eu_child_active,
)
from relapse.options.combine import considered, not_suggested
from relapse.options.common_criteria import remission_is_new
from relapse.precautions import raised
from relapse.rules import applied, decided, rule

OPTION = Option.BLINATUMOMAB


def consider(case: Case) -> Consideration:
    """Blinatumomab for this patient today."""
    excluded = antigen_rules.cd19_negative(case)
    if excluded is not None:
        return not_suggested(OPTION, "CD19 negative", (excluded,))
    if case.active:
        return _in_active_disease(case)
    return _in_remission(case)


def _in_active_disease(case: Case) -> Consideration:
    sanctuary = isolated_sanctuary(case)
    if sanctuary.state is Tri.MET:
        return not_suggested(OPTION, "isolated CNS or testicular relapse", (sanctuary,))
    if case.us:
        rules = [us_active(case)]
    elif case.age.at_least_years(18) is Tri.NOT_MET:
        rules = [eu_child_active(case)]
    else:
        rules = [eu_adult_active(case)]
    caps = [non_response(case), isolated_other(case)]
    result = considered(
        OPTION,
        [*rules, *antigen_rules.antigen_trace(case, Antigen.CD19)],
        caps=caps,
        precautions=precautions(case),
        requests=[*common_requests.history_request(case), *common_requests.pregnancy_request(case)],
    )
    if result.strength is Strength.NOT and common_precautions.only_age_fails(rules[0]):
        limit = case.policy.blinatumomab_from_months
        reason = common_precautions.reason_with_age_limit(case, "age below the label", limit)
        return not_suggested(OPTION, reason, result.rules)
    return result


def _in_remission(case: Case) -> Consideration:
    if case.remission_ordinal > 2:
        rules = [by_mrd_later_remission(case)]
    else:
        rules = [by_mrd(case) if case.us else eu_adult_mrd(case)]
    consolidation = consolidation_us(case) if case.us else consolidation_eu(case)
    if consolidation is not None:
        rules.append(consolidation)
    if case.remission_ordinal == 1 and case.mrd.category is MrdCategory.UNK:
        return not_suggested(
            OPTION, "first remission without a valid MRD", (first_remission(case),), silent=True
        )
    new = remission_is_new(case)
    if new is Tri.NOT_MET and case.mrd.category is MrdCategory.UNK:
        return not_suggested(OPTION, "long-standing remission", (applied("G-09"),), silent=True)
    below = below_threshold(case, consolidation)
    if below is not None:
        return not_suggested(OPTION, below.note, (*rules, below), silent=new is Tri.NOT_MET)
    return considered(
        OPTION,
        [*rules, *antigen_rules.antigen_trace(case, Antigen.CD19), *antigen_rules.mrd_trace(case)],
        caps=[non_response(case)],
        precautions=precautions(case),
        requests=[*common_requests.history_request(case), *common_requests.pregnancy_request(case)],
    )


# --- Rules ---------------------------------------------------------------------------------------


@rule("BL-01", "Relapsed or refractory CD19-positive B-cell precursor ALL (US)", "S02")
def us_active(case: Case) -> RuleResult:
    """Active disease, B precursor, CD19 positive, one month or older, marrow involved or a site
    that is no sanctuary.
    """
    return decided("BL-01", label_active(case), Strength.EVAL)


@rule("BL-02", "MRD-positive first or second remission", "S02", "S03")
def by_mrd(case: Case) -> RuleResult:
    """CR1 or CR2 with MRD from the label threshold (POL-03) on, B precursor, CD19 positive, one
    month or older.
    """
    return decided("BL-02", label_mrd(case), Strength.EVAL)


@rule("BL-03", "MRD-positive third or later remission", "S03")
def by_mrd_later_remission(case: Case) -> RuleResult:
    """As BL-02 in CR3 or later: outside the wording of the label."""
    criteria = (
        Criterion(
            "third or later remission", Tri.of(case.remission_ordinal > 2), case.course.facts
        ),
        *label_mrd(case)[1:],
    )
    if not case.us:
        criteria += (ph_negative(case),)
    return decided(
        "BL-03",
        criteria,
        Strength.CONS,
        note="Outside the label wording, which names first and second remission.",
    )


@rule("BL-04", "MRD below the label threshold", "S03")
def below_threshold(case: Case, consolidation: RuleResult | None) -> RuleResult | None:
    """Any remission with MRD below the threshold, unless consolidation applies or may apply."""
    if case.mrd.at_least(case.policy.blinatumomab_mrd) is not Tri.NOT_MET:
        return None
    if consolidation is not None and consolidation.state is not Tri.NOT_MET:
        return None
    criterion = Criterion("MRD below the threshold", Tri.MET, case.mrd.facts)
    return applied("BL-04", Tri.MET, criterion, note="MRD below the label threshold")


@rule("BL-05", "First remission without a valid MRD", "POL")
def first_remission(case: Case) -> RuleResult:
    """Front-line scope: silent. Contradictory MRD results raise a conflict card of their own."""
    return applied(
        "BL-05", Tri.MET, Criterion("MRD unknown in first remission", Tri.MET, note=case.mrd.reason)
    )


@rule("BL-10", "Isolated CNS or testicular relapse", "TEXT", "POL")
def isolated_sanctuary(case: Case) -> RuleResult:
    """Local and systemic treatment first: not suggested, unless the site's policy allows it
    (POL-14).
    """
    involved = case.course.involvement
    state = Tri.NOT_MET if case.policy.sanctuary_immunotherapy else involved.isolated_sanctuary
    return applied(
        "BL-10", state, Criterion("isolated CNS or testicular relapse", state, involved.facts)
    )


@rule("BL-11", "Earlier non-response to blinatumomab, or relapse on it", "S37")
def non_response(case: Case) -> RuleResult:
    """Documented, or the first marrow around the end of a course from 5 % on, or relapse within 30
    days of it: cap.
    """
    facts = blinatumomab_response.no_response(case.course)
    facts += blinatumomab_response.relapse_during(case.course, case.policy.relapse_on_blinatumomab)
    state = Tri.of(bool(facts))
    return applied(
        "BL-11",
        state,
        Criterion("non-response to, or relapse on, blinatumomab", state, facts),
        note="Earlier non-response to blinatumomab or relapse on it.",
    )


@rule("BL-12", "Isolated extramedullary relapse elsewhere", "GK")
def isolated_other(case: Case) -> RuleResult:
    """An isolated site outside CNS and testes: cap (P-24)."""
    involved = case.course.involvement
    return applied(
        "BL-12",
        involved.isolated_other,
        Criterion("isolated extramedullary relapse", involved.isolated_other, involved.facts),
    )


@rule("BL-13", "Consolidation in second remission (US)", "S63", "S64", "GK")
def consolidation_us(case: Case) -> RuleResult | None:
    """CR2 after a first relapse of the marrow, Ph negative, CD19 positive, no transplant since, CR2
    no older than POL-33.
    """
    if not case.policy.consolidation:
        return None
    start = case.course.relapse_date
    transplanted, transplants = case.transplants_since(start)
    involved = case.course.involvement
    criteria = (
        Criterion(
            "second remission after a first relapse",
            Tri.of(case.remission_ordinal == 2 and case.course.relapse_count == 1),
            case.course.facts,
        ),
        Criterion(
            "the relapse involved the marrow",
            involved.marrow,
            involved.facts,
            ("D-BM",),
            "site of the relapse not known",
        ),
        Criterion("no allogeneic transplant since", ~transplanted, transplants, ("D-PRIOR",)),
        recent(case),
        case.precursor_criterion(),
        ph_negative(case),
        case.antigen_criterion(Antigen.CD19),
        old_enough(case),
    )
    note = "Label: consolidation phase of multiphase chemotherapy, Ph-negative, whatever the MRD."
    return decided("BL-13", criteria, Strength.CONS, note=note)


# --- Precautions ---------------------------------------------------------------------------------


def precautions(case: Case) -> list[PrecautionRaised]:
    """What speaks for caution with blinatumomab (P-rules)."""
    liver = common_precautions.liver_above(case, Decimal(3), Decimal(5))
    leuko = common_precautions.leukoencephalopathy_history(case)
    neonate = bool(case.age.facts) and case.age.at_least_months(1) is not Tri.MET
    found = [
        raised("P-01", Effect.NOTE, sources=("S01",)),
        raised("P-09", Effect.WARN, facts=liver, detail=common_precautions.values(liver))
        if liver
        else None,
        common_precautions.neurological(case),
        common_precautions.cns_leukaemia(case, Effect.CAP, Effect.WARN),
        common_precautions.infection(case, Effect.WARN),
        common_precautions.gvhd(case, Effect.NOTE),
        common_precautions.burden(case),
        antigen_rules.antigen_precaution(case.cd19),
        common_precautions.pregnancy(case),
        raised("P-24", Effect.CAP)
        if case.active and case.course.involvement.isolated_other is Tri.MET
        else None,
        common_precautions.age_limit_close(
            case, case.policy.blinatumomab_from_months, "one month of age"
        ),
        raised("P-27", Effect.NOTE, facts=case.age.facts) if neonate else None,
        raised("P-31", Effect.NOTE, facts=leuko) if leuko else None,
    ]
    return [item for item in found if item is not None]

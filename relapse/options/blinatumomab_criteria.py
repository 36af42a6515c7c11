"""Conditions that the blinatumomab rules share."""

from __future__ import annotations

from decimal import Decimal

from relapse.assessment import Criterion
from relapse.case import Case
from relapse.course.wording import decimal_text
from relapse.facts import Antigen
from relapse.logic import Tri
from relapse.options.common_criteria import remission_is_new


def old_enough(case: Case) -> Criterion:
    months = case.policy.blinatumomab_from_months
    unit = "one month" if months == 1 else f"{months} months"
    return case.age_criterion(f"{unit} or older", case.age.at_least_months(months))


def mrd_from(case: Case, limit: Decimal) -> Criterion:
    return Criterion(
        f"MRD at least {decimal_text(limit * 100)} %",
        case.mrd.at_least(limit),
        case.mrd.facts,
        (case.mrd.request,),
        case.mrd.reason,
    )


def ph_negative(case: Case) -> Criterion:
    return Criterion(
        "BCR::ABL1 negative",
        ~case.genetics.ph,
        case.genetics.ph_facts,
        ("D-PH",),
        "not tested adequately",
    )


def recent(case: Case) -> Criterion:
    days = case.policy.consolidation_window
    return Criterion(
        f"remission reached in the last {days} days",
        remission_is_new(case),
        case.course.facts,
        ("D-CRDATE",),
    )


def label_active(case: Case) -> tuple[Criterion, ...]:
    """What the label asks of active disease, in the US and the EU (BL-01, BL-06, BL-08)."""
    return (
        case.state_criterion(),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        old_enough(case),
        case.site_criterion(),
    )


def label_mrd(case: Case) -> tuple[Criterion, ...]:
    """What the label asks of a remission with residual disease (BL-02, BL-07)."""
    return (
        Criterion(
            "first or second remission",
            Tri.of(case.remission_ordinal in (1, 2)),
            case.course.facts,
        ),
        mrd_from(case, case.policy.blinatumomab_mrd),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        old_enough(case),
    )

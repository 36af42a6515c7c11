"""Donor lymphocytes after an allogeneic transplant (DLI-rules): a line on the transplant card."""

from __future__ import annotations

from relapse.assessment import Criterion, MrdCategory, RuleResult, Strength
from relapse.case import Case
from relapse.evidence import safety
from relapse.facts import Section
from relapse.logic import Tri
from relapse.rules import applied, rule


def consider(case: Case) -> RuleResult:
    """The first row that applies; asked only after an allogeneic transplant."""
    gvhd = safety.gvhd_for_lymphocytes(case.chart, case.as_of)
    if gvhd.state is Tri.MET:
        return active_gvhd(Criterion("active GVHD", Tri.MET, gvhd.facts))
    if case.active:
        return high_burden(case)
    if case.mrd.category is MrdCategory.UNK:
        return burden_unknown(case)
    if case.mrd.category is not MrdCategory.POS:
        return no_low_burden_disease(case)
    mrd = Criterion("MRD positive in remission", Tri.MET, case.mrd.facts)
    if gvhd.state is Tri.UNKNOWN:
        return gvhd_unknown(case, mrd)
    return low_burden(mrd, Criterion("no active GVHD", Tri.MET, gvhd.facts))


@rule("DLI-01", "Donor lymphocytes need a graft and low burden", "TEXT")
def no_low_burden_disease(case: Case) -> RuleResult:
    """Without an allogeneic graft, or without residual disease, there is nothing to suggest:
    silent.
    """
    return applied(
        "DLI-01",
        Tri.NOT_MET,
        Criterion(
            "MRD positive", case.mrd.at_least(case.policy.transplant_mrd_cons), case.mrd.facts
        ),
        strength=Strength.NOT,
    )


@rule("DLI-02", "Donor lymphocytes at low burden", "TEXT", "S41")
def low_burden(mrd: Criterion, gvhd: Criterion) -> RuleResult:
    """Remission with positive MRD after an allogeneic transplant, no active GVHD."""
    note = "Donor lymphocytes may be considered: residual disease after transplant, no active GVHD."
    return applied("DLI-02", Tri.MET, mrd, gvhd, strength=Strength.CONS, note=note)


def burden_unknown(case: Case) -> RuleResult:
    """DLI-02 without a valid MRD: asks for it, and raises no card of its own, as every patient
    after a transplant would get it.
    """
    mrd = Criterion(
        "MRD positive in remission",
        Tri.UNKNOWN,
        case.mrd.facts,
        (case.mrd.request,),
        case.mrd.reason,
    )
    return applied("DLI-02", Tri.UNKNOWN, mrd, strength=Strength.NOT)


@rule("DLI-03", "Donor lymphocytes with active GVHD", "GK")
def active_gvhd(gvhd: Criterion) -> RuleResult:
    """Never with active GVHD."""
    return applied("DLI-03", Tri.MET, gvhd, strength=Strength.NOT, note="active GVHD")


@rule("DLI-04", "Donor lymphocytes with high burden", "TEXT", "S41")
def high_burden(case: Case) -> RuleResult:
    """Active disease: only after cytoreduction."""
    return applied(
        "DLI-04",
        Tri.MET,
        case.state_criterion(),
        strength=Strength.NOT,
        note="burden too high, only after cytoreduction",
    )


@rule("DLI-05", "Donor lymphocytes, GVHD unknown", "POL")
def gvhd_unknown(case: Case, mrd: Criterion) -> RuleResult:
    """As DLI-02 with GVHD status unknown: waits for it."""
    why = case.chart.lacking("not on record", Section.CONDITIONS)
    gvhd = Criterion("no active GVHD", Tri.UNKNOWN, (), ("D-GVHD",), why)
    note = "Donor lymphocytes may be considered once GVHD status is known."
    return applied("DLI-05", Tri.UNKNOWN, mrd, gvhd, strength=Strength.CAD, note=note)

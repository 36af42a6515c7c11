"""A second allogeneic transplant (HS2-rules)."""

from __future__ import annotations

from relapse.assessment import Criterion, Effect, PrecautionRaised, RuleResult, Strength
from relapse.case import Case
from relapse.logic import Tri
from relapse.precautions import raised
from relapse.rules import applied, rule


def consider(case: Case) -> RuleResult:
    """The first row that applies after an allogeneic transplant."""
    if case.active:
        return until_remission(case)
    since, _ = case.transplants_since(case.course.episode_start)
    before, _ = case.transplanted_before_relapse()
    if since is Tri.MET or (since is Tri.UNKNOWN and before is Tri.NOT_MET):
        return already_transplanted(case)
    early = case.relapsed_early_after_graft()
    if early is Tri.UNKNOWN:
        return date_unknown(case)
    return after_early_relapse(case) if early is Tri.MET else after_late_relapse(case)


def _history(case: Case) -> Criterion:
    _, facts = case.ever_transplanted()
    return Criterion("prior allogeneic transplant", Tri.MET, facts)


@rule("HS2-05", "Already transplanted in this remission", "POL")
def already_transplanted(case: Case) -> RuleResult:
    """The transplant followed the latest relapse (in CR1: the diagnosis): silent."""
    return applied(
        "HS2-05",
        Tri.MET,
        _history(case),
        strength=Strength.NOT,
        note="already transplanted in this remission",
    )


@rule("HS2-01", "Second transplant, relapse at least 180 days after the first", "S40")
def after_late_relapse(case: Case) -> RuleResult:
    """In remission now after a relapse that followed the transplant by 180 days or more."""
    note = (
        "Second transplant: better results where the relapse came 180 days or more after the first."
    )
    return applied("HS2-01", Tri.MET, _history(case), strength=Strength.CONS, note=note)


@rule("HS2-02", "Second transplant, early relapse after the first", "S40")
def after_early_relapse(case: Case) -> RuleResult:
    """In remission now after a relapse less than 180 days after the transplant."""
    note = "Second transplant: the relapse came less than 180 days after the first."
    return applied("HS2-02", Tri.MET, _history(case), strength=Strength.CONS, note=note)


@rule("HS2-03", "Second transplant with active disease", "S40")
def until_remission(case: Case) -> RuleResult:
    """Not before remission."""
    return applied(
        "HS2-03",
        Tri.MET,
        _history(case),
        strength=Strength.NOT,
        note="second transplant: not until remission",
    )


@rule("HS2-04", "Second transplant, date of the first unknown", "S40")
def date_unknown(case: Case) -> RuleResult:
    """As HS2-01; a date that is missing or too vague to tell early from late is asked for."""
    unknown = Criterion(
        "date of the first transplant",
        Tri.UNKNOWN,
        (),
        ("D-PRIOR",),
        "date of the transplant not known, or too vague",
    )
    return applied(
        "HS2-04",
        Tri.MET,
        _history(case),
        unknown,
        strength=Strength.CONS,
        note="Second transplant.",
    )


def early_relapse(case: Case) -> PrecautionRaised | None:
    """P-32 on a second transplant."""
    if case.relapsed_early_after_graft() is not Tri.MET:
        return None
    return raised("P-32", Effect.NOTE, facts=case.course.facts)

"""Precautions that several therapies share (P-10 to P-14, P-20, P-25, P-31)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from relapse.assessment import Effect, FactUsed, PrecautionRaised, RuleResult
from relapse.case import Case
from relapse.evidence import disease_burden, safety
from relapse.facts import Agent, Analyte, Complication, ProcedureKind, Sex
from relapse.logic import Tri
from relapse.precautions import raised


def cns_leukaemia(case: Case, *effects: Effect) -> PrecautionRaised | None:
    """P-11: active CNS leukaemia of the present episode."""
    if not case.active or case.course.involvement.cns is not Tri.MET:
        return None
    facts = tuple(
        f.used for f in case.course.findings if f.leukaemia is Tri.MET and f.site.value == "CNS"
    )
    return raised("P-11", *effects, facts=facts)


def infection(case: Case, *effects: Effect) -> PrecautionRaised | None:
    """P-12: active infection or inflammatory disorder."""
    kinds = (Complication.INFECTION, Complication.INFLAMMATORY)
    found = safety.complication(case.chart, kinds, case.as_of)
    return None if found.state is not Tri.MET else raised("P-12", *effects, facts=found.facts)


def gvhd(case: Case, *effects: Effect) -> PrecautionRaised | None:
    """P-13: active acute GVHD from grade II on, or chronic GVHD."""
    found = safety.active_gvhd(case.chart, case.as_of)
    return None if found.state is not Tri.MET else raised("P-13", *effects, facts=found.facts)


def neurological(case: Case) -> PrecautionRaised | None:
    """P-10: seizure, encephalopathy, stroke or other CNS disorder, now or earlier; not leukaemia
    itself.
    """
    found = safety.complication(case.chart, (Complication.NEUROLOGICAL,), case.as_of, ever=True)
    return None if found.state is not Tri.MET else raised("P-10", Effect.WARN, facts=found.facts)


def burden(case: Case) -> PrecautionRaised | None:
    """P-14: marrow from 50 % or blood blasts from 15 ×10⁹/L, only since the present state began."""
    marrow = disease_burden.newest_marrow_at_least(case.course, case.policy.high_burden_marrow)
    blood = disease_burden.blood_blasts(case.chart, case.course)
    facts: tuple[FactUsed, ...] = ()
    if marrow.state is Tri.MET:
        facts += marrow.facts
    if blood.at_least(case.policy.high_burden_blood) is Tri.MET:
        facts += blood.facts
    return raised("P-14", Effect.WARN, facts=facts) if facts else None


def pregnancy(case: Case) -> PrecautionRaised | None:
    """P-20 as a warning: pregnancy recorded or tested positive."""
    if case.chart.patient.sex is Sex.MALE:
        return None
    found = safety.pregnant(case.chart, case.as_of, case.policy)
    return None if found.state is not Tri.MET else raised("P-20", Effect.WARN, facts=found.facts)


def age_limit_close(case: Case, months: int, what: str) -> PrecautionRaised | None:
    """P-25: an age limit is reached within 90 days after the evaluation."""
    day = case.age.reaches_within(months, 90)
    if day is None:
        return None
    return raised("P-25", Effect.NOTE, detail=f"{what} on {day.isoformat()}")


def reason_with_age_limit(case: Case, reason: str, months: int) -> str:
    """P-25 for an option that is out only because of that limit: the date joins the reason."""
    day = case.age.reaches_within(months, 90)
    return reason if day is None else f"{reason}; limit reached on {day.isoformat()} (P-25)"


def only_age_fails(rule_result: RuleResult) -> bool:
    """Whether an age limit is the one condition that a rule lacks."""
    failing = [c for c in rule_result.criteria if c.state is Tri.NOT_MET]
    return len(failing) == 1 and "or older" in failing[0].text


def leukoencephalopathy_history(case: Case) -> tuple[FactUsed, ...]:
    """P-31: earlier cranial irradiation, high-dose methotrexate or intrathecal cytarabine.

    Intrathecal therapy whose drugs are not recorded raises nothing.
    """
    history = case.course.history
    facts = [
        FactUsed.of(item, item.text or item.kind.value)
        for item in history.done(ProcedureKind.CRANIAL_IRRADIATION)
    ]
    facts += [
        FactUsed.of(item, item.text)
        for item in history.done(ProcedureKind.INTRATHECAL)
        if any(word in item.text.lower() for word in ("cytarabine", "triple"))
    ]
    for use in history.uses_of((Agent.METHOTREXATE, Agent.CYTARABINE)):
        if use.agent is Agent.CYTARABINE and use.intrathecal:
            facts.append(FactUsed.of(use, f"{use.name}, intrathecal"))
        elif use.agent is Agent.METHOTREXATE and "high" in f"{use.name} {use.text}".lower():
            facts.append(FactUsed.of(use, use.text or use.name))
    return tuple(facts)


def values(facts: Iterable[FactUsed]) -> str:
    """Results in words, for the detail of the precaution that they raise."""
    return ", ".join(used.text for used in facts)


def liver_above(
    case: Case, bilirubin: Decimal, transaminase: Decimal, *, both: bool = False
) -> tuple[FactUsed, ...]:
    """The liver values over their limits; with ``both``, only where bilirubin and a transaminase
    are.
    """
    over_bilirubin = safety.lab_above(case.chart, Analyte.BILIRUBIN, bilirubin, case.as_of)
    over = [
        safety.lab_above(case.chart, analyte, transaminase, case.as_of)
        for analyte in (Analyte.AST, Analyte.ALT)
    ]
    transaminases = [answer for answer in over if answer.state is Tri.MET]
    if both and not (transaminases and over_bilirubin.state is Tri.MET):
        return ()
    answers = [*transaminases]
    if over_bilirubin.state is Tri.MET:
        answers.append(over_bilirubin)
    return tuple(used for answer in answers for used in answer.facts)

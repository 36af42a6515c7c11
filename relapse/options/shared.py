"""Precautions and exclusions that several therapies share."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from relapse.assessment import (
    Criterion,
    DataRequest,
    Effect,
    FactUsed,
    PrecautionRaised,
    RuleResult,
)
from relapse.case import Case
from relapse.evidence import disease_burden, safety
from relapse.evidence.antigens import AntigenStatus
from relapse.facts import (
    NOT_FETCHED,
    Agent,
    Analyte,
    Antigen,
    Complication,
    ProcedureKind,
    Section,
    Sex,
)
from relapse.logic import Tri
from relapse.precautions import raised
from relapse.requests import request
from relapse.rules import applied, rule


@rule("AG-01", "CD19 negative", "S02", "S18", "S20")
def cd19_negative(case: Case) -> RuleResult | None:
    """A valid negative CD19 excludes therapy directed at CD19."""
    return _antigen_negative("AG-01", case.cd19)


@rule("AG-02", "CD22 negative", "S08")
def cd22_negative(case: Case) -> RuleResult | None:
    """A valid negative CD22 excludes therapy directed at CD22."""
    return _antigen_negative("AG-02", case.cd22)


def _antigen_negative(id: str, found: AntigenStatus) -> RuleResult | None:
    if found.positive is not Tri.NOT_MET:
        return None
    criterion = Criterion(f"{found.antigen.value} negative", Tri.MET, found.facts)
    return applied(id, Tri.MET, criterion)


@rule("AG-04", "Antigen partial or unknown", "S02", "S08")
def antigen_unknown(found: AntigenStatus) -> RuleResult | None:
    """Partial, missing, stale or contradictory: the option waits for a new result."""
    if found.positive is not Tri.UNKNOWN:
        return None
    criterion = Criterion(
        f"{found.antigen.value} known", Tri.UNKNOWN, found.facts, note=found.reason
    )
    return applied("AG-04", Tri.MET, criterion)


@rule("AG-05", "Relapse after CD19-directed therapy, CD19 unknown", "S61", "S37")
def relapse_after_cd19_therapy(case: Case) -> RuleResult | None:
    """Antigen loss is common: the option waits for CD19 on a specimen after that therapy."""
    if (
        case.cd19.positive is not Tri.UNKNOWN
        or case.cd19.prior_therapy is not Tri.MET
        or not case.active
    ):
        return None
    return applied(
        "AG-05", Tri.MET, Criterion("after CD19-directed therapy", Tri.MET, case.cd19.therapy_facts)
    )


def antigen_trace(case: Case, antigen: Antigen) -> list[RuleResult]:
    """The antigen rules that apply, for the trace of an option."""
    found = case.cd19 if antigen is Antigen.CD19 else case.cd22
    rules = [antigen_unknown(found)]
    if antigen is Antigen.CD19:
        rules.append(relapse_after_cd19_therapy(case))
    return [*(item for item in rules if item is not None), *_flaws(found)]


_FLAWS = (
    ("pre-date", "STALE-01"),
    ("stale", "STALE-02"),
    ("later than the last", "STALE-03"),
    ("contradictory", "CONF-02"),
)
"""Which rule made the newest result unusable, by the words of its reason."""


def _flaws(found: AntigenStatus) -> list[RuleResult]:
    return [
        applied(id, Tri.MET, Criterion(found.reason, Tri.MET, found.facts))
        for words, id in _FLAWS
        if words in found.reason
    ]


def mrd_trace(case: Case) -> list[RuleResult]:
    """The freshness rule, where it made the newest MRD result unusable."""
    if not case.mrd.outdated:
        return []
    return [applied("STALE-05", Tri.MET, Criterion(case.mrd.reason, Tri.MET, case.mrd.facts))]


def antigen_precaution(found: AntigenStatus) -> PrecautionRaised | None:
    """P-16 and P-17: prior directed therapy, a partial result, or an earlier negative that no
    longer counts.

    Prior therapy together with an unknown, partial or formerly negative antigen is a warning.
    """
    id = "P-16" if found.antigen is Antigen.CD19 else "P-17"
    treated = found.prior_therapy is not Tri.NOT_MET and bool(found.therapy_facts)
    lost = found.earlier_negative
    if not treated and not found.heterogeneous and lost is None:
        return None
    facts = [*found.therapy_facts, *(() if lost is None else (lost,))]
    facts += found.facts if found.heterogeneous else ()
    unsettled = found.positive is Tri.UNKNOWN
    effects = (Effect.WARN,) if treated and unsettled else (Effect.NOTE,)
    detail = f"earlier negative on {lost.when}" if lost is not None else ""
    return raised(id, *effects, facts=tuple(facts), detail=detail)


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


def history_request(case: Case) -> list[DataRequest]:
    """E-26: earlier treatment, where a part of the record that may hold it could not be had."""
    if case.course.history.complete:
        return []
    return [request("D-PRIOR", NOT_FETCHED, gating=False)]


def pregnancy_request(case: Case) -> list[DataRequest]:
    """P-20 as a question: a woman of 12 to 55 years without a current answer."""
    if case.chart.patient.sex is not Sex.FEMALE:
        return []
    too_young = case.age.at_least_years(12) is Tri.NOT_MET
    if too_young or case.age.at_least_years(56) is Tri.MET:
        return []
    if safety.pregnant(case.chart, case.as_of, case.policy).state is not Tri.UNKNOWN:
        return []
    why = case.chart.lacking("no current test or status", Section.RESULTS, Section.CONDITIONS)
    return [request("D-PREG", why)]


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


def lab_requests(case: Case) -> list[DataRequest]:
    """D-LFT: no comparable liver test of the last 14 days."""
    days = safety.FRESH_LABS_DAYS
    missing = [
        analyte.value
        for analyte in (Analyte.BILIRUBIN, Analyte.AST, Analyte.ALT)
        if safety.newest_lab(case.chart, analyte, case.as_of, days) is None
    ]
    if not missing:
        return []
    why = case.chart.lacking("not found or not comparable", Section.RESULTS)
    return [request("D-LFT", f"{why}: {', '.join(missing)}")]


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

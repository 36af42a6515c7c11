"""Inotuzumab ozogamicin (IN-rules): CD22 antibody-drug conjugate."""

from __future__ import annotations

from relapse.assessment import (
    Consideration,
    Criterion,
    DataRequest,
    FactUsed,
    Option,
    RuleResult,
    Strength,
)
from relapse.case import Case
from relapse.evidence import safety, tki
from relapse.facts import Agent, Analyte, Antigen, Section
from relapse.logic import Tri, all_of, any_of
from relapse.options import antigen_rules, common_precautions, common_requests
from relapse.options.combine import considered, not_suggested
from relapse.options.inotuzumab_cycles import cycles
from relapse.options.inotuzumab_precautions import minimum_years, precautions
from relapse.requests import request
from relapse.rules import applied, decided, rule

OPTION = Option.INOTUZUMAB
CYCLES_WITHOUT_REMISSION = 3


def consider(case: Case, transplant: Strength) -> Consideration:
    """Inotuzumab for this patient today; ``transplant`` is the strength of the transplant option
    (P-07).
    """
    excluded = antigen_rules.cd22_negative(case)
    if excluded is not None:
        return not_suggested(OPTION, "CD22 negative", (excluded,))
    if case.in_remission:
        return not_suggested(
            OPTION,
            "in remission: the label names relapsed or refractory disease",
            (in_remission(case),),
        )
    sanctuary = isolated_sanctuary(case)
    if sanctuary.state is Tri.MET:
        return not_suggested(OPTION, "isolated CNS or testicular relapse", (sanctuary,))
    failed = no_remission_after_three_cycles(case)
    if failed.state is Tri.MET:
        return not_suggested(OPTION, "no remission after three cycles of inotuzumab", (failed,))
    rules = [us_active(case) if case.us else eu_active(case)]
    trace = antigen_rules.antigen_trace(case, Antigen.CD22)
    if case.cd19.positive is Tri.NOT_MET and case.cd22.positive is Tri.UNKNOWN:
        trace.append(after_cd19_loss(case))
    result = considered(
        OPTION,
        [*rules, *trace],
        caps=[prior_inotuzumab(case), isolated_other(case)],
        precautions=precautions(case, transplant),
        requests=[
            *common_requests.history_request(case),
            *common_requests.lab_requests(case),
            *_requests(case),
            *common_requests.pregnancy_request(case),
        ],
    )
    if result.strength is Strength.NOT and common_precautions.only_age_fails(rules[0]):
        limit = minimum_years(case) * 12
        return not_suggested(
            OPTION,
            common_precautions.reason_with_age_limit(case, "age below the label", limit),
            result.rules,
        )
    return result


def _label(case: Case) -> tuple[Criterion, ...]:
    years = minimum_years(case)
    return (
        case.state_criterion(),
        case.site_criterion(),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD22),
        case.age_criterion(
            f"{years} year{'s' if years != 1 else ''} or older", case.age.at_least_years(years)
        ),
    )


@rule("IN-01", "Relapsed or refractory CD22-positive B-cell precursor ALL (US)", "S08")
def us_active(case: Case) -> RuleResult:
    """Active disease, marrow or another site that is no sanctuary, B precursor, CD22 positive, one
    year or older.
    """
    return decided("IN-01", _label(case), Strength.EVAL)


@rule("IN-02", "Relapsed or refractory adult (EU)", "S13")
def eu_active(case: Case) -> RuleResult:
    """As IN-01 in an adult; Ph-positive after at least one failed TKI."""
    failed = all_of((case.genetics.ph, tki.failed_at_least(case.course, 1)))
    criterion = Criterion(
        "Ph negative, or at least one TKI failed",
        any_of((~case.genetics.ph, failed)),
        (*case.genetics.ph_facts, *tki.facts(case.course)),
        ("D-PH",) if case.genetics.ph is Tri.UNKNOWN else ("D-PRIOR",),
    )
    return decided("IN-02", (*_label(case), criterion), Strength.EVAL)


@rule("IN-03", "In remission", "S08")
def in_remission(case: Case) -> RuleResult:
    """Any remission, whatever the MRD: the label names relapsed or refractory disease only."""
    return applied("IN-03", Tri.MET, Criterion("in remission", Tri.MET, case.course.facts))


@rule("IN-04", "No remission after three cycles", "S11a")
def no_remission_after_three_cycles(case: Case) -> RuleResult:
    """Three or more cycles given, and no remission since the first of them."""
    given = cycles(case)
    if len(given) < CYCLES_WITHOUT_REMISSION:
        state = Tri.NOT_MET
    else:
        since = [
            r
            for r in case.course.timeline.remissions
            if r.when is not None and r.when.latest >= given[0].earliest
        ]
        state = Tri.of(not since)
    facts = tuple(FactUsed(f"inotuzumab cycle {n}", day, "") for n, day in enumerate(given, 1))
    return applied("IN-04", state, Criterion("no remission after three cycles", state, facts))


@rule("IN-05", "Earlier inotuzumab", "GK")
def prior_inotuzumab(case: Case) -> RuleResult:
    """Other earlier inotuzumab: cap, and CD22 must be shown again."""
    state = case.course.history.received(Agent.INOTUZUMAB)
    given = bool(case.cd22.therapy_facts) and state is not Tri.NOT_MET
    answer = Tri.of(given)
    return applied(
        "IN-05",
        answer,
        Criterion("earlier inotuzumab", answer, case.cd22.therapy_facts),
        note="Earlier inotuzumab.",
    )


@rule("IN-06", "Isolated CNS or testicular relapse", "POL")
def isolated_sanctuary(case: Case) -> RuleResult:
    """Not suggested, unless the site's policy allows it (POL-14)."""
    involved = case.course.involvement
    state = Tri.NOT_MET if case.policy.sanctuary_immunotherapy else involved.isolated_sanctuary
    return applied(
        "IN-06", state, Criterion("isolated CNS or testicular relapse", state, involved.facts)
    )


@rule("IN-07", "Isolated extramedullary relapse elsewhere", "GK")
def isolated_other(case: Case) -> RuleResult:
    """An isolated site outside CNS and testes: cap."""
    involved = case.course.involvement
    return applied(
        "IN-07",
        involved.isolated_other,
        Criterion("isolated extramedullary relapse", involved.isolated_other, involved.facts),
    )


@rule("AG-03", "CD19 lost, CD22 unknown", "S08")
def after_cd19_loss(case: Case) -> RuleResult:
    """With CD19 gone, CD22 decides what is left: inotuzumab waits for its result."""
    return applied("AG-03", Tri.MET, Criterion("CD19 negative", Tri.MET, case.cd19.facts))


def _requests(case: Case) -> list[DataRequest]:
    """Non-gating questions: the donor of a transplant, QTcF, white cells."""
    wanted = []
    transplanted, transplants = case.ever_transplanted()
    if transplants and transplanted is Tri.UNKNOWN:
        wanted.append(request("D-PRIOR", "donor of the transplant not on record", gating=False))
    if safety.newest_lab(case.chart, Analyte.QTCF, case.as_of, safety.FRESH_SCREEN_DAYS) is None:
        wanted.append(
            request("D-QTC", case.chart.lacking("not found or older than 90 days", Section.RESULTS))
        )
    if (
        safety.newest_lab(case.chart, Analyte.LEUKOCYTES, case.as_of, safety.FRESH_LABS_DAYS)
        is None
    ):
        wanted.append(
            request("D-CBC", case.chart.lacking("not found or older than 14 days", Section.RESULTS))
        )
    return wanted

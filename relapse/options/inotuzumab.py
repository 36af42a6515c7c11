"""Inotuzumab ozogamicin (IN-rules): CD22 antibody-drug conjugate."""

from __future__ import annotations

from decimal import Decimal

from relapse.assessment import (
    Consideration,
    Criterion,
    DataRequest,
    Effect,
    FactUsed,
    Option,
    PrecautionRaised,
    RuleResult,
    Strength,
)
from relapse.case import Case
from relapse.course.treatment import COURSE_GAP_DAYS
from relapse.dates import DateRange, add_days
from relapse.evidence import disease_burden, safety, tki
from relapse.facts import Agent, Analyte, Antigen, Complication, Given, Section
from relapse.logic import Tri, all_of, any_of
from relapse.options import shared
from relapse.options.combine import considered, not_suggested
from relapse.precautions import raised
from relapse.requests import request
from relapse.rules import applied, decided, rule

_CYCLE_DAYS = 28
_DOSING_DAYS = 21
"""The shortest cycle: a dose that comes later in a plan begins the next one."""
OPTION = Option.INOTUZUMAB
CYCLES_WITHOUT_REMISSION = 3


def consider(case: Case, transplant: Strength) -> Consideration:
    """Inotuzumab for this patient today; ``transplant`` is the strength of the transplant option
    (P-07).
    """
    excluded = shared.cd22_negative(case)
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
    trace = shared.antigen_trace(case, Antigen.CD22)
    if case.cd19.positive is Tri.NOT_MET and case.cd22.positive is Tri.UNKNOWN:
        trace.append(after_cd19_loss(case))
    result = considered(
        OPTION,
        [*rules, *trace],
        caps=[prior_inotuzumab(case), isolated_other(case)],
        precautions=precautions(case, transplant),
        requests=[
            *shared.history_request(case),
            *shared.lab_requests(case),
            *_requests(case),
            *shared.pregnancy_request(case),
        ],
    )
    if result.strength is Strength.NOT and shared.only_age_fails(rules[0]):
        limit = _minimum_years(case) * 12
        return not_suggested(
            OPTION, shared.reason_with_age_limit(case, "age below the label", limit), result.rules
        )
    return result


# --- Rules ---------------------------------------------------------------------------------------


def _minimum_years(case: Case) -> int:
    return case.policy.inotuzumab_from_years_us if case.us else case.policy.inotuzumab_from_years_eu


def _label(case: Case) -> tuple[Criterion, ...]:
    years = _minimum_years(case)
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


def cycles(case: Case) -> list[DateRange]:
    """First days of the inotuzumab cycles: one plan each, or doses at least 14 days apart (encoding
    10.5). Doses of one plan within three weeks, of days 1, 8 and 15, are one cycle.
    """
    history = case.course.history
    plans = [
        (course.start, course.end)
        for course in history.courses_with(Agent.INOTUZUMAB)
        if course.from_plan and course.start is not None
    ]
    # A plan that goes on for longer, or has no end, tells of more than one cycle.
    single = [
        (start, end)
        for start, end in plans
        if end is not None and end.latest < add_days(start.latest, _CYCLE_DAYS)
    ]
    found = [start for start, _ in single]
    last: DateRange | None = None
    for dose in sorted(_doses(case), key=lambda when: when.earliest):
        planned = any(_inside(dose, plan) for plan in single) or any(
            _inside(dose, plan) and _inside(first, plan) and _same_cycle(first, dose)
            for plan in plans
            for first in found
        )
        is_apart = last is None or dose.earliest >= add_days(last.latest, COURSE_GAP_DAYS)
        if is_apart and not planned:
            found.append(dose)
        last = dose
    return max(
        [start for start, _ in plans], sorted(found, key=lambda when: when.earliest), key=len
    )


def _inside(day: DateRange, plan: tuple[DateRange, DateRange | None]) -> bool:
    start, end = plan
    return start.earliest <= day.latest and (end is None or day.earliest <= end.latest)


def _same_cycle(first: DateRange, dose: DateRange) -> bool:
    return first.earliest <= dose.latest and dose.earliest < add_days(first.latest, _DOSING_DAYS)


def _doses(case: Case) -> list[DateRange]:
    """The days of doses that were, or may have been, given."""
    return [
        use.when
        for use in case.course.history.uses_of((Agent.INOTUZUMAB,))
        if use.when is not None and use.given is not Given.ORDERED
    ]


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


# --- Precautions and requests --------------------------------------------------------------------


def precautions(case: Case, transplant: Strength) -> list[PrecautionRaised]:
    """What speaks for caution with inotuzumab (P-rules)."""
    transplanted, transplants = case.ever_transplanted()
    vod = safety.complication(case.chart, (Complication.VOD,), case.as_of, ever=True)
    liver = safety.complication(case.chart, (Complication.LIVER_DISEASE,), case.as_of)
    severe = (Effect.CAP, Effect.WARN) if case.us else (Effect.BLOCK, Effect.WARN)
    blood = disease_burden.blood_blasts(case.chart, case.course)
    over_65 = case.age.at_least_years(66) is Tri.MET
    found = [
        raised("P-02", Effect.NOTE),
        raised("P-03", Effect.WARN, facts=transplants) if transplanted is Tri.MET else None,
        raised("P-04", *severe, facts=vod.facts) if vod.state is Tri.MET else None,
        raised("P-05", *severe, facts=liver.facts) if liver.state is Tri.MET else None,
        liver_tests(case),
        before_transplant(case, transplant),
        qt(case),
        shared.cns_leukaemia(case, Effect.NOTE),
        shared.infection(case, Effect.WARN),
        raised("P-15", Effect.WARN, facts=blood.facts)
        if blood.above(Decimal(10)) is Tri.MET
        else None,
        shared.antigen_precaution(case.cd22),
        raised("P-19", Effect.NOTE, facts=case.age.facts) if over_65 else None,
        shared.pregnancy(case),
        raised("P-24", Effect.CAP) if case.course.involvement.isolated_other is Tri.MET else None,
        shared.age_limit_close(case, _minimum_years(case) * 12, "label age"),
    ]
    return [item for item in found if item is not None]


@rule("P-06", "Liver tests over the threshold for withholding", "S12", "POL")
def liver_tests(case: Case) -> PrecautionRaised | None:
    """Bilirubin above 1.5 × ULN or a transaminase above 2.5 × ULN; Gilbert or haemolysis exempts
    the bilirubin.

    Either value is enough (POL-08): the safer reading of a label text that says "and".
    """
    exempt = safety.complication(case.chart, (Complication.GILBERT_OR_HAEMOLYSIS,), case.as_of)
    bilirubin_limit = Decimal("Infinity") if exempt.state is Tri.MET else Decimal("1.5")
    both = case.policy.liver_flag == "both"
    facts = shared.liver_above(case, bilirubin_limit, Decimal("2.5"), both=both)
    if not facts:
        return None
    return raised("P-06", Effect.WARN, facts=facts, detail=shared.values(facts))


@rule("P-07", "Inotuzumab before transplant", "S11b")
def before_transplant(case: Case, transplant: Strength) -> PrecautionRaised | None:
    """Transplant is suggested or planned: two cycles; a warning where as many were given already
    (POL-25).
    """
    if transplant is Strength.NOT and not safety.transplant_planned(case.chart):
        return None
    given = len(cycles(case))
    many = given >= case.policy.inotuzumab_cycles_before_transplant
    detail = f"{given} cycles on record" if given else ""
    return raised("P-07", Effect.WARN if many else Effect.NOTE, detail=detail)


@rule("P-08", "QT prolongation", "S08", "GK")
def qt(case: Case) -> PrecautionRaised | None:
    """QTcF above POL-18, or a drug of POL-37 still running."""
    measured = safety.lab_above(
        case.chart, Analyte.QTCF, case.policy.qtcf_flag_ms, case.as_of, safety.FRESH_SCREEN_DAYS
    )
    facts = measured.facts if measured.state is Tri.MET else ()
    facts += qt_drugs_running(case)
    return raised("P-08", Effect.WARN, facts=facts) if facts else None


def qt_drugs_running(case: Case) -> tuple[FactUsed, ...]:
    """Uses of a QT-prolonging drug that have not ended on the day of evaluation."""
    names = {name.lower() for name in case.policy.qt_drugs}
    running = [
        use
        for use in case.course.history.drugs
        if use.running or (use.until is not None and use.until.latest >= case.as_of)
    ]
    return tuple(
        FactUsed.of(use, f"{use.name} running")
        for use in running
        if use.agent.value in names or use.name.lower() in names
    )


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

"""Caution with inotuzumab (P-02 to P-08, P-15, P-19, P-24)."""

from __future__ import annotations

from decimal import Decimal

from relapse.assessment import Effect, FactUsed, PrecautionRaised, Strength
from relapse.case import Case
from relapse.evidence import disease_burden, safety
from relapse.facts import Analyte, Complication
from relapse.logic import Tri
from relapse.options import antigen_rules, common_precautions
from relapse.options.inotuzumab_cycles import cycles
from relapse.precautions import raised
from relapse.rules import rule


def minimum_years(case: Case) -> int:
    """The age in years from which the label of the jurisdiction holds (POL-26)."""
    return case.policy.inotuzumab_from_years_us if case.us else case.policy.inotuzumab_from_years_eu


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
        common_precautions.cns_leukaemia(case, Effect.NOTE),
        common_precautions.infection(case, Effect.WARN),
        raised("P-15", Effect.WARN, facts=blood.facts)
        if blood.above(Decimal(10)) is Tri.MET
        else None,
        antigen_rules.antigen_precaution(case.cd22),
        raised("P-19", Effect.NOTE, facts=case.age.facts) if over_65 else None,
        common_precautions.pregnancy(case),
        raised("P-24", Effect.CAP) if case.course.involvement.isolated_other is Tri.MET else None,
        common_precautions.age_limit_close(case, minimum_years(case) * 12, "label age"),
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
    facts = common_precautions.liver_above(case, bilirubin_limit, Decimal("2.5"), both=both)
    if not facts:
        return None
    return raised("P-06", Effect.WARN, facts=facts, detail=common_precautions.values(facts))


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

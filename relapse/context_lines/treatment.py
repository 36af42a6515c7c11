"""Treatment that belongs beside the options (CX-01, 02, 04 to 09)."""

from __future__ import annotations

from relapse.assessment import ContextLine as Line
from relapse.assessment import (
    DataRequest,
    Effect,
    FactUsed,
    PrecautionRaised,
)
from relapse.case import Case
from relapse.context_lines.line import line
from relapse.course.extramedullary import SiteFinding
from relapse.course.timing import remission_at_least, remission_at_most
from relapse.dates import DateRange
from relapse.evidence import safety, tki
from relapse.facts import Agent, Analyte, Complication, Lineage, ProcedureKind, Section, Sex
from relapse.logic import Tri
from relapse.options.inotuzumab_precautions import qt_drugs_running
from relapse.precautions import raised
from relapse.requests import request
from relapse.rules import rule


@rule("CX-01", "Trial, reinduction, supportive care", "TEXT")
def backbone(case: Case) -> list[Line]:
    """Always: trial first, reinduction by the length of the first remission, supportive care
    (E-21).
    """
    reinduction = "Reinduction chemotherapy is the main treatment."
    remissions = case.course.timeline.remissions
    facts: tuple[FactUsed, ...] = ()
    if case.course.refractory.state is Tri.MET:
        reinduction += " Refractory: other drugs or higher intensity are usual."
    elif case.course.relapse_count == 1 and remissions:
        when, relapsed = remissions[0].when, case.course.relapse_date
        short = remission_at_most(when, relapsed, case.policy.adult_short_remission_months)
        long = remission_at_least(when, relapsed, case.policy.adult_long_remission_months)
        if Tri.MET in (short, long):
            facts = (*remissions[0].facts, *case.course.timeline.relapses[-1].facts)
        if short is Tri.MET:
            reinduction += " Short first remission: other or more intensive drugs are usual."
        elif long is Tri.MET:
            reinduction += " Long first remission: the drugs that worked at first may work again."
    text = (
        f"A clinical trial is preferred where one is open. {reinduction} "
        "Supportive care in every phase."
    )
    return [line("CX-01", text, facts)]


@rule("CX-02", "Ph-positive: TKI review", "TEXT", "S42", "S43", "S44", "S45")
def tki_review(case: Case) -> list[Line]:
    """Agents given, resistance, T315I; ponatinib and nilotinib where they matter."""
    if case.genetics.ph is not Tri.MET:
        return []
    given = tki.facts(case.course)
    parts = ["Ph-positive: review of the tyrosine kinase inhibitor."]
    if given:
        parts.append("On record: " + "; ".join(used.text for used in given) + ".")
    else:
        unknown = case.chart.lacking("", Section.MEDICATIONS, Section.PLANS)
        parts.append(f"TKI so far: {unknown}." if unknown else "No TKI recorded.")
    requests: tuple[DataRequest, ...] = ()
    precautions: list[PrecautionRaised] = []
    if case.genetics.t315i is Tri.MET:
        parts.append(
            "T315I: resistance to imatinib, dasatinib and nilotinib; ponatinib is labelled for it."
        )
        history = safety.complication(
            case.chart,
            (Complication.THROMBOSIS, Complication.HEART_FAILURE, Complication.LIVER_DISEASE),
            case.as_of,
            ever=True,
        )
        if history.state is Tri.MET:
            precautions.append(raised("P-29", Effect.WARN, facts=history.facts))
    elif case.genetics.t315i is Tri.UNKNOWN:
        requests = (
            request(
                "D-KD",
                "the newest result is not clear"
                if case.genetics.t315i_facts
                else case.chart.lacking(
                    "not examined on this relapse or after the last TKI failure", Section.RESULTS
                ),
            ),
        )
    if tki.given(case.course, Agent.NILOTINIB):
        parts.append("Nilotinib has no ALL label.")
    qt = qt_drugs_running(case)
    if qt:
        precautions.append(raised("P-08", Effect.NOTE, facts=qt))
    pregnant = case.chart.patient.sex is not Sex.MALE and safety.pregnant(
        case.chart, case.as_of, case.policy
    )
    if pregnant and pregnant.state is Tri.MET:
        precautions.append(raised("P-20", Effect.WARN, facts=pregnant.facts))
    facts = (*case.genetics.ph_facts, *given, *case.genetics.t315i_facts)
    return [line("CX-02", " ".join(parts), facts, requests, tuple(precautions))]


@rule("CX-04", "T lineage: nelarabine", "S46")
def nelarabine(case: Case) -> list[Line]:
    """Within label after two regimens; else the label needs two."""
    if case.course.diagnosis.lineage is not Lineage.T:
        return []
    regimens = _regimens(case)
    if regimens is None:
        text = "Nelarabine: the label needs two prior regimens; prior regimens are not known."
        requests: tuple[DataRequest, ...] = (
            request("D-PRIOR", "number of prior regimens not known", gating=False),
        )
    elif regimens >= 2:
        text, requests = f"Nelarabine: within label ({regimens} prior regimens).", ()
    else:
        text, requests = "Nelarabine: the label needs two prior regimens.", ()
    history = case.course.history
    kinds = (ProcedureKind.INTRATHECAL, ProcedureKind.CRANIAL_IRRADIATION)
    facts = tuple(
        FactUsed.of(item, item.text or kind.value) for kind in kinds for item in history.done(kind)
    )
    facts += tuple(
        FactUsed.of(use, f"{use.name}, intrathecal") for use in history.drugs if use.intrathecal
    )
    precautions = (raised("P-30", Effect.WARN, facts=facts),) if facts else ()
    return [line("CX-04", text, (), requests, precautions)]


def _regimens(case: Case) -> int | None:
    """Lines given so far: the front line and one for each relapse treated (encoding 10.3); ``None``
    if unknown.
    """
    history = case.course.history
    if not history.known:
        return None
    relapses = [
        relapse.when for relapse in case.course.timeline.relapses if relapse.when is not None
    ]
    bounds: list[DateRange | None] = [None, *relapses]
    lines = 0
    for number, start in enumerate(bounds):
        end = bounds[number + 1] if number + 1 < len(bounds) else None
        lines += any(
            (start is None or course.begun_before(start) is Tri.NOT_MET)
            and (end is None or course.begun_before(end) is not Tri.NOT_MET)
            for course in history.courses
        )
    return lines


@rule("CX-05", "CNS", "TEXT")
def cns(case: Case) -> list[Line]:
    """CNS-directed therapy where the CNS is involved; a puncture where that is not known."""
    found = case.course.involvement.cns
    if found is Tri.MET:
        text = (
            "CNS leukaemia: intrathecal and CNS-penetrating systemic therapy; "
            "irradiation in selected patients."
        )
        return [line("CX-05", text, _at(case, "CNS"))]
    if found is Tri.UNKNOWN:
        why = (
            "findings not conclusive"
            if case.course.involvement.cns_examined
            else case.chart.lacking("not examined at this relapse", Section.RESULTS)
        )
        return [line("CX-05", "CNS status unknown.", _at(case, "CNS"), (request("D-CNS", why),))]
    return []


@rule("CX-06", "Testes", "TEXT")
def testes(case: Case) -> list[Line]:
    """Testicular radiotherapy where involved; an examination where that is not known."""
    if case.chart.patient.sex is not Sex.MALE and case.course.involvement.testis is not Tri.MET:
        return []
    found = case.course.involvement.testis
    if found is Tri.MET:
        text = (
            "Testicular relapse: chemotherapy with testicular radiotherapy (or "
            "orchiectomy in some groups)."
        )
        return [line("CX-06", text, _at(case, "testis"))]
    if found is Tri.UNKNOWN:
        why = (
            "finding not proven"
            if case.course.involvement.testis_examined
            else case.chart.lacking("not examined at this relapse", Section.RESULTS)
        )
        return [
            line(
                "CX-06",
                "Testicular status unknown.",
                _at(case, "testis"),
                (request("D-TEST", why),),
            )
        ]
    return []


def _at(case: Case, site: str) -> tuple[FactUsed, ...]:
    start = case.course.episode_start
    findings: list[SiteFinding] = [
        item
        for item in case.course.findings
        if item.site.value == site
        and item.when is not None
        and (start is None or item.when.latest >= start.shifted(days=-14).earliest)
    ]
    return tuple(item.used for item in findings)


@rule("CX-07", "Symptomatic bone or CNS spread", "TEXT")
def palliative(case: Case) -> list[Line]:
    """Palliative radiotherapy for symptoms."""
    found = safety.complication(case.chart, (Complication.SYMPTOMATIC_SPREAD,), case.as_of)
    if found.state is not Tri.MET:
        return []
    return [
        line("CX-07", "Symptomatic spread: palliative radiotherapy can relieve it.", found.facts)
    ]


@rule("CX-08", "KMT2A: revumenib", "S47")
def revumenib(case: Case) -> list[Line]:
    """KMT2A rearranged, one year or older, US: a context note."""
    if (
        case.genetics.kmt2a is not Tri.MET
        or not case.us
        or case.age.at_least_years(1) is not Tri.MET
    ):
        return []
    text = (
        "KMT2A rearranged: revumenib has a US label for relapsed or refractory "
        "acute leukaemia (2024-11-15)."
    )
    return [line("CX-08", text, case.genetics.kmt2a_facts)]


@rule("CX-09", "High white cells", "TEXT", "GK")
def high_white_cells(case: Case) -> list[Line]:
    """White cells from POL-19 on: leukapheresis and tumour lysis."""
    newest = safety.newest_lab(case.chart, Analyte.LEUKOCYTES, case.as_of, safety.FRESH_LABS_DAYS)
    if newest is None or newest.value is None:
        return []
    if newest.value.at_least(case.policy.leukapheresis_wbc) is not Tri.MET:
        return []
    found = safety.lab_above(
        case.chart, Analyte.LEUKOCYTES, case.policy.leukapheresis_wbc, case.as_of
    )
    return [
        line(
            "CX-09",
            "Very high white cells: leukapheresis and tumour lysis prevention come into view.",
            found.facts,
        )
    ]

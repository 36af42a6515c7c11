"""The context card of active disease (CX-rules): what belongs beside the options."""

from __future__ import annotations

from relapse.assessment import ContextLine as Line
from relapse.assessment import (
    Criterion,
    DataRequest,
    Effect,
    FactUsed,
    Notice,
    NoticeKind,
    PrecautionRaised,
    RuleResult,
)
from relapse.case import Case
from relapse.course.extramedullary import SiteFinding
from relapse.course.timing import remission_at_most, s_group
from relapse.dates import DateRange
from relapse.evidence import safety, tki
from relapse.facts import Agent, Analyte, Complication, Lineage, ProcedureKind, Sex
from relapse.logic import Tri
from relapse.options.inotuzumab import qt_drugs_running
from relapse.options.transplant_rows import possible_risks
from relapse.precautions import raised
from relapse.requests import merged, request
from relapse.rules import RULES, applied, rule


def card(case: Case) -> Notice:
    """Exactly one context card in active disease, with the lines that apply."""
    lines = [line for make in _LINES for line in make(case)]
    requests: list[DataRequest] = [item for line in lines for item in line.requests]
    rules: list[RuleResult] = [
        *case.course.rules,
        *(applied(line.rule, Tri.MET, Criterion(line.text, Tri.MET, line.facts)) for line in lines),
    ]
    summary = f"{headline(case)}: context for review"
    return Notice(NoticeKind.CONTEXT, summary, tuple(lines), merged(requests), tuple(rules))


def headline(case: Case) -> str:
    """The disease in a few words: "First relapse 2026-06-08, isolated marrow"."""
    if not case.course.timeline.relapses:
        return "Primary refractory ALL"
    names = {1: "First", 2: "Second", 3: "Third"}
    number = names.get(case.course.relapse_count, f"Relapse number {case.course.relapse_count}:")
    when = case.course.relapse_date
    word = "relapse" if case.course.relapse_count in names else ""
    date = f" {when}" if when is not None else ", date unknown"
    kind = "T-ALL" if case.course.diagnosis.lineage is Lineage.T else "B-ALL"
    return f"{number} {word}".strip() + f" of {kind}{date}, {case.course.involvement.text()}"


def _line(
    id: str,
    text: str,
    facts: tuple[FactUsed, ...] = (),
    requests: tuple[DataRequest, ...] = (),
    precautions: tuple[PrecautionRaised, ...] = (),
) -> Line:
    return Line(id, text, facts, requests, precautions, RULES[id].sources)


@rule("CX-01", "Trial, reinduction, supportive care", "TEXT")
def backbone(case: Case) -> list[Line]:
    """Always: trial first, reinduction by the length of the first remission, supportive care
    (E-21).
    """
    reinduction = "Reinduction chemotherapy is the main treatment."
    remissions = case.course.timeline.remissions
    if case.course.refractory.state is Tri.MET:
        reinduction += " Refractory: other drugs or higher intensity are usual."
    elif case.course.relapse_count == 1 and remissions:
        when, relapsed = remissions[0].when, case.course.relapse_date
        short = remission_at_most(when, relapsed, case.policy.adult_short_remission_months)
        not_long = remission_at_most(when, relapsed, case.policy.adult_long_remission_months)
        if short is Tri.MET:
            reinduction += " Short first remission: other or more intensive drugs are usual."
        elif not_long is Tri.NOT_MET:
            reinduction += " Long first remission: the drugs that worked at first may work again."
    text = (
        f"A clinical trial is preferred where one is open. {reinduction} "
        "Supportive care in every phase."
    )
    return [_line("CX-01", text)]


@rule("CX-02", "Ph-positive: TKI review", "TEXT", "S42", "S43", "S44", "S45")
def tki_review(case: Case) -> list[Line]:
    """Agents given, resistance, T315I; ponatinib and nilotinib where they matter."""
    if case.genetics.ph is not Tri.MET:
        return []
    given = tki.facts(case.course)
    parts = ["Ph-positive: review of the tyrosine kinase inhibitor."]
    parts.append(
        "On record: " + "; ".join(used.text for used in given) + "."
        if given
        else "No TKI recorded."
    )
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
        requests = (request("D-KD", "not examined on this relapse or after the last TKI failure"),)
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
    return [_line("CX-02", " ".join(parts), facts, requests, tuple(precautions))]


@rule("CX-03", "Ph status unknown", "TEXT")
def ph_unknown(case: Case) -> list[Line]:
    """B lineage without an adequate BCR::ABL1 test."""
    if case.genetics.ph is not Tri.UNKNOWN or case.course.diagnosis.lineage is not Lineage.B:
        return []
    asked = request("D-PH", "no adequate test on record", gating=False)
    return [_line("CX-03", "Ph status unknown.", (), (asked,))]


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
    return [_line("CX-04", text, (), requests, precautions)]


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
        return [_line("CX-05", text, _at(case, "CNS"))]
    if found is Tri.UNKNOWN:
        why = (
            "findings not conclusive"
            if case.course.involvement.cns_examined
            else "not examined at this relapse"
        )
        return [_line("CX-05", "CNS status unknown.", _at(case, "CNS"), (request("D-CNS", why),))]
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
        return [_line("CX-06", text, _at(case, "testis"))]
    if found is Tri.UNKNOWN:
        why = (
            "finding not proven"
            if case.course.involvement.testis_examined
            else "not examined at this relapse"
        )
        return [
            _line(
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
        _line("CX-07", "Symptomatic spread: palliative radiotherapy can relieve it.", found.facts)
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
    return [_line("CX-08", text, case.genetics.kmt2a_facts)]


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
        _line(
            "CX-09",
            "Very high white cells: leukapheresis and tumour lysis prevention come into view.",
            found.facts,
        )
    ]


@rule("CX-10", "Relapse genetics", "TEXT")
def relapse_genetics(case: Case) -> list[Line]:
    """No genetics on the relapse specimen."""
    if case.genetics.examined_at_relapse:
        return []
    return [
        _line(
            "CX-10",
            "Genetics of this relapse not found.",
            (),
            (request("D-GEN", "no result at this relapse"),),
        )
    ]


@rule("CX-11", "Expert centre", "TEXT")
def expert_centre(case: Case) -> list[Line]:
    """Always: the opinion of a centre with experience."""
    return [
        _line(
            "CX-11",
            "Opinion of an expert centre is advised; not every option is available everywhere.",
        )
    ]


@rule("CX-12", "Missing work-up", "TEXT")
def work_up(case: Case) -> list[Line]:
    """Items of the relapse work-up that are missing (E-31)."""
    missing = []
    since = case.course.episode_start
    recent = [
        m
        for m in case.course.marrows
        if since is None or m.when.latest >= since.shifted(days=-14).earliest
    ]
    if not recent:
        missing.append("marrow")
    if (
        safety.newest_lab(case.chart, Analyte.LEUKOCYTES, case.as_of, safety.FRESH_LABS_DAYS)
        is None
    ):
        missing.append("blood count")
    if case.course.involvement.cns is Tri.UNKNOWN:
        missing.append("lumbar puncture")
    if case.chart.patient.sex is Sex.MALE and case.course.involvement.testis is Tri.UNKNOWN:
        missing.append("testicular examination")
    if not case.genetics.examined_at_relapse:
        missing.append("genetics")
    if not missing:
        return []
    requests = (request("D-BM", "no marrow at this relapse", gating=False),) if not recent else ()
    return [_line("CX-12", f"Work-up not found: {', '.join(missing)}.", (), requests)]


@rule("CX-13", "Prognostic factors", "S24", "S26", "S27", "S28")
def prognosis(case: Case) -> list[Line]:
    """Timing and risk by scheme, as facts; never a probability for the individual (CARD-07)."""
    first, timing = case.first_relapse, case.timing
    at_relapse = case.age_at_relapse
    if (
        first is None
        or timing is None
        or at_relapse is None
        or at_relapse.at_least_years(26) is not Tri.NOT_MET
    ):
        return _poor_genetics(case)
    parts = []
    if timing.bfm_class is not None:
        group = s_group(first, timing.bfm_class)
        parts.append(f"BFM {timing.bfm_class}" + (f", {group}" if group else ""))
    if timing.cog_class is not None:
        parts.append(f"COG {timing.cog_class}")
    if not parts:
        return _poor_genetics(case)
    text = f"Timing of the first relapse: {'; '.join(parts)}."
    risks = possible_risks(case)
    if len(risks) == 1 and len({state for pair in risks for state in pair}) == 2:
        text += " The schemes disagree on its risk."
    return [_line("CX-13", text, case.course.facts), *_poor_genetics(case)]


def _poor_genetics(case: Case) -> list[Line]:
    facts = case.genetics.poor_risk
    if not facts:
        return []
    return [
        _line(
            "CX-13", "Genetics of poor risk: " + "; ".join(used.text for used in facts) + ".", facts
        )
    ]


_LINES = (
    backbone,
    tki_review,
    ph_unknown,
    nelarabine,
    cns,
    testes,
    palliative,
    revumenib,
    high_white_cells,
    relapse_genetics,
    expert_centre,
    work_up,
    prognosis,
)

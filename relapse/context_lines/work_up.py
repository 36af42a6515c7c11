"""Missing work-up, expert opinion and prognosis (CX-03, 10 to 13)."""

from __future__ import annotations

from relapse.assessment import ContextLine as Line
from relapse.case import Case
from relapse.context_lines.line import line
from relapse.course.sites import WORK_UP_DAYS
from relapse.course.timing import s_group
from relapse.dates import DateRange
from relapse.evidence import safety
from relapse.facts import Analyte, Detection, Lineage, Material, MrdResult, Section, Sex
from relapse.logic import Tri
from relapse.options.transplant_rows import possible_risks
from relapse.requests import request
from relapse.rules import rule


@rule("CX-03", "Ph status unknown", "TEXT")
def ph_unknown(case: Case) -> list[Line]:
    """B lineage without an adequate BCR::ABL1 test."""
    if case.genetics.ph is not Tri.UNKNOWN or case.course.diagnosis.lineage is not Lineage.B:
        return []
    asked = request(
        "D-PH", case.chart.lacking("no adequate test on record", Section.RESULTS), gating=False
    )
    return [line("CX-03", "Ph status unknown.", (), (asked,))]


@rule("CX-10", "Relapse genetics", "TEXT")
def relapse_genetics(case: Case) -> list[Line]:
    """No genetics on the relapse specimen."""
    if case.genetics.examined_at_relapse:
        return []
    return [
        line(
            "CX-10",
            f"Genetics of this relapse {case.chart.lacking('not found', Section.RESULTS)}.",
            (),
            (request("D-GEN", case.chart.lacking("no result at this relapse", Section.RESULTS)),),
        )
    ]


@rule("CX-11", "Expert centre", "TEXT")
def expert_centre(case: Case) -> list[Line]:
    """Always: the opinion of a centre with experience."""
    return [
        line(
            "CX-11",
            "Opinion of an expert centre is advised; not every option is available everywhere.",
        )
    ]


@rule("CX-12", "Missing work-up", "TEXT")
def work_up(case: Case) -> list[Line]:
    """Items of the relapse work-up that are missing (E-31)."""
    missing = []
    recent = [marrow for marrow in case.course.marrows if _of_this_episode(marrow.when, case)]
    hidden = _marrow_may_hide_disease(case)
    if not recent:
        missing.append("marrow")
    if hidden:
        missing.append("marrow MRD")
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
    requests = []
    if not recent:
        why = case.chart.lacking("no marrow at this relapse", Section.RESULTS)
        requests.append(request("D-BM", why, gating=False))
    if hidden:
        why = case.chart.lacking("not measured at this relapse", Section.RESULTS)
        reason = f"{why}; leukaemia outside the marrow alone often hides residual disease in it"
        requests.append(request("D-MRD", reason, gating=False))
    found = case.chart.lacking("not found", Section.RESULTS)
    return [line("CX-12", f"Work-up {found}: {', '.join(missing)}.", (), tuple(requests))]


def _marrow_may_hide_disease(case: Case) -> bool:
    """E-16: an isolated extramedullary relapse is only apparent until MRD of the marrow is known
    (S32).
    """
    return case.course.involvement.isolated_extramedullary is Tri.MET and not any(
        result.final
        and result.detection is not Detection.UNREADABLE
        and result.material is not Material.BLOOD
        and _of_this_episode(result.when, case)
        for result in case.chart.of(MrdResult)
    )


def _of_this_episode(when: DateRange | None, case: Case) -> bool:
    """Perhaps taken for the work-up of this relapse, or later."""
    since = case.course.episode_start
    if since is None:
        return True
    return when is not None and when.latest >= since.shifted(days=-WORK_UP_DAYS).earliest


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
    return [line("CX-13", text, first.facts), *_poor_genetics(case)]


def _poor_genetics(case: Case) -> list[Line]:
    facts = case.genetics.poor_risk
    if not facts:
        return []
    return [
        line(
            "CX-13", "Genetics of poor risk: " + "; ".join(used.text for used in facts) + ".", facts
        )
    ]

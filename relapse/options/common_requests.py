"""Data that several therapies ask for (D-PRIOR, D-PREG, D-LFT)."""

from __future__ import annotations

from relapse.assessment import DataRequest
from relapse.case import Case
from relapse.evidence import safety
from relapse.facts import NOT_FETCHED, Analyte, Section, Sex
from relapse.logic import Tri
from relapse.requests import request


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

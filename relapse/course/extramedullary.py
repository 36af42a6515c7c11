"""Leukaemia outside the marrow: CNS, testes, other sites (E-17, E-18, REL-06)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.course.wording import interval_text
from relapse.dates import DateRange
from relapse.facts import (
    Chart,
    CnsStatus,
    CnsStatusResult,
    CsfResult,
    ExtramedullaryDisease,
    Site,
    TesticularExam,
    TesticularExamination,
)
from relapse.logic import Tri
from relapse.rules import rule

CNS3_LEUKOCYTES_PER_UL = Decimal(5)
TRAUMATIC_ERYTHROCYTES_PER_UL = Decimal(10)
_CNS = {
    CnsStatus.CNS1: Tri.NOT_MET,
    CnsStatus.CNS2: Tri.UNKNOWN,
    CnsStatus.CNS3: Tri.MET,
    CnsStatus.UNCLEAR: Tri.UNKNOWN,
}
_TESTES = {
    TesticularExam.NORMAL: Tri.NOT_MET,
    TesticularExam.ABNORMAL: Tri.UNKNOWN,
    TesticularExam.LEUKAEMIC: Tri.MET,
    TesticularExam.UNCLEAR: Tri.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class SiteFinding:
    """One dated answer on one site: met = leukaemia there, not met = examined and free of it."""

    site: Site
    leukaemia: Tri
    when: DateRange | None
    used: FactUsed
    until: DateRange | None = None
    """End of the disease, where an entry of the problem list states it."""
    suspicious: bool = False
    """Something was seen that may be leukaemia and is not proven."""


@rule("E-17", "CNS status", "S52", "S26")
def cns_findings(chart: Chart) -> tuple[SiteFinding, ...]:
    """CNS3 is leukaemia, CNS1 is none, CNS2 or a bloody puncture is unknown.

    The status that a clinician assigned outranks what a puncture of the same day leaves open.
    """
    found = []
    for result in chart.of(CnsStatusResult):
        if result.final:
            used = FactUsed.of(result, f"CNS status {result.status.value}")
            found.append(
                SiteFinding(
                    Site.CNS,
                    _CNS[result.status],
                    result.when,
                    used,
                    suspicious=result.status is CnsStatus.CNS2,
                )
            )
    assigned = {finding.when for finding in found}
    found += [
        puncture
        for puncture in _punctures(chart)
        if puncture.leukaemia is Tri.MET or puncture.when not in assigned
    ]
    return tuple(found)


def _punctures(chart: Chart) -> list[SiteFinding]:
    punctures: dict[DateRange, list[CsfResult]] = {}
    for result in chart.of(CsfResult):
        if result.final and result.when is not None:
            punctures.setdefault(result.when, []).append(result)
    return [_read_puncture(when, results) for when, results in punctures.items()]


def _read_puncture(when: DateRange, results: list[CsfResult]) -> SiteFinding:
    """CNS1 to CNS3 from cells and blasts of one puncture.

    A report without red cells counts as not bloody: withholding a CNS relapse for want of that
    number is the worse error.
    """
    leukocytes = next(
        (r.leukocytes_per_ul for r in results if r.leukocytes_per_ul is not None), None
    )
    erythrocytes = next(
        (r.erythrocytes_per_ul for r in results if r.erythrocytes_per_ul is not None), None
    )
    stated = [r.blasts for r in results if r.blasts is not None]
    blasts = Tri.MET if Tri.MET in stated else (stated[0] if len(set(stated)) == 1 else Tri.UNKNOWN)
    bloody = (
        erythrocytes is not None
        and erythrocytes.at_least(TRAUMATIC_ERYTHROCYTES_PER_UL) is not Tri.NOT_MET
    )
    if blasts is Tri.MET:
        many = (
            leukocytes.at_least(CNS3_LEUKOCYTES_PER_UL) if leukocytes is not None else Tri.UNKNOWN
        )
        answer = Tri.MET if many is Tri.MET and not bloody else Tri.UNKNOWN
    else:
        answer = blasts
    cells = (
        f"{interval_text(leukocytes)} white cells/µL"
        if leukocytes is not None
        else "cells not counted"
    )
    seen = {Tri.MET: "blasts seen", Tri.NOT_MET: "no blasts", Tri.UNKNOWN: "blasts not reported"}[
        blasts
    ]
    reference = results[0].source.reference
    used = FactUsed(f"spinal fluid: {cells}, {seen}", when, reference)
    suspicious = blasts is Tri.MET and answer is Tri.UNKNOWN
    return SiteFinding(Site.CNS, answer, when, used, suspicious=suspicious)


@rule("E-18", "Testicular and other extramedullary disease", "S26")
def other_findings(chart: Chart) -> tuple[SiteFinding, ...]:
    """Diagnoses of leukaemia at a site, and examinations of the testes; enlargement alone proves
    nothing.
    """
    found = []
    for entry in chart.of(ExtramedullaryDisease):
        used = FactUsed.of(entry, entry.text or f"leukaemia in {entry.site.value}")
        suspicious = entry.proven is Tri.UNKNOWN and entry.active is not Tri.NOT_MET
        found.append(
            SiteFinding(
                entry.site,
                entry.proven,
                entry.when or entry.recorded,
                used,
                entry.abated,
                suspicious=suspicious,
            )
        )
    for exam in chart.of(TesticularExamination):
        if exam.final:
            used = FactUsed.of(exam, f"testicular examination {exam.finding.value}")
            found.append(
                SiteFinding(
                    Site.TESTIS,
                    _TESTES[exam.finding],
                    exam.when,
                    used,
                    suspicious=exam.finding is TesticularExam.ABNORMAL,
                )
            )
    return tuple(found)


def findings(chart: Chart) -> tuple[SiteFinding, ...]:
    """Every finding on every site, oldest first, of one day the more worrying one later; undated
    ones last.
    """
    every = cns_findings(chart) + other_findings(chart)
    return tuple(sorted(every, key=_order))


def _order(finding: SiteFinding) -> tuple[bool, str, int, str]:
    when = finding.when
    day = "" if when is None else when.earliest.isoformat()
    return when is None, day, finding.leukaemia.rank, finding.used.reference

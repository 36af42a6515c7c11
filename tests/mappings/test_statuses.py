"""Statuses, corrections and modifiers (mapping rules 5 to 8, 23)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    BlastResult,
    CarTInfusion,
    ClinicalStatus,
    ComplicationEntry,
    Diagnosis,
    DrugUse,
    MrdResult,
    ProcedureDone,
    Transplant,
    TreatmentPlan,
)
from relapse.logic import Tri
from tests.mappings.records import (
    CPT,
    ICD10CM,
    LEADING,
    RXNORM,
    SNOMED,
    administration,
    care_plan,
    concept,
    condition,
    facts,
    marrow,
    mrd,
    observation,
    only,
    procedure,
    quantity,
    read,
    reasons,
    report,
    specimen,
)


@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("final", True),
        ("amended", True),
        ("corrected", True),
        ("preliminary", False),
        ("registered", False),
        ("unknown", False),
    ],
)
def test_rule_5_statuses_of_results(status: str, final: bool) -> None:
    reading = read(marrow(status=status))
    assert only(reading, BlastResult).final is final
    assert reading.unread == ()


@pytest.mark.parametrize("status", [..., "", "Final!"])
def test_rule_5_no_status_is_unknown_and_listed(status: Any) -> None:
    reading = read(marrow(status=status))
    assert not only(reading, BlastResult).final
    assert reasons(reading)


def test_rule_5_cancelled_and_entered_in_error_never_count() -> None:
    reading = read(marrow("a", status="cancelled"), marrow("b", status="entered-in-error"))
    assert not facts(reading, BlastResult)
    assert reasons(reading) == ["entered in error"]


@pytest.mark.parametrize(
    "resource",
    [
        marrow("x", status="entered-in-error"),
        LEADING
        | {
            "verificationStatus": concept(
                ("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error")
            )
        },
        procedure("x", (SNOMED, "425843001"), status="entered-in-error"),
        procedure("x", (CPT, "0540T"), status="entered-in-error"),
        administration("x", (RXNORM, "1597258"), status="entered-in-error"),
        care_plan("x", "Relapse reinduction", status="entered-in-error"),
    ],
)
def test_rule_5_entered_in_error_is_listed_for_every_type_that_would_have_mattered(
    resource: Any,
) -> None:
    reading = read(resource)
    assert reading.chart.facts == ()
    assert reasons(reading) == ["entered in error"]


def test_rule_5_entered_in_error_of_no_importance_is_silent() -> None:
    glucose = observation("g", text="Glucose", status="entered-in-error")
    assert (
        read(
            glucose,
            condition(
                "c", (ICD10CM, "M25.5"), text="Joint pain", verificationStatus=concept(text="x")
            ),
        ).unread
        == ()
    )


@pytest.mark.parametrize("new", ["corrected", "amended"])
@pytest.mark.parametrize("old", ["final", "preliminary"])
def test_rule_6_a_correction_replaces_the_same_business_identifier(old: str, new: str) -> None:
    same = {"identifier": [{"system": "urn:lab", "value": "A1"}]}
    first, second = marrow("a", 8, status=old, **same), marrow("b", 62, status=new, **same)
    for order in ((first, second), (second, first)):
        assert only(read(*order), BlastResult).source.reference == "Observation/b"


def test_rule_6_a_correction_replaces_the_same_code_and_specimen() -> None:
    of = {"specimen": {"reference": "Specimen/s"}}
    reading = read(specimen(), marrow("a", 8, **of), marrow("b", 62, status="corrected", **of))
    assert only(reading, BlastResult).source.reference == "Observation/b"


def test_rule_6_the_newer_of_two_corrections() -> None:
    of = {"specimen": {"reference": "Specimen/s"}, "status": "corrected"}
    first = marrow("a", 8, issued="2026-06-09T10:00:00Z", **of)
    second = marrow("b", 62, issued="2026-06-10T10:00:00Z", **of)
    for order in ((first, second), (second, first)):
        assert only(read(specimen(), *order), BlastResult).source.reference == "Observation/b"


@pytest.mark.parametrize(
    "other",
    [
        {"method": {"text": "Morphology"}},
        {"specimen": {"reference": "Specimen/t"}},
        {"specimen": ...},
        {"code": concept(("http://loinc.org", "709-6"))},
    ],
)
def test_rule_6_other_methods_specimens_and_codes_are_not_replaced(other: Any) -> None:
    of = {"specimen": {"reference": "Specimen/s"}, "method": {"text": "Flow cytometry"}}
    kept = marrow("a", 8, **(of | other))
    reading = read(specimen(), specimen("t"), kept, marrow("b", 62, status="corrected", **of))
    assert len(facts(reading, BlastResult)) == 2


def test_rule_6_somebody_elses_correction_replaces_nothing() -> None:
    same = {"identifier": [{"system": "urn:lab", "value": "A1"}]}
    other = marrow("b", status="corrected", subject={"reference": "Patient/other"}, **same)
    assert only(read(marrow("a", **same), other), BlastResult)


def test_rule_6_a_result_on_a_report_entered_in_error() -> None:
    reading = read(marrow(), report("r", "Observation/m", status="entered-in-error"))
    assert not facts(reading, BlastResult)
    assert reasons(reading, "Observation/m") == ["belongs to a report that was entered in error"]


@pytest.mark.parametrize("status", ["preliminary", "final", "partial"])
def test_rule_6_other_report_statuses_leave_the_result_alone(status: str) -> None:
    assert only(read(marrow(), report("r", "Observation/m", status=status)), BlastResult).final


def test_rule_7_a_condition_without_verification_status_is_asserted() -> None:
    entry = condition("c", (SNOMED, "277572006"))
    del entry["verificationStatus"]
    assert only(read(entry), Diagnosis).confirmed


@pytest.mark.parametrize("status", [state.value for state in ClinicalStatus])
def test_rule_7_clinical_statuses(status: str) -> None:
    assert only(
        read(condition("c", (SNOMED, "277572006"), status=status)), Diagnosis
    ).clinical_status is ClinicalStatus(status)


def test_rule_7_no_clinical_status() -> None:
    assert (
        only(read(condition("c", (SNOMED, "277572006"), status=None)), Diagnosis).clinical_status
        is None
    )


@pytest.mark.parametrize(
    ("status", "active"),
    [
        ("active", Tri.MET),
        ("recurrence", Tri.MET),
        ("relapse", Tri.MET),
        ("inactive", Tri.NOT_MET),
        ("remission", Tri.NOT_MET),
        ("resolved", Tri.NOT_MET),
        (None, Tri.UNKNOWN),
    ],
)
def test_rule_7_a_closed_problem_still_is_history(status: str | None, active: Tri) -> None:
    assert (
        only(read(condition("c", (ICD10CM, "K76.5"), status=status)), ComplicationEntry).active
        is active
    )


def test_rule_7_an_end_closes_an_entry_without_status() -> None:
    entry = condition("c", (ICD10CM, "K76.5"), status=None, abatementDateTime="2025-01-01")
    assert only(read(entry), ComplicationEntry).active is Tri.NOT_MET


@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed"])
def test_rule_7_unconfirmed(verification: str) -> None:
    entry = condition("c", (SNOMED, "277572006")) | {
        "verificationStatus": concept(
            ("http://terminology.hl7.org/CodeSystem/condition-ver-status", verification)
        )
    }
    assert not only(read(entry), Diagnosis).confirmed


def test_rule_7_refuted_is_a_statement() -> None:
    entry = LEADING | {
        "verificationStatus": concept(
            ("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted")
        )
    }
    reading = read(entry)
    assert reading.chart.facts == ()
    assert reading.unread == ()


_MODIFIER = [{"url": "https://example.org/negated", "valueBoolean": True}]


@pytest.mark.parametrize(
    "resource",
    [
        marrow(modifierExtension=_MODIFIER),
        LEADING | {"modifierExtension": _MODIFIER},
        mrd(
            component=[
                {
                    "modifierExtension": _MODIFIER,
                    "code": {"text": "Limit of detection"},
                    "valueQuantity": quantity(0.01),
                }
            ]
        ),
        procedure("x", (SNOMED, "425843001"), modifierExtension=_MODIFIER),
        administration(
            "x", (RXNORM, "1597258"), dosage={"modifierExtension": _MODIFIER, "text": "x"}
        ),
        care_plan("x", "Relapse reinduction", modifierExtension=_MODIFIER),
    ],
)
def test_rule_8_an_unknown_modifier_extension(resource: Any) -> None:
    reading = read(resource)
    assert not [
        fact
        for kind in (
            BlastResult,
            Diagnosis,
            MrdResult,
            Transplant,
            DrugUse,
            TreatmentPlan,
            CarTInfusion,
            ProcedureDone,
        )
        for fact in facts(reading, kind)
    ]
    assert reasons(reading) == ["a modifier extension that is not known here"]


@pytest.mark.parametrize(
    "extra", [{"modifierExtension": []}, {"modifierExtension": None}, {"extension": _MODIFIER}]
)
def test_rule_8_empty_ones_and_plain_extensions_are_normal(extra: Any) -> None:
    assert only(read(marrow(**extra)), BlastResult)


def test_rule_23_data_absent_means_no_result() -> None:
    absent = {
        "dataAbsentReason": concept(
            ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed")
        )
    }
    result = observation("m", ("http://loinc.org", "11150-0"), **absent)
    reading = read(result, mrd(**absent, interpretation=[concept(text="Not detected")]))
    assert reading.chart.facts == ()
    assert reading.unread == ()

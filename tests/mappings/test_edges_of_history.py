"""Edges of reading the problem list and treatment."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.condition.leukaemia_text import diagnosis_of
from relapse import facts as core
from relapse.facts import (
    Agent,
    CarTInfusion,
    ComplicationEntry,
    Diagnosis,
    Disease,
    DrugUse,
    ExtramedullaryDisease,
    Lineage,
    ProcedureDone,
    ProcedureKind,
    TreatmentPlan,
)
from relapse.logic import Tri
from tests.mappings.records import (
    CPT,
    ICD10CM,
    LEADING,
    RXNORM,
    administration,
    care_plan,
    concept,
    condition,
    facts,
    only,
    procedure,
    read,
    reasons,
    report,
    request,
)


@pytest.mark.parametrize(
    ("text", "disease"),
    [
        ("Burkitt leukemia", Disease.MATURE_B),
        ("Mixed phenotype acute leukemia", Disease.MIXED_PHENOTYPE),
        ("T-lymphoblastic lymphoma", Disease.LYMPHOBLASTIC_LYMPHOMA),
        ("Acute myeloid leukemia in remission", Disease.OTHER_ACUTE_LEUKAEMIA),
        ("Acute myeloid leukemia, secondary", None),
    ],
)
def test_other_diseases_in_words(text: str, disease: Disease | None) -> None:
    assert diagnosis_of(text) is disease


def test_words_of_other_diseases_become_diagnoses() -> None:
    burkitt = only(read(condition("c", text="Burkitt leukemia")), Diagnosis)
    assert (burkitt.disease, burkitt.lineage, burkitt.precursor) == (
        Disease.MATURE_B,
        Lineage.B,
        Tri.NOT_MET,
    )
    lymphoma = only(read(condition("c", text="T-cell lymphoblastic lymphoma")), Diagnosis)
    assert lymphoma.lineage is Lineage.T
    other = condition(
        "c",
        (ICD10CM, "Z51.11"),
        text="Chemotherapy for acute lymphoblastic leukemia of childhood onset",
    )
    assert not facts(read(other), Diagnosis)


@pytest.mark.parametrize(
    "members",
    [
        {"abatementDateTime": "one day"},
        {"abatementString": "last year"},
        {"verificationStatus": concept(("x", "certain"))},
        {"clinicalStatus": concept(("x", "smouldering"))},
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
                    "valueDateTime": "x",
                }
            ]
        },
    ],
)
def test_parts_of_a_condition_that_cannot_be_read_are_listed(members: Any) -> None:
    reading = read(condition("c", (ICD10CM, "C91.02"), **members))
    assert only(reading, Diagnosis)
    assert reasons(reading)


def test_ends_of_a_condition() -> None:
    period = condition(
        "c", (ICD10CM, "C91.02"), abatementPeriod={"start": "2025-01-01", "end": "2025-02-01"}
    )
    assert str(only(read(period), Diagnosis).abated) == "2025-02-01"
    words = condition("c", (ICD10CM, "C91.02"), abatementString="2025-02")
    assert str(only(read(words), Diagnosis).abated) == "2025-02"


def test_evidence_that_is_withdrawn_or_not_sent() -> None:
    text = "Leukemic infiltration of testis"
    entry = condition(
        "c",
        (ICD10CM, "C79.82"),
        text=text,
        evidence=[{"detail": [{"reference": "DiagnosticReport/r"}]}],
    )
    assert (
        only(read(entry, report("r", status="entered-in-error")), ExtramedullaryDisease).proven
        is Tri.UNKNOWN
    )
    assert only(read(entry), ExtramedullaryDisease).proven is Tri.MET


def test_a_complication_that_its_own_text_denies_is_listed() -> None:
    reading = read(condition("c", (ICD10CM, "K76.5"), text="Rule out veno-occlusive disease"))
    assert not facts(reading, ComplicationEntry)
    assert reasons(reading)


def test_words_on_car_t_cells() -> None:
    told = condition("c", text="B-cell aplasia after CAR-T cell therapy")
    assert reasons(read(told)) == ["words on CAR-T cells, no infusion recorded"]
    assert read(told, procedure("p", (CPT, "38228"))).unread == ()
    given = condition("c", text="Status post allogeneic stem cell transplant")
    assert only(read(given), core.Transplant).donor is core.Donor.ALLOGENEIC


def test_undated_infusions() -> None:
    one = procedure("a", (CPT, "38228"), performedDateTime=None)
    assert only(read(one, one | {"id": "b"}), CarTInfusion).when is None
    dated = procedure("b", (CPT, "38228"))
    assert len(facts(read(one, dated), CarTInfusion)) == 2


@pytest.mark.parametrize(
    ("performed", "when", "listed"),
    [
        ({"performedPeriod": {"start": "2025-01-01"}}, "2025-01-01", False),
        (
            {"performedPeriod": {"start": "2025-01-01", "end": "2025-01-03"}},
            "2025-01-01 to 2025-01-03",
            False,
        ),
        ({"occurrenceDateTime": "2025-01-01"}, "2025-01-01", False),
        ({"performedString": "last spring"}, "None", True),
        ({"performedDateTime": "soon"}, "None", True),
        ({}, "None", False),
    ],
)
def test_when_a_procedure_was_done(performed: Any, when: str, listed: bool) -> None:
    made = procedure("p", (CPT, "38240"))
    del made["performedDateTime"]
    reading = read(made | performed)
    assert str(only(reading, core.Transplant).when) == when
    assert bool(reading.unread) is listed


def test_drugs_in_the_words_of_a_procedure() -> None:
    assert (
        only(read(procedure("p", text="Blinatumomab infusion")), DrugUse).agent
        is Agent.BLINATUMOMAB
    )
    both = read(procedure("p", text="Intrathecal methotrexate injection"))
    assert only(both, ProcedureDone).kind is ProcedureKind.INTRATHECAL


def test_plans_without_dates_or_with_unreadable_ones() -> None:
    assert (
        only(read(care_plan("c", "Relapse reinduction", period=None)), TreatmentPlan).when is None
    )
    for period in ({"start": "soon"}, {"start": "2026-02-01", "end": "2026-01-01"}):
        reading = read(care_plan("c", "Relapse reinduction", period=period))
        assert only(reading, TreatmentPlan).when is None
        assert reasons(reading)
    odd = care_plan("c", "Relapse reinduction", status="planned")
    assert not facts(read(odd), TreatmentPlan)
    assert reasons(read(odd))


def test_a_plan_for_aml_without_a_condition_is_no_course_of_the_all() -> None:
    assert not facts(read(LEADING, care_plan("c", "AML induction, 7+3")), TreatmentPlan)


def test_undated_orders_are_never_covered_by_doses() -> None:
    order = request("r", (RXNORM, "1597258"), authoredOn=...)
    dose = administration("a", (RXNORM, "1597258"))
    assert len(facts(read(order, dose), DrugUse)) == 2


def test_a_drug_that_cannot_be_read_is_listed() -> None:
    dose = administration(
        "a", medicationCodeableConcept=..., medicationReference={"reference": "Medication/m"}
    )
    for broken in (
        {"code": "blinatumomab"},
        {"code": concept(text="Blincyto"), "modifierExtension": [{"url": "x"}]},
    ):
        reading = read(dose, {"resourceType": "Medication", "id": "m"} | broken)
        assert reading.chart.facts == ()
        assert reasons(reading)

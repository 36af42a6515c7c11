"""Whole examples of the implementation guides: what is understood is right, the rest is listed."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from mappings.chart import Reading
from relapse.facts import (
    Agent,
    Antigen,
    AntigenResult,
    BlastResult,
    Diagnosis,
    Donor,
    DrugUse,
    Expression,
    ExtramedullaryDisease,
    GeneticResult,
    Given,
    LabResult,
    Lesion,
    Lineage,
    MrdResult,
    PerformanceScale,
    PerformanceStatus,
    Phase,
    ProcedureDone,
    ProcedureKind,
    Response,
    ResponseStatement,
    Transplant,
    TreatmentPlan,
)
from relapse.logic import Interval, Tri
from tests.mappings.examples import CIBMTR, EXAMPLES, MCODE, STU3, US_CORE
from tests.mappings.records import LOINC, concept, facts, observation, only, patient, read, reasons


def listed(reading: Reading) -> set[str]:
    return {item.reference for item in reading.unread}


# --- mCODE ---------------------------------------------------------------------------------------


def test_mcode_primary_cancer_condition_begins_on_the_asserted_date() -> None:
    found = only(read(*MCODE), Diagnosis)
    assert (found.lineage, found.precursor, found.phase) == (Lineage.B, Tri.MET, Phase.UNSTATED)
    assert str(found.when) == "2023-02-03"


def test_mcode_disease_status_states_remission_and_a_trend_does_not() -> None:
    found = only(read(*MCODE), ResponseStatement)
    assert (found.response, str(found.when)) == (Response.COMPLETE_REMISSION, "2023-03-20")


def test_mcode_tumor_marker_test_is_dated_by_its_specimen() -> None:
    reading = read(*MCODE)
    found = {fact.source.reference: fact for fact in facts(reading, AntigenResult)}
    coded = found["Observation/cd22"]
    assert (coded.antigen, coded.fraction) == (Antigen.CD22, Interval.exact(Decimal("0.92")))
    assert str(coded.when) == "2026-06-07"
    assert found["Observation/cd22-words"].reported is Expression.UNCLEAR
    phenotype = found["Observation/phenotype"]
    assert (phenotype.antigen, phenotype.reported) == (Antigen.CD19, Expression.POSITIVE)


def test_mcode_genomic_variant() -> None:
    found = only(read(*MCODE), GeneticResult)
    assert (found.lesion, found.present) == (Lesion.ETV6_RUNX1, Tri.MET)


def test_mcode_medication_radiotherapy_and_performance() -> None:
    reading = read(*MCODE)
    assert only(reading, DrugUse).given is Given.ADMINISTERED  # its order says nothing more
    assert {done.kind for done in facts(reading, ProcedureDone)} == {
        ProcedureKind.CRANIAL_IRRADIATION,
        ProcedureKind.MARROW,
    }
    score = only(reading, PerformanceStatus)
    assert (score.scale, score.score) == (PerformanceScale.LANSKY, 80)


def test_mcode_what_is_not_understood_is_listed_and_nothing_else() -> None:
    reading = read(*MCODE)
    assert listed(reading) == {
        "Observation/cd22-words",
        "Observation/gene-by-code",
        "Observation/aspirate-words",
    }


# --- US Core -------------------------------------------------------------------------------------


def test_us_core_conditions_and_results() -> None:
    reading = read(*US_CORE)
    found = {fact.source.reference: fact for fact in facts(reading, Diagnosis)}
    assert found["Condition/problem"].lineage is Lineage.B
    assert found["Condition/encounter"].phase is Phase.RELAPSE
    assert str(found["Condition/encounter"].when) == "2026-06-04"
    assert only(reading, BlastResult).fraction == Interval.exact(Decimal("0.71"))
    assert only(reading, LabResult).value == Interval.exact(Decimal(2))


def test_us_core_an_absent_value_is_no_result_and_a_conclusion_no_fact() -> None:
    reading = read(*US_CORE)
    assert not facts(reading, AntigenResult)
    assert listed(reading) == {"DiagnosticReport/report"}


# --- CIBMTR --------------------------------------------------------------------------------------


def test_cibmtr_cytogenetics_by_its_formula() -> None:
    found = {fact.lesion: fact.present for fact in facts(read(*CIBMTR), GeneticResult)}
    assert found == {Lesion.KARYOTYPE: Tri.MET, Lesion.BCR_ABL1: Tri.MET}


def test_cibmtr_infusion_preparation_and_partial_birth_date() -> None:
    reading = read(*CIBMTR)
    assert only(reading, Transplant).donor is Donor.ALLOGENEIC
    assert only(reading, DrugUse).name == "fludarabine"
    assert str(reading.patient.birth) == "1990-05"
    assert reading.unread == ()


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Normal male karyotype"},
        {"valueString": "46,XY[20]; previously t(9;22)"},
        {"valueCodeableConcept": {"text": "see report"}},
    ],
)
def test_a_formula_that_is_none_is_listed(value: Any) -> None:
    reading = read(
        observation(
            "v",
            (LOINC, "69548-6"),
            component=[{"code": concept(text="Variant ISCN"), **value}],
        )
    )
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


def test_a_formula_of_a_variant_that_was_not_found_is_listed() -> None:
    reading = read(
        observation(
            "v",
            (LOINC, "69548-6"),
            valueCodeableConcept=concept((LOINC, "LA9634-2")),
            component=[
                {"code": concept(text="Variant ISCN"), "valueString": "46,XY,t(9;22)(q34;q11.2)"}
            ],
        )
    )
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


def test_a_formula_without_the_translocation_excludes_nothing() -> None:
    reading = read(
        observation(
            "v",
            (LOINC, "69548-6"),
            component=[{"code": concept(text="Variant ISCN"), "valueString": "46,XY[20]"}],
        )
    )
    assert only(reading, GeneticResult).lesion is Lesion.KARYOTYPE


# --- Older releases ------------------------------------------------------------------------------


def test_stu3_statuses_as_plain_codes() -> None:
    found = {fact.source.reference: fact for fact in facts(read(*STU3), Diagnosis)}
    leading = found["Condition/leukaemia"]
    assert (leading.confirmed, str(leading.recorded)) == (True, "2024-03-12")
    assert not found["Condition/provisional-relapse"].confirmed


def test_stu3_interpretation_without_a_list() -> None:
    found = only(read(*STU3), MrdResult)
    assert found.fraction == Interval.exact(Decimal("0.003"))
    # `comment` of older releases is no note: nothing is taken from it.
    assert found.sensitivity is None


def test_stu3_what_did_not_happen_did_not_happen() -> None:
    reading = read(*STU3)
    assert {use.agent for use in facts(reading, DrugUse)} == {Agent.DASATINIB}
    assert only(reading, Transplant).donor is Donor.UNKNOWN  # "suspended": perhaps
    assert only(reading, TreatmentPlan).text == "Front-line ALL induction"


def test_stu3_leftovers_are_listed() -> None:
    assert listed(read(*STU3)) == {
        "MedicationAdministration/not-given",
        "MedicationOrder/order",
        "MedicationStatement/not-taken",
        "Observation/attachment",
        "Procedure/suspended",
        "Procedure/transplant",
    }


def test_stu3_intake_that_is_not_known() -> None:
    for taken in ("unk", "na"):
        statement = copy.deepcopy(next(item for item in STU3 if item["id"] == "taken"))
        reading = read(STU3[0], statement | {"taken": taken})
        assert not facts(reading, DrugUse)  # an oral drug that was perhaps taken
        assert reasons(reading)


def test_stu3_an_end_without_a_day_is_listed() -> None:
    ended = copy.deepcopy(STU3[1]) | {"abatementBoolean": True}
    assert reasons(read(STU3[0], ended))


@pytest.mark.parametrize("name", ["conclusionCode", "codedDiagnosis"])
def test_a_diagnosis_in_a_report_alone_is_listed(name: str) -> None:
    report = copy.deepcopy(next(item for item in STU3 if item["id"] == "report"))
    report[name] = [concept(("http://hl7.org/fhir/sid/icd-10-cm", "C91.02"))]
    assert "DiagnosticReport/report" in listed(read(*STU3[:-2], report))


# --- All of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_narrative_is_never_read(name: str) -> None:
    """It says "Relapse, MRD 80 %, CD19 negative" in every example."""
    reading = read(*EXAMPLES[name])
    assert not any("80 %" in fact.text for fact in facts(reading, MrdResult))
    assert not any(fact.reported is Expression.NEGATIVE for fact in facts(reading, AntigenResult))
    assert not facts(reading, ExtramedullaryDisease)


@pytest.mark.parametrize("name", EXAMPLES)
def test_another_persons_example_gives_no_fact(name: str) -> None:
    reading = read(patient(id="somebody-else"), *EXAMPLES[name][1:])
    assert reading.chart.facts == ()
    assert reading.unread

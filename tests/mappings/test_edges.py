"""Corners of the single readers that the tables of rules and encodings do not reach."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mappings.leukaemia_text import diagnosis_of
from mappings.units import Dimension, Unit, unit
from relapse import facts as core
from relapse.facts import (
    Agent,
    AntigenResult,
    BlastResult,
    CarTInfusion,
    ComplicationEntry,
    CsfResult,
    Diagnosis,
    Disease,
    DrugUse,
    ExtramedullaryDisease,
    GeneticResult,
    Immunophenotype,
    LabResult,
    Lesion,
    Lineage,
    Material,
    MrdResult,
    PerformanceStatus,
    PlannedStep,
    PregnancyResult,
    ProcedureDone,
    ProcedureKind,
    Site,
    TreatmentPlan,
    ViralScreen,
)
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    CPT,
    ICD10CM,
    LEADING,
    LOCAL,
    LOINC,
    NOT_DETECTED,
    RXNORM,
    SNOMED,
    administration,
    care_plan,
    cd19,
    concept,
    condition,
    facts,
    interpretation,
    marrow,
    mrd,
    observation,
    only,
    patient,
    procedure,
    quantity,
    read,
    reasons,
    report,
    request,
    specimen,
)


def local(id: str, text: str, **members: Any) -> dict[str, Any]:
    return observation(id, (LOCAL, id), text=text, **members)


# --- References ----------------------------------------------------------------------------------


def test_a_specimen_by_business_identifier() -> None:
    sample = specimen(identifier=[{"system": "urn:lab", "value": "S-1"}])
    by_name = {"identifier": {"system": "urn:lab", "value": "S-1"}, "type": "Specimen"}
    for reference in (by_name, {"identifier": by_name["identifier"]}):
        assert only(read(sample, marrow(specimen=reference)), BlastResult).specimen == "Specimen/s"
    twice = read(sample, sample | {"id": "t"}, marrow(specimen=by_name))
    assert only(twice, BlastResult).specimen == "urn:lab|S-1"
    assert only(read(marrow(specimen={"identifier": {"value": "x"}})), BlastResult).specimen == "|x"


def test_a_specimen_that_was_not_sent_still_tells_material_and_samples_apart() -> None:
    reference = {"reference": "Specimen/9/_history/2", "display": "Bone marrow aspirate"}
    result = local("b", "Blasts/100 cells", valueQuantity=quantity(9), specimen=reference)
    found = only(read(result), BlastResult)
    assert (found.specimen, found.material) == ("Specimen/9", Material.MARROW)


@pytest.mark.parametrize(
    "sample",
    [
        specimen(modifierExtension=[{"url": "x"}]),
        specimen(status="entered-in-error"),
        specimen(type=5),
    ],
)
def test_a_specimen_that_cannot_be_read_is_listed(sample: Any) -> None:
    reading = read(sample, marrow(specimen={"reference": "Specimen/s"}))
    assert str(only(reading, BlastResult).when) == "2026-06-08"
    assert reasons(reading, "Specimen/s")


def test_contained_specimens_with_one_identifier_are_one() -> None:
    inner = specimen("in", accessionIdentifier={"system": "urn:acc", "value": "7"})
    results = [marrow(name, specimen={"reference": "#in"}, contained=[inner]) for name in "ab"]
    assert {result.specimen for result in facts(read(*results), BlastResult)} == {"urn:acc|7"}


# --- Blasts, MRD, antigens -----------------------------------------------------------------------


def test_blasts_of_spinal_fluid_under_a_marrow_code_are_listed() -> None:
    reading = read(
        specimen(text="CSF"),
        local("b", "Blasts", valueQuantity=quantity(3), specimen={"reference": "Specimen/s"}),
    )
    assert not facts(reading, BlastResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "value", "count"),
    [
        ("Blasts, absolute count, blood", {"valueQuantity": quantity(2, "10*3/uL")}, "2"),
        ("Blasts, blood", {"valueQuantity": quantity(2, "10*3/uL")}, "2"),
        ("Blasts, absolute count, blood", {"valueQuantity": quantity(2, "mg")}, None),
        ("Blasts, absolute count, blood", {"valueString": "many"}, None),
        ("Blasts as share of lymphocytes, of lymphocytes", {"valueQuantity": quantity(5)}, None),
    ],
)
def test_local_blast_counts(text: str, value: Any, count: str | None) -> None:
    reading = read(local("b", text, **value))
    if count is None:
        assert not facts(reading, BlastResult)
        assert reasons(reading)
    else:
        assert only(reading, BlastResult).count_10e9_per_l == Interval.exact(Decimal(count))


def test_a_code_that_names_both_antigens_is_listed() -> None:
    reading = read(local("a", "CD19 and CD22 on blasts", valueString="positive"))
    assert not facts(reading, AntigenResult)
    assert reasons(reading)


def test_a_panel_of_spinal_fluid_and_a_panel_without_words() -> None:
    fluid = observation(
        "i", (LOINC, "101119-6"), text="Immunophenotype, CSF", valueString="positive for CD19"
    )
    assert reasons(read(fluid))
    assert reasons(read(observation("i", (LOINC, "101119-6"), valueString="see report")))
    coded = observation(
        "i",
        (LOINC, "101119-6"),
        valueCodeableConcept=concept(text="Blasts positive for CD19 and CD10"),
    )
    assert only(read(coded), Immunophenotype).positive == {"CD19", "CD10"}


def test_components_of_a_panel_that_are_something_else() -> None:
    parts = [
        {"code": {"text": "CD10"}},
        {"code": {"text": "Viability"}, "valueQuantity": quantity(98)},
        {"code": {"text": "MRD"}, "valueQuantity": quantity(0.3)},
        {"code": {"text": "Expression on leukemic blasts of CD19"}, "valueString": "positive"},
        {"code": {"text": "CD34"}, "valueString": "in most cells"},
    ]
    reading = read(observation("i", (LOINC, "101119-6"), component=parts))
    assert only(reading, AntigenResult).reported is core.Expression.POSITIVE
    assert not facts(reading, Immunophenotype)


def test_a_limit_of_detection_in_words_that_cannot_be_read() -> None:
    part = {"code": {"text": "Sensitivity"}, "valueString": "very good"}
    reading = read(mrd(valueCodeableConcept=concept(NOT_DETECTED), component=[part]))
    assert only(reading, MrdResult).sensitivity is None
    assert reasons(reading)


# --- Genetics ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "present"),
    [
        (
            local(
                "g", "BCR::ABL1 by FISH", valueString="BCR::ABL1 fusion detected in 80 % of nuclei"
            ),
            Tri.MET,
        ),
        (local("g", "BCR::ABL1 by FISH", valueString="3 % of nuclei"), Tri.UNKNOWN),
        (local("g", "BCR::ABL1 by FISH", valueString="0.3 %"), Tri.MET),
        (local("g", "BCR::ABL1 transcript ratio", valueQuantity=quantity(-1)), Tri.UNKNOWN),
        (
            local(
                "g", "BCR::ABL1", valueQuantity=quantity(5), interpretation=interpretation("NEG")
            ),
            Tri.UNKNOWN,
        ),
        (local("g", "BCR::ABL1", interpretation=interpretation("IND")), Tri.UNKNOWN),
    ],
)
def test_answers_of_a_fusion_test(result: Any, present: Tri) -> None:
    assert only(read(result), GeneticResult).present is present


def test_more_shapes_of_a_kinase_study() -> None:
    plain = local("t", "ABL1 T315I", valueCodeableConcept=concept(NOT_DETECTED))
    assert only(read(plain), GeneticResult).present is Tri.NOT_MET
    interpreted = observation("t", (LOINC, "55135-8"), interpretation=interpretation("ND"))
    assert only(read(interpreted), GeneticResult).present is Tri.NOT_MET
    nothing = observation("t", (LOINC, "55135-8"))
    assert read(nothing).chart.facts == ()


def test_a_variant_that_names_nothing_or_two_lesions() -> None:
    both = observation(
        "v",
        (LOINC, "69548-6"),
        text="TP53 and IKZF1",
        valueCodeableConcept=concept((LOINC, "LA9633-4")),
    )
    assert reasons(read(both))
    unclear = observation("v", (LOINC, "69548-6"), text="TP53", valueString="see report")
    assert only(read(unclear), GeneticResult).present is Tri.UNKNOWN
    change = [{"code": concept((LOINC, "48005-3")), "valueString": "p.Thr315Ile"}]
    t315i = observation(
        "v",
        (LOINC, "69548-6"),
        text="ABL1 variant",
        valueCodeableConcept=concept((LOINC, "LA9633-4")),
        component=change,
    )
    assert only(read(t315i), GeneticResult).lesion is Lesion.T315I


def test_a_karyotype_with_a_coded_answer_alone_is_listed() -> None:
    reading = read(observation("k", (LOINC, "33893-9"), interpretation=interpretation("POS")))
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


# --- Sites ---------------------------------------------------------------------------------------


def test_panels_and_other_results_of_spinal_fluid() -> None:
    parts = [
        {"code": {"text": "Leukocytes"}, "valueQuantity": quantity(7, "/uL")},
        {"code": {"text": "Erythrocytes"}, "valueQuantity": quantity(5, "mg")},
        {"code": {"text": "Blasts"}, "valueQuantity": quantity(2, "/uL")},
    ]
    reading = read(local("p", "Cell count, cerebrospinal fluid", component=parts))
    assert {(result.leukocytes_per_ul, result.blasts) for result in facts(reading, CsfResult)} == {
        (Interval.exact(Decimal(7)), None),
        (None, Tri.MET),
    }
    assert len(reading.unread) == 1
    assert reasons(read(local("p", "MRD in CSF cells", valueQuantity=quantity(1))))
    words = read(local("p", "Leukocytes, CSF", valueString="many"))
    assert reasons(words)


@pytest.mark.parametrize(
    "result",
    [
        local("t", "Testicular examination", dataAbsentReason=concept(text="not done")),
        local("t", "Testicular examination"),
        local("c", "CNS status (COG)", dataAbsentReason=concept(text="x")),
        local("p", "ECOG performance status", dataAbsentReason=concept(text="x")),
        local("d", "Donor search status", dataAbsentReason=concept(text="x")),
        local("d", "Donor search status"),
        local("i", "IgG", dataAbsentReason=concept(text="x")),
        observation("v", (LOINC, "63557-3")),
        observation("p", (LOINC, "2118-8")),
        observation("q", (LOINC, "8636-3"), text="QTcF"),
        observation("s", (LOINC, "97509-4")),
        observation("l", (LOINC, "1975-2")),
        observation("m", (LOINC, "11150-0")),
    ],
)
def test_results_without_a_value_are_no_results(result: Any) -> None:
    reading = read(result)
    assert reading.chart.facts == ()
    assert reading.unread == ()


def test_donor_answers() -> None:
    assert only(read(local("d", "Donor identified", valueBoolean=True)), PlannedStep)
    assert reasons(read(local("d", "Donor search status", valueString="2 candidates under review")))
    assert not facts(
        read(local("d", "Donor identified", valueBoolean=True, status="preliminary")), PlannedStep
    )


@pytest.mark.parametrize(
    ("text", "site", "proven"),
    [
        ("Leukemia cutis, biopsy proven", Site.OTHER, Tri.MET),
        ("Extramedullary relapse of leukemia", Site.OTHER, Tri.UNKNOWN),
        ("CNS leukemia", Site.CNS, Tri.MET),
    ],
)
def test_other_sites_in_words(text: str, site: Site, proven: Tri) -> None:
    found = only(read(condition("c", text=text)), ExtramedullaryDisease)
    assert (found.site, found.proven) == (site, proven)


def test_sites_by_other_codes() -> None:
    assert (
        only(read(condition("c", (SNOMED, "404124002"))), ExtramedullaryDisease).site is Site.OTHER
    )
    ovary = condition("c", (ICD10CM, "C79.82"), text="Leukemic infiltration of ovary")
    assert only(read(patient(gender="female"), ovary), ExtramedullaryDisease).site is Site.OTHER
    brother = condition("c", text="CNS leukemia in brother")
    assert read(brother).chart.facts == ()
    doubtful = condition("c", (ICD10CM, "C79.32"), text="Possible leukemic meningitis")
    assert only(read(doubtful), ExtramedullaryDisease).proven is Tri.UNKNOWN
    unconfirmed = condition("c", text="CNS leukemia") | {
        "verificationStatus": concept(("x", "provisional"))
    }
    assert not facts(read(unconfirmed), ExtramedullaryDisease)
    assert reasons(read(unconfirmed))
    remission = condition("c", (SNOMED, "722795004"), status="remission")
    assert only(read(remission), ExtramedullaryDisease).active is Tri.NOT_MET


# --- Laboratory ----------------------------------------------------------------------------------


def lab(**members: Any) -> dict[str, Any]:
    given = {
        "valueQuantity": quantity(2, "mg/dL"),
        "referenceRange": [{"high": quantity(1, "mg/dL")}],
    }
    return observation("l", (LOINC, "1975-2"), **(given | members))


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (lab(referenceRange=[{"high": {"value": 1, "unit": "mg/dl"}}]), "2"),
        (
            lab(
                referenceRange=[
                    {"high": {"value": 1, "unit": "milligram per decilitre", "code": "mg/dL"}}
                ]
            ),
            "2",
        ),
        (lab(referenceRange=[{"high": {"value": 1, "unit": "umol/L"}}]), None),
        (
            lab(
                valueQuantity={"value": 2, "unit": "mg/dL"},
                referenceRange=[{"high": {"value": 1, "code": "mg/dL"}}],
            ),
            "2",
        ),
        (lab(valueQuantity=..., valueString="2 mg/dL"), None),
        (lab(valueQuantity=quantity(2, "mg/dL", comparator="~")), None),
    ],
)
def test_limits_and_units_of_laboratory_values(result: Any, value: str | None) -> None:
    found = only(read(result), LabResult)
    assert found.value == (None if value is None else Interval.exact(Decimal(value)))


@pytest.mark.parametrize(
    ("text", "analyte"),
    [
        ("Total bilirubin", core.Analyte.BILIRUBIN),
        ("ALT (SGPT)", core.Analyte.ALT),
        ("AST", core.Analyte.AST),
    ],
)
def test_laboratory_values_by_name(text: str, analyte: core.Analyte) -> None:
    result = local(
        "l", text, valueQuantity=quantity(50, "U/L"), referenceRange=[{"high": quantity(40, "U/L")}]
    )
    assert only(read(result), LabResult).analyte is analyte


def test_qtcf_without_a_usable_number() -> None:
    unit_wrong = observation("q", (LOINC, "8636-3"), text="QTcF", valueQuantity=quantity(460, "mV"))
    assert only(read(unit_wrong), LabResult).value is None
    in_words = observation("q", (LOINC, "8636-3"), text="QTcF", valueString="normal")
    assert reasons(read(in_words))


def test_screens_and_scores_that_name_two_things() -> None:
    assert reasons(read(local("v", "HIV and hepatitis C screen", valueString="negative")))
    assert not facts(
        read(local("v", "HIV genotype resistance", valueString="negative")), ViralScreen
    )
    assert reasons(read(local("p", "Karnofsky or Lansky score", valueInteger=90)))
    assert not facts(
        read(
            observation(
                "p", (LOINC, "89247-1"), valueQuantity=quantity(1, "{score}", comparator="<")
            )
        ),
        PerformanceStatus,
    )
    pregnant = observation(
        "p",
        (LOINC, "82810-3"),
        valueCodeableConcept=concept((SNOMED, "77386006"), text="Not pregnant"),
    )
    assert only(read(pregnant), PregnancyResult).pregnant is Tri.UNKNOWN


# --- Problem list and treatment ------------------------------------------------------------------


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


# --- Units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[ppth]", Unit(Dimension.FRACTION, Decimal("0.001"))),
        ("ppm", Unit(Dimension.FRACTION, Decimal("0.000001"))),
        ("per 100,000 cells", Unit(Dimension.FRACTION, Decimal("0.00001"))),
        ("1e-6", Unit(Dimension.FRACTION, Decimal("0.000001"))),
        ("ms", Unit(Dimension.TIME, Decimal(1))),
        ("s", Unit(Dimension.TIME, Decimal(1000))),
        ("{score}", Unit(Dimension.SCORE, Decimal(1))),
        ("mg/dL", Unit(Dimension.OTHER, Decimal(1), "mg/dl")),
        ("10", None),
        ("10*3", None),
        ("{ratio}", None),
        ("", None),
        ("% of CD19 B cells", None),
    ],
)
def test_units(text: str, expected: Unit | None) -> None:
    assert unit(text) == expected


def test_cd19_in_a_panel_of_another_name() -> None:
    part = {"code": {"text": "CD19 on leukemic blasts"}, "valueString": "negative"}
    assert (
        only(read(local("x", "Lymphoma panel", component=[part])), AntigenResult).reported
        is core.Expression.NEGATIVE
    )
    assert (
        only(read(cd19(valueString="NEGATIVE")), AntigenResult).reported is core.Expression.NEGATIVE
    )

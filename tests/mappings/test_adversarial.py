"""Values, dates, identity and statuses at their limits: what is doubtful never reads as certain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import (
    AntigenResult,
    BlastResult,
    CarTInfusion,
    ComplicationEntry,
    Detection,
    Diagnosis,
    DrugUse,
    Expression,
    GeneticResult,
    Given,
    LabResult,
    MrdResult,
    Transplant,
    TreatmentPlan,
)
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    CPT,
    DETECTED,
    ICD10CM,
    LEADING,
    LOCAL,
    LOINC,
    ME,
    NOT_DETECTED,
    RXNORM,
    SNOMED,
    administration,
    bundle,
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
    statement,
)

BLINATUMOMAB = (RXNORM, "1597258")
IMATINIB = (RXNORM, "282388")
LIMIT = Decimal("0.0001")


# --- Values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": quantity(0.01)}, Tri.MET),
        ({"valueQuantity": quantity(0.01, comparator=">=")}, Tri.MET),
        ({"valueQuantity": quantity(0.01, comparator=">")}, Tri.MET),
        ({"valueQuantity": quantity(0.01, comparator="<")}, Tri.NOT_MET),
        ({"valueQuantity": quantity(0.01, comparator="<=")}, Tri.UNKNOWN),
        ({"valueQuantity": quantity(0.1, comparator="<")}, Tri.UNKNOWN),
        ({"valueQuantity": quantity(0.001, comparator=">")}, Tri.UNKNOWN),
        ({"valueQuantity": quantity(100, "/10*6")}, Tri.MET),
        ({"valueQuantity": quantity(99, "/10*6")}, Tri.NOT_MET),
        ({"valueQuantity": quantity(1, "per 10^4 cells")}, Tri.MET),
        ({"valueQuantity": quantity(0.0001, "1")}, Tri.MET),
        ({"valueString": "0,01 %"}, Tri.MET),
        ({"valueString": "< 0,01 %"}, Tri.NOT_MET),
        ({"valueString": "10^-4"}, Tri.MET),
        ({"valueString": "< 1 x 10^-4"}, Tri.NOT_MET),
        ({"valueString": "5 x 10⁻⁵"}, Tri.NOT_MET),
        ({"valueString": "100 per million"}, Tri.MET),
        ({"valueRange": {"low": quantity(0.01), "high": quantity(0.1)}}, Tri.MET),
        ({"valueRange": {"low": quantity(0.001), "high": quantity(0.1)}}, Tri.UNKNOWN),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 10000}}}, Tri.MET),
        (
            {"valueRatio": {"numerator": {"value": 9}, "denominator": {"value": 100000}}},
            Tri.NOT_MET,
        ),
    ],
)
def test_mrd_around_one_in_ten_thousand(value: Any, expected: Tri) -> None:
    found = only(read(mrd(**value)), MrdResult)
    assert found.detection is Detection.QUANTIFIED
    assert found.fraction is not None
    assert found.fraction.at_least(LIMIT) is expected


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 0.01}},
        {"valueQuantity": {"value": "0,01", "unit": "%"}},
        {"valueQuantity": {"foo": "0.01 %"}},
        {"valueQuantity": quantity(0.01, comparator="~")},
        {"valueQuantity": quantity(0.01, "%{IS}")},
        {"valueQuantity": quantity(3, "{copies}/10*5 ABL1")},
        {"valueQuantity": quantity(101)},
        {"valueQuantity": quantity(0.01, "%", "10*3/uL")},
        {"valueInteger": 1},
        {"valueString": "0.01"},
        {"valueString": "10E-4"},
        {"valueString": "1,234 %"},
        {"valueString": "0.3 %, previously not detected"},
        {"valueString": "<LOD"},
        {"valueString": "see comment"},
        {
            "valueRatio": {
                "numerator": {"value": 3, "unit": "copies"},
                "denominator": {"value": 10000, "unit": "copies"},
            }
        },
        {"valueQuantity": quantity(0.3), "interpretation": interpretation("ND")},
        {"valueCodeableConcept": concept(DETECTED, NOT_DETECTED)},
    ],
)
def test_an_mrd_result_that_is_not_understood_does_not_let_an_older_one_stand(value: Any) -> None:
    """STALE-05: the newest result decides, also by being unreadable."""
    older = mrd("old", valueCodeableConcept=concept(NOT_DETECTED), effectiveDateTime="2026-06-01")
    reading = read(older, mrd("new", **value))
    found = {fact.source.reference: fact.detection for fact in facts(reading, MrdResult)}
    assert found["Observation/new"] is Detection.UNREADABLE
    assert reasons(reading, "Observation/new")


@pytest.mark.parametrize("make", [mrd, cd19])
@pytest.mark.parametrize("code", ["A", "H", "L", "N", "AA"])
def test_a_flag_alone_is_no_result_and_listed(make: Any, code: str) -> None:
    reading = read(make(interpretation=interpretation(code)))
    assert not reading.chart.facts
    assert reasons(reading)


@pytest.mark.parametrize("make", [mrd, cd19, marrow])
def test_a_value_beside_the_reason_for_its_absence(make: Any) -> None:
    reading = read(
        make(valueQuantity=quantity(0.3), dataAbsentReason=concept(text="not performed"))
    )
    assert not facts(reading, MrdResult)
    assert not facts(reading, AntigenResult)
    assert not facts(reading, BlastResult)
    assert reasons(reading)


def test_an_absent_value_alone_is_silent() -> None:
    assert read(mrd(dataAbsentReason=concept(text="not performed"))).unread == ()


def test_a_masked_quantity_is_a_missing_one() -> None:
    masked = {"extension": [{"url": "http://example.org/masked", "valueCode": "masked"}]}
    assert read(mrd(valueQuantity=masked)).unread == ()


def test_transcripts_never_become_residual_disease() -> None:
    reading = read(
        observation("a", text="BCR::ABL1 p190 MRD", valueQuantity=quantity(0.01)),
        observation("b", (LOINC, "69380-4"), valueQuantity=quantity(0.01, "%{IS}")),
    )
    assert only(reading, MrdResult).detection is Detection.UNREADABLE
    assert only(reading, GeneticResult).present is Tri.MET


def test_a_code_that_serves_residual_disease_and_others_is_listed() -> None:
    reading = read(observation("a", (LOINC, "67128-9"), valueQuantity=quantity(0.3)))
    assert not reading.chart.facts
    assert reasons(reading)
    assert read(observation("a", (LOINC, "67128-9"))).unread == ()


def test_white_cells_under_a_code_of_the_laboratory() -> None:
    given = {"valueQuantity": quantity(120, "10*3/uL")}
    for text in ("WBC", "Leukocytes [#/volume] in Blood", "White blood cell count"):
        assert only(
            read(observation("a", (LOCAL, "1"), text=text, **given)), LabResult
        ).value == Interval.exact(Decimal(120))
    for text in ("WBC in urine", "Leukocytes [#/volume] in Body fluid", "WBC differential"):
        assert not read(observation("a", (LOCAL, "1"), text=text, **given)).chart.facts


@pytest.mark.parametrize(
    ("results", "listed"),
    [
        ((), True),
        ((marrow(value=80),), False),
        ((marrow(value=80, effectiveDateTime="2026-05-01"),), True),
        ((marrow(value=3),), True),
    ],
)
def test_a_report_in_words_filed_as_a_result(results: Any, listed: bool) -> None:
    words = observation("w", (LOINC, "48807-2"), valueString="80 % lymphoblasts")
    reading = read(words, *results)
    assert bool(reasons(reading, "Observation/w")) is listed
    assert len(facts(reading, BlastResult)) == len(results)


def test_a_local_code_with_a_gene_that_matters_is_listed() -> None:
    reading = read(
        observation(
            "g",
            (LOCAL, "VAR"),
            text="Variant",
            valueCodeableConcept=concept(DETECTED),
            component=[
                {"code": concept((LOINC, "48018-6")), "valueCodeableConcept": {"text": "KMT2A"}}
            ],
        )
    )
    assert not reading.chart.facts
    assert reasons(reading)


# --- Dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "when"),
    [
        ({"effectiveDateTime": "2026"}, "2026"),
        ({"effectiveDateTime": "2026-06"}, "2026-06"),
        ({"effectiveDateTime": "2026-06-08T23:30:00-11:00"}, "2026-06-08"),
        ({"effectiveDateTime": "2026-06-15T23:59:59+14:00"}, "2026-06-15"),
        ({"effectiveDateTime": "2026-06-08T10:00"}, "2026-06-08"),
        ({"effectiveInstant": "2026-06-08T10:00:00Z"}, "2026-06-08"),
        ({"effectivePeriod": {"start": "2026-06-07", "end": "2026-06-08"}},
         "2026-06-07 to 2026-06-08"),
        ({"issued": "2026-06-08T10:00:00Z"}, "2026-06-08"),
    ],
)  # fmt: skip
def test_ways_to_say_when(given: dict[str, Any], when: str) -> None:
    members: dict[str, Any] = {"effectiveDateTime": ..., **given}
    found = only(read(marrow(**members)), BlastResult)
    assert str(found.when) == when
    assert found.source.date_inferred is ("issued" in given)


@pytest.mark.parametrize(
    "given",
    [
        {"effectiveDateTime": "2026-02-30"},
        {"effectiveDateTime": "20260608"},
        {"effectiveDateTime": "June 2026"},
        {"effectiveDateTime": "2026-06-08T25:00:00Z"},
        {"effectiveDateTime": 20260608},
        {"effectivePeriod": {"start": "2026-06-10", "end": "2026-06-01"}},
        {"effectivePeriod": {"end": "2026-06-01"}},
        {"effectivePeriod": {"from": "2026-06-01"}},
        {"effectiveTiming": {"event": ["2026-06-01"]}},
        {"issued": "2026-06"},
    ],
)
def test_an_unreadable_time_is_not_replaced_by_the_date_of_issue(given: dict[str, Any]) -> None:
    members: dict[str, Any] = {
        "effectiveDateTime": ...,
        "issued": "2026-06-08T10:00:00Z",
        **given,
    }
    reading = read(marrow(**members))
    assert only(reading, BlastResult).when is None
    assert reasons(reading)


@pytest.mark.parametrize("day", ["2026-06-16", "2027", "2013", "2014-02-28"])
def test_a_result_of_tomorrow_or_before_birth_is_not_counted(day: str) -> None:
    """Born on 2014-03-01, evaluated on 2026-06-15."""
    reading = read(marrow(effectiveDateTime=day))
    assert not facts(reading, BlastResult)
    assert reasons(reading)


@pytest.mark.parametrize("day", ["2026-06-15", "2026", "2014-03-01", "2014"])
def test_a_result_that_can_be_of_a_day_in_this_life_counts(day: str) -> None:
    assert only(read(marrow(effectiveDateTime=day)), BlastResult)


def test_a_sample_of_tomorrow_outranks_the_effective_time() -> None:
    reading = read(specimen(collected="2026-07-01"), marrow(specimen={"reference": "Specimen/s"}))
    assert not facts(reading, BlastResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (procedure("x", (CPT, "38240"), performedDateTime="2001-01-01"), Transplant),
        (administration("x", BLINATUMOMAB, effectiveDateTime="2001-01-01"), DrugUse),
        (administration("x", (RXNORM, "1986438"), effectiveDateTime="2001-01-01"), CarTInfusion),
        (care_plan("x", "Reinduction", period={"start": "2001-01-01"}), TreatmentPlan),
        (condition("x", (ICD10CM, "K76.5"), onsetDateTime="2001-01-01"), ComplicationEntry),
    ],
)
def test_what_was_done_before_birth_was_done_on_an_unknown_day(resource: Any, kind: Any) -> None:
    reading = read(LEADING, resource)
    assert only(reading, kind).when is None
    assert reasons(reading)


@pytest.mark.parametrize(
    ("name", "age"),
    [
        ("abatementAge", quantity(3, "a")),
        ("abatementRange", {"low": quantity(1, "a"), "high": quantity(3, "a")}),
    ],
)
def test_an_end_given_as_an_age_is_listed(name: str, age: Any) -> None:
    reading = read(condition("c", (ICD10CM, "C91.02"), onsetDateTime="2025-01-01", **{name: age}))
    assert only(reading, Diagnosis).abated is None
    assert reasons(reading)


@pytest.mark.parametrize("name", ["performedAge", "performedRange"])
def test_a_procedure_dated_by_an_age_is_listed(name: str) -> None:
    reading = read(
        procedure("p", (CPT, "38240"), performedDateTime=None, **{name: {"value": 9, "unit": "a"}})
    )
    assert only(reading, Transplant).when is None
    assert reasons(reading)


# --- Identity ------------------------------------------------------------------------------------

URL = "https://fhir.example.org/r4"


@pytest.mark.parametrize(
    ("subject", "counts"),
    [
        ({"reference": "Patient/p"}, True),
        ({"reference": "Patient/p/_history/4"}, True),
        ({"reference": f"{URL}/Patient/p"}, True),
        ({"reference": f"{URL}/Patient/p/_history/4"}, True),
        ({"identifier": {"system": "urn:mrn", "value": "1"}}, True),
        ({"reference": "https://elsewhere.example.org/r4/Patient/p"}, False),
        ({"reference": "Patient/P"}, False),
        ({"reference": "Patient/p2"}, False),
        ({"reference": "Patient/p#1"}, False),
        ({"reference": "Patient/p?name=x"}, False),
        ({"reference": "Group/p"}, False),
        ({"reference": "urn:uuid:5"}, False),
        ({"reference": "#p"}, False),
        ({"identifier": {"value": "1"}}, False),
        ({"identifier": {"system": "urn:mrn", "value": "2"}}, False),
        ({"type": "Practitioner", "identifier": {"system": "urn:mrn", "value": "1"}}, False),
        ({"reference": "Patient/other", "identifier": {"system": "urn:mrn", "value": "1"}}, False),
        ({"display": "p"}, False),
        ({}, False),
        ("Patient/p", False),
        ([ME], False),
    ],
)
def test_whose_result_it_is(subject: Any, counts: bool) -> None:
    person = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    record = bundle(
        person, marrow(subject=subject), full_urls=[f"{URL}/Patient/p", f"{URL}/Observation/m"]
    )
    reading = read(record)
    assert bool(facts(reading, BlastResult)) is counts
    assert bool(reasons(reading)) is not counts


def test_a_contained_patient_is_nobody_else_who_counts() -> None:
    inside = {"resourceType": "Patient", "id": "x", "birthDate": "2014-03-01"}
    reading = read(patient(), marrow(subject={"reference": "#x"}, contained=[inside]))
    assert not facts(reading, BlastResult)
    assert reasons(reading)


# --- Statuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [..., "", "finished", "unknown", 5])
@pytest.mark.parametrize("make", [administration, statement, request])
def test_an_antibody_of_unclear_status_was_perhaps_given(make: Any, status: Any) -> None:
    reading = read(make("d", BLINATUMOMAB, status=status))
    uses = facts(reading, DrugUse)
    assert [use.given for use in uses] in ([Given.ORDERED], [])
    assert bool(uses) or status == 5  # a status of the wrong type makes the resource unread
    assert reasons(reading)


@pytest.mark.parametrize("status", [..., "finished", "unknown"])
@pytest.mark.parametrize("make", [administration, statement, request])
def test_an_oral_drug_of_unclear_status_is_no_use(make: Any, status: Any) -> None:
    reading = read(make("d", IMATINIB, status=status))
    assert not facts(reading, DrugUse)
    assert reasons(reading)


def test_car_t_cells_given_with_an_unclear_status() -> None:
    reading = read(administration("d", (RXNORM, "1986438"), status="unknown"))
    assert only(reading, CarTInfusion).cd19_directed is Tri.UNKNOWN
    assert reasons(reading)


def test_an_order_with_an_unknown_intent() -> None:
    assert (
        only(read(request("d", BLINATUMOMAB, intent="directive")), DrugUse).given is Given.ORDERED
    )
    reading = read(request("d", IMATINIB, intent="directive", status="active"))
    assert not facts(reading, DrugUse)
    assert reasons(reading)


@pytest.mark.parametrize("flag", [True, "true", " True "])
def test_do_not_perform_in_every_spelling(flag: Any) -> None:
    assert not read(request("d", BLINATUMOMAB, status="active", doNotPerform=flag)).chart.facts
    assert not facts(read(procedure("p", (CPT, "38240"), notDone=flag)), Transplant)
    assert read(patient(deceasedBoolean=flag)).patient.deceased is True


@pytest.mark.parametrize(
    ("status", "confirmed"),
    [("Confirmed", True), ("confirmed ", True), ("Provisional", False), ("rather sure", False)],
)
def test_a_verification_status_in_words(status: str, confirmed: bool) -> None:
    reading = read(condition("c", (SNOMED, "277572006"), verificationStatus={"text": status}))
    assert only(reading, Diagnosis).confirmed is confirmed


def test_a_refuted_diagnosis_in_words() -> None:
    reading = read(condition("c", (SNOMED, "277572006"), verificationStatus={"text": "Refuted"}))
    assert not facts(reading, Diagnosis)


def test_a_clinical_status_in_words() -> None:
    reading = read(
        condition("c", (ICD10CM, "K76.5"), status=None, clinicalStatus={"text": "Resolved"})
    )
    assert only(reading, ComplicationEntry).active is Tri.NOT_MET
    unknown = read(
        condition("c", (ICD10CM, "K76.5"), status=None, clinicalStatus={"text": "Better"})
    )
    assert only(unknown, ComplicationEntry).active is Tri.UNKNOWN
    assert reasons(unknown)


def test_a_corrected_result_of_another_patient_replaces_nothing() -> None:
    theirs = marrow(
        "theirs",
        4,
        status="corrected",
        subject={"reference": "Patient/other"},
        identifier=[{"system": "u", "value": "1"}],
    )
    reading = read(marrow("mine", 60, identifier=[{"system": "u", "value": "1"}]), theirs)
    assert only(reading, BlastResult).source.reference == "Observation/mine"
    assert reasons(reading, "Observation/theirs")


def test_an_old_result_of_a_series_that_is_somebody_elses_is_listed() -> None:
    reading = read(
        observation(
            "b",
            (LOINC, "1975-2"),
            effectiveDateTime="2026-01-05",
            subject={"reference": "Patient/other"},
            valueQuantity=quantity(9, "mg/dL"),
        )
    )
    assert not reading.chart.facts
    assert reasons(reading)


def test_an_antigen_whose_number_cannot_be_read_is_unclear() -> None:
    reading = read(cd19(valueQuantity={"value": "95,5", "unit": "%"}))
    assert only(reading, AntigenResult).reported is Expression.UNCLEAR
    assert reasons(reading)


def test_a_conclusion_is_never_a_fact_whatever_its_report_says() -> None:
    for status in ("final", "preliminary", "amended"):
        reading = read(report("r", status=status, conclusion="MRD positive, 0.3 %. CD19 negative."))
        assert not reading.chart.facts
        assert reasons(reading)

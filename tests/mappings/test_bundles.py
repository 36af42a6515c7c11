"""Bundles, older releases, strange JSON, and the patient (mapping rules 35 to 37)."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from mappings.context import UNFORESEEN
from relapse.dates import DateRange
from relapse.facts import BlastResult, Diagnosis, MrdResult, Sex
from tests.mappings.records import (
    LEADING,
    administration,
    bundle,
    care_plan,
    concept,
    facts,
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
    specimen,
)


@pytest.mark.parametrize(
    "kind",
    [
        "collection",
        "transaction",
        "batch",
        "searchset",
        "document",
        "message",
        "history",
        "nonsense",
    ],
)
def test_rule_35_bundles_of_any_type(kind: str) -> None:
    assert only(read(bundle(patient(), marrow(), type=kind)), BlastResult)


def test_rule_35_nested_bundles_and_lists() -> None:
    inner = bundle(bundle(marrow(), type="searchset"), LEADING)
    assert only(read(bundle(patient(), inner)), BlastResult)
    assert only(read([patient(), [marrow()]]), BlastResult)


def test_rule_35_entries_without_resource_and_unknown_types_are_skipped() -> None:
    record = bundle(patient(), marrow(), {"resourceType": "Spaceship", "id": "x"}, {"no": "type"})
    record["entry"] += [{}, None, 5, "x", {"resource": None}, {"request": {"method": "DELETE"}}]
    reading = read(record)
    assert only(reading, BlastResult)
    assert reading.unread == ()


@pytest.mark.parametrize(
    "issue",
    [
        {"severity": "warning", "code": "incomplete"},
        {"severity": "error", "code": "processing"},
        {
            "severity": "information",
            "code": "informational",
            "diagnostics": "Results were truncated.",
        },
        {
            "severity": "warning",
            "code": "suppressed",
            "details": {"text": "Some resources were withheld"},
        },
    ],
)
def test_rule_35_an_outcome_that_says_data_are_incomplete_is_listed(issue: Any) -> None:
    outcome = {"resourceType": "OperationOutcome", "id": "o", "issue": [issue]}
    assert reasons(read(bundle(patient(), outcome))) == [
        "the server reports that data are incomplete"
    ]


@pytest.mark.parametrize(
    "issue",
    [
        [],
        [{"severity": "information", "code": "informational", "diagnostics": "All good"}],
        None,
        "x",
    ],
)
def test_rule_35_other_outcomes_are_silent(issue: Any) -> None:
    assert (
        read(bundle(patient(), {"resourceType": "OperationOutcome", "issue": issue})).unread == ()
    )


def test_rule_36_unknown_members_nulls_and_empties_cost_nothing() -> None:
    noisy = marrow(
        unknownMember={"a": 1},
        note=[],
        method=None,
        bodySite={},
        interpretation=None,
        category=[None],
        performer=[{}],
        _effectiveDateTime={"extension": []},
    )
    noisy["text"] = {"status": "generated", "div": "<div/>"}
    noisy["code"]["coding"][0]["display"] = ""
    noisy["code"]["coding"].append({})
    noisy["valueQuantity"]["extra"] = 5
    reading = read(noisy)
    assert only(reading, BlastResult)
    assert reading.unread == ()


def test_rule_36_a_masked_value_is_a_missing_value() -> None:
    masked = observation(
        "m",
        ("http://loinc.org", "11150-0"),
        valueQuantity={
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                    "valueCode": "masked",
                }
            ]
        },
    )
    assert not facts(read(masked), BlastResult)


@pytest.mark.parametrize(
    "broken",
    [
        marrow("x", code="11150-0 MRD blasts"),
        marrow("x", valueQuantity="62 %"),
        marrow("x", valueQuantity=[62]),
        marrow("x", method="Flow"),
        marrow("x", status=5),
        marrow("x", component="none"),
        marrow("x", component=[5]),
        marrow("x", specimen="Specimen/s"),
        marrow("x", interpretation="POS"),
        marrow("x", note="text"),
        marrow("x", valueString="62 %"),
        LEADING | {"id": "x", "onsetPeriod": "2024"},
        LEADING | {"id": "x", "clinicalStatus": 5},
        procedure("x", ("http://www.ama-assn.org/go/cpt", "38240"), bodySite="arm"),
        administration("x", text="blinatumomab", dosage="high"),
        care_plan("x", "Relapse reinduction", period="2026"),
    ],
)
def test_rule_36_a_wrong_type_makes_that_resource_unread_and_no_other(broken: Any) -> None:
    reading = read(broken, marrow("good", 8))
    assert [result.source.reference for result in facts(reading, BlastResult)] == [
        "Observation/good"
    ]
    assert [fact for fact in reading.chart.facts if fact.source.reference.endswith("/x")] == []
    assert len(reading.unread) == 1
    assert reading.unread[0].reference.endswith("/x")
    assert UNFORESEEN not in reasons(reading)


def test_rule_36_reasons_hold_no_patient_data() -> None:
    secret = "Jane Doe, born 1980"
    reading = read(marrow("x", method=secret, valueQuantity={"value": secret, "unit": secret}))
    assert reading.unread
    assert not any(secret in item.reason for item in reading.unread)


@pytest.mark.parametrize("status", [..., None])
def test_rule_36_missing_required_members_do_not_refuse(status: Any) -> None:
    """A status that is absent has a rule of its own; FHIR would refuse the whole resource."""
    assert only(read(marrow(status=status)), BlastResult)


def test_rule_37_deep_nesting_and_huge_texts() -> None:
    deep: Any = {}
    for _ in range(3000):
        deep = {"contained": [deep], "resourceType": "Observation", "extension": [deep]}
    long = "x" * 1_000_000
    reading = read(patient(), bundle(deep), marrow(note=[{"text": long}]), mrd(valueString=long))
    assert only(reading, BlastResult)
    assert all(len(item.code_text) < 200 for item in reading.unread)
    assert all(len(fact.text) <= 400 for fact in reading.chart.facts)


def test_rule_37_deeply_nested_bundles() -> None:
    record = marrow()
    for _ in range(5000):
        record = bundle(record)
    assert only(read(patient(), record), BlastResult)


def test_rule_37_numbers_that_are_none() -> None:
    for value in (float("nan"), float("inf"), 10**400, -(10**400), 1e-300, "NaN"):
        reading = read(marrow(value=value))
        assert [found.fraction for found in facts(reading, BlastResult)] == [None]
        assert reading.unread


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "x",
        [],
        {},
        [[]],
        [None],
        {"resourceType": 5},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": "x"},
    ],
)
def test_rule_37_what_is_no_resource_is_skipped(value: Any) -> None:
    assert read(patient(), value).chart.facts == ()


# --- The patient ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gender", "sex"),
    [
        ("female", Sex.FEMALE),
        ("male", Sex.MALE),
        ("other", Sex.OTHER),
        ("unknown", None),
        (None, None),
        ("F", None),
    ],
)
def test_sex(gender: Any, sex: Sex | None) -> None:
    assert read(patient(gender=gender)).patient.sex is sex


@pytest.mark.parametrize(
    ("birth", "expected", "listed"),
    [
        ("2014-03-01", DateRange(date(2014, 3, 1), date(2014, 3, 1)), False),
        ("2014", DateRange(date(2014, 1, 1), date(2014, 12, 31)), False),
        (None, None, False),
        ("", None, False),
        ("unknown", None, True),
        ("2014-02-30", None, True),
        (20140301, None, True),
    ],
)
def test_birth_date(birth: Any, expected: DateRange | None, listed: bool) -> None:
    reading = read(patient(birthDate=birth))
    assert reading.patient.birth == expected
    assert bool(reading.unread) is listed


@pytest.mark.parametrize(
    "members", [{"gender": 5}, {"deceasedBoolean": "maybe"}, {"modifierExtension": [{"url": "x"}]}]
)
def test_a_patient_that_is_not_valid_is_unknown_and_listed(members: Any) -> None:
    reading = read(patient(**members))
    assert (reading.patient.birth, reading.patient.sex) == (None, None)
    assert reading.unread


def test_names_never_reach_the_model() -> None:
    reading = read(patient(name=[{"family": "Doe"}], address=[{"city": "X"}]), marrow())
    assert "Doe" not in repr(reading)


def test_the_record_is_not_changed() -> None:
    record = [
        patient(),
        LEADING,
        specimen(),
        marrow(specimen={"reference": "Specimen/s"}),
        mrd(valueQuantity=quantity(0.3)),
        report("r", "Observation/m"),
    ]
    before = copy.deepcopy(record)
    reading = read(*record)
    assert record == before
    assert facts(reading, MrdResult)
    assert facts(reading, Diagnosis)
    assert concept() == {}

"""Dates (mapping rules 9 to 15, encodings 1.1, 1.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mappings.values import when
from relapse.dates import DateRange
from relapse.facts import BlastResult, Diagnosis, DrugUse, Transplant, TreatmentPlan
from tests.mappings.records import (
    AS_OF,
    ICD10CM,
    LEADING,
    RXNORM,
    SNOMED,
    administration,
    care_plan,
    condition,
    facts,
    marrow,
    only,
    patient,
    procedure,
    read,
    reasons,
    specimen,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-06-08", "2026-06-08"),
        ("2026-06-08T23:59:00-05:00", "2026-06-08"),
        ("2026-06-08T00:30:00+14:00", "2026-06-08"),
        ("2026-06-08T10:00:00Z", "2026-06-08"),
        ("2026-06-08T10:00:00", "2026-06-08"),
        ("2026-06-08T10:00", "2026-06-08"),
        ("2026-06-08 10:00:00", "2026-06-08"),
        ("2026-06-08T10:00:00.123456789Z", "2026-06-08"),
        ("2026-05", "2026-05"),
        ("2026", "2026"),
        (" 2026-06-08 ", "2026-06-08"),
    ],
)
def test_rule_9_the_day_as_written(text: str, shown: str) -> None:
    """No conversion to UTC; a clock time without a zone is accepted; encoding 1.1: parts of a date
    are intervals.
    """
    reading = read(marrow(effectiveDateTime=text))
    assert str(only(reading, BlastResult).when) == shown
    assert reading.unread == ()


def test_rule_9_the_evaluation_date_covers_its_whole_day() -> None:
    assert only(read(marrow(effectiveDateTime="2026-06-15T23:59:59+14:00")), BlastResult)


def test_rule_10_the_collection_outranks_the_effective_time() -> None:
    of = {"specimen": {"reference": "Specimen/s"}}
    for collected in ("2026-06-01", "2026-06-12"):
        result = only(read(specimen(collected=collected), marrow(**of)), BlastResult)
        assert str(result.when) == collected
        assert not result.source.date_inferred


@pytest.mark.parametrize(
    ("members", "first", "last"),
    [
        (
            {"effectivePeriod": {"start": "2026-06-01", "end": "2026-06-03"}},
            "2026-06-01",
            "2026-06-03",
        ),
        ({"effectiveInstant": "2026-06-02T10:00:00Z"}, "2026-06-02", "2026-06-02"),
        ({"effectivePeriod": {"start": "2026-06-01"}}, "2026-06-01", "2026-06-15"),
    ],
)
def test_rule_10_period_and_instant(members: Any, first: str, last: str) -> None:
    result = only(read(marrow(effectiveDateTime=..., **members)), BlastResult)
    assert result.when == DateRange(date.fromisoformat(first), date.fromisoformat(last))


def test_rule_10_a_collection_period() -> None:
    sample = specimen() | {
        "collection": {
            "collectedPeriod": {"start": "2026-06-01T08:00:00Z", "end": "2026-06-01T09:00:00Z"}
        }
    }
    result = only(read(sample, marrow(specimen={"reference": "Specimen/s"})), BlastResult)
    assert str(result.when) == "2026-06-01"


def test_encoding_1_2_issued_is_the_last_resort_and_marked() -> None:
    result = only(read(marrow(effectiveDateTime=..., issued="2026-06-09T10:00:00Z")), BlastResult)
    assert str(result.when) == "2026-06-09"
    assert result.source.date_inferred


def test_encoding_1_2_a_derived_sample_has_the_collection_of_its_parent() -> None:
    tube = specimen("tube", parent=[{"reference": "Specimen/s"}], collection={}, type={})
    result = only(
        read(
            specimen(),
            tube,
            marrow(specimen={"reference": "Specimen/tube"}, effectiveDateTime="2026-06-12"),
        ),
        BlastResult,
    )
    assert str(result.when) == "2026-06-08"


def test_no_date_at_all_is_undated_without_a_word() -> None:
    reading = read(marrow(effectiveDateTime=...))
    assert only(reading, BlastResult).when is None
    assert reading.unread == ()


@pytest.mark.parametrize(
    "members",
    [
        {"effectiveDateTime": "2026-02-30"},
        {"effectiveDateTime": "2026-13-01"},
        {"effectiveDateTime": "last Tuesday"},
        {"effectiveDateTime": "06/08/2026"},
        {"effectiveDateTime": "20260608"},
        {"effectiveDateTime": 20260608},
        {"effectiveDateTime": "0000-00-00"},
        {"effectiveDateTime": "unreadable", "issued": "2026-06-09T10:00:00Z"},
        {"effectiveDateTime": ..., "effectivePeriod": {"start": "2026-06-10", "end": "2026-06-01"}},
        {"effectiveDateTime": ..., "effectivePeriod": {"end": "2026-06-10"}},
        {"effectiveDateTime": ..., "issued": "yesterday"},
        {"specimen": {"reference": "Specimen/bad"}},
    ],
)
def test_rule_11_unreadable_is_listed_and_leaves_the_fact_undated(members: Any) -> None:
    reading = read(marrow(**members), specimen("bad", collected="2026-06-31"))
    assert only(reading, BlastResult).when is None
    assert reasons(reading)


def test_rule_12_results_after_the_evaluation_date_are_not_counted() -> None:
    reading = read(
        marrow("a", effectiveDateTime="2026-06-16"), marrow("b", effectiveDateTime="2026-06")
    )
    assert only(reading, BlastResult).source.reference == "Observation/b"
    assert reasons(reading, "Observation/a") == ["after the evaluation date"]


@pytest.mark.parametrize(
    "resource",
    [
        condition("x", (ICD10CM, "C91.02"), onsetDateTime="2027-01-01"),
        condition("x", (ICD10CM, "C91.02"), recordedDate="2027-01-01"),
        procedure("x", (SNOMED, "425843001"), performedDateTime="2027-01-01"),
        administration("x", (RXNORM, "1597258"), effectiveDateTime="2027-01-01"),
        care_plan("x", "Relapse reinduction", period={"start": "2027-01-01"}),
    ],
)
def test_rule_12_nor_anything_else_that_has_not_happened_yet(resource: Any) -> None:
    reading = read(resource)
    for kind in (Diagnosis, Transplant, DrugUse, TreatmentPlan):
        assert not facts(reading, kind)
    assert reasons(reading) == ["after the evaluation date"]


def test_rule_12_results_before_birth() -> None:
    reading = read(marrow(effectiveDateTime="2010-01-01"))
    assert not facts(reading, BlastResult)
    assert reasons(reading) == ["before the patient's birth"]


def test_rule_12_a_birth_after_the_evaluation_date_is_what_is_doubtful() -> None:
    reading = read(patient(birthDate="2027-01-01"), marrow())
    assert reading.patient.birth is None
    assert only(reading, BlastResult)
    assert reasons(reading, "Patient/p")


def test_rule_12_a_birth_after_the_diagnosis_is_what_is_doubtful() -> None:
    reading = read(patient(birthDate="2025-01-01"), LEADING, marrow(effectiveDateTime="2024-06-01"))
    assert reading.patient.birth is None
    assert only(reading, BlastResult)
    assert only(reading, Diagnosis)
    assert reasons(reading, "Patient/p")


@pytest.mark.parametrize(
    ("onset", "listed"),
    [
        ({"onsetString": "in the spring"}, True),
        ({"onsetDateTime": "sometime"}, True),
        ({"onsetPeriod": {"end": "2026-01-01"}}, True),
        ({}, False),
    ],
)
def test_rule_13_words_as_dates_are_not_guessed(onset: Any, listed: bool) -> None:
    reading = read(condition("c", (ICD10CM, "C91.02"), recordedDate="2026-06-01", **onset))
    found = only(reading, Diagnosis)
    assert found.when is None
    assert str(found.recorded) == "2026-06-01"
    assert bool(reading.unread) is listed


def test_rule_13_a_written_date_in_a_string_is_one() -> None:
    assert (
        str(only(read(condition("c", (ICD10CM, "C91.02"), onsetString="2025-03")), Diagnosis).when)
        == "2025-03"
    )


@pytest.mark.parametrize(
    ("members", "first", "last"),
    [
        ({"onsetAge": {"value": 10, "unit": "years", "code": "a"}}, "2024-03-01", "2025-02-28"),
        ({"onsetAge": {"value": 121, "code": "mo"}}, "2024-04-01", "2024-04-30"),
        (
            {"onsetRange": {"low": {"value": 9, "code": "a"}, "high": {"value": 10, "code": "a"}}},
            "2023-03-01",
            "2025-02-28",
        ),
    ],
)
def test_rule_13_an_age_at_onset_is_an_interval(members: Any, first: str, last: str) -> None:
    found = only(read(condition("c", (ICD10CM, "C91.02"), **members)), Diagnosis)
    assert found.when == DateRange(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "age",
    [
        {"value": 10},
        {"value": -1, "code": "a"},
        {"value": 10, "code": "furlong"},
        {"value": 4000, "code": "a"},
    ],
)
def test_rule_13_an_age_that_cannot_be_read(age: Any) -> None:
    reading = read(condition("c", (ICD10CM, "C91.02"), onsetAge=age))
    assert only(reading, Diagnosis).when is None
    assert reasons(reading)


def test_rule_13_ages_need_a_birth_date() -> None:
    assert when.at_age(None, Decimal(3), Decimal(3), "a") is None
    born = DateRange.parse("2020")
    assert when.at_age(born, Decimal(3), Decimal(3), "a") == DateRange(
        date(2023, 1, 1), date(2024, 12, 30)
    )


@pytest.mark.parametrize(
    ("members", "deceased"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026-06-14"}, DateRange.parse("2026-06-14")),
        ({"deceasedDateTime": "2026-06-16"}, False),
        ({"deceasedDateTime": "unreadable"}, True),
    ],
)
def test_rule_14_death(members: Any, deceased: Any) -> None:
    assert read(patient(**members)).patient.deceased == deceased


def test_rule_15_what_was_measured_and_what_was_coded_keep_their_own_dates() -> None:
    """Which of the two begins the episode is decided by the course of the disease."""
    reading = read(
        LEADING,
        marrow(effectiveDateTime="2026-05-01"),
        condition("r", (ICD10CM, "C91.02"), onsetDateTime="2026-05-20"),
    )
    assert str(only(reading, BlastResult).when) == "2026-05-01"
    assert {str(entry.when) for entry in facts(reading, Diagnosis)} == {"2024-03-10", "2026-05-20"}


def test_an_asserted_date_stands_in_for_an_onset() -> None:
    extension = [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
            "valueDateTime": "2024-03-10",
        }
    ]
    assert (
        str(only(read(condition("c", (SNOMED, "277572006"), extension=extension)), Diagnosis).when)
        == "2024-03-10"
    )
    both = condition("c", (SNOMED, "277572006"), extension=extension, onsetDateTime="2024-02")
    assert str(only(read(both), Diagnosis).when) == "2024-02"


def test_dates_at_the_ends_of_the_calendar() -> None:
    plan = care_plan(
        "c",
        "Relapse reinduction",
        status="active",
        period={"start": "0001-01-01", "end": "9999-12-31"},
    )
    assert only(read(plan), TreatmentPlan).running
    assert read(marrow(), as_of=date.min).chart.facts == ()
    assert read(marrow(), as_of=date.max).chart.facts


def test_nothing_reads_the_clock() -> None:
    early, late = date(2020, 1, 1), date(2030, 1, 1)
    assert not facts(read(marrow(), as_of=early), BlastResult)
    assert facts(read(marrow(), as_of=late), BlastResult)
    assert AS_OF == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("birth", "known"),
    [("1906-06-15", True), ("1906-06-14", False), ("1906", True), ("1905", False)],
)
def test_rule_12_a_birth_date_of_more_than_120_years_ago_is_doubtful(
    birth: str, known: bool
) -> None:
    """1900-01-01 stands in many records for a date that nobody knows; the facts stay."""
    reading = read(patient(birthDate=birth), marrow())
    assert (reading.chart.patient.birth is not None) is known
    assert bool(reasons(reading, "Patient/p")) is not known
    assert only(reading, BlastResult)

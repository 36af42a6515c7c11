"""Conclusions of reports (mapping rule 21, encoding 1.5)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import BlastResult
from tests.mappings.records import (
    NOT_DETECTED,
    cd19,
    cd22,
    concept,
    facts,
    interpretation,
    marrow,
    mrd,
    only,
    quantity,
    read,
    reasons,
    report,
    specimen,
)

RESULTS = (
    marrow(),
    cd19(valueQuantity=quantity(95), interpretation=interpretation("POS")),
    cd22(valueQuantity=quantity(90), interpretation=interpretation("POS")),
    mrd(
        valueCodeableConcept=concept(NOT_DETECTED),
        component=[{"code": {"text": "Limit of detection"}, "valueQuantity": quantity(0.01)}],
    ),
)
REFERENCES = tuple(f"Observation/{result['id']}" for result in RESULTS)


def concluded(text: str, *references: str) -> Any:
    return read(*RESULTS, report("r", *(references or REFERENCES), conclusion=text))


@pytest.mark.parametrize(
    "text",
    [
        "62 % lymphoblasts.",
        "Relapse of B-ALL with 62% blasts; CD19 and CD22 positive.",
        "MRD not detected at a sensitivity of 0.01 %.",
        "Blasts positive for CD19.",
        "Normocellular marrow.",
        "",
    ],
)
def test_rule_21_and_encoding_1_5_a_conclusion_that_repeats_its_results_is_silent(
    text: str,
) -> None:
    assert concluded(text).unread == ()


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("62 % blasts.", "blasts"),
        ("MRD positive.", "MRD"),
        ("CD19 negative.", "CD19"),
        ("CD22 expressed on blasts", "CD22"),
        ("No residual leukemia", "MRD"),
    ],
)
def test_rule_21_a_conclusion_without_results_is_listed(text: str, topic: str) -> None:
    reading = read(report("r", conclusion=text))
    assert reading.chart.facts == ()
    assert any(topic in reason for reason in reasons(reading, "DiagnosticReport/r"))


def test_rule_21_a_result_of_another_report_does_not_say_it() -> None:
    assert reasons(concluded("CD19 positive", "Observation/m"), "DiagnosticReport/r")


@pytest.mark.parametrize(
    "text", ["8 % blasts.", "CD19 negative.", "Loss of CD19.", "MRD positive.", "MRD 0.3 %."]
)
def test_rule_21_a_conclusion_that_contradicts_its_results_is_listed(text: str) -> None:
    reading = concluded(text)
    assert reasons(reading, "DiagnosticReport/r")
    assert len(facts(reading, BlastResult)) == 1


def test_rule_21_a_conclusion_is_never_read_as_a_result() -> None:
    reading = concluded("8 % blasts.")
    assert "62" in only(reading, BlastResult).text


def test_rule_21_through_panels() -> None:
    panel = marrow("panel", hasMember=[{"reference": "Observation/m"}])
    del panel["valueQuantity"]
    assert (
        read(marrow(), panel, report("r", "Observation/panel", conclusion="62 % blasts")).unread
        == ()
    )


def test_rule_21_somebody_elses_report() -> None:
    reading = read(report("r", conclusion="62 % blasts", subject={"reference": "Patient/other"}))
    assert reasons(reading, "DiagnosticReport/r")


def test_a_result_inherits_the_date_of_its_report() -> None:
    result = marrow(effectiveDateTime=...)
    assert (
        str(
            only(
                read(result, report("r", "Observation/m", effectiveDateTime="2026-06-07")),
                BlastResult,
            ).when
        )
        == "2026-06-07"
    )
    two = read(
        result,
        report("r", "Observation/m", effectiveDateTime="2026-06-07"),
        report("s", "Observation/m", effectiveDateTime="2026-05-07"),
    )
    assert only(two, BlastResult).when is None


def test_a_result_with_its_own_specimen_keeps_it() -> None:
    reading = read(
        specimen(),
        specimen("t", collected="2026-01-01"),
        marrow(specimen={"reference": "Specimen/s"}),
        report("r", "Observation/m", specimen=[{"reference": "Specimen/t"}]),
    )
    assert only(reading, BlastResult).specimen == "Specimen/s"

"""Records that could be read in two ways: panels, earlier values, results and reports of others."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    AntigenResult,
    BlastResult,
    Expression,
    MrdResult,
    PerformanceScale,
    PerformanceStatus,
)
from tests.mappings.records import (
    LOINC,
    concept,
    facts,
    interpretation,
    marrow,
    mrd,
    observation,
    only,
    quantity,
    read,
    reasons,
    report,
    specimen,
)

OTHER = {"reference": "Patient/other"}
ECOG_PANEL = (LOINC, "89246-3")


# --- Performance panels --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        {"valueInteger": 2},
        {"component": [{"code": concept((LOINC, "89247-1")), "valueInteger": 2}]},
        {"component": [{"code": concept(text="Score"), "valueInteger": 2}]},
        {"component": [{"code": concept(text="Grade"), "valueString": "ECOG 2"}]},
        {"component": [{"code": concept(text="ECOG grade"), "valueQuantity": quantity(2, "1")}]},
    ],
)
def test_encoding_9_5_a_panel_of_ecog_with_its_score(members: Any) -> None:
    found = only(read(observation("p", ECOG_PANEL, **members)), PerformanceStatus)
    assert (found.scale, found.score) == (PerformanceScale.ECOG, 2)


def test_encoding_9_5_a_panel_with_members() -> None:
    panel = observation("p", ECOG_PANEL, hasMember=[{"reference": "Observation/s"}])
    reading = read(panel, observation("s", (LOINC, "89247-1"), valueInteger=3))
    assert only(reading, PerformanceStatus).score == 3
    assert reading.unread == ()


@pytest.mark.parametrize(
    "given",
    [
        observation(
            "p",
            ECOG_PANEL,
            component=[
                {"code": concept(text="Score"), "valueInteger": 1},
                {"code": concept(text="Grade"), "valueInteger": 3},
            ],
        ),
        observation(
            "p", ECOG_PANEL, component=[{"code": concept(text="Ambulation"), "valueInteger": 1}]
        ),
        # Used for Karnofsky and for Lansky alike.
        observation("p", (LOINC, "89244-8"), valueInteger=70),
    ],
)
def test_encoding_9_5_a_panel_without_a_clear_score_is_listed(given: Any) -> None:
    reading = read(given)
    assert not facts(reading, PerformanceStatus)
    assert reasons(reading)


def test_encoding_9_5_a_panel_without_any_score_says_nothing() -> None:
    assert read(observation("p", ECOG_PANEL)).unread == ()


# --- Values of another day -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Previous MRD",
        "Baseline MRD",
        "MRD, prior result",
        "MRD at diagnosis",
        "Historical MRD value",
        "Last MRD",
        "Highest MRD",
        "Pre-treatment MRD",
    ],
)
def test_rule_16_an_earlier_value_beside_the_level(name: str) -> None:
    reading = read(
        mrd(
            valueQuantity=quantity(0.002),
            component=[{"code": concept(text=name), "valueQuantity": quantity(3)}],
        )
    )
    found = only(reading, MrdResult)
    assert found.fraction is not None
    assert str(found.fraction.low) == "0.00002"
    assert reasons(reading)


def test_rule_16_an_earlier_marker_in_a_panel() -> None:
    reading = read(
        observation(
            "p",
            (LOINC, "101119-6"),
            component=[
                {"code": concept(text="CD19"), "interpretation": interpretation("POS")},
                {"code": concept(text="CD19, previous"), "interpretation": interpretation("NEG")},
            ],
        )
    )
    assert only(reading, AntigenResult).reported is Expression.POSITIVE
    assert reasons(reading)


def test_rule_22_blasts_and_residual_disease_inside_a_panel() -> None:
    reading = read(
        observation(
            "p",
            (LOINC, "101119-6"),
            component=[
                {"code": concept(text="MRD by flow, marrow"), "valueQuantity": quantity(3)},
                {"code": concept(text="Blasts in bone marrow"), "valueQuantity": quantity(4)},
            ],
        )
    )
    assert only(reading, MrdResult).source.reference == "Observation/p"
    assert only(reading, BlastResult).source.reference == "Observation/p"


# --- Reports and results of others ---------------------------------------------------------------


def test_rule_1_a_result_of_another_patient_on_this_patients_report() -> None:
    theirs = marrow("theirs", 80, subject=OTHER)
    reading = read(report("r", "Observation/theirs", "Observation/m"), theirs, marrow())
    assert only(reading, BlastResult).source.reference == "Observation/m"
    assert reasons(reading, "Observation/theirs")


def test_rule_1_a_panel_of_another_patient_with_a_member_of_this_one() -> None:
    panel = observation(
        "panel", (LOINC, "101119-6"), subject=OTHER, hasMember=[{"reference": "Observation/m"}]
    )
    reading = read(panel, marrow())
    assert only(reading, BlastResult).source.reference == "Observation/m"
    assert reasons(reading, "Observation/panel")


def test_rule_1_a_report_of_another_patient_lends_nothing() -> None:
    """Neither its date, nor its specimen, nor that it was entered in error."""
    theirs = report(
        "r",
        "Observation/m",
        subject=OTHER,
        status="entered-in-error",
        effectiveDateTime="2026-01-01",
        specimen=[{"reference": "Specimen/s"}],
    )
    sample = specimen(subject=OTHER, collected="2025-12-01")
    reading = read(theirs, sample, marrow(effectiveDateTime=...))
    found = only(reading, BlastResult)
    assert (found.when, found.specimen) == (None, None)
    assert reasons(reading, "DiagnosticReport/r")


def test_rule_1_a_report_of_another_patient_with_unrelated_results_is_silent() -> None:
    theirs = report("r", "Observation/g", subject=OTHER)
    glucose = observation("g", text="Glucose", valueQuantity=quantity(5, "mg/dL"))
    assert read(theirs, glucose).unread == ()


def test_rule_1_a_result_contained_in_another_patients_report() -> None:
    theirs = report("r", "#m", subject=OTHER, contained=[marrow() | {"subject": None}])
    del theirs["contained"][0]["subject"]
    reading = read(theirs)
    assert not facts(reading, BlastResult)
    assert reasons(reading)

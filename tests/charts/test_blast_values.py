"""Marrow blasts and genetics in whole records."""

import pytest

from tests.charts.records import (
    LOINC,
    SNOMED,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    concept,
    evaluate,
    marrow,
    observation,
    percent,
    quantity,
    without,
)


def test_a_negative_transcript_in_a_treated_patient_is_not_ph_negative():
    """E-04: BCR::ABL1 found at diagnosis, not detected now."""
    chart = [
        *without(adult_in_relapse(), "bcr-abl1"),
        bcr_abl1("first", "2025-08-01", found=True),
        bcr_abl1("now", "2026-06-08", method="RT-PCR"),
    ]
    assert evaluate(chart).state["ph"] == "T"


def test_a_karyotype_alone_leaves_ph_unknown():
    """Encoding 7.2: normal karyotype, no BCR::ABL1 study."""
    karyotype = observation(
        "karyotype",
        concept("Karyotype", (LOINC, "33893-9")),
        "2026-06-08",
        valueString="46,XY[20]",
    )
    answer = evaluate([*without(adult_in_relapse(), "bcr-abl1"), karyotype])
    assert answer.state["ph"] == "U"
    assert "D-PH" in answer.requests()


@pytest.mark.parametrize(
    "iscn", ["46,XY,t(9;22)(q34;q11.2)[15]/46,XY[5]", "45,XX,-7,t(9;22)(q34.1;q11.2)[20]"]
)
def test_a_karyotype_with_the_translocation_is_ph_positive(iscn):
    """Encoding 7.2: t(9;22) in the ISCN string outweighs nothing else known."""
    karyotype = observation(
        "karyotype", concept("Karyotype", (LOINC, "33893-9")), "2026-06-08", valueString=iscn
    )
    answer = evaluate([*without(adult_in_relapse(), "bcr-abl1"), karyotype])
    assert answer.state["ph"] == "T"


def test_abl_class_fish_is_not_bcr_abl1():
    """96494-0: ABL1 and ABL2 and PDGFRB rearrangement present is Ph-like, not Ph-positive."""
    fish = observation(
        "abl-class",
        concept("ABL1 and ABL2 and PDGFRB gene rearrangements by FISH", (LOINC, "96494-0")),
        "2026-06-08",
        valueCodeableConcept=concept("Detected", (SNOMED, "260373001")),
    )
    answer = evaluate([*adult_in_relapse(), fish])
    assert answer.state["ph"] == "F"


def test_marrow_blasts_without_unit_are_listed():
    """11150-0 with a bare 62: the name implies 'per 100', which is not enough (rule 17)."""
    result = marrow("bare", 62, "2026-06-08") | {"valueQuantity": {"value": 62}}
    answer = evaluate([*adult_in_first_remission(), result])
    assert answer.disease == ("CR", 0, 1)
    assert "Observation/bare" in answer.unread


def test_marrow_blasts_as_fraction():
    """Blasts 0.62 with unit 1."""
    result = marrow("fraction", 62, "2026-06-08") | {"valueQuantity": quantity(0.62, "1")}
    assert evaluate([*adult_in_first_remission(), result]).disease == ("ACTIVE_RR", 1, None)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ({"comparator": "<"} | percent(5), "CR"),
        ({"comparator": ">"} | percent(25), "ACTIVE_RR"),
        ({"comparator": ">"} | percent(90), "ACTIVE_RR"),
    ],
    ids=["<5", ">25", ">90"],
)
def test_marrow_blasts_with_comparator(value, state):
    """'<5 %' in CR1 stays CR1; '>25 %' and '>90 %' are a relapse (rule 18)."""
    result = marrow("m", 1, "2026-06-08") | {"valueQuantity": value}
    assert evaluate([*adult_in_first_remission(), result]).disease[0] == state


def test_a_string_of_marrow_blasts():
    """'62 %' as text."""
    result = marrow("m", 1, "2026-06-08", valueQuantity=None, valueString="62 %")
    assert evaluate([*adult_in_first_remission(), result]).disease == ("ACTIVE_RR", 1, None)

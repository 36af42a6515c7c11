"""Blasts and residual disease (encodings 1.3, 1.4, 1.6, 4 and 6; mapping rules 16 to 19, 24)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import BlastResult, Detection, GeneticResult, Material, Method, MrdResult
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    DETECTED,
    INTERPRETATION,
    LOCAL,
    LOINC,
    NOT_DETECTED,
    SNOMED,
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

D = Decimal


def exact(value: str) -> Interval:
    return Interval.exact(D(value))


def limit(value: Any = 0.01, unit: str | None = "%") -> list[dict[str, Any]]:
    return [
        {
            "code": {"text": "Limit of detection (analytical sensitivity)"},
            "valueQuantity": quantity(value, unit),
        }
    ]


# --- Blasts --------------------------------------------------------------------------------------


def test_encoding_4_1_two_methods_on_one_specimen() -> None:
    of = {"specimen": {"reference": "Specimen/s"}}
    reading = read(
        specimen(),
        marrow("a", 62, method={"text": "Morphology (differential count of aspirate smear)"}, **of),
        marrow("b", 58, method={"text": "Flow cytometry"}, **of),
    )
    found = {result.method: result for result in facts(reading, BlastResult)}
    assert found[Method.MORPHOLOGY].fraction == exact("0.62")
    assert found[Method.FLOW].fraction == exact("0.58")
    assert {result.specimen for result in found.values()} == {"Specimen/s"}
    assert {result.material for result in found.values()} == {Material.MARROW}


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("Morphology (differential count of aspirate smear)", Method.MORPHOLOGY),
        ("Flow cytometry", Method.FLOW),
        ("Quantitative PCR of clonal Ig/TCR rearrangement", Method.CLONAL_PCR),
        ("Next-generation sequencing", Method.NGS),
        ("FISH", Method.CYTOGENETICS),
        ("RT-PCR of BCR::ABL1 transcripts", Method.FUSION_TRANSCRIPT),
        ("Manual microscopy", Method.MORPHOLOGY),
        ("A new method", Method.UNKNOWN),
    ],
)
def test_encoding_1_4_methods(text: str, method: Method) -> None:
    assert only(read(marrow(method={"text": text})), BlastResult).method is method


@pytest.mark.parametrize(
    ("type_text", "material"),
    [
        ("Bone marrow aspirate", Material.MARROW),
        ("Blood", Material.BLOOD),
        ("Peripheral blood", Material.BLOOD),
        ("Swab", Material.UNKNOWN),
    ],
)
def test_encoding_1_3_material_by_specimen(type_text: str, material: Material) -> None:
    result = observation(
        "m",
        (LOCAL, "BL"),
        text="Blasts/100 cells",
        valueQuantity=quantity(30),
        specimen={"reference": "Specimen/s"},
    )
    assert only(read(specimen(text=type_text), result), BlastResult).material is material


def test_encoding_1_3_material_by_body_site() -> None:
    result = observation(
        "m",
        (LOCAL, "BL"),
        text="Blasts/100 cells",
        valueQuantity=quantity(30),
        bodySite={"text": "Bone marrow"},
    )
    assert only(read(result), BlastResult).material is Material.MARROW


def test_materials_that_contradict_each_other_are_unknown_and_listed() -> None:
    reading = read(specimen(text="Blood"), marrow(specimen={"reference": "Specimen/s"}))
    assert only(reading, BlastResult).material is Material.UNKNOWN
    assert reasons(reading)


def test_encoding_4_2_a_report_repeats_its_results() -> None:
    reading = read(
        marrow(),
        report("r", "Observation/m", code=concept((LOINC, "48807-2")), conclusion="62 % blasts."),
    )
    assert only(reading, BlastResult)
    assert reading.unread == ()


def test_encoding_4_3_no_blasts_in_blood_is_a_statement() -> None:
    result = only(read(observation("b", (LOINC, "709-6"), valueQuantity=quantity(0))), BlastResult)
    assert result.material is Material.BLOOD
    assert result.fraction == exact("0")


@pytest.mark.parametrize(
    ("code", "value", "count"),
    [
        ("30376-8", quantity(2, "10*3/uL"), "2"),
        ("708-8", quantity(500, "/uL"), "0.5"),
        ("35050-4", quantity(1.5, "10*9/L"), "1.5"),
    ],
)
def test_absolute_blood_blasts(code: str, value: Any, count: str) -> None:
    result = only(read(observation("b", (LOINC, code), valueQuantity=value)), BlastResult)
    assert result.count_10e9_per_l == exact(count)
    assert result.fraction is None
    assert result.lymphoblasts is (code == "35050-4")


def test_lymphoblasts_are_named() -> None:
    assert only(
        read(observation("b", (LOINC, "34922-5"), valueQuantity=quantity(3))), BlastResult
    ).lymphoblasts
    assert not only(read(marrow()), BlastResult).lymphoblasts


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        ({"valueString": "62 %"}, exact("0.62")),
        ({"valueString": "<5 %"}, Interval(None, D("0.05"), high_open=True)),
        (
            {"valueRange": {"low": quantity(5), "high": quantity(10)}},
            Interval(D("0.05"), D("0.10")),
        ),
        ({"valueRatio": {"numerator": {"value": 31}, "denominator": {"value": 50}}}, exact("0.62")),
        ({"valueQuantity": quantity(5, comparator=">=")}, Interval(D("0.05"), None)),
        ({"valueString": "none seen"}, exact("0")),
    ],
)
def test_rule_16_to_18_shapes_of_a_share(value: Any, fraction: Interval) -> None:
    assert (
        only(read(observation("m", (LOINC, "11150-0"), **value)), BlastResult).fraction == fraction
    )


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": quantity(62, None)},
        {"valueInteger": 62},
        {"valueString": "62"},
        {"valueString": "62 %, previously 8 %"},
        {"valueString": "predominance of immature cells"},
        {"valueQuantity": quantity(62, "mg/dL")},
        {"valueQuantity": quantity(162)},
        {"valueQuantity": quantity(float("nan"))},
        {
            "valueQuantity": {
                "value": 62,
                "unit": "%",
                "system": "http://unitsofmeasure.org",
                "code": "1",
            }
        },
        {"valueCodeableConcept": concept(text="increased")},
    ],
)
def test_rule_16_to_18_unreadable_blasts_are_listed(value: Any) -> None:
    """In blood they leave no fact; of a marrow, that there was one whose blasts nobody can read."""
    blood = read(observation("m", (LOINC, "709-6"), **value))
    assert not facts(blood, BlastResult)
    assert reasons(blood)
    reading = read(observation("m", (LOINC, "11150-0"), **value))
    marrow = only(reading, BlastResult)
    assert marrow.material is Material.MARROW
    assert (marrow.fraction, marrow.count_10e9_per_l) == (None, None)
    assert len(reading.unread) == 1


@pytest.mark.parametrize(
    "code",
    [
        concept((LOINC, "8117-4"), text="CD19 cells/100 cells in Blood"),
        concept((LOINC, "13842-0"), text="CD20 blasts/100 blasts in Blood"),
        concept(text="Erythroblasts/100 cells in Bone marrow"),
        concept(text="Myeloblasts"),
        concept(text="Glucose"),
    ],
)
def test_rule_26_other_cells_say_nothing_on_blasts(code: Any) -> None:
    reading = read(marrow(code=code))
    assert reading.chart.facts == ()
    assert reading.unread == ()


def test_rule_24_local_codes_with_a_telling_name() -> None:
    reading = read(
        observation("b", (LOCAL, "X"), text="Blasts, peripheral blood", valueQuantity=quantity(12))
    )
    assert only(reading, BlastResult).material is Material.BLOOD


# --- MRD -----------------------------------------------------------------------------------------


def test_encoding_6_1_flow() -> None:
    result = only(
        read(mrd(valueQuantity=quantity(0.3), interpretation=interpretation("DET"))), MrdResult
    )
    assert (result.method, result.material) == (Method.FLOW, Material.MARROW)
    assert (result.detection, result.fraction) == (Detection.QUANTIFIED, exact("0.003"))


def test_encoding_6_1_the_code_alone_is_not_enough() -> None:
    reading = read(observation("x", (LOINC, "67128-9"), valueQuantity=quantity(0.3)))
    assert reading.chart.facts == ()


def test_encoding_6_2_clonal_pcr() -> None:
    text = "ALL minimal residual disease (MRD) by clonal Ig/TCR quantitative PCR, bone marrow"
    result = only(
        read(observation("x", (LOCAL, "MRDPCR"), text=text, valueQuantity=quantity(0.02))),
        MrdResult,
    )
    assert (result.method, result.material) == (Method.CLONAL_PCR, Material.MARROW)


def test_encoding_6_3_ngs() -> None:
    text = "B-ALL minimal residual disease (MRD) by next-generation sequencing, bone marrow"
    result = only(
        read(observation("x", (LOINC, "104273-8"), text=text, valueQuantity=quantity(3, "/10*6"))),
        MrdResult,
    )
    assert (result.method, result.fraction) == (Method.NGS, exact("0.000003"))
    bare = only(
        read(observation("x", (LOINC, "104273-8"), valueQuantity=quantity(3, "/10*6"))), MrdResult
    )
    assert bare.method is Method.NGS


@pytest.mark.parametrize(
    ("unit", "value", "fraction"), [("%", 0.05, "0.0005"), ("/10*6", 500, "0.0005")]
)
def test_encoding_6_4_and_1_6_units_decide(unit: str, value: Any, fraction: str) -> None:
    assert only(
        read(mrd(valueQuantity=quantity(value, unit), interpretation=interpretation("DET"))),
        MrdResult,
    ).fraction == exact(fraction)


@pytest.mark.parametrize(
    "value",
    [
        {"valueCodeableConcept": concept(NOT_DETECTED), "interpretation": interpretation("ND")},
        {"valueCodeableConcept": concept(NOT_DETECTED)},
        {"interpretation": interpretation("ND")},
        {"valueCodeableConcept": concept((LOINC, "LA11883-8"))},
        {"valueString": "Not detected"},
        {"valueBoolean": False},
        {"valueCodeableConcept": concept(text="Undetectable")},
        {"valueQuantity": quantity(0), "interpretation": interpretation("ND")},
        {"valueQuantity": quantity(0)},
    ],
)
def test_encoding_6_5_not_detected(value: Any) -> None:
    reading = read(mrd(**value))
    result = only(reading, MrdResult)
    assert (result.detection, result.fraction, result.sensitivity) == (
        Detection.NOT_DETECTED,
        None,
        None,
    )
    assert reading.unread == ()


@pytest.mark.parametrize(
    "members",
    [
        {"component": limit()},
        {"note": [{"text": "Analytical sensitivity of this assay: 0.01 %."}]},
        {"valueString": "Not detected (sensitivity 0.01 %)"},
        {"component": limit(100, "/10*6")},
        {"component": [{"code": {"text": "Limit of detection"}, "valueString": "10^-4"}]},
    ],
)
def test_encoding_6_6_sensitivity(members: Any) -> None:
    value = {} if "valueString" in members else {"valueCodeableConcept": concept(NOT_DETECTED)}
    reading = read(mrd(**value, **members))
    result = only(reading, MrdResult)
    assert (result.detection, result.sensitivity) == (Detection.NOT_DETECTED, D("0.0001"))
    assert reading.unread == ()


@pytest.mark.parametrize(
    "members",
    [
        {"component": limit(0.01, None)},
        {"note": [{"text": "Sensitivity 0.01"}]},
        {"component": limit(0)},
    ],
)
def test_encoding_6_6_a_sensitivity_that_cannot_be_read_is_listed(members: Any) -> None:
    reading = read(mrd(valueCodeableConcept=concept(NOT_DETECTED), **members))
    assert only(reading, MrdResult).sensitivity is None
    assert reasons(reading)


def test_below_a_bound_and_not_detected_the_bound_is_the_sensitivity() -> None:
    value = {
        "valueQuantity": quantity(0.01, comparator="<"),
        "interpretation": interpretation("ND"),
    }
    result = only(read(mrd(**value)), MrdResult)
    assert (result.detection, result.sensitivity) == (Detection.NOT_DETECTED, D("0.0001"))


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": quantity(0.01, comparator="<")},
        {"valueString": "<0.01%"},
        {"valueString": "< 1 x 10^-4"},
    ],
)
def test_below_a_bound_alone_is_a_level(value: Any) -> None:
    result = only(read(mrd(**value)), MrdResult)
    assert result.detection is Detection.QUANTIFIED
    assert result.fraction == Interval(None, D("0.0001"), high_open=True)


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ({"valueCodeableConcept": concept(DETECTED)}, None),
        ({"valueString": "detected, not quantifiable"}, None),
        ({"interpretation": interpretation("DET")}, None),
        (
            {
                "valueQuantity": quantity(0.01, comparator="<"),
                "interpretation": interpretation("DET"),
            },
            Interval(None, D("0.0001"), high_open=True),
        ),
        ({"valueString": "positive <0.01 %"}, Interval(None, D("0.0001"), high_open=True)),
    ],
)
def test_detected_without_a_number(value: Any, bound: Interval | None) -> None:
    result = only(read(mrd(**value)), MrdResult)
    assert (result.detection, result.fraction) == (Detection.DETECTED, bound)


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": quantity(0.3, None)},
        {"valueInteger": 0},
        {"valueString": "see comment"},
        {"valueString": "0.3 %, previously not detected"},
        {"valueCodeableConcept": concept((SNOMED, "82334004"))},
        {"valueCodeableConcept": concept((SNOMED, "720735008"))},
        {"interpretation": interpretation("E")},
        {"valueQuantity": quantity(0.3), "interpretation": interpretation("ND")},
        {"valueQuantity": quantity(0), "interpretation": interpretation("DET")},
        {"valueCodeableConcept": concept(NOT_DETECTED), "interpretation": interpretation("DET")},
        {"valueCodeableConcept": concept(NOT_DETECTED, text="Detected")},
        {"valueCodeableConcept": concept(NOT_DETECTED, DETECTED)},
        {"valueQuantity": quantity(300, "ng/mL")},
    ],
)
def test_rule_19_unclear_results_exist_and_are_listed(value: Any) -> None:
    reading = read(mrd(**value))
    assert only(reading, MrdResult).detection is Detection.UNREADABLE
    assert reasons(reading)


@pytest.mark.parametrize("code", ["A", "N", "H", "L"])
def test_rule_19_normal_and_abnormal_say_neither(code: str) -> None:
    reading = read(mrd(interpretation=interpretation(code)))
    assert not facts(reading, MrdResult)
    assert (
        only(
            read(mrd(valueQuantity=quantity(0.3), interpretation=interpretation(code))), MrdResult
        ).detection
        is Detection.QUANTIFIED
    )


def test_an_interpretation_of_an_older_release_is_a_single_object() -> None:
    old = {"coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": "ND"}]}
    assert only(read(mrd(interpretation=old)), MrdResult).detection is Detection.NOT_DETECTED
    assert INTERPRETATION


def test_transcript_ratios_never_become_a_share_of_cells() -> None:
    text = "BCR::ABL1 minimal residual disease, p190 transcript ratio, bone marrow"
    reading = read(observation("x", (LOINC, "52132-8"), text=text, valueQuantity=quantity(0.02)))
    result = only(reading, MrdResult)
    assert (result.detection, result.fraction, result.method) == (
        Detection.UNREADABLE,
        None,
        Method.FUSION_TRANSCRIPT,
    )


def test_a_transcript_ratio_without_the_word_is_a_genetic_result() -> None:
    reading = read(observation("x", (LOINC, "46434-7"), valueQuantity=quantity(0.02)))
    assert not facts(reading, MrdResult)
    result = only(reading, GeneticResult)
    assert result.quantitative
    assert result.present is Tri.MET


def test_residual_disease_in_spinal_fluid_is_listed() -> None:
    reading = read(
        specimen(text="Cerebrospinal fluid"),
        mrd(valueQuantity=quantity(0.3), specimen={"reference": "Specimen/s"}),
    )
    assert not facts(reading, MrdResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    "text",
    [
        "clonoSEQ tracking, bone marrow",
        "Measurable residual disease, marrow",
        "BALLM, bone marrow",
        "MRD",
    ],
)
def test_rule_24_mrd_by_local_names(text: str) -> None:
    assert only(
        read(observation("x", (LOCAL, "1"), text=text, valueQuantity=quantity(0.3))), MrdResult
    )


def test_an_interpretation_that_nobody_knows_says_nothing() -> None:
    unknown = [concept(("http://example.org", "??"))]
    assert (
        only(read(mrd(valueQuantity=quantity(0.3), interpretation=unknown)), MrdResult).detection
        is Detection.QUANTIFIED
    )


def test_rule_25_a_code_without_its_system_is_listed() -> None:
    reading = read(marrow(code={"coding": [{"code": "11150-0"}]}))
    assert reading.chart.facts == ()
    assert reasons(reading) == ["a code without its system"]
    panel = {"code": {"coding": [{"code": "11150-0"}]}, "valueQuantity": quantity(62)}
    inside = observation("x", text="Flow panel", component=[panel])
    assert reasons(read(inside)) == ["a code without its system"]

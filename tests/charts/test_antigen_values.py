"""CD19 and CD22 in whole records: words, shares, panels, contradictions."""

import pytest

from tests.charts.records import (
    INTERPRETATION,
    LOINC,
    SNOMED,
    about,
    adult_in_first_remission,
    adult_in_relapse,
    blood,
    cd19,
    cd22,
    changed,
    concept,
    evaluate,
    observation,
    percent,
    without,
)
from tests.charts.stories import in_first_remission


def test_value_and_interpretation_that_disagree_are_unknown():
    """MRD 0.3 % with the interpretation 'not detected' (rule 19)."""
    answer = in_first_remission(valueQuantity=percent(0.3), says="ND")
    assert answer.state["mrd"] == "UNK"


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": percent(95), "says": "NEG"},
        {"valueQuantity": percent(2), "says": "POS"},
    ],
    ids=["95 % NEG", "2 % POS"],
)
def test_cd22_percentage_against_its_interpretation(value):
    """CD22 95 % marked negative, or 2 % marked positive: unknown (rule 19).

    Below 20 % but reported positive may also be read as positive (POL-01), never as negative.
    """
    chart = [*without(adult_in_relapse(), "cd22"), cd22("cd22", "2026-06-08", **value)]
    answer = evaluate(chart)
    assert answer.ino in ({"CAD"} if value["says"] == "NEG" else {"CAD", "EVAL"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": percent(20), "says": None}, "EVAL"),
        ({"valueQuantity": percent(19.9), "says": None}, "NOT"),
        ({"valueQuantity": None, "says": "POS"}, "EVAL"),
        ({"valueQuantity": None, "says": "NEG"}, "NOT"),
        ({"valueQuantity": None, "says": "A"}, "CAD"),
        ({"valueQuantity": None, "says": "N"}, "CAD"),
        ({"valueQuantity": None, "says": "E"}, "CAD"),
        ({"valueQuantity": None, "says": "IND"}, "CAD"),
        ({"valueQuantity": None, "valueString": "positive"}, "EVAL"),
        ({"valueQuantity": None, "says": None, "valueString": "Negative"}, "NOT"),
        ({"valueQuantity": None, "says": None, "valueString": "dim"}, "CAD"),
        ({"valueQuantity": None, "says": None, "valueString": "partial"}, "CAD"),
        ({"valueQuantity": None, "says": None, "valueString": "not negative"}, "CAD"),
        ({"valueQuantity": None, "says": None, "valueString": "positive in a subset"}, "CAD"),
        ({"valueQuantity": None, "says": None, "valueString": "no longer positive"}, "CAD"),
        ({"valueQuantity": {"comparator": "<"} | percent(20), "says": None}, "NOT"),
        ({"valueQuantity": {"comparator": "<"} | percent(30), "says": None}, "CAD"),
        ({"valueQuantity": {"comparator": ">"} | percent(20), "says": None}, "EVAL"),
        ({"valueQuantity": {"comparator": ">"} | percent(10), "says": None}, "CAD"),
        ({"valueQuantity": {"value": 90}, "says": None}, "CAD"),
        ({"valueInteger": 90, "valueQuantity": None, "says": None}, "CAD"),
        (
            {
                "valueQuantity": None,
                "says": None,
                "valueCodeableConcept": concept(None, (SNOMED, "42425007")),
            },
            "CAD",
        ),
        (
            {
                "valueQuantity": None,
                "says": None,
                "valueCodeableConcept": concept(None, (SNOMED, "720735008")),
            },
            "CAD",
        ),
        (
            {
                "valueQuantity": None,
                "says": "POS",
                "valueCodeableConcept": concept(None, (SNOMED, "260385009")),
            },
            "CAD",
        ),
        (
            {
                "valueQuantity": None,
                "says": None,
                "valueRange": {"low": percent(30), "high": percent(60)},
            },
            "EVAL",
        ),
        (
            {
                "valueQuantity": None,
                "says": None,
                "valueRange": {"low": percent(10), "high": percent(60)},
            },
            "CAD",
        ),
        (
            {
                "valueQuantity": None,
                "says": None,
                "valueRatio": {"numerator": {"value": 45}, "denominator": {"value": 50}},
            },
            "EVAL or CAD",
        ),
        (
            {
                "valueQuantity": None,
                "says": None,
                "dataAbsentReason": concept(
                    None, ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown")
                ),
            },
            "CAD",
        ),
    ],
    ids=lambda value: str(value)[:90],
)
def test_every_way_to_report_cd22(value, expected):
    """CD22 on blasts at relapse in the forms that laboratories use (rules 16 to 19, POL-01)."""
    chart = [*without(adult_in_relapse(), "cd22"), cd22("cd22", "2026-06-08", **value)]
    assert evaluate(chart).ino in expected.split(" or ")


def test_a_legacy_interpretation_system_is_read():
    """POS under the HL7 v2 table's address."""
    chart = [*without(adult_in_relapse(), "cd22")]
    result = cd22("cd22", "2026-06-08", valueQuantity=None)
    result["interpretation"] = [concept(None, ("http://hl7.org/fhir/v2/0078", "POS"))]
    assert evaluate([*chart, result]).ino == "EVAL"


def panel(*components, **more):
    code = concept("Leukemia immunophenotyping", (LOINC, "101119-6"))
    return observation("panel", code, "2026-06-08", component=list(components) or None, **more)


CD19_CODE = concept("CD19 blasts/100 blasts in Bone marrow")


CD22_CODE = concept(None, (LOINC, "51124-6"))


def test_markers_as_components():
    """Encoding 5.3: a panel with components for CD19 and CD22."""
    positive = [concept(None, (INTERPRETATION, "POS"))]
    chart = [
        *without(adult_in_relapse(), "cd19", "cd22"),
        panel(
            {"code": CD19_CODE, "valueQuantity": percent(95), "interpretation": positive},
            {"code": CD22_CODE, "valueQuantity": percent(3)},
        ),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.ino) == ("EVAL", "NOT")


def test_a_component_without_result():
    """The CD22 component has a dataAbsentReason only (rule 23)."""
    absent = concept(
        None, ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed")
    )
    chart = [
        *without(adult_in_relapse(), "cd19", "cd22"),
        panel(
            {"code": CD19_CODE, "valueQuantity": percent(95)},
            {"code": CD22_CODE, "dataAbsentReason": absent},
        ),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.ino) == ("EVAL", "CAD")


def narrative(text, day="2026-06-08"):
    code = concept("Leukemia immunophenotyping", (LOINC, "101119-6"))
    return observation("panel", code, day, valueString=text)


@pytest.mark.parametrize(
    ("text", "blina", "ino"),
    [
        (
            "Lymphoblasts positive for CD10, CD19, CD22, CD34, CD79a and TdT; negative for "
            "cytoplasmic CD3, myeloperoxidase and surface immunoglobulin.",
            "EVAL",
            "EVAL",
        ),
        (
            "Lymphoblasts positive for CD10, CD22, CD34, CD79a and TdT; negative for CD19.",
            "NOT",
            "EVAL",
        ),
        ("positive for CD10, CD79a, TdT, CD19, and CD20", "EVAL", "CAD"),
        (
            "Lymphoblasts positive for CD10, CD19, CD79a and TdT; negative for CD20 and CD22.",
            "EVAL",
            "NOT",
        ),
        ("Lymphoblasts positive for CD10, CD19, CD79a, TdT and CD22 (dim).", "EVAL", "CAD"),
        ("Lymphoblasts positive for CD10, CD19, CD79a, TdT; CD22 in a subset.", "EVAL", "CAD"),
        ("Blasts negative for CD22, positive for CD19, CD10, CD79a, TdT.", "EVAL", "NOT"),
        ("No blasts positive for CD19 or CD22 are found.", "CAD", "CAD"),
        ("Background B cells positive for CD19 and CD22. Blasts not evaluable.", "CAD", "CAD"),
        ("Lymphoblasts are not positive for CD22 but for CD19.", "CAD", "CAD"),
        ("At diagnosis positive for CD19 and CD22; now not tested.", "CAD", "CAD"),
    ],
    ids=range(11),
)
def test_markers_in_a_narrative(text, blina, ino):
    """Encoding 5.4: markers after 'positive for' and 'negative for'; others are unknown.

    Where the sentence is not read at all the marker is unknown and the sentence listed.
    """
    answer = evaluate([*without(adult_in_relapse(), "cd19", "cd22"), narrative(text)])
    for got, right in ((answer.blina, blina), (answer.ino, ino)):
        assert got == right or (got == "CAD" and "Observation/panel" in answer.unread)


def test_members_reached_only_by_a_panel_count_once():
    """hasMember from the panel to the single results, and back in a cycle (rule 22)."""
    chart = [*adult_in_relapse(), panel(hasMember=[{"reference": "Observation/cd22"}])]
    chart = changed(chart, "cd22", hasMember=[{"reference": "Observation/panel"}])
    answer = evaluate(chart)
    assert (answer.blina, answer.ino) == ("EVAL", "EVAL")


def test_results_contained_in_a_report_count():
    """CD22 exists only as a contained resource of the marrow report."""
    inner = cd22("inner", "2026-06-08")
    report = about(
        {
            "resourceType": "DiagnosticReport",
            "id": "report",
            "status": "final",
            "code": concept("Bone marrow aspiration report", (LOINC, "48807-2")),
            "effectiveDateTime": "2026-06-08",
            "contained": [inner],
            "result": [{"reference": "#inner"}],
        }
    )
    answer = evaluate([*without(adult_in_relapse(), "cd22"), report])
    assert answer.ino == "EVAL" or "DiagnosticReport/report" in answer.unread


def test_a_conclusion_is_no_result():
    """The report's conclusion says 'blasts 80 %, CD22 positive', there is no result (rule 21)."""
    report = about(
        {
            "resourceType": "DiagnosticReport",
            "id": "report",
            "status": "final",
            "code": concept("Bone marrow aspiration report", (LOINC, "48807-2")),
            "effectiveDateTime": "2026-06-08",
            "conclusion": "Marrow with 80 % lymphoblasts, CD22 positive.",
        }
    )
    answer = evaluate([*adult_in_first_remission(), report])
    assert answer.disease == ("CR", 0, 1)
    assert "DiagnosticReport/report" in answer.unread


def test_cd19_negative_in_a_component_and_positive_alone_conflict():
    """CONF-02 within one specimen: the panel says negative, the single result positive."""
    negative = [concept(None, (INTERPRETATION, "NEG"))]
    chart = [
        *adult_in_relapse(),
        panel({"code": CD19_CODE, "valueQuantity": percent(1), "interpretation": negative}),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.car_t) == ("CAD", "CAD")
    assert "conflict" in answer.topics


@pytest.mark.parametrize(("gap", "strength"), [("2026-06-08", "CAD"), ("2026-06-09", "NOT")])
def test_a_fortnight_between_antigen_results(gap, strength):
    """CD22 positive 14 or 15 days before the negative one (POL-09, CONF-06)."""
    chart = [
        *changed(
            adult_in_relapse(), "relapse-marrow", collection={"collectedDateTime": "2026-05-25"}
        ),
        cd22("cd22-b", gap, valueQuantity=percent(1), says="NEG"),
    ]
    answer = evaluate(chart)
    assert answer.ino == strength
    assert ("conflict" in answer.topics) == (strength == "CAD")


def test_heterogeneous_cd19_waits_with_its_precaution():
    """CD19 dim at relapse: CAD and P-16 (AG-04, CONF-08)."""
    chart = [
        *without(adult_in_relapse(), "cd19"),
        cd19("cd19", "2026-06-08", valueQuantity=None, says=None, valueString="dim"),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.car_t) == ("CAD", "CAD")
    assert "P-16" in answer.precautions("blinatumomab")
    assert "D-CD19" in answer.requests("blinatumomab")


def test_masked_values_are_missing():
    """The bilirubin is masked by a dataAbsentReason extension (rule 36)."""
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    masked = blood("bilirubin", "1975-2", 0.6, "mg/dL", 1.2)
    del masked["valueQuantity"]
    masked["_valueQuantity"] = {"extension": [{"url": url, "valueCode": "masked"}]}
    chart = [*without(adult_in_relapse(), "bilirubin"), masked]
    answer = evaluate(chart)
    assert answer.ino == "EVAL"
    assert "D-LFT" in answer.requests()

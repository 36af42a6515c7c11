"""Values: units, comparators, words, and what must not be guessed."""

import pytest

from tests.charts.records import (
    INTERPRETATION,
    LOCAL,
    LOINC,
    SNOMED,
    UCUM,
    about,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    blood,
    cd19,
    cd22,
    changed,
    child_in_second_remission,
    concept,
    evaluate,
    limit_of_detection,
    marrow,
    mrd,
    not_detected,
    observation,
    percent,
    quantity,
    specimen,
    without,
)


def in_first_remission(**value):
    return evaluate([*adult_in_first_remission(), mrd(**value)])


@pytest.mark.parametrize(
    "value",
    [
        percent(0.3),
        quantity(0.003, "1"),
        quantity(30, "/10*4"),
        quantity(3000, "/10*6"),
        {"value": 3000, "unit": "per million"},
        {"value": 0.3, "unit": "%"},
        {"value": 0.3, "system": UCUM, "code": "%"},
        percent(0.1),
        {"comparator": ">"} | percent(0.5),
        {"comparator": ">="} | percent(0.1),
    ],
    ids=str,
)
def test_mrd_of_at_least_a_tenth_of_a_percent(value):
    """CR1 with MRD of 0.1 % or more in any unit: blinatumomab EVAL, transplant CONS."""
    answer = in_first_remission(valueQuantity=value)
    assert answer.state["mrd"] == "POS"
    assert (answer.blina, answer.hsct) == ("EVAL", "CONS")
    assert "P-34" in answer.precautions("allogeneic-hsct")


@pytest.mark.parametrize(
    "value",
    [percent(0.03), percent(0.01), quantity(3, "/10*4"), quantity(300, "/10*6"), percent(0.0999)],
    ids=str,
)
def test_mrd_between_the_thresholds(value):
    """CR1 with MRD from 0.01 % to below 0.1 %: only the MRD card (MR-01)."""
    answer = in_first_remission(valueQuantity=value)
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "NOT"
    assert answer.topics == ["mrd"]


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": percent(0.005)},
        {"valueQuantity": quantity(0.5, "/10*4")},
        {"valueQuantity": quantity(50, "/10*6")},
    ],
    ids=str,
)
def test_low_positive_mrd_in_first_remission_is_silent(value):
    """Quantified below 0.01 %: LOWPOS, no card in CR1 (MR-02)."""
    answer = in_first_remission(**value)
    assert answer.state["mrd"] == "LOWPOS"
    assert answer.topics == []


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "<0.01 %"},
        {"valueString": "< 0.01%"},
        {"valueString": "<0,01 %"},
        {"valueQuantity": {"comparator": "<"} | percent(0.01)},
        {"valueString": "less than 0.01 %"},
    ],
    ids=str,
)
def test_below_one_in_ten_thousand_is_never_positive(value):
    """'<0.01 %' may be negative or low positive, or unread; it is not POS and not EVAL."""
    answer = in_first_remission(**value)
    assert answer.state["mrd"] in {"NEG", "LOWPOS"} or "Observation/mrd" in answer.unread
    assert answer.state["mrd"] != "POS"
    assert answer.blina == "NOT"


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"comparator": "<"} | percent(0.1)},
        {"valueString": "<0.1 %"},
        {"valueString": "< 0,1 %"},
    ],
    ids=str,
)
def test_below_one_in_a_thousand_is_not_negative(value):
    """'<0.1 %' in CR2 of a child at high risk in both schemes: below the label, not negative."""
    answer = evaluate([*child_in_second_remission(), mrd(**value)])
    assert answer.state["mrd"] == "UNK"
    assert (answer.blina, answer.hsct) == ("CONS", "EVAL")


@pytest.mark.parametrize("text", ["0,3 %", "0.3%", "0.30 %", " 0.3 % "])
def test_a_string_that_is_one_percentage_is_read(text):
    """The laboratory sends the MRD as text (rule 16)."""
    answer = in_first_remission(valueString=text)
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "EVAL"


@pytest.mark.parametrize(
    "text",
    [
        "0.3 % (previously 1.2 %)",
        "not 0.3 %",
        "0.3 %, see comment",
        "0.3",
        "1.234,5 %",
        "0.3 - see report",
        "MRD pending",
        "1,234 %",
    ],
)
def test_a_string_with_more_words_is_listed_not_read(text):
    """Left-over words could change the meaning (rule 16)."""
    answer = in_first_remission(valueString=text)
    assert answer.state["mrd"] == "UNK"
    assert answer.blina == "NOT"
    assert "Observation/mrd" in answer.unread


@pytest.mark.parametrize(
    ("value", "category"),
    [
        ({"valueString": "not detected (sensitivity 0.01 %)"}, "NEG"),
        ({"valueString": "Not detected, sensitivity 0.001 %"}, "NEG"),
        ({"valueString": "not detected (sensitivity 0.05 %)"}, "UNK"),
        ({"valueString": "not detected"}, "UNK"),
        ({"valueString": "nicht nachweisbar"}, "UNK"),
    ],
    ids=str,
)
def test_not_detected_needs_its_sensitivity(value, category):
    """CR2 of a child: negative only when the limit of detection is 0.01 % or better (E-09)."""
    answer = evaluate([*child_in_second_remission(), mrd(**value)])
    if answer.state["mrd"] != category:
        assert answer.state["mrd"] == "UNK"
        assert "Observation/mrd" in answer.unread
    assert (answer.blina, answer.hsct) == ("CONS", "EVAL")


@pytest.mark.parametrize(("limit", "category"), [(0.01, "NEG"), (0.011, "UNK"), (0.1, "UNK")])
def test_the_limit_of_detection_decides(limit, category):
    """Not detected with the limit as a component, at its boundary."""
    answer = evaluate([*child_in_second_remission(), not_detected(limit=limit)])
    assert answer.state["mrd"] == category


def test_the_sensitivity_in_a_note():
    """Encoding 6.6: 'Analytical sensitivity of this assay: 0.01 %.'"""
    note = [{"text": "Analytical sensitivity of this assay: 0.01 %."}]
    chart = [*child_in_second_remission(), not_detected(limit=None) | {"note": note}]
    assert evaluate(chart).state["mrd"] == "NEG"


def test_not_detected_without_sensitivity_asks_for_it():
    """Late relapse in a child, MRD not detected, no sensitivity: D-MRDSENS and not D-MRD too."""
    answer = evaluate([*child_in_second_remission(), not_detected(limit=None)])
    assert answer.state["mrd"] == "UNK"
    assert "D-MRDSENS" in answer.requests("blinatumomab")
    assert "D-MRD" not in answer.requests()


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 0.3}},
        {"valueQuantity": {"value": 0.3, "unit": "units"}},
        {"valueQuantity": {"value": 0.3, "unit": "per million", "system": UCUM, "code": "%"}},
        {"valueQuantity": {"value": 0.3, "unit": "%", "system": UCUM, "code": "1"}},
        {"valueInteger": 1},
        {"valueQuantity": percent(-0.3)},
        {"valueQuantity": percent(130)},
        {"valueQuantity": quantity(30, "1")},
    ],
    ids=str,
)
def test_an_unsure_unit_or_impossible_value_is_unknown_and_listed(value):
    """No unit, unknown unit, contradictory unit, impossible fraction (rules 17, 18)."""
    answer = in_first_remission(**value)
    assert answer.state["mrd"] == "UNK"
    assert answer.disease == ("CR", 0, 1)
    assert answer.blina == "NOT"
    assert "Observation/mrd" in answer.unread


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


def test_a_transcript_ratio_is_no_cell_fraction():
    """Ph-positive CR1: BCR::ABL1/ABL1 0.5 % is neither MRD POS nor NEG (E-08)."""
    chart = without(adult_in_first_remission(), "bcr-abl1")
    ratio = observation(
        "ratio",
        concept("BCR::ABL1/ABL1 ratio (MRD monitoring)", (LOINC, "46434-7")),
        "2026-06-05",
        valueQuantity=percent(0.5),
    )
    answer = evaluate([*chart, bcr_abl1("bcr-abl1", "2026-03-02", found=True), ratio])
    assert answer.state["ph"] == "T"
    assert answer.state["mrd"] == "UNK"
    assert answer.blina == "NOT"


def test_a_transcript_ratio_does_not_hide_the_flow_mrd():
    """The same ratio beside a flow MRD of 0.3 % on the same day."""
    ratio = observation(
        "ratio",
        concept("BCR::ABL1/ABL1 ratio (%IS)", (LOINC, "46434-7")),
        "2026-06-05",
        valueQuantity=percent(0.001),
    )
    chart = without(adult_in_first_remission(), "bcr-abl1")
    chart = [
        *chart,
        bcr_abl1("bcr-abl1", "2026-03-02", found=True),
        ratio,
        mrd(valueQuantity=percent(0.3)),
    ]
    answer = evaluate(chart)
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "EVAL"


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


def test_sequencing_counts_per_million():
    """104273-8 with 3000 per million nucleated cells and its limit (encoding 6.3, 6.4)."""
    code = concept("ALL (MRD) by next-generation sequencing, bone marrow", (LOINC, "104273-8"))
    answer = in_first_remission(
        code=code,
        valueQuantity=quantity(3000, "/10*6"),
        says="DET",
        component=[limit_of_detection(0.0001)],
    )
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "EVAL"


def test_detected_not_quantifiable():
    """'Detected' without a number: neither negative nor above the label threshold."""
    answer = in_first_remission(
        valueCodeableConcept=concept("Detected", (SNOMED, "260373001")), says="DET"
    )
    assert answer.state["mrd"] in {"UNK", "LOWPOS"}
    assert answer.blina == "NOT"


def test_a_positive_blood_mrd_counts():
    """MRD 0.3 % in blood (E-08)."""
    code = concept("B-ALL minimal residual disease (MRD) by flow cytometry, blood")
    chart = [*adult_in_first_remission(), specimen("b", "2026-06-05", "Blood")]
    answer = evaluate([*chart, mrd(code=code, valueQuantity=percent(0.3), sample="b")])
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "EVAL"


def test_a_negative_blood_mrd_proves_nothing():
    """MRD not detected at 0.001 % in blood (E-08)."""
    code = concept("B-ALL minimal residual disease (MRD) by flow cytometry, blood")
    chart = [*child_in_second_remission(), specimen("b", "2026-06-05", "Blood")]
    result = not_detected(limit=0.001) | {"code": code, "specimen": {"reference": "Specimen/b"}}
    answer = evaluate([*chart, result])
    assert answer.state["mrd"] == "UNK"


def test_two_methods_disagree_within_a_week():
    """CONF-04: flow 0.5 %, sequencing not detected at 0.0001 % on the same specimen day."""
    ngs = concept("ALL (MRD) by next-generation sequencing, bone marrow", (LOINC, "104273-8"))
    chart = [
        *child_in_second_remission(),
        mrd("flow", valueQuantity=percent(0.5), says="DET"),
        not_detected("ngs", limit=0.0001) | {"code": ngs},
    ]
    answer = evaluate(chart)
    assert answer.state["mrd"] == "UNK"
    assert "conflict" in answer.topics


def test_a_deeper_method_that_sees_more_is_no_conflict():
    """CONF-04b: sequencing 0.005 %, flow not detected at 0.01 %."""
    ngs = concept("ALL (MRD) by next-generation sequencing, bone marrow", (LOINC, "104273-8"))
    chart = [
        *child_in_second_remission(),
        not_detected("flow", limit=0.01),
        mrd("ngs", code=ngs, valueQuantity=quantity(50, "/10*6"), says="DET"),
    ]
    answer = evaluate(chart)
    assert answer.state["mrd"] == "LOWPOS"
    assert "conflict" not in answer.topics


@pytest.mark.parametrize(("days", "category"), [("2026-06-05", "UNK"), ("2026-06-04", "NEG")])
def test_a_week_between_mrd_results(days, category):
    """0.5 % on 2026-05-28 or 05-29's week: seven days apart conflict, eight do not (CONF-06)."""
    first = {"2026-06-05": "2026-05-29", "2026-06-04": "2026-05-27"}[days]
    chart = [
        *child_in_second_remission(),
        mrd("old", first, valueQuantity=percent(0.5), says="DET"),
        not_detected("new", days),
    ]
    assert evaluate(chart).state["mrd"] == category


def test_flow_of_all_leukocytes_without_the_word_mrd_is_no_mrd():
    """67128-9 alone: abnormal leukocytes, not MRD (encoding 6.1)."""
    code = concept("Abnormal leukocytes/Leukocytes by Flow cytometry", (LOINC, "67128-9"))
    answer = in_first_remission(code=code, valueQuantity=percent(0.3))
    assert answer.state["mrd"] == "UNK"


@pytest.mark.parametrize(
    "code",
    [
        concept("B-ALL MRD, flow, BM", (LOCAL, "X1")),
        concept("Measurable residual disease, bone marrow, flow cytometry"),
        concept("ALL minimal residual disease by clonal Ig/TCR quantitative PCR, bone marrow"),
    ],
)
def test_local_names_of_mrd(code):
    """Rule 24: a local code with a telling name is read or listed."""
    answer = in_first_remission(code=code, valueQuantity=percent(0.3))
    assert answer.state["mrd"] == "POS" or "Observation/mrd" in answer.unread


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


def test_mrd_by_flow_in_two_forms_is_one_fact():
    """The MRD as a single Observation and again as member of a report panel."""
    group = observation(
        "group",
        concept("ALL response panel"),
        "2026-06-05",
        hasMember=[{"reference": "Observation/mrd"}],
    )
    answer = evaluate([*adult_in_first_remission(), mrd(valueQuantity=percent(0.3)), group])
    assert answer.blina == "EVAL"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("MRD assay limit of detection, bone marrow", 0.3),
        ("MRD analytical sensitivity, bone marrow", 0.1),
        ("MRD panel: viable cells, bone marrow", 98),
        ("MRD by flow: normal B-cell precursors (hematogones), bone marrow", 3),
        ("MRD panel: donor chimerism, bone marrow", 98),
        ("AML minimal residual disease (MRD) by flow cytometry, bone marrow", 0.3),
        ("CLL minimal residual disease (MRD), bone marrow", 0.3),
        ("MRD at previous time point, bone marrow", 0.5),
        ("MRD positivity threshold, bone marrow", 0.1),
        ("MRD change since last sample, bone marrow", 50),
        ("Multiple myeloma minimal residual disease (MRD), bone marrow", 0.3),
    ],
)
def test_a_percentage_beside_the_mrd_is_not_the_mrd(text, value):
    """CR1; an MRD panel's limit of detection, viability, normal precursors or chimerism, or the
    MRD of another disease, as an Observation of its own: no MRD of this leukaemia."""
    answer = in_first_remission(code=concept(text, (LOCAL, "MRDX")), valueQuantity=percent(value))
    assert answer.disease == ("CR", 0, 1)
    assert answer.state["mrd"] == "UNK"
    assert answer.blina == "NOT"

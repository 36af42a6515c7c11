"""MRD in whole records: units, comparators, methods, and what must not be guessed."""

import pytest

from tests.charts.records import (
    LOCAL,
    LOINC,
    SNOMED,
    UCUM,
    adult_in_first_remission,
    bcr_abl1,
    child_in_second_remission,
    concept,
    evaluate,
    limit_of_detection,
    mrd,
    not_detected,
    observation,
    percent,
    quantity,
    specimen,
    without,
)
from tests.charts.stories import in_first_remission


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

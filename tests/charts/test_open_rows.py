"""Rows of the rules that a record answers only in part: the answer is as open as the record."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    FLOW,
    LOCAL,
    LOINC,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    changed,
    cns,
    concept,
    dose,
    evaluate,
    leukaemia,
    marrow,
    mrd,
    observation,
    patient,
    percent,
    plan,
    procedure,
    quantity,
    remission,
    safety,
    specimen,
    without,
)
from tests.charts.stories import ph_positive, second_relapse, stopped

BLINA, INO = "blinatumomab", "inotuzumab-ozogamicin"
FAILED = "Relapse of leukemia while on treatment"


def csf(white_cells, blasts, red_cells, day="2026-06-08"):
    """Spinal fluid as the laboratory counts it (encoding 8.1)."""
    counts = [
        ("white", concept("Leukocytes [#/volume] in Cerebral spinal fluid", (LOCAL, "CSFW"))),
        ("red", concept("Erythrocytes [#/volume] in Cerebral spinal fluid", (LOCAL, "CSFR"))),
    ]
    values = {"white": white_cells, "red": red_cells}
    return [
        specimen("csf", day, "Cerebrospinal fluid"),
        *(
            observation(id, code, day, sample="csf", valueQuantity=quantity(values[id], "/uL"))
            for id, code in counts
        ),
        observation(
            "csf-blasts",
            concept(None, (LOINC, "26447-3")),
            day,
            sample="csf",
            valueQuantity=percent(blasts),
        ),
    ]


@pytest.mark.parametrize(
    ("white_cells", "red_cells", "blina", "asked"),
    [
        (5, 0, "CONS", False),  # CNS3
        (4, 0, "EVAL", True),  # CNS2: repeat
        (6, 2000, "EVAL", True),  # a traumatic tap proves neither
    ],
)
def test_blasts_in_the_spinal_fluid_at_a_marrow_relapse(white_cells, red_cells, blina, asked):
    """E-17, P-11, CX-05: five cells per microlitre in a fluid without blood are CNS3."""
    chart = [*without(adult_in_relapse(), "cns"), *csf(white_cells, 20, red_cells)]
    answer = evaluate(chart)
    assert answer.blina == blina
    assert ("P-11" in answer.precautions(BLINA)) is (blina == "CONS")
    assert ("D-CNS" in answer.requests()) is asked


def test_two_failed_kinase_inhibitors_without_a_word_on_alternatives_in_europe():
    """BL-06: two failures alone are not enough; whether an alternative is left is not known."""
    chart = ph_positive(stopped("imatinib", FAILED), stopped("ponatinib", FAILED, "second"))
    answer = evaluate(chart, jurisdiction="EU")
    assert (answer.blina, answer.ino) == ("CAD", "EVAL")
    assert answer.requests(BLINA) == {"D-PRIOR"}


@pytest.mark.parametrize(("birth", "young"), [("2023-06-16", True), ("2023-06-15", False)])
def test_tisagenlecleucel_before_the_third_birthday(birth, young):
    """P-26: the trial began at three years."""
    chart = [
        patient(birth),
        leukaemia("2024-01-10"),
        plan("front-line", "Front-line ALL induction", "2024-01-12", "2025-03-01"),
        remission("cr1", "2024-02-20"),
        marrow("m1", 60, "2025-03-10"),
        plan("again", "Relapse reinduction", "2025-03-12", "2025-05-28"),
        remission("cr2", "2025-06-01"),
        marrow("m2", 40, "2026-06-08"),
        cd19("cd19", "2026-06-08"),
        bcr_abl1("bcr-abl1", "2026-06-08"),
    ]
    answer = evaluate(chart)
    assert answer.products == {"tisag": "EVAL", "brexu": "NOT", "obeca": "NOT"}
    assert ("P-26" in answer.precautions("car-t")) is young


@pytest.mark.parametrize(
    ("value", "hsct", "asked"),
    [
        ({"comparator": "<"} | percent(0.1), "CAD", True),  # consolidation or nothing
        ({"comparator": "<"} | percent(0.01), "NOT", False),
        ({"comparator": ">="} | percent(0.1), "EVAL", False),
    ],
)
def test_late_relapse_with_a_censored_mrd(value, hsct, asked):
    """HS-06, 0.2: below 0.1 % may be below 0.01 % too, which decides."""
    chart = [
        patient("2012-01-10"),
        leukaemia("2021-01-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2021-01-12", "2023-03-01"),
        remission("cr1", "2021-02-20"),
        marrow("m1", 60, "2026-02-10"),
        marrow("m1-flow", 60, "2026-02-10", FLOW),
        cd19("cd19", "2026-02-10"),
        bcr_abl1("bcr-abl1", "2026-02-10"),
        cns("CNS1", "2026-02-10"),
        plan("again", "Relapse reinduction", "2026-02-12", "2026-03-28"),
        remission("cr2", "2026-04-01"),
        mrd(valueQuantity=value),
        *safety(),
    ]
    answer = evaluate(chart)
    assert answer.state["bfm"] == "late"
    assert answer.hsct == hsct
    assert ("D-MRD" in answer.requests("allogeneic-hsct")) is asked


@pytest.mark.parametrize(
    ("birth", "blina", "car_t", "collected"),
    [
        ("2012-01-10", "CONS", "CONS", "2026-06-01"),
        ("2012-01-10", "CAD", "CAD", "2026-04-01"),  # before the infusion
        ("1984-02-01", "CONS", "NOT", "2026-06-01"),
    ],
)
def test_relapse_transplant_relapse_car_t_and_residual_disease(birth, blina, car_t, collected):
    """Third remission after transplant and tisagenlecleucel, MRD 0.3 % in the marrow.

    BL-03, CA-05 with CA-11, CA-10; STALE-03 where CD19 was seen before the infusion; HS2-01, and
    donor lymphocytes that wait for GVHD (DLI-05).
    """
    chart = [
        patient(birth),
        leukaemia("2020-01-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2020-01-12", "2023-02-28"),
        remission("cr1", "2020-02-20"),
        marrow("m1", 60, "2023-03-10"),
        plan("again", "Relapse reinduction", "2023-03-12", "2023-05-28"),
        remission("cr2", "2023-06-01"),
        procedure("transplant", ALLOGENEIC, "2023-08-01"),
        marrow("m2", 60, "2026-03-28"),
        dose("tisa", "tisagenlecleucel", "2026-04-20"),
        remission("cr3", "2026-05-20"),
        cd19("cd19", collected),
        bcr_abl1("bcr-abl1", "2026-03-28"),
        mrd(valueQuantity=percent(0.3)),
        *safety(),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 2, 3)
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == (blina, "NOT", car_t, "CONS")
    assert {"D-DONOR", "D-GVHD"} <= answer.requests("allogeneic-hsct")
    assert "P-16" in answer.precautions(BLINA)
    assert ("D-CD19" in answer.requests(BLINA)) is (blina == "CAD")


def test_version_ten_is_newer_than_version_nine():
    """Rule 4: versions are compared as numbers; the newest says CD22 negative (AG-02)."""
    chart = changed(second_relapse(), "cd22", meta={"versionId": "9"})
    old = next(resource for resource in chart if resource["id"] == "cd22")
    negative = {
        "coding": [{"code": "NEG", "system": old["interpretation"][0]["coding"][0]["system"]}]
    }
    new = old | {
        "meta": {"versionId": "10"},
        "valueQuantity": percent(3),
        "interpretation": [negative],
    }
    assert evaluate(chart).ino == "EVAL"
    assert evaluate([new, *chart]).ino == "NOT"

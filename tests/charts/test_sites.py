"""Sites of relapse in whole records."""

import pytest

from tests.charts.records import (
    ICD10CM,
    LOINC,
    about,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    changed,
    cns,
    concept,
    condition,
    evaluate,
    exam_of_testes,
    leukaemia,
    marrow,
    mrd,
    not_detected,
    observation,
    patient,
    percent,
    plan,
    quantity,
    remission,
    specimen,
    without,
)
from tests.charts.stories import second_relapse


def test_cns3_beside_the_marrow():
    """P-11: combined relapse with CNS3."""
    chart = [*without(adult_in_relapse(), "cns"), cns("CNS3")]
    answer = evaluate(chart)
    assert (answer.blina, answer.ino, answer.car_t) == ("CONS", "EVAL", "CONS")
    for option in ("blinatumomab", "inotuzumab-ozogamicin", "car-t"):
        assert "P-11" in answer.precautions(option)


def test_cns2_is_unknown():
    """E-17: CNS2 in the work-up: D-CNS, no cap."""
    answer = evaluate([*without(adult_in_relapse(), "cns"), cns("CNS2")])
    assert (answer.blina, answer.car_t) == ("EVAL", "EVAL")
    assert "P-11" not in answer.precautions("blinatumomab")
    assert "D-CNS" in answer.requests()


def spinal_fluid(white, red, blasts, day="2026-06-08"):
    def count(id, name, value):
        code = concept(f"{name} [#/volume] in Cerebral spinal fluid")
        return observation(id, code, day, valueQuantity=quantity(value, "/uL"), sample="csf")

    return [
        specimen("csf", day, "Cerebrospinal fluid"),
        count("csf-white", "Leukocytes", white),
        count("csf-red", "Erythrocytes", red),
        observation(
            "csf-blasts",
            concept(None, (LOINC, "26447-3")),
            day,
            valueQuantity=percent(blasts),
            sample="csf",
        ),
    ]


def child_in_first_remission():
    """A boy of 9, diagnosis 2021-12, end of therapy 2024-03, marrow clean 2026-06-08."""
    return [
        patient("2016-11-01"),
        leukaemia("2021-12-01"),
        plan("front-line", "Front-line ALL chemotherapy", "2021-12-03", "2024-03-01"),
        remission("cr1", "2022-01-10"),
        marrow("m", 1, "2026-06-08"),
        not_detected(date="2026-06-08"),
        bcr_abl1("bcr-abl1", "2021-12-01"),
    ]


def test_late_isolated_cns_relapse():
    """V15: 40 cells/µL with blasts, marrow clean: S1, no therapy card but the context."""
    answer = evaluate([*child_in_first_remission(), *spinal_fluid(40, 0, 80)])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    state = answer.state
    assert (state["bfm"], state["cog"], state["sGroup"]) == ("late", "late", "S1")
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("NOT",) * 4
    assert answer.topics == ["relapse-context"]


@pytest.mark.parametrize(
    ("white", "red", "blasts"), [(5, 0, 10), (4, 0, 10), (40, 0, 0), (8, 5000, 10)]
)
def test_spinal_fluid_at_its_limits(white, red, blasts):
    """E-17: 5 cells with blasts is a relapse; 4 cells, no blasts or a bloody tap is not."""
    answer = evaluate([*child_in_first_remission(), *spinal_fluid(white, red, blasts)])
    assert (answer.disease[0] == "ACTIVE_RR") == (white == 5)


def test_biopsy_of_the_testis():
    """V16: biopsy-proven testicular relapse, very early: S2, transplant CONS."""
    report = about(
        {
            "resourceType": "DiagnosticReport",
            "id": "pathology",
            "status": "final",
            "code": concept("Surgical pathology report"),
            "effectiveDateTime": "2026-06-01",
        }
    )
    testis = condition(
        "testis",
        concept("Leukemic infiltration of left testis, biopsy proven", (ICD10CM, "C79.82")),
        "2026-06-01",
        evidence=[{"detail": [{"reference": "DiagnosticReport/pathology"}]}],
    )
    chart = changed(child_in_first_remission(), "leukaemia", onsetDateTime="2025-04-15")
    chart = changed(chart, "front-line", period={"start": "2025-04-17"}, status="active")
    chart = changed(chart, "cr1", effectiveDateTime="2025-05-20")
    chart = changed(chart, "bcr-abl1", effectiveDateTime="2025-04-15")
    answer = evaluate([*chart, testis, report])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert (answer.state["bfm"], answer.state["sGroup"]) == ("very early", "S2")
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("NOT", "NOT", "NOT", "CONS")


def test_an_enlarged_testis_proves_nothing():
    """E-18: enlargement without biopsy in CR1."""
    chart = [*child_in_first_remission(), exam_of_testes("Enlarged left testis")]
    assert evaluate(chart).disease[0] != "ACTIVE_RR"


def test_an_enlarged_testis_at_relapse_is_asked_for():
    """E-18: D-TEST, nothing capped."""
    chart = [*without(adult_in_relapse(), "testes"), exam_of_testes("Enlarged left testis")]
    answer = evaluate(chart)
    assert answer.blina == "EVAL"
    assert "D-TEST" in answer.requests()


def test_a_girl_needs_no_examination_of_testes():
    """CX-06 applies to males."""
    answer = evaluate(second_relapse())
    assert "D-TEST" not in answer.requests()


@pytest.mark.parametrize(
    ("result", "hsct"),
    [
        (not_detected(), "NOT"),
        (mrd(valueQuantity=percent(0.05)), "NOT"),
        (mrd(valueQuantity=percent(0.2)), "CONS"),
    ],
    ids=["negative", "0.05 %", "0.2 %"],
)
def test_late_isolated_cns_relapse_in_second_remission(result, hsct):
    """HS-07, BL-13 does not apply to isolated CNS."""
    day = "2025-12-20"
    chart = [
        *without(child_in_first_remission(), "m", "mrd"),
        marrow("m", 1, day),
        *spinal_fluid(40, 0, 80, day),
        plan("reinduction", "Relapse reinduction", "2025-12-24", "2026-02-20"),
        remission("cr2", "2026-03-01"),
        cd19("cd19", "2026-06-05"),
        result,
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.hsct == hsct
    assert answer.blina == ("EVAL" if hsct == "CONS" else "NOT")

"""Rows of the European labels in whole records."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    LOINC,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    changed,
    child_in_second_remission,
    concept,
    evaluate,
    mrd,
    not_detected,
    observation,
    percent,
    procedure,
    without,
)
from tests.charts.stories import ph_positive, stopped

BLINA = "blinatumomab"


def test_adult_first_relapse_in_europe():
    """V04 under EU labels: Ph-negative adult of 42."""
    answer = evaluate(adult_in_relapse(), jurisdiction="EU")
    assert (answer.blina, answer.ino, answer.hsct) == ("EVAL", "EVAL", "CONS")
    assert answer.products == {"tisag": "NOT", "brexu": "EVAL", "obeca": "EVAL"}


def test_unknown_ph_gates_in_europe_only():
    """BCR::ABL1 never tested: BLIN and INO wait in Europe (D-PH), not in the US (V20)."""
    chart = without(adult_in_relapse(), "bcr-abl1")
    europe = evaluate(chart, jurisdiction="EU")
    assert (europe.blina, europe.ino) == ("CAD", "CAD")
    assert "D-PH" in europe.requests(BLINA)
    states = evaluate(chart)
    assert (states.blina, states.ino) == ("EVAL", "EVAL")
    assert "D-PH" in states.requests()


def test_ph_positive_relapse_on_imatinib_in_europe():
    """V19: one TKI failed: INO EVAL, BLIN NOT."""
    failed = stopped("imatinib", "Relapse of leukemia while on treatment")
    answer = evaluate(ph_positive(failed), jurisdiction="EU")
    assert (answer.blina, answer.ino) == ("NOT", "EVAL")
    assert "P-33" in answer.precautions("car-t")
    assert "D-KD" in answer.requests()


def test_intolerance_is_no_failure_in_europe():
    """Imatinib stopped for intolerance: no TKI failed, inotuzumab not EVAL (IN-02)."""
    answer = evaluate(
        ph_positive(stopped("imatinib", "Intolerance: severe edema")), jurisdiction="EU"
    )
    assert answer.ino in {"NOT", "CAD"}
    assert answer.blina == "NOT"


def test_no_tki_at_all_in_europe():
    """Ph-positive, chemotherapy recorded but no TKI: none was given (encoding 11.1)."""
    answer = evaluate(ph_positive(), jurisdiction="EU")
    assert (answer.blina, answer.ino) == ("NOT", "NOT")


def test_ph_positive_in_the_us():
    """V18: BLIN and INO EVAL, TKI line, D-KD."""
    failed = stopped("imatinib", "Relapse of leukemia while on treatment")
    answer = evaluate(ph_positive(failed))
    assert (answer.blina, answer.ino, answer.car_t) == ("EVAL", "EVAL", "EVAL")
    assert answer.state["ph"] == "T"
    assert "D-KD" in answer.requests()


def t315i(day, found):
    text = (
        "ABL1 p.Thr315Ile (T315I) detected" if found else "No ABL1 kinase domain mutation detected"
    )
    return observation("kinase-domain", concept(None, (LOINC, "55135-8")), day, valueString=text)


@pytest.mark.parametrize(("day", "asked"), [("2025-08-01", True), ("2026-06-08", False)])
@pytest.mark.parametrize("found", [True, False])
def test_kinase_domain_result_from_diagnosis_does_not_count(day, asked, found):
    """STALE-09: T315I is valid on a specimen of this relapse only."""
    failed = stopped("imatinib", "Relapse of leukemia while on treatment")
    answer = evaluate(ph_positive(failed, t315i(day, found)))
    assert ("D-KD" in answer.requests()) == asked


def test_mrd_in_europe_needs_ph_negative():
    """BL-07: adult CR1 with MRD 0.3 %, Ph-positive: NOT in Europe; Ph unknown: CAD."""
    chart = [*without(adult_in_first_remission(), "bcr-abl1"), mrd(valueQuantity=percent(0.3))]
    positive = [*chart, bcr_abl1("b", "2026-03-02", found=True)]
    assert evaluate(positive, jurisdiction="EU").blina == "NOT"
    assert evaluate(positive).blina == "EVAL"
    unknown = evaluate(chart, jurisdiction="EU")
    assert unknown.blina == "CAD"
    assert "D-PH" in unknown.requests(BLINA)


def child_with_second_line(*more):
    chart = changed(adult_in_relapse(), "p", birthDate="2014-02-01")
    return [*chart, *more]


def test_child_in_first_relapse_in_europe():
    """BL-08: first relapse, one prior line, not refractory: BLIN NOT; INO is for adults."""
    answer = evaluate(child_with_second_line(), jurisdiction="EU")
    assert (answer.blina, answer.ino, answer.car_t) == ("NOT", "NOT", "NOT")


def test_child_relapsed_after_transplant_in_europe():
    """BL-08, CA-02: relapse later than an allogeneic transplant."""
    hsct = procedure("hsct", ALLOGENEIC, "2025-10-20")
    answer = evaluate(child_with_second_line(hsct), jurisdiction="EU")
    assert answer.blina == "EVAL"
    assert answer.products["tisag"] == "EVAL"
    states = evaluate(child_with_second_line(hsct))
    assert states.products["tisag"] == "CONS"


@pytest.mark.parametrize(
    ("result", "strength"),
    [
        (mrd(valueQuantity=percent(0.01)), "EVAL"),
        (mrd(valueQuantity=percent(0.005)), "CONS"),
        (not_detected(), "CONS"),
        (not_detected(limit=None), "CONS"),
    ],
    ids=["0.01 %", "0.005 %", "negative", "no sensitivity"],
)
def test_high_risk_child_in_second_remission_in_europe(result, strength):
    """BL-09: S3 first relapse, Ph-negative, CR2."""
    answer = evaluate([*child_in_second_remission(), result], jurisdiction="EU")
    assert answer.blina == strength
    assert answer.hsct == "EVAL"

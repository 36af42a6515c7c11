"""BCR::ABL1 and CNS status in the words of a report (E-04, E-17)."""

import pytest

from tests.charts.records import adult_in_relapse, bcr_abl1, cns, evaluate, without


def ph(text):
    """The Philadelphia status of a man in relapse whose BCR::ABL1 test says this."""
    result = bcr_abl1("bcr-abl1", "2026-06-08")
    bare = {
        name: value
        for name, value in result.items()
        if not name.startswith("value") and name != "interpretation"
    }
    return evaluate([*without(adult_in_relapse(), "bcr-abl1"), bare | {"valueString": text}])


@pytest.mark.parametrize(
    "text",
    [
        "POSITIVE (p190)",
        "p190 detected",
        "Positive, e1a2 transcript",
        "BCR::ABL1 p190 positive",
        "t(9;22)(q34;q11) detected",
        "t(9;22) present in 80% of metaphases",
        "Positive for t(9;22)(q34.1;q11.2). Negative for t(12;21).",
        "Ph+",
        "Fusion detected",
        "Rearrangement present",
    ],
)
def test_positive(text):
    answer = ph(text)
    assert answer.state["ph"] == "T"
    assert answer.unread == "[]"


@pytest.mark.parametrize(
    "text",
    [
        "t(9;22) not detected",
        "Negative for t(9;22)(q34;q11.2); positive for t(12;21)",
        "No rearrangement",
        "No fusion detected",
        "Fusion not detected",
    ],
)
def test_negative(text):
    answer = ph(text)
    assert answer.state["ph"] == "F"
    assert answer.unread == "[]"


@pytest.mark.parametrize(
    "text",
    [
        "p210 not detected",  # excludes no p190
        "p210 fusion not detected",
        "p190 positive; p210 negative",
        "Ph-",
        "t(9;22) previously detected",
        "No fusion detected in this suboptimal specimen",
        "Positive for t(12;21), negative for t(9;22)",
    ],
)
def test_not_understood_and_listed(text):
    """Unknown, and asked for, never "no"."""
    answer = ph(text)
    assert answer.state["ph"] == "U"
    assert answer.unread != "[]"
    assert "D-PH" in answer.requests()


@pytest.mark.parametrize(
    ("text", "asked", "warned"),
    [
        ("CNS1, <5 WBC, no blasts", False, False),
        ("CNS1; no blasts", False, False),
        ("CNS2: 3 WBC with blasts", True, False),
        ("CNS3, 20 WBC/uL with blasts", False, True),
        ("CNS2, now CNS1", True, False),
        ("CNS3, resolved", True, False),
        ("CNS1 vs CNS2", True, False),
        ("CNS positive", True, False),
    ],
)
def test_CNS_status_with_what_it_rests_on(text, asked, warned):
    answer = evaluate([*without(adult_in_relapse(), "cns"), cns(text)])
    assert ("D-CNS" in answer.requests()) == asked
    assert ("P-11" in answer.precautions("blinatumomab")) == warned

"""Values as text (mapping rule 16): the whole text is one value, or it says nothing."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from mappings.values.quantity import Unclear
from mappings.values.value_text import TextValue, Word, limit_in, read
from relapse.logic import Interval

D = Decimal


def exact(value: str) -> Interval:
    return Interval.exact(D(value))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("62 %", exact("0.62")),
        ("62%", exact("0.62")),
        ("0,3 %", exact("0.003")),
        ("12,5 %", exact("0.125")),
        ("0,001 %", exact("0.00001")),
        (".5 %", exact("0.005")),
        ("<0.01 %", Interval(None, D("0.0001"), high_open=True)),
        ("< 0.01%", Interval(None, D("0.0001"), high_open=True)),
        ("≤0.01 %", Interval(None, D("0.0001"))),
        ("less than 0.01 %", Interval(None, D("0.0001"), high_open=True)),
        (">25 %", Interval(D("0.25"), None, low_open=True)),
        ("≥ 25 percent", Interval(D("0.25"), None)),
        ("5-10 %", Interval(D("0.05"), D("0.10"))),
        ("5 % to 10 %", Interval(D("0.05"), D("0.10"))),
        ("10–20 %", Interval(D("0.10"), D("0.20"))),
        ("10^-4", exact("0.0001")),
        ("10⁻⁴", exact("0.0001")),
        ("< 1 x 10^-4", Interval(None, D("0.0001"), high_open=True)),
        ("3 × 10-5", exact("0.00003")),
        ("15 per million", exact("0.000015")),
        ("12 per 10^6 cells", exact("0.000012")),
        ("0.02 % of nucleated cells", exact("0.0002")),
        ("MRD: 0.3 %", exact("0.003")),
        ("62 % blasts.", exact("0.62")),
    ],
)
def test_rule_16_numbers(text: str, share: Interval) -> None:
    assert read(text) == TextValue(share=share)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Not detected", None),
        ("NOT DETECTED.", None),
        ("negative", None),
        ("undetectable", None),
        ("no MRD detected", None),
        ("MRD negative", None),
        ("not detected (sensitivity 0.01 %)", "0.0001"),
        ("Not detected, sensitivity of 10^-4", "0.0001"),
        ("negative (<0.01 %)", "0.0001"),
        ("undetectable at 10^-5", "0.00001"),
        ("not detected (LOD: 0,002 %)", "0.00002"),
    ],
)
def test_rule_16_not_detected(text: str, limit: str | None) -> None:
    assert read(text) == TextValue(Word.NEGATIVE, limit=None if limit is None else D(limit))


@pytest.mark.parametrize(
    ("text", "word", "share"),
    [
        ("positive", Word.POSITIVE, None),
        ("detected, not quantifiable", Word.POSITIVE, None),
        ("Positive, below the limit of quantification", Word.POSITIVE, None),
        ("positive <0.01 %", Word.POSITIVE, Interval(None, D("0.0001"), high_open=True)),
        ("MRD positive (0.3 %)", Word.POSITIVE, exact("0.003")),
        ("95 % positive", Word.POSITIVE, exact("0.95")),
        ("bright positive", Word.POSITIVE, None),
        ("bright", Word.POSITIVE, None),
        ("Uniform expression", Word.POSITIVE, None),
        ("expressed", Word.POSITIVE, None),
        ("++", Word.POSITIVE, None),
        ("not expressed", Word.NEGATIVE, None),
        ("no expression", Word.NEGATIVE, None),
        ("dim expression", Word.PARTIAL, None),
        ("dim", Word.PARTIAL, None),
        ("partial", Word.PARTIAL, None),
        ("positive (dim)", Word.PARTIAL, None),
        ("heterogeneous", Word.PARTIAL, None),
        ("equivocal", Word.INDETERMINATE, None),
        ("presumptive positive", Word.INDETERMINATE, None),
        ("indeterminate", Word.INDETERMINATE, None),
    ],
)
def test_rule_16_words(text: str, word: Word, share: Interval | None) -> None:
    assert read(text) == TextValue(word, share)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.01",
        "62",
        "1E-4",
        "10E-4",
        "1,234 %",
        "0.3 % (previously negative)",
        "0.3 %, see comment",
        "see comment",
        "not negative",
        "not positive",
        "negative, but specimen hemodilute",
        "negative 0.3 %",
        "not detected (0.3 %)",
        "120 %",
        "-1 %",
        "10-5 %",
        "0.3 % IS",
        "3 % of lymphocytes",
        "positive in 2024, now negative",
        "positive negative",
        "0.3 % 0.4 %",
        "5 % - abc",
        "-",
        "+/-",
        "(+)",
        "uniform",
        "bright to dim",
        "bright, lost on a subset",
        "expressed at diagnosis",
        "x" * 5000,
    ],
)
def test_rule_16_left_over_words_mean_not_interpreted(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Analytical sensitivity of this assay: 0.01 %.", "0.0001"),
        ("The limit of detection is 10^-5.", "0.00001"),
        ("LOD 0.002 %", "0.00002"),
        ("Specimen adequate.", None),
        ("MRD level 0.3 % at end of induction.", None),
    ],
)
def test_encoding_6_6_sensitivity_in_a_note(text: str, limit: str | None) -> None:
    assert limit_in(text) == (None if limit is None else D(limit))


@pytest.mark.parametrize(
    "text", ["Sensitivity 0.01 % by flow, sensitivity 0.001 % by NGS", "Sensitivity: 0.01"]
)
def test_encoding_6_6_unclear_sensitivity(text: str) -> None:
    assert isinstance(limit_in(text), Unclear)


@pytest.mark.parametrize(
    "text",
    [
        "0.1 " * 75,
        "no evidence of " * 20,
        "((((" * 70,
        "< " * 140,
        "1" * 290,
        "10 ^ - " * 40,
        "mrd " * 70,
    ],
)
def test_long_nonsense_costs_little(text: str) -> None:
    start = time.perf_counter()
    read(text)
    limit_in(text * 5)
    assert time.perf_counter() - start < 0.1

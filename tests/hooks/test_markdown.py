"""Text of a record on a card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks.markdown import cut, escape, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CD19 98 % of blasts", "CD19 98 % of blasts"),
        ("  two\n\nlines\t ", "two lines"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\u00a0b", "a b"),
        ("\u202eabc\u202c", "abc"),
        ("zero\u200bwidth", "zerowidth"),
        ("bell\x07\x00\x1b[0m", "bell[0m"),
        ("Präkursor µL ≥ 10⁹/L", "Präkursor µL ≥ 10⁹/L"),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<0.01 % & more", "&lt;0.01 % &amp; more"),
        ("BCR::ABL1 t(9;22)", "BCR::ABL1 t(9;22)"),
        ("a_b*c", r"a\_b\*c"),
        ("[x](y)", r"\[x\]\(y)"),
        ("http://x", r"http\://x"),
        ("www.x", r"www\.x"),
        ("a@b", r"a\@b"),
        ("# h", r"\# h"),
        ("- i", r"\- i"),
        ("12. i", r"12\. i"),
        ("12) i", r"12\) i"),
        ("> q", "&gt; q"),
        ("`c`", r"\`c\`"),
        ("back\\slash", r"back\\slash"),
        ("CD19-positive, 1.5 x", "CD19-positive, 1.5 x"),
    ],
)
def test_escape(text: str, expected: str) -> None:
    assert escape(text) == expected


@given(st.text(), st.integers(min_value=5, max_value=200))
def test_cut_keeps_the_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit
    assert len(plain(text, limit)) <= limit
    assert plain(text, limit).isprintable()


def test_cut_between_words() -> None:
    assert cut("alpha beta gamma delta", 18) == "alpha beta gamma…"
    assert cut("a" * 50, 10) == "a" * 9 + "…"

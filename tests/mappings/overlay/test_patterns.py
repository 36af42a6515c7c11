"""Text patterns: what they match, which are refused, and what no pattern can turn into a fact."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.overlay.concepts import CONCEPTS
from mappings.overlay.doubt import raises_doubt
from mappings.overlay.patterns import Pattern, plain
from tests.mappings.overlay.folders import csv, said


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*leuk 19*", "BM  Leuk 19 exp", True),
        ("leuk 19*", "BM leuk 19", False),
        ("*leuk 19", "leuk 19 exp", False),
        ("leuk*exp", "Leuk 19 EXP", True),
        ("leuk*exp", "leukexp", True),
        ("leukx*xexp", "leukxexp", False),
        ("*a*b*", "b a", False),
        ("ab*ba", "aba", False),
        ("straße*", "STRASSE 1", True),
    ],
)
def test_matching(pattern: str, text: str, matches: bool) -> None:
    assert Pattern(plain(pattern)).matches(plain(text)) is matches


@given(st.text("ab*", min_size=1, max_size=8).filter(lambda p: "*" in p), st.text("ab", max_size=9))
def test_matching_is_that_of_a_file_name_pattern(pattern: str, text: str) -> None:
    assert Pattern(pattern).matches(text) == fnmatchcase(text, pattern)


def test_no_pattern_is_slow() -> None:
    began = time.perf_counter()
    for _ in range(1000):
        Pattern("*aaaa*aaaa*aaaa*aaab").matches("a" * 400)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("line", "also"),
    [
        (",,*cd19*,obs-cd19-blasts,", "CD19"),
        (",,*bone marrow*,obs-blasts-marrow,", "Bone marrow"),
        (",,*leukemia*,cond-b-all,", "leukemia"),
        (",,*flow cytometry,obs-mrd-flow,", "flow cytometry"),
        (",,Chronic lymphocytic leukemia,cond-b-all,", "Chronic lymphocytic leukemia"),
        (",,*lymphoblastic leukemia*,cond-t-all,", "leukemia"),
    ],
)
def test_a_pattern_that_matches_something_else_is_refused(
    tmp_path: Path, line: str, also: str
) -> None:
    (message,) = said(tmp_path, labs_csv=csv(line))
    assert message.startswith("labs.csv:2:3: too wide or contradictory: it matches '")
    assert also.lower() in message.lower()


@pytest.mark.parametrize(
    "line",
    [
        ",,*leuk 19 exp*,obs-cd19-blasts,",
        ",,B-ALL residual clone*,obs-mrd-flow,",
        ",,Reste clonal LAL-B*,obs-mrd,",
        ",,BCP-ALL (HCC),cond-b-all,",
        ",,Nachgewiesen,val-positive,",
        ",,Not detectable (molecular),val-negative,",
        ",,positive,val-positive,",
    ],
)
def test_patterns_in_use(tmp_path: Path, line: str) -> None:
    assert not said(tmp_path, labs_csv=csv(line))


@pytest.mark.parametrize(
    ("text", "concept", "message"),
    [
        ("Not detected", "val-positive", "is read as negative already"),
        ("positive", "val-negative", "is read as positive already"),
        ("equivocal", "val-negative", "is read as indeterminate already"),
        ("reactive", "val-non-reactive", "is read as positive already"),
        ("0.3 % pos", "val-negative", "is a number that is read as it is"),
        ("0.3 %", "val-positive", "has no word in it"),
        ("1", "val-cns1", "means other things in other results"),
    ],
)
def test_an_answer_that_is_read_already_cannot_be_turned_round(
    tmp_path: Path, text: str, concept: str, message: str
) -> None:
    (found,) = said(tmp_path, labs_csv=csv(f",,{text},{concept},"))
    assert message in found


DOUBTFUL = [
    "No evidence of B-lymphoblastic disease",
    "Family history of B-ALL",
    "FHx leukemia B lineage, mother",
    "Sister has B-ALL",
    "Rule out B-ALL",
    "r/o B-ALL",
    "Possible B-ALL",
    "Suspected B-ALL relapse",
    "History of B-ALL",
    "B-ALL?",
    "Not B-ALL",
    "Without B-ALL",
    "Negative for B-ALL",
    "Donor with B-ALL",
    "B-ALL ruled out",
    "Screening for B-ALL",
    "Verdacht auf B-ALL",
    "Keine B-ALL",
    "V.a. B-ALL, Mutter",
    "Antécédents familiaux de LAL-B",
    "Sin LAL-B",
    "At risk of B-ALL",
    "B-ALL, relative of patient",
    "Son with B-ALL",
]


@pytest.mark.parametrize("text", DOUBTFUL)
def test_doubt_is_heard(text: str) -> None:
    assert raises_doubt(text, CONCEPTS["cond-b-all"])


@pytest.mark.parametrize(
    "text",
    [
        "B-ALL (HCC)",
        "ALL not having achieved remission",
        "B-ALL, Ph-negative",
        "B-ALL, not otherwise specified",
        "Lymphoblastic leukemia NOS, no. 3",
        "BCP-ALL, in relapse",
        "LAL-B, recaída",
    ],
)
def test_plain_names_raise_none(text: str) -> None:
    assert not raises_doubt(text, CONCEPTS["cond-b-all"])


@pytest.mark.parametrize(
    ("text", "name", "doubt"),
    [
        ("HCV screening, serum", "obs-hcv", False),
        ("HCV screening, mother", "obs-hcv", True),
        ("FISH study BCR", "obs-bcr-abl1", False),
        ("CD19 blasts, donor", "obs-cd19-blasts", True),
        ("Donor registry result", "obs-donor", False),
        ("PBSCT from sibling donor", "proc-allo-hsct", False),
        ("PBSCT not done", "proc-allo-hsct", True),
        ("PBSCT of brother", "proc-allo-hsct", True),
        ("Family history: PBSCT", "proc-allo-hsct", True),
        ("Donor for brother", "proc-allo-hsct", True),
    ],
)
def test_names_of_tests_and_grafts(text: str, name: str, doubt: bool) -> None:
    assert raises_doubt(text, CONCEPTS[name]) is doubt


@pytest.mark.parametrize("text", DOUBTFUL)
def test_no_doubtful_text_is_a_pattern(tmp_path: Path, text: str) -> None:
    (message,) = said(tmp_path, labs_csv=csv(f',,"{text}",cond-b-all,'))
    assert message.startswith("labs.csv:2:3: ")
    assert "denies, questions or speaks of somebody else" in message

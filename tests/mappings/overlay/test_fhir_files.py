"""ConceptMap and ValueSet files, with line and column of what is wrong in them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from mappings.overlay.located_json import NotJson, Source, parse
from tests.mappings.overlay.folders import (
    CONCEPT,
    LOCAL,
    checked,
    concept_map,
    csv,
    element,
    said,
    value_set,
)

URL = "https://relapse-cds.org/fhir/ValueSet/"


def test_a_concept_map(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        map_json=concept_map(
            element("1", "obs-cd19-blasts"),
            element("2", "obs-mrd", "equal"),
            {"code": "3", "target": [{"equivalence": "unmatched"}]},
            element("4", "obs-mrd", "disjoint"),
        ),
    )
    assert not found.mistakes
    assert found.counts() == {"ignore": (2, 0), "obs-cd19-blasts": (1, 0), "obs-mrd": (1, 0)}


@pytest.mark.parametrize(
    ("system", "code", "concept"),
    [
        ("http://loinc.org", "51124-6", "obs-cd22-blasts"),
        ("http://snomed.info/sct", "277572006", "cond-b-all"),
        ("http://snomed.info/sct", "260415000", "val-negative"),
        (URL, "obs-alt", "obs-alt"),
        (CONCEPT + "/", "obs-alt", "obs-alt"),
    ],
)
def test_targets_by_standard_code(tmp_path: Path, system: str, code: str, concept: str) -> None:
    found = checked(tmp_path, map_json=concept_map(element("1", code), target=system))
    assert not found.mistakes
    assert list(found.counts()) == [concept]


@pytest.mark.parametrize(
    "resource",
    [
        value_set(f"{URL}obs-blasts-marrow", "1", "2"),
        {
            **value_set("https://hospital.example.org/ValueSet/x", "1", "2"),
            "id": "obs-blasts-marrow",
        },
        {
            **value_set("https://hospital.example.org/ValueSet/x"),
            "compose": {
                "include": [
                    {"valueSet": [f"{URL}obs-blasts-marrow|1.0.0"]},
                    {"system": LOCAL, "concept": [{"code": "1"}, {"code": "2", "display": "B"}]},
                ]
            },
        },
    ],
)
def test_a_value_set_names_its_concept_in_three_ways(
    tmp_path: Path, resource: dict[str, Any]
) -> None:
    found = checked(tmp_path, set_json=resource)
    assert not found.mistakes
    assert found.counts() == {"obs-blasts-marrow": (2, 0)}


LINES = """{"resourceType": "ConceptMap",
 "group": [{
  "source": "%s",
  "target": "%s",
  "element": [
   {"code": "1", "target": [{"code": "obs-alt", "equivalence": "equivalent"}]},
   %s
  ]}]}
"""


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ('{"code": "2", "target": [{"code": "alt", "equivalence": "equal"}]}', 38, "'alt' is no"),
        (
            '{"code": "2", "target": [{"code": "obs-alt", "equivalence": "wider"}]}',
            64,
            "only equal",
        ),
        ('{"code": "2", "target": [{"code": "obs-alt"}]}', 29, "equivalence is missing"),
        (
            '{"code": "2", "target": [{"code": "obs-alt", "relationship": "equivalent"}]}',
            65,
            "FHIR R5",
        ),
        ('{"code": "2", "target": [{"equivalence": "equal"}]}', 29, "code is missing or empty"),
        ('{"code": "2"}', 4, "target is missing or empty"),
        ('{"code": "", "target": []}', 13, "code is missing or empty"),
        ('{"code": 2, "target": [{"code": "obs-alt", "equivalence": "equal"}]}', 13, "code is"),
        ('{"code": "1", "target": [{"code": "obs-alt", "equivalence": "equal"}]}', 13, "twice"),
        (
            '{"code": "1", "target": [{"code": "obs-ast", "equivalence": "equal"}]}',
            13,
            "1 is mapped to obs-alt and to obs-ast, first at map.json:6:13",
        ),
        (
            '{"code": "1", "target": [{"equivalence": "unmatched"}]}',
            13,
            "1 is mapped to obs-alt and to ignore",
        ),
        ('{"code": "1E+05", "target": [{"equivalence": "unmatched"}]}', 13, "a spreadsheet has"),
        ('{"code": "2", "target": [{"equivalence": "equal"}], "code": "3"}', 56, "twice in one"),
        ('{"code": "2", "target": [NaN]}', 29, "no JSON value begins here"),
        ("[]", 4, "element holds something that is no object"),
        ('{"code": "2" "target"}', 17, "a comma or the closing bracket"),
        ('{"code": "2\n', 13, "a string that does not end"),
        ('{"code": "\\ud800"}', 13, "a wrong escape"),
    ],
)
def test_line_and_column(tmp_path: Path, line: str, column: int, words: str) -> None:
    messages = said(tmp_path, map_json=LINES % (LOCAL, CONCEPT, line))
    assert len([message for message in messages if message.startswith("map.json:7:")]) == len(
        messages
    )
    assert any(f"map.json:7:{column}: " in message and words in message for message in messages), (
        messages
    )


def nested(levels: int) -> str:
    return '{"resourceType": ' + "[" * levels + "]" * levels + "}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "map.json:1:1: not JSON: the file ends in the middle"),
        ("{", "map.json:1:2: not JSON: a member name"),
        ('{"resourceType": "ConceptMap"', "map.json:1:30: not JSON: a comma"),
        ("[]", "map.json:1:1: a ConceptMap or a ValueSet was expected"),
        ('"x" "y"', "map.json:1:5: not JSON: something follows"),
        ('{"resourceType": "Bundle"}', "map.json:1:18: resourceType is Bundle: only"),
        ('{"resourceType": "ConceptMap"}', "map.json:1:1: group is missing or empty"),
        ('{"resourceType": "ConceptMap", "status": "retired"}', "map.json:1:42: status is retired"),
        ('{"resourceType": "ValueSet", "url": "x"}', "map.json:1:1: compose is missing"),
        ('{"a": Infinity}', "map.json:1:7: not JSON: no JSON value begins here"),
        ('{"a": 01}', "map.json:1:8: not JSON"),
        (nested(2_000), "map.json:1:58: not JSON: nested more than 40 levels"),
    ],
)
def test_hostile_and_half_files(tmp_path: Path, content: str, words: str) -> None:
    assert any(message.startswith(words) for message in said(tmp_path, map_json=content)), said(
        tmp_path, map_json=content
    )


def test_value_set_mistakes(tmp_path: Path) -> None:
    foreign = value_set("https://hospital.example.org/ValueSet/x", "1")
    assert "extends no concept" in said(tmp_path, set_json=foreign)[0]
    assert "'obs-xyz' is no concept" in said(tmp_path, set_json=value_set(f"{URL}obs-xyz", "1"))[0]
    two = {**value_set(f"{URL}obs-alt", "1"), "id": "obs-ast"}
    assert "two concepts: obs-alt, obs-ast" in said(tmp_path, set_json=two)[0]
    filtered = value_set(f"{URL}obs-alt", "1")
    filtered["compose"]["include"][0]["filter"] = [{"property": "parent"}]
    assert "filter is not supported" in said(tmp_path, set_json=filtered)[0]
    excluded = value_set(f"{URL}obs-alt", "1")
    excluded["compose"]["exclude"] = [{"system": LOCAL}]
    assert "exclude is not supported" in said(tmp_path, set_json=excluded)[0]


def test_what_the_short_form_says_too_is_a_duplicate(tmp_path: Path) -> None:
    (message,) = said(
        tmp_path,
        a_csv=csv(f"{LOCAL},1,,obs-alt,"),
        b_json=value_set(f"{URL}obs-ast", "1"),
    )
    assert "b.json:" in message
    assert "mapped to obs-alt and to obs-ast, first at a.csv:2:2" in message


def test_a_target_that_is_read_only_beside_its_text_is_refused(tmp_path: Path) -> None:
    """67128-9 is MRD only where the text says so: it would not do as a target."""
    (message,) = said(
        tmp_path, map_json=concept_map(element("1", "67128-9"), target="http://loinc.org")
    )
    assert "67128-9 of http://loinc.org is no code that is read here" in message


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"a": [1, -2.5, "x\\n\\u00e4", true, false, null], "b": {"c": []}}',
        "\r\n [ ]\t",
        '"\u2028"',
    ],
)
def test_the_reader_agrees_with_the_standard_library(text: str) -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(node.value) for name, node in value.items()}
        return [bare(node.value) for node in value] if isinstance(value, list) else value

    assert bare(parse(text).value) == json.loads(text)


def test_places_count_characters_not_bytes() -> None:
    text = '{"ä": "ö",\n "b": nope}'
    with pytest.raises(NotJson) as raised:
        parse(text)
    assert str(Source("f", text).place(raised.value.at)) == "f:2:7"


def test_a_map_of_twenty_thousand_codes_is_read_in_seconds(tmp_path: Path) -> None:
    elements = [element(f"C{number}", "obs-alt") for number in range(20_000)]
    text = json.dumps(concept_map(*elements))
    began = time.perf_counter()
    found = checked(tmp_path, map_json=text)
    assert not found.mistakes
    assert len(found.rows) == 20_000
    assert time.perf_counter() - began < 15

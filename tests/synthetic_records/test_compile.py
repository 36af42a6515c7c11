"""The compiler of descriptions: right shapes, legal FHIR, clear errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from scripts.synthetic_records import DescriptionError, compile_record, load_documents
from scripts.synthetic_records.cases import load_cases
from scripts.synthetic_records.values import cell_fraction, read_date

CASES = {case.id: case for case in load_cases(Path(__file__).parents[1] / "cases")}
T0 = date(2026, 6, 15)
PERSON = "patient: {age: 30, sex: man}\n"


def compiled(text: str, tmp_path: Path) -> list[dict[str, Any]]:
    file = tmp_path / "someone.yaml"
    file.write_text(PERSON + text, encoding="utf-8")
    (description,) = load_documents(file)
    return compile_record(description, "someone", T0).resources


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.parametrize("case_id", CASES)
def test_records_are_legal_fhir_and_point_inside_themselves(case_id: str) -> None:
    resources = CASES[case_id].compiled().resources
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(
            json.loads(json.dumps(resource))
        )
    known = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
    assert len(known) == len(resources)
    assert set(references(resources)) <= known


def test_the_same_description_gives_the_same_record() -> None:
    assert CASES["V01"].compiled() == CASES["V01"].compiled()


def test_a_transaction_puts_each_resource_under_its_own_id() -> None:
    bundle = CASES["V01"].compiled().transaction()
    for entry in bundle["entry"]:
        resource = entry["resource"]
        assert entry["request"] == {
            "method": "PUT",
            "url": f"{resource['resourceType']}/{resource['id']}",
        }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "course:\n  - {relapes: first, on: 2026-06-08}\n",
            r"someone.yaml, line 3: .*'relapes'.*'relapse'",
        ),
        ("course:\n  - {relapse: first}\n", r"line 3: 'relapse' needs a date"),
        ("course:\n  - {relapse: first, on: 2026-13-08}\n", r"line 3: on: "),
        ("course:\n  - {relapse: first, on: last year}\n", r"'last year' is no date"),
        ("course:\n  - {marrow: much, on: 2026-06-08}\n", r"line 3: 'much' is no share of cells"),
        ("course:\n  - {marrow: 8 %, on: 2026-06-08, by: smell}\n", r"unknown method 'smell'"),
        (
            "course:\n  - {mrd: 0.3 %, on: 2026-06-08, form: flow}\n",
            r"does not know the word 'form'",
        ),
        (
            "course:\n  - {problem: bacteriemia, on: 2026-06-08}\n",
            r"unknown word 'bacteriemia'.*'bacteremia'",
        ),
        ("work-up: {cd23: positive}\n", r"line 2: unknown work-up item 'cd23'"),
        ("work-up: thorough\n", r"work-up is 'complete', 'none'"),
        ("therapy: none\n", r"unknown section 'therapy'"),
        ("course: relapse\n", r"'course' is a list"),
        ("work-up: none\nwork-up: complete\n", r"line 3: 'work-up' stands twice"),
    ],
)
def test_an_unknown_word_is_named_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match=message):
        compiled(text, tmp_path)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("62 %", {"value": 62, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}),
        (
            "<0.01 %",
            {
                "value": 0.01,
                "comparator": "<",
                "unit": "%",
                "system": "http://unitsofmeasure.org",
                "code": "%",
            },
        ),
        (
            "50 per million",
            {
                "value": 50,
                "unit": "per million nucleated cells",
                "system": "http://unitsofmeasure.org",
                "code": "/10*6",
            },
        ),
        ("0.01", {"value": 0.01}),
    ],
)
def test_shares_of_cells(words: str, value: dict[str, Any]) -> None:
    assert cell_fraction(words) == {"valueQuantity": value}


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-06", "2026-06"),
        ("T0", "2026-06-15"),
        ("T0 - 14 days", "2026-06-01"),
        ("T0 + 1 day", "2026-06-16"),
        ("T0 - 4 months", "2026-02-15"),
    ],
)
def test_dates(words: str, day: str) -> None:
    assert read_date(words, T0) == day


def test_one_aspirate_has_one_specimen_and_a_result_for_each_method(tmp_path: Path) -> None:
    resources = compiled(
        "course:\n  - {marrow: {morphology: 8 %, flow: 6 %}, on: 2026-06-08}\n", tmp_path
    )
    results = [item for item in resources if item["resourceType"] == "Observation"]
    (report,) = (item for item in resources if item["resourceType"] == "DiagnosticReport")
    assert [item["valueQuantity"]["value"] for item in results] == [8, 6]
    assert len({item["specimen"]["reference"] for item in results}) == 1
    assert [item["reference"] for item in report["result"]] == [
        f"Observation/{item['id']}" for item in results
    ]


def test_a_remission_ends_the_relapse_before_it(tmp_path: Path) -> None:
    course = "course:\n  - {relapse: first, on: 2025-12-20}\n  - {remission: CR2, on: 2026-03-01}\n"
    relapse = next(
        item for item in compiled(course, tmp_path) if item["resourceType"] == "Condition"
    )
    assert relapse["abatementDateTime"] == "2026-03-01"
    assert relapse["clinicalStatus"]["coding"][0]["code"] == "resolved"


def test_a_relapse_code_entered_later_keeps_its_onset_and_stays_open(tmp_path: Path) -> None:
    course = (
        "course:\n  - {relapse: first, on: 2025-12-20, recorded: 2026-04-20}\n"
        "  - {remission: CR2, on: 2026-03-01}\n"
    )
    resources = compiled(course, tmp_path)
    relapse = next(item for item in resources if item["resourceType"] == "Condition")
    visit = next(item for item in resources if item["resourceType"] == "Encounter")
    assert (relapse["onsetDateTime"], relapse["recordedDate"]) == ("2025-12-20", "2026-04-20")
    assert relapse["clinicalStatus"]["coding"][0]["code"] == "active"
    assert "abatementDateTime" not in relapse
    assert visit["period"]["start"].startswith("2026-04-20")


def test_a_transplant_may_have_no_date(tmp_path: Path) -> None:
    course = "course:\n  - {transplant: allogeneic, on: unknown}\n"
    graft = next(item for item in compiled(course, tmp_path) if item["resourceType"] == "Procedure")
    assert "performedDateTime" not in graft
    with pytest.raises(DescriptionError, match=r"'transplant' needs a date"):
        compiled("course:\n  - {transplant: allogeneic}\n", tmp_path)


def test_chimerism_is_a_share_of_donor_cells(tmp_path: Path) -> None:
    resources = compiled("course:\n  - {chimerism: 98 %, on: 2026-06-05}\n", tmp_path)
    result = next(item for item in resources if item["resourceType"] == "Observation")
    assert result["code"]["text"] == "Donor chimerism in Blood by short tandem repeats"
    assert (result["valueQuantity"]["value"], result["valueQuantity"]["unit"]) == (98, "%")
    with pytest.raises(DescriptionError, match=r"'full' is no percentage"):
        compiled("course:\n  - {chimerism: full, on: 2026-06-05}\n", tmp_path)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("mature B", "surface immunoglobulin; negative for CD34, TdT"),
        ("'B, immature markers not studied'", "positive for CD19, CD22 and CD79a; negative"),
        ("Blasts positive for CD19 and CD10.", "Blasts positive for CD19 and CD10."),
    ],
)
def test_an_immunophenotype_is_a_sentence(word: str, said: str, tmp_path: Path) -> None:
    course = f"course:\n  - {{immunophenotype: {word}, on: 2026-06-08}}\n"
    result = next(
        item for item in compiled(course, tmp_path) if item["resourceType"] == "Observation"
    )
    assert said in result["valueString"]


def test_a_work_up_item_can_be_said_differently(tmp_path: Path) -> None:
    course = "course:\n  - {relapse: first, on: 2026-06-08}\n"
    items = "work-up: {cd22: never tested, cd19: [positive, negative on 2026-06-11]}\n"
    texts = [item["code"]["text"] for item in compiled(course + items, tmp_path) if "code" in item]
    assert texts.count("CD19 blasts/100 blasts in Bone marrow") == 2
    assert not any("CD22" in text for text in texts)

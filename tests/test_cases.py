"""Every clinical case through FHIR: description → resources → chart → assessment → cards."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hooks.cards import Card
from hooks.compose import Presentation, cards
from mappings.chart import read_chart
from relapse.assessment import Assessment
from relapse.evaluate import evaluate
from relapse.policy import Policy
from scripts.synthetic_records.cases import Case, load_cases
from tests.cases.expectations import differences, rule_ids

ROOT = Path(__file__).resolve().parents[1]
CASES = {case.id: case for case in load_cases(ROOT / "tests" / "cases")}
ABOUT = sorted({id for case in CASES.values() for id in case.about})
"""Rules that only set a fact aside, so that no answer names them."""
THROUGH_THE_COMMAND_LINE = ("V01", "V07", "V12", "V27", "V28")
PRESENTATION = Presentation(new_uuid=lambda name: str(uuid.uuid5(uuid.NAMESPACE_URL, name)))


def policy_of(case: Case) -> Policy:
    """The policies of a case, by POL-id where that names one setting, else by name."""
    chosen: dict[str, Any] = {"jurisdiction": case.jurisdiction}
    for name, word in case.policies.items():
        found = [item for item in fields(Policy) if name in (item.name, item.metadata.get("id"))]
        assert len(found) == 1, f"{case.id}: '{name}' names {len(found)} policies"
        default = found[0].default
        if isinstance(default, bool):
            chosen[found[0].name] = {"on": True, "off": False}[word]
        elif isinstance(default, int | Decimal):
            chosen[found[0].name] = type(default)(word)
        else:
            chosen[found[0].name] = word
    return Policy(**chosen)


def answer(case: Case, resources: Iterable[Mapping[str, Any]]) -> tuple[Assessment, list[Card]]:
    """The way of one call without the web edge; resources pass through JSON as on the wire."""
    parsed = json.loads(json.dumps(list(resources)))
    reading = read_chart(parsed, patient_id=None, as_of=case.as_of)
    policy = policy_of(case)
    assessment = evaluate(reading.chart, case.as_of, policy)
    return assessment, list(cards(assessment, policy, PRESENTATION))


@cache
def answer_as_written(case_id: str) -> tuple[Assessment, list[Card]]:
    case = CASES[case_id]
    return answer(case, case.compiled().resources)


def wire(shown: Iterable[Card]) -> list[dict[str, Any]]:
    return [card.wire() for card in shown]


@pytest.mark.parametrize("case_id", CASES)
def test_case(case_id: str) -> None:
    case = CASES[case_id]
    assessment, shown = answer_as_written(case_id)
    found = differences(case, assessment, shown)
    story = f"{case_id} ({case.file}, {case.jurisdiction}, {case.as_of}): {case.sentence}"
    assert not found, "\n".join([story, f"The service sees: {assessment.state.text}", *found])


@pytest.mark.parametrize("case_id", CASES)
def test_order_of_entries_changes_nothing(case_id: str) -> None:
    case = CASES[case_id]
    shuffled = list(case.compiled().resources)
    random.Random(case_id).shuffle(shuffled)
    _, shown = answer(case, shuffled)
    assert wire(shown) == wire(answer_as_written(case_id)[1])


def essence(answer: tuple[Assessment, list[Card]]) -> dict[str, Any]:
    """An answer without the ids of the record: state, options, what they carry, cards."""
    assessment, shown = answer
    return {
        "state": assessment.state.text,
        "options": {
            item.option.value: (
                item.strength.name,
                sorted(one.id for one in item.precautions),
                sorted(one.id for one in item.requests),
            )
            for item in assessment.considerations
        },
        "notices": {
            notice.kind.value: sorted(request.id for request in notice.requests)
            for notice in assessment.notices
        },
        "cards": [(card.source.topic.code, card.indicator.value, card.summary) for card in shown],
    }


@pytest.mark.parametrize("rule", ABOUT)
def test_a_rule_that_no_answer_names_makes_the_difference_between_cases(rule: str) -> None:
    about = [case_id for case_id, case in CASES.items() if rule in case.about]
    answers = {json.dumps(essence(answer_as_written(case_id)), default=str) for case_id in about}
    assert len(answers) > 1, f"the cases about {rule} are answered alike: {', '.join(about)}"


@pytest.mark.parametrize("case_id", [case_id for case_id, case in CASES.items() if case.about])
def test_a_rule_that_the_answer_names_is_expected_by_name(case_id: str) -> None:
    named = rule_ids(answer_as_written(case_id)[0])
    assert not named.intersection(CASES[case_id].about), "belongs into 'rules' of the expectation"


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """The same resources under other ids."""
    if isinstance(node, dict):
        found = {key: renamed(value, names) for key, value in node.items()}
        if isinstance(found.get("reference"), str):
            kind, _, old = found["reference"].partition("/")
            found["reference"] = f"{kind}/{names[old]}"
        return found
    return [renamed(item, names) for item in node] if isinstance(node, list) else node


@pytest.mark.parametrize("case_id", CASES)
def test_ids_of_resources_decide_nothing(case_id: str) -> None:
    case = CASES[case_id]
    resources = case.compiled().resources
    names = {item["id"]: f"r{999 - place}" for place, item in enumerate(resources)}
    other = [renamed(item, names) | {"id": names[item["id"]]} for item in resources]
    assert essence(answer(case, other)) == essence(answer_as_written(case_id))


@pytest.mark.parametrize("case_id", CASES)
def test_unrelated_resources_change_nothing(case_id: str) -> None:
    case = CASES[case_id]
    compiled = case.compiled()
    subject = {"reference": f"Patient/{compiled.patient_id}"}
    unrelated = [
        {
            "resourceType": "Condition",
            "id": "unrelated-dental-caries",
            "clinicalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "active",
                    }
                ]
            },
            "code": {
                "coding": [{"system": "http://snomed.info/sct", "code": "80967001"}],
                "text": "Dental caries",
            },
            "subject": subject,
            "onsetDateTime": "2026-06-01",
        },
        {
            "resourceType": "Observation",
            "id": "unrelated-potassium",
            "status": "final",
            "code": {
                "coding": [{"system": "http://loinc.org", "code": "2823-3"}],
                "text": "Potassium",
            },
            "subject": subject,
            "effectiveDateTime": "2026-06-12",
            "valueQuantity": {
                "value": 4.1,
                "unit": "mmol/L",
                "system": "http://unitsofmeasure.org",
                "code": "mmol/L",
            },
        },
    ]
    _, shown = answer(case, [*unrelated, *compiled.resources])
    assert wire(shown) == wire(answer_as_written(case_id)[1])


@pytest.mark.parametrize("case_id", THROUGH_THE_COMMAND_LINE)
def test_command_line_gives_the_same_answer(case_id: str, tmp_path: Path) -> None:
    case = CASES[case_id]
    file = tmp_path / "record.json"
    file.write_text(json.dumps(case.compiled().collection()), encoding="utf-8")
    program = Path(sys.executable).with_name("relapse-cds")
    call = [str(program), "evaluate", str(file), "--as-of", case.as_of.isoformat()]
    call += ["--jurisdiction", case.jurisdiction, "--format", "json"]
    run = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assessment, shown = answer_as_written(case_id)
    assert said["asOf"] == case.as_of.isoformat()
    assert said["state"]["disease"] == assessment.state.disease.value
    assert said["state"]["relapseCount"] == assessment.state.relapse_count
    strengths = {item["option"]: item["strength"] for item in said["considerations"]}
    assert strengths == {
        item.option.value: item.strength.name for item in assessment.considerations
    }
    assert [card["source"]["topic"]["code"] for card in said["cards"]] == [
        card.source.topic.code for card in shown
    ]

"""Three hooks under one id: what each one's context must hold, and that the advice is the same."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from hooks.prefetch import patient_record
from service.app import create_app
from service.fhir.client import Answer
from service.settings import Settings
from tests.service.fakes import ALL_CONDITION, PATIENT, FakeFhir, Recorder, searchset
from tests.service.invariants import check_outcome

MADE_UP = "/cds-services/made-up"
REAL = "/cds-services/relapsed-b-all"
SERVER = "http://127.0.0.1:9/fhir"


def without_uuids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_uuids(member) for name, member in value.items() if name != "uuid"}
    return [without_uuids(member) for member in value] if isinstance(value, list) else value


def as_new_problems(call: dict[str, Any], **context: Any) -> dict[str, Any]:
    """The patient-view call as one of problem-list-item-create."""
    result = copy.deepcopy(call)
    result["hook"] = "problem-list-item-create"
    result["context"] |= context
    return result


def refused(client: FlaskClient, call: dict[str, Any], code: str = "invalid") -> list[str]:
    """The members that a 400 names."""
    answer = client.post(MADE_UP, json=call)
    assert answer.status_code == 400, answer.text
    issue = check_outcome(answer.json)
    assert issue["code"] == code
    return list(issue["expression"])  # type: ignore[call-overload]


def test_dispatch_by_id_and_hook(
    hooked: FlaskClient, started: dict[str, Any], recorder: Recorder
) -> None:
    """C-021, C-038: the hook in the body chooses; one that is not offered is a 400."""
    assert hooked.post(MADE_UP, json=started).status_code == 200
    assert recorder.last.in_context == ()
    assert refused(hooked, started | {"hook": "encounter-discharge"}) == ["hook"]
    assert refused(hooked, started | {"hook": "order-sign"}) == ["hook"]


@pytest.mark.parametrize("name", ["userId", "patientId", "encounterId"])
def test_encounter_start_needs(hooked: FlaskClient, started: dict[str, Any], name: str) -> None:
    """C-034: all three fields are required."""
    del started["context"][name]
    assert refused(hooked, started, "required") == [f"context.{name}"]


@pytest.mark.parametrize("value", ["", None, 7, "Encounter/e1", "..", "e1?x"])
def test_encounter_id_that_is_none(
    hooked: FlaskClient, started: dict[str, Any], value: object
) -> None:
    started["context"]["encounterId"] = value
    assert refused(hooked, started) == ["context.encounterId"]


@pytest.mark.parametrize("name", ["userId", "patientId", "conditions"])
def test_problem_list_item_create_needs(
    hooked: FlaskClient, created: dict[str, Any], name: str
) -> None:
    """C-034: the encounter alone is optional."""
    assert hooked.post(MADE_UP, json=created).status_code == 200
    del created["context"][name]
    assert refused(hooked, created, "required") == [f"context.{name}"]


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r1", "Device/d1"])
@pytest.mark.parametrize("call", ["started", "created"])
def test_users_whom_the_hook_does_not_have(
    hooked: FlaskClient, request: pytest.FixtureRequest, call: str, user: str, recorder: Recorder
) -> None:
    """C-043: only patient-view is opened by patients and relatives; elsewhere that is an error."""
    body = request.getfixturevalue(call)
    body["context"]["userId"] = user
    assert refused(hooked, body) == ["context.userId"]
    assert not recorder.seen


@pytest.mark.parametrize("user", ["Practitioner/1", "PractitionerRole/1"])
@pytest.mark.parametrize("call", ["started", "created"])
def test_clinicians_of_each_hook(
    hooked: FlaskClient, request: pytest.FixtureRequest, call: str, user: str, recorder: Recorder
) -> None:
    body = request.getfixturevalue(call)
    body["context"]["userId"] = user
    assert hooked.post(MADE_UP, json=body).status_code == 200
    assert recorder.seen


READ = [
    ("Bundle", searchset(ALL_CONDITION)),
    ("collection", {"resourceType": "Bundle", "entry": [{"resource": ALL_CONDITION}]}),
    ("list", [ALL_CONDITION]),
    ("lone resource", ALL_CONDITION),
    ("category as text", searchset(ALL_CONDITION | {"category": "problem-list-item"})),
    ("without id", searchset({k: v for k, v in ALL_CONDITION.items() if k != "id"})),
    ("odd members", searchset(ALL_CONDITION | {"code": [None], "subject": 7, "id": {}})),
]


@pytest.mark.parametrize("value", [value for _, value in READ], ids=[name for name, _ in READ])
def test_forms_of_new_problems(
    hooked: FlaskClient, created: dict[str, Any], recorder: Recorder, value: object
) -> None:
    """C-040: a Bundle, and what the library's examples of similar hooks show in its place."""
    created["context"]["conditions"] = value
    assert hooked.post(MADE_UP, json=created).status_code == 200
    (bundle,) = recorder.last.in_context
    assert isinstance(bundle, dict)
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == ["Condition"]


@pytest.mark.parametrize(
    "value", [searchset(), {"resourceType": "Bundle"}, []], ids=["no entries", "no entry", "list"]
)
def test_no_new_problem(
    hooked: FlaskClient, created: dict[str, Any], recorder: Recorder, value: object
) -> None:
    """The record alone is then assessed."""
    created["context"]["conditions"] = value
    assert hooked.post(MADE_UP, json=created).status_code == 200
    assert recorder.last.resources["conditions"]


def test_other_resources_among_new_problems(
    hooked: FlaskClient, created: dict[str, Any], recorder: Recorder
) -> None:
    """C-044, C-082: an outcome, a Patient, a Bundle in the Bundle are left out, the rest counts."""
    inner = searchset(ALL_CONDITION | {"id": "inner"})
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
    mallory = {"resourceType": "Patient", "id": "mallory"}
    created["context"]["conditions"] = searchset(mallory, outcome, ALL_CONDITION, inner)
    assert hooked.post(MADE_UP, json=created).status_code == 200
    assert recorder.last.in_context == (
        {"resourceType": "Bundle", "entry": [{"resource": ALL_CONDITION}]},
    )


WRONG = [
    (None, ""),
    ("C91.02", ""),
    (7, ""),
    (True, ""),
    ({}, ""),
    ({"resourceType": "OperationOutcome"}, ""),
    ({"resourceType": "Patient", "id": "p1"}, ""),
    ({"resourceType": ["Bundle"]}, ""),
    ({"resourceType": "Bundle", "entry": None}, ""),
    ({"resourceType": "Bundle", "entry": {}}, ""),
    ({"resourceType": "Bundle", "entry": "x"}, ""),
    ({"resourceType": "Bundle", "entry": [{"resource": ALL_CONDITION}, None]}, ".entry[1]"),
    ({"resourceType": "Bundle", "entry": [{}]}, ".entry[0]"),
    ({"resourceType": "Bundle", "entry": [{"resource": "Condition/c1"}]}, ".entry[0]"),
    ({"resourceType": "Bundle", "entry": [{"resource": {"id": "c1"}}]}, ".entry[0]"),
    ({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": {}}}]}, ".entry[0]"),
    ([ALL_CONDITION, "Condition/c2"], ".entry[1]"),
    ([[ALL_CONDITION]], ".entry[0]"),
]


@pytest.mark.parametrize(("value", "place"), WRONG, ids=[repr(value)[:60] for value, _ in WRONG])
def test_new_problems_that_cannot_be_read(
    hooked: FlaskClient, created: dict[str, Any], recorder: Recorder, value: object, place: str
) -> None:
    """A problem that was just recorded is not lost without a word: 400 names the place."""
    created["context"]["conditions"] = value
    assert refused(hooked, created) == [f"context.conditions{place}"]
    assert not recorder.seen


def test_deep_new_problem_is_no_crash(hooked: FlaskClient, created: dict[str, Any]) -> None:
    created["context"]["conditions"] = "HERE"
    deep = b'{"resourceType": "Condition", "code": ' + b'{"coding":[' * 490 + b"]}" * 490 + b"}"
    raw = orjson.dumps(created).replace(b'"HERE"', deep)
    for url, client in ((MADE_UP, hooked), (REAL, create_app(Settings()).test_client())):
        answer = client.post(url, data=raw, content_type="application/json")
        assert answer.status_code in (200, 400)


def test_new_problem_alone_opens_the_gate(
    hooked: FlaskClient, created: dict[str, Any], fhir: FakeFhir, recorder: Recorder
) -> None:
    """C-072, C-081: leukaemia stands in the new problem only: the whole chart is completed."""
    created["prefetch"] = {"patient": PATIENT, "conditions": None}
    # The made-up first look, as the real one, must see what the context brought.
    answer = (
        create_app(Settings(), source=fhir)
        .test_client()
        .post(REAL, json=created | {"fhirServer": SERVER})
    )
    assert answer.status_code == 200
    assert len(fhir.asked) == len(patient_record()) - 2
    fhir.asked.clear()
    created["context"]["conditions"] = searchset()
    answer = (
        create_app(Settings(), source=fhir)
        .test_client()
        .post(REAL, json=created | {"fhirServer": SERVER})
    )
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert fhir.asked == []


def test_new_problem_does_not_stand_for_the_problem_list(
    real: FlaskClient, created: dict[str, Any], fhir: FakeFhir
) -> None:
    """C-080: without the other conditions nobody can say how often the leukaemia relapsed: 412."""
    del created["prefetch"]["conditions"]
    assert real.post(REAL, json=created).status_code == 412
    fhir.answers["Condition"] = Answer(reason="status 500")
    app = create_app(Settings(), source=fhir).test_client()
    assert app.post(REAL, json=created | {"fhirServer": SERVER}).status_code == 412


def test_same_advice_under_each_hook(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-231: chart opened, encounter started, problem recorded: the same cards."""
    expected = without_uuids(real.post(REAL, json=relapse).json)
    assert expected["cards"]
    started = copy.deepcopy(relapse) | {"hook": "encounter-start"}
    started["context"]["encounterId"] = "e1"
    assert without_uuids(real.post(REAL, json=started).json) == expected
    bundle = relapse["prefetch"]["conditions"]
    for held, new in (
        (bundle, []),
        (bundle, bundle),
        (None, bundle),
        ({"resourceType": "Bundle", "type": "searchset", "total": 0}, bundle),
    ):
        call = as_new_problems(relapse, conditions=new)
        call["prefetch"]["conditions"] = held
        assert without_uuids(real.post(REAL, json=call).json) == expected


def test_new_problem_is_counted_once(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """Twice by id, by id with another content, and without id: still the same relapses."""

    def relapses(conditions: object) -> set[int]:
        answer = real.post(REAL, json=as_new_problems(relapse, conditions=conditions))
        cards = answer.json["cards"]
        assert cards
        return {
            card["extension"]["org.relapse-cds.trace"]["state"]["relapseCount"] for card in cards
        }

    held = [entry["resource"] for entry in relapse["prefetch"]["conditions"]["entry"]]
    expected = relapses([])
    assert relapses(searchset(*held)) == expected
    assert relapses(searchset(*(item | {"category": "problem-list-item"} for item in held))) == (
        expected
    )
    nameless = [{name: value for name, value in item.items() if name != "id"} for item in held]
    assert relapses(searchset(*nameless)) == expected


def test_new_problem_of_another_patient(real: FlaskClient, relapse: dict[str, Any]) -> None:
    """C-044: dropped, so that a patient without leukaemia keeps an empty list."""
    foreign = [
        entry["resource"] | {"subject": {"reference": "Patient/somebody-else"}}
        for entry in relapse["prefetch"]["conditions"]["entry"]
    ]
    call = as_new_problems(relapse, conditions=searchset(*foreign))
    call["prefetch"] = {name: None for name in call["prefetch"]} | {
        "patient": call["prefetch"]["patient"]
    }
    answer = real.post(REAL, json=call)
    assert (answer.status_code, answer.json) == (200, {"cards": []})

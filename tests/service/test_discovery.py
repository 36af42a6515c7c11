"""GET /cds-services, and the templates that it publishes."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hooks.prefetch import Profile, patient_record, published
from service.app import create_app
from service.settings import Settings
from tests.service.invariants import empties, schema_errors

_TOKEN = re.compile(r"\{\{(.*?)\}\}")


def test_discovery_lists_the_service() -> None:
    """C-010, C-011, C-013 to C-018, C-024: entries that say what is needed, without a redirect."""
    answer = create_app(Settings()).test_client().get("/cds-services")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert schema_errors("discovery", answer.json) == []
    assert list(empties(answer.json)) == []
    entries = answer.json["services"]
    assert [(entry["id"], entry["hook"]) for entry in entries] == [
        ("relapsed-b-all", "patient-view"),
        ("relapsed-b-all", "encounter-start"),
        ("relapsed-b-all", "problem-list-item-create"),
    ]
    assert all("R4" in entry["usageRequirements"] for entry in entries)
    assert all(entry["title"] for entry in entries)


def test_no_members_of_a_ballot() -> None:
    """C-019, C-020: neither version nor hookVersion, which no published release defines."""
    for entry in create_app(Settings()).test_client().get("/cds-services").json["services"]:
        assert not {"version", "hookVersion"} & set(entry)


def test_no_services_is_an_empty_list() -> None:
    """C-012: a server without services answers 200 and says so."""
    answer = create_app(Settings(), services=[]).test_client().get("/cds-services")
    assert (answer.status_code, answer.json) == (200, {"services": []})


def test_service_of_discovery_is_routed() -> None:
    """C-015, C-030: the id is the path of a POST, as it is written; GET is refused."""
    client = create_app(Settings()).test_client()
    for entry in client.get("/cds-services").json["services"]:
        assert quote(entry["id"], safe="") == entry["id"]
        address = f"/cds-services/{entry['id']}"
        assert client.post(address, json={}).status_code == 400
        assert client.get(address).status_code == 405


def test_keys_keep_their_order_on_the_wire(client: FlaskClient) -> None:
    """C-023: the order of keys in the raw bytes is the declared one."""
    raw = client.get("/cds-services").get_data()
    keys = [key.name for key in patient_record()]
    assert list(orjson.loads(raw)["services"][0]["prefetch"]) == keys
    positions = [raw.index(b'"%s":' % name.encode()) for name in keys]
    assert positions == sorted(positions)


def test_gate_profile_publishes_only_what_decides(make_app: Callable[..., Flask]) -> None:
    answer = make_app(prefetch="gate").test_client().get("/cds-services")
    assert list(answer.json["services"][0]["prefetch"]) == ["patient", "conditions"]


@pytest.mark.parametrize("key", patient_record(), ids=lambda key: key.name)
def test_template_is_legal_in_cds_hooks_2_0(key: object) -> None:
    """C-050 to C-059: relative, known tokens, plain search parameters, no inclusion, no dates."""
    template = key.template  # type: ignore[attr-defined]
    assert re.match(r"[A-Z][A-Za-z]+[/?]", template)
    assert set(_TOKEN.findall(template)) == {"context.patientId"}
    assert template.count("{{") == template.count("}}") == 1
    parameters = dict(part.split("=", 1) for part in template.partition("?")[2].split("&") if part)
    assert set(parameters) <= {"patient", "_count", "_sort"}


@pytest.mark.parametrize("profile", Profile)
def test_expanded_query_is_short_enough_for_a_get(profile: Profile) -> None:
    """A client may send the query as an address; servers and proxies take 4,000 characters."""
    for template in published(patient_record(), profile).values():
        expanded = template.replace("{{context.patientId}}", "x" * 64)
        assert len(quote(expanded)) < 4000


def test_laboratory_results_are_not_asked_for_by_code() -> None:
    """What is coded locally or in words alone, or filed without category, must still arrive."""
    templates = published(patient_record(), Profile.FULL)
    assert "code=" not in templates["observations"]
    assert "category=" not in templates["observations"]
    kinds = {template.split("?")[0].split("/")[0] for template in templates.values()}
    assert kinds == {
        "Patient",
        "Condition",
        "Observation",
        "DiagnosticReport",
        "Specimen",
        "Procedure",
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationStatement",
        "CarePlan",
    }


@pytest.mark.parametrize(
    ("path", "setting"),
    [("/", "start_page"), ("/knowledge", "knowledge"), ("/metrics", "metrics")],
)
def test_what_answers_anyone_can_be_turned_off(path: str, setting: str) -> None:
    assert create_app(Settings()).test_client().get(path).status_code == 200
    off = Settings.model_validate({setting: False})
    assert create_app(off).test_client().get(path).status_code == 404
    assert create_app(off).test_client().get("/cds-services").status_code == 200

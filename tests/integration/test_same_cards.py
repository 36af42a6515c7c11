"""The same record gives the same cards, whether it comes as prefetch or from a real FHIR server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from service import demos
from tests.integration.service_process import COMMAND, running_service
from tests.service.invariants import check_response

Demo = tuple[str, str, dict[str, Any]]
SERVICE = "/cds-services/relapsed-b-all"


@pytest.fixture(scope="module")
def service_url() -> Iterator[str]:
    with running_service(RELAPSE_CDS_FHIR_DEADLINE="30") as address:
        yield address


def without_uuids(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from call to call (C-235)."""
    text = json.dumps(answer)
    copy: dict[str, Any] = json.loads(text)
    for card in copy["cards"]:
        card.pop("uuid")
        for suggestion in card.get("suggestions", ()):
            suggestion.pop("uuid")
    return copy


def call(service_url: str, body: dict[str, Any]) -> requests.Response:
    return requests.post(service_url + SERVICE, json=body, timeout=60)


def unfetched(body: dict[str, Any], fhir_base_url: str, **changes: object) -> dict[str, Any]:
    """The request of a client that answers no template but names its FHIR server."""
    kept = {key: value for key, value in body.items() if key != "prefetch"}
    return kept | {"fhirServer": fhir_base_url} | changes


@pytest.mark.parametrize("name", demos.names())
def test_prefetch_and_fhir_server_give_the_same_cards(
    name: str, service_url: str, fhir_base_url: str, loaded_demo_patients: list[Demo]
) -> None:
    """C-100: each demonstration patient, through HAPI's own paging of at most 50 a page."""
    assert name in {loaded for loaded, _, _ in loaded_demo_patients}
    body = requests.get(f"{service_url}/demo/{name}.json", timeout=10).json()
    prefetched = call(service_url, body)
    fetched = call(service_url, unfetched(body, fhir_base_url))
    assert (prefetched.status_code, fetched.status_code) == (200, 200), fetched.text
    check_response(prefetched.json())
    check_response(fetched.json())
    assert without_uuids(fetched.json()) == without_uuids(prefetched.json())


@pytest.mark.parametrize("missing", ["observations", "procedures", "medicationRequests"])
def test_what_prefetch_leaves_out_is_fetched(
    missing: str, service_url: str, fhir_base_url: str, loaded_demo_patients: list[Demo]
) -> None:
    """C-061, C-072: a key that is missing is completed from the server."""
    body = requests.get(f"{service_url}/demo/second-relapse-cd19-lost.json", timeout=10).json()
    whole = call(service_url, body)
    if missing not in body["prefetch"]:
        missing = next(
            key for key in body["prefetch"] if key.lower().startswith(missing[:6].lower())
        )
    part = {key: value for key, value in body["prefetch"].items() if key != missing}
    answer = call(service_url, unfetched(body, fhir_base_url, prefetch=part))
    assert without_uuids(answer.json()) == without_uuids(whole.json())


def test_every_template_is_a_query_that_the_server_answers(
    service_url: str, fhir_base_url: str, loaded_demo_patients: list[Demo]
) -> None:
    """C-050, C-058: relative, legal, and far below the 8 KB at which servers refuse an address."""
    _, patient_id, _ = loaded_demo_patients[0]
    services = requests.get(f"{service_url}/cds-services", timeout=10).json()["services"]
    templates = services[0]["prefetch"]
    assert templates
    for key, template in templates.items():
        query = template.replace("{{context.patientId}}", patient_id)
        assert len(quote(query)) < 4000, key
        answer = requests.get(f"{fhir_base_url}/{query}", timeout=30)
        assert answer.status_code == 200, f"{key}: {answer.text[:500]}"


def test_unknown_patient_is_412_with_an_outcome(service_url: str, fhir_base_url: str) -> None:
    """C-080: what is required and cannot be had is a failed precondition, in words."""
    body = demos.request_body("adult-early-relapse")
    context = {"userId": "Practitioner/demo", "patientId": "nobody-of-this-name"}
    answer = call(service_url, unfetched(body, fhir_base_url, context=context))
    assert answer.status_code == 412
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_long_course_is_read_over_many_pages(
    service_url: str, fhir_base_url: str, loaded_demo_patients: list[Demo]
) -> None:
    """The decisive results lie on a late page behind 300 others; HAPI gives 50 a page at most."""
    body = requests.get(f"{service_url}/demo/cd22-never-tested.json", timeout=10).json()
    before = call(service_url, unfetched(body, fhir_base_url))
    patient_id = body["context"]["patientId"]
    entries = [
        {
            "resource": {
                "resourceType": "Observation",
                "id": f"paging-potassium-{number}",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
                "subject": {"reference": f"Patient/{patient_id}"},
                "effectiveDateTime": f"2026-06-{1 + number % 14:02d}",
                "valueQuantity": {"value": 4, "unit": "mmol/L"},
            },
            "request": {"method": "PUT", "url": f"Observation/paging-potassium-{number}"},
        }
        for number in range(300)
    ]
    transaction = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    loaded = requests.post(fhir_base_url, json=transaction, timeout=60)
    assert loaded.status_code == 200
    try:
        after = call(service_url, unfetched(body, fhir_base_url))
        assert without_uuids(after.json()) == without_uuids(before.json())
    finally:
        deletes = [
            {"request": {"method": "DELETE", "url": entry["request"]["url"]}} for entry in entries
        ]
        requests.post(fhir_base_url, json=transaction | {"entry": deletes}, timeout=120)


def test_demo_load_fills_a_server(fhir_base_url: str) -> None:
    """The one-shot loader of docker-compose.yml."""
    command = [COMMAND, "demo", "load", "--fhir-server", fhir_base_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for name in demos.names():
        patient_id = demos.request_body(name)["context"]["patientId"]  # type: ignore[index]
        assert requests.get(f"{fhir_base_url}/Patient/{patient_id}", timeout=10).status_code == 200

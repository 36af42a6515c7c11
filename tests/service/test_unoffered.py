"""Resources that a site's FHIR servers do not hold: said by the site, never guessed."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from hooks.prefetch import MAY_BE_UNOFFERED, patient_record
from service import demos
from service.app import create_app
from service.fhir.client import Answer
from service.settings import Settings, SettingsError, load_settings
from tests.service.fakes import FakeFhir, searchset
from tests.service.invariants import check_response

URL = "/cds-services/relapsed-b-all"
SERVER = "http://127.0.0.1:9/fhir"
LACKING = ("specimens", "medicationStatements")
NOT_OFFERED = Answer(reason="status 404")
GAP = "could not be fetched"


@pytest.fixture
def fhir() -> FakeFhir:
    """A server without Specimen and MedicationStatement."""
    return FakeFhir({"Specimen": NOT_OFFERED, "MedicationStatement": NOT_OFFERED})


@pytest.fixture
def body() -> dict[str, Any]:
    """A patient in relapse whose client sends all but those two."""
    call = copy.deepcopy(demos.request_body("adult-early-relapse"))
    for name in LACKING:
        del call["prefetch"][name]
    return call


def client(fhir: FakeFhir, **settings: Any) -> FlaskClient:
    return create_app(
        Settings(**settings), today=lambda: date(2026, 6, 15), source=fhir
    ).test_client()


def details(answer: Any) -> str:
    check_response(answer.json)
    return "\n".join(card["detail"] for card in answer.json["cards"])


@pytest.mark.parametrize("server", [{"fhirServer": SERVER}, {}], ids=["fetched", "not sent"])
def test_without_a_word_of_the_site_they_are_missed(
    fhir: FakeFhir, body: dict[str, Any], server: dict[str, str]
) -> None:
    assert GAP in details(client(fhir).post(URL, json=body | server))


@pytest.mark.parametrize("server", [{"fhirServer": SERVER}, {}], ids=["fetched", "not sent"])
def test_what_the_site_does_not_hold_is_not_missed(
    fhir: FakeFhir, body: dict[str, Any], server: dict[str, str]
) -> None:
    shown = details(client(fhir, unoffered=LACKING).post(URL, json=body | server))
    assert "Evaluate: every condition of the rule is met" in shown
    assert GAP not in shown
    assert fhir.asked == []


def test_an_outcome_in_their_place_is_expected(fhir: FakeFhir, body: dict[str, Any]) -> None:
    """Some clients run every template that they once learnt, and send what the server says."""
    issue = {"severity": "error", "code": "not-supported"}
    body["prefetch"]["specimens"] = {"resourceType": "OperationOutcome", "issue": [issue]}
    body["prefetch"]["medicationStatements"] = None
    assert GAP not in details(client(fhir, unoffered=LACKING).post(URL, json=body))


def test_another_gap_of_the_same_section_stays_one(fhir: FakeFhir, body: dict[str, Any]) -> None:
    del body["prefetch"]["observations"]
    fhir.answers["Observation"] = Answer(reason="status 500")
    answer = client(fhir, unoffered=LACKING).post(URL, json=body | {"fhirServer": SERVER})
    assert GAP in details(answer)


def test_what_is_sent_all_the_same_counts(fhir: FakeFhir, body: dict[str, Any]) -> None:
    """Inotuzumab that only a statement tells of."""
    patient = f"Patient/{body['context']['patientId']}"
    body["prefetch"]["medicationStatements"] = searchset(
        {
            "resourceType": "MedicationStatement",
            "id": "ino",
            "status": "completed",
            "subject": {"reference": patient},
            "medicationCodeableConcept": {"text": "Inotuzumab ozogamicin"},
            "effectiveDateTime": "2026-02-01",
        }
    )
    told = "Earlier inotuzumab"
    assert told in details(client(fhir, unoffered=LACKING).post(URL, json=body))
    del body["prefetch"]["medicationStatements"]
    assert told not in details(client(fhir, unoffered=LACKING).post(URL, json=body))


def test_they_are_not_published(fhir: FakeFhir) -> None:
    def published(**settings: Any) -> set[str]:
        [service] = [
            one
            for one in client(fhir, **settings).get("/cds-services").json["services"]
            if one["hook"] == "patient-view"
        ]
        return set(service["prefetch"])

    assert published() - published(unoffered=LACKING) == set(LACKING)
    assert published(unoffered=LACKING, prefetch="gate") == {"patient", "conditions"}


@pytest.mark.parametrize(
    "names",
    ["observations", "conditions", "patient", "medicationRequests", "procedures", "Specimen"],
)
def test_no_record_is_whole_without_these(monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    monkeypatch.setenv("RELAPSE_CDS_UNOFFERED", f"specimens,{names}")
    with pytest.raises(SettingsError, match="RELAPSE_CDS_UNOFFERED: only these can be left out: "):
        load_settings()


def test_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAPSE_CDS_UNOFFERED", " specimens , carePlans,")
    assert load_settings().unoffered == ("specimens", "carePlans")
    assert {key.name for key in patient_record()} > MAY_BE_UNOFFERED

"""With a part of the record refused, no card says of anything in it that it is not there."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from hooks.prefetch import patient_record
from service import demos
from service.app import create_app
from service.settings import Settings
from tests.service.fakes import searchset
from tests.service.fhir_server import Reply, serving

URL = "/cds-services/relapsed-b-all"
REFUSED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}
ABSENT = re.compile(
    r"not found|not on record|not examined|no adequate test|no result|never|"
    r"no marrow|not complete|none (?:found|recorded)"
)
OPTIONAL = [key.name for key in patient_record() if not key.required]


def missing_section(detail: str) -> str:
    """What a card says under its heading "What is missing"."""
    return detail.split("**What is missing**")[1].split("**Facts used**")[0]


@pytest.mark.parametrize("name", demos.names())
@pytest.mark.parametrize("jurisdiction", ["US", "EU"])
def test_nothing_of_refused_results_is_called_absent(name: str, jurisdiction: Any) -> None:
    body = copy.deepcopy(demos.request_body(name))
    for key in OPTIONAL:
        body["prefetch"][key] = REFUSED
    answer = create_app(Settings(jurisdiction=jurisdiction)).test_client().post(URL, json=body)
    assert answer.status_code == 200
    assert answer.json is not None
    for card in answer.json["cards"]:
        assert "data incomplete" in card["detail"]
        found = ABSENT.search(missing_section(card["detail"]))
        assert found is None, f"{card['summary']}: {found}"


def test_with_everything_there_absence_is_said_plainly() -> None:
    answer = (
        create_app(Settings()).test_client().post(URL, json=demos.request_body("cd22-never-tested"))
    )
    assert answer.json is not None
    details = "".join(card["detail"] for card in answer.json["cards"])
    assert "at this relapse: not found (D-CD22)" in details
    assert "could not be fetched" not in details


@pytest.fixture
def quiet() -> dict[str, Any]:
    """A child in first-line treatment, of whom there is nothing to say; the record in full."""
    body = copy.deepcopy(demos.request_body("no-leukaemia"))
    prefetch = body["prefetch"]
    prefetch["conditions"] = searchset(
        {
            "resourceType": "Condition",
            "id": "leukaemia",
            "subject": {"reference": f"Patient/{prefetch['patient']['id']}"},
            "code": {"text": "Precursor B-cell acute lymphoblastic leukemia"},
            "onsetDateTime": "2026-03-05",
        }
    )
    return body


def cards(body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = create_app(Settings()).test_client().post(URL, json=body)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["cards"]
    return found


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_empty_list_is_never_an_answer_without_results(quiet: dict[str, Any], name: str) -> None:
    """C-081: what can show a relapse and could not be had is told, at the rank of information."""
    assert cards(quiet) == []
    quiet["prefetch"][name] = REFUSED
    found = cards(quiet)
    if name not in {"observations", "diagnosticReports"}:
        assert found == []
        return
    (card,) = found
    assert card["indicator"] == "info"
    assert card["source"]["topic"]["code"] == "missing-data"
    assert "cannot be judged" in card["summary"]
    assert "relapse (could not be fetched, data incomplete)" in missing_section(card["detail"])
    assert "suggestions" not in card


def test_a_finding_on_the_second_page(quiet: dict[str, Any]) -> None:
    """C-078: the relapse stands on a page that nobody may read."""
    link = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
    for name in ("observations", "conditions"):
        body = copy.deepcopy(quiet)
        body["prefetch"][name]["link"] = link
        (card,) = cards(body)
        assert "could not be fetched in full" in card["summary"]


def test_a_server_that_answers_by_category_and_code_is_not_noisy(quiet: dict[str, Any]) -> None:
    """What its narrower queries cannot find is a gap of every call; no card at every visit."""
    del quiet["prefetch"]["observations"]

    def answer(path: str, headers: dict[str, str]) -> Reply:
        narrow = "category=" in path or "code=" in path
        return Reply(searchset()) if narrow else Reply(REFUSED, 400)

    with serving(answer) as base:
        assert cards(quiet | {"fhirServer": base}) == []


def test_a_narrower_query_that_fails_leaves_the_results_open(quiet: dict[str, Any]) -> None:
    del quiet["prefetch"]["observations"]

    def answer(path: str, headers: dict[str, str]) -> Reply:
        if "category=laboratory" in path:
            return Reply({}, 500)
        return Reply(searchset()) if "code=" in path else Reply(REFUSED, 400)

    with serving(answer) as base:
        (card,) = cards(quiet | {"fhirServer": base})
    assert "laboratory and clinical results" in card["summary"]

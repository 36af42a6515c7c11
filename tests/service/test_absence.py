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

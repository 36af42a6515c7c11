"""Results that bear on the disease and cannot be read are named on the first card (CARD-04)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from service import demos
from service.app import create_app
from service.settings import Settings

URL = "/cds-services/relapsed-b-all"
WORDS = "Could not be read, to be looked at in the record"


def observation(id_: str, text: str, value: str, day: str = "2026-06-12") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"text": text},
        "effectiveDateTime": day,
        "valueString": value,
    }


def details(*added: dict[str, Any], subject: str = "") -> list[str]:
    """The cards of an adult in relapse, with more results."""
    body: Any = copy.deepcopy(demos.request_body("adult-early-relapse"))
    about = {"reference": f"Patient/{subject or body['prefetch']['patient']['id']}"}
    body["prefetch"]["observations"]["entry"] += [
        {"resource": result | {"subject": about}} for result in added
    ]
    answer = create_app(Settings()).test_client().post(URL, json=body)
    assert answer.status_code == 200
    return [card["detail"] for card in answer.get_json()["cards"]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Testicular examination", "Infiltration?"),
        ("Blasts/100 cells in Bone marrow", "packed marrow"),
        ("CNS status", "Indeterminate"),
    ],
)
def test_named_with_its_record_on_the_first_card_only(text: str, value: str) -> None:
    first, *others = details(observation("newest", text, value))
    assert WORDS in first
    assert "on 2026-06-12 (Observation/newest)" in first
    assert value not in first
    assert all(WORDS not in other for other in others)


@pytest.mark.parametrize("day", ["2026-03-16", "2026-06-16"], ids=["91-days-old", "tomorrow"])
def test_not_what_is_old_or_not_known_yet(day: str) -> None:
    assert details(observation("x", "Testicular examination", "see note", day)) == details()


def test_of_another_patient_or_in_error_nothing_is_said() -> None:
    result = observation("x", "Testicular examination", "see note")
    assert details(result, subject="other") == details()
    assert details(result | {"status": "entered-in-error"}) == details()


def test_of_many_the_number() -> None:
    many = [observation(f"x{n}", "Testicular examination", "see note") for n in range(8)]
    (line,) = [line for line in details(*many)[0].splitlines() if WORDS in line]
    assert line.count("Observation/x") == 5
    assert line.endswith("; and 3 more.")

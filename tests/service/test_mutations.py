"""Calls with something changed anywhere: never a failure, never a wrong kind of answer."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from service import demos
from service.app import create_app
from service.settings import Settings
from tests.service.invariants import check_outcome, check_response

ROUNDS = 160
_ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e300,
    "",
    " ",
    "x" * 3000,
    "\u202e<script>\u0000",
    [],
    {},
    [[]],
    [None],
    {"resourceType": "Bundle"},
    {"reference": "Patient/other"},
    "2026-13-45",
    "urn:uuid:x",
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of a JSON value with the container that holds it."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield value, name
            yield from places(member)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield value, index
            yield from places(member)


def mutated(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with one to four changes: members replaced, taken out, or moved elsewhere."""
    result = copy.deepcopy(body)
    for _ in range(chance.randint(1, 4)):
        spots = list(places(result))
        if not spots:
            break
        holder, key = chance.choice(spots)
        kind = chance.random()
        if kind < 0.6:
            holder[key] = copy.deepcopy(chance.choice(_ODD))
        elif kind < 0.8 and isinstance(holder, dict):
            del holder[key]
        else:
            other, name = chance.choice(spots)
            holder[key] = copy.deepcopy(other[name]) if name in _names(other) else None
    return result


def _names(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings()).test_client()


@pytest.mark.parametrize("seed", range(4))
def test_mutated_calls(client: FlaskClient, seed: int) -> None:
    """200 with legal cards, or an OperationOutcome; never a 5xx."""
    chance = random.Random(seed)
    originals = [demos.request_body(name) for name in demos.names()]
    for _ in range(ROUNDS // 4):
        body = mutated(chance.choice(originals), chance)
        answer = client.post("/cds-services/relapsed-b-all", json=body)
        assert answer.status_code in (200, 400, 412), answer.text
        if answer.status_code == 200:
            check_response(answer.json)
        else:
            check_outcome(answer.json)


def test_cut_off_bodies(client: FlaskClient) -> None:
    raw = orjson.dumps(demos.request_body(demos.names()[0]))
    chance = random.Random(1)
    for _ in range(50):
        cut = raw[: chance.randrange(len(raw))]
        answer = client.post(
            "/cds-services/relapsed-b-all", data=cut, content_type="application/json"
        )
        assert answer.status_code == 400
        check_outcome(answer.json)

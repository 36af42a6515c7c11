"""Calls with something changed anywhere: never a failure, never a wrong kind of answer.

A few hundred here; ``python -m benchmarks.mutations`` sends 10,000 to a real server and watches its
memory.
"""

from __future__ import annotations

import random

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Settings
from tests.service.mutations import mutant, originals

ROUNDS = 240


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings()).test_client()


@pytest.mark.parametrize("seed", range(4))
def test_mutated_calls(client: FlaskClient, seed: int) -> None:
    """200 with legal cards, or an OperationOutcome (the client checks both); never a 5xx."""
    chance = random.Random(seed)
    calls = originals()
    statuses = set()
    for _ in range(ROUNDS // 4):
        changed = mutant(calls, chance)
        answer = client.post(
            "/cds-services/relapsed-b-all", data=changed.body, headers=changed.headers
        )
        assert answer.status_code in (200, 400, 412, 415), answer.text
        statuses.add(answer.status_code)
    assert {200, 400} <= statuses

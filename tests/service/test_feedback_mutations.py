"""Feedback with something changed anywhere: stored or refused, as the schema says, never a 5xx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from service.app import create_app
from service.feedback.timestamps import read_timestamp
from service.settings import Settings
from tests.service.invariants import check_outcome, schema_errors

PATH = "/cds-services/relapsed-b-all/feedback"

_TEXT = some.one_of(
    some.text(some.characters(codec="utf-8"), max_size=12),
    some.sampled_from(["", " ", "\x00", "\x1b[2J", "\u202e", "x" * 257, "x" * 8001]),
)
_VALUE = some.recursive(
    some.one_of(
        some.none(),
        some.booleans(),
        some.integers(),
        some.floats(allow_nan=False, allow_infinity=False),
        _TEXT,
    ),
    lambda inner: some.one_of(
        some.lists(inner, max_size=3), some.dictionaries(_TEXT, inner, max_size=3)
    ),
    max_leaves=6,
)


def _or_anything(usual: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    """Mostly what belongs there, so that many items are right in every respect."""
    return some.integers(0, 24).flatmap(lambda chance: _VALUE if chance == 24 else usual)


def _members(**members: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    """An object that may lack any of its members."""
    return some.fixed_dictionaries({}, optional=members)


_WORDS = _or_anything(some.text(some.characters(codec="utf-8"), max_size=12))
_CODE = _or_anything(some.text("abc-019 ", max_size=12))
_ID = _or_anything(some.uuids().map(str))
_RIGHT_TIME = some.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
_TIME = _or_anything(
    some.one_of(
        _RIGHT_TIME,
        _RIGHT_TIME,
        _RIGHT_TIME,
        some.from_regex(
            r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?"
            r"(Z|[+-][01][0-9]:[0-6][0-9])",
            fullmatch=True,
        ),
    )
)
_SUGGESTION = _or_anything(some.fixed_dictionaries({"id": _ID}))
_REASON = _or_anything(_members(system=_CODE, code=_CODE, display=_WORDS))
_ITEM = _or_anything(
    some.fixed_dictionaries(
        {
            "card": _ID,
            "outcome": _or_anything(some.sampled_from(["accepted", "overridden"])),
            "outcomeTimestamp": _TIME,
        },
        optional={
            "acceptedSuggestions": _or_anything(some.lists(_SUGGESTION, max_size=3)),
            "overrideReason": _or_anything(_members(reason=_REASON, userComment=_WORDS)),
            "extension": _VALUE,
        },
    )
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    file: Path = tmp_path_factory.mktemp("feedback") / "feedback.db"
    return create_app(Settings(database_url=f"sqlite:///{file}")).test_client()


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=some.fixed_dictionaries({"feedback": _or_anything(some.lists(_ITEM, max_size=3))}))
def test_the_schema_says_what_is_stored(client: FlaskClient, body: dict[str, Any]) -> None:
    """But for times that the calendar does not have, which a pattern cannot tell."""
    answer = client.post(PATH, data=json.dumps(body), content_type="application/json")
    fits = schema_errors("feedback", body) == []
    if answer.status_code == 200:
        assert fits
        assert answer.json == {"received": len(body["feedback"])}
    else:
        assert answer.status_code == 400, answer.text
        issue = check_outcome(answer.json)
        assert not fits or not all(map(_in_calendar, body["feedback"])), issue


def _in_calendar(item: dict[str, Any]) -> bool:
    try:
        read_timestamp(item["outcomeTimestamp"])
    except ValueError:
        return False
    return True

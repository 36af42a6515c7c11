"""Feedback over the wire: what is stored, what is refused, and that a 200 means stored."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.logs import LOGGER, JsonLines
from service.store.database import Database
from service.store.tables import FEEDBACK
from tests.service.invariants import check_outcome, empties, schema_errors

PATH = "/cds-services/made-up/feedback"
CARD = "3f6a4f4e-6a9b-4a43-9a1e-3c5a2f0d7b11"
SUGGESTION = "6c1b4c1e-0d9c-4a3e-8c38-6b5fae6d3d22"
TIME = "2026-06-15T12:30:00Z"


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/feedback.db"


@pytest.fixture
def client(make_app: Callable[..., Flask], address: str) -> FlaskClient:
    return make_app(database_url=address).test_client()


@pytest.fixture
def rows(address: str) -> Iterator[Callable[[], list[Any]]]:
    """What is in the database, in the order of arrival."""
    database = Database(address)

    def read() -> list[Any]:
        with database.read() as connection:
            return list(connection.execute(select(FEEDBACK).order_by(FEEDBACK.c.id)))

    yield read
    database.close()


def overridden(**members: Any) -> dict[str, Any]:
    return {"card": CARD, "outcome": "overridden", "outcomeTimestamp": TIME} | members


def accepted(**members: Any) -> dict[str, Any]:
    suggestions = {"acceptedSuggestions": [{"id": SUGGESTION}]}
    return overridden(outcome="accepted") | suggestions | members


def without(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != name}


REASON = {
    "reason": {"system": "https://ehr.example.org/reasons", "code": "too-frail", "display": "Frail"}
}

GOOD = {
    "accepted, one suggestion": accepted(),
    "accepted, two suggestions": accepted(acceptedSuggestions=[{"id": SUGGESTION}, {"id": CARD}]),
    "overridden, no reason at all": overridden(),
    "overridden, a reason of the client's own": overridden(overrideReason=REASON),
    "as the public sandbox sends it, without display": overridden(
        overrideReason={"reason": {"code": "too-frail", "system": "https://ehr.example.org/r"}}
    ),
    "comment only": overridden(overrideReason={"userComment": "Wants palliative care."}),
    "reason and comment": overridden(overrideReason=REASON | {"userComment": "Frail."}),
    "empty reason, invalid in 3.0": overridden(overrideReason={}),
    "optional members null": overridden(
        acceptedSuggestions=None,
        overrideReason={
            "reason": {"system": None, "code": None, "display": None},
            "userComment": None,
        },
    ),
    "optional objects null": overridden(overrideReason=None),
    "empty list beside an override": overridden(acceptedSuggestions=[]),
    "blank comment": overridden(overrideReason={"userComment": "  ", "reason": {"code": ""}}),
    "members that are not ours": overridden(extension={"org.example.x": None}, hookInstance=7),
    "fractions of a second": overridden(outcomeTimestamp="2026-06-15T12:30:00.52Z"),
    "nanoseconds": overridden(outcomeTimestamp="2026-06-15T12:30:00.123456789Z"),
    "an offset": overridden(outcomeTimestamp="2026-06-15T14:30:00+02:00"),
    "lower case": overridden(outcomeTimestamp="2026-06-15t12:30:00z"),
    "leap second": overridden(outcomeTimestamp="2016-12-31T23:59:60Z"),
    "long ago": overridden(outcomeTimestamp="0001-01-01T00:00:00Z"),
    "in the future by our clock": overridden(outcomeTimestamp="2999-01-01T00:00:00Z"),
    "a card that nobody knows": overridden(card="no uuid at all"),
    "longest id": overridden(card="x" * 256),
    "longest comment": overridden(overrideReason={"userComment": "é" * 8000}),
    "a script as comment": overridden(overrideReason={"userComment": "<script>x()</script>"}),
    "characters that terminals and databases mind": overridden(
        overrideReason={"userComment": "NUL \x00, escape \x1b[2J, bidi \u202e, line\nbreak, 🩺"}
    ),
}


@pytest.mark.parametrize("item", GOOD.values(), ids=GOOD)
def test_accepted_and_stored(
    client: FlaskClient, rows: Callable[[], list[Any]], item: dict[str, Any]
) -> None:
    body = {"feedback": [item]}
    assert schema_errors("feedback", body) == []
    answer = client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json == {"received": 1}
    assert list(empties(answer.json)) == []
    (row,) = rows()
    assert (row.card, row.outcome) == (item["card"], item["outcome"])


BAD = {
    "no object": ("text", "feedback[1]"),
    "null": (None, "feedback[1]"),
    "array": ([overridden()], "feedback[1]"),
    "no card": (without(overridden(), "card"), "feedback[1].card"),
    "card null": (overridden(card=None), "feedback[1].card"),
    "card blank": (overridden(card=" "), "feedback[1].card"),
    "card a number": (overridden(card=7), "feedback[1].card"),
    "card too long": (overridden(card="x" * 257), "feedback[1].card"),
    "card with NUL": (overridden(card="a\x00b"), "feedback[1].card"),
    "card with a line break": (overridden(card=f"{CARD}\nlevel=info"), "feedback[1].card"),
    "no outcome": (without(overridden(), "outcome"), "feedback[1].outcome"),
    "ignored is no outcome": (overridden(outcome="ignored"), "feedback[1].outcome"),
    "outcome in capitals": (overridden(outcome="Accepted"), "feedback[1].outcome"),
    "no time": (without(overridden(), "outcomeTimestamp"), "feedback[1].outcomeTimestamp"),
    "accepted what?": (
        without(accepted(), "acceptedSuggestions"),
        "feedback[1].acceptedSuggestions",
    ),
    "accepted null": (accepted(acceptedSuggestions=None), "feedback[1].acceptedSuggestions"),
    "accepted nothing": (accepted(acceptedSuggestions=[]), "feedback[1].acceptedSuggestions"),
    "accepted an object": (
        accepted(acceptedSuggestions={"id": SUGGESTION}),
        "feedback[1].acceptedSuggestions",
    ),
    "bare ids": (
        accepted(acceptedSuggestions=[SUGGESTION]),
        "feedback[1].acceptedSuggestions[0]",
    ),
    "second one without id": (
        accepted(acceptedSuggestions=[{"id": SUGGESTION}, {"uuid": SUGGESTION}]),
        "feedback[1].acceptedSuggestions[1].id",
    ),
    "too many suggestions": (
        accepted(acceptedSuggestions=[{"id": str(number)} for number in range(101)]),
        "feedback[1].acceptedSuggestions",
    ),
    "reason a text": (overridden(overrideReason="frail"), "feedback[1].overrideReason"),
    "coding a text": (
        overridden(overrideReason={"reason": "frail"}),
        "feedback[1].overrideReason.reason",
    ),
    "code a number": (
        overridden(overrideReason={"reason": {"code": 7}}),
        "feedback[1].overrideReason.reason.code",
    ),
    "code with an escape": (
        overridden(overrideReason={"reason": {"code": "\x1b[2J"}}),
        "feedback[1].overrideReason.reason.code",
    ),
    "system too long": (
        overridden(overrideReason={"reason": {"system": "x" * 513}}),
        "feedback[1].overrideReason.reason.system",
    ),
    "comment a list": (
        overridden(overrideReason={"userComment": ["a"]}),
        "feedback[1].overrideReason.userComment",
    ),
    "comment too long": (
        overridden(overrideReason={"userComment": "x" * 8001}),
        "feedback[1].overrideReason.userComment",
    ),
}


@pytest.mark.parametrize(("item", "member"), BAD.values(), ids=BAD)
def test_one_wrong_item_refuses_the_batch(
    client: FlaskClient, rows: Callable[[], list[Any]], item: Any, member: str
) -> None:
    body = {"feedback": [overridden(), item, overridden(card=SUGGESTION)]}
    assert schema_errors("feedback", body) != []
    answer = client.post(PATH, json=body)
    assert answer.status_code == 400
    issue = check_outcome(answer.json)
    assert issue["expression"] == [member]
    assert member in issue["diagnostics"]
    assert rows() == []


@pytest.mark.parametrize(
    "time",
    [
        "2026-06-15",
        "2026-06-15T12:30Z",
        "2026-06-15T12:30:00",
        "2026-06-15 12:30:00Z",
        "20260615T123000Z",
        "2026-02-30T12:30:00Z",
        "2026-06-15T24:00:00Z",
        "2026-06-15T12:30:61Z",
        "2026-06-15T12:30:00.Z",
        "2026-06-15T12:30:00+0200",
        "2026-06-15T12:30:00+24:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:60Z",
        "2026-06-15T12:30:00Z\n",
        "\N{FULLWIDTH DIGIT TWO}026-06-15T12:30:00Z",
        "",
        1781526600,
        None,
    ],
)
def test_times_that_are_none(
    client: FlaskClient, rows: Callable[[], list[Any]], time: object
) -> None:
    answer = client.post(PATH, json={"feedback": [overridden(outcomeTimestamp=time)]})
    assert answer.status_code == 400
    assert check_outcome(answer.json)["expression"] == ["feedback[0].outcomeTimestamp"]
    assert rows() == []


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ([overridden()], None),
        (overridden(), ["feedback"]),
        ({}, ["feedback"]),
        ({"feedback": None}, ["feedback"]),
        ({"feedback": overridden()}, ["feedback"]),
        ({"feedback": [overridden()] * 1001}, ["feedback"]),
        ("text", None),
        (7, None),
    ],
)
def test_bodies_that_are_no_feedback(
    client: FlaskClient, rows: Callable[[], list[Any]], body: Any, member: list[str] | None
) -> None:
    """C-171: neither a bare array nor a single item."""
    answer = client.post(PATH, json=body)
    assert answer.status_code == 400
    assert check_outcome(answer.json).get("expression") == member
    assert schema_errors("feedback", body) != []
    assert rows() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"feedback": [' + b"[" * 100_000,
        b'{"feedback": [{"card": "\\ud800"}]}',
        b'{"feedback": [{"card": "\xff"}]}',
        json.dumps({"feedback": [overridden()]}).encode("utf-16"),
    ],
)
def test_bodies_that_are_no_json(client: FlaskClient, body: bytes) -> None:
    answer = client.post(PATH, data=body, content_type="application/json")
    assert answer.status_code == 400
    check_outcome(answer.json)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Content-Type": "application/fhir+json"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
def test_content_types(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    answer = client.post(PATH, data=json.dumps({"feedback": []}), headers=headers)
    assert answer.status_code == status


def test_an_empty_batch_is_nothing_to_store(
    client: FlaskClient, rows: Callable[[], list[Any]]
) -> None:
    answer = client.post(PATH, json={"feedback": []})
    assert (answer.status_code, answer.json) == (200, {"received": 0})
    assert rows() == []


def test_a_service_that_does_not_exist(client: FlaskClient) -> None:
    answer = client.post("/cds-services/other/feedback", data=b"not even json")
    assert answer.status_code == 404
    check_outcome(answer.json)


def test_only_post(client: FlaskClient) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_everything_said_is_kept(client: FlaskClient, rows: Callable[[], list[Any]]) -> None:
    before = datetime.now(UTC)
    item = accepted(
        card=CARD.upper(),
        outcomeTimestamp="2026-06-15T14:30:00.520+02:00",
        acceptedSuggestions=[{"id": SUGGESTION.upper()}, {"id": "s2"}, {"id": "s2"}],
        overrideReason=REASON | {"userComment": "<b>Mrs \x00 Doe</b>\n"},
    )
    assert client.post(PATH, json={"feedback": [item]}).status_code == 200
    (row,) = rows()
    assert row.service == "made-up"
    assert row.client == ""
    assert row.card == CARD, "a uuid is the same in capitals"
    assert row.accepted == [SUGGESTION, "s2"]
    assert row.outcome_at == datetime(2026, 6, 15, 12, 30, 0, 520_000, UTC)
    assert before <= row.received_at <= datetime.now(UTC)
    assert (row.reason_system, row.reason_code, row.reason_display) == (
        "https://ehr.example.org/reasons",
        "too-frail",
        "Frail",
    )
    assert row.comment == "<b>Mrs \ufffd Doe</b>\n", "inert text, as it came"


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2026-06-15T00:30:00-00:00", datetime(2026, 6, 15, 0, 30, tzinfo=UTC)),
        ("2026-06-15T23:30:00.9999999-01:00", datetime(2026, 6, 16, 0, 30, 0, 999_999, UTC)),
    ],
)
def test_moments(
    client: FlaskClient, rows: Callable[[], list[Any]], time: str, moment: datetime
) -> None:
    client.post(PATH, json={"feedback": [overridden(outcomeTimestamp=time)]})
    assert [row.outcome_at for row in rows()] == [moment]


def test_said_again_it_is_stored_once(client: FlaskClient, rows: Callable[[], list[Any]]) -> None:
    """C-179: within a batch, in another one, and in other words for the same."""
    same = [
        accepted(acceptedSuggestions=[{"id": "a"}, {"id": "b"}]),
        accepted(
            acceptedSuggestions=[{"id": "b"}, {"id": "a"}],
            outcomeTimestamp="2026-06-15T13:30:00.000+01:00",
            overrideReason={},
        ),
    ]
    for batch in ([same[0], same[0]], [same[1]], same):
        answer = client.post(PATH, json={"feedback": batch})
        assert (answer.status_code, answer.json) == (200, {"received": len(batch)})
    assert len(rows()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"card": SUGGESTION},
        {"outcomeTimestamp": "2026-06-15T12:30:01Z"},
        {"acceptedSuggestions": [{"id": "another"}]},
        {"overrideReason": {"userComment": "x"}},
        {"overrideReason": {"reason": {"code": "x"}}},
        {"overrideReason": {"reason": {"system": "x"}}},
        {"overrideReason": {"reason": {"display": "x"}}},
    ],
)
def test_what_differs_in_anything_is_stored(
    client: FlaskClient, rows: Callable[[], list[Any]], other: dict[str, Any]
) -> None:
    client.post(PATH, json={"feedback": [accepted(), accepted(**other)]})
    assert [row.changed for row in rows()] == [False, False]


def test_a_changed_outcome_is_stored_and_flagged(
    client: FlaskClient, rows: Callable[[], list[Any]]
) -> None:
    for item in (accepted(), overridden(), overridden(card=SUGGESTION)):
        assert client.post(PATH, json={"feedback": [item]}).status_code == 200
    assert [(row.card, row.outcome, row.changed) for row in rows()] == [
        (CARD, "accepted", False),
        (CARD, "overridden", True),
        (SUGGESTION, "overridden", False),
    ]


def test_a_changed_outcome_within_a_batch(
    client: FlaskClient, rows: Callable[[], list[Any]]
) -> None:
    client.post(PATH, json={"feedback": [accepted(), overridden(), accepted()]})
    assert [row.changed for row in rows()] == [False, True]


def test_a_full_batch(client: FlaskClient, rows: Callable[[], list[Any]]) -> None:
    """As many as are allowed; of many cards; in their order."""
    items = [overridden(card=f"card-{number}") for number in range(1000)]
    answer = client.post(PATH, json={"feedback": items})
    assert (answer.status_code, answer.json) == (200, {"received": 1000})
    assert [row.card for row in rows()] == [item["card"] for item in items]


def test_at_the_same_time_from_two_workers(
    make_app: Callable[..., Flask], address: str, rows: Callable[[], list[Any]]
) -> None:
    """Sixteen batches over two apps, all alike but for the order: each item is there once."""
    apps = [make_app(database_url=address) for _ in range(2)]
    items = [overridden(card=f"card-{number}") for number in range(50)]

    def send(index: int) -> int:
        batch = items if index % 4 < 2 else items[::-1]
        return apps[index % 2].test_client().post(PATH, json={"feedback": batch}).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(send, range(16))) == {200}
    assert sorted(row.card for row in rows()) == sorted(item["card"] for item in items)
    assert not any(row.changed for row in rows())


def test_a_race_of_outcomes_flags_one(
    make_app: Callable[..., Flask], address: str, rows: Callable[[], list[Any]]
) -> None:
    apps = [make_app(database_url=address) for _ in range(2)]

    def send(index: int) -> int:
        item = (accepted, overridden)[index % 2](card=f"card-{index // 2}")
        return apps[index % 2].test_client().post(PATH, json={"feedback": [item]}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(20))) == {200}
    flagged = [row.card for row in rows() if row.changed]
    assert sorted(flagged) == sorted(f"card-{number}" for number in range(10))


def test_without_database_nothing_is_acknowledged(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    """503 while it is away; once it is there, the same app stores."""
    folder = tmp_path / "mounted-later"
    client = make_app(database_url=f"sqlite:///{folder}/feedback.db").test_client()
    answer = client.post(PATH, json={"feedback": [overridden()]})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert check_outcome(answer.json)["code"] == "transient"
    assert str(tmp_path) not in answer.text
    assert client.post(PATH, json={"feedback": [7]}).status_code == 400, "checked all the same"
    folder.mkdir()
    assert client.post(PATH, json={"feedback": [overridden()]}).status_code == 200


def test_nothing_said_reaches_the_log(
    make_app: Callable[..., Flask],
    address: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LOGGER, "propagate", True)
    secret = "Mrs-Secret-Doe"
    item = accepted(
        card=secret,
        acceptedSuggestions=[{"id": secret}],
        overrideReason={
            "userComment": secret,
            "reason": {"code": secret, "display": secret, "system": secret},
        },
    )
    with caplog.at_level(logging.DEBUG):
        for where in (address, f"sqlite:///{tmp_path}/missing/{secret}.db"):
            client = make_app(database_url=where).test_client()
            client.post(PATH, json={"feedback": [item]})
            client.post(PATH, json={"feedback": [item | {"outcome": secret}]})
            client.post(PATH, json={"feedback": [item | {"outcomeTimestamp": secret}]})
    lines = [JsonLines().format(record) for record in caplog.records]
    assert len([line for line in lines if '"request"' in line]) == 6
    assert any('"feedbackNew":1' in line for line in lines)
    assert secret not in "\n".join(lines)


def test_sent_by_a_page_in_the_browser(client: FlaskClient) -> None:
    """The sandbox is one: preflight, then the call."""
    headers = {
        "Origin": "https://sandbox.cds-hooks.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    assert client.options(PATH, headers=headers).headers["Access-Control-Allow-Origin"] == "*"
    answer = client.post(PATH, json={"feedback": []}, headers={"Origin": "https://x.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_time_is_the_clients(client: FlaskClient, rows: Callable[[], list[Any]]) -> None:
    """However far its clock is from ours."""
    times = [datetime.now(UTC) + timedelta(days=days) for days in (-4000, -1, 1, 4000)]
    items = [overridden(card=str(time), outcomeTimestamp=time.isoformat()) for time in times]
    assert client.post(PATH, json={"feedback": items}).status_code == 200
    assert [row.outcome_at for row in rows()] == times

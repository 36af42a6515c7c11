"""`relapse-cds feedback report`: counts by hand, against records and feedback in a database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.feedback.output import duration, harmless
from service.store import decisions
from service.store.database import Database
from service.store.decisions import CardRecord, DecisionRecord, SuggestionRecord
from service.store.feedback import FeedbackItem, store

SHOWN = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
CLIENT = "general-hospital"
FRAIL = {"reason_system": "https://ehr.example.org/r", "reason_code": "frail"}

Report = Callable[..., dict[str, Any]]


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/report.db"
    monkeypatch.setenv("RELAPSE_CDS_DATABASE_URL", address)
    return address


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    database = Database(address)
    yield database
    database.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["feedback", "report", *arguments])


@pytest.fixture
def report(database: Database) -> Report:
    def read(*arguments: str) -> dict[str, Any]:
        result = run("--format", "json", *arguments)
        assert result.exit_code == 0, result.output
        read: dict[str, Any] = json.loads(result.stdout)
        return read

    return read


def show(database: Database, *cards: str, topic: str = "car-t", at: datetime = SHOWN) -> None:
    """One decision with these cards, each with the suggestion ``<card>-s``."""
    record = DecisionRecord(
        id=f"d-{cards[0]}",
        at=at,
        service="relapsed-b-all",
        hook="patient-view",
        hook_instance="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        client=CLIENT,
        as_of=date(2026, 6, 15),
        knowledge_version="1",
        software_version="1",
        jurisdiction="US",
        input_hash="0",
        status=200,
        cards=tuple(
            CardRecord(card, topic, "info", (SuggestionRecord(f"{card}-s"),)) for card in cards
        ),
    )
    decisions.write(database, [record])


def answer(
    database: Database,
    card: str,
    outcome: str,
    after: float = 60,
    client: str = CLIENT,
    service: str = "relapsed-b-all",
    received: datetime = SHOWN,
    **members: Any,
) -> None:
    if outcome == "accepted":
        members.setdefault("accepted", (f"{card}-s",))
    item = FeedbackItem(card, outcome, SHOWN + timedelta(seconds=after), **members)
    store(database, service, client, [item], received)


NO_FLAGS = {
    "unknownCard": 0,
    "foreignCard": 0,
    "unknownSuggestion": 0,
    "changedOutcome": 0,
    "answeredBeforeShown": 0,
}


def test_rates_by_topic_and_reason(database: Database, report: Report) -> None:
    show(database, "a", "b", "c", "d", "e")
    show(database, "m", topic="mrd")
    answer(database, "a", "accepted")
    answer(database, "b", "overridden", **FRAIL, reason_display="Frail")
    answer(database, "c", "overridden", comment="Mrs Doe prefers to wait")
    answer(database, "d", "overridden")
    answer(database, "m", "overridden", **FRAIL)
    found = report()
    assert {name: found["cards"][name] for name in ("shown", "answered", "accepted")} == {
        "shown": 6,
        "answered": 5,
        "accepted": 1,
    }
    assert (found["cards"]["acceptanceRate"], found["cards"]["overrideRate"]) == (0.2, 0.8)
    frail = {"code": "frail", "system": "https://ehr.example.org/r", "display": "Frail"}
    assert found["cards"]["reasons"] == [
        frail | {"count": 2, "rate": 0.4},
        {"code": "comment only", "count": 1, "rate": 0.2},
        {"code": "no reason given", "count": 1, "rate": 0.2},
    ]
    topics = found["topics"]
    assert (topics["car-t"]["acceptanceRate"], topics["car-t"]["shown"]) == (0.25, 5)
    assert (topics["mrd"]["acceptanceRate"], topics["mrd"]["overrideRate"]) == (0.0, 1.0)
    assert topics["mrd"]["reasons"] == [frail | {"count": 1, "rate": 1.0}]
    assert found["flags"] == NO_FLAGS
    assert "Doe" not in json.dumps(found)


def test_a_reason_in_words_only(database: Database, report: Report) -> None:
    show(database, "a")
    answer(database, "a", "overridden", reason_display="Not now")
    assert report()["cards"]["reasons"] == [{"code": "Not now", "count": 1, "rate": 1.0}]


def test_nothing_recorded_yet(database: Database, report: Report) -> None:
    """No rate of nothing, and no division by it."""
    database.upgrade()
    none = {"shown": 0, "answered": 0, "accepted": 0, "overridden": 0}
    assert report()["cards"] == none


def test_times(database: Database, report: Report) -> None:
    """Ten answers after 10, 20 … 100 s: median 55, nine tenths within 90."""
    cards = [f"c{number}" for number in range(1, 11)]
    show(database, *cards)
    for number, card in enumerate(cards, 1):
        answer(database, card, "accepted", after=10 * number)
    assert report()["cards"]["responseSeconds"] == {"count": 10, "median": 55, "p90": 90}


def test_the_time_of_one(database: Database, report: Report) -> None:
    show(database, "a")
    answer(database, "a", "accepted", after=7.5)
    assert report()["topics"]["car-t"]["responseSeconds"] == {
        "count": 1,
        "median": 7.5,
        "p90": 7.5,
    }


def test_a_clock_that_is_behind(database: Database, report: Report) -> None:
    """Counted as an answer, not as a time; at the very moment it is a time."""
    show(database, "a", "b")
    answer(database, "a", "accepted", after=-0.001)
    answer(database, "b", "accepted", after=0)
    found = report()
    assert found["cards"]["accepted"] == 2
    assert found["cards"]["responseSeconds"] == {"count": 1, "median": 0, "p90": 0}
    assert found["flags"] == NO_FLAGS | {"answeredBeforeShown": 1}


def test_the_last_outcome_counts_and_the_first_time(database: Database, report: Report) -> None:
    """Whatever the order in which they came."""
    show(database, "a")
    answer(database, "a", "accepted", after=300)
    answer(database, "a", "overridden", after=100, **FRAIL)
    found = report()
    assert (found["cards"]["answered"], found["cards"]["accepted"]) == (1, 1)
    assert "reasons" not in found["cards"]
    assert found["cards"]["responseSeconds"]["median"] == 100
    assert found["flags"] == NO_FLAGS | {"changedOutcome": 1}


@pytest.mark.parametrize(
    ("members", "flag"),
    [
        ({"client": "another-hospital"}, "foreignCard"),
        ({"client": ""}, "foreignCard"),
        ({"service": "another-service"}, "foreignCard"),
    ],
)
def test_foreign_feedback_does_not_count(
    database: Database, report: Report, members: dict[str, str], flag: str
) -> None:
    show(database, "a")
    answer(database, "a", "accepted", **members)
    found = report()
    assert found["cards"]["answered"] == 0
    assert found["flags"] == NO_FLAGS | {flag: 1}


def test_a_suggestion_that_the_card_did_not_have(database: Database, report: Report) -> None:
    show(database, "a", "b")
    answer(database, "a", "accepted", accepted=("a-s", "b-s"))
    found = report()
    assert found["cards"]["accepted"] == 1
    assert found["flags"] == NO_FLAGS | {"unknownSuggestion": 1}


def test_an_unknown_card_until_its_record_is_written(database: Database, report: Report) -> None:
    answer(database, "a", "accepted")
    found = report()
    assert (found["cards"]["shown"], found["flags"]["unknownCard"]) == (0, 1)
    show(database, "a")
    found = report()
    assert (found["cards"]["accepted"], found["flags"]) == (1, NO_FLAGS)


def test_a_period_is_of_the_cards(database: Database, report: Report) -> None:
    """Feedback on them counts whenever it came."""
    day = timedelta(days=1)
    midnight = SHOWN.replace(hour=0)
    for name, at in {
        "before": midnight - timedelta(microseconds=1),
        "first": midnight,
        "last": midnight + 2 * day - timedelta(microseconds=1),
        "after": midnight + 2 * day,
    }.items():
        show(database, name, topic=name, at=at)
        answer(database, name, "accepted", after=9e6, received=at + 99 * day)
    found = report("--since", "2026-06-15", "--until", "2026-06-17")
    assert sorted(found["topics"]) == ["first", "last"]
    assert found["cards"]["accepted"] == 2
    assert (found["since"], found["until"]) == (
        "2026-06-15T00:00:00+00:00",
        "2026-06-17T00:00:00+00:00",
    )


def test_unknown_cards_of_the_period(database: Database, report: Report) -> None:
    for name, received in {"in": SHOWN, "out": SHOWN - timedelta(days=9)}.items():
        answer(database, name, "accepted", received=received)
    assert report("--since", "2026-06-15")["flags"]["unknownCard"] == 1


def test_many_pages(database: Database, report: Report) -> None:
    """More cards of one moment, and more unknown ones, than fit a page."""
    for start in range(0, 1100, 100):
        show(database, *(f"c{number}" for number in range(start, start + 100)))
    items = [
        FeedbackItem(f"{kind}{number}", "overridden", SHOWN)
        for kind in "cu"
        for number in range(1100)
    ]
    store(database, "relapsed-b-all", CLIENT, items, SHOWN)
    found = report()
    assert (found["cards"]["shown"], found["cards"]["overridden"]) == (1100, 1100)
    assert found["flags"]["unknownCard"] == 1100


HOSTILE = "[red]x[/red] \x1b[2J\x9b5n \u202eevil\r\n<script>"


def test_comments_only_where_asked_for_and_inert(database: Database, report: Report) -> None:
    show(database, "a")
    answer(
        database, "a", "overridden", comment=HOSTILE, reason_code=HOSTILE, reason_display=HOSTILE
    )
    assert "comments" not in report()
    assert report("--comments")["comments"] == [
        {"topic": "car-t", "outcome": "overridden", "text": HOSTILE}
    ]
    for arguments in (
        ["--comments"],
        [],
        ["--format", "json", "--comments"],
    ):
        printed = run(*arguments).stdout
        assert not re.search(r"[^\x20-\x7e\n]", printed), "nothing that a terminal obeys"
    printed = "".join(run("--comments").stdout.split())
    assert "".join(str(harmless(HOSTILE)).split()) in printed
    assert "Comments" not in run().stdout


def test_text_for_people(database: Database) -> None:
    show(database, "a", "b", "c", "d")
    answer(database, "a", "accepted", after=90)
    answer(database, "b", "overridden", after=7200, **FRAIL, reason_display="Frail")
    answer(database, "b", "overridden", after=7200, client="", **FRAIL)
    printed = run("--since", "2026-06-01").stdout
    assert "from 2026-06-01" in printed
    (row,) = [line for line in printed.splitlines() if line.startswith("car-t")]
    assert row.split("  ")[0] == "car-t"
    assert re.sub(r"\s{2,}", "|", row.strip()) == "car-t|4|2 (50 %)|1 (50 %)|1 (50 %)|1.0 h|2.0 h"
    assert re.search(r"Frail\s+frail\s+https://ehr.example.org/r\s+1 \(100 %\)\s+car-t", printed)
    assert "1  from another client or service" in printed
    assert "unknown" not in printed


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1.0 min"), (3600, "1.0 h"), (129600, "1.5 d")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_no_database(address: str, tmp_path: Path) -> None:
    """One sentence; and none is made."""
    result = run()
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "RELAPSE_CDS_DATABASE_URL" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_database_but_a_file(address: str, tmp_path: Path) -> None:
    (tmp_path / "report.db").write_text("no database " * 50)
    result = run()
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "RELAPSE_CDS_DATABASE_URL" in result.stderr

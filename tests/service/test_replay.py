"""Recorded calls, run again by ``relapse-cds replay``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from service import demos
from service.cli import main
from service.store import decisions
from service.store.database import Database
from tests.service.recording import NAME, Make, database_url, make, recorded, request_body

__all__ = ["database_url", "make"]


def replayed(database_url: str, *arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(
        main,
        ["replay", "--format", "json", *arguments],
        env={"RELAPSE_CDS_DATABASE_URL": database_url},
    )
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("jurisdiction", ["US", "EU"])
def test_the_same_rules_give_the_same_answers(
    make: Make, database_url: str, jurisdiction: str
) -> None:
    """Every demonstration patient, from the minimal facts alone: texts and references decide
    nothing.
    """
    names = demos.names()
    app = make(store_facts=True, jurisdiction=jurisdiction)
    assert len(recorded(app, *map(request_body, names))) == len(names)
    answer = replayed(database_url)
    assert answer["replayed"] + sum(answer["notReplayable"].values()) <= len(names)
    assert answer["replayed"] >= len(names) - 1  # a patient without leukaemia has no facts
    assert answer["changed"] == 0
    assert answer["calls"] == []


def test_another_jurisdiction_changes_answers(make: Make, database_url: str) -> None:
    recorded(make(store_facts=True), request_body("child-second-remission-mrd"))
    answer = replayed(database_url, "--jurisdiction", "EU")
    assert answer["changed"] == 1
    assert answer["calls"][0]["changes"]


def test_another_policy_changes_the_card_it_decides(
    make: Make, database_url: str, tmp_path: Path
) -> None:
    recorded(make(store_facts=True), request_body("mrd-positive-first-remission"))
    file = tmp_path / "policies.toml"
    file.write_text("[policies]\nmrd_max_age = 1\n")
    answer = replayed(database_url, "--policies", str(file))
    changes = answer["calls"][0]["changes"]
    assert any(change.startswith("blinatumomab") for change in changes)
    assert "blinatumomab" in answer["cardsChangedByTopic"]


def test_without_stored_facts_nothing_is_replayed(make: Make, database_url: str) -> None:
    recorded(make(), request_body("cd22-never-tested"))
    assert replayed(database_url)["replayed"] == 0


def test_stored_facts_hold_no_text_of_the_record(make: Make) -> None:
    body = request_body("cd22-never-tested")
    for entry in body["prefetch"]["observations"]["entry"]:
        entry["resource"].setdefault("code", {})["text"] = (
            entry["resource"].get("code", {}).get("text", "") + " " + NAME
        )
    [record] = recorded(make(store_facts=True), body)
    stored = json.dumps(record.facts)
    assert NAME not in stored
    assert body["context"]["patientId"] not in stored


@pytest.mark.parametrize(
    "facts",
    [{"version": 0}, {"version": 1}, {"version": 1, "patient": 3, "facts": [], "incomplete": []}],
)
def test_facts_of_another_version_are_counted_and_skipped(
    make: Make, database_url: str, facts: dict[str, Any]
) -> None:
    [record] = recorded(make(store_facts=True), request_body("cd22-never-tested"))
    decisions.write(Database(database_url), [replace(record, id="other", facts=facts, cards=())])
    answer = replayed(database_url)
    assert answer["replayed"] == 1
    assert sum(answer["notReplayable"].values()) == 1


def test_replay_as_text(make: Make, database_url: str) -> None:
    recorded(make(store_facts=True), request_body("child-second-remission-mrd"))
    done = CliRunner().invoke(
        main, ["replay", "--jurisdiction", "EU"], env={"RELAPSE_CDS_DATABASE_URL": database_url}
    )
    assert done.exit_code == 0
    assert "1 calls replayed, 1 with another answer." in done.stdout

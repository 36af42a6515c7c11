"""What holds for every answer of the service, whatever the patient: used by all tests that see a
response.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from jsonschema import Draft202012Validator

import service

SCHEMAS = Path(service.__file__).parent / "schemas"
CARD_ORDER = (
    "confirm-relapse",
    "conflict",
    "missing-data",
    "blinatumomab",
    "inotuzumab-ozogamicin",
    "car-t",
    "allogeneic-hsct",
    "mrd",
    "relapse-context",
)
SECTIONS = (
    "Why",
    "What speaks against it",
    "What is missing",
    "Facts used",
    "Rules and sources",
)
_ALLOWED_EMPTY = {"$.cards", "$.services"}
_IMPERATIVES = re.compile(r"\b(start|give|prescribe|order|administer)\b", re.IGNORECASE)
_DOSE = re.compile(r"\d\s*(mg|µg|mcg|g/m|mg/m|units?/)", re.IGNORECASE)
_HTML = re.compile(r"<[A-Za-z/!?]")
_EXTENSION_KEY = re.compile(r"[a-z0-9]+(\.[A-Za-z0-9-]+)+")


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def schema_errors(name: str, value: object) -> list[str]:
    """What the schema ``name`` (discovery, request, response) finds wrong with ``value``."""
    return [
        f"{error.json_path}: {error.message[:200]}" for error in _validator(name).iter_errors(value)
    ]


def empties(value: object, path: str = "$") -> Iterator[str]:
    """C-003, C-004: paths that hold null, blank text, or an empty list or object."""
    if value is None or (isinstance(value, str) and not value.strip()):
        yield path
    elif isinstance(value, dict | list) and not value and path not in _ALLOWED_EMPTY:
        yield path
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from empties(member, f"{path}.{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from empties(member, f"{path}[{index}]")


def check_discovery(body: object) -> None:
    """C-010 to C-022: what every discovery obeys."""
    assert schema_errors("discovery", body) == []
    assert list(empties(body)) == []
    assert isinstance(body, dict)
    pairs = [(entry["id"], entry["hook"]) for entry in body["services"]]
    assert len(set(pairs)) == len(pairs), "C-022: an id answers a hook twice"


def check_response(body: object) -> None:
    """Every rule that a response obeys; AssertionError names the first that it breaks."""
    assert schema_errors("response", body) == []
    assert list(empties(body)) == []
    assert isinstance(body, dict)
    cards = body["cards"]
    topics = [card["source"]["topic"]["code"] for card in cards]
    assert topics == [code for code in CARD_ORDER if code in topics], "CARD-02: order, one each"
    uuids = [card["uuid"] for card in cards]
    uuids += [item["uuid"] for card in cards for item in card.get("suggestions", ())]
    assert len(set(uuids)) == len(uuids), "C-122: uuids repeat"
    assert all(str(UUID(uuid)) == uuid for uuid in uuids)
    assert len({card["source"]["url"] for card in cards}) <= 1
    for card in cards:
        _check_card(card)
    _check_requests(cards)


def _check_card(card: dict[str, object]) -> None:
    summary, detail = str(card["summary"]), str(card["detail"])
    assert 1 <= len(summary) <= 139, "C-124"
    assert not _IMPERATIVES.search(summary), f"CARD-01: {summary}"
    assert not _DOSE.search(summary + detail), "CARD-01: a dose"
    assert not _HTML.search(summary), "rule 38"
    assert not _HTML.search(detail), "C-125"
    assert "](" not in detail, "a link from the record"
    headings = re.findall(r"^\*\*(.+?)\*\*$", detail, re.MULTILINE)
    assert tuple(headings) == SECTIONS
    source = card["source"]
    assert isinstance(source, dict)
    assert urlsplit(source["url"]).scheme in {"http", "https"}, "C-128"
    assert ("selectionBehavior" in card) == ("suggestions" in card), "C-132"
    extension = card["extension"]
    assert isinstance(extension, dict)
    assert all(_EXTENSION_KEY.fullmatch(key) for key in extension), "C-192"


def _check_requests(cards: list[dict[str, object]]) -> None:
    """DATA-02: the id of a request stands written out, in brackets, on one card only."""
    written: dict[str, int] = {}
    for card in cards:
        missing = str(card["detail"]).split("**What is missing**")[1].split("**Facts used**")[0]
        own = [line for line in missing.splitlines() if not line.startswith("- Waits also for:")]
        for found in re.findall(r"\((D-[A-Z0-9]+)\)$", "\n".join(own), re.MULTILINE):
            written[found] = written.get(found, 0) + 1
    assert all(count == 1 for count in written.values()), f"DATA-02: {written}"
    extension = [card["extension"] for card in cards]
    traces = [item["org.relapse-cds.trace"] for item in extension if isinstance(item, dict)]
    needed = {request for trace in traces for request in trace.get("dataRequests", ())}
    assert needed == set(written), "DATA-02: every request is written out once"


def check_outcome(body: object) -> dict[str, object]:
    """C-113: a FHIR OperationOutcome with one issue; gives the issue."""
    assert isinstance(body, dict)
    assert body["resourceType"] == "OperationOutcome"
    assert list(empties(body)) == []
    (issue,) = body["issue"]
    assert issue["severity"] == "error"
    assert issue["code"]
    assert issue["diagnostics"].endswith(".")
    return dict(issue)

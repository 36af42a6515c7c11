"""Clinical cases: a sentence, a record, and what the service must answer. One YAML document for
each case.

``like: V01`` takes another case's record; ``patient`` and ``work-up`` given beside it replace
single words, ``course`` replaces the whole course, ``also`` adds lines to it. Nothing of the
expectations is inherited. ``demo: adult-early-relapse`` takes the record of a demonstration
patient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scripts.synthetic_records.compile import Compiled, compile_record
from scripts.synthetic_records.demo import load_demo
from scripts.synthetic_records.source import Table, load_documents, suggestion

KEYS = (
    "id",
    "sentence",
    "jurisdiction",
    "as_of",
    "policies",
    "record",
    "expected",
    "about",
    "comment",
)
RECORD_KEYS = ("demo", "like", "patient", "course", "also", "work-up")
DEFAULT_DAY = "2026-06-15"


@dataclass(frozen=True)
class Case:
    id: str
    sentence: str
    jurisdiction: str
    as_of: date
    policies: Mapping[str, str]
    record: Table
    expected: Table
    file: str
    about: tuple[str, ...] = ()
    """Rules that decide here though the answer does not name them: a fact that they set aside."""

    def compiled(self) -> Compiled:
        """The record as FHIR resources; a demonstration patient keeps its ids."""
        name = re.sub(r"[^a-z0-9-]+", "-", self.id.lower())
        slug = name if name.startswith("demo-") else f"case-{name}"
        return compile_record(self.record, slug, self.as_of)


def load_cases(folder: Path) -> list[Case]:
    """All cases of a folder, in the order of files and documents; ids are unique."""
    documents = [table for path in sorted(folder.glob("*.yaml")) for table in load_documents(path)]
    by_id: dict[str, Table] = {}
    for table in documents:
        for key in table:
            if key not in KEYS:
                raise table.fail(f"unknown word '{key}' in a case{suggestion(key, KEYS)}", key)
        name = str(table.get("id", ""))
        if not name or name in by_id:
            raise table.fail(f"a case needs an id of its own, '{name}' is none", "id")
        by_id[name] = table
    return [_case(table, by_id) for table in documents]


def _case(table: Table, by_id: Mapping[str, Table]) -> Case:
    for key in ("sentence", "record", "expected"):
        if key not in table:
            raise table.fail(f"case {table['id']} lacks '{key}'")
    return Case(
        id=str(table["id"]),
        sentence=str(table["sentence"]),
        jurisdiction=str(table.get("jurisdiction", "US")),
        as_of=date.fromisoformat(str(table.get("as_of", DEFAULT_DAY))),
        policies={str(key): str(value) for key, value in (table.get("policies") or {}).items()},
        record=_record(table, by_id, ()),
        expected=table["expected"],
        file=table.file,
        about=tuple(str(id) for id in table.get("about") or ()),
    )


def _record(table: Table, by_id: Mapping[str, Table], seen: tuple[str, ...]) -> Table:
    """The record with everything that it takes over from the case that it is like."""
    record: Table = table["record"]
    for key in record:
        if key not in RECORD_KEYS:
            raise record.fail(
                f"unknown word '{key}' in a record{suggestion(key, RECORD_KEYS)}", key
            )
    result = record.copy()
    demo = str(result.pop("demo", ""))
    if demo:
        result = _over(load_demo(demo).record, result)
    like = str(result.pop("like", ""))
    if like:
        if like not in by_id or like in seen:
            raise record.fail(f"no case '{like}' to be like", "like")
        base = _record(by_id[like], by_id, (*seen, like))
        result = _over(base, result)
    also = result.pop("also", None)
    if also:
        result["course"] = [*(result.get("course") or []), *also]
    return result


def _over(base: Table, changes: Table) -> Table:
    """``base`` with changes: tables word by word, everything else as a whole."""
    merged = base.copy()
    for key, value in changes.items():
        old: Any = base.get(key)
        if isinstance(value, Table) and key in ("patient", "work-up"):
            old_table = (
                old.copy() if isinstance(old, Table) else Table(file=value.file, line=value.line)
            )
            if "born" in value:
                old_table.pop("age", None)
            old_table.update(value)
            old_table.lines.update(value.lines)
            merged[key] = old_table
        else:
            merged[key] = value
        merged.lines[key] = changes.line_of(key)
    return merged

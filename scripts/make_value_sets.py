"""Make one FHIR R4 ValueSet for each value set of the terminology table.

    python scripts/make_value_sets.py mappings/terminology.csv mappings/value_sets

Rows whose source is ``UNVERIFIED`` are left out: a code that nobody has seen with this meaning in a
published source is never matched. Files of value sets that the table no longer has are removed, so
that the folder is always exactly what the table says.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

BASE = "https://relapse-cds.org/fhir"
VERSION = "1.0.0"
VERIFIED_IN = f"{BASE}/StructureDefinition/verified-in"
NOTE = f"{BASE}/StructureDefinition/code-note"
UNVERIFIED = "UNVERIFIED"


def read_rows(table: Path) -> list[dict[str, str]]:
    """The verified rows of the table, in its order."""
    with table.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["verified_in"] != UNVERIFIED]


def value_set(name: str, rows: Iterable[dict[str, str]]) -> dict[str, Any]:
    """One ValueSet resource; the source and the notes of each code stand in extensions of that
    code.
    """
    systems: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        extensions = [{"url": VERIFIED_IN, "valueString": row["verified_in"]}]
        if row["notes"]:
            extensions.append({"url": NOTE, "valueString": row["notes"]})
        concept = {"extension": extensions, "code": row["code"], "display": row["display"]}
        systems.setdefault(row["system_uri"], []).append(concept)
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"{BASE}/ValueSet/{name}",
        "version": VERSION,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": name,
        "status": "active",
        "experimental": False,
        "compose": {
            "include": [{"system": system, "concept": codes} for system, codes in systems.items()]
        },
    }


def write_value_sets(table: Path, folder: Path) -> list[Path]:
    """Write the files and remove those of value sets that are gone; returns what was written."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(table):
        groups.setdefault(row["value_set"], []).append(row)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in set(folder.glob("*.json")) - {folder / f"{name}.json" for name in groups}:
        stale.unlink()
    written = []
    for name, rows in groups.items():
        target = folder / f"{name}.json"
        text = json.dumps(value_set(name, rows), ensure_ascii=False, indent=1)
        target.write_text(text + "\n", encoding="utf-8")
        written.append(target)
    return written


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: make_value_sets.py TABLE.csv FOLDER\n")
        return 2
    written = write_value_sets(Path(arguments[0]), Path(arguments[1]))
    sys.stdout.write(f"{len(written)} value sets written to {arguments[1]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

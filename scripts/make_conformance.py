"""Write the table of ``docs/conformance.md`` from the checklist beside the conformance tests.

Run ``python -m scripts.make_conformance`` after changing the checklist.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CHECKLIST = ROOT / "tests" / "service" / "conformance" / "checklist.toml"
DOCUMENT = ROOT / "docs" / "conformance.md"

_MARK = "<!-- From here on written by make conformance. -->\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement: what it asks for, what the service does, and what shows it."""

    id: str
    level: str
    says: str
    since: str = ""
    does: str = ""
    reason: str = ""
    tests: tuple[str, ...] = ()


def sections() -> list[tuple[str, list[Item]]]:
    """Title and items of each section of the checklist, in its order."""
    parsed: dict[str, Any] = tomllib.loads(CHECKLIST.read_text(encoding="utf-8"))
    return [
        (
            section["title"],
            [Item(**{**item, "tests": tuple(item.get("tests", ()))}) for item in section["item"]],
        )
        for section in parsed["section"]
    ]


def document() -> str:
    """``docs/conformance.md``: its own words as they stand, and the checklist behind the mark."""
    own, mark, _ = DOCUMENT.read_text(encoding="utf-8").partition(_MARK)
    if not mark:
        raise ValueError(f"{DOCUMENT.name} has lost the line: {_MARK.strip()}")
    parts = [own, mark]
    for title, items in sections():
        parts.append(f"\n### {title}\n\n| id | level | since | asked for | here | shown by |\n")
        parts.append("|---|---|---|---|---|---|\n")
        parts.extend(_row(item) for item in items)
    return "".join(parts)


def _row(item: Item) -> str:
    shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in item.tests)
    here = item.does or item.reason
    cells = (item.id, item.level, item.since, item.says, here, shown or "no test can")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main() -> int:
    DOCUMENT.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

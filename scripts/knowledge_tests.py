"""Which rules the unit tests name, read from their files: in names, docstrings, parameters and
assertions. Comments do not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_ID = re.compile(
    r"(?<![A-Za-z0-9])(?:REL|STALE|CONF|AG|BL|IN|CA|HS2|HS|DLI|CX|MR|DATA|CARD|G|P|D|E)[-_]"
    r"(?:\d\d[a-z]?|(?<=D[-_])[A-Z0-9]{2,})(?![A-Za-z0-9])"
)
_IN_NAME = re.compile(r"(?<=_)([A-Z]+2?)_(\d\d[a-z]?|(?<=D_)[A-Z0-9]{2,})(?=_|$)")


def tests_of_rules(folders: list[Path]) -> dict[str, list[str]]:
    """For each id the test files that name it."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for file in sorted(folder.rglob("test_*.py")):
            for id in ids_in(file.read_text(encoding="utf-8")):
                found.setdefault(id, set()).add(file.stem)
    return {id: sorted(found[id]) for id in sorted(found)}


def ids_in(source: str) -> set[str]:
    """The ids that test functions, classes and tables of one file name."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign):
            found.update(_named(node))
    return found


def _named(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef):
            for letters, number in _IN_NAME.findall(part.name):
                yield f"{letters}-{number}"
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            for id in _ID.findall(part.value):
                yield id.replace("_", "-")

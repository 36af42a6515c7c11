"""Which rule ids the clinical cases and the unit tests of the core name, read from their files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from scripts.knowledge_cases import expected_ids
from scripts.make_knowledge import ROOT
from scripts.synthetic_records.cases import load_cases

_ID = re.compile(
    r"(?<![A-Za-z0-9])(?:REL|STALE|CONF|AG|BL|IN|CA|HS2|HS|DLI|CX|MR|DATA|CARD|G)[-_]\d\d[a-z]?"
    r"(?![A-Za-z0-9])"
)
_IN_NAME = re.compile(r"(?<=_)([A-Z]+2?)_(\d\d[a-z]?)(?=_|$)")


def by_cases() -> set[str]:
    """Ids that the expectations of a clinical case name."""
    return {id for case in load_cases(ROOT / "tests" / "cases") for id in expected_ids(case)}


def by_unit_tests(folder: Path = ROOT / "tests" / "relapse") -> set[str]:
    """Ids in names, docstrings, parameters and assertions of tests. Comments do not count."""
    return {
        id
        for file in sorted(folder.rglob("test_*.py"))
        for id in named_in(file.read_text(encoding="utf-8"))
    }


def named_in(source: str) -> set[str]:
    """Ids in the test functions of one file, and in the tables that stand beside them."""
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

"""The checklist itself: every item of it is shown by a test that exists, or has a reason."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from scripts.make_conformance import DOCUMENT, ROOT, Item, document, sections

ITEMS = [item for _, items in sections() for item in items]
_LEVELS = {"SHALL", "SHALL NOT", "SHOULD", "MAY", "text", "practice", "ours"}
_ID = re.compile(r"\bC-\d{3}\b")


@cache
def named_tests(file: Path) -> dict[str, str]:
    """The tests of a file with their docstrings."""
    return {
        node.name: ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_item_is_shown_or_reasoned(item: Item) -> None:
    assert _ID.fullmatch(item.id)
    assert item.level in _LEVELS
    assert item.says.endswith(".")
    if item.reason:
        assert not item.tests, "a reason is for what no test can show"
        assert item.reason.endswith(".")
        return
    assert item.does.endswith(".")
    assert item.tests, f"{item.id} has neither a test nor a reason"
    for test in item.tests:
        file, _, name = test.partition("::")
        assert name in named_tests(ROOT / file), f"{item.id} names {test}, which does not exist"


def test_every_number_of_a_section_is_there() -> None:
    """Ids rise, and inside a section none is left out: an item is taken out by a reason, not by
    leaving a gap.
    """
    numbers = [int(item.id.removeprefix("C-")) for item in ITEMS]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 181
    for title, items in sections():
        own = [int(item.id.removeprefix("C-")) for item in items]
        assert own == list(range(own[0], own[-1] + 1)), title


def test_ids_in_tests_are_those_of_the_checklist() -> None:
    """A docstring that cites an item cites one that exists."""
    known = {item.id for item in ITEMS}
    for file in (ROOT / "tests").rglob("test_*.py"):
        for name, docstring in named_tests(file).items():
            assert set(_ID.findall(docstring)) <= known, f"{file.name}::{name}"


def test_document_is_up_to_date() -> None:
    """After a change of the checklist: make conformance."""
    assert DOCUMENT.read_text(encoding="utf-8") == document()

"""Which rule ids the clinical cases and the unit tests of the core name, read from their files."""

from __future__ import annotations

from pathlib import Path

from scripts.knowledge_cases import expected_ids
from scripts.knowledge_tests import ids_in, tests_of_rules
from scripts.make_knowledge import ROOT
from scripts.synthetic_records.cases import load_cases


def by_cases() -> set[str]:
    """Ids that the expectations of a clinical case name."""
    return {id for case in load_cases(ROOT / "tests" / "cases") for id in expected_ids(case)}


def by_unit_tests(folder: Path = ROOT / "tests" / "relapse") -> set[str]:
    """Ids in names, docstrings, parameters and assertions of tests. Comments do not count."""
    return set(tests_of_rules([folder]))


def named_in(source: str) -> set[str]:
    """Ids in the test functions of one file, and in the tables that stand beside them."""
    return ids_in(source)

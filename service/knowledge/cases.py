"""Which clinical cases of the project's tests expect which rule: test data, of which only ids and
sentences are shipped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("cases.json")
"""Written by ``scripts.make_knowledge`` from ``tests/cases``."""


@dataclass(frozen=True, slots=True)
class Cases:
    sentences: dict[str, str]
    """What each case is, by its id."""
    of_rule: dict[str, list[str]]
    """The ids of the cases that expect a rule, precaution or data request."""
    tests_of_rule: dict[str, list[str]]
    """The files of unit tests that name it."""


@cache
def shipped_cases() -> Cases:
    """The cases as the last run of the script wrote them."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Cases(data["cases"], data["rules"], data["tests"])

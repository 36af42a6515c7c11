"""The register of rules is the same, whichever module is imported first."""

import subprocess
import sys

import pytest

_PLACES = """
import {first}
import {second}
from relapse.rules import RULES
print(sorted((rule.id, rule.place) for rule in RULES.values()))
"""


def _register(first: str, second: str) -> str:
    code = _PLACES.format(first=first, second=second)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("first", ["relapse.definitions", "relapse.precautions"])
def test_the_order_of_imports_changes_no_rule(first: str) -> None:
    expected = _register("relapse.evaluate", "relapse.definitions")
    assert "P-06" in expected
    assert _register(first, "relapse.definitions") == expected

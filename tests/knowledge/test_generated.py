"""Generated files are those that the script would write today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scripts.knowledge_cases import expected_ids
from scripts.make_knowledge import ROOT, generated
from scripts.synthetic_records.cases import Case
from scripts.synthetic_records.source import Table
from service.settings import load_settings
from service.site.policy import policies

FILES = generated()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_file_is_up_to_date(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == FILES[file], "run: python -m scripts.make_knowledge"


def case(**expected: object) -> Case:
    return Case("x", "x", "US", date(2026, 6, 15), {}, Table(), Table(expected), "x.yaml")


def test_a_case_exercises_what_it_expects() -> None:
    found = expected_ids(
        case(
            blinatumomab={"strength": "EVAL", "precautions": ["P-14 warn"]},
            rules=["BL-01"],
            context={"rules": ["CX-02"], "requests": ["D-KD"], "without": ["CX-03"]},
            notices={"missing-data": ["D-LINEAGE"]},
        )
    )
    assert found == {"P-01", "P-14", "BL-01", "CX-02", "D-KD", "D-LINEAGE"}


def test_nothing_is_compared_on_an_option_that_is_not_suggested() -> None:
    wanted = {"strength": "NOT (age)", "precautions": ["P-14"], "requests": ["D-CD19"]}
    assert expected_ids(case(**{"car-t": wanted})) == set()
    assert expected_ids(case(**{"car-t": "NOT"})) == set()
    assert expected_ids(case(**{"car-t": "CAD"})) == {"P-01", "P-21", "P-22"}


def test_the_example_of_the_documentation_is_accepted(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    file = tmp_path / "site.toml"
    file.write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert len(policies(load_settings(policies=str(file))).changed()) == 5

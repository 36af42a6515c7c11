"""Write what is generated from rules, policies and clinical cases.

Run ``python -m scripts.make_knowledge`` after changing any of them; the output depends on nothing
else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from relapse.policy import Policy
from relapse.precautions import PRECAUTIONS
from relapse.requests import REQUESTS
from scripts.knowledge_cases import cases_file
from scripts.knowledge_documents import knowledge_document, policies_document
from scripts.knowledge_tests import tests_of_rules
from scripts.synthetic_records.cases import load_cases
from scripts.synthetic_records.source import DescriptionError
from service.knowledge.cases import FILE, Cases
from service.knowledge.content import all_rules, content

TESTS = ("relapse", "hooks", "knowledge")
"""Folders of ``tests`` whose unit tests name rules."""
ROOT = Path(__file__).resolve().parents[1]


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    tests = tests_of_rules([ROOT / "tests" / folder for folder in TESTS])
    ids = {*all_rules(), *PRECAUTIONS, *REQUESTS}
    listed = cases_file(
        load_cases(ROOT / "tests" / "cases"),
        {id: files for id, files in tests.items() if id in ids},
    )
    known = content(Policy(), Cases(listed["cases"], listed["rules"], listed["tests"]))
    return {
        FILE: json.dumps(listed, indent=1, ensure_ascii=False) + "\n",
        ROOT / "docs" / "knowledge.md": knowledge_document(known),
        ROOT / "docs" / "policies.md": policies_document(known),
    }


def main() -> int:
    """Write all files; a case that cannot be read is named and nothing is written."""
    try:
        files = generated()
    except DescriptionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

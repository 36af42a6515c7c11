"""Write the demonstration patients of ``service/demo`` from their descriptions.

Run ``python -m scripts.make_demo_patients`` after changing a description; the output depends on
nothing else.
"""

from __future__ import annotations

import json
import sys

from scripts.synthetic_records.demo import FOLDER, DemoPatient, demo_names, load_demo
from scripts.synthetic_records.source import DescriptionError


def rendered(patient: DemoPatient) -> str:
    """The transaction Bundle as the text of its file."""
    return json.dumps(patient.compiled().transaction(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write all Bundles; a description that cannot be compiled is named and nothing is written."""
    try:
        files = {patient.bundle_file: rendered(patient) for patient in map(load_demo, demo_names())}
    except DescriptionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(files)} demonstration patients in {FOLDER}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

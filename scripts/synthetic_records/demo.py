"""The demonstration patients: descriptions in ``service/demo/descriptions``, one file for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scripts.synthetic_records.compile import Compiled, compile_record
from scripts.synthetic_records.source import Table, load_documents

FOLDER = Path(__file__).resolve().parents[2] / "service" / "demo"
HEADER = ("title", "story", "as_of")


@dataclass(frozen=True)
class DemoPatient:
    """A described patient: the title for a list, a story of one sentence, the record."""

    name: str
    title: str
    story: str
    as_of: date
    record: Table

    @property
    def bundle_file(self) -> Path:
        return FOLDER / f"{self.name}.json"

    def compiled(self) -> Compiled:
        return compile_record(self.record, f"demo-{self.name}", self.as_of)


def load_demo(name: str) -> DemoPatient:
    """One description by its file name; its Patient bears the family name Demo."""
    (table,) = load_documents(FOLDER / "descriptions" / f"{name}.yaml")
    for key in HEADER:
        if key not in table:
            raise table.fail(f"a demonstration patient needs '{key}'")
    record = table.copy()
    title, story, as_of = (str(record.pop(key)) for key in HEADER)
    patient = record.get("patient")
    if isinstance(patient, Table):
        patient.setdefault("name", f"Demo, {name.title()}")
    return DemoPatient(name, title, story, date.fromisoformat(as_of), record)


def demo_names() -> list[str]:
    return sorted(path.stem for path in (FOLDER / "descriptions").glob("*.yaml"))

"""From a description to FHIR R4: the patient, the course line by line, the work-up, the Bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scripts.synthetic_records import (  # noqa: F401  (importing them registers their words)
    background,
    disease,
    genetics,
    safety,
    sites,
    specimens,
    treatment,
)
from scripts.synthetic_records.codes import coding, concept, profile
from scripts.synthetic_records.record import Milestones, Record
from scripts.synthetic_records.registry import HANDLERS
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.source import DescriptionError, Table, suggestion
from scripts.synthetic_records.values import moment, shift_months
from scripts.synthetic_records.workup import work_up_rows

BASE_URL = "https://ehr.example.org/fhir"
SEXES = {
    "male": "male",
    "boy": "male",
    "man": "male",
    "female": "female",
    "girl": "female",
    "woman": "female",
    "other": "other",
    "unknown": "unknown",
}
SECTIONS = ("patient", "course", "work-up")


@dataclass(frozen=True)
class Compiled:
    """The resources of one patient, the Patient first."""

    patient_id: str
    resources: list[dict[str, Any]]

    def transaction(self) -> dict[str, Any]:
        """A transaction that puts every resource under its own id; it can be loaded twice."""
        entries = [
            {
                "resource": item,
                "request": {"method": "PUT", "url": f"{item['resourceType']}/{item['id']}"},
            }
            for item in self.resources
        ]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    def collection(self) -> dict[str, Any]:
        entries = [
            {"fullUrl": f"{BASE_URL}/{item['resourceType']}/{item['id']}", "resource": item}
            for item in self.resources
        ]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def compile_record(description: Table, slug: str, as_of: date) -> Compiled:
    """Compile one description; DescriptionError names the first word without meaning."""
    for key in description:
        if key not in SECTIONS:
            raise description.fail(f"unknown section '{key}'{suggestion(key, SECTIONS)}", key)
    patient = description.get("patient")
    if not isinstance(patient, Table):
        raise description.fail("a record needs 'patient: {age: …, sex: …}'", "patient")
    person = Row(patient, "patient", as_of)
    record = Record(slug, as_of)
    resource, age = _patient(record, person, slug)
    course = description.get("course") or []
    if not isinstance(course, list):
        raise description.fail("'course' is a list of lines, each beginning with '-'", "course")
    rows = [_row(item, description, as_of) for item in course]
    record.milestones = _milestones(rows)
    lineage_b = not any(
        row.kind == "diagnosis" and row.table["diagnosis"] == "T-ALL" for row in rows
    )
    ordered = sorted(rows, key=lambda row: row.kind != "diagnosis")
    for row in [
        *ordered,
        *work_up_rows(description.get("work-up"), description, record, age, lineage_b),
    ]:
        _compile_row(record, row)
    return Compiled(slug, [resource, *record.resources])


def _compile_row(record: Record, row: Row) -> None:
    try:
        HANDLERS[row.kind](record, row)
    except ValueError as error:
        raise row.fail(str(error)) from None
    row.finish()


def _row(item: Any, owner: Table, as_of: date) -> Row:
    if not isinstance(item, Table):
        raise owner.fail(
            f"'{item}' is no line of a course such as {{relapse: first, on: 2026-06-08}}", "course"
        )
    kind = next(iter(item), "")
    if kind not in HANDLERS:
        raise item.fail(f"a line cannot begin with '{kind}'{suggestion(kind, HANDLERS)}")
    return Row(item, kind, as_of)


def _milestones(rows: list[Row]) -> Milestones:
    def dates(kind: str) -> Iterator[str]:
        return (row.date() for row in rows if row.kind == kind)

    return Milestones(
        diagnosis=next(dates("diagnosis"), None),
        relapses=tuple(sorted(dates("relapse"))),
        remissions=tuple(sorted(dates("remission"))),
    )


def _patient(record: Record, person: Row, slug: str) -> tuple[dict[str, Any], int]:
    """The Patient and the age in years at T0; ``age`` puts the last birthday 150 days before T0."""
    record.sex = person.choice("sex", SEXES, "unknown")
    birth: str | None
    if person.has("born"):
        birth = None if person.text("born") == "unknown" else person.date("born")
        first = (birth or "1990-01-01") + "-01-01"
        born = date.fromisoformat(first[:10])
        age = (
            record.as_of.year
            - born.year
            - ((record.as_of.month, record.as_of.day) < (born.month, born.day))
        )
    else:
        age = _age(person)
        birth = shift_months(record.as_of - timedelta(days=150), -12 * age).isoformat()
    family, _, given = person.text("name", f"Case, {slug}").partition(", ")
    body: dict[str, Any] = {
        "resourceType": "Patient",
        "id": slug,
        "meta": profile("us-core-patient"),
        "identifier": [
            {
                "type": concept(
                    "Medical record number",
                    coding(
                        "http://terminology.hl7.org/CodeSystem/v2-0203",
                        "MR",
                        "Medical record number",
                    ),
                ),
                "system": "https://ehr.example.org/mrn",
                "value": f"SYNTHETIC-{slug}",
            }
        ],
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given or "Synthetic"]}],
        "gender": record.sex,
    }
    if birth:
        body["birthDate"] = birth
    died = person.optional_date("died")
    if died:
        body["deceasedDateTime"] = moment(died)
    person.finish()
    return body, age


def _age(person: Row) -> int:
    text = person.text("age")
    if not re.fullmatch(r"\d{1,3}", text):
        raise person.fail("age is a number of completed years at the day of evaluation", "age")
    return int(text)


__all__ = ["BASE_URL", "Compiled", "DescriptionError", "compile_record"]

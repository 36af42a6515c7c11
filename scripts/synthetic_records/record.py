"""The record under construction: ids, references, specimens, and the frame that resources share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scripts.synthetic_records.codes import concept, observation_category, profile
from scripts.synthetic_records.values import moment

SHORT = {
    "Observation": "obs",
    "Condition": "cond",
    "DiagnosticReport": "report",
    "Specimen": "spec",
    "Procedure": "proc",
    "MedicationAdministration": "admin",
    "MedicationRequest": "order",
    "MedicationStatement": "statement",
    "CarePlan": "plan",
    "Encounter": "visit",
    "FamilyMemberHistory": "family",
    "AllergyIntolerance": "allergy",
    "Immunization": "vaccine",
    "DocumentReference": "note",
}

MATERIALS = {
    "marrow": "Bone marrow aspirate",
    "blood": "Blood",
    "spinal fluid": "Cerebrospinal fluid",
    "serum": "Serum",
}


@dataclass(frozen=True)
class Milestones:
    """Dates of the course that other lines refer to, as written."""

    diagnosis: str | None = None
    relapses: tuple[str, ...] = ()
    remissions: tuple[str, ...] = ()

    def remission_after(self, day: str) -> str | None:
        return next((found for found in self.remissions if found > day), None)

    @property
    def clinical_status(self) -> str:
        """How a clinician would have set the leading entry of the problem list."""
        if self.relapses and not (self.remissions and self.remissions[-1] > self.relapses[-1]):
            return "relapse"
        return "remission" if self.remissions else "active"


@dataclass
class Record:
    """Resources of one patient; ids are made from the slug, the type and the place."""

    slug: str
    as_of: date
    sex: str = "unknown"
    milestones: Milestones = field(default_factory=Milestones)
    leukemia: str | None = None
    """Reference of the leading Condition, once it exists."""
    resources: list[dict[str, Any]] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _specimens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def subject(self) -> dict[str, str]:
        return {"reference": f"Patient/{self.slug}"}

    def add(self, kind: str, body: dict[str, Any]) -> str:
        """Add a resource without its None members; the answer is its relative reference."""
        short = SHORT[kind]
        self._counts[short] = self._counts.get(short, 0) + 1
        key = f"{self.slug}-{short}-{self._counts[short]}"
        if not re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", key):
            raise ValueError(f"'{key}' cannot be a FHIR id: shorten the name of the record")
        content = {name: value for name, value in body.items() if value is not None}
        self.resources.append({"resourceType": kind, "id": key} | content)
        return f"{kind}/{key}"

    def specimen(self, material: str, day: str) -> dict[str, str]:
        """The specimen of that material and day; the same one for all its results."""
        key = (material, day)
        if key not in self._specimens:
            body = {
                "status": "available",
                "type": concept(MATERIALS.get(material, material)),
                "subject": self.subject,
                "collection": {"collectedDateTime": moment(day, "08:15:00")},
            }
            self._specimens[key] = self.add("Specimen", body)
        return {"reference": self._specimens[key]}

    def result(
        self,
        code: dict[str, Any],
        day: str,
        value: dict[str, Any],
        *,
        material: str | None = None,
        method: str | None = None,
        status: str = "final",
        category: str = "laboratory",
        **more: Any,
    ) -> str:
        """An Observation; ``value`` holds its value[x], ``material`` makes or reuses a Specimen."""
        lab = category == "laboratory"
        body = {
            "meta": profile("us-core-observation-lab" if lab else "us-core-simple-observation"),
            "status": status,
            "category": observation_category(category),
            "code": code,
            "subject": self.subject,
            "effectiveDateTime": moment(day),
            "issued": moment(day, "16:30:00") if lab and len(day) == 10 else None,
            **value,
            "method": concept(method) if method else None,
            "specimen": self.specimen(material, day) if material else None,
            **more,
        }
        return self.add("Observation", body)

    def report(
        self, code: dict[str, Any], day: str, results: list[str], conclusion: str, **more: Any
    ) -> str:
        """A DiagnosticReport that repeats its results by reference and in words."""
        lab = {
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074",
            "code": "LAB",
            "display": "Laboratory",
        }
        body = {
            "meta": profile("us-core-diagnosticreport-lab"),
            "status": "final",
            "category": [{"coding": [lab]}],
            "code": code,
            "subject": self.subject,
            "effectiveDateTime": moment(day),
            "issued": moment(day, "17:00:00") if len(day) == 10 else None,
            "result": [{"reference": result} for result in results] or None,
            "conclusion": conclusion or None,
            **more,
        }
        return self.add("DiagnosticReport", body)

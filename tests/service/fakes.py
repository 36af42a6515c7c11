"""A made-up CDS service and a FHIR server in memory, so that the wire is tested apart from
medicine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hooks.library import PATIENT_VIEW
from hooks.prefetch import Gathered, patient_record
from hooks.registry import CdsService, Outcome
from service.fhir.client import Answer
from service.network.allowance import Allowance

TODAY = date(2026, 6, 15)
PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p1"}
ALL_CONDITION: dict[str, Any] = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C91.02"}]},
}


def searchset(*resources: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A Bundle as a search gives it."""
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **members}


@dataclass
class Recorder:
    """The evaluation of the made-up service: keeps what it was given, answers no cards."""

    seen: list[Gathered] = field(default_factory=list)

    def __call__(self, gathered: Gathered) -> Outcome:
        self.seen.append(gathered)
        return Outcome()

    @property
    def last(self) -> Gathered:
        return self.seen[-1]


@dataclass
class FakeFhir:
    """A FHIR server in memory. Queries that it does not know are answered with an empty Bundle."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)

    def query(
        self,
        base: str,
        query: str,
        token: str | None,
        allowance: Allowance,
    ) -> Answer:
        return self.pages(base, f"{base}/{query}", token, allowance)

    def pages(self, base: str, address: str, token: str | None, allowance: Allowance) -> Answer:
        name = address.removeprefix(f"{base}/").split("?")[0].split("/")[0]
        name = name if name[:1].isupper() else "next page"
        self.asked.append(name)
        self.tokens.add(token)
        return self.answers.get(name, Answer((searchset(),)))


def leukaemia_at_first_sight(gathered: Gathered) -> bool:
    return "C91" in repr(gathered.resources.get("conditions", ()))


def made_up_service(evaluate: Any, **changes: Any) -> CdsService:
    """A patient-view service with the real prefetch keys and an evaluation of the test's choice."""
    members: dict[str, Any] = {
        "id": "made-up",
        "hook": PATIENT_VIEW,
        "title": "Made up",
        "description": "For tests.",
        "usage_requirements": "FHIR R4",
        "prefetch": patient_record(),
        "audience": frozenset({"Practitioner", "PractitionerRole"}),
        "worth_completing": leukaemia_at_first_sight,
        "evaluate": evaluate,
    }
    return CdsService(**(members | changes))

"""Small FHIR records for the tests of the mapping: one patient, 2026-06-15, shapes as laboratories
send them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from mappings.chart import Reading, read_chart
from relapse.facts import Fact

Json = dict[str, Any]
F = TypeVar("F", bound=Fact)

AS_OF = date(2026, 6, 15)
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
UCUM = "http://unitsofmeasure.org"
LOCAL = "https://lab.example.org/codes"
ME = {"reference": "Patient/p"}
DETECTED = (SNOMED, "260373001")
NOT_DETECTED = (SNOMED, "260415000")


def concept(*codes: tuple[str, str], text: str | None = None) -> Json:
    """A CodeableConcept of (system, code) pairs and a text."""
    made: Json = {}
    if codes:
        made["coding"] = [{"system": system, "code": code} for system, code in codes]
    if text is not None:
        made["text"] = text
    return made


def quantity(value: Any, unit: str | None = "%", code: str | None = None, **more: Any) -> Json:
    made: Json = {"value": value, **more}
    if unit is not None:
        made |= {"unit": unit, "system": UCUM, "code": code or unit}
    return made


def interpretation(code: str) -> list[Json]:
    return [concept((INTERPRETATION, code))]


def patient(**members: Any) -> Json:
    return {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "2014-03-01",
        "gender": "male",
    } | members


def condition(
    id: str,
    *codes: tuple[str, str],
    text: str | None = None,
    status: str | None = "active",
    **members: Any,
) -> Json:
    made: Json = {
        "resourceType": "Condition",
        "id": id,
        "code": concept(*codes, text=text),
        "subject": ME,
        "verificationStatus": concept(
            ("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")
        ),
    }
    if status is not None:
        made["clinicalStatus"] = concept(
            ("http://terminology.hl7.org/CodeSystem/condition-clinical", status)
        )
    return made | members


def observation(id: str, *codes: tuple[str, str], text: str | None = None, **members: Any) -> Json:
    made: Json = {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": concept(*codes, text=text),
        "subject": ME,
        "effectiveDateTime": "2026-06-08T10:00:00-05:00",
    }
    made |= members
    return {name: value for name, value in made.items() if value is not ...}


def marrow(id: str = "m", value: Any = 62, unit: str | None = "%", **members: Any) -> Json:
    """Marrow blasts."""
    given = {"valueQuantity": quantity(value, unit)} | members
    return observation(id, (LOINC, "11150-0"), **given)


def mrd(id: str = "mrd", **members: Any) -> Json:
    """Flow MRD in marrow."""
    return observation(
        id,
        (LOINC, "67128-9"),
        text="B-ALL minimal residual disease (MRD) by flow cytometry, bone marrow",
        **members,
    )


def cd22(id: str = "cd22", **members: Any) -> Json:
    return observation(id, (LOINC, "51124-6"), **members)


def cd19(id: str = "cd19", **members: Any) -> Json:
    return observation(
        id, (LOCAL, "CD19BL"), text="CD19 blasts/100 blasts in Bone marrow", **members
    )


def specimen(
    id: str = "s", text: str = "Bone marrow aspirate", collected: Any = "2026-06-08", **members: Any
) -> Json:
    return {
        "resourceType": "Specimen",
        "id": id,
        "type": {"text": text},
        "subject": ME,
        "collection": {"collectedDateTime": collected},
    } | members


def procedure(id: str, *codes: tuple[str, str], text: str | None = None, **members: Any) -> Json:
    return {
        "resourceType": "Procedure",
        "id": id,
        "status": "completed",
        "code": concept(*codes, text=text),
        "subject": ME,
        "performedDateTime": "2025-03-01",
    } | members


def administration(
    id: str, *codes: tuple[str, str], text: str | None = None, **members: Any
) -> Json:
    made = {
        "resourceType": "MedicationAdministration",
        "id": id,
        "status": "completed",
        "medicationCodeableConcept": concept(*codes, text=text),
        "subject": ME,
        "effectiveDateTime": "2026-02-01",
    } | members
    return {name: value for name, value in made.items() if value is not ...}


def statement(id: str, *codes: tuple[str, str], text: str | None = None, **members: Any) -> Json:
    return administration(id, *codes, text=text, **members) | {
        "resourceType": "MedicationStatement"
    }


def request(id: str, *codes: tuple[str, str], text: str | None = None, **members: Any) -> Json:
    made = administration(id, *codes, text=text)
    del made["effectiveDateTime"]
    made |= {
        "resourceType": "MedicationRequest",
        "status": "completed",
        "intent": "order",
        "authoredOn": "2026-01-10",
    } | members
    return {name: value for name, value in made.items() if value is not ...}


def care_plan(id: str, title: str, **members: Any) -> Json:
    return {
        "resourceType": "CarePlan",
        "id": id,
        "status": "completed",
        "intent": "plan",
        "title": title,
        "category": [{"text": "Oncology treatment plan"}],
        "subject": ME,
        "period": {"start": "2026-01-10", "end": "2026-02-20"},
    } | members


def report(id: str, *results: str, **members: Any) -> Json:
    return {
        "resourceType": "DiagnosticReport",
        "id": id,
        "status": "final",
        "code": {"text": "Bone marrow report"},
        "subject": ME,
        "result": [{"reference": result} for result in results],
    } | members


def bundle(*resources: Json, type: str = "collection", full_urls: Iterable[str] = ()) -> Json:
    entries: list[Json] = [{"resource": resource} for resource in resources]
    for entry, url in zip(entries, full_urls, strict=False):
        entry["fullUrl"] = url
    return {"resourceType": "Bundle", "type": type, "entry": entries}


LEADING = condition("leading", (SNOMED, "277572006"), onsetDateTime="2024-03-10")
"""The leading entry: pre-B ALL."""


def read(*resources: Any, **arguments: Any) -> Reading:
    """The reading of a record; a Patient is added where none is in it."""
    given = list(resources)
    own = any(
        isinstance(item, dict) and item.get("resourceType") in ("Patient", "Bundle")
        for item in given
    )
    if not own:
        given.insert(0, patient())
    return read_chart(given, **{"patient_id": None, "as_of": AS_OF} | arguments)


def facts(reading: Reading, kind: type[F]) -> tuple[F, ...]:
    return reading.chart.of(kind)


def only(reading: Reading, kind: type[F]) -> F:
    """The one fact of this kind."""
    found = facts(reading, kind)
    assert len(found) == 1, (found, reading.unread)
    return found[0]


def reasons(reading: Reading, reference: str = "") -> list[str]:
    """Why resources went unread."""
    return [item.reason for item in reading.unread if not reference or item.reference == reference]


def local(id: str, text: str, **members: Any) -> dict[str, Any]:
    """An Observation under a code of the laboratory's own, with these words."""
    return observation(id, (LOCAL, id), text=text, **members)

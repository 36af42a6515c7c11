"""Resources that bear on no leukaemia: what the rest of a hospital chart consists of.

Written as certified EHRs write them (profile, category, code, specimen-free laboratory results with
unit and reference range), about 900 bytes each, without any random part.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle

Resource = dict[str, object]

LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"

# category, code, name, unit, value, low, high
Lab = tuple[str, str, str, str, float, float, float]

_LABS: tuple[Lab, ...] = (
    ("laboratory", "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 139, 136, 145),
    ("laboratory", "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4.1, 3.5, 5),
    ("laboratory", "2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 96, 70, 99),
    ("vital-signs", "8867-4", "Heart rate", "/min", 76, 60, 100),
    ("laboratory", "718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 11.2, 12, 16),
    ("laboratory", "17861-6", "Calcium [Mass/volume] in Serum or Plasma", "mg/dL", 9.3, 8.5, 10.5),
    ("laboratory", "3094-0", "Urea nitrogen [Mass/volume] in Serum", "mg/dL", 14, 7, 20),
    ("vital-signs", "8310-5", "Body temperature", "Cel", 36.8, 36, 37.5),
    ("laboratory", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.8, 0.6, 1.2),
    ("laboratory", "2601-3", "Magnesium [Moles/volume] in Serum", "mmol/L", 0.8, 0.7, 1.05),
    ("vital-signs", "29463-7", "Body weight", "kg", 68, 40, 120),
    ("laboratory", "4544-3", "Hematocrit [Volume Fraction] of Blood", "%", 34, 36, 46),
)
SERIES: tuple[Lab, ...] = (
    ("laboratory", "6690-2", "Leukocytes [#/volume] in Blood", "10*3/uL", 4.4, 4, 11),
    ("laboratory", "1742-6", "Alanine aminotransferase in Serum or Plasma", "U/L", 31, 7, 56),
    ("laboratory", "1920-8", "Aspartate aminotransferase in Serum", "U/L", 27, 10, 40),
    ("laboratory", "1975-2", "Bilirubin.total [Mass/volume] in Serum", "mg/dL", 0.6, 0.1, 1.2),
)
"""Results that the service reads, of which only the last weeks can matter."""

_DRUGS = (("161", "acetaminophen"), ("26225", "ondansetron"), ("7646", "omeprazole"))


def laboratory(patient: str, lab: Lab, number: int, day: date) -> Resource:
    """One measurement of a routine series."""
    category, code, name, unit, value, low, high = lab
    quantity = {"unit": unit, "system": _UCUM, "code": unit}
    return {
        "resourceType": "Observation",
        "id": f"routine-{number}",
        "meta": {"versionId": "1", "profile": [f"{_CORE}observation-lab"]},
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": category, "display": category}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": name}], "text": name},
        "subject": {"reference": patient},
        "encounter": {"reference": f"Encounter/visit-{number % 40}"},
        "effectiveDateTime": f"{day}T08:20:00-05:00",
        "issued": f"{day}T11:40:00-05:00",
        "valueQuantity": {"value": value + number % 7 / 10, **quantity},
        "referenceRange": [
            {"low": {"value": low, **quantity}, "high": {"value": high, **quantity}}
        ],
    }


def _report(patient: str, number: int, day: date) -> Resource:
    coding = {"system": LOINC, "code": "36643-5", "display": "XR Chest 2 Views"}
    return {
        "resourceType": "DiagnosticReport",
        "id": f"routine-{number}",
        "meta": {"versionId": "1", "profile": [f"{_CORE}diagnosticreport-note"]},
        "status": "final",
        "category": [{"coding": [{"system": _V2_0074, "code": "RAD", "display": "Radiology"}]}],
        "code": {"coding": [coding], "text": "Chest X-ray"},
        "subject": {"reference": patient},
        "effectiveDateTime": f"{day}T09:00:00-05:00",
        "issued": f"{day}T12:00:00-05:00",
        "conclusion": "Heart size normal. Lungs clear. No effusion. No acute finding.",
    }


def _prescription(patient: str, number: int, day: date) -> Resource:
    code, name = _DRUGS[number % len(_DRUGS)]
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}
    return {
        "resourceType": "MedicationRequest",
        "id": f"routine-{number}",
        "meta": {"versionId": "1", "profile": [f"{_CORE}medicationrequest"]},
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{**coding, "display": name}], "text": name},
        "subject": {"reference": patient},
        "authoredOn": f"{day}T10:00:00-05:00",
        "requester": {"reference": "Practitioner/ward"},
        "dosageInstruction": [{"text": "1 tablet by mouth as needed", "asNeededBoolean": True}],
    }


def _procedure(patient: str, number: int, day: date) -> Resource:
    coding = {"system": "http://snomed.info/sct", "code": "29303009", "display": "ECG"}
    return {
        "resourceType": "Procedure",
        "id": f"routine-{number}",
        "meta": {"versionId": "1", "profile": [f"{_CORE}procedure"]},
        "status": "completed",
        "code": {"coding": [coding], "text": "Electrocardiographic procedure"},
        "subject": {"reference": patient},
        "performedDateTime": f"{day}T10:30:00-05:00",
    }


def _specimen(patient: str, number: int, day: date) -> Resource:
    return {
        "resourceType": "Specimen",
        "id": f"routine-{number}",
        "status": "available",
        "type": {"text": "Venous blood"},
        "subject": {"reference": patient},
        "collection": {"collectedDateTime": f"{day}T08:15:00-05:00"},
    }


def routine(patient: str, until: date, days: int, labs: tuple[Lab, ...] = ()) -> Iterator[Resource]:
    """Endless unrelated resources, dated over the ``days`` before ``until``, newest first.

    Of ten resources seven are measurements (``labs`` come in besides the unrelated ones) and three
    are reports, prescriptions, procedures or specimens.
    """
    series = cycle(labs + _LABS)
    others = cycle((_report, _prescription, _specimen, _procedure))
    number = 0
    while True:
        day = until - timedelta(days=1 + number * 37 % days)
        if number % 10 in (3, 6, 9):
            yield next(others)(patient, number, day)
        else:
            yield laboratory(patient, next(series), number, day)
        number += 1

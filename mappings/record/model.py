"""The FHIR R4 model as judge: whether reduced resources are valid FHIR. The models are loaded at
import.
"""

from __future__ import annotations

from typing import Any

from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.codeableconcept import CodeableConcept
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.diagnosticreport import DiagnosticReport
from fhir.resources.R4B.medication import Medication
from fhir.resources.R4B.medicationadministration import MedicationAdministration
from fhir.resources.R4B.medicationrequest import MedicationRequest
from fhir.resources.R4B.medicationstatement import MedicationStatement
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.procedure import Procedure
from fhir.resources.R4B.reference import Reference
from fhir.resources.R4B.specimen import Specimen
from pydantic import ValidationError

from mappings.codes.memory import Memory
from mappings.record.known_forms import KnownForms
from mappings.record.reduce import Cut
from mappings.values.shapes import Json

MODELS: dict[str, Any] = {
    "CarePlan": CarePlan,
    "Condition": Condition,
    "DiagnosticReport": DiagnosticReport,
    "Medication": Medication,
    "MedicationAdministration": MedicationAdministration,
    "MedicationRequest": MedicationRequest,
    "MedicationStatement": MedicationStatement,
    "Observation": Observation,
    "Patient": Patient,
    "Procedure": Procedure,
    "Specimen": Specimen,
}


# Codes repeat themselves from patient to patient: what the model accepted once need not be
# validated again.
_CODES = ("code", "method", "medicationCodeableConcept", "clinicalStatus", "verificationStatus")
# An accepted code is a whole model object, of some kilobytes.
_ACCEPTED = Memory(most=512)
_FORMS = KnownForms()
# Whose a resource is has been decided by then; the model only asks that a subject be there.
_SUBJECT = Reference.model_validate({"display": "the patient"})
_WITH_SUBJECT = frozenset(
    {
        "CarePlan",
        "Condition",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "Procedure",
    }
)


def _with_known_codes(kind: str, data: Json) -> Json:
    """The data with codes that were accepted before as model objects, which the model takes as they
    are.
    """
    known: dict[str, object] = {"subject": _SUBJECT} if kind in _WITH_SUBJECT else {}
    for name in _CODES:
        concept = data.get(name)
        if isinstance(concept, dict):
            known[name] = _ACCEPTED.decide(concept, CodeableConcept.model_validate)
    if "interpretation" in data and isinstance(data["interpretation"], list):
        known["interpretation"] = [
            _ACCEPTED.decide(concept, CodeableConcept.model_validate)
            if isinstance(concept, dict)
            else concept
            for concept in data["interpretation"]
        ]
    return {**data, **known}


def refusal(kind: str, reduced: Cut) -> str | None:
    """Why the FHIR model refuses a reduced resource, as the path of the element; ``None`` if it is
    valid.

    Names elements only, never what they hold.
    """
    form = None if reduced.form is None else f"{kind} {reduced.form}"
    if _FORMS.knows(form):
        return None
    data = {"resourceType": kind, **reduced.data}
    try:
        MODELS[kind].model_validate(_with_known_codes(kind, data))
    except ValidationError as error:
        path = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
        names = ".".join(str(part) for part in path if isinstance(part, str))
        return names[:80] or "the resource"
    _FORMS.accept(form)
    return None

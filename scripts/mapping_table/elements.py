"""Which elements the code keeps of each resource type, with their FHIR form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mappings.care_plan import CARE_PLAN
from mappings.condition.entry import CONDITION
from mappings.diagnostic_report import REPORT
from mappings.medication import ADMINISTRATION, REQUEST, STATEMENT
from mappings.observation.finding import WITH_RANGE
from mappings.patient import PATIENT
from mappings.procedure import PROCEDURE
from mappings.record import model, reduce
from mappings.record.reduce import Leaf, Many, Spec
from mappings.specimen import SPECIMEN
from mappings.treatment.drug import MEDICATION

SPECS: dict[str, Mapping[str, Spec]] = {
    "Patient": PATIENT,
    "Condition": CONDITION,
    "Observation": WITH_RANGE,
    "DiagnosticReport": REPORT,
    "Specimen": SPECIMEN,
    "Procedure": PROCEDURE,
    "MedicationAdministration": ADMINISTRATION,
    "MedicationStatement": STATEMENT,
    "MedicationRequest": REQUEST,
    "Medication": MEDICATION,
    "CarePlan": CARE_PLAN,
}
_DATA_TYPES = (
    (reduce.CONCEPT, "CodeableConcept: coding (system, code, display), text"),
    (reduce.IDENTIFIER, "Identifier: system, value"),
    (reduce.REFERENCE, "Reference: reference, type, identifier, display"),
    (reduce.PERIOD, "Period: start, end"),
    (reduce.QUANTITY, "Quantity: value, comparator, unit, system, code"),
    (reduce.RANGE, "Range: low, high"),
    (reduce.RATIO, "Ratio: numerator, denominator"),
    (reduce.NOTES, "list of Annotation: text"),
)
_LEAVES = {
    Leaf.TEXT: "string or code",
    Leaf.PLAIN: "boolean or integer",
    Leaf.DATE: "date or dateTime",
    Leaf.INSTANT: "instant",
    Leaf.NUMBER: "decimal",
}


def kept(kind: str) -> dict[str, str]:
    """Every element of a type that is kept, as path, with its form."""
    return dict(_flat(SPECS.get(kind, {}), "", ""))


def _flat(spec: Spec, path: str, wrapped: str) -> Iterator[tuple[str, str]]:
    for known, name in _DATA_TYPES:
        if spec is known:
            yield path, wrapped + name
            return
    if isinstance(spec, Leaf):
        yield path, wrapped + _LEAVES[spec]
    elif isinstance(spec, Many):
        yield from _flat(spec.of, path, "list of ")
    else:
        for name, inner in spec.items():
            yield from _flat(inner, f"{path}.{name}" if path else name, "")


def of_the_model(kind: str) -> list[str]:
    """The elements that FHIR R4 knows for a type."""
    return list(model.MODELS[kind].elements_sequence())

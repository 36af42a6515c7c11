"""The first look at the problem list: yes whenever in doubt."""

from __future__ import annotations

from typing import Any

import pytest

from hooks.gate import may_have_leukaemia


def condition(code: object) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": code}


def coded(system: str, code: str, **more: str) -> dict[str, Any]:
    return condition({"coding": [{"system": system, "code": code, **more}]})


POSSIBLE = [
    coded("http://hl7.org/fhir/sid/icd-10-cm", "C91.00"),
    coded("http://hl7.org/fhir/sid/icd-10-cm", "c9102 "),
    coded("urn:oid:2.16.840.1.113883.6.90", "C91.01"),
    coded("http://snomed.info/sct", "277571004"),
    coded("", "277571004"),
    coded("urn:local", "77", display="Präkursor-B-Leukämie"),
    coded("urn:local", "77", display="Leucémie aiguë lymphoblastique"),
    coded("http://snomed.info/sct", "91861009"),
    condition({"text": "B-ALL, second relapse"}),
    condition({"text": "pre-b all"}),
    condition({"text": "Relapsed c-ALL"}),
    condition({"text": "ALL"}),
    condition({"text": "ALL-Rezidiv"}),
    condition({"text": "Rezidiv einer ALL"}),
    condition({"text": "Leuce\u0301mie aiguë"}),
    condition({"text": "Leuka\u0308mie"}),
    condition({"text": "Acute lymphoblastic leukemia"}),
    condition({"text": "BCP ALL"}),
    condition({"text": "ph+ all"}),
    condition({"text": "relapsed b-all"}),
    condition({"text": "Burkitt lymphoma"}),
    condition("C91.0"),
    condition([{"text": "x"}]),
    condition({"coding": {"code": "C91.0"}}),
    condition({"coding": ["C91.0"]}),
]


@pytest.mark.parametrize("resource", POSSIBLE, ids=repr)
def test_possible(resource: dict[str, Any]) -> None:
    assert may_have_leukaemia([resource])


IMPOSSIBLE = [
    coded("http://snomed.info/sct", "38341003", display="Hypertensive disorder"),
    coded("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", display="Type 2 diabetes"),
    condition({"text": "Pain in all joints"}),
    condition({"text": "Fall at home"}),
    condition({"text": "FALL AT HOME, ALLERGIES, SMALL GALLSTONES"}),
    condition({}),
    condition(None),
    {"resourceType": "Condition"},
    {"resourceType": "Observation", "code": {"text": "ALL"}},
    {"resourceType": "Bundle"},
    {"resourceType": "Bundle", "entry": [None, {}, {"resource": None}, "x"]},
    None,
    "C91.0",
]


@pytest.mark.parametrize("resource", IMPOSSIBLE, ids=repr)
def test_impossible(resource: object) -> None:
    assert not may_have_leukaemia([resource])


def test_bundles_are_looked_into() -> None:
    inner = {"resourceType": "Bundle", "entry": [{"resource": POSSIBLE[0]}]}
    outer = {"resourceType": "Bundle", "entry": [{"resource": inner}]}
    assert may_have_leukaemia([outer])


def test_endless_nesting_counts_as_possible() -> None:
    nested: dict[str, Any] = {"resourceType": "Bundle", "entry": []}
    for _ in range(50):
        nested = {"resourceType": "Bundle", "entry": [{"resource": nested}]}
    assert may_have_leukaemia([nested])

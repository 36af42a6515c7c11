"""Draft requests that a clinician may take over: a referral, or a test whose result is missing.
Never a drug.

Each draft is an R4 ServiceRequest with status ``draft`` and intent ``proposal``. The drafts differ
between patients only in their subject; they are built and validated once, when first used, and
copied afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from fhir.resources.R4B.servicerequest import ServiceRequest

from hooks.sheet import Sheet
from hooks.value_sets import coding
from relapse.assessment import Option, Strength

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LOINC = "http://loinc.org"
_SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a suggestion proposes: the button's words, what is asked for, why, and its code."""

    label: str
    text: str
    reason: str
    value_set: str
    system: str
    code: str


_TRANSPLANT = Draft(
    "Draft a referral to a transplant centre",
    "Referral to a transplant centre: evaluation for allogeneic transplantation and donor search",
    "Acute lymphoblastic leukaemia: evaluation for allogeneic transplantation",
    "sr-referral",
    _SNOMED,
    "183567007",
)
_CAR_T = Draft(
    "Draft a referral for CAR-T evaluation",
    "Referral to a CAR-T centre: evaluation for CD19-directed CAR-T cells",
    "B-cell precursor acute lymphoblastic leukaemia: evaluation for CAR-T cells",
    "sr-car-t-evaluation",
    _SNOMED,
    "183567007",
)

_TESTS: Mapping[str, Draft] = MappingProxyType(
    {
        "D-CD19": Draft(
            "Draft a request for CD19 on leukaemic cells",
            "Immunophenotyping of leukaemic cells by flow cytometry, with CD19",
            "CD19 on leukaemic cells of the current disease state is not known",
            "sr-cd22-order",
            _LOINC,
            "101119-6",
        ),
        "D-CD22": Draft(
            "Draft a request for CD22 on leukaemic cells",
            "CD22 on leukaemic cells by flow cytometry",
            "CD22 on leukaemic cells of the current disease state is not known",
            "sr-cd22-order",
            _LOINC,
            "51124-6",
        ),
        "D-LINEAGE": Draft(
            "Draft a request for immunophenotyping",
            "Immunophenotyping of leukaemic cells by flow cytometry",
            "Lineage of the leukaemia is not known or contradictory",
            "sr-cd22-order",
            _LOINC,
            "101119-6",
        ),
        "D-PH": Draft(
            "Draft a request for BCR::ABL1",
            "BCR::ABL1, including the p190 transcript",
            "BCR::ABL1 status is not known",
            "sr-bcr-abl1-order",
            _LOINC,
            "51867-0",
        ),
        "D-KD": Draft(
            "Draft a request for ABL1 kinase domain mutations",
            "ABL1 kinase domain mutation analysis",
            "Resistance mutations such as T315I are not known",
            "sr-abl1-kinase-order",
            _LOINC,
            "55135-8",
        ),
        "D-MRD": Draft(
            "Draft a request for MRD in bone marrow",
            "Minimal residual disease in bone marrow, with the sensitivity of the test",
            "No valid MRD result for the current remission",
            "sr-mrd-order",
            _LOINC,
            "104273-8",
        ),
        "D-CNS": Draft(
            "Draft a request for lumbar puncture",
            "Lumbar puncture with cell count and cytology of the spinal fluid",
            "CNS status at this relapse is not known",
            "sr-lumbar-puncture",
            _SNOMED,
            "277762005",
        ),
        "D-BM": Draft(
            "Draft a request for bone marrow examination",
            "Bone marrow aspiration with cytomorphology, flow cytometry and genetics",
            "Marrow status is not known",
            "sr-bone-marrow",
            _SNOMED,
            "49401003",
        ),
        "D-CONFIRM": Draft(
            "Draft a request for a second, independent test",
            "Bone marrow examination by a second, independent method; a new aspiration only where "
            "the specimen at hand does not suffice",
            "A possible relapse needs confirmation by an independent test",
            "sr-bone-marrow",
            _SNOMED,
            "49401003",
        ),
        "D-DONOR": Draft(
            "Draft a request for HLA typing",
            "HLA typing of the patient for donor search",
            "Donor status is not known",
            "sr-hla-typing",
            _LOINC,
            "13303-3",
        ),
    }
)


def drafts(sheet: Sheet) -> tuple[Draft, ...]:
    """The drafts that fit a card: a referral for its option, then tests for what it asks for, each
    once.
    """
    found: list[Draft] = []
    consideration = sheet.consideration
    if consideration and consideration.strength > Strength.NOT:
        if consideration.option is Option.TRANSPLANT and sheet.leading != {"DLI"}:
            found.append(_TRANSPLANT)
        elif consideration.option is Option.CAR_T:
            found.append(_CAR_T)
    found.extend(_TESTS[request.id] for request in sheet.written_out if request.id in _TESTS)
    return tuple(found)


def service_request(draft: Draft, patient_id: str) -> dict[str, object] | None:
    """The draft for one patient as FHIR JSON; ``None`` where the id cannot stand in a reference."""
    if not _FHIR_ID.fullmatch(patient_id):
        return None
    return {**_template(draft), "subject": {"reference": f"Patient/{patient_id}"}}


def check_drafts() -> None:
    """Build every draft: an unknown code or an invalid resource shows itself at start, not in a
    call.
    """
    for draft in (_TRANSPLANT, _CAR_T, *_TESTS.values()):
        _template(draft)


@cache
def _template(draft: Draft) -> Mapping[str, object]:
    resource = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {"coding": [coding(draft.value_set, draft.system, draft.code)], "text": draft.text},
        "subject": {"reference": "Patient/example"},
        "reasonCode": [{"text": draft.reason}],
    }
    ServiceRequest.model_validate(resource)
    return MappingProxyType(resource)

"""Whole resources as the implementation guides shape them: mCODE, US Core, CIBMTR, older releases.

Each example is a record of one patient: profiles, extensions, narrative and all that the mapping
leaves aside are in it on purpose.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_NARRATIVE: Json = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">Relapse, MRD 80 %, CD19 negative</div>',
}
_LAB = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory",
            "display": "Laboratory",
        }
    ]
}
_PERFORMER = [{"reference": "Practitioner/kyle-anydoc", "display": "Kyle Anydoc, MD"}]


def _code(system: str, code: str, display: str, **more: Any) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], **more}


def _loinc(code: str, display: str, **more: Any) -> Json:
    return _code("http://loinc.org", code, display, **more)


def _snomed(code: str, display: str) -> Json:
    return _code("http://snomed.info/sct", code, display)


def _status(kind: str, code: str) -> Json:
    return _code(f"http://terminology.hl7.org/CodeSystem/condition-{kind}", code, code.title())


def _percent(value: float) -> Json:
    return {"value": value, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}


def _resource(kind: str, id: str, profile: str, patient: str, **members: Any) -> Json:
    made: Json = {
        "resourceType": kind,
        "id": id,
        "meta": {
            "versionId": "3",
            "lastUpdated": "2026-06-12T08:15:30.123-05:00",
            "source": "#a1b2c3",
            "profile": [profile],
            "tag": [{"system": "urn:example:feed", "code": "hl7v2"}],
        },
        "implicitRules": "http://example.org/rules",
        "language": "en-US",
        "text": _NARRATIVE,
    }
    if kind != "Patient":
        made["subject"] = {"reference": f"Patient/{patient}", "display": "Brian L"}
    return made | members


# --- mCODE: a boy in relapse -------------------------------------------------------------------

_P = "cancer-patient-brian-l"
_US_CORE_EXTENSIONS = [
    {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
        "extension": [
            {
                "url": "ombCategory",
                "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2028-9"},
            },
            {"url": "text", "valueString": "Asian"},
        ],
    },
    {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
        "valueCode": "M",
    },
]


def _mcode(kind: str, id: str, profile: str, **members: Any) -> Json:
    return _resource(kind, id, _MCODE + profile, _P, **members)


MCODE: list[Json] = [
    _mcode(
        "Patient",
        _P,
        "cancer-patient",
        extension=_US_CORE_EXTENSIONS,
        identifier=[
            {
                "use": "usual",
                "type": _code(
                    "http://terminology.hl7.org/CodeSystem/v2-0203", "MR", "Medical Record Number"
                ),
                "system": "http://hospital.example.org",
                "value": "MRN5678",
            }
        ],
        active=True,
        name=[{"family": "L", "given": ["Brian"]}],
        telecom=[{"system": "phone", "value": "123-456-7891"}],
        gender="male",
        birthDate="2017-01-01",
        address=[{"city": "Anytown", "country": "US"}],
        communication=[{"language": _code("urn:ietf:bcp:47", "en-US", "English")}],
    ),
    _mcode(
        "Condition",
        "primary",
        "primary-cancer-condition",
        extension=[
            {
                "url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
                "valueDateTime": "2023-02-03",
            },
            {
                "url": f"{_MCODE}histology-morphology-behavior",
                "valueCodeableConcept": _code(
                    "http://terminology.hl7.org/CodeSystem/icd-o-3", "9811/3", "B-ALL, NOS"
                ),
            },
        ],
        clinicalStatus=_status("clinical", "active"),
        verificationStatus=_status("ver-status", "confirmed"),
        category=[
            _code(
                "http://terminology.hl7.org/CodeSystem/condition-category",
                "problem-list-item",
                "Problem List Item",
            )
        ],
        code=_snomed("277571004", "B-cell acute lymphoblastic leukemia (disorder)"),
        asserter=_PERFORMER[0],
        stage=[{"summary": {"text": "Not applicable"}, "type": {"text": "Staging"}}],
    ),
    _mcode(
        "Observation",
        "status",
        "cancer-disease-status",
        extension=[
            {
                "url": f"{_MCODE}cancer-disease-status-evidence-type",
                "valueCodeableConcept": _snomed("252416005", "Histopathology test"),
            }
        ],
        status="final",
        category=[_LAB],
        code=_loinc("97509-4", "Cancer disease status"),
        focus=[{"reference": "Condition/primary"}],
        effectiveDateTime="2023-03-20",
        performer=_PERFORMER,
        valueCodeableConcept=_snomed("103338009", "In full remission (qualifier value)"),
    ),
    _mcode(
        "Observation",
        "trend",
        "cancer-disease-status",
        status="final",
        code=_loinc("97509-4", "Cancer disease status"),
        focus=[{"reference": "Condition/primary"}],
        effectiveDateTime="2026-06-09",
        valueCodeableConcept=_snomed("271299001", "Patient's condition worsened (finding)"),
    ),
    _mcode(
        "Observation",
        "cd22",
        "tumor-marker-test",
        status="final",
        category=[_LAB],
        code=_loinc("51124-6", "CD22 blasts/100 blasts in Bone marrow"),
        effectiveDateTime="2026-06-08",
        performer=_PERFORMER,
        specimen={"reference": "Specimen/marrow"},
        valueQuantity=_percent(92),
        relatedCondition="not an element of R4",
    ),
    _mcode(
        "Observation",
        "cd22-words",
        "tumor-marker-test",
        status="final",
        code={"text": "CD22 expression on leukemic blasts (tumor marker)"},
        effectiveDateTime="2026-06-08",
        specimen={"reference": "Specimen/marrow"},
        valueString="probably positive, see comment",
    ),
    _mcode(
        "Specimen",
        "marrow",
        "human-specimen",
        status="available",
        type=_snomed("119359002", "Bone marrow specimen"),
        receivedTime="2026-06-08T16:00:00Z",
        collection={"collectedDateTime": "2026-06-07", "bodySite": {"text": "Iliac crest"}},
        condition=[{"text": "Acceptable"}],
    ),
    _mcode(
        "Observation",
        "fusion",
        "genomic-variant",
        status="final",
        category=[_LAB],
        code=_loinc("69548-6", "Genetic variant assessment"),
        effectiveDateTime="2023-02-03",
        valueCodeableConcept=_loinc("LA9633-4", "Present"),
        method=_loinc("LA26406-1", "Directed gene mutation analysis"),
        specimen={"reference": "Specimen/not-sent", "display": "Bone marrow"},
        component=[
            {
                "code": _loinc("48018-6", "Gene studied [ID]"),
                "valueCodeableConcept": {
                    "coding": [
                        {
                            "system": "http://www.genenames.org/geneId",
                            "code": "HGNC:3508",
                            "display": "ETV6",
                        },
                        {
                            "system": "http://www.genenames.org/geneId",
                            "code": "HGNC:10471",
                            "display": "RUNX1",
                        },
                    ],
                    "text": "ETV6::RUNX1 fusion",
                },
            },
            {
                "code": _loinc("48002-0", "Genomic source class [Type]"),
                "valueCodeableConcept": _loinc("LA6684-0", "Somatic"),
            },
            {
                "code": _loinc("81258-6", "Sample variant allelic frequency [NFr]"),
                "valueQuantity": _percent(44),
            },
        ],
    ),
    _mcode(
        "Observation",
        "gene-by-code",
        "genomic-variant",
        status="final",
        code=_loinc("69548-6", "Genetic variant assessment"),
        effectiveDateTime="2026-06-08",
        valueCodeableConcept=_loinc("LA9633-4", "Present"),
        component=[
            {
                "code": _loinc("48018-6", "Gene studied [ID]"),
                "valueCodeableConcept": {
                    "coding": [{"system": "http://www.genenames.org/geneId", "code": "HGNC:7132"}]
                },
            }
        ],
    ),
    _mcode(
        "Observation",
        "phenotype",
        "observation-lab",
        status="final",
        code=_loinc("101119-6", "Leuk and lymphma immnphntypng Spec"),
        effectiveDateTime="2026-06-07",
        specimen={"reference": "Specimen/marrow"},
        valueString="positive for CD10, CD79a, TdT, CD19, and CD20",
        partOf=[{"reference": "Procedure/aspiration"}],
    ),
    _mcode(
        "Observation",
        "aspirate-words",
        "observation-lab",
        status="final",
        code=_loinc("48807-2", "Bone marrow aspiration report"),
        effectiveDateTime="2026-06-07",
        valueString="Hypercellular marrow, 80 % lymphoblasts",
    ),
    _mcode(
        "Procedure",
        "aspiration",
        "cancer-related-surgical-procedure",
        status="completed",
        code=_snomed("49401003", "Bone marrow aspiration procedure (procedure)"),
        performedDateTime="2026-06-07",
        performer=[{"actor": _PERFORMER[0]}],
    ),
    _mcode(
        "Procedure",
        "radiotherapy",
        "radiotherapy-course-summary",
        extension=[
            {
                "url": f"{_MCODE}procedure-intent",
                "valueCodeableConcept": _snomed("373808002", "Curative - procedure intent"),
            },
            {
                "url": f"{_MCODE}radiotherapy-dose-delivered-to-volume",
                "extension": [
                    {
                        "url": "totalDoseDelivered",
                        "valueQuantity": {"value": 1800, "unit": "cGy", "code": "cGy"},
                    }
                ],
            },
        ],
        status="completed",
        code=_snomed("1217123003", "Radiotherapy course of treatment (regime/therapy)"),
        performedPeriod={"start": "2023-05-02", "end": "2023-05-16"},
        bodySite=[_snomed("12738006", "Brain structure (body structure)")],
    ),
    _mcode(
        "MedicationRequest",
        "vincristine-order",
        "cancer-related-medication-request",
        extension=[
            {
                "url": f"{_MCODE}procedure-intent",
                "valueCodeableConcept": _snomed("373808002", "Curative"),
            }
        ],
        status="active",
        intent="order",
        category=[{"coding": [{"code": "inpatient"}]}],
        medicationCodeableConcept=_code(
            "http://www.nlm.nih.gov/research/umls/rxnorm", "11202", "vincristine"
        ),
        authoredOn="2023-02-09",
        requester=_PERFORMER[0],
        reasonReference=[{"reference": "Condition/primary"}],
        dosageInstruction=[
            {
                "text": "Vincristine (2 mg IV), once per day on days 1, 8, 15, 22",
                "timing": {"repeat": {"boundsPeriod": {"start": "2023-02-09"}}},
                "route": _snomed("47625008", "Intravenous route (qualifier value)"),
            }
        ],
    ),
    _mcode(
        "MedicationAdministration",
        "vincristine-dose",
        "cancer-related-medication-administration",
        status="completed",
        category={"coding": [{"code": "inpatient"}]},
        medicationCodeableConcept=_code(
            "http://www.nlm.nih.gov/research/umls/rxnorm", "11202", "vincristine"
        ),
        performer=[{"actor": {"reference": "Practitioner/nurse"}}],
        reasonReference=[{"reference": "Condition/primary"}],
        request={"reference": "MedicationRequest/vincristine-order"},
        effectiveDateTime="2023-02-09",
        note=[{"time": "2023-02-09", "text": "Patient tolerated infusion without side effects."}],
        dosage={
            "dose": {"value": 2, "unit": "mg"},
            "route": _snomed("47625008", "Intravenous route (qualifier value)"),
        },
    ),
    _mcode(
        "Observation",
        "lansky",
        "lansky-play-performance-status",
        status="final",
        code=_code(
            "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
            "C38144",
            "Lansky Play-Performance Status",
        ),
        effectiveDateTime="2026-06-10",
        valueInteger=80,
        interpretation=[
            _code(
                "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
                "C69424",
                "Lansky Performance Status 80",
            )
        ],
        method=_snomed("5880005", "Physical examination procedure (procedure)"),
    ),
]


# --- US Core: laboratory, problem list, encounter diagnosis --------------------------------------


def _core(kind: str, id: str, profile: str, **members: Any) -> Json:
    return _resource(kind, id, f"{_CORE}{profile}|7.0.0", "core", **members)


US_CORE: list[Json] = [
    _core("Patient", "core", "patient", gender="female", birthDate="1979-08-23"),
    _core(
        "Condition",
        "problem",
        "condition-problems-health-concerns",
        clinicalStatus=_status("clinical", "active"),
        verificationStatus=_status("ver-status", "confirmed"),
        category=[{"coding": [{"code": "problem-list-item"}]}],
        code={
            "coding": [
                {
                    "system": "urn:oid:1.2.840.114350.1.13.999.2.7.2.696871",
                    "code": "551234",
                    "display": "B-ALL",
                },
                {
                    "system": "http://snomed.info/sct",
                    "code": "277573001",
                    "display": "Common acute lymphoblastic leukemia",
                },
                {
                    "system": "http://hl7.org/fhir/sid/icd-10-cm",
                    "code": "C91.00",
                    "display": "Acute lymphoblastic leukemia not having achieved remission",
                },
            ],
            "text": "Common ALL (CMS-HCC)",
        },
        onsetDateTime="2024-11-05",
        recordedDate="2024-11-06T10:11:12-06:00",
    ),
    _core(
        "Condition",
        "encounter",
        "condition-encounter-diagnosis",
        clinicalStatus=_status("clinical", "active"),
        verificationStatus=_status("ver-status", "confirmed"),
        category=[{"coding": [{"code": "encounter-diagnosis"}]}],
        code=_code(
            "http://hl7.org/fhir/sid/icd-10-cm",
            "C91.02",
            "Acute lymphoblastic leukemia, in relapse",
        ),
        encounter={"reference": "Encounter/e1"},
        onsetDateTime="2026-06-04",
    ),
    _core(
        "Observation",
        "blasts",
        "observation-lab",
        status="final",
        category=[_LAB],
        code=_loinc("11150-0", "Blasts/100 cells in Bone marrow"),
        effectiveDateTime="2026-06-05T09:30:00-05:00",
        issued="2026-06-06T07:00:00.000Z",
        valueQuantity=_percent(71),
        referenceRange=[{"high": _percent(5), "text": "<5 %"}],
        specimen={"reference": "Specimen/core-marrow"},
    ),
    _core(
        "Specimen",
        "core-marrow",
        "specimen",
        type={"text": "Bone marrow aspirate"},
        collection={"collectedDateTime": "2026-06-05T09:00:00-05:00"},
    ),
    _core(
        "Observation",
        "bilirubin",
        "observation-lab",
        status="final",
        category=[_LAB],
        code=_loinc("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma"),
        effectiveDateTime="2026-06-12",
        valueQuantity={
            "value": 2.4,
            "unit": "mg/dL",
            "system": "http://unitsofmeasure.org",
            "code": "mg/dL",
        },
        referenceRange=[
            {
                "low": {"value": 0.2, "unit": "mg/dL"},
                "high": {"value": 1.2, "unit": "mg/dL"},
                "type": _code(
                    "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
                    "normal",
                    "Normal",
                ),
            }
        ],
    ),
    _core(
        "Observation",
        "absent",
        "observation-lab",
        status="final",
        category=[_LAB],
        code=_loinc("51124-6", "CD22 blasts/100 blasts in Bone marrow"),
        effectiveDateTime="2026-06-05",
        dataAbsentReason=_code(
            "http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed", "Not done"
        ),
    ),
    _core(
        "DiagnosticReport",
        "report",
        "diagnosticreport-lab",
        status="final",
        category=[_LAB],
        code=_loinc("48807-2", "Bone marrow aspiration report"),
        effectiveDateTime="2026-06-05",
        issued="2026-06-06T08:00:00Z",
        result=[{"reference": "Observation/blasts"}],
        conclusion="71 % blasts. Loss of CD19.",
        presentedForm=[{"contentType": "application/pdf", "title": "Report"}],
    ),
]


# --- CIBMTR: data of a transplant registry ------------------------------------------------------


def _registry(kind: str, id: str, profile: str, **members: Any) -> Json:
    url = "http://fhir.nmdp.org/ig/cibmtr-reporting/StructureDefinition/cibmtr-"
    made = _resource(kind, id, url + profile, "recipient", **members)
    made["meta"]["security"] = [
        {
            "system": "http://terminology.cibmtr.org/codesystem/transplant-center",
            "code": "rc_99999",
        }
    ]
    return made


CIBMTR: list[Json] = [
    _registry(
        "Patient",
        "recipient",
        "patient",
        identifier=[{"system": "http://cibmtr.org/fhir/crid", "value": "4611686018427387904"}],
        gender="male",
        birthDate="1990-05",
    ),
    _registry(
        "Condition",
        "disease",
        "condition",
        verificationStatus=_status("ver-status", "confirmed"),
        code=_snomed("277572006", "Pre B-cell acute lymphoblastic leukemia"),
        onsetDateTime="2022-04",
    ),
    _registry(
        "Observation",
        "cytogenetics",
        "cytogenetics",
        status="final",
        category=[_LAB],
        code=_loinc("69548-6", "Genetic variant assessment"),
        effectiveDateTime="2022-05-01",
        method=_snomed("426329006", "Fluorescence in situ hybridization"),
        component=[
            {
                "code": _loinc("81291-7", "Variant ISCN"),
                "valueCodeableConcept": {
                    "coding": [
                        {
                            "system": "https://iscn.karger.com",
                            "code": "47<2n>,XY,-7,+8,t(9;22)(q34.1;q11.2),i(17)(q10)",
                        }
                    ]
                },
            },
            {
                "code": _loinc("48002-0", "Genomic source class"),
                "valueCodeableConcept": _loinc("LA6684-0", "Somatic"),
            },
        ],
    ),
    _registry(
        "Observation",
        "wbc",
        "observation-lab",
        status="final",
        code=_loinc("6690-2", "Leukocytes [#/volume] in Blood by Automated count"),
        effectiveDateTime="2026-06-10",
        valueQuantity={
            "value": 4.2,
            "unit": "10*3/uL",
            "system": "http://unitsofmeasure.org",
            "code": "10*3/uL",
        },
    ),
    _registry(
        "Procedure",
        "infusion",
        "procedure",
        status="completed",
        code={
            "coding": [
                {
                    "system": "http://www.ama-assn.org/go/cpt",
                    "code": "38240",
                    "display": "HPC transplantation, allogeneic",
                }
            ]
        },
        performedDateTime="2023-01-17",
    ),
    _registry(
        "MedicationAdministration",
        "prep",
        "medication-administration",
        status="completed",
        contained=[
            {
                "resourceType": "Medication",
                "id": "fludarabine",
                "meta": {
                    "profile": [
                        "http://fhir.nmdp.org/ig/cibmtr-reporting/StructureDefinition/"
                        "cibmtr-prep-regimen-medication"
                    ]
                },
                "code": _code(
                    "http://www.nlm.nih.gov/research/umls/rxnorm", "24698", "fludarabine"
                ),
            }
        ],
        medicationReference={"reference": "#fludarabine"},
        effectivePeriod={"start": "2023-01-11", "end": "2023-01-15"},
    ),
]


# --- What older releases leave behind -----------------------------------------------------------


def _old(kind: str, id: str, **members: Any) -> Json:
    made: Json = {"resourceType": kind, "id": id, "subject": {"reference": "Patient/old"}}
    return made | members


_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
STU3: list[Json] = [
    {"resourceType": "Patient", "id": "old", "gender": "female", "birthDate": "2012-02-02"},
    _old(
        "Condition",
        "leukaemia",
        clinicalStatus="active",
        verificationStatus="confirmed",
        category=[{"coding": [{"code": "problem-list-item"}]}],
        code=_snomed("277572006", "Pre B-cell acute lymphoblastic leukemia"),
        onsetDateTime="2024-03-10",
        assertedDate="2024-03-12",
        context={"reference": "Encounter/1"},
    ),
    _old(
        "Condition",
        "provisional-relapse",
        clinicalStatus="recurrence",
        verificationStatus="provisional",
        code=_code("http://hl7.org/fhir/sid/icd-10-cm", "C91.02", "ALL, in relapse"),
        assertedDate="2026-06-01",
    ),
    _old(
        "Observation",
        "mrd",
        status="final",
        context={"reference": "Encounter/1"},
        code={"text": "B-ALL minimal residual disease (MRD) by flow cytometry, bone marrow"},
        effectiveDateTime="2026-06-08",
        valueQuantity=_percent(0.3),
        interpretation=_code("http://hl7.org/fhir/v2/0078", "POS", "Positive"),
        comment="Analytical sensitivity 0.01 %; previously negative",
        related=[{"type": "derived-from", "target": {"reference": "Observation/x"}}],
    ),
    _old(
        "Observation",
        "attachment",
        status="final",
        code={"text": "MRD by flow cytometry"},
        effectiveDateTime="2026-06-09",
        valueAttachment={"contentType": "application/pdf"},
    ),
    _old(
        "Procedure",
        "transplant",
        status="completed",
        notDone=True,
        notDoneReason={"text": "No donor"},
        code=_code("http://www.ama-assn.org/go/cpt", "38240", "HPC transplantation, allogeneic"),
        performedDateTime="2025-01-01",
    ),
    _old(
        "Procedure",
        "suspended",
        status="suspended",
        code=_code("http://www.ama-assn.org/go/cpt", "38240", "HPC transplantation, allogeneic"),
        performedDateTime="2025-02-01",
    ),
    _old(
        "MedicationStatement",
        "not-taken",
        status="active",
        taken="n",
        medicationCodeableConcept=_code(_RXNORM, "282388", "imatinib"),
    ),
    _old(
        "MedicationStatement",
        "taken",
        status="active",
        taken="y",
        medicationCodeableConcept=_code(_RXNORM, "475342", "dasatinib"),
        effectivePeriod={"start": "2026-01-01"},
    ),
    _old(
        "MedicationAdministration",
        "not-given",
        status="completed",
        notGiven=True,
        medicationCodeableConcept=_code(_RXNORM, "1597258", "blinatumomab"),
        effectiveDateTime="2026-05-01",
    ),
    {
        "resourceType": "MedicationOrder",
        "id": "order",
        "status": "completed",
        "patient": {"reference": "Patient/old"},
        "medicationCodeableConcept": _code(_RXNORM, "1942950", "inotuzumab ozogamicin"),
    },
    _old(
        "Specimen",
        "accession",
        accessionIdentifier={"value": "S-1"},
        type={"text": "Bone marrow"},
        collection={"collectedDateTime": "2026-06-08"},
    ),
    _old(
        "DiagnosticReport",
        "report",
        status="final",
        context={"reference": "Encounter/1"},
        code={"text": "Flow cytometry report"},
        codedDiagnosis=[_snomed("277572006", "Pre B-cell acute lymphoblastic leukemia")],
        result=[{"reference": "Observation/mrd"}],
        image=[{"link": {"reference": "Media/1"}}],
    ),
    _old(
        "CarePlan",
        "plan",
        status="completed",
        intent="plan",
        context={"reference": "Encounter/1"},
        title="Front-line ALL induction",
        period={"start": "2024-03-12", "end": "2024-05-01"},
    ),
]

EXAMPLES: dict[str, list[Json]] = {
    "mcode": MCODE,
    "us-core": US_CORE,
    "cibmtr": CIBMTR,
    "stu3": STU3,
}

"""Codes that the records use: verified ones, a laboratory's own, words where there is none."""

from __future__ import annotations

from typing import Any

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT = "http://www.ama-assn.org/go/cpt"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
LOCAL = "https://lab.example.org/codes"
HL7 = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition"


def coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def concept(text: str, *codings: dict[str, str]) -> dict[str, Any]:
    """A CodeableConcept; without codings it carries words alone."""
    return ({"coding": list(codings)} if codings else {}) | {"text": text}


def loinc(code: str, display: str, text: str | None = None) -> dict[str, Any]:
    return concept(text or display, coding(LOINC, code, display))


def local(code: str, text: str) -> dict[str, Any]:
    return concept(text, coding(LOCAL, code, text))


def snomed(code: str, display: str) -> dict[str, str]:
    return coding(SNOMED, code, display)


def icd(code: str, display: str) -> dict[str, str]:
    return coding(ICD10CM, code, display)


def interpretation(code: str) -> list[dict[str, Any]]:
    words = {
        "POS": "Positive",
        "NEG": "Negative",
        "DET": "Detected",
        "ND": "Not detected",
        "H": "High",
        "N": "Normal",
    }
    return [concept(words[code], coding(INTERPRETATION, code, words[code]))]


def profile(name: str) -> dict[str, Any]:
    """``meta`` claiming a profile: ``us-core-…`` or ``mcode-…``."""
    return {"profile": [f"{MCODE if name.startswith('mcode') else US_CORE}/{name}"]}


def observation_category(code: str) -> list[dict[str, Any]]:
    return [
        {"coding": [coding(f"{HL7}/observation-category", code, code.replace("-", " ").title())]}
    ]


def condition_category(code: str) -> list[dict[str, Any]]:
    names = {"problem-list-item": "Problem List Item", "encounter-diagnosis": "Encounter Diagnosis"}
    return [{"coding": [coding(f"{HL7}/condition-category", code, names[code])]}]


def clinical_status(code: str) -> dict[str, Any]:
    return {"coding": [coding(f"{HL7}/condition-clinical", code, code.title())]}


def verification_status(code: str) -> dict[str, Any]:
    return {"coding": [coding(f"{HL7}/condition-ver-status", code, code.title())]}


DISEASES: dict[str, dict[str, Any]] = {
    "B-ALL": concept(
        "B-cell precursor acute lymphoblastic leukemia",
        snomed("277572006", "Pre B-cell acute lymphoblastic leukemia (disorder)"),
    ),
    "B-ALL, cell of origin coded": concept(
        "B-cell acute lymphoblastic leukemia",
        snomed("277571004", "B-cell acute lymphoblastic leukemia (disorder)"),
    ),
    "common ALL": concept(
        "Common acute lymphoblastic leukemia",
        snomed("277573001", "Common acute lymphoblastic leukemia (disorder)"),
    ),
    "Ph-positive ALL": concept(
        "Philadelphia chromosome-positive acute lymphoblastic leukemia",
        snomed(
            "425688002", "Philadelphia chromosome-positive acute lymphoblastic leukemia (disorder)"
        ),
    ),
    "T-ALL": concept(
        "T-cell acute lymphoblastic leukemia",
        snomed("277575008", "T-cell acute lymphoblastic leukemia (disorder)"),
    ),
    "ALL": concept(
        "Acute lymphoblastic leukemia",
        snomed("91857003", "Acute lymphoid leukemia, disease (disorder)"),
    ),
    "ALL, ICD-10-CM only": concept(
        "Acute lymphoblastic leukemia",
        icd("C91.00", "Acute lymphoblastic leukemia not having achieved remission"),
    ),
    "mixed phenotype": concept(
        "Mixed phenotype acute leukemia",
        snomed("1187123005", "Mixed phenotype acute leukemia (disorder)"),
    ),
    "Burkitt leukemia": concept(
        "Mature B-cell leukemia, Burkitt type",
        icd("C91.A0", "Mature B-cell leukemia Burkitt-type not having achieved remission"),
    ),
    "AML": concept(
        "Acute myeloid leukemia", snomed("91861009", "Acute myeloid leukemia (disorder)")
    ),
}

AML_BY_STATUS = {
    "active": icd("C92.00", "Acute myeloblastic leukemia, not having achieved remission"),
    "remission": icd("C92.01", "Acute myeloblastic leukemia, in remission"),
    "relapse": icd("C92.02", "Acute myeloblastic leukemia, in relapse"),
}

RELAPSE_CODE = icd("C91.02", "Acute lymphoblastic leukemia, in relapse")
REMISSION_CODE = icd("C91.01", "Acute lymphoblastic leukemia, in remission")

DRUGS: dict[str, tuple[str, str]] = {
    "blinatumomab": ("1597258", "blinatumomab"),
    "inotuzumab ozogamicin": ("1942950", "inotuzumab ozogamicin"),
    "imatinib": ("282388", "imatinib"),
    "dasatinib": ("475342", "dasatinib"),
    "nilotinib": ("662281", "nilotinib"),
    "bosutinib": ("1307619", "bosutinib"),
    "ponatinib": ("1364347", "ponatinib"),
    "rituximab": ("121191", "rituximab"),
    "vincristine": ("11202", "vincristine"),
    "daunorubicin": ("3109", "daunorubicin"),
    "doxorubicin": ("3639", "doxorubicin"),
    "mitoxantrone": ("7005", "mitoxantrone"),
    "idarubicin": ("5650", "idarubicin"),
    "cytarabine": ("3041", "cytarabine"),
    "pegaspargase": ("34132", "pegaspargase"),
    "etoposide": ("4179", "etoposide"),
    "mercaptopurine": ("103", "mercaptopurine"),
    "methotrexate": ("6851", "methotrexate"),
    "cyclophosphamide": ("3002", "cyclophosphamide"),
    "prednisone": ("8640", "prednisone"),
    "dexamethasone": ("3264", "dexamethasone"),
    "clofarabine": ("44151", "clofarabine"),
    "fludarabine": ("24698", "fludarabine"),
    "nelarabine": ("274771", "nelarabine"),
    "tisagenlecleucel": ("1986438", "tisagenlecleucel"),
    "brexucabtagene autoleucel": ("2387277", "brexucabtagene autoleucel"),
    "defibrotide": ("1311089", "defibrotide"),
    "ursodiol": ("62427", "ursodeoxycholate"),
}


def drug(name: str) -> dict[str, Any]:
    """The medication by RxNorm ingredient; by name alone where no code is verified."""
    if name not in DRUGS:
        return concept(name)
    code, display = DRUGS[name]
    return concept(name, coding(RXNORM, code, display))

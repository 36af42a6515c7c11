"""Names of code systems as feeds write them, and codes in one spelling.

A coding is only ever matched by system *and* code. Feeds name one system in many ways: with http or
https, a closing slash, a version, an edition, as an OID, or as converters from HL7 version 2 do: by
its name, or its mark in HL7 table 0396 (LN, SCT, I10C). Nothing here guesses: a name that is not
listed is another system.
"""

from __future__ import annotations

from functools import lru_cache

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
ICDO3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
GENE_NAMES = "http://www.genenames.org/geneId"
CONCEPT = "https://relapse-cds.org/fhir/CodeSystem/concept"
"""Our own names for what a site maps its codes to (`mappings.overlay`)."""

_NAMES = {
    SNOMED: ("urn:oid:2.16.840.1.113883.6.96", "SNOMED CT", "SNOMED-CT", "SCT"),
    LOINC: ("urn:oid:2.16.840.1.113883.6.1", "LOINC", "LN"),
    ICD10CM: ("urn:oid:2.16.840.1.113883.6.90", "ICD-10-CM", "I10C"),
    ICD10: ("urn:oid:2.16.840.1.113883.6.3",),
    ICD10PCS: (
        "http://hl7.org/fhir/sid/icd-10-pcs",
        "urn:oid:2.16.840.1.113883.6.4",
        "http://www.icd10data.com/icd10pcs",
    ),
    ICDO3: ("urn:oid:2.16.840.1.113883.6.43.1",),
    CPT: ("urn:oid:2.16.840.1.113883.6.12",),
    HCPCS: (
        "http://www.nlm.nih.gov/research/umls/hcpcs",
        "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
        "http://terminology.hl7.org/CodeSystem/HCPCS",
        "urn:oid:2.16.840.1.113883.6.285",
    ),
    RXNORM: ("urn:oid:2.16.840.1.113883.6.88", "RxNorm"),
    ATC: ("urn:oid:2.16.840.1.113883.6.73",),
    NCIT: ("urn:oid:2.16.840.1.113883.3.26.1.1",),
    INTERPRETATION: (
        "http://hl7.org/fhir/v2/0078",
        "http://terminology.hl7.org/CodeSystem/v2-0078",
        "http://hl7.org/fhir/v3/ObservationInterpretation",
        "urn:oid:2.16.840.1.113883.5.83",
        "urn:oid:2.16.840.1.113883.12.78",
    ),
    GENE_NAMES: ("http://www.genenames.org",),
    CONCEPT: (),
}
_DOTTED = frozenset({ICD10CM, ICD10, ICD10PCS})
_UPPER = frozenset({ICDO3, CPT, HCPCS, ATC, NCIT, INTERPRETATION})


def system_key(name: str) -> str:
    """How names of systems, known or not, are compared: without version, case, scheme or closing
    slash; a bare OID as a urn.
    """
    name = name.strip().split("|", 1)[0].lower().rstrip("/")
    if name.startswith("https://"):
        name = "http://" + name[len("https://") :]
    if name[:1].isdigit():
        return "urn:oid:" + name
    return name


_CANONICAL = {
    system_key(name): canonical
    for canonical, names in _NAMES.items()
    for name in (canonical, *names)
}
_SNOMED_EDITION = system_key(SNOMED) + "/"


@lru_cache(maxsize=1024)
def canonical_system(name: str) -> str | None:
    """The one name that this project uses for a code system; ``None`` for one that it does not
    know.
    """
    key = system_key(name)
    if key.startswith(_SNOMED_EDITION):
        return SNOMED
    return _CANONICAL.get(key)


def canonical_code(system: str, code: str) -> tuple[str, str]:
    """System and code in one spelling: without blanks, ICD without dot and in capitals.

    HCPCS level II codes (a letter and four digits) are often sent under the CPT name and the
    reverse; the form of the code says which of the two it is.
    """
    code = code.strip()
    if system in _DOTTED:
        return system, code.upper().replace(".", "")
    if system in _UPPER:
        code = code.upper()
        if system == CPT and code[:1].isalpha():
            return HCPCS, code
        if system == HCPCS and code[:1].isdigit():
            return CPT, code
    return system, code

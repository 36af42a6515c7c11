"""Genetics of the leukaemia: BCR::ABL1, karyotype, KMT2A, T315I."""

from __future__ import annotations

from scripts.synthetic_records.codes import LOINC, coding, concept, loinc, snomed
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.specimens import METHODS

DETECTED = concept("Detected", snomed("260373001", "Detected (qualifier value)"))
NOT_DETECTED = concept("Not detected", snomed("260415000", "Not detected (qualifier value)"))


@line("bcr-abl1")
def bcr_abl1(record: Record, row: Row) -> None:
    """BCR::ABL1 by FISH, an adequate test."""
    name = "t(9;22)(q34.1;q11)(ABL1,BCR) fusion transcript in Blood or Tissue by FISH"
    value = row.choice("bcr-abl1", {"positive": DETECTED, "negative": NOT_DETECTED})
    record.result(
        loinc("51867-0", name),
        row.date(),
        {"valueCodeableConcept": value},
        material="marrow",
        method=METHODS["fish"],
        status=row.status(),
    )


@line("karyotype")
def karyotype(record: Record, row: Row) -> None:
    """The karyotype in ISCN, or the words normal and t(9;22)."""
    normal = "46,XY" if record.sex == "male" else "46,XX"
    formula = f"{normal}[20]" if row.value == "normal" else row.value
    if formula == "t(9;22)":
        formula = f"{normal},t(9;22)(q34;q11.2)[18]/{normal}[2]"
    code = loinc("33893-9", "Karyotype [Identifier] in Bone marrow Nominal")
    record.result(
        code, row.date(), {"valueString": formula}, material="marrow", status=row.status()
    )


@line("kmt2a")
def kmt2a(record: Record, row: Row) -> None:
    present = row.choice("kmt2a", {"present": True, "absent": False})
    answer = (
        coding(LOINC, "LA9633-4", "Present") if present else coding(LOINC, "LA9634-2", "Absent")
    )
    value = {
        "valueCodeableConcept": concept(answer["display"], answer),
        "component": [
            {
                "code": loinc("48018-6", "Gene studied [ID]"),
                "valueCodeableConcept": concept("KMT2A"),
            }
        ],
    }
    code = loinc("69548-6", "Genetic variant assessment", "KMT2A rearrangement")
    record.result(
        code, row.date(), value, material="marrow", method=METHODS["fish"], status=row.status()
    )


@line("t315i")
def t315i(record: Record, row: Row) -> None:
    """Sequencing of the ABL1 kinase domain."""
    found = row.choice("t315i", {"detected": True, "not detected": False})
    text = (
        "ABL1 p.Thr315Ile (T315I) detected" if found else "No ABL1 kinase domain mutation detected"
    )
    change = {"code": loinc("48005-3", "Amino acid change (pHGVS)"), "valueString": "p.Thr315Ile"}
    value = {"valueString": text} | ({"component": [change]} if found else {})
    code = loinc("55135-8", "ABL1 gene (BCR-ABL1 kinase domain) mutation analysis")
    record.result(code, row.date(), value, material="marrow", status=row.status())

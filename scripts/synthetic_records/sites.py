"""Leukaemia outside the marrow: spinal fluid, CNS status, testes, and diagnoses of these sites."""

from __future__ import annotations

import re

from scripts.synthetic_records.codes import concept, icd, local, loinc, snomed
from scripts.synthetic_records.disease import STATUSES, condition
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.values import next_day, quantity


@line("csf")
def spinal_fluid(record: Record, row: Row) -> None:
    """Spinal fluid: '40 cells with blasts', '1 cell without blasts'; red cells 0 unless said."""
    match = re.fullmatch(r"(\d+) cells? (with|without) blasts", row.value)
    if match is None:
        raise row.fail("csf reads '40 cells with blasts' or '1 cell without blasts'")
    day, status = row.date(), row.status()
    red = row.text("red cells", "0")
    for code, name, count in (
        ("CSF-WBC", "Leukocytes [#/volume] in Cerebral spinal fluid", match.group(1)),
        ("CSF-RBC", "Erythrocytes [#/volume] in Cerebral spinal fluid", red),
    ):
        value = {"valueQuantity": quantity(count, "/uL")}
        record.result(local(code, name), day, value, material="spinal fluid", status=status)
    blasts = match.group(2) == "with"
    share = {"valueQuantity": quantity("60" if blasts else "0", "%")}
    seen = "Lymphoblasts seen on cytospin." if blasts else "No blasts seen on cytospin."
    code_blasts = loinc("26447-3", "Blasts/100 leukocytes in Cerebral spinal fluid")
    record.result(
        code_blasts, day, share, material="spinal fluid", status=status, note=[{"text": seen}]
    )


@line("cns")
def cns_status(record: Record, row: Row) -> None:
    """The CNS status that the clinician assigned."""
    value = row.choice("cns", {name: concept(name) for name in ("CNS1", "CNS2", "CNS3")})
    code = local("CNS-STATUS", "CNS status (COG classification)")
    record.result(
        code, row.date(), {"valueCodeableConcept": value}, category="exam", status=row.status()
    )


@line("testes")
def testes(record: Record, row: Row) -> None:
    words = {
        "normal": "Normal",
        "enlarged left": "Enlarged left testis",
        "enlarged right": "Enlarged right testis",
    }
    code = local("TESTIS-EXAM", "Testicular examination")
    value = {"valueCodeableConcept": concept(row.choice("testes", words))}
    record.result(code, row.date(), value, category="exam", status=row.status())


@line("cns leukemia")
def cns_leukemia(record: Record, row: Row) -> None:
    """Meningeal leukaemia as a diagnosis."""
    code = concept("Meningeal leukemia", snomed("722795004", "Meningeal leukemia (disorder)"))
    condition(
        record,
        code,
        onset=row.date(),
        status=row.choice("cns leukemia", STATUSES),
        abatementDateTime=row.optional_date("until"),
    )


@line("testicular leukemia")
def testicular_leukemia(record: Record, row: Row) -> None:
    """Infiltration of a testis; 'biopsy proven' adds the pathology report that proves it."""
    proven = row.choice("testicular leukemia", {"biopsy proven": True, "suspected": False})
    side, day = row.text("side", "left"), row.date()
    evidence = None
    if proven:
        specimen = record.specimen(f"Testis, {side}, biopsy", day)
        report = record.report(
            concept("Testis biopsy, surgical pathology report"),
            next_day(day),
            [],
            f"Infiltration of the {side} testis by B lymphoblasts.",
            specimen=[specimen],
        )
        evidence = [{"detail": [{"reference": report}]}]
    text = f"Leukemic infiltration of {side} testis" + (
        ", biopsy proven" if proven else ", suspected"
    )
    code = icd("C79.82", "Secondary malignant neoplasm of genital organs")
    verification = "confirmed" if proven else "provisional"
    condition(record, concept(text, code), onset=day, verification=verification, evidence=evidence)


@line("extramedullary")
def extramedullary(record: Record, row: Row) -> None:
    """Leukaemia at another site, in words: no code is specific enough."""
    condition(
        record,
        concept(row.value),
        onset=row.date(),
        status=row.choice("status", STATUSES, "active"),
    )

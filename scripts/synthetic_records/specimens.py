"""What the laboratory finds in marrow and blood: blasts, MRD, CD19 and CD22, immunophenotype."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from scripts.synthetic_records.codes import (
    concept,
    interpretation,
    local,
    loinc,
    snomed,
)
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.source import DescriptionError, Table, suggestion
from scripts.synthetic_records.values import cell_fraction, percent, quantity

METHODS = {
    "morphology": "Morphology (differential count of aspirate smear)",
    "flow": "Flow cytometry",
    "pcr": "Quantitative PCR of clonal Ig/TCR rearrangement",
    "ngs": "Next-generation sequencing",
    "fish": "FISH",
    "unstated": "",
}
MATERIALS = {"marrow": "marrow", "blood": "blood"}
MARROW_BLASTS = loinc("11150-0", "Blasts/100 cells in Bone marrow")
PHENOTYPE = loinc(
    "101119-6", "Leuk and lymphma immnphntypng Spec", "Leukemia and lymphoma immunophenotyping"
)
CD22 = loinc("51124-6", "CD22 blasts/100 blasts in Bone marrow")
CD19 = local("CD19-BLASTS-BM", "CD19 blasts/100 blasts in Bone marrow")


def record_marrow(
    record: Record, day: str, found: Any, methods: Iterable[str], status: str
) -> None:
    """One aspirate: a blast percentage for each method, and the report that repeats them.

    ``found`` is one percentage for all methods, or a table of percentages by method.
    """
    values = dict(found) if isinstance(found, Table) else {method: str(found) for method in methods}
    results, words = [], []
    for method, value in values.items():
        if method not in METHODS:
            raise DescriptionError(f"unknown method '{method}'{suggestion(method, METHODS)}")
        how = METHODS[method] or None
        results.append(
            record.result(
                MARROW_BLASTS,
                day,
                cell_fraction(value),
                material="marrow",
                method=how,
                status=status,
            )
        )
        words.append(f"{value.replace(' ', '')} by {method}")
    code = loinc("48807-2", "Bone marrow aspiration report")
    specimen = [record.specimen("marrow", day)]
    conclusion = f"Bone marrow aspirate: blasts {', '.join(words)}."
    record.report(
        code,
        day,
        results,
        conclusion,
        specimen=specimen,
        status="preliminary" if status == "preliminary" else "final",
    )


@line("marrow")
def marrow(record: Record, row: Row) -> None:
    methods = row.text("by", "morphology and flow").split(" and ")
    try:
        record_marrow(record, row.date(), row.raw("marrow"), methods, row.status())
    except (DescriptionError, ValueError) as error:
        raise row.fail(str(error)) from None


@line("blood blasts")
def blood_blasts(record: Record, row: Row) -> None:
    """Blasts in blood: a share of white cells, or an absolute count ('12 x 10^9/L')."""
    day, status, lymphoblasts = row.date(), row.status(), row.flag("lymphoblasts", False)
    absolute = re.fullmatch(r"(\d+(?:\.\d+)?) x 10\^9/L", row.value)
    if absolute:
        names = (
            ("35050-4", "Lymphoblasts [#/volume] in Blood")
            if lymphoblasts
            else ("30376-8", "Blasts [#/volume] in Blood")
        )
        value = {"valueQuantity": quantity(absolute.group(1), "10*3/uL")}
    else:
        names = (
            ("34922-5", "Lymphoblasts/100 leukocytes in Blood")
            if lymphoblasts
            else ("709-6", "Blasts/100 leukocytes in Blood by Manual count")
        )
        value = row.read("blood blasts", cell_fraction)
    record.result(loinc(*names), day, value, material="blood", status=status)


@line("mrd")
def residual_disease(record: Record, row: Row) -> None:
    """Minimal residual disease: a level, 'not detected at 0.01 %', 'detected, not quantifiable'."""
    material = row.choice("in", MATERIALS, "marrow")
    place = "bone marrow" if material == "marrow" else "blood"
    tests = {
        "flow": loinc(
            "67128-9",
            "Abnormal leukocytes/Leukocytes in Specimen by Flow cytometry (FC)",
            f"B-ALL minimal residual disease (MRD) by flow cytometry, {place}",
        ),
        "pcr": local(
            "MRD-PCR",
            f"ALL minimal residual disease (MRD) by clonal Ig/TCR quantitative PCR, {place}",
        ),
        "ngs": loinc(
            "104273-8",
            "Clonal cells rearrangements/Cells counted in Specimen by Molecular genetics method",
            f"B-ALL minimal residual disease (MRD) by next-generation sequencing, {place}",
        ),
    }
    method = row.text("by", "flow")
    code = row.choice("by", tests, "flow")
    words, _, limit = row.value.partition(" at ")
    if words == "not detected":
        not_detected = concept(
            "Not detected", snomed("260415000", "Not detected (qualifier value)")
        )
        value: dict[str, Any] = {
            "valueCodeableConcept": not_detected,
            "interpretation": interpretation("ND"),
        }
    elif words == "detected, not quantifiable":
        detected = concept(
            "Detected, not quantifiable", snomed("260373001", "Detected (qualifier value)")
        )
        value = {"valueCodeableConcept": detected, "interpretation": interpretation("DET")}
    else:
        value = row.read("mrd", cell_fraction) | {"interpretation": interpretation("DET")}
    limit = limit or row.text("limit")
    if limit:
        sensitivity = {"code": concept("Limit of detection (analytical sensitivity)")}
        value |= {
            "component": [sensitivity | cell_fraction(limit)],
            "note": [{"text": f"Analytical sensitivity of this assay: {limit}."}],
        }
    record.result(
        code, row.date(), value, material=material, method=METHODS[method], status=row.status()
    )


def antigen_value(words: str) -> dict[str, Any]:
    """``positive`` (98 %), ``negative`` (1 %), ``partial``, ``equivocal``, or a percentage."""
    if words in ("partial", "dim"):
        return {
            "valueCodeableConcept": concept(
                f"{words.capitalize()} expression on a subset of blasts"
            )
        }
    if words == "equivocal":
        code = snomed("42425007", "Equivocal (qualifier value)")
        return {"valueCodeableConcept": concept("Equivocal", code)}
    share = {"positive": "98 %", "negative": "1 %"}.get(words, words)
    return cell_fraction(share) | {
        "interpretation": interpretation("POS" if percent(share) >= 20 else "NEG")
    }


@line("cd19", "cd22")
def antigen(record: Record, row: Row) -> None:
    """CD19 or CD22 on blasts, as a single result or as a component of the immunophenotype."""
    day, status = row.date(), row.status()
    code = CD19 if row.kind == "cd19" else CD22
    value = row.read(row.kind, antigen_value)
    form = row.choice("form", {"single": "single", "panel": "panel"}, "single")
    flow = METHODS["flow"]
    if form == "panel":
        value = {"component": [{"code": code} | value]}
        code = PHENOTYPE
    material = row.choice("in", MATERIALS, "marrow")
    record.result(code, day, value, material=material, method=flow, status=status)


@line("immunophenotype")
def immunophenotype(record: Record, row: Row) -> None:
    """The sentence of a flow report; 'B precursor', 'mature B' and 'T' stand for usual ones."""
    b_negative = "cytoplasmic CD3, surface immunoglobulin and myeloperoxidase."
    usual = {
        "B precursor": "Lymphoblasts positive for CD10, CD19, CD22, CD34, CD79a and TdT; "
        f"negative for {b_negative}",
        "B precursor, CD22 not studied": "Lymphoblasts positive for CD10, CD19, CD34, CD79a and "
        f"TdT; negative for {b_negative}",
        "B precursor, CD19 lost": "Lymphoblasts positive for CD10, CD22, CD34, CD79a and TdT; "
        f"negative for CD19, {b_negative}",
        "B, immature markers not studied": "Leukemic cells positive for CD19, CD22 and CD79a; "
        "negative for cytoplasmic CD3 and myeloperoxidase.",
        "mature B": "Leukemic cells positive for CD10, CD19, CD20, CD22, CD79a and surface "
        "immunoglobulin; negative for CD34, TdT, cytoplasmic CD3 and myeloperoxidase.",
        "T": "Lymphoblasts positive for cytoplasmic CD3, CD2, CD5, CD7 and TdT; "
        "negative for CD19, CD22, CD79a and myeloperoxidase.",
    }
    value = {"valueString": usual.get(row.value, row.value)}
    record.result(
        PHENOTYPE, row.date(), value, material="marrow", method=METHODS["flow"], status=row.status()
    )

"""Safety and fitness: liver, blood count, QTcF, viruses, pregnancy, performance, problems."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scripts.synthetic_records.codes import (
    NCIT,
    coding,
    concept,
    icd,
    interpretation,
    local,
    loinc,
    snomed,
)
from scripts.synthetic_records.disease import STATUSES, VERIFICATION, condition
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.values import number, percent, quantity, times_upper_limit

LIVER = {
    "bilirubin": (
        "1975-2",
        "Bilirubin.total [Mass/volume] in Serum or Plasma",
        "mg/dL",
        "0.2",
        "1.2",
    ),
    "ast": (
        "1920-8",
        "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
        "U/L",
        "10",
        "40",
    ),
    "alt": (
        "1742-6",
        "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
        "U/L",
        "7",
        "40",
    ),
}
COUNTS = {
    "white cells": ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "4.5", "11.0"),
    "neutrophils": ("751-8", "Neutrophils [#/volume] in Blood by Automated count", "1.8", "7.7"),
    "platelets": ("777-3", "Platelets [#/volume] in Blood by Automated count", "150", "400"),
}
NON_REACTIVE = concept("Non-reactive", snomed("131194007", "Non-reactive (qualifier value)"))
REACTIVE = concept("Reactive", snomed("11214006", "Reactive (qualifier value)"))


def range_of(low: str, high: str, unit: str) -> list[dict[str, Any]]:
    return [{"low": quantity(low, unit), "high": quantity(high, unit)}]


def flagged(value: Decimal, high: str) -> list[dict[str, Any]]:
    return interpretation("H" if value > Decimal(high) else "N")


@line("bilirubin", "ast", "alt")
def liver_value(record: Record, row: Row) -> None:
    """A liver value as a multiple of the upper limit ('2.2 x ULN'), with its own range."""
    code, name, unit, low, high = LIVER[row.kind]
    value = row.read(row.kind, times_upper_limit) * Decimal(high)
    reference = None if row.text("range") == "not reported" else range_of(low, high, unit)
    record.result(
        loinc(code, name),
        row.date(),
        {"valueQuantity": quantity(value, unit)},
        material="serum",
        status=row.status(),
        interpretation=flagged(value, high),
        referenceRange=reference,
    )


@line("white cells")
def blood_count(record: Record, row: Row) -> None:
    """A blood count: white cells (10⁹/L), with neutrophils and platelets under one panel."""
    day, status, results = row.date(), row.status(), []
    usual = {"white cells": "4.8", "neutrophils": "2.1", "platelets": "164"}
    for kind, (code, name, low, high) in COUNTS.items():
        word = row.text(kind, usual[kind])
        value = number(usual[kind] if word == "normal" else word)
        results.append(
            record.result(
                loinc(code, name),
                day,
                {"valueQuantity": quantity(value, "10*3/uL")},
                material="blood",
                status=status,
                referenceRange=range_of(low, high, "10*3/uL"),
            )
        )
    panel = loinc("58410-2", "CBC panel - Blood by Automated count")
    record.report(panel, day, results, "", specimen=[record.specimen("blood", day)])


@line("qtcf")
def qtcf(record: Record, row: Row) -> None:
    word = row.value.removesuffix(" ms")
    value = {"valueQuantity": quantity("415" if word == "normal" else word, "ms")}
    code = loinc("8636-3", "Q-T interval corrected", "QTcF interval")
    method = "12-lead ECG, Fridericia correction"
    record.result(code, row.date(), value, method=method, category="procedure", status=row.status())


@line("hbv", "hcv", "hiv")
def virus(record: Record, row: Row) -> None:
    """Screening for one virus, 'negative' or 'reactive'."""
    day, status = row.date(), row.status()
    reactive = row.choice(row.kind, {"negative": False, "reactive": True})
    words = {"valueCodeableConcept": REACTIVE if reactive else NON_REACTIVE}
    if row.kind == "hbv":
        surface = quantity("4.2" if reactive else "0.05", "[IU]/mL")
        if not reactive:
            surface = {"value": surface.pop("value"), "comparator": "<", **surface}
        name = "Hepatitis B virus surface Ag [Units/volume] in Serum or Plasma by Immunoassay"
        value = {
            "valueQuantity": surface,
            "interpretation": interpretation("POS" if reactive else "NEG"),
        }
        record.result(loinc("63557-3", name), day, value, material="serum", status=status)
        core = local("HBC-AB", "Hepatitis B virus core Ab [Presence] in Serum")
        record.result(core, day, words, material="serum", status=status)
    elif row.kind == "hcv":
        code = local("HCV-AB", "Hepatitis C virus Ab [Presence] in Serum")
        record.result(code, day, words, material="serum", status=status)
    else:
        code = local("HIV-COMBO", "HIV 1 and 2 Ab and HIV 1 p24 Ag [Presence] in Serum or Plasma")
        record.result(code, day, words, material="serum", status=status)


@line("igg")
def immunoglobulin(record: Record, row: Row) -> None:
    code = local("IGG", "IgG [Mass/volume] in Serum or Plasma")
    value = {"valueQuantity": quantity("690" if row.value == "measured" else row.value, "mg/dL")}
    record.result(code, row.date(), value, material="serum", status=row.status())


@line("chimerism")
def chimerism(record: Record, row: Row) -> None:
    """Share of donor cells in blood after an allogeneic transplant: '98 %'."""
    code = local("CHIMERISM", "Donor chimerism in Blood by short tandem repeats")
    value = {"valueQuantity": quantity(row.read("chimerism", percent), "%")}
    record.result(code, row.date(), value, material="blood", status=row.status())


@line("ecog", "karnofsky", "lansky")
def performance(record: Record, row: Row) -> None:
    codes = {
        "ecog": loinc("89247-1", "ECOG Performance Status score"),
        "karnofsky": loinc("89243-0", "Karnofsky Performance Status score"),
        "lansky": concept(
            "Lansky Play-Performance Status",
            coding(NCIT, "C38144", "Lansky Play-Performance Status"),
        ),
    }
    value = {"valueInteger": int(row.read(row.kind, number))}
    record.result(codes[row.kind], row.date(), value, category="survey", status=row.status())


@line("pregnancy test")
def pregnancy_test(record: Record, row: Row) -> None:
    answers = {
        "negative": concept("Negative", snomed("260385009", "Negative (qualifier value)")),
        "positive": concept("Positive", snomed("10828004", "Positive (qualifier value)")),
    }
    code = loinc("2118-8", "Choriogonadotropin (pregnancy test) [Presence] in Serum or Plasma")
    value = {"valueCodeableConcept": row.choice("pregnancy test", answers)}
    record.result(code, row.date(), value, material="serum", status=row.status())


PROBLEMS = {
    "bacteremia": concept(
        "Escherichia coli bacteremia",
        icd("A41.51", "Sepsis due to Escherichia coli [E. coli]"),
        snomed("91302008", "Sepsis (disorder)"),
    ),
    "veno-occlusive disease": concept(
        "Hepatic veno-occlusive disease",
        icd("K76.5", "Hepatic veno-occlusive disease"),
        snomed("65617004", "Veno-occlusive disease of the liver"),
    ),
    "acute GVHD": concept(
        "Acute graft-versus-host disease",
        snomed("402355000", "Acute graft-versus-host disease (disorder)"),
        icd("D89.810", "Acute graft-versus-host disease"),
    ),
    "chronic GVHD": concept(
        "Chronic graft-versus-host disease",
        snomed("402356004", "Chronic graft-versus-host disease (disorder)"),
        icd("D89.811", "Chronic graft-versus-host disease"),
    ),
    "seizure disorder": concept(
        "Seizure disorder",
        snomed("128613002", "Seizure disorder (disorder)"),
        icd("G40.909", "Epilepsy, unspecified, not intractable, without status epilepticus"),
    ),
    "cirrhosis": concept(
        "Cirrhosis of liver",
        snomed("19943007", "Cirrhosis of liver (disorder)"),
        icd("K74.60", "Unspecified cirrhosis of liver"),
    ),
    "heart failure": concept(
        "Heart failure",
        snomed("84114007", "Heart failure (disorder)"),
        icd("I50.9", "Heart failure, unspecified"),
    ),
    "deep vein thrombosis": concept(
        "Deep vein thrombosis of right leg",
        icd(
            "I82.401",
            "Acute embolism and thrombosis of unspecified deep veins of right lower extremity",
        ),
    ),
    "pregnancy": concept("Pregnancy", snomed("77386006", "Pregnant (finding)")),
}


@line("problem", "problem in words")
def problem(record: Record, row: Row) -> None:
    """Another entry of the problem list; in words of one's own it carries no code."""
    code = row.choice("problem", PROBLEMS) if row.kind == "problem" else concept(row.value)
    if row.has("text"):
        code = code | {"text": row.text("text")}
    day, end = row.date(), row.optional_date("until")
    status = row.choice("status", STATUSES, "resolved" if end else "active")
    condition(
        record,
        code,
        onset=day,
        status=status,
        verification=row.choice("verification", VERIFICATION, "confirmed"),
        abatementDateTime=end,
    )

"""Records use verified codes only, and nothing of the code that reads them."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.synthetic_records import codes
from scripts.synthetic_records.cases import load_cases

ROOT = Path(__file__).resolve().parents[2]
CLINICAL = {
    codes.SNOMED,
    codes.LOINC,
    codes.ICD10CM,
    codes.RXNORM,
    codes.CPT,
    codes.PCS,
    codes.HCPCS,
    codes.NCIT,
}
DECIDING_NOTHING = {
    (codes.SNOMED, "195967001"): "asthma",
    (codes.ICD10CM, "J45.20"): "asthma",
    (codes.SNOMED, "80967001"): "dental caries",
    (codes.SNOMED, "59621000"): "hypertension",
    (codes.ICD10CM, "I10"): "hypertension",
    (codes.SNOMED, "44054006"): "diabetes",
    (codes.LOINC, "2823-3"): "potassium",
    (codes.LOINC, "29463-7"): "weight",
    (codes.LOINC, "8302-2"): "height",
    (codes.LOINC, "8310-5"): "temperature",
    (codes.LOINC, "8867-4"): "heart rate",
    (codes.LOINC, "85354-9"): "blood pressure",
    (codes.LOINC, "8480-6"): "systolic",
    (codes.LOINC, "8462-4"): "diastolic",
    (codes.LOINC, "72166-2"): "smoking",
    (codes.LOINC, "11506-3"): "progress note",
}
"""Codes of the background, which no rule reads."""


def codings(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(node.get("system"), str) and isinstance(node.get("code"), str):
            yield node["system"], node["code"]
        for value in node.values():
            yield from codings(value)
    elif isinstance(node, list):
        for value in node:
            yield from codings(value)


def test_every_clinical_code_is_a_verified_one() -> None:
    with (ROOT / "mappings" / "terminology.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["verified_in"] != "UNVERIFIED"]
    verified = {(row["system_uri"], row["code"]) for row in rows} | set(DECIDING_NOTHING)
    cases = load_cases(ROOT / "tests" / "cases")
    used = {found for case in cases for found in codings(case.compiled().resources)}
    drugs = {(codes.RXNORM, code) for code, _ in codes.DRUGS.values()}
    assert {found for found in used | drugs if found[0] in CLINICAL} - verified == set()


def test_the_compiler_does_not_know_the_reader() -> None:
    for file in (ROOT / "scripts" / "synthetic_records").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.module.split(".")[0] not in {
                    "mappings",
                    "relapse",
                    "hooks",
                    "service",
                }, file.name

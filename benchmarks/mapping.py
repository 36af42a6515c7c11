"""Bytes to facts, beside parsing, which any reader pays, and validation, which is the plain way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fhir.resources.R4B.bundle import Bundle

from benchmarks.charts import AS_OF, PATIENT, matters, request, resources_of
from benchmarks.measure import Row, in_turns, ms, ratio
from mappings.chart import read_chart


def measure() -> list[Row]:
    """A hospital chart of 200 resources and a ten-year course of 2,000."""
    lines: list[Row] = []
    for body, times, aim in (
        (request(PATIENT, 200, 30), 20, "≤ 8"),
        (request(PATIENT, 2000, 30, course=True), 3, "≤ 4"),
    ):
        lines += _beside_parsing(body, times, aim)
    return lines


def _beside_parsing(body: bytes, times: int, aim: str) -> list[Row]:
    patient = orjson.loads(body)["context"]["patientId"]

    def facts() -> object:
        return read_chart(resources_of(body), patient_id=patient, as_of=AS_OF)

    def parsing() -> object:
        return orjson.loads(body)

    def validation() -> object:
        answers = orjson.loads(body)["prefetch"].values()
        return [Bundle.model_validate(_as_bundle(value)) for value in answers]

    works: dict[str, tuple[Callable[[], object], int]] = {
        "parsing": (parsing, times * 5),
        "facts": (facts, times),
        "validation": (validation, 1),
    }
    found = in_turns(works, turns=7)
    total = sum(len(value.get("entry", (1,))) for value in resources_of(body))
    return [
        Row(
            f"{total:,} resources, {matters(body)} matter: bytes to facts, beside parsing",
            ms(found["facts"]),
            ms(found["parsing"]),
            f"{ratio(found['facts'], found['parsing']):.1f}",
            aim,
        ),
        Row(
            "  beside validating every resource",
            ms(found["facts"]),
            ms(found["validation"]),
            f"{ratio(found['facts'], found['validation']):.2f}",
        ),
    ]


def _as_bundle(value: dict[str, Any]) -> dict[str, Any]:
    if value["resourceType"] == "Bundle":
        return value
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": value}]}

"""Edges of reading laboratory values and their units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mappings.values.units import Dimension, Unit, unit
from relapse import facts as core
from relapse.facts import (
    AntigenResult,
    LabResult,
    PerformanceStatus,
    PregnancyResult,
    ViralScreen,
)
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    LOINC,
    SNOMED,
    cd19,
    concept,
    facts,
    local,
    observation,
    only,
    quantity,
    read,
    reasons,
)

# --- Laboratory ----------------------------------------------------------------------------------


def lab(**members: Any) -> dict[str, Any]:
    given = {
        "valueQuantity": quantity(2, "mg/dL"),
        "referenceRange": [{"high": quantity(1, "mg/dL")}],
    }
    return observation("l", (LOINC, "1975-2"), **(given | members))


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (lab(referenceRange=[{"high": {"value": 1, "unit": "mg/dl"}}]), "2"),
        (
            lab(
                referenceRange=[
                    {"high": {"value": 1, "unit": "milligram per decilitre", "code": "mg/dL"}}
                ]
            ),
            "2",
        ),
        (lab(referenceRange=[{"high": {"value": 1, "unit": "umol/L"}}]), None),
        (lab(referenceRange=[{"high": quantity(1, "umol/L") | {"unit": "mg/dL"}}]), None),
        (
            lab(
                valueQuantity=quantity(40, "umol/L"),
                referenceRange=[{"high": {"value": 20, "unit": "µmol/L"}}],
            ),
            "2",
        ),
        (
            lab(
                valueQuantity={"value": 40, "unit": "mcmol/L"},
                referenceRange=[{"high": {"value": 20, "unit": "μmol/l"}}],
            ),
            "2",
        ),
        (
            lab(
                valueQuantity={"value": 2, "unit": "mg/dL"},
                referenceRange=[{"high": {"value": 1, "code": "mg/dL"}}],
            ),
            "2",
        ),
        (lab(valueQuantity=..., valueString="2 mg/dL"), None),
        (lab(valueQuantity=quantity(2, "mg/dL", comparator="~")), None),
    ],
)
def test_limits_and_units_of_laboratory_values(result: Any, value: str | None) -> None:
    found = only(read(result), LabResult)
    assert found.value == (None if value is None else Interval.exact(Decimal(value)))


@pytest.mark.parametrize("unit_of_value", ["U/L", "[IU]/L", "IU/L"])
@pytest.mark.parametrize("unit_of_range", ["U/L", "[iU]/L", "IU/l"])
def test_units_and_international_units_of_an_enzyme(unit_of_value: str, unit_of_range: str) -> None:
    """P-06, P-09: of AST and ALT one is the other; a laboratory may write both in one result."""
    result = observation(
        "l",
        (LOINC, "1742-6"),
        valueQuantity=quantity(120, unit_of_value),
        referenceRange=[{"high": quantity(40, unit_of_range)}],
    )
    assert only(read(result), LabResult).value == Interval.exact(Decimal(3))


@pytest.mark.parametrize(
    ("text", "analyte"),
    [
        ("Total bilirubin", core.Analyte.BILIRUBIN),
        ("ALT (SGPT)", core.Analyte.ALT),
        ("AST", core.Analyte.AST),
    ],
)
def test_laboratory_values_by_name(text: str, analyte: core.Analyte) -> None:
    result = local(
        "l", text, valueQuantity=quantity(50, "U/L"), referenceRange=[{"high": quantity(40, "U/L")}]
    )
    assert only(read(result), LabResult).analyte is analyte


def test_qtcf_without_a_usable_number() -> None:
    unit_wrong = observation("q", (LOINC, "8636-3"), text="QTcF", valueQuantity=quantity(460, "mV"))
    assert only(read(unit_wrong), LabResult).value is None
    in_words = observation("q", (LOINC, "8636-3"), text="QTcF", valueString="normal")
    assert reasons(read(in_words))


def test_screens_and_scores_that_name_two_things() -> None:
    assert reasons(read(local("v", "HIV and hepatitis C screen", valueString="negative")))
    assert not facts(
        read(local("v", "HIV genotype resistance", valueString="negative")), ViralScreen
    )
    assert reasons(read(local("p", "Karnofsky or Lansky score", valueInteger=90)))
    below = quantity(1, "{score}", comparator="<")
    of_below = read(observation("p", (LOINC, "89247-1"), valueQuantity=below))
    assert [status.score for status in facts(of_below, PerformanceStatus)] == [None]
    pregnant = observation(
        "p",
        (LOINC, "82810-3"),
        valueCodeableConcept=concept((SNOMED, "77386006"), text="Not pregnant"),
    )
    assert only(read(pregnant), PregnancyResult).pregnant is Tri.UNKNOWN


# --- Units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[ppth]", Unit(Dimension.FRACTION, Decimal("0.001"))),
        ("ppm", Unit(Dimension.FRACTION, Decimal("0.000001"))),
        ("per 100,000 cells", Unit(Dimension.FRACTION, Decimal("0.00001"))),
        ("1e-6", Unit(Dimension.FRACTION, Decimal("0.000001"))),
        ("ms", Unit(Dimension.TIME, Decimal(1))),
        ("s", Unit(Dimension.TIME, Decimal(1000))),
        ("{score}", Unit(Dimension.SCORE, Decimal(1))),
        ("mg/dL", Unit(Dimension.OTHER, Decimal(1), "mg/dl")),
        ("10", None),
        ("10*3", None),
        ("{ratio}", None),
        ("", None),
        ("% of CD19 B cells", None),
    ],
)
def test_units(text: str, expected: Unit | None) -> None:
    assert unit(text) == expected


def test_cd19_in_a_panel_of_another_name() -> None:
    part = {"code": {"text": "CD19 on leukemic blasts"}, "valueString": "negative"}
    assert (
        only(read(local("x", "Lymphoma panel", component=[part])), AntigenResult).reported
        is core.Expression.NEGATIVE
    )
    assert (
        only(read(cd19(valueString="NEGATIVE")), AntigenResult).reported is core.Expression.NEGATIVE
    )

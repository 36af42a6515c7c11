"""Quantities, ranges and ratios (clinical model 0.4, mapping rules 17 and 18)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mappings.values import quantity
from mappings.values.numbers import decimal_of
from mappings.values.quantity import Unclear
from mappings.values.units import Dimension
from relapse.logic import Interval
from tests.mappings.records import UCUM

D = Decimal


def q(value: Any, **members: Any) -> dict[str, Any]:
    return {"value": value} | members


@pytest.mark.parametrize(
    ("given", "fraction"),
    [
        (q(5, unit="%", system=UCUM, code="%"), "0.05"),
        (q(0.1, unit="%", system=UCUM, code="%"), "0.001"),
        (q(0.01, code="%", system=UCUM), "0.0001"),
        (q("0.3", unit="percent"), "0.003"),
        (q(D("62.5"), unit="% of nucleated cells"), "0.625"),
        (q(0.05, unit="1", system=UCUM, code="1"), "0.05"),
        (q(3, unit="per million", system=UCUM, code="/10*6"), "0.000003"),
        (q(3, code="/10*6{cells}", system=UCUM), "0.000003"),
        (q(3, unit="cells/10^6 cells"), "0.000003"),
        (q(2, code="10*-4", system=UCUM), "0.0002"),
        (q(2, unit="per 10^4"), "0.0002"),
        (q(0.2, unit="{cells}/{cells}"), "0.2"),
        (q(62, unit="/100{WBC}"), "0.62"),
        (q(62, unit="x10⁻²"), None),
        (q(0, unit="%"), "0"),
        (q(100, unit="%"), "1"),
    ],
)
def test_rule_17_units_of_fractions(given: dict[str, Any], fraction: str | None) -> None:
    found = quantity.fraction(given)
    if fraction is None:
        assert isinstance(found, Unclear)
    else:
        assert found == Interval.exact(D(fraction))


@pytest.mark.parametrize(
    "given",
    [
        q(5),
        q(5, unit=""),
        q(0.01),
        q(5, unit="mg/dL", system=UCUM, code="mg/dL"),
        q(5, unit="%", system=UCUM, code="1"),
        q(5, unit="10*3/uL", code="%", system=UCUM),
        q(5, unit="%", system=UCUM, code="mg/dL"),
        q(5, unit="% of lymphocytes", system=UCUM, code="%"),
        q(5, unit="%{IS}"),
        q(5, unit="% IS"),
        q(5, unit="widgets"),
        q(5, unit="%", comparator="~"),
        q(-1, unit="%"),
        q(101, unit="%"),
        q(float("nan"), unit="%"),
        q(float("inf"), unit="%"),
        q("5 %", unit="%"),
        q(True, unit="%"),
        q(None, unit="%"),
        q(10**40, unit="%"),
    ],
)
def test_rule_17_and_18_unreadable(given: dict[str, Any]) -> None:
    """No unit, a foreign unit, a contradiction, and what is no possible share of cells."""
    assert isinstance(quantity.fraction(given), Unclear)


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        ("<", Interval(None, D("0.0001"), high_open=True)),
        ("<=", Interval(None, D("0.0001"))),
        (">", Interval(D("0.0001"), None, low_open=True)),
        (">=", Interval(D("0.0001"), None)),
    ],
)
def test_rule_18_comparators_are_intervals(comparator: str, expected: Interval) -> None:
    assert quantity.fraction(q(0.01, unit="%", comparator=comparator)) == expected


def test_rule_18_below_zero_and_above_all_cells() -> None:
    assert isinstance(quantity.fraction(q(0, unit="%", comparator="<")), Unclear)
    assert isinstance(quantity.fraction(q(100, unit="%", comparator=">")), Unclear)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (q(5, unit="%"), q(10, unit="%"), Interval(D("0.05"), D("0.10"))),
        (q(5), q(10, unit="%"), Interval(D("0.05"), D("0.10"))),
        (None, q(10, unit="%"), Interval(None, D("0.10"))),
        (q(20, unit="%"), q(10, unit="%"), None),
        (q(5), q(10), None),
        (q(5, unit="%"), q(10, unit="mg/dL"), None),
        (None, None, None),
    ],
)
def test_rule_18_ranges(low: Any, high: Any, expected: Interval | None) -> None:
    given = {name: end for name, end in (("low", low), ("high", high)) if end is not None}
    found = quantity.of_range(given, Dimension.FRACTION)
    assert found == expected if expected else isinstance(found, Unclear)


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        (q(3), q(10000), "0.0003"),
        (q(3, unit="cells"), q(30000, unit="{cells}"), "0.0001"),
        (q(3), q(0), None),
        (q(3), q(2), None),
        (q(3, unit="mg"), q(10), None),
        (q(3), q(10, comparator=">"), None),
        (q(0.02, unit="{BCR-ABL1 copies}"), q(100), None),
    ],
)
def test_rule_17_ratios_of_cells(above: Any, below: Any, expected: str | None) -> None:
    found = quantity.of_ratio({"numerator": above, "denominator": below})
    assert found == Interval.exact(D(expected)) if expected else isinstance(found, Unclear)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (q(5.2, unit="10*3/uL", system=UCUM, code="10*3/uL"), "5.2"),
        (q(5200, unit="/uL", system=UCUM, code="/uL"), "5.2"),
        (q(5.2, unit="10*9/L"), "5.2"),
        (q(5.2, unit="x10^9/L"), "5.2"),
        (q(5.2, unit="K/uL"), "5.2"),
        (q(5.2, unit="G/L"), "5.2"),
        (q(5.2, unit="10E9/L"), "5.2"),
        (q(5200, unit="cells/mm3"), "5.2"),
        (q(5.2, unit="g/L"), None),
        (q(5.2, unit="%"), None),
        (q(5.2), None),
        (q(-5, unit="/uL"), None),
    ],
)
def test_rule_17_counts(given: dict[str, Any], expected: str | None) -> None:
    found = quantity.count(given)
    assert found == Interval.exact(D(expected)) if expected else isinstance(found, Unclear)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.1, "0.1"),
        (1e-05, "0.00001"),
        (62, "62"),
        ("0.30", "0.30"),
        ("1,5", None),
        ("", None),
        ("abc", None),
        (float("nan"), None),
        (float("-inf"), None),
        (D("NaN"), None),
        (D("1E+999"), None),
        pytest.param(10**5000, None, id="huge"),
        (True, None),
        ([1], None),
    ],
)
def test_numbers_keep_what_was_written(given: object, expected: str | None) -> None:
    assert decimal_of(given) == (None if expected is None else D(expected))

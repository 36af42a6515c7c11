"""Numbers and results in words, as clinicians write them."""

from __future__ import annotations

from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.facts import MrdResult
from relapse.logic import Interval


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros."""
    text = format(value.normalize(), "f")
    return text


def percent(fraction: Interval) -> str:
    """A fraction of cells in per cent: "62 %", "<0.01 %", "5-10 %"."""
    return f"{interval_text(fraction.scaled(Decimal(100)))} %"


def interval_text(value: Interval) -> str:
    """A number or its bounds: "62", "<0.01", ">=25", "5-10"."""
    low, high = value.low, value.high
    if low is not None and low == high:
        return decimal_text(low)
    if low is None or (low == 0 and high is not None):
        return (
            "unknown" if high is None else f"{'<' if value.high_open else '<='}{decimal_text(high)}"
        )
    if high is None:
        return f"{'>' if value.low_open else '>='}{decimal_text(low)}"
    return f"{decimal_text(low)}-{decimal_text(high)}"


def residual_disease(result: MrdResult) -> FactUsed:
    """An MRD result in words, with method, material and sensitivity."""
    level = result.detection.value
    if result.fraction is not None:
        level = percent(result.fraction)
    sensitivity = ""
    if result.sensitivity is not None:
        sensitivity = f", sensitivity {decimal_text(result.sensitivity * 100)} %"
    how = f"{result.method.value}, {result.material.value}{sensitivity}"
    return FactUsed.of(result, f"MRD {level} ({how}{'' if result.final else ', preliminary'})")

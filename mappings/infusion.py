"""One record of a CAR-T infusion, before records of the same event are merged."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.dates import DateRange
from relapse.facts import CarTProduct


@dataclass(frozen=True, slots=True)
class Infusion:
    """One record of an infusion."""

    reference: str
    when: DateRange | None
    text: str
    product: CarTProduct
    bcma: bool = False
    certain: bool = True
    """False where the record leaves open whether the cells were infused."""

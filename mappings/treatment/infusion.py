"""One record of a CAR-T infusion, before records of the same event are merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mappings.treatment.drug_names import BCMA, PRODUCTS
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


def infusion_named(
    value_sets: Iterable[str], reference: str, when: DateRange | None, text: str, *, certain: bool
) -> Infusion | None:
    """A record of the product among ``value_sets``, where there is one."""
    product = next((name for name in sorted(value_sets) if name in PRODUCTS), None)
    if product is None:
        return None
    return Infusion(reference, when, text, PRODUCTS[product], bcma=product in BCMA, certain=certain)

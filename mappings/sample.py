"""What is known of the specimen that a result was made from."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.dates import DateRange
from relapse.facts import Material


@dataclass(frozen=True, slots=True)
class Sample:
    """What a result's specimen says. Texts without a readable meaning leave a part unknown."""

    key: str | None = None
    """Names the specimen among those of this patient."""
    collected: DateRange | None = None
    undated: bool = False
    """A collection date is there and cannot be read: the effective time must not stand in for
    it.
    """
    material: Material | None = None
    spinal_fluid: bool = False
    foreign: bool = False
    """Taken from somebody else, or from a donor."""

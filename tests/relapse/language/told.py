"""What every story can: grow, lose a part, be seen on another day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from relapse.dates import DateRange
from relapse.facts import (
    Chart,
    Fact,
    Patient,
    Provenance,
    Section,
    Sex,
)
from tests.relapse.language.values import (
    T0,
    when,
)


@dataclass(frozen=True)
class Told:
    """One patient and what the record holds so far."""

    patient: Patient
    facts: tuple[Fact, ...] = ()
    t0: date = T0
    incomplete: frozenset[Section] = field(default_factory=frozenset)

    def add(self, *facts: Fact) -> Self:
        return replace(self, facts=(*self.facts, *facts))

    def without(self, *kinds: type[Fact], where: Callable[[Any], bool] = lambda _: True) -> Self:
        """The story with the facts of these kinds (that satisfy ``where``) left out."""
        kept = tuple(f for f in self.facts if not (isinstance(f, kinds) and where(f)))
        return replace(self, facts=kept)

    def seen_on(self, day: str) -> Self:
        return replace(self, t0=date.fromisoformat(day))

    def born(self, text: str | None) -> Self:
        return replace(self, patient=replace(self.patient, birth=when(text)))

    def of_sex(self, sex: Sex | None) -> Self:
        return replace(self, patient=replace(self.patient, sex=sex))

    def died(self, deceased: str | bool) -> Self:
        value = deceased if isinstance(deceased, bool) else DateRange.parse(deceased)
        return replace(self, patient=replace(self.patient, deceased=value))

    def lacking(self, *sections: Section) -> Self:
        return replace(self, incomplete=frozenset(sections))

    def source(self, kind: str) -> Provenance:
        return Provenance(f"{kind}/{len(self.facts) + 1}")

    @property
    def chart(self) -> Chart:
        return Chart(self.patient, self.facts, self.incomplete)

"""The whole record of one patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeVar, cast

from relapse.facts.base import Fact
from relapse.facts.patient import Patient
from relapse.facts.safety import Analyte, LabResult


class Section(Enum):
    """Parts of the record that can fail to arrive as a whole."""

    CONDITIONS = "problem list"
    UNFILED_CONDITIONS = "conditions outside the problem list and encounters"
    RESULTS = "laboratory and clinical results"
    UNCODED_RESULTS = "results without a standard code or category"
    SPECIMENS = "specimens of the results"
    PROCEDURES = "procedures"
    MEDICATIONS = "medications"
    PLANS = "treatment plans"


_WHOLE = {
    Section.UNFILED_CONDITIONS: Section.CONDITIONS,
    Section.UNCODED_RESULTS: Section.RESULTS,
    Section.SPECIMENS: Section.RESULTS,
}
"""Sections that are a part of another one."""
TREATMENT_SECTIONS = (Section.PROCEDURES, Section.MEDICATIONS, Section.PLANS)
"""Where treatment is recorded."""
NOT_FETCHED = "could not be fetched, data incomplete"
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Chart:
    """All facts of one patient; their order means nothing."""

    patient: Patient
    facts: tuple[Fact, ...] = ()
    incomplete: frozenset[Section] = frozenset()
    """Sections that could not be had in full: nothing may be called absent from them."""

    @cached_property
    def _by_kind(self) -> dict[type[Fact], tuple[Fact, ...]]:
        groups: dict[type[Fact], list[Fact]] = {}
        for fact in self.facts:
            groups.setdefault(type(fact), []).append(fact)
        return {kind: tuple(group) for kind, group in groups.items()}

    @cached_property
    def _by_analyte(self) -> dict[Analyte, list[LabResult]]:
        groups: dict[Analyte, list[LabResult]] = {}
        for result in self.of(LabResult):
            groups.setdefault(result.analyte, []).append(result)
        return groups

    def lacking(self, words: str, *sections: Section) -> str:
        """Why something is missing: ``words``, or that a part of the record which may hold it could
        not be fetched. Of that nothing is claimed absent.
        """
        lost = any(
            section in sections or _WHOLE.get(section) in sections for section in self.incomplete
        )
        return NOT_FETCHED if lost else words

    def not_fetched(self) -> list[Section]:
        """The incomplete sections in their order; none beside the one that it is a part of."""
        return [
            section
            for section in Section
            if section in self.incomplete and _WHOLE.get(section) not in self.incomplete
        ]

    def labs(self, analyte: Analyte) -> Sequence[LabResult]:
        """The results of one analyte: rules ask for each of them many times."""
        return self._by_analyte.get(analyte, ())

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of exactly this kind."""
        return cast("tuple[F, ...]", self._by_kind.get(kind, ()))

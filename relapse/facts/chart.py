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
    RESULTS = "laboratory and clinical results"
    PROCEDURES = "procedures"
    MEDICATIONS = "medications"
    PLANS = "treatment plans"


_NOT_FETCHED = "could not be fetched, data incomplete"
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
        return _NOT_FETCHED if self.incomplete.intersection(sections) else words

    def labs(self, analyte: Analyte) -> Sequence[LabResult]:
        """The results of one analyte: rules ask for each of them many times."""
        return self._by_analyte.get(analyte, ())

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of exactly this kind."""
        return cast("tuple[F, ...]", self._by_kind.get(kind, ()))

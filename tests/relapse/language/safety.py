"""Organs, infections, fitness."""

from __future__ import annotations

from typing import Self

from relapse.facts import (
    Analyte,
    Complication,
    ComplicationEntry,
    LabResult,
    PerformanceScale,
    PerformanceStatus,
    PregnancyResult,
    Provenance,
    ViralScreen,
    Virus,
)
from relapse.logic import Interval, Tri
from tests.relapse.language.told import Told
from tests.relapse.language.values import (
    RELAPSE,
    Number,
    exact,
    when,
)


class Safety(Told):
    """What matters for the safety of a therapy."""

    def lab(
        self,
        analyte: Analyte,
        value: Number | Interval | None,
        on: str = RELAPSE,
        final: bool = True,
    ) -> Self:
        interval = None if value is None else value if isinstance(value, Interval) else exact(value)
        return self.add(
            LabResult(
                source=self.source("Observation"),
                when=when(on),
                text=analyte.value,
                final=final,
                analyte=analyte,
                value=interval,
            )
        )

    def liver(
        self,
        *,
        bilirubin: Number = "0.5",
        ast: Number = "0.8",
        alt: Number = "0.8",
        on: str = RELAPSE,
    ) -> Self:
        """Liver tests as multiples of the upper limit, in place of those recorded so far."""
        kinds = (Analyte.BILIRUBIN, Analyte.AST, Analyte.ALT)
        story = self.without(LabResult, where=lambda f: f.analyte in kinds)
        for analyte, value in zip(kinds, (bilirubin, ast, alt), strict=True):
            story = story.lab(analyte, value, on)
        return story

    def only_lab(self, analyte: Analyte, value: Number | None, on: str = RELAPSE) -> Self:
        """The analyte with this result and no other."""
        return self.without(LabResult, where=lambda f: f.analyte is analyte).lab(analyte, value, on)

    def screened(self, on: str, *viruses: Virus, reactive: Tri = Tri.NOT_MET) -> Self:
        return self.add(
            *(
                ViralScreen(
                    source=Provenance(f"Observation/{virus.value}-{on}"),
                    when=when(on),
                    virus=virus,
                    reactive=reactive,
                )
                for virus in viruses or tuple(Virus)
            )
        )

    def fitness(
        self, score: int, scale: PerformanceScale = PerformanceScale.ECOG, on: str = RELAPSE
    ) -> Self:
        return self.add(
            PerformanceStatus(
                source=self.source("Observation"), when=when(on), scale=scale, score=score
            )
        )

    def pregnancy(self, pregnant: Tri, on: str = RELAPSE, final: bool = True) -> Self:
        return self.add(
            PregnancyResult(
                source=self.source("Observation"), when=when(on), final=final, pregnant=pregnant
            )
        )

    def complication(
        self,
        kind: Complication,
        active: Tri = Tri.MET,
        on: str | None = "2026-06-01",
        *,
        grade: int | None = None,
        abated: str | None = None,
    ) -> Self:
        return self.add(
            ComplicationEntry(
                source=self.source("Condition"),
                when=when(on),
                text=kind.value,
                kind=kind,
                active=active,
                grade=grade,
                abated=when(abated),
            )
        )

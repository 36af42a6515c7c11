"""Antigens, genetics and sites."""

from __future__ import annotations

from typing import Self

from relapse.facts import (
    Antigen,
    AntigenResult,
    CnsStatus,
    CnsStatusResult,
    CsfResult,
    Expression,
    ExtramedullaryDisease,
    GeneticResult,
    Immunophenotype,
    Lesion,
    Site,
    TesticularExam,
    TesticularExamination,
)
from relapse.logic import Interval, Tri
from tests.relapse.language.told import Told
from tests.relapse.language.values import (
    RELAPSE,
    Number,
    exact,
    percent,
    when,
)


class Findings(Told):
    """What the leukaemic cells carry and where they are."""

    def antigen(
        self,
        antigen: Antigen,
        on: str | None,
        reported: Expression | None = None,
        share: Number | Interval | None = None,
        final: bool = True,
    ) -> Self:
        return self.add(
            AntigenResult(
                source=self.source("Observation"),
                when=when(on),
                text=antigen.value,
                final=final,
                antigen=antigen,
                fraction=None if share is None else percent(share),
                reported=reported,
            )
        )

    def cd19(
        self,
        on: str | None,
        reported: Expression | None = Expression.POSITIVE,
        *,
        share: Number | Interval | None = None,
        final: bool = True,
    ) -> Self:
        return self.antigen(Antigen.CD19, on, reported, share, final)

    def cd22(
        self,
        on: str | None,
        reported: Expression | None = Expression.POSITIVE,
        *,
        share: Number | Interval | None = None,
        final: bool = True,
    ) -> Self:
        return self.antigen(Antigen.CD22, on, reported, share, final)

    def phenotype(
        self, on: str, positive: str, negative: str = "", partial: str = "", final: bool = True
    ) -> Self:
        """A marker panel on blasts, names separated by blanks."""
        return self.add(
            Immunophenotype(
                source=self.source("Observation"),
                when=when(on),
                final=final,
                positive=frozenset(positive.split()),
                negative=frozenset(negative.split()),
                partial=frozenset(partial.split()),
            )
        )

    def gene(
        self,
        on: str | None,
        lesion: Lesion,
        present: Tri,
        *,
        adequate: bool = True,
        quantitative: bool = False,
        final: bool = True,
    ) -> Self:
        return self.add(
            GeneticResult(
                source=self.source("Observation"),
                when=when(on),
                text=lesion.value,
                final=final,
                lesion=lesion,
                present=present,
                adequate=adequate,
                quantitative=quantitative,
            )
        )

    def ph(self, present: Tri, on: str = RELAPSE, **more: bool) -> Self:
        return self.gene(on, Lesion.BCR_ABL1, present, **more)

    def cns(self, status: CnsStatus, on: str = RELAPSE, final: bool = True) -> Self:
        return self.add(
            CnsStatusResult(
                source=self.source("Observation"), when=when(on), final=final, status=status
            )
        )

    def csf(
        self,
        on: str,
        *,
        white: Number | None = None,
        red: Number | None = None,
        blasts: Tri | None = None,
        final: bool = True,
    ) -> Self:
        """One puncture: white and red cells per µL, and whether blasts were seen."""
        return self.add(
            CsfResult(
                source=self.source("Observation"),
                when=when(on),
                final=final,
                specimen=f"CSF {on}",
                leukocytes_per_ul=None if white is None else exact(white),
                erythrocytes_per_ul=None if red is None else exact(red),
                blasts=blasts,
            )
        )

    def testes(self, *, enlarged: bool = False, on: str = RELAPSE) -> Self:
        finding = TesticularExam.ABNORMAL if enlarged else TesticularExam.NORMAL
        return self.add(
            TesticularExamination(source=self.source("Observation"), when=when(on), finding=finding)
        )

    def extramedullary(
        self,
        site: Site,
        on: str | None,
        *,
        proven: Tri = Tri.MET,
        active: Tri = Tri.MET,
        recorded: str | None = None,
        abated: str | None = None,
    ) -> Self:
        return self.add(
            ExtramedullaryDisease(
                source=self.source("Condition"),
                when=when(on),
                text=f"leukaemia, {site.value}",
                site=site,
                proven=proven,
                active=active,
                recorded=when(recorded),
                abated=when(abated),
            )
        )

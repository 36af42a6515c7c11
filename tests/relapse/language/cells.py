"""Marrow, blood and residual disease."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from relapse.facts import (
    BlastResult,
    Detection,
    Material,
    Method,
    MrdResult,
)
from relapse.logic import Interval
from tests.relapse.language.told import Told
from tests.relapse.language.values import (
    Number,
    exact,
    percent,
    when,
)


class Cells(Told):
    """Blasts and MRD."""

    def marrow(
        self,
        on: str | None,
        blasts: Number | Interval | None = None,
        *,
        flow: Number | Interval | None = None,
        other: dict[Method, Number] | None = None,
        final: bool = True,
    ) -> Self:
        """One marrow of one day: blasts in per cent by morphology, by flow, by other methods."""
        values = {Method.MORPHOLOGY: blasts, Method.FLOW: flow, **(other or {})}
        story = self
        for method, value in values.items():
            if value is not None:
                story = story.blasts(on, value, method=method, final=final)
        return story

    def blasts(
        self,
        on: str | None,
        value: Number | Interval,
        *,
        method: Method = Method.MORPHOLOGY,
        material: Material = Material.MARROW,
        final: bool = True,
        lymphoblasts: bool = False,
    ) -> Self:
        return self.add(
            BlastResult(
                source=self.source("Observation"),
                when=when(on),
                text=f"blasts {value} %",
                final=final,
                specimen=f"{material.value} {on}",
                material=material,
                method=method,
                fraction=percent(value),
                lymphoblasts=lymphoblasts,
            )
        )

    def blood(
        self,
        on: str,
        share: Number | None = None,
        *,
        count: Number | None = None,
        lymphoblasts: bool = True,
        final: bool = True,
    ) -> Self:
        """Blasts in blood, in per cent, as ×10⁹/L, or both."""
        return self.add(
            BlastResult(
                source=self.source("Observation"),
                when=when(on),
                text="lymphoblasts in blood",
                final=final,
                specimen=f"blood {on}",
                material=Material.BLOOD,
                method=Method.MORPHOLOGY,
                fraction=None if share is None else percent(share),
                count_10e9_per_l=None if count is None else exact(count),
                lymphoblasts=lymphoblasts,
            )
        )

    def mrd(
        self,
        on: str | None,
        value: Number | Interval | None = None,
        *,
        sens: Number | None = None,
        detection: Detection | None = None,
        method: Method = Method.FLOW,
        material: Material = Material.MARROW,
        final: bool = True,
        specimen: str | None = None,
    ) -> Self:
        """MRD in per cent; without a value "not detected" at the sensitivity ``sens``."""
        if detection is None:
            detection = Detection.NOT_DETECTED if value is None else Detection.QUANTIFIED
        return self.add(
            MrdResult(
                source=self.source("Observation"),
                when=when(on),
                text="MRD",
                final=final,
                specimen=specimen,
                material=material,
                method=method,
                detection=detection,
                fraction=None if value is None else percent(value),
                sensitivity=None if sens is None else Decimal(str(sens)) / 100,
            )
        )

    def mrd_negative(self, on: str = "2026-06-05") -> Self:
        return self.mrd(on, sens="0.01")

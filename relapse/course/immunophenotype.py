"""Lineage from the markers on leukaemic blasts (E-02, E-03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from relapse.facts import Immunophenotype, Lineage
from relapse.logic import Tri
from relapse.rules import rule

_T_PARTNERS = frozenset({"CD2", "CD5", "CD7", "CD1A"})
_B_PARTNERS = frozenset({"CD79A", "CYCD79A", "CD10", "CD22", "CYCD22"})
_IMMATURE = frozenset({"TDT", "CD34"})
_SURFACE_IMMUNOGLOBULIN = frozenset({"SIG", "KAPPA", "LAMBDA"})


@dataclass(frozen=True, slots=True)
class LineageCall:
    """What one source says: lineage, and whether the cell is a B precursor."""

    lineage: Lineage
    precursor: Tri


@rule("E-03", "B-cell precursor", "TEXT", "GK")
def lineage_of_markers(positive: frozenset[str]) -> LineageCall | None:
    """Lineage by markers reported positive; ``None`` where they do not decide.

    T: cytoplasmic CD3 (or CD3) with CD2, CD5, CD7 or CD1a. B: CD19 with CD79a, CD10 or CD22;
    without CD19, lost after therapy, two of those. Precursor: TdT or CD34, and no surface
    immunoglobulin. Myeloperoxidase, or B and T at once, is mixed. A marker that was not reported
    proves nothing either way.
    """
    t_cell = bool(positive & {"CYCD3", "CD3"}) and bool(positive & _T_PARTNERS)
    partners = {marker.removeprefix("CY") for marker in positive & _B_PARTNERS}
    b_cell = ("CD19" in positive and bool(partners)) or len(partners) >= 2
    myeloid = bool(positive & {"MPO", "CYMPO"})
    if (t_cell or b_cell) and (myeloid or (t_cell and b_cell)):
        return LineageCall(Lineage.UNKNOWN, Tri.UNKNOWN)
    if t_cell:
        return LineageCall(Lineage.T, Tri.NOT_MET)
    if not b_cell or positive & {"CYCD3"}:
        return None
    immature = bool(positive & _IMMATURE)
    mature = bool(positive & _SURFACE_IMMUNOGLOBULIN)
    if immature == mature:
        return LineageCall(Lineage.B, Tri.UNKNOWN)
    return LineageCall(Lineage.B, Tri.of(immature))


def read_lineage(panels: Sequence[Immunophenotype]) -> tuple[LineageCall, Immunophenotype] | None:
    """The call of the newest final panel that decides, with all panels of its day read together.

    A marker that is positive in one panel of the day and negative in another counts as neither.
    """
    dated = [panel for panel in panels if panel.when is not None]
    by_day: dict[object, list[Immunophenotype]] = {}
    for panel in sorted(
        dated, key=lambda panel: (panel.when.latest, panel.source.reference) if panel.when else ()
    ):
        by_day.setdefault(panel.when, []).append(panel)
    groups = list(by_day.values()) or [[panel] for panel in panels]
    for group in reversed(groups):
        positive = frozenset().union(*(panel.positive for panel in group))
        negative = frozenset().union(*(panel.negative for panel in group))
        call = lineage_of_markers(positive - negative)
        if call is not None:
            return call, group[-1]
    return None

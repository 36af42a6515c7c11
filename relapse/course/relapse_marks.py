"""Evidence of relapse: marrow, extramedullary disease, and codes with or without a date of their
own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from relapse.assessment import FactUsed
from relapse.course.diagnosis import all_entries, describe
from relapse.course.extramedullary import SiteFinding
from relapse.course.marrow import Marrow
from relapse.dates import DateRange
from relapse.facts import Chart, ClinicalStatus, Phase, Site
from relapse.logic import Tri
from relapse.rules import rule


class Kind(Enum):
    MARROW = "marrow"
    SITE = "extramedullary"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class RelapseMark:
    """One piece of evidence of a relapse."""

    when: DateRange
    kind: Kind
    facts: tuple[FactUsed, ...]
    ordinal: int | None = None
    site: Site | None = None
    marrow: Marrow | None = None
    closed: bool = False
    """A code that its record calls resolved, without saying since when."""


@dataclass(frozen=True, slots=True)
class UndatedCode:
    """A relapse code without an onset of its own (REL-16): none, or that of the first diagnosis."""

    recorded: DateRange | None
    """Day on which the code was recorded; ``None`` where the entry began before the first
    remission.
    """
    used: FactUsed
    ordinal: int | None
    named_on: DateRange | None
    """Any recording day, to name on a card."""
    codes: tuple[str, ...] = ()


_RELAPSING = (ClinicalStatus.RELAPSE, ClinicalStatus.RECURRENCE)
_CLOSED = (ClinicalStatus.RESOLVED, ClinicalStatus.INACTIVE, ClinicalStatus.REMISSION)


@rule("REL-01", "Coded relapse", "POL")
def coded(
    chart: Chart, first_diagnosed: DateRange | None, first_remission: DateRange | None
) -> tuple[list[RelapseMark], list[UndatedCode]]:
    """Relapse codes with an onset of their own, and those without.

    An onset on or before the first diagnosis or the first remission is the beginning of the
    leukaemia, not of a relapse: such an entry gives a state but no date.
    """
    dated: list[RelapseMark] = []
    undated: list[UndatedCode] = []
    for entry in all_entries(chart):
        relapsing = entry.phase is Phase.UNSTATED and entry.clinical_status in _RELAPSING
        if entry.phase is not Phase.RELAPSE and not relapsing:
            continue
        used = FactUsed.of(entry, describe(entry))
        closed = entry.clinical_status in _CLOSED
        if _own_onset(entry.when, first_diagnosed, first_remission) and entry.when is not None:
            if entry.phase is Phase.RELAPSE:
                mark = RelapseMark(
                    entry.when,
                    Kind.CODE,
                    (used,),
                    ordinal=entry.relapse_ordinal,
                    closed=closed and entry.abated is None,
                )
                dated.append(mark)
                continue
            # The one leading entry that began late: its status is a state without a date.
        if closed and entry.when is not None:
            continue
        recorded = entry.recorded if entry.phase is Phase.RELAPSE and entry.when is None else None
        shown = FactUsed(used.text, entry.recorded, used.reference, date_inferred=True)
        undated.append(
            UndatedCode(recorded, shown, entry.relapse_ordinal, entry.recorded, entry.codes)
        )
    return dated, undated


def _own_onset(
    onset: DateRange | None, first_diagnosed: DateRange | None, first_remission: DateRange | None
) -> bool:
    if onset is None:
        return False
    limits = [limit for limit in (first_diagnosed, first_remission) if limit is not None]
    return all(onset.after(limit) is not Tri.NOT_MET for limit in limits)


@rule("REL-06", "Extramedullary relapse", "S26")
def at_sites(findings: tuple[SiteFinding, ...]) -> tuple[RelapseMark, ...]:
    """Proven leukaemia outside the marrow, with a date."""
    return tuple(
        RelapseMark(finding.when, Kind.SITE, (finding.used,), site=finding.site)
        for finding in findings
        if finding.leukaemia is Tri.MET and finding.when is not None
    )

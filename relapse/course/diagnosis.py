"""Whether the patient has ALL, since when, and of which lineage (E-01 to E-03, CONF-01, G-03)."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import FactUsed
from relapse.course.immunophenotype import LineageCall, read_lineage
from relapse.dates import DateRange
from relapse.facts import (
    Chart,
    ClinicalStatus,
    Diagnosis,
    Disease,
    Immunophenotype,
    Lineage,
    Phase,
)
from relapse.logic import Tri
from relapse.rules import rule

_CLOSED = (ClinicalStatus.RESOLVED, ClinicalStatus.INACTIVE)


@dataclass(frozen=True)
class DiagnosisPicture:
    """What the record says the disease is."""

    has_all: Tri
    lineage: Lineage
    precursor: Tri
    first: Diagnosis | None
    """The entry that says when the leukaemia was first found."""
    lineage_conflict: tuple[FactUsed, ...] = ()
    """The disagreeing sources (CONF-01); empty where they agree."""
    switched_to: tuple[FactUsed, ...] = ()
    """A newer acute leukaemia of another lineage (G-03)."""
    facts: tuple[FactUsed, ...] = ()

    @property
    def first_diagnosed(self) -> DateRange | None:
        return None if self.first is None else self.first.when


@rule("E-01", "ALL diagnosis", "TEXT", "GK")
def has_all(chart: Chart) -> Tri:
    """Met by a confirmed entry for ALL, unknown where all entries are provisional, else not met."""
    entries = [entry for entry in chart.of(Diagnosis) if entry.disease is Disease.ALL]
    if any(entry.confirmed for entry in entries):
        return Tri.MET
    return Tri.UNKNOWN if entries else Tri.NOT_MET


def all_entries(chart: Chart) -> tuple[Diagnosis, ...]:
    """The confirmed entries for ALL."""
    return tuple(
        entry for entry in chart.of(Diagnosis) if entry.disease is Disease.ALL and entry.confirmed
    )


def describe(entry: Diagnosis) -> str:
    """An entry in words: its own text, else the disease."""
    return entry.text or entry.disease.value


def first_entry(chart: Chart) -> Diagnosis | None:
    """The entry of earliest onset that names neither relapse nor remission: those say when that
    began, not when the leukaemia was first found.
    """
    dated = [
        (entry.when, entry)
        for entry in all_entries(chart)
        if entry.when is not None and entry.phase is Phase.UNSTATED
    ]
    first = min(dated, key=lambda pair: (pair[0].earliest, pair[0].latest), default=None)
    return None if first is None else first[1]


@rule("E-02", "Lineage", "TEXT", "S24")
def lineage_sources(chart: Chart) -> tuple[tuple[LineageCall, FactUsed], ...]:
    """Every current source on lineage: coded diagnoses, and the newest final immunophenotype that
    decides.
    """
    calls: list[tuple[LineageCall, FactUsed]] = []
    entries = [entry for entry in chart.of(Diagnosis) if entry.confirmed]
    current = [entry for entry in entries if entry.clinical_status not in _CLOSED] or entries
    for entry in current:
        used = FactUsed.of(entry, describe(entry))
        if entry.disease is Disease.ALL and entry.lineage is not Lineage.UNKNOWN:
            calls.append((LineageCall(entry.lineage, entry.precursor), used))
        elif entry.disease is Disease.MATURE_B:
            calls.append((LineageCall(Lineage.B, Tri.NOT_MET), used))
        elif entry.disease is Disease.MIXED_PHENOTYPE:
            calls.append((LineageCall(Lineage.UNKNOWN, Tri.UNKNOWN), used))
    panels = [panel for panel in chart.of(Immunophenotype) if panel.final]
    decisive = read_lineage(panels)
    if decisive is not None:
        call, panel = decisive
        calls.append(
            (
                call,
                FactUsed.of(
                    panel, f"immunophenotype: {panel.text}" if panel.text else "immunophenotype"
                ),
            )
        )
    return tuple(calls)


@rule("CONF-01", "Lineage sources disagree", "POL")
def disagree(calls: tuple[LineageCall, ...]) -> bool:
    """Two sources name different lineages, or one says precursor and another mature."""
    lineages = {call.lineage for call in calls}
    precursor = {call.precursor for call in calls} - {Tri.UNKNOWN}
    return len(lineages) > 1 or len(precursor) > 1


@rule("G-03", "Newer acute leukaemia of another lineage", "GK")
def newer_other_leukaemia(chart: Chart) -> tuple[Diagnosis, ...]:
    """Confirmed entries for another acute leukaemia that are not shown to be older than the ALL.

    An undated entry may be newer: advice on ALL would then rest on the wrong disease.
    """
    onsets = [entry.when or entry.recorded for entry in all_entries(chart)]
    known = [onset for onset in onsets if onset is not None]
    if not known:
        return ()
    first = min(known, key=lambda onset: onset.earliest)
    newer = []
    for entry in chart.of(Diagnosis):
        if entry.disease is not Disease.OTHER_ACUTE_LEUKAEMIA or not entry.confirmed:
            continue
        onset = entry.when or entry.recorded
        if onset is None or onset.after(first) is not Tri.NOT_MET:
            newer.append(entry)
    return tuple(newer)


def picture(chart: Chart) -> DiagnosisPicture:
    """The diagnosis as a whole."""
    sources = lineage_sources(chart)
    calls = tuple(call for call, _ in sources)
    lineage, precursor = Lineage.UNKNOWN, Tri.UNKNOWN
    conflict: tuple[FactUsed, ...] = ()
    if disagree(calls):
        conflict = tuple(used for _, used in sources)
    elif calls:
        lineage = calls[0].lineage
        stated = [call.precursor for call in calls if call.precursor is not Tri.UNKNOWN]
        precursor = stated[0] if stated else Tri.UNKNOWN
    return DiagnosisPicture(
        has_all(chart),
        lineage,
        precursor,
        first_entry(chart),
        conflict,
        tuple(FactUsed.of(entry, describe(entry)) for entry in newer_other_leukaemia(chart)),
        tuple(used for _, used in sources),
    )

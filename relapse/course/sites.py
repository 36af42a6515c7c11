"""Where a relapse is: marrow, CNS, testes, elsewhere (E-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relapse.assessment import FactUsed
from relapse.course.extramedullary import SiteFinding
from relapse.course.marrow import FIVE_PERCENT, Marrow
from relapse.course.relapse_marks import Kind
from relapse.course.timeline import Relapse
from relapse.dates import DateRange
from relapse.facts import Site
from relapse.logic import Tri, all_of, any_of
from relapse.rules import rule

WORK_UP_DAYS = 14
"""Results from this long before the relapse on belong to its work-up (STALE-08)."""


@dataclass(frozen=True, slots=True)
class Involvement:
    """The sites of one relapse, each met, not met or unknown, with what shows it."""

    marrow: Tri = Tri.UNKNOWN
    cns: Tri = Tri.UNKNOWN
    testis: Tri = Tri.UNKNOWN
    other: Tri = Tri.NOT_MET
    facts: tuple[FactUsed, ...] = ()
    cns_examined: bool = False
    testis_examined: bool = False

    @property
    def isolated_sanctuary(self) -> Tri:
        """Isolated CNS or testicular relapse: there, and not in the marrow or elsewhere."""
        return all_of((any_of((self.cns, self.testis)), ~self.marrow, ~self.other))

    @property
    def isolated_other(self) -> Tri:
        return all_of((self.other, ~self.marrow))

    @property
    def extramedullary(self) -> Tri:
        return any_of((self.cns, self.testis, self.other))

    @property
    def isolated_extramedullary(self) -> Tri:
        return all_of((self.extramedullary, ~self.marrow))

    @property
    def isolated_marrow(self) -> Tri:
        return all_of((self.marrow, ~self.extramedullary))

    @property
    def marrow_or_other(self) -> Tri:
        """The site condition of systemic immunotherapy: marrow involved, or a site that is no
        sanctuary.
        """
        return any_of((self.marrow, self.other))

    def text(self) -> str:
        """The site in words; unknown parts are said to be unknown (CARD-04)."""
        named = [
            name
            for name, state in (
                ("marrow", self.marrow),
                ("CNS", self.cns),
                ("testis", self.testis),
                ("other extramedullary site", self.other),
            )
            if state is Tri.MET
        ]
        if not named:
            return "site unknown"
        if self.isolated_marrow is Tri.MET or (
            self.isolated_extramedullary is Tri.MET and len(named) == 1
        ):
            return f"isolated {named[0]}"
        return " and ".join(named)


@rule("E-16", "Site of relapse", "S26", "S32")
def involvement(
    relapse: Relapse,
    marrows: tuple[Marrow, ...],
    findings: tuple[SiteFinding, ...],
    until: DateRange | None,
    testes: bool,
) -> Involvement:
    """Sites of a relapse, from its work-up until the next remission.

    Marrow is free only where a marrow of that time was below 5 %; CNS and testes only where they
    were examined. A relapse known from its code alone has no known site.
    """
    start = relapse.when
    if start is None:
        return Involvement(testis=Tri.UNKNOWN if testes else Tri.NOT_MET)
    window = _Window(start, until)
    at = {site: _at_site(site, findings, window) for site in Site}
    marrow_tests = [marrow for marrow in marrows if window.holds(marrow.when)]
    of_work_up = [marrow for marrow in marrow_tests if not window.may_precede(marrow.when)]
    elsewhere = Tri.MET in at.values()
    marrow = _marrow_involved(relapse, marrow_tests, of_work_up, elsewhere)
    used = [fact for item in marrow_tests for fact in item.facts]
    used += [finding.used for finding in findings if window.holds(finding.when)]
    examined = {
        site: any(f.site is site and window.holds(f.when) for f in findings) for site in Site
    }
    testis = at[Site.TESTIS] if testes or at[Site.TESTIS] is Tri.MET else Tri.NOT_MET
    other = at[Site.OTHER] if examined[Site.OTHER] else Tri.NOT_MET
    return Involvement(
        marrow, at[Site.CNS], testis, other, tuple(used), examined[Site.CNS], examined[Site.TESTIS]
    )


def _marrow_involved(
    relapse: Relapse, marrows: list[Marrow], of_work_up: list[Marrow], elsewhere: bool
) -> Tri:
    """Spared only where blasts were counted below 5 % in the work-up and the relapse is shown at
    another site.

    A relapse must be somewhere: known from its code alone, a low marrow does not say where.
    """
    blasts = [marrow.reaches(FIVE_PERCENT) for marrow in of_work_up if marrow.has_blast_count]
    shown = any(mark.kind is Kind.MARROW for mark in relapse.marks)
    if shown or any(marrow.reaches(FIVE_PERCENT) is Tri.MET for marrow in marrows):
        return Tri.MET
    spared = elsewhere and Tri.NOT_MET in blasts and Tri.UNKNOWN not in blasts
    return Tri.NOT_MET if spared else Tri.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Window:
    start: DateRange
    until: DateRange | None

    def holds(self, when: DateRange | None) -> bool:
        """Whether something of ``when`` may belong to the episode."""
        if when is None:
            return False
        return self._first <= when.latest and (
            self.until is None or when.earliest < self.until.earliest
        )

    def may_precede(self, when: DateRange) -> bool:
        """Whether something of ``when`` may be older than the work-up: it then excludes nothing."""
        return when.earliest < self._first

    @property
    def _first(self) -> date:
        return self.start.shifted(days=-WORK_UP_DAYS).earliest


def _at_site(site: Site, findings: tuple[SiteFinding, ...], window: _Window) -> Tri:
    """Leukaemia once shown in the episode counts; a doubtful examination, or a normal one that may
    be older, leaves the site unknown.
    """
    answers = [
        Tri.UNKNOWN if _too_vague(finding, window) else finding.leukaemia
        for finding in findings
        if finding.site is site and window.holds(finding.when)
    ]
    if Tri.MET in answers:
        return Tri.MET
    return answers[-1] if answers else Tri.UNKNOWN


def _too_vague(finding: SiteFinding, window: _Window) -> bool:
    """CNS and testes need an examination of this relapse; other sites are free unless recorded."""
    return (
        finding.leukaemia is Tri.NOT_MET
        and finding.site is not Site.OTHER
        and finding.when is not None
        and window.may_precede(finding.when)
    )

"""Marrow specimens and what they prove: the consensus criteria of relapse (E-07, E-12, REL-02,
REL-03).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from relapse.assessment import FactUsed
from relapse.course.wording import percent, residual_disease
from relapse.dates import DateRange
from relapse.facts import BlastResult, Chart, Detection, Material, Method, MrdResult
from relapse.logic import Interval, Tri, any_of
from relapse.rules import rule

ONE_PERCENT = Decimal("0.01")
FIVE_PERCENT = Decimal("0.05")
TWENTY_FIVE_PERCENT = Decimal("0.25")

_FAMILY = {
    Method.MORPHOLOGY: "cytomorphology",
    Method.FLOW: "flow cytometry",
    Method.CLONAL_PCR: "clonal PCR or NGS",
    Method.NGS: "clonal PCR or NGS",
    Method.CYTOGENETICS: "cytogenetics or fusion transcript",
    Method.FUSION_TRANSCRIPT: "cytogenetics or fusion transcript",
    Method.UNKNOWN: "method not stated",
}
_IDENTIFYING = frozenset(
    {"flow cytometry", "clonal PCR or NGS", "cytogenetics or fusion transcript"}
)


@dataclass(frozen=True)
class Test:
    """One measurement of leukaemic cells in a marrow."""

    family: str
    fraction: Interval
    used: FactUsed


@dataclass
class Marrow:
    """All final measurements of one marrow specimen."""

    when: DateRange
    tests: list[Test] = field(default_factory=list)
    has_blast_count: bool = False
    """Whether blasts were counted, rather than residual disease measured alone."""

    def reaches(self, limit: Decimal) -> Tri:
        """Whether any method shows at least ``limit``."""
        return any_of(test.fraction.at_least(limit) for test in self.tests)

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        return tuple(test.used for test in self.tests)

    def families_from(self, limit: Decimal) -> frozenset[str]:
        """The methods, by family, that show at least ``limit``."""
        return frozenset(
            test.family for test in self.tests if test.fraction.at_least(limit) is Tri.MET
        )


@rule("E-07", "Marrow blasts", "S25", "S26", "S16")
def marrows(chart: Chart) -> tuple[Marrow, ...]:
    """Dated final marrow specimens, oldest first, with blasts and quantified MRD by every
    method.
    """
    found: dict[object, Marrow] = {}
    tests: list[tuple[BlastResult | MrdResult, Interval]] = [
        (result, result.fraction)
        for result in chart.of(BlastResult)
        if result.material is Material.MARROW and result.fraction is not None
    ]
    tests += [
        (result, result.fraction)
        for result in chart.of(MrdResult)
        if result.material is Material.MARROW
        and result.detection is Detection.QUANTIFIED
        and result.fraction is not None
    ]
    for result, fraction in tests:
        if not result.final or result.when is None:
            continue
        # One day is one aspirate: laboratories number the tubes of one puncture differently.
        marrow = found.setdefault(result.when, Marrow(result.when))
        family = _FAMILY[result.method]
        is_count = isinstance(result, BlastResult)
        marrow.has_blast_count |= is_count
        if isinstance(result, MrdResult):
            used = residual_disease(result)
        else:
            text = f"marrow blasts {percent(fraction)} by {result.method.value}"
            used = FactUsed.of(result, text)
        marrow.tests.append(Test(family, fraction, used))
    return tuple(
        sorted(found.values(), key=lambda marrow: (marrow.when.earliest, marrow.when.latest))
    )


def residual_below(result: MrdResult, limit: Decimal) -> bool:
    """Whether a marrow MRD result shows that fewer leukaemic cells than ``limit`` are left."""
    if result.material is not Material.MARROW:
        return False
    if result.detection is Detection.NOT_DETECTED:
        return True
    return result.fraction is not None and result.fraction.at_least(limit) is Tri.NOT_MET


@rule("E-12", "Relapse in the marrow", "S25", "TEXT")
def shows_relapse(first: Marrow, later: tuple[Marrow, ...], interval_days: int) -> bool:
    """The consensus table: whether this marrow, alone or with a later one, is a relapse.

    From 25 % on alone; 5 to 25 % with another method from 1 % on, or a second marrow with two; 1 to
    5 % (by methods that identify leukaemic cells) with two others, or a second marrow with two.
    """
    if first.reaches(TWENTY_FIVE_PERCENT) is Tri.MET:
        return True
    seconds = [
        marrow
        for marrow in later
        if marrow.when.on_or_after(first.when.shifted(days=interval_days)) is Tri.MET
    ]
    if first.reaches(FIVE_PERCENT) is Tri.MET:
        return _independent(first) or any(len(_stated(marrow)) >= 2 for marrow in seconds)
    identifying = _stated(first) & _IDENTIFYING
    if not identifying:
        return False
    return len(identifying) >= 3 or any(
        len(_stated(marrow) & _IDENTIFYING) >= 2 or _independent(marrow) for marrow in seconds
    )


def _stated(marrow: Marrow) -> frozenset[str]:
    """The methods that show at least 1 %; one that is not stated cannot be called a different
    one.
    """
    return marrow.families_from(ONE_PERCENT) - {_FAMILY[Method.UNKNOWN]}


def _independent(marrow: Marrow) -> bool:
    """A method from 5 % on, and a different one from 1 % on."""
    main = marrow.families_from(FIVE_PERCENT) & _stated(marrow)
    return bool(main) and len(_stated(marrow)) >= 2

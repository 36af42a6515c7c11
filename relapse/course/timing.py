"""When a first relapse came, in the paediatric schemes and the adult one (E-19 to E-23)."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import FactUsed
from relapse.course.sites import Involvement
from relapse.dates import DateRange
from relapse.facts import Lineage
from relapse.logic import Tri, all_of, any_of
from relapse.rules import rule

VERY_EARLY, EARLY, LATE = "very early", "early", "late"
_BFM_VERY_EARLY_MONTHS = 18
_BFM_LATE_MONTHS = 6
_COG_MARROW_MONTHS = 36
_COG_EXTRAMEDULLARY_MONTHS = 18


@dataclass(frozen=True, slots=True)
class FirstRelapse:
    """What the schemes ask of a first relapse."""

    diagnosed: DateRange | None
    relapsed: DateRange | None
    end_of_therapy: DateRange | None
    on_therapy: Tri
    involvement: Involvement
    lineage: Lineage
    facts: tuple[FactUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Classes:
    """Every class that the record allows; one of each where it leaves no doubt."""

    bfm: frozenset[str]
    cog: frozenset[str]

    @property
    def bfm_class(self) -> str | None:
        return next(iter(self.bfm)) if len(self.bfm) == 1 else None

    @property
    def cog_class(self) -> str | None:
        return next(iter(self.cog)) if len(self.cog) == 1 else None

    @property
    def text(self) -> str:
        """The classes that leave no doubt, in words."""
        named = (("BFM", self.bfm_class), ("COG", self.cog_class))
        return ", ".join(f"{scheme} {found}" for scheme, found in named if found is not None)


@rule("E-19", "BFM timing", "S26")
def bfm(relapse: FirstRelapse) -> frozenset[str]:
    """Very early under 18 months from diagnosis; late from 6 months after primary therapy; else
    early.
    """
    if relapse.relapsed is None:
        return frozenset({VERY_EARLY, EARLY, LATE})
    very_early = Tri.UNKNOWN
    if relapse.diagnosed is not None:
        very_early = relapse.relapsed.before(
            relapse.diagnosed.shifted(months=_BFM_VERY_EARLY_MONTHS)
        )
    late = ~relapse.on_therapy
    if relapse.on_therapy is not Tri.MET:
        since_end = Tri.UNKNOWN
        if relapse.end_of_therapy is not None:
            limit = relapse.end_of_therapy.shifted(months=_BFM_LATE_MONTHS)
            since_end = relapse.relapsed.on_or_after(limit)
        late = all_of((late, since_end))
    possible = set()
    if very_early is not Tri.NOT_MET:
        possible.add(VERY_EARLY)
    if very_early is not Tri.MET:
        if late is not Tri.MET:
            possible.add(EARLY)
        if late is not Tri.NOT_MET:
            possible.add(LATE)
    return frozenset(possible)


@rule("E-20", "COG timing", "S54", "S26", "S28")
def cog(relapse: FirstRelapse) -> frozenset[str]:
    """Early under 36 months from diagnosis with marrow involved, under 18 without; else late."""
    if relapse.relapsed is None or relapse.diagnosed is None:
        return frozenset({EARLY, LATE})
    limits = {
        Tri.MET: (_COG_MARROW_MONTHS,),
        Tri.NOT_MET: (_COG_EXTRAMEDULLARY_MONTHS,),
        Tri.UNKNOWN: (_COG_MARROW_MONTHS, _COG_EXTRAMEDULLARY_MONTHS),
    }[relapse.involvement.marrow]
    possible = set()
    for months in limits:
        early = relapse.relapsed.before(relapse.diagnosed.shifted(months=months))
        if early is not Tri.NOT_MET:
            possible.add(EARLY)
        if early is not Tri.MET:
            possible.add(LATE)
    return frozenset(possible)


def classes(relapse: FirstRelapse) -> Classes:
    return Classes(bfm(relapse), cog(relapse))


@rule("E-22", "BFM S-group", "S24", "GK")
def s_group(relapse: FirstRelapse, bfm_class: str | None) -> str | None:
    """S1 to S4 by site and timing; nothing where site or timing is not known."""
    site = relapse.involvement
    if bfm_class is None or relapse.lineage is Lineage.UNKNOWN:
        return None
    if site.isolated_extramedullary is Tri.MET:
        return "S1" if bfm_class == LATE else "S2"
    if site.marrow is not Tri.MET:
        return None
    if relapse.lineage is Lineage.T or bfm_class == VERY_EARLY:
        return "S4"
    if bfm_class == LATE:
        return "S2"
    if site.isolated_marrow is Tri.MET:
        return "S3"
    return "S2" if site.extramedullary is Tri.MET else None


@rule("E-23", "High risk in BFM and COG", "S24")
def high_risk(relapse: FirstRelapse, bfm_class: str, cog_class: str) -> tuple[Tri, Tri]:
    """(BFM, COG) high risk of a relapse of known timing. T-lineage is high in COG wherever the
    relapse is.
    """
    site = relapse.involvement
    t_lineage = Tri.of(relapse.lineage is Lineage.T)
    in_bfm = all_of(
        (
            site.marrow,
            any_of(
                (
                    t_lineage,
                    Tri.of(bfm_class == VERY_EARLY),
                    all_of((Tri.of(bfm_class == EARLY), site.isolated_marrow)),
                )
            ),
        )
    )
    in_cog = any_of((t_lineage, Tri.of(cog_class == EARLY)))
    return in_bfm, in_cog


@rule("E-21", "Duration of first remission in adults", "S04", "S21", "S33")
def remission_at_most(remission: DateRange | None, relapse: DateRange | None, months: int) -> Tri:
    """Whether the relapse came no later than ``months`` after CR1 was first documented."""
    if remission is None or relapse is None:
        return Tri.UNKNOWN
    return ~relapse.after(remission.shifted(months=months))


def remission_at_least(remission: DateRange | None, relapse: DateRange | None, months: int) -> Tri:
    """Whether the relapse came no earlier than ``months`` after CR1 was first documented (E-21)."""
    if remission is None or relapse is None:
        return Tri.UNKNOWN
    return relapse.on_or_after(remission.shifted(months=months))

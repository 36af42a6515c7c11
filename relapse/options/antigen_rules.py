"""What CD19 and CD22 decide for every therapy directed at them (AG-rules, P-16, P-17), and which
rules of freshness made a result unusable.
"""

from __future__ import annotations

from relapse.assessment import Criterion, Effect, PrecautionRaised, RuleResult
from relapse.case import Case
from relapse.evidence.antigens import AntigenStatus
from relapse.facts import Antigen
from relapse.logic import Tri
from relapse.precautions import raised
from relapse.rules import applied, rule


@rule("AG-01", "CD19 negative", "S02", "S18", "S20")
def cd19_negative(case: Case) -> RuleResult | None:
    """A valid negative CD19 excludes therapy directed at CD19."""
    return _antigen_negative("AG-01", case.cd19)


@rule("AG-02", "CD22 negative", "S08")
def cd22_negative(case: Case) -> RuleResult | None:
    """A valid negative CD22 excludes therapy directed at CD22."""
    return _antigen_negative("AG-02", case.cd22)


def _antigen_negative(id: str, found: AntigenStatus) -> RuleResult | None:
    if found.positive is not Tri.NOT_MET:
        return None
    criterion = Criterion(f"{found.antigen.value} negative", Tri.MET, found.facts)
    return applied(id, Tri.MET, criterion)


@rule("AG-04", "Antigen partial or unknown", "S02", "S08")
def antigen_unknown(found: AntigenStatus) -> RuleResult | None:
    """Partial, missing, stale or contradictory: the option waits for a new result."""
    if found.positive is not Tri.UNKNOWN:
        return None
    criterion = Criterion(
        f"{found.antigen.value} known", Tri.UNKNOWN, found.facts, note=found.reason
    )
    return applied("AG-04", Tri.MET, criterion)


@rule("AG-05", "Relapse after CD19-directed therapy, CD19 unknown", "S61", "S37")
def relapse_after_cd19_therapy(case: Case) -> RuleResult | None:
    """Antigen loss is common: the option waits for CD19 on a specimen after that therapy."""
    if (
        case.cd19.positive is not Tri.UNKNOWN
        or case.cd19.prior_therapy is not Tri.MET
        or not case.active
    ):
        return None
    return applied(
        "AG-05", Tri.MET, Criterion("after CD19-directed therapy", Tri.MET, case.cd19.therapy_facts)
    )


def antigen_trace(case: Case, antigen: Antigen) -> list[RuleResult]:
    """The antigen rules that apply, for the trace of an option."""
    found = case.cd19 if antigen is Antigen.CD19 else case.cd22
    rules = [antigen_unknown(found)]
    if antigen is Antigen.CD19:
        rules.append(relapse_after_cd19_therapy(case))
    return [*(item for item in rules if item is not None), *_flaws(found)]


_FLAWS = (
    ("pre-date", "STALE-01"),
    ("stale", "STALE-02"),
    ("later than the last", "STALE-03"),
    ("contradictory", "CONF-02"),
)
"""Which rule made the newest result unusable, by the words of its reason."""


def _flaws(found: AntigenStatus) -> list[RuleResult]:
    return [
        applied(id, Tri.MET, Criterion(found.reason, Tri.MET, found.facts))
        for words, id in _FLAWS
        if words in found.reason
    ]


def mrd_trace(case: Case) -> list[RuleResult]:
    """The freshness rule, where it made the newest MRD result unusable."""
    if not case.mrd.outdated:
        return []
    return [applied("STALE-05", Tri.MET, Criterion(case.mrd.reason, Tri.MET, case.mrd.facts))]


def antigen_precaution(found: AntigenStatus) -> PrecautionRaised | None:
    """P-16 and P-17: prior directed therapy, a partial result, or an earlier negative that no
    longer counts.

    Prior therapy together with an unknown, partial or formerly negative antigen is a warning.
    """
    id = "P-16" if found.antigen is Antigen.CD19 else "P-17"
    treated = found.prior_therapy is not Tri.NOT_MET and bool(found.therapy_facts)
    lost = found.earlier_negative
    if not treated and not found.heterogeneous and lost is None:
        return None
    facts = [*found.therapy_facts, *(() if lost is None else (lost,))]
    facts += found.facts if found.heterogeneous else ()
    unsettled = found.positive is Tri.UNKNOWN
    effects = (Effect.WARN,) if treated and unsettled else (Effect.NOTE,)
    detail = f"earlier negative on {lost.when}" if lost is not None else ""
    return raised(id, *effects, facts=tuple(facts), detail=detail)

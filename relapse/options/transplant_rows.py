"""Transplant by risk in second remission and at relapse (HS-02 to HS-14): every timing that the
record allows.
"""

from __future__ import annotations

from dataclasses import replace

from relapse.assessment import Criterion, FactUsed, MrdCategory, RuleResult, Strength
from relapse.case import Case
from relapse.course.sites import Involvement
from relapse.course.timing import LATE, FirstRelapse, cog, high_risk
from relapse.evidence.mrd import LABEL_LEVEL
from relapse.facts import Lineage
from relapse.logic import Tri
from relapse.rules import applied, rule

_OPEN_PARTS = {
    "timing": frozenset({"D-DXDATE", "D-EOT"}),
    "site": frozenset({"D-BM", "D-CNS", "D-TEST"}),
}
"""What the requests of HS-14 are about."""


def possible_risks(case: Case) -> set[tuple[Tri, Tri]]:
    """Every (BFM, COG) risk that timing and site of the first relapse allow, each met or not
    met.
    """
    return {high_risk(relapse, *timing) for relapse, *timing in _possibilities(case)}


def _possibilities(case: Case) -> list[tuple[FirstRelapse, str, str]]:
    first, timing = case.first_relapse, case.timing
    if first is None or timing is None:
        return []
    relapses = [replace(first, involvement=site) for site in _sites(first.involvement)]
    return [
        (relapse, bfm, cog_class)
        for relapse in relapses
        for bfm in sorted(timing.bfm)
        for cog_class in sorted(cog(relapse))
    ]


def _sites(site: Involvement) -> list[Involvement]:
    """The sites with every unknown settled both ways; a relapse is somewhere."""
    settled = [
        replace(site, marrow=marrow, cns=cns, testis=testis)
        for marrow in _either(site.marrow)
        for cns in _either(site.cns)
        for testis in _either(site.testis)
    ]
    return [item for item in settled if Tri.MET in (item.marrow, item.cns, item.testis, item.other)]


def _either(state: Tri) -> tuple[Tri, ...]:
    return (Tri.MET, Tri.NOT_MET) if state is Tri.UNKNOWN else (state,)


def child_second_remission(case: Case) -> RuleResult:
    """HS-04 to HS-08 for every possible timing; one answer for all of them stands, else HS-14."""
    return _agreed(case, [_second_remission_row(case, *item) for item in _possibilities(case)])


def child_first_relapse(case: Case) -> RuleResult:
    """HS-11 and HS-12 for every possible timing; one answer for all of them stands, else HS-14."""
    return _agreed(case, [_active_row(case, *item) for item in _possibilities(case)])


def _agreed(case: Case, answers: list[RuleResult]) -> RuleResult:
    if not answers or len({answer.strength for answer in answers}) > 1:
        return timing_unknown(case)
    return answers[0]


def _second_remission_row(case: Case, relapse: FirstRelapse, bfm: str, cog: str) -> RuleResult:
    in_bfm, in_cog = high_risk(relapse, bfm, cog)
    if relapse.involvement.marrow is Tri.NOT_MET:
        if bfm == LATE and relapse.lineage is not Lineage.T:
            return late_extramedullary(case)
        return early_extramedullary(case)
    if in_bfm is Tri.MET and in_cog is Tri.MET:
        return high_in_both(case)
    if Tri.MET in (in_bfm, in_cog):
        return high_in_one(case)
    return high_in_neither(case)


def _active_row(case: Case, relapse: FirstRelapse, bfm: str, cog: str) -> RuleResult:
    early_outside_marrow = relapse.involvement.marrow is Tri.NOT_MET and bfm != LATE
    if early_outside_marrow or Tri.MET in high_risk(relapse, bfm, cog):
        why = "first relapse of high risk, or early outside the marrow"
        return at_relapse(case, why, relapse.facts)
    return await_response(case)


def _timing_fact(case: Case, text: str) -> Criterion:
    known = f" ({case.timing.text})" if case.timing is not None and case.timing.text else ""
    return Criterion(f"{text}{known}", Tri.MET, _facts(case))


def _facts(case: Case) -> tuple[FactUsed, ...]:
    """Those of the timing of the first relapse, and of the state."""
    first = case.first_relapse
    return (*(first.facts if first is not None else ()), *case.course.facts)


def _mrd_fact(case: Case) -> Criterion:
    """MRD stands beside a row that it does not gate."""
    state = Tri.MET if case.mrd.category is not MrdCategory.UNK else Tri.UNKNOWN
    return Criterion("MRD known", state, case.mrd.facts, (case.mrd.request,), case.mrd.reason)


@rule("HS-04", "Child, CR2, high risk in both schemes", "S24", "TEXT")
def high_in_both(case: Case) -> RuleResult:
    """Marrow-involving first relapse, high risk by BFM and COG."""
    return applied(
        "HS-04", Tri.MET, _timing_fact(case, "high risk by BFM and COG"), strength=Strength.EVAL
    )


@rule("HS-05", "Child, CR2, high risk in one scheme", "S24")
def high_in_one(case: Case) -> RuleResult:
    """The schemes disagree: may be considered; evaluation is suggested from MRD 0.1 % on."""
    strong = case.mrd.at_least(LABEL_LEVEL) is Tri.MET
    return applied(
        "HS-05",
        Tri.MET,
        _timing_fact(case, "high risk by BFM or COG, not both"),
        _mrd_fact(case),
        strength=Strength.EVAL if strong else Strength.CONS,
        note="BFM and COG class this relapse differently.",
    )


@rule("HS-06", "Child, CR2, late marrow relapse", "S24", "S29", "TEXT")
def high_in_neither(case: Case) -> RuleResult:
    """By MRD: evaluation from 0.1 %, may be considered from 0.01 %, below that chemotherapy is the
    alternative.
    """
    mrd = _mrd_fact(case)
    late = _timing_fact(case, "high risk in neither scheme")
    if case.mrd.at_least(case.policy.transplant_mrd_eval) is Tri.MET:
        return applied("HS-06", Tri.MET, late, mrd, strength=Strength.EVAL)
    if case.mrd.at_least(case.policy.transplant_mrd_cons) is Tri.MET:
        return applied("HS-06", Tri.MET, late, mrd, strength=Strength.CONS)
    if case.mrd.at_least(case.policy.transplant_mrd_cons) is Tri.NOT_MET:
        note = "good MRD response: chemotherapy is the alternative"
        return applied("HS-06", Tri.NOT_MET, late, mrd, strength=Strength.NOT, note=note)
    return applied("HS-06", Tri.UNKNOWN, late, mrd, strength=Strength.CAD)


@rule("HS-07", "Child, CR2, late extramedullary relapse", "S24", "S28")
def late_extramedullary(case: Case) -> RuleResult:
    """May be considered from MRD 0.1 % on, else not; MRD is asked for."""
    mrd = _mrd_fact(case)
    late = _timing_fact(case, "late isolated extramedullary relapse")
    if case.mrd.at_least(LABEL_LEVEL) is Tri.MET:
        return applied("HS-07", Tri.MET, late, mrd, strength=Strength.CONS)
    return applied(
        "HS-07",
        Tri.NOT_MET,
        late,
        mrd,
        strength=Strength.NOT,
        note="late isolated extramedullary relapse",
    )


@rule("HS-08", "Child, CR2, early or T-lineage extramedullary relapse", "S24", "S28")
def early_extramedullary(case: Case) -> RuleResult:
    """Early or very early isolated extramedullary relapse, or T-lineage."""
    fact = _timing_fact(case, "early isolated extramedullary relapse, or T-lineage")
    return applied("HS-08", Tri.MET, fact, strength=Strength.CONS)


@rule("HS-11", "Relapse: early referral and donor search", "TEXT")
def at_relapse(case: Case, why: str, timing: tuple[FactUsed, ...] = ()) -> RuleResult:
    """Active disease in an adult, refractory, in second relapse, or in a first relapse of high
    risk (with the facts of its ``timing``).
    """
    note = "Early referral and donor search; the transplant itself depends on remission."
    reason = Criterion(why, Tri.MET, (*timing, *case.course.facts))
    return applied("HS-11", Tri.MET, reason, strength=Strength.CONS, note=note)


@rule("HS-12", "Child, late first relapse of standard risk", "S29")
def await_response(case: Case) -> RuleResult:
    """High risk in neither scheme: MRD after reinduction decides first."""
    fact = _timing_fact(case, "late first relapse, high risk in neither scheme")
    return applied(
        "HS-12", Tri.MET, fact, strength=Strength.NOT, note="await MRD after reinduction"
    )


@rule("HS-14", "Child, timing of the relapse unknown", "S24")
def timing_unknown(case: Case) -> RuleResult:
    """Dates or sites that would class the relapse are missing, and they change the answer."""
    first = case.first_relapse
    wanted = []
    if first is None or first.diagnosed is None or not first.diagnosed.exact:
        wanted.append("D-DXDATE")
    if (
        first is not None
        and first.on_therapy is not Tri.MET
        and (first.end_of_therapy is None or not first.end_of_therapy.exact)
    ):
        wanted.append("D-EOT")
    if first is not None and first.involvement.marrow is Tri.UNKNOWN:
        wanted.append("D-BM")
    if first is not None and first.involvement.cns is Tri.UNKNOWN:
        wanted.append("D-CNS")
    if first is not None and first.involvement.testis is Tri.UNKNOWN:
        wanted.append("D-TEST")
    asked = tuple(wanted or ["D-DXDATE"])
    open_parts = [part for part, ids in _OPEN_PARTS.items() if not ids.isdisjoint(asked)]
    criterion = Criterion(
        f"{' and '.join(open_parts)} of the first relapse",
        Tri.UNKNOWN,
        _facts(case),
        asked,
        "not known exactly",
    )
    return applied("HS-14", Tri.UNKNOWN, criterion, strength=Strength.CAD)

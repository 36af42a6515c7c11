"""Allogeneic transplant (HS-rules): referral, second transplant and donor lymphocytes under one
option.
"""

from __future__ import annotations

from dataclasses import replace

from relapse.assessment import (
    Consideration,
    ContextLine,
    Criterion,
    DataRequest,
    Effect,
    MrdCategory,
    Option,
    PrecautionRaised,
    RuleResult,
    Strength,
)
from relapse.case import Case
from relapse.course.marrow import FIVE_PERCENT, TWENTY_FIVE_PERCENT
from relapse.evidence import safety
from relapse.evidence.mrd import LABEL_LEVEL
from relapse.facts import (
    TREATMENT_SECTIONS,
    Agent,
    Response,
    ResponseStatement,
    Section,
)
from relapse.logic import Tri
from relapse.options import antigen_rules, donor_lymphocytes, second_transplant, transplant_rows
from relapse.options.combine import lowered, notes_of
from relapse.options.common_criteria import remission_is_new
from relapse.precautions import raised
from relapse.requests import merged, request
from relapse.rules import applied, rule

OPTION = Option.TRANSPLANT


def consider(case: Case) -> Consideration:
    """Transplant for this patient today: the strongest of transplant, second transplant and donor
    lymphocytes.
    """
    transplanted, facts = case.ever_transplanted()
    if transplanted is Tri.MET:
        return _after_transplant(case)
    row = first_matching_row(case)
    outdated = tuple(antigen_rules.mrd_trace(case)) if row.rule in _ROWS_BY_MRD else ()
    donor_unstated = transplanted is Tri.UNKNOWN and bool(facts)
    if donor_unstated and row.strength is not None and row.strength > Strength.NOT:
        row = _donor_type_unknown(row)
    return _finished(case, row, (), outdated)


_ROWS_BY_MRD = ("HS-05", "HS-06", "HS-07")


def _after_transplant(case: Case) -> Consideration:
    """HS-01: after an allogeneic transplant the rules of the second transplant and of donor
    lymphocytes decide.
    """
    second = second_transplant.consider(case)
    lymphocytes = donor_lymphocytes.consider(case)
    return _finished(case, second, (lymphocytes,))


@rule("HS-01", "Prior allogeneic transplant", "POL")
def use_second_transplant_rules() -> RuleResult:
    """After an allogeneic transplant the rules HS2 and DLI apply instead."""
    return applied("HS-01")


def first_matching_row(case: Case) -> RuleResult:
    """The first row that applies; a row whose condition is unknown does not, except HS-14."""
    if case.in_remission:
        if case.remission_ordinal == 1:
            return first_remission(case)
        old = remission_is_new(case) is Tri.NOT_MET
        if old and case.mrd.category is not MrdCategory.POS:
            return applied("G-09", Tri.MET, strength=Strength.NOT, note="long-standing remission")
    rows = adult_row, child_row
    if case.adult_protocol is not Tri.UNKNOWN:
        return rows[case.adult_protocol is Tri.NOT_MET](case)
    adult, child = (row(case) for row in rows)
    return adult if adult.strength is child.strength else _age_decides(adult, child)


def adult_row(case: Case) -> RuleResult:
    """The row of an adult."""
    if case.active:
        return transplant_rows.at_relapse(case, "adult with active disease")
    return adult_in_remission(case)


def child_row(case: Case) -> RuleResult:
    """The row of a child."""
    if case.in_remission:
        if case.remission_ordinal >= 3:
            return child_later_remission(case)
        return transplant_rows.child_second_remission(case)
    if case.course.refractory.state is Tri.MET:
        return transplant_rows.at_relapse(case, "refractory disease")
    if case.course.relapse_count >= 2:
        return transplant_rows.at_relapse(case, "second or later relapse")
    row = transplant_rows.child_first_relapse(case)
    if row.strength is not Strength.CONS and partial_remission(case) is Tri.MET:
        return in_partial_remission(case)
    return row


def _age_decides(adult: RuleResult, child: RuleResult) -> RuleResult:
    """Age unknown, and the rows of adults and children differ: waits for the birth date."""
    criterion = Criterion("adult or child", Tri.UNKNOWN, (), ("D-AGE",), "birth date not known")
    criteria = (criterion, *adult.criteria, *child.criteria)
    return replace(adult, state=Tri.UNKNOWN, criteria=criteria, strength=Strength.CAD, note="")


@rule("HS-02", "Adult, CR2 or later", "TEXT", "S34", "S35")
def adult_in_remission(case: Case) -> RuleResult:
    """An adult in second or later remission."""
    return applied("HS-02", Tri.MET, _remission(case), strength=Strength.EVAL)


@rule("HS-03", "Child, CR3 or later", "TEXT")
def child_later_remission(case: Case) -> RuleResult:
    """A child in third or later remission."""
    return applied("HS-03", Tri.MET, _remission(case), strength=Strength.EVAL)


def _remission(case: Case) -> Criterion:
    return Criterion(f"remission number {case.remission_ordinal}", Tri.MET, case.course.facts)


@rule("HS-09", "CR1 with MRD, or after induction failure", "GK")
def first_remission(case: Case) -> RuleResult:
    """First remission with MRD from 0.1 % on, or reached after primary induction failure; else
    HS-10.
    """
    positive = case.mrd.at_least(LABEL_LEVEL)
    if positive is Tri.MET or case.course.remission_after_failure:
        why = (
            "MRD at least 0.1 %"
            if positive is Tri.MET
            else "first remission after induction failure"
        )
        return applied(
            "HS-09",
            Tri.MET,
            Criterion(why, Tri.MET, case.mrd.facts or case.course.facts),
            strength=Strength.CONS,
        )
    return otherwise_first_remission(case)


@rule("HS-10", "CR1 otherwise", "POL")
def otherwise_first_remission(case: Case) -> RuleResult:
    """Front-line scope: silent."""
    return applied(
        "HS-10",
        Tri.MET,
        _remission(case),
        strength=Strength.NOT,
        note="first remission, front-line scope",
    )


@rule("HS-13", "Partial remission", "TEXT")
def in_partial_remission(case: Case) -> RuleResult:
    """Active disease in partial remission: may be considered, whatever HS-12 says."""
    return applied(
        "HS-13",
        Tri.MET,
        Criterion("partial remission", Tri.MET, case.course.facts),
        strength=Strength.CONS,
    )


def partial_remission(case: Case) -> Tri:
    """E-10: stated, or the newest marrow of the episode 5 to under 25 % and at most half of its
    first value.
    """
    start = case.course.episode_start
    for statement in case.chart.of(ResponseStatement):
        current = start is None or (
            statement.when is not None and statement.when.earliest >= start.earliest
        )
        if statement.final and statement.response is Response.PARTIAL_REMISSION and current:
            return Tri.MET
    if start is None:
        return Tri.NOT_MET
    values = [
        max(low for test in marrow.tests if (low := test.fraction.low) is not None)
        for marrow in case.course.marrows
        if marrow.when.latest >= start.earliest
        and any(test.fraction.low is not None for test in marrow.tests)
    ]
    if len(values) < 2:
        return Tri.NOT_MET
    first, last = values[0], values[-1]
    return Tri.of(FIVE_PERCENT <= last < TWENTY_FIVE_PERCENT and last * 2 <= first)


def _donor_type_unknown(row: RuleResult) -> RuleResult:
    """Mapping rule 30: an earlier transplant of unknown donor type may make this a second one."""
    criterion = Criterion(
        "no earlier allogeneic transplant",
        Tri.UNKNOWN,
        (),
        ("D-PRIOR",),
        "donor type of an earlier transplant not stated",
    )
    return RuleResult(
        row.rule,
        row.title,
        Tri.UNKNOWN,
        (*row.criteria, criterion),
        row.sources,
        Strength.CAD,
        row.note,
    )


def _finished(
    case: Case,
    row: RuleResult,
    others: tuple[RuleResult, ...],
    trace: tuple[RuleResult, ...] = (),
) -> Consideration:
    rules = (row, *others, *trace)
    if case.course.history.transplants and others:
        rules = (use_second_transplant_rules(), *rules)
    fitness = safety.fit(case.chart, case.as_of, case.policy)
    unfit = applied(
        "POL-34",
        ~fitness.state,
        Criterion("not fit by performance status", ~fitness.state, fitness.facts),
        note="Performance status below the limit of fitness.",
    )
    strength = max(
        (item.strength for item in rules if item.strength is not None), default=Strength.NOT
    )
    asked = _requests(case, row, others, fitness.state)
    if strength is Strength.NOT:
        silent = row.rule in ("HS-10", "G-09", "HS2-05")
        # HS-07 has no card of its own, yet its MRD is worth asking for.
        kept = tuple(item for item in asked if row.rule == "HS-07" and item.id.startswith("D-MRD"))
        reason = row.note + "".join(
            f"; donor lymphocytes: {item.note}" for item in others if item.note
        )
        return Consideration(
            OPTION, Strength.NOT, reason, rules=rules, requests=kept, silent=silent
        )
    lines = tuple(
        ContextLine(item.rule, item.note, sources=item.sources)
        for item in others
        if item.strength is not None and item.strength > Strength.NOT
    )
    caps = [unfit]
    return Consideration(
        OPTION,
        lowered(strength, caps, ()),
        notes=(
            *notes_of((row,)),
            *(notes_of(caps) if unfit.state is Tri.MET else ()),
            *_mrd_line(case),
        ),
        rules=(*rules, *(cap for cap in caps if cap.state is Tri.MET)),
        precautions=tuple(precautions(case, row)),
        requests=merged(asked),
        lines=lines,
    )


def _mrd_line(case: Case) -> tuple[str, ...]:
    """MR-02: residual disease below 0.01 % is a line here, from CR2 on."""
    if case.mrd.category is MrdCategory.LOWPOS and case.remission_ordinal >= 2:
        return ("MRD is detectable below 0.01 %.",)
    return ()


def _requests(
    case: Case, row: RuleResult, others: tuple[RuleResult, ...], fit: Tri
) -> list[DataRequest]:
    wanted = []
    for item in (row, *others):
        gates = item.state is Tri.UNKNOWN
        for criterion in item.criteria:
            if criterion.state is Tri.UNKNOWN:
                wanted += [request(id, criterion.note, gating=gates) for id in criterion.requests]
    if case.ever_transplanted()[0] is Tri.UNKNOWN:
        why = case.chart.lacking("treatment so far not known", *TREATMENT_SECTIONS)
        wanted.append(request("D-PRIOR", why, gating=False))
    strong = row.strength in (Strength.EVAL, Strength.CONS)
    cells = any(item.strength is Strength.CONS for item in others)
    if (strong or cells) and not safety.donor_found(case.chart):
        wanted.append(
            request(
                "D-DONOR", case.chart.lacking("not on record", Section.RESULTS, Section.PROCEDURES)
            )
        )
    if cells and not safety.chimerism_measured(case.chart, case.as_of):
        wanted.append(request("D-CHIM", case.chart.lacking("not on record", Section.RESULTS)))
    if row.strength is not Strength.NOT and fit is Tri.UNKNOWN:
        wanted.append(
            request("D-FIT", case.chart.lacking("not found or older than 90 days", Section.RESULTS))
        )
    if (
        case.in_remission
        and case.remission_ordinal >= 2
        and strong
        and remission_is_new(case) is Tri.UNKNOWN
    ):
        wanted.append(request("D-CRDATE", "date of the present remission not known", gating=False))
    return wanted


def precautions(case: Case, row: RuleResult) -> list[PrecautionRaised]:
    """What speaks for caution with a transplant (P-rules)."""
    inotuzumab = case.course.history.received(Agent.INOTUZUMAB) is Tri.MET
    mrd = (
        case.in_remission
        and case.mrd.category is MrdCategory.POS
        and row.strength in (Strength.EVAL, Strength.CONS)
    )
    found = [
        raised("P-28", Effect.WARN, facts=case.cd22.therapy_facts) if inotuzumab else None,
        second_transplant.early_relapse(case) if row.rule.startswith("HS2") else None,
        raised("P-34", Effect.NOTE, facts=case.mrd.facts) if mrd else None,
    ]
    return [item for item in found if item is not None]

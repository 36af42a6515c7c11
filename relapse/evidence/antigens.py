"""CD19 and CD22 on leukaemic cells: which results are valid, and what they say (E-24, E-25, STALE,
CONF-02, CONF-08).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from relapse.assessment import FactUsed
from relapse.course.courses import Course
from relapse.course.disease import DiseaseCourse
from relapse.course.treatment import TreatmentHistory
from relapse.course.wording import percent
from relapse.dates import DateRange, add_days
from relapse.facts import Agent, Antigen, AntigenResult, Chart, Expression, Given, Section
from relapse.logic import Tri
from relapse.policy import Policy
from relapse.rules import rule

RELAPSE_MARGIN_DAYS = 7
"""A specimen taken this long before the date of the relapse still belongs to it (STALE-01)."""

TherapyEnd = tuple[DateRange | None, str]
"""The end of a therapy, ``None`` where it runs on or its day is unknown, and what it was."""


@dataclass(frozen=True, slots=True)
class AntigenStatus:
    """The antigen today. ``positive`` is unknown for missing, stale, partial, unclear or
    contradictory results.
    """

    antigen: Antigen
    positive: Tri
    facts: tuple[FactUsed, ...] = ()
    reason: str = ""
    """Why it is unknown, in words for the request."""
    heterogeneous: bool = False
    conflict: tuple[FactUsed, ...] = ()
    """Valid results that contradict each other (CONF-02)."""
    earlier_negative: FactUsed | None = None
    """A negative result that is no longer valid and that no valid result followed (STALE-10)."""
    prior_therapy: Tri = Tri.NOT_MET
    """Therapy directed at the antigen was given (met) or may have been (unknown)."""
    therapy_facts: tuple[FactUsed, ...] = ()


@rule("E-24", "CD19 on leukaemic cells", "S37", "POL")
def expression(result: AntigenResult, policy: Policy) -> Expression:
    """One result: as reported, or by the share of positive blasts (POL-01); unclear where the two
    disagree.
    """
    by_share: Expression | None = None
    if result.fraction is not None:
        share = result.fraction.at_least(policy.antigen_positive_fraction)
        by_share = {
            Tri.MET: Expression.POSITIVE,
            Tri.NOT_MET: Expression.NEGATIVE,
            Tri.UNKNOWN: Expression.UNCLEAR,
        }[share]
    reported = result.reported
    if reported is None:
        return by_share or Expression.UNCLEAR
    if by_share is None or reported is Expression.HETEROGENEOUS:
        return reported
    if by_share is Expression.UNCLEAR and reported is not Expression.UNCLEAR:
        return reported
    return reported if reported is by_share else Expression.UNCLEAR


def describe(result: AntigenResult, found: Expression) -> FactUsed:
    """A result in words; one that is not final says so (CARD-06)."""
    share = f" ({percent(result.fraction)} of blasts)" if result.fraction is not None else ""
    pending = "" if result.final else ", preliminary"
    return FactUsed.of(result, f"{result.antigen.value} {found.value}{share}{pending}")


@dataclass(frozen=True, slots=True)
class _Dated:
    result: AntigenResult
    found: Expression
    used: FactUsed
    flaw: str
    """Why it does not count today; empty for a valid result."""


def status(
    chart: Chart, antigen: Antigen, course: DiseaseCourse, as_of: date, policy: Policy
) -> AntigenStatus:
    """What the record says on the antigen for the disease of today."""
    therapy, therapy_facts = directed_therapy(antigen, course.history)
    results = [result for result in chart.of(AntigenResult) if result.antigen is antigen]
    ends = _directed(antigen, course.history)
    dated = []
    for result in results:
        found = expression(result, policy)
        flaw = _flaw(result, ends, course, as_of, policy)
        dated.append(_Dated(result, found, describe(result, found), flaw))
    dated.sort(key=_newest_last)
    valid = [item for item in dated if not item.flaw]
    unknown = AntigenStatus(
        antigen,
        Tri.UNKNOWN,
        earlier_negative=_earlier_negative(dated),
        prior_therapy=therapy,
        therapy_facts=therapy_facts,
    )
    if not valid:
        return replace(
            unknown,
            facts=(dated[-1].used,) if dated else (),
            reason=dated[-1].flaw if dated else chart.lacking("not found", Section.RESULTS),
        )
    newest = valid[-1]
    close = [item for item in valid if _close(item, newest, policy.antigen_conflict_window)]
    said = {item.found for item in close}
    named = tuple(item.used for item in close)
    if {Expression.POSITIVE, Expression.NEGATIVE} <= said:
        return replace(unknown, facts=named, reason=contradictory(named), conflict=named)
    if partial(said):
        return replace(unknown, facts=named, reason="partial or dim", heterogeneous=True)
    if newest.found is Expression.UNCLEAR:
        return replace(unknown, facts=named, reason="result unclear")
    agreeing = tuple(item.used for item in close if item.found is newest.found)
    positive = Tri.of(newest.found is Expression.POSITIVE)
    return replace(unknown, positive=positive, facts=agreeing, earlier_negative=None)


@rule("CONF-08", "Partial beside positive", "POL")
def partial(said: set[Expression]) -> bool:
    """A partial or dim result within the window makes the antigen unknown, also beside a positive
    one.
    """
    return Expression.HETEROGENEOUS in said


@rule("CONF-02", "Opposite antigen results within the window", "POL")
def contradictory(facts: Sequence[FactUsed]) -> str:
    """Two valid results within POL-09 say the opposite: unknown, both are named, repeat the
    test.
    """
    return "contradictory: " + "; ".join(f"{used.text} on {used.when}" for used in facts)


@rule("STALE-10", "Stale negative antigen result", "POL")
def _earlier_negative(dated: Sequence[_Dated]) -> FactUsed | None:
    """The newest negative that no longer counts, unless a valid and clear result came after it."""
    for item in reversed(dated):
        if not item.flaw and item.found is not Expression.UNCLEAR:
            return None
        if item.flaw and item.result.final and item.found is Expression.NEGATIVE:
            return item.used
    return None


def _newest_last(item: _Dated) -> tuple[date, str, str]:
    return item.result.last_day, item.found.value, item.result.source.reference


def _close(one: _Dated, newest: _Dated, days: int) -> bool:
    assert one.result.when is not None
    assert newest.result.when is not None
    return add_days(one.result.when.latest, days) >= newest.result.when.earliest


def _flaw(
    result: AntigenResult,
    ends: Sequence[TherapyEnd],
    course: DiseaseCourse,
    as_of: date,
    policy: Policy,
) -> str:
    """Why a result does not count today; empty where it does. Every test needs certainty to
    pass. ``ends`` are those of the therapies directed at the antigen.
    """
    if not result.final:
        return "only a preliminary result"
    if result.when is None:
        return "collected on an unknown day"
    flaws = (
        before_episode(result.when, course),
        too_old(result.when, course, as_of, policy),
        before_end_of_therapy(result.when, ends),
    )
    return "; ".join(flaw for flaw in flaws if flaw)


@rule("STALE-01", "Antigen result of this relapse", "POL", "S37")
def before_episode(collected: DateRange, course: DiseaseCourse) -> str:
    """Collected no earlier than 7 days before the relapse; without a relapse, than the first
    diagnosis (STALE-06).
    """
    start = course.episode_start
    if start is None:
        return "the date of the relapse is not known" if course.timeline.relapses else ""
    margin = RELAPSE_MARGIN_DAYS if course.timeline.relapses else 0
    state = collected.on_or_after(start.shifted(days=-margin))
    if state is Tri.MET:
        return ""
    episode = "relapse" if course.timeline.relapses else "diagnosis"
    return f"pre-dates the {episode}" if state is Tri.NOT_MET else f"may pre-date the {episode}"


@rule("STALE-02", "Age of an antigen result", "POL")
def too_old(collected: DateRange, course: DiseaseCourse, as_of: date, policy: Policy) -> str:
    """At most POL-06 days old: 90 in active disease, 180 in remission (STALE-06)."""
    limit = policy.antigen_max_age_active if course.active else policy.antigen_max_age_remission
    return (
        ""
        if add_days(collected.earliest, limit) >= as_of
        else f"stale (more than {limit} days old)"
    )


@rule("STALE-03", "Antigen result after directed therapy", "S37", "GK")
def before_end_of_therapy(collected: DateRange, ends: Sequence[TherapyEnd]) -> str:
    """Collected after the last dose of any therapy directed at the antigen (STALE-04 for CD22).

    A dose without a date, or an infused antibody that was only ordered, may have come after the
    specimen.
    """
    for end, name in ends:
        if end is None or collected.after(end) is not Tri.MET:
            return f"not shown to be later than the last {name}"
    return ""


def directed_therapy(
    antigen: Antigen, history: TreatmentHistory
) -> tuple[Tri, tuple[FactUsed, ...]]:
    """Whether therapy directed at the antigen was given, and its records."""
    agent = Agent.BLINATUMOMAB if antigen is Antigen.CD19 else Agent.INOTUZUMAB
    facts = [FactUsed.of(use, use.name) for use in history.uses_of((agent,))]
    facts += [used for course in history.courses_with(agent) for used in course.facts]
    state = history.received(agent)
    for infusion in history.car_t:
        directed = infusion.cd19_directed if antigen is Antigen.CD19 else infusion.cd22_directed
        if directed is not Tri.NOT_MET:
            facts.append(FactUsed.of(infusion, infusion.text or infusion.product.value))
            state = state | directed
    return state, tuple(facts)


def _directed(antigen: Antigen, history: TreatmentHistory) -> list[TherapyEnd]:
    """The end of each therapy directed at the antigen; ``None`` where it runs on or its day
    is unknown.
    """
    agent = Agent.BLINATUMOMAB if antigen is Antigen.CD19 else Agent.INOTUZUMAB
    ends: list[TherapyEnd] = [
        (
            span.end if span.end is not None else _running_until(span),
            f"dose of {agent.value}",
        )
        for span in history.exposures(agent)
    ]
    given = bool(ends)
    for use in history.uses_of((agent,)):
        if use.when is None or (use.given is Given.ORDERED and not given):
            ends.append((use.until, f"dose of {agent.value}"))
    for infusion in history.car_t:
        directed = infusion.cd19_directed if antigen is Antigen.CD19 else infusion.cd22_directed
        if directed is not Tri.NOT_MET:
            ends.append((infusion.when, "CAR-T infusion"))
    return ends


def _running_until(span: Course) -> DateRange | None:
    """The last dose so far of a span that may go on; nothing where it runs without pause."""
    return None if span.from_plan else span.last_dose

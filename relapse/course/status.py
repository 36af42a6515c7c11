"""The disease state on the day of evaluation (E-28, REL-03 to REL-16)."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import DiseaseStatus, FactUsed, RuleResult
from relapse.course.blood import blasts_since
from relapse.course.findings import Findings
from relapse.course.induction import induction_failed
from relapse.course.leukaemia_seen import LeukaemiaSeen
from relapse.course.line import CourseLine
from relapse.course.marrow import FIVE_PERCENT, residual_below
from relapse.course.refractory import Refractory, documented
from relapse.course.relapse_marks import Kind
from relapse.course.timeline import Relapse, Remission
from relapse.course.undated_codes import remission_is_recent
from relapse.dates import DateRange, add_days
from relapse.facts import MrdResult
from relapse.logic import Tri
from relapse.rules import applied, rule

NEW_DISEASE_DAYS = 42
"""Blasts of a leukaemia diagnosed no longer ago are that diagnosis, also where no treatment is
recorded yet.
"""

BY_RESIDUE = (
    "The remission is read from residual disease alone (E-10): no statement of remission and no "
    "blast count of the marrow is on record"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The state with what decided it."""

    status: DiseaseStatus
    rules: tuple[RuleResult, ...]
    facts: tuple[FactUsed, ...] = ()
    requests: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    refractory: Refractory | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the state is decided from."""

    found: Findings
    line: CourseLine


def decide(situation: Situation) -> Decision:
    """The state of the disease."""
    current = situation.line.timeline.current
    if isinstance(current, Relapse):
        return _in_relapse(situation, current)
    if isinstance(current, Remission):
        return _in_remission(situation, current)
    return _before_remission(situation)


def _in_relapse(situation: Situation, relapse: Relapse) -> Decision:
    too_old = outdated_relapse(situation, relapse)
    if too_old is not None:
        return too_old
    if situation.line.timeline.disputed:
        stated = tuple(mark.used for mark in situation.line.timeline.disputed)
        return Decision(
            DiseaseStatus.POSSIBLE_RELAPSE,
            (applied("POL-10"),),
            (*relapse.facts, *stated),
            ("D-CONFIRM", "D-BM"),
        )
    kinds = {mark.kind for mark in relapse.marks}
    rules = []
    if not kinds or Kind.CODE in kinds:
        rules.append(applied("REL-01"))
    if Kind.MARROW in kinds:
        rules.append(applied("REL-02"))
    if Kind.SITE in kinds:
        rules.append(applied("REL-06"))
    before = situation.line.timeline.before(relapse)
    if isinstance(before, Remission) and before.when is None and Kind.MARROW in kinds:
        rules.append(applied("REL-14"))
    return Decision(DiseaseStatus.ACTIVE_RR, tuple(rules), relapse.facts)


@rule("REL-12", "Relapse evidence out of date", "POL")
def outdated_relapse(situation: Situation, relapse: Relapse) -> Decision | None:
    """Evidence older than POL-07 with therapy since and no newer marrow: the state is not known.

    Residual disease alone does not show that the relapse goes on (E-14).
    """
    newest = relapse.newest_evidence()
    if (
        newest is None
        or add_days(newest.latest, situation.found.policy.status_max_age) >= situation.found.as_of
    ):
        return None
    therapy = [
        course
        for course in situation.found.history.courses
        if (course.start is not None and course.start.latest >= newest.earliest)
        or course.running
        or (course.end is not None and course.end.latest > newest.latest)
    ]
    events = [*situation.found.history.transplants, *situation.found.history.car_t]
    treated = bool(therapy) or any(
        event.when is not None and event.when.latest >= newest.earliest for event in events
    )
    newer_marrow = any(
        marrow.when.earliest > newest.latest
        for marrow in situation.found.marrows
        if marrow.has_blast_count or marrow.reaches(FIVE_PERCENT) is Tri.MET
    )
    if not treated or newer_marrow:
        return None
    undated = _undated_remissions(situation, newest)
    requests = ("D-BM", "D-CRDATE") if undated else ("D-BM",)
    facts = (*relapse.facts, *undated)
    return Decision(DiseaseStatus.UNKNOWN, (applied("REL-12"),), facts, requests)


def _undated_remissions(situation: Situation, newest: DateRange) -> tuple[FactUsed, ...]:
    """Remissions without a date, unless recorded before the newest evidence of the relapse."""
    return tuple(
        mark.used
        for mark in situation.line.remissions
        if mark.when is None and (mark.recorded is None or mark.recorded.latest > newest.latest)
    )


def _in_remission(situation: Situation, remission: Remission) -> Decision:
    doubt = (
        doubtful_marrow(situation)
        or blood_blasts(situation, remission)
        or refractory_after_remission(situation, remission)
    )
    if doubt is not None:
        return doubt
    count = situation.line.timeline.relapse_count
    rules = [applied("REL-08")] if count else []
    if remission.when is None:
        rules.append(applied("E-10", note="remission without a date"))
    caveats: tuple[str, ...] = ()
    if remission.marks and all(mark in situation.line.residue for mark in remission.marks):
        caveats = (BY_RESIDUE,)
    if situation.line.repetitions:
        contradiction = repeated_code(situation)
        if isinstance(contradiction, Decision):
            return contradiction
        caveats += contradiction
        rules.append(applied("REL-16"))
    facts = remission.facts
    return Decision(DiseaseStatus.CR, tuple(rules), facts, (), caveats)


@rule("REL-03", "Marrow from 5 % on by one method", "S25")
def doubtful_marrow(situation: Situation) -> Decision | None:
    """After remission, 5 to 25 % by one method and nothing else: a relapse is possible."""
    marrows = situation.line.timeline.doubtful
    if not marrows:
        return None
    facts = tuple(used for marrow in marrows for used in marrow.facts)
    return Decision(DiseaseStatus.POSSIBLE_RELAPSE, (applied("REL-03"),), facts, ("D-CONFIRM",))


def blood_blasts(situation: Situation, remission: Remission) -> Decision | None:
    """REL-07: a relapse is possible."""
    facts = blasts_since(
        situation.found.chart, remission.newest_evidence(), situation.found.marrows
    )
    if not facts:
        return None
    return Decision(DiseaseStatus.POSSIBLE_RELAPSE, (applied("REL-07"),), facts, ("D-BM",))


@rule("POL-12", "Refractory disease recorded after a remission", "POL")
def refractory_after_remission(situation: Situation, remission: Remission) -> Decision | None:
    """Refractory disease stated or coded after the newest evidence of remission, no relapse
    on record.

    It cannot be refractory without a relapse: a relapse is possible and must be confirmed.
    """
    newest = remission.newest_evidence()
    if newest is None:
        return None
    since = newest.shifted(days=1)
    facts = tuple(
        used for used in documented(situation.found.chart, since) if used.when is not None
    )
    if not facts:
        return None
    return Decision(
        DiseaseStatus.POSSIBLE_RELAPSE, (applied("POL-12"),), facts, ("D-CONFIRM", "D-BM")
    )


def repeated_code(situation: Situation) -> Decision | tuple[str, ...]:
    """REL-16: a relapse code against a documented remission; a caveat while the remission is
    recent.
    """
    days = [
        day.earliest
        for mark in situation.line.remissions
        if (day := mark.when or mark.recorded) is not None
    ]
    days += [
        marrow.when.earliest
        for marrow in situation.found.marrows
        if marrow.reaches(FIVE_PERCENT) is Tri.NOT_MET
    ]
    days += [
        result.when.earliest
        for result in situation.found.chart.of(MrdResult)
        if result.final and result.when is not None and residual_below(result, FIVE_PERCENT)
    ]
    codes = situation.line.repetitions
    if not remission_is_recent(days, situation.found.as_of, situation.found.policy.status_max_age):
        facts = tuple(code.used for code in codes)
        return Decision(
            DiseaseStatus.POSSIBLE_RELAPSE, (applied("REL-16"),), facts, ("D-CONFIRM", "D-BM")
        )
    return tuple(
        f"The record also holds a relapse code ({', '.join((*code.codes, code.used.reference))}, "
        f"recorded {code.named_on or 'on an unknown day'}) that newer evidence of "
        "remission contradicts"
        for code in codes
    )


def _before_remission(situation: Situation) -> Decision:
    failed = documented(situation.found.chart, None) or induction_failed(
        situation.found.induction,
        _blasts_only(situation),
        situation.found.history,
        situation.found.as_of,
    )
    if failed:
        return Decision(
            DiseaseStatus.ACTIVE_RR,
            (applied("REL-10"),),
            failed,
            refractory=Refractory(Tri.MET, failed, Tri.MET),
        )
    unexplained = unexplained_blasts(situation)
    return unexplained or Decision(DiseaseStatus.NOT_RR, ())


def _blasts_only(situation: Situation) -> tuple[LeukaemiaSeen, ...]:
    """Leukaemia seen, without residual disease below 5 % of marrow: that is response, not failure
    (E-14).
    """
    low = {
        marrow.facts[0]
        for marrow in situation.found.marrows
        if marrow.reaches(FIVE_PERCENT) is not Tri.MET
    }
    return tuple(item for item in situation.found.seen if item.used not in low)


@rule("REL-13", "Blasts without a known course", "S25")
def unexplained_blasts(situation: Situation) -> Decision | None:
    """Marrow from 5 % on, no remission ever, no relapse coded, no induction on record: the state is
    not known.

    The blasts of a leukaemia that was diagnosed within six weeks are that diagnosis.
    """
    if situation.found.induction is not None:
        return None
    marrows = [
        marrow for marrow in situation.found.marrows if marrow.reaches(FIVE_PERCENT) is Tri.MET
    ]
    if not marrows:
        return None
    first = situation.found.first_diagnosed
    if first is not None and situation.found.as_of <= add_days(first.latest, NEW_DISEASE_DAYS):
        return None
    facts = tuple(used for marrow in marrows for used in marrow.facts)
    return Decision(DiseaseStatus.UNKNOWN, (applied("REL-13"),), facts, ("D-CRDATE", "D-PRIOR"))

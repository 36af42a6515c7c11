"""The state in remission, or where a relapse is possible (REL-03, REL-07, REL-08, REL-16)."""

from __future__ import annotations

from relapse.assessment import DiseaseStatus
from relapse.course.blood import blasts_since
from relapse.course.decision import Decision
from relapse.course.findings import Findings
from relapse.course.line import CourseLine
from relapse.course.marrow import FIVE_PERCENT, residual_below
from relapse.course.refractory import documented
from relapse.course.stated_relapse import stated_relapse
from relapse.course.timeline import Remission
from relapse.course.undated_codes import remission_is_recent
from relapse.facts import MrdResult
from relapse.logic import Tri
from relapse.rules import applied, rule

BY_RESIDUE = (
    "The remission is read from residual disease alone (E-10): no statement of remission and no "
    "blast count of the marrow is on record"
)


def in_remission(found: Findings, line: CourseLine, remission: Remission) -> Decision:
    doubt = (
        doubtful_marrow(line)
        or blood_blasts(found, remission)
        or refractory_after_remission(found, remission)
        or stated_relapse(found, remission.newest_evidence())
    )
    if doubt is not None:
        return doubt
    count = line.timeline.relapse_count
    rules = [applied("REL-08")] if count else []
    if remission.when is None:
        rules.append(applied("E-10", note="remission without a date"))
    caveats: tuple[str, ...] = ()
    if line.is_by_residue(remission):
        caveats = (BY_RESIDUE,)
    if line.repetitions:
        contradiction = repeated_code(found, line)
        if isinstance(contradiction, Decision):
            return contradiction
        caveats += contradiction
        rules.append(applied("REL-16"))
    facts = remission.facts
    return Decision(DiseaseStatus.CR, tuple(rules), facts, (), caveats)


@rule("REL-03", "Marrow from 5 % on by one method", "S25")
def doubtful_marrow(line: CourseLine) -> Decision | None:
    """After remission, 5 to 25 % by one method and nothing else: a relapse is possible."""
    marrows = line.timeline.doubtful
    if not marrows:
        return None
    facts = tuple(used for marrow in marrows for used in marrow.facts)
    return Decision(DiseaseStatus.POSSIBLE_RELAPSE, (applied("REL-03"),), facts, ("D-CONFIRM",))


def blood_blasts(found: Findings, remission: Remission) -> Decision | None:
    """REL-07: a relapse is possible."""
    facts = blasts_since(found.chart, remission.newest_evidence(), found.marrows)
    if not facts:
        return None
    return Decision(DiseaseStatus.POSSIBLE_RELAPSE, (applied("REL-07"),), facts, ("D-BM",))


@rule("POL-12", "Refractory disease recorded after a remission", "POL")
def refractory_after_remission(found: Findings, remission: Remission) -> Decision | None:
    """Refractory disease stated or coded after the newest evidence of remission, no relapse
    on record.

    It cannot be refractory without a relapse: a relapse is possible and must be confirmed.
    """
    newest = remission.newest_evidence()
    if newest is None:
        return None
    since = newest.shifted(days=1)
    facts = tuple(used for used in documented(found.chart, since) if used.when is not None)
    if not facts:
        return None
    return Decision(
        DiseaseStatus.POSSIBLE_RELAPSE, (applied("POL-12"),), facts, ("D-CONFIRM", "D-BM")
    )


def repeated_code(found: Findings, line: CourseLine) -> Decision | tuple[str, ...]:
    """REL-16: a relapse code against a documented remission; a caveat while the remission is
    recent.
    """
    days = [
        day.earliest for mark in line.remissions if (day := mark.when or mark.recorded) is not None
    ]
    days += [
        marrow.when.earliest
        for marrow in found.marrows
        if marrow.reaches(FIVE_PERCENT) is Tri.NOT_MET
    ]
    days += [
        result.when.earliest
        for result in found.chart.of(MrdResult)
        if result.final and result.when is not None and residual_below(result, FIVE_PERCENT)
    ]
    codes = line.repetitions
    if not remission_is_recent(days, found.as_of, found.policy.status_max_age):
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

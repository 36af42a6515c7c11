"""The state where no remission is on record: new, refractory, or not known (REL-10, REL-13)."""

from __future__ import annotations

from relapse.assessment import DiseaseStatus
from relapse.course.decision import Decision
from relapse.course.findings import Findings
from relapse.course.induction import induction_failed
from relapse.course.leukaemia_seen import LeukaemiaSeen
from relapse.course.marrow import FIVE_PERCENT
from relapse.course.outdated import outdated
from relapse.course.refractory import Refractory, documented
from relapse.course.stated_relapse import stated_relapse
from relapse.dates import add_days
from relapse.logic import Tri
from relapse.rules import applied, rule

NEW_DISEASE_DAYS = 42
"""Blasts of a leukaemia diagnosed no longer ago are that diagnosis, also where no treatment is
recorded yet.
"""


def before_remission(found: Findings) -> Decision:
    """Refractory; unknown where that was long ago, or where blasts are not explained; else not
    relapsed or refractory.
    """
    seen = _blasts_only(found)
    failed = documented(found.chart, None) or induction_failed(
        found.induction, seen, found.history, found.as_of
    )
    if failed:
        days = [used.when for used in failed if used.when is not None]
        days += [item.when for item in seen]
        # Refractory disease without a date is of the present.
        dated = all(used.when is not None for used in failed)
        if dated and outdated(found, max(days, key=lambda day: day.latest)):
            return Decision(DiseaseStatus.UNKNOWN, (applied("REL-12"),), failed, ("D-BM",))
        return Decision(
            DiseaseStatus.ACTIVE_RR,
            (applied("REL-10"),),
            failed,
            refractory=Refractory(Tri.MET, failed, Tri.MET),
        )
    open_question = stated_relapse(found, None) or unexplained_blasts(found)
    return open_question or Decision(DiseaseStatus.NOT_RR, ())


def _blasts_only(found: Findings) -> tuple[LeukaemiaSeen, ...]:
    """Leukaemia seen, without residual disease below 5 % of marrow: that is response, not failure
    (E-14).
    """
    low = {
        marrow.facts[0] for marrow in found.marrows if marrow.reaches(FIVE_PERCENT) is not Tri.MET
    }
    return tuple(item for item in found.seen if item.used not in low)


@rule("REL-13", "Blasts without a known course", "S25")
def unexplained_blasts(found: Findings) -> Decision | None:
    """Marrow from 5 % on, no remission ever, no relapse coded, no induction on record: the state is
    not known.

    The blasts of a leukaemia that was diagnosed within six weeks are that diagnosis.
    """
    if found.induction is not None:
        return None
    marrows = [marrow for marrow in found.marrows if marrow.reaches(FIVE_PERCENT) is Tri.MET]
    if not marrows:
        return None
    first = found.first_diagnosed
    if first is not None and found.as_of <= add_days(first.latest, NEW_DISEASE_DAYS):
        return None
    facts = tuple(used for marrow in marrows for used in marrow.facts)
    return Decision(DiseaseStatus.UNKNOWN, (applied("REL-13"),), facts, ("D-CRDATE", "D-PRIOR"))

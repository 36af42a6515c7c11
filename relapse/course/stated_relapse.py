"""A relapse that is stated and that nothing on record shows (E-12)."""

from __future__ import annotations

from relapse.assessment import DiseaseStatus, FactUsed
from relapse.course.decision import Decision
from relapse.course.findings import Findings
from relapse.dates import DateRange
from relapse.facts import Response, ResponseStatement
from relapse.logic import Tri
from relapse.rules import applied

STATED_ONLY = "stated, not shown"


def stated_relapse(found: Findings, remitted: DateRange | None) -> Decision | None:
    """A relapse is possible where one is stated after the newest evidence of remission: a statement
    has none of the criteria of a relapse, and is not passed over.
    """
    facts = tuple(
        FactUsed.of(statement, statement.text or "relapse")
        for statement in found.chart.of(ResponseStatement)
        if statement.final
        and statement.response is Response.RELAPSE
        and statement.when is not None
        and (remitted is None or statement.when.after(remitted) is not Tri.NOT_MET)
    )
    if not facts:
        return None
    return Decision(
        DiseaseStatus.POSSIBLE_RELAPSE,
        (applied("E-12", note=STATED_ONLY),),
        facts,
        ("D-CONFIRM", "D-BM"),
    )

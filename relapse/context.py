"""The context card of active disease (CX-rules): what belongs beside the options."""

from __future__ import annotations

from relapse.assessment import (
    Criterion,
    DataRequest,
    Notice,
    NoticeKind,
    RuleResult,
)
from relapse.case import Case
from relapse.context_lines import treatment, work_up
from relapse.facts import Lineage
from relapse.logic import Tri
from relapse.requests import merged
from relapse.rules import applied


def headline(case: Case) -> str:
    """The disease in a few words: "First relapse 2026-06-08, isolated marrow"."""
    if not case.course.timeline.relapses:
        return "Primary refractory ALL"
    names = {1: "First relapse", 2: "Second relapse", 3: "Third relapse"}
    number = names.get(case.course.relapse_count, f"Relapse number {case.course.relapse_count}")
    when = case.course.relapse_date
    date = f" {when}" if when is not None else ", date unknown"
    kind = "T-ALL" if case.course.diagnosis.lineage is Lineage.T else "B-ALL"
    return f"{number} of {kind}{date}, {case.course.involvement.text()}"


def card(case: Case) -> Notice:
    """Exactly one context card in active disease, with the lines that apply."""
    lines = [line for make in _LINES for line in make(case)]
    requests: list[DataRequest] = [item for line in lines for item in line.requests]
    site = case.course.involvement
    rules: list[RuleResult] = [
        *case.course.rules,
        applied("E-16", Tri.MET, Criterion(f"site: {site.text()}", Tri.MET, site.facts)),
        *(applied(line.rule, Tri.MET, Criterion(line.text, Tri.MET, line.facts)) for line in lines),
    ]
    summary = f"{headline(case)}: context for review"
    return Notice(NoticeKind.CONTEXT, summary, tuple(lines), merged(requests), tuple(rules))


_LINES = (
    treatment.backbone,
    treatment.tki_review,
    work_up.ph_unknown,
    treatment.nelarabine,
    treatment.cns,
    treatment.testes,
    treatment.palliative,
    treatment.revumenib,
    treatment.high_white_cells,
    work_up.relapse_genetics,
    work_up.expert_centre,
    work_up.work_up,
    work_up.prognosis,
)

"""Cards that name no therapy: confirm, conflict, missing data, MRD (REL-03, REL-04, CONF, MR,
DATA).
"""

from __future__ import annotations

from relapse.assessment import (
    Consideration,
    Criterion,
    DataRequest,
    DiseaseStatus,
    MrdCategory,
    Notice,
    NoticeKind,
    Strength,
)
from relapse.case import Case
from relapse.course.marrow import FIVE_PERCENT, ONE_PERCENT
from relapse.evidence.doubtful_sites import doubtful_sites, requests_of
from relapse.evidence.mrd import LABEL_LEVEL
from relapse.evidence.not_counted import preliminary_marrows
from relapse.facts import NOT_FETCHED, Detection, Section
from relapse.logic import Tri
from relapse.requests import merged, request
from relapse.rules import applied, rule

_SHOW_RELAPSE = (Section.CONDITIONS, Section.RESULTS)


def without_options(case: Case) -> tuple[Notice, ...]:
    """The only card where the state allows no therapy card."""
    asked = tuple(request(id, _why(case, id)) for id in case.course.requests)
    criterion = Criterion("disease state", Tri.UNKNOWN, case.course.facts, case.course.requests)
    rules = tuple(applied(item.rule, Tri.MET, criterion) for item in case.course.rules)
    if case.course.status is DiseaseStatus.POSSIBLE_RELAPSE:
        return (Notice(NoticeKind.CONFIRM, _confirm_summary(case), requests=asked, rules=rules),)
    summary = "Disease state unknown: " + ", ".join(item.short for item in asked) + " needed"
    return (Notice(NoticeKind.DATA, summary, requests=asked, rules=rules),)


def _why(case: Case, id: str) -> str:
    rules = {item.rule for item in case.course.rules}
    if id == "D-CONFIRM":
        if "POL-10" in rules:
            return "a remission is stated within days of a marrow that shows relapse"
        if "POL-12" in rules:
            return "refractory disease is stated after the newest remission"
        if "E-12" in rules:
            return "relapse is stated, and nothing on record shows it"
        return "" if "REL-16" in rules else "one method only"
    if id == "D-BM":
        if "REL-12" in rules:
            return (
                "the newest evidence of active disease is older than "
                f"{case.policy.status_max_age} days and treatment followed"
            )
        return "no marrow since" if "REL-07" in rules else ""
    if id == "D-CRDATE" and "REL-12" in rules:
        return "a remission is recorded without a date"
    return case.chart.lacking("not on record", Section.CONDITIONS, Section.RESULTS)


def _confirm_summary(case: Case) -> str:
    rules = {item.rule for item in case.course.rules}
    if "REL-07" in rules:
        seen = case.course.facts[-1]
        return f"Possible relapse: {seen.text} on {seen.when}, marrow needed to confirm"
    if "REL-16" in rules:
        return "Possible relapse: a relapse code contradicts an older remission, confirm by marrow"
    if "POL-10" in rules:
        return "Possible relapse: marrow and a remission stated days later contradict each other"
    if "POL-12" in rules:
        return "Possible relapse: refractory disease stated after remission, confirm by marrow"
    if "E-12" in rules:
        seen = case.course.facts[-1]
        return f"Possible relapse: stated on {seen.when}, not shown by a result, confirm by marrow"
    shown = [
        test.used
        for marrow in case.course.timeline.doubtful
        for test in marrow.tests
        if test.fraction.at_least(FIVE_PERCENT) is not Tri.NOT_MET
    ]
    if not shown:
        return "Possible relapse: marrow blasts 5 % or more by one method only, confirm by another"
    newest = shown[-1]
    return f"Possible relapse: {newest.text} on {newest.when}, one method only: confirm by another"


def beside_options(case: Case, options: tuple[Consideration, ...]) -> tuple[Notice, ...]:
    """Conflict, confirmation, MRD and data cards beside the therapies, in the order of CARD-02."""
    shown = any(item.strength > Strength.NOT for item in options)
    conflicts = _conflicts(case, options)
    doubt = mrd_near_relapse(case)
    found: list[Notice] = []
    if doubt is not None and not shown and not conflicts:
        found.append(doubt)
    found += conflicts
    if shown or found or case.active:
        return tuple(found)
    mrd = low_mrd(case)
    if mrd is not None:
        return (mrd,)
    asked = merged([item for option in options if not option.silent for item in option.requests])
    if asked:
        return (missing_data(case, asked),)
    return not_excluded(case)


def not_excluded(case: Case) -> tuple[Notice, ...]:
    """The only card where nothing else is said of a patient with ALL, and the problem list or the
    results, which may show a relapse, could not be had (CDS Hooks C-078, C-081), or a preliminary
    marrow shows it (CONF-07: unknown, and not "no"), or another site may (E-17, E-18).
    """
    if not relapse_may_be_hidden(case):
        return _preliminary(case) or _doubtful(case)
    lost = " and ".join(
        section.value for section in case.chart.not_fetched() if section in _SHOW_RELAPSE
    )
    summary = f"Relapse of ALL cannot be judged: {lost} could not be fetched in full"
    open_question = Criterion("relapse", Tri.UNKNOWN, case.course.diagnosis.facts, note=NOT_FETCHED)
    return (Notice(NoticeKind.DATA, summary, unknown=(open_question,)),)


def _preliminary(case: Case) -> tuple[Notice, ...]:
    facts = preliminary_marrows(case.chart, case.as_of, case.policy)
    if not facts:
        return ()
    summary = f"Relapse of ALL cannot be judged: {facts[-1].text} on {facts[-1].when}, not final"
    open_question = Criterion("relapse", Tri.UNKNOWN, facts, note="the result is preliminary")
    return (Notice(NoticeKind.DATA, summary, unknown=(open_question,)),)


def _doubtful(case: Case) -> tuple[Notice, ...]:
    doubts = doubtful_sites(case.course, case.as_of, case.policy)
    if not doubts:
        return ()
    facts = tuple(doubt.used for doubt in doubts)
    summary = f"Relapse outside the marrow not excluded: {facts[-1].text} on {facts[-1].when}"
    open_question = Criterion("relapse", Tri.UNKNOWN, facts, note="leukaemia there is not proven")
    return (
        Notice(NoticeKind.DATA, summary, requests=requests_of(doubts), unknown=(open_question,)),
    )


def relapse_may_be_hidden(case: Case) -> bool:
    """Whether a part of the record that shows relapses could not be had."""
    return not case.chart.incomplete.isdisjoint(_SHOW_RELAPSE)


@rule("DATA-01", "Missing data without a therapy card", "POL")
def missing_data(case: Case, asked: tuple[DataRequest, ...]) -> Notice:
    """A data request that no other card carries has a card of its own."""
    summary = "Missing data: " + ", ".join(item.short for item in asked)
    rules = (applied("DATA-01"), *case.course.rules)
    return Notice(NoticeKind.DATA, summary, requests=asked, rules=rules)


def _conflicts(case: Case, options: tuple[Consideration, ...]) -> list[Notice]:
    """One conflict card for all contradictions that matter to an option that is not out for another
    reason.
    """
    requests: list[DataRequest] = []
    rules = []
    named = []
    for antigen in (case.cd19, case.cd22):
        wanted = f"D-{antigen.antigen.value}"
        matters = any(item.id == wanted for option in options for item in option.requests)
        if antigen.conflict and matters:
            criterion = Criterion("results agree", Tri.NOT_MET, antigen.conflict)
            rules.append(applied("CONF-02", Tri.MET, criterion))
            requests.append(request(wanted, antigen.reason))
            named.append(antigen.antigen.value)
    if case.mrd.conflict:
        criterion = Criterion("results agree", Tri.NOT_MET, case.mrd.conflict)
        rules.append(applied("CONF-04", Tri.MET, criterion))
        results = "; ".join(f"{used.text} on {used.when}" for used in case.mrd.conflict)
        requests.append(request("D-MRD", f"contradictory: {results}"))
        named.append("MRD")
    if not named:
        return []
    summary = f"Contradictory {' and '.join(named)} results: repeat before relying on either"
    return [Notice(NoticeKind.CONFLICT, summary, requests=merged(requests), rules=tuple(rules))]


@rule("REL-04", "MRD from 1 to 5 % after remission", "S25")
def mrd_near_relapse(case: Case) -> Notice | None:
    """Still remission with positive MRD, but a second test must confirm or exclude relapse."""
    if not near_relapse(case):
        return None
    criterion = Criterion(
        "MRD 1 to 5 % without confirmation", Tri.MET, case.mrd.facts, ("D-CONFIRM",)
    )
    rules = (applied("REL-04", Tri.MET, criterion), *case.course.rules)
    summary = "MRD of 1 % or more after remission: confirm or exclude relapse"
    asked = (request("D-CONFIRM", "MRD of 1 % or more"),)
    return Notice(NoticeKind.CONFIRM, summary, requests=asked, rules=rules)


def near_relapse(case: Case) -> bool:
    """A valid MRD result from 1 % to under 5 % in remission."""
    return any(
        result.detection is Detection.QUANTIFIED
        and result.fraction is not None
        and result.fraction.at_least(ONE_PERCENT) is Tri.MET
        and result.fraction.at_least(FIVE_PERCENT) is not Tri.MET
        for result in case.mrd.results
    )


@rule("MR-01", "MRD-positive remission below the label threshold", "S31")
def low_mrd(case: Case) -> Notice | None:
    """Remission with MRD from 0.01 % to under 0.1 %, and no other card; below 0.01 % no card
    (MR-02).
    """
    positive = case.mrd.category is MrdCategory.POS
    if not positive or case.mrd.at_least(LABEL_LEVEL) is not Tri.NOT_MET:
        return None
    criterion = Criterion("MRD 0.01 % to under 0.1 %", Tri.MET, case.mrd.facts)
    summary = (
        "MRD-positive remission below the 0.1 % label threshold: repeat MRD, specialist review"
    )
    return Notice(
        NoticeKind.MRD, summary, rules=(applied("MR-01", Tri.MET, criterion), *case.course.rules)
    )

"""Conclusions of DiagnosticReports in words (mapping rule 21).

A conclusion is never read as a result. It is listed as unread when it speaks of blasts, MRD, CD19
or CD22 and the results of the report do not say that already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from mappings.condition import leukaemia
from mappings.context import ERROR, Context, status_of
from mappings.record.resources import Item
from mappings.values.shapes import codings, objects, string
from relapse.facts import (
    Antigen,
    AntigenResult,
    BlastResult,
    Detection,
    Diagnosis,
    Expression,
    Fact,
    MrdResult,
    Result,
)
from relapse.logic import Interval

_TOPICS = {
    "blasts": re.compile(r"blasts?\b", re.IGNORECASE),
    "MRD": re.compile(
        r"\bmrd\b|minimal residual|measurable residual|residual (?:disease|leuk)", re.IGNORECASE
    ),
    "CD19": re.compile(r"\bcd\s*-?19\b", re.IGNORECASE),
    "CD22": re.compile(r"\bcd\s*-?22\b", re.IGNORECASE),
}
_ANY = re.compile(r"blast|mrd|residual|cd\s*-?19|cd\s*-?22", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*%")
_NEGATION = re.compile(
    r"\b(?:no|not|negative|without|absent|undetect\w*|lack\w*|loss|lost|neither|nor)\b|"
    r"(?<=\d)\s*-(?=[\s,;.]|$)|neg\b",
    re.IGNORECASE,
)


def list_conclusions(context: Context, reports: Iterable[Item]) -> None:
    """List each conclusion that bears on the disease and is not wholly said by the results of its
    report.
    """
    by_source: dict[str, list[Fact]] = {}
    children: dict[Item, list[Item]] = {}
    for report in reports:
        _list_coded_conclusion(context, report)
        text = string(report.resource.get("conclusion"))
        if not text or not _ANY.search(text) or report in context.explained:
            continue
        if status_of(report.resource) == ERROR or not context.is_patients(report):
            context.list_unread(
                report,
                "a report that is not this patient's or was entered in error",
                report.resource.get("code"),
            )
            continue
        if not by_source:
            for fact in context.facts:
                by_source.setdefault(fact.source.reference, []).append(fact)
            for child, parents in context.reports.items():
                for parent in parents:
                    children.setdefault(parent, []).append(child)
        facts = [
            fact
            for child in _below(report, children)
            for fact in by_source.get(child.reference, [])
        ]
        missing = _missing(text, facts)
        if missing:
            context.list_unread(
                report,
                f"conclusion speaks of {', '.join(missing)} beyond its results",
                report.resource.get("code"),
            )
        elif _contradicts(text, facts):
            context.list_unread(
                report, "conclusion and results seem to disagree", report.resource.get("code")
            )


def list_narratives(context: Context) -> None:
    """List reports in words that are filed as results, unless results of the same day or specimen
    say the same.
    """
    for report in context.narratives:
        same: list[Fact] = [
            fact
            for fact in context.facts
            if isinstance(fact, Result)
            and (
                (report.when is not None and fact.when == report.when)
                or (report.specimen is not None and fact.specimen == report.specimen)
            )
        ]
        if _missing(report.text, same) or _contradicts(report.text, same):
            context.list_unread(
                report.item,
                "a report in words, which is not read",
                report.item.resource.get("code"),
            )


def _missing(text: str, facts: list[Fact]) -> list[str]:
    """The topics of which a text speaks and the facts do not."""
    return [
        topic
        for topic, pattern in _TOPICS.items()
        if pattern.search(text) and not _said(topic, facts)
    ]


def _list_coded_conclusion(context: Context, report: Item) -> None:
    """List a diagnosis of leukaemia that stands in a report alone; a report is no problem list."""
    coded = [
        *objects(report.resource.get("conclusionCode")),
        *objects(report.resource.get("codedDiagnosis")),
    ]
    for concept in coded:
        if not leukaemia.matters(context.terminology, concept) or not context.is_patients(report):
            continue
        codes = {string(coding.get("code")) for coding in codings(concept)}
        known = {
            code
            for fact in context.facts
            if isinstance(fact, Diagnosis) and fact.confirmed
            for code in fact.codes
        }
        if not codes & known:
            context.list_unread(report, "a coded conclusion that no diagnosis repeats", concept)


def _below(report: Item, children: dict[Item, list[Item]]) -> set[Item]:
    """All results that hang on a report, through panels, too; cycles end."""
    seen: set[Item] = set()
    waiting = list(children.get(report, []))
    while waiting:
        item = waiting.pop()
        if item not in seen:
            seen.add(item)
            waiting.extend(children.get(item, []))
    return seen


def _said(topic: str, facts: list[Fact]) -> bool:
    kinds: dict[str, type[Fact]] = {"blasts": BlastResult, "MRD": MrdResult}
    if topic in kinds:
        if topic == "blasts" and any(isinstance(fact, AntigenResult) for fact in facts):
            return True  # "blasts positive for CD19" speaks of the antigen
        return any(isinstance(fact, kinds[topic]) for fact in facts)
    return any(isinstance(fact, AntigenResult) and fact.antigen.value == topic for fact in facts)


def _contradicts(text: str, facts: list[Fact]) -> bool:
    """Whether a percentage or a negation in the conclusion has no counterpart among the results."""
    shares = [share for fact in facts for share in _shares(fact)]
    for clause in re.split(r"[.;\n](?:\s|$)|[;\n]|\bbut\b", text):
        if not _ANY.search(clause):
            continue
        for match in _PERCENT.finditer(clause):
            stated = Decimal(match[1].replace(",", ".")).scaleb(-2)
            if not any(_holds(share, stated) for share in shares):
                return True
        if re.search(r",|\band\b", clause) and re.search(r"\bpositive\b|\+", clause):
            continue  # an enumeration of both kinds: which word belongs to which is not guessed
        negated = bool(_NEGATION.search(clause))
        for antigen in Antigen:
            if not _TOPICS[antigen.value].search(clause):
                continue
            said = {
                fact.reported
                for fact in facts
                if isinstance(fact, AntigenResult) and fact.antigen is antigen
            }
            opposite = Expression.POSITIVE if negated else Expression.NEGATIVE
            if said == {opposite} and (negated or re.search(r"positive|\+", clause, re.IGNORECASE)):
                return True
        if _TOPICS["MRD"].search(clause):
            found = {fact.detection for fact in facts if isinstance(fact, MrdResult)}
            if negated and found and found <= {Detection.QUANTIFIED, Detection.DETECTED}:
                return True
            if (
                not negated
                and re.search(r"positive|detected", clause, re.IGNORECASE)
                and found == {Detection.NOT_DETECTED}
            ):
                return True
    return False


def _shares(fact: Fact) -> list[Interval]:
    if isinstance(fact, (BlastResult, AntigenResult, MrdResult)):
        shares = [fact.fraction] if fact.fraction is not None else []
        if isinstance(fact, MrdResult) and fact.sensitivity is not None:
            shares.append(Interval.exact(fact.sensitivity))
        return shares
    return []


def _holds(share: Interval, stated: Decimal) -> bool:
    """Whether a share can be meant by a percentage in words, which are often rounded."""
    slack = stated * Decimal("0.1")
    low = share.low if share.low is not None else Decimal(0)
    high = share.high if share.high is not None else Decimal(1)
    return low - slack <= stated <= high + slack

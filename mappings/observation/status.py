"""Explicit statements on the state of the leukaemia (E-10, encoding 3.1)."""

from __future__ import annotations

import re

from mappings.context import clipped
from mappings.observation.finding import Finding
from mappings.values.ordinals import remission_ordinal
from mappings.values.shapes import string, text_of
from relapse.facts import Response, ResponseStatement

_COMPLETE = re.compile(
    r"\s*(?:in\s+)?(?:(?:first|second|third|fourth|1st|2nd|3rd|4th|morphologic(?:al)?|continu(?:ed|"
    r"ous|ing)|full|complete|hematologic(?:al)?)\s+)*"
    r"(?:remission|cr[123i h]{0,2}|cr with incomplete (?:hematologic |"
    r"count )?recovery)(?:\s*,?\s*(?:first|second|third|fourth))?"
    r"(?:\s*[(\[,]?\s*cr\s*\d?[ih]?\s*[)\]]?)?\s*\.?\s*",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"\s*(?:in\s+)?partial\s+(?:remission|response)(?:\s*\(pr\))?\s*\.?\s*|pr", re.IGNORECASE
)
_REFRACTORY = re.compile(
    r"\s*(?:primary\s+)?(?:refractory(?:\s+(?:disease|leuk[a]?emia|all))?|"
    r"(?:primary\s+)?induction\s+failure)(?:\s*\(pif\))?\s*\.?\s*",
    re.IGNORECASE,
)
_CONTRARY = re.compile(
    r"\b(?:not|no|partial|without|relapse|progressi|ruled? out|exclud|cannot|never|fail|lost|loss|"
    r"unlikely|unconfirmed|uncertain|unclear|doubt|suspect|question|possibl|probabl|pending|"
    r"end(?:ed)? of)|n't\b|\?",
    re.IGNORECASE,
)
"""Words beside a coded remission that take it back or leave it open."""
_LONGEST = 200
_COMPLETE_WORD = re.compile(r"remission|\bcr", re.IGNORECASE)


def read(finding: Finding) -> None:
    """Complete or partial remission, or refractory disease; a trend (improved, stable, worsened)
    says nothing here.
    """
    answer = finding.data.get("valueCodeableConcept")
    text = text_of(answer) if answer is not None else string(finding.data.get("valueString"))
    if (not text and answer is None) or finding.data.get("dataAbsentReason"):
        return
    concepts = finding.context.concepts(answer)
    own_text = string(answer.get("text")) if isinstance(answer, dict) else text
    if "val-full-remission" in concepts:
        response = Response.COMPLETE_REMISSION
        if own_text and (_CONTRARY.search(own_text) or not _COMPLETE_WORD.search(own_text)):
            finding.list_unreadable("disease status", "code and text contradict each other")
            return
    elif "val-partial-remission" in concepts:
        response = Response.PARTIAL_REMISSION
        if own_text and re.search(r"\b(?:full|complete|cr\d?)\b", own_text, re.IGNORECASE):
            finding.list_unreadable("disease status", "code and text contradict each other")
            return
    elif "val-disease-status" in concepts:
        return
    else:
        worded = _by_words(text)
        if worded is None:
            finding.list_unreadable("disease status", "value not understood")
            return
        response = worded
    finding.context.facts.append(
        ResponseStatement(
            **{**finding.result(text), "text": clipped(text)},
            response=response,
            remission_ordinal=remission_ordinal(text)
            if response is Response.COMPLETE_REMISSION
            else None,
        )
    )


def _by_words(text: str) -> Response | None:
    if len(text) > _LONGEST:
        return None
    if _PARTIAL.fullmatch(text):
        return Response.PARTIAL_REMISSION
    if _REFRACTORY.fullmatch(text):
        return Response.REFRACTORY
    if _COMPLETE.fullmatch(text) and re.search(
        r"complete|full|\bcr|hematolog|morpholog|first|second|third|fourth|1st|2nd|3rd|"
        r"^in remission",
        text,
        re.IGNORECASE,
    ):
        return Response.COMPLETE_REMISSION
    return None

"""Explicit statements on the state of the leukaemia (E-10, encoding 3.1)."""

from __future__ import annotations

import re

from mappings.context import clipped
from mappings.observation.finding import Finding
from mappings.values.ordinals import remission_ordinal
from mappings.values.shapes import string, text_of
from relapse.facts import Response, ResponseStatement

_COMPLETE = re.compile(
    r"(?:(?:remains |still )?in )?"
    r"(?:(?:first|second|third|fourth|1st|2nd|3rd|4th|morphologic(?:al)?|continu(?:ed|ous|ing)|"
    r"ongoing|full|complete|ha?ematologic(?:al)?|molecular)\s+)*"
    r"(?:remission|response|ccr|cmr|cr[123i h]{0,2})"
    r"(?:,?\s*(?:first|second|third|fourth))?"
    r"(?: with (?:incomplete|partial) (?:ha?ematologic(?:al)? |(?:blood )?counts? |platelet )?"
    r"recovery)?"
    r"(?:\s*[(\[,]?\s*c?cr\s*\d?[ih]?\s*[)\]]?)?"
    r"(?:[\s,;(-]+(?:with )?mrd[\s-]*(?:neg(?:ative)?|pos(?:itive)?|[+-])\)?)?\s*\.?",
    re.IGNORECASE,
)
_SAYS_COMPLETE = re.compile(
    r"complete|full|\bc?cr|\bcmr|"
    r"^(?!.*response)(?:.*(?:ha?ematolog|morpholog|molecular|first|second|third|fourth|1st|2nd|3rd)|"
    r"(?:(?:remains |still )?in )?remission)",
    re.IGNORECASE,
)
"""A remission or response without one of these may be a partial one."""
_RELAPSED = re.compile(
    r"(?:in )?(?:(?:first|second|third|1st|2nd|3rd|early|late|overt|ha?ematologic(?:al)?|"
    r"bone marrow|marrow|medullary|isolated|combined|cns|testicular|extramedullary|disease)\s+)*"
    r"(?:relapse[d]?|recurren(?:ce|t))(?: disease| leuk[a]?emia| all)?\s*\.?",
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
_COMPLETE_WORD = re.compile(r"remission|complete response|\bc?cr|\bcmr", re.IGNORECASE)


def read(finding: Finding) -> None:
    """Complete or partial remission, refractory disease or relapse; a trend (improved, stable,
    worsened) says nothing here.
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
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        return None
    if _PARTIAL.fullmatch(text):
        return Response.PARTIAL_REMISSION
    if _REFRACTORY.fullmatch(text):
        return Response.REFRACTORY
    if _RELAPSED.fullmatch(text):
        return Response.RELAPSE
    if _COMPLETE.fullmatch(text) and _SAYS_COMPLETE.search(text):
        return Response.COMPLETE_REMISSION
    return None

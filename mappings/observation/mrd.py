"""Minimal (measurable) residual disease (E-08, encodings 6.1 to 6.6)."""

from __future__ import annotations

import re
from decimal import Decimal

from mappings.context import words_of
from mappings.observation.answers import Answer
from mappings.observation.finding import Finding
from mappings.observation.sites import list_residual_disease
from mappings.values import quantity, value_text
from mappings.values.quantity import Unclear
from mappings.values.shapes import Json, string
from mappings.values.value_text import Word
from relapse.facts import Detection, Method, MrdResult
from relapse.logic import Interval

_LIMIT = re.compile(r"limit of detection|sensitivity|detection limit|\blod\b")
_TRANSCRIPT = re.compile(
    r"bcr\s*(?:::|-|/|_)?\s*abl|transcript|%\s*is\b|international scale|fusion"
)
# What stands beside a level of residual disease in a panel, and the residual disease of another
# illness.
_NOT_THE_LEVEL = re.compile(
    r"limit of (?:detection|quant)|detection limit|\blod\b|\blloq\b|threshold|cut-?off|viab|"
    r"h[ae]+matogone|normal (?:b|precursor|cell)|chimerism|\bchange\b|trend|"
    r"previous|prior (?:time|result|sample|mrd)|total (?:cells|events)|acquired|"
    r"sensitivity(?!\W*(?:of\s+)?(?:10\W|\d))|\baml\b|\bcll\b|\bcml\b|myelo(?:id|ma)",
    re.IGNORECASE,
)
_ZERO = Decimal(0)


def read(finding: Finding) -> None:
    """Add one MRD result. What states no usable level is kept as not interpretable, and listed
    where a value is there.
    """
    answer = finding.answer()
    if answer.missing:
        finding.list_lone_flag()
        return
    if _NOT_THE_LEVEL.search(finding.words):
        finding.list_unread("named beside residual disease, not its level in this leukaemia")
        return
    if finding.spinal_fluid:
        list_residual_disease(finding)
        return
    transcript = _is_transcript(finding)
    sensitivity = _sensitivity(finding, answer)
    detection, share = (Detection.UNREADABLE, None) if transcript else _decide(answer)
    if detection is Detection.UNREADABLE and not transcript:
        finding.list_unreadable(
            "residual disease", answer.problem or "value and interpretation do not agree"
        )
    if detection is Detection.NOT_DETECTED and sensitivity is None:
        # "<0.01 %", not detected: the bound that the report gives is what the test could see.
        sensitivity = (
            answer.limit or (answer.share.high if answer.share is not None else None) or None
        )
    finding.context.facts.append(
        MrdResult(
            **finding.result(answer.text),
            material=finding.material(),
            method=Method.FUSION_TRANSCRIPT if transcript else _method(finding),
            detection=detection,
            fraction=share,
            sensitivity=sensitivity,
        )
    )


def list_perhaps(finding: Finding) -> None:
    """A result under a code that serves residual disease and others: never read without words, but
    listed.
    """
    if not finding.answer().missing:
        finding.list_unread("a code that may be residual disease, without words that say so")


def _is_transcript(finding: Finding) -> bool:
    """A ratio of transcripts is no share of cells, and is not converted into one."""
    return (
        "obs-bcr-abl1" in finding.concepts
        or bool(_TRANSCRIPT.search(finding.all_words))
        or bool(_TRANSCRIPT.search(words_of(finding.record.data.get("method"))))
        or finding.method() is Method.FUSION_TRANSCRIPT
    )


def _method(finding: Finding) -> Method:
    method = finding.method()
    if method is Method.UNKNOWN:
        if "obs-mrd-ngs" in finding.concepts:
            return Method.NGS
        if "obs-mrd-text-needed" in finding.concepts:
            return Method.FLOW
    return method


def _decide(answer: Answer) -> tuple[Detection, Interval | None]:
    said, share = answer.agreed, answer.share
    if answer.problem or said in (Word.INDETERMINATE, Word.PARTIAL):
        return Detection.UNREADABLE, None
    if share is None:
        return (Detection.DETECTED if said is Word.POSITIVE else Detection.NOT_DETECTED), None
    bound_only = share.low is None or (share.low == _ZERO and share.high != _ZERO)
    if said is Word.NEGATIVE:
        # A measured level above nothing and the word "negative" contradict each other, whatever the
        # cut-off was.
        nothing = share.low is None or share.low == _ZERO
        return (
            Detection.NOT_DETECTED if nothing and share.high is not None else Detection.UNREADABLE
        ), None
    if share.high == _ZERO:
        return (Detection.UNREADABLE if said is Word.POSITIVE else Detection.NOT_DETECTED), None
    if said is Word.POSITIVE and bound_only:
        return Detection.DETECTED, share
    return Detection.QUANTIFIED, share


def _sensitivity(finding: Finding, answer: Answer) -> Decimal | None:
    """The limit of detection: of a component, of the value's own text, or of a note, in this
    order.
    """
    for part in finding.components:
        if _LIMIT.search(words_of(part.get("code"))):
            read_limit = _component_limit(part)
            if isinstance(read_limit, Unclear):
                finding.list_unreadable("limit of detection", read_limit.reason)
                return None
            if read_limit is not None:
                return read_limit
    if answer.limit is not None:
        return answer.limit
    noted = {value for text in finding.notes if (value := value_text.limit_in(text)) is not None}
    stated = {value for value in noted if isinstance(value, Decimal)}
    if len(noted) > 1 or len(stated) < len(noted):
        finding.list_unreadable("limit of detection", "not one readable value in the note")
        return None
    return stated.pop() if stated else None


def _component_limit(part: Json) -> Decimal | Unclear | None:
    if "valueQuantity" in part and "value" in part["valueQuantity"]:
        share = quantity.fraction(part["valueQuantity"])
    elif "valueString" in part:
        read_text = value_text.read(string(part["valueString"]))
        if read_text is None or read_text.share is None:
            return Unclear("value text not understood")
        share = read_text.share
    else:
        return None
    if isinstance(share, Unclear):
        return share
    limit = share.high if share.high is not None else share.low
    return limit if limit is not None and 0 < limit < 1 else Unclear("no possible limit")

"""Performance status: ECOG, Karnofsky, Lansky (encoding 9.5)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from mappings.context import words_of
from mappings.observation.finding import Finding
from mappings.observation.topics import Topic, topic_of
from mappings.values import quantity
from mappings.values.numbers import decimal_of
from mappings.values.quantity import Unclear
from mappings.values.shapes import codings
from mappings.values.units import Dimension
from mappings.values.value_text import is_no_result
from relapse.facts import PerformanceScale, PerformanceStatus

_SCALES = (
    (PerformanceScale.ECOG, "obs-ecog", "ecog"),
    (PerformanceScale.KARNOFSKY, "obs-karnofsky", "karnofsky"),
    (PerformanceScale.LANSKY, "obs-lansky", "lansky"),
)
_ZERO_TO_FIVE = re.compile(
    r"\s*(?:ecog\s*(?:ps|performance status|score|"
    r"grade)?\s*:?\s*)?(?:grade\s*)?([0-5])\s*(?:-.{0,120})?",
    re.IGNORECASE,
)
_TENS = re.compile(
    r"\s*(?:(?:karnofsky|lansky)\s*(?:performance status|play|score|index|scale)*\s*:?\s*)?(100|"
    r"[1-9]0|0)\s*%?\s*(?:-.{0,120})?",
    re.IGNORECASE,
)


_PLAIN_SCORE = re.compile(
    r"(?:total\s+)?(?:score|grade|value|result)|performance status(?: score)?"
)


def read(finding: Finding) -> None:
    """ECOG 0 to 5, Karnofsky and Lansky 0 to 100 in tens; a score that its scale does not have is
    listed.
    """
    scale = _scale(finding)
    if scale is None:
        finding.list_unreadable("performance status", "scale not clear")
        return
    if finding.data.get("dataAbsentReason"):
        return
    score = _score(finding, scale)
    if score is None and not any(name.startswith("value") for name in finding.data):
        score = _panel_score(finding, scale)
        if score is None and not finding.components:
            return
    if score is None:
        if _scored_by_component(finding) or is_no_result(finding.text):
            return
        finding.list_unreadable("performance status", "score not understood")
        if not any(name.startswith("value") for name in finding.data):
            return
    text = "" if score is None else str(score)
    finding.context.facts.append(
        PerformanceStatus(**finding.result(text), scale=scale, score=score)
    )


def _scale(finding: Finding) -> PerformanceScale | None:
    """The one scale that code or words name; a panel code alone names ECOG only.

    The panel code of Karnofsky is often used for Lansky: without words it names neither.
    """
    concepts = finding.concepts
    scales = {
        scale for scale, concept, name in _SCALES if concept in concepts or name in finding.words
    } or {scale for scale, _, name in _SCALES if name in finding.all_words}
    if not scales and "obs-performance-status" in concepts:
        shown = " ".join(map(finding.context.terminology.display, codings(finding.code))).lower()
        scales = {PerformanceScale.ECOG} if "ecog" in shown else set()
    return scales.pop() if len(scales) == 1 else None


def _panel_score(finding: Finding, scale: PerformanceScale) -> int | None:
    """The score of a panel whose component is called no more than "score"."""
    scores = {
        _score(replace(finding, code=part.get("code", {}), data=part, component=True), scale)
        for part in finding.components
        if _PLAIN_SCORE.fullmatch(words_of(part.get("code")))
        and not finding.context.concepts(part.get("code"))
        and not part.get("dataAbsentReason")
    }
    return scores.pop() if len(scores) == 1 else None


def _scored_by_component(finding: Finding) -> bool:
    """Whether a component has a code of its own for the score, and is read as a result of its
    own.
    """
    return any(
        topic_of(finding.context, part.get("code")) is Topic.PERFORMANCE
        for part in finding.components
    )


def _score(finding: Finding, scale: PerformanceScale) -> int | None:
    data = finding.data
    number: Decimal | None = None
    if "valueInteger" in data:
        number = decimal_of(data["valueInteger"])
    elif "valueQuantity" in data:
        value = data["valueQuantity"]
        unit = quantity.unit_of(value)
        plain = isinstance(unit, Unclear) and unit.reason == quantity.NO_UNIT
        percent = (
            scale is not PerformanceScale.ECOG and (value.get("code") or value.get("unit")) == "%"
        )
        score_unit = not isinstance(unit, Unclear) and (
            unit.dimension is Dimension.SCORE
            or (unit.dimension is Dimension.FRACTION and unit.factor == 1)
        )
        if (plain or percent or score_unit) and "comparator" not in value:
            number = decimal_of(value.get("value"))
    elif "valueCodeableConcept" in data or "valueString" in data:
        concept = data.get("valueCodeableConcept")
        text = finding.text
        for coding in codings(concept):
            if "val-lansky-interpretation" in finding.context.terminology.concepts(coding):
                text = finding.context.terminology.display(coding)
        match = (_ZERO_TO_FIVE if scale is PerformanceScale.ECOG else _TENS).fullmatch(text)
        number = decimal_of(match[1]) if match else None
    if number is None or number != number.to_integral_value():
        return None
    score = int(number)
    possible = range(6) if scale is PerformanceScale.ECOG else range(0, 101, 10)
    return score if score in possible else None

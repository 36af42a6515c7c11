"""Performance status: ECOG, Karnofsky, Lansky (encoding 9.5)."""

from __future__ import annotations

import re
from decimal import Decimal

from mappings import quantity
from mappings.numbers import decimal_of
from mappings.observation.finding import Finding
from mappings.quantity import Unclear
from mappings.shapes import codings, string, text_of
from mappings.units import Dimension
from relapse.facts import PerformanceScale, PerformanceStatus

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


def read(finding: Finding) -> None:
    """ECOG 0 to 5, Karnofsky and Lansky 0 to 100 in tens; a score that its scale does not have is
    listed.
    """
    concepts, words = finding.concepts, finding.words
    scales = {
        scale
        for scale, concept, name in (
            (PerformanceScale.ECOG, "obs-ecog", "ecog"),
            (PerformanceScale.KARNOFSKY, "obs-karnofsky", "karnofsky"),
            (PerformanceScale.LANSKY, "obs-lansky", "lansky"),
        )
        if concept in concepts or name in words
    }
    if len(scales) != 1:
        finding.list_unread("performance status: scale not clear")
        return
    scale = scales.pop()
    if finding.data.get("dataAbsentReason"):
        return
    score = _score(finding, scale)
    if score is None:
        if not finding.answer().missing or any(name.startswith("value") for name in finding.data):
            finding.list_unread("performance status: score not understood")
        return
    finding.context.facts.append(
        PerformanceStatus(**finding.result(str(score)), scale=scale, score=score)
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
        text = string(data.get("valueString")) or text_of(concept)
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

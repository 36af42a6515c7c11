"""Safety and fitness: liver values, white cells, QTcF, virus screen, IgG, chimerism, pregnancy, performance (E-29)."""

from __future__ import annotations

import re
from decimal import Decimal

from mappings import quantity
from mappings.numbers import decimal_of
from mappings.observation.finding import Finding
from mappings.quantity import Unclear
from mappings.shapes import Json, codings, string, text_of
from mappings.units import Dimension
from mappings.value_text import Word
from relapse.facts import (
    Analyte,
    LabResult,
    PerformanceScale,
    PerformanceStatus,
    PregnancyResult,
    ViralScreen,
    Virus,
)
from relapse.logic import Interval, Tri

_TRUTH = {Word.POSITIVE: Tri.MET, Word.NEGATIVE: Tri.NOT_MET}
_BILIRUBIN = re.compile(r"bilirubin")
_ALT = re.compile(r"alanine|\balt\b|sgpt")
_HEPATITIS_B = re.compile(r"hepatitis b|\bhbv\b|\bhbsag\b")
_HEPATITIS_C = re.compile(r"hepatitis c|\bhcv\b")
_HIV = re.compile(r"\bhiv\b|human immunodeficiency")
_IMMUNITY = re.compile(r"surface\s*(?:ab\b|antibod)|anti-?hbs\b|hbsab")
_NO_SCREEN = re.compile(r"genotype|resistance|vaccin|viral load trend|history|risk")
_FRIDERICIA = re.compile(r"fridericia|\bqtcf\b|qtc-f")
_OTHER_FORMULA = re.compile(r"bazett|framingham|hodges|\bqtcb\b")
_NORMAL_RANGE = re.compile(r"normal", re.IGNORECASE)
_STATUS_TEXT = re.compile(r"\s*(?:(not|non)[\s-]*)?pregnant\s*\.?\s*", re.IGNORECASE)
_ZERO_TO_FIVE = re.compile(
    r"\s*(?:ecog\s*(?:ps|performance status|score|grade)?\s*:?\s*)?(?:grade\s*)?([0-5])\s*(?:-.{0,120})?",
    re.IGNORECASE,
)
_TENS = re.compile(
    r"\s*(?:(?:karnofsky|lansky)\s*(?:performance status|play|score|index|scale)*\s*:?\s*)?(100|[1-9]0|0)\s*%?\s*(?:-.{0,120})?",
    re.IGNORECASE,
)


def analyte_of(finding: Finding) -> Analyte:
    """Which laboratory value a code or its words name."""
    concepts, words = finding.concepts, finding.words
    if "obs-wbc" in concepts:
        return Analyte.LEUKOCYTES
    if "obs-bilirubin-total" in concepts or (not concepts and _BILIRUBIN.search(words)):
        return Analyte.BILIRUBIN
    if "obs-alt" in concepts or (not concepts and _ALT.search(words)):
        return Analyte.ALT
    return Analyte.AST


def read_lab(finding: Finding) -> None:
    """Bilirubin, AST and ALT as multiples of the report's own upper limit; white cells ×10⁹/L."""
    value = finding.data.get("valueQuantity")
    if finding.data.get("dataAbsentReason") or (value is None and finding.answer().missing):
        return
    analyte = analyte_of(finding)
    if value is None or "value" not in value:
        finding.list_unread("laboratory value: no number with a unit")
        _add_lab(finding, analyte, None, "")
        return
    read = _multiple(finding, value) if analyte is not Analyte.LEUKOCYTES else quantity.count(value)
    if isinstance(read, Unclear):
        finding.list_unread(f"laboratory value: {read.reason}")
        read = None
    _add_lab(finding, analyte, read, finding.answer().text)


def _add_lab(finding: Finding, analyte: Analyte, value: Interval | None, text: str) -> None:
    finding.context.facts.append(LabResult(**finding.result(text), analyte=analyte, value=value))


def _multiple(finding: Finding, value: Json) -> Interval | Unclear | None:
    """The value divided by the upper limit of its own reference range; ``None`` where the report states no limit."""
    if not value.get("unit") and not value.get("code"):
        return Unclear(quantity.NO_UNIT)
    number = quantity.interval_of(value)
    if isinstance(number, Unclear):
        return number
    if (number.low is not None and number.low < 0) or (number.high is not None and number.high < 0):
        return Unclear("a negative value")
    highs = {
        (limit, _same_unit(value, part["high"]))
        for part in _normal_ranges(finding.data.get("referenceRange", []))
        if (limit := decimal_of(part["high"].get("value"))) is not None
    }
    if not highs:
        return None
    if len(highs) > 1:
        return Unclear("more than one reference range")
    limit, same = highs.pop()
    if not same:
        return Unclear("value and reference range have different units")
    if limit <= 0:
        return Unclear("an upper limit that is no limit")
    low, high = (None if bound is None else bound / limit for bound in (number.low, number.high))
    return Interval(low, high, number.low_open, number.high_open)


def _normal_ranges(ranges: list[Json]) -> list[Json]:
    """Ranges with an upper limit; where several are given, those of the normal population."""
    bounded = [part for part in ranges if "high" in part]
    if len(bounded) < 2:
        return bounded
    normal = [part for part in bounded if "type" in part and _NORMAL_RANGE.search(_type_text(part))]
    plain = [part for part in bounded if "type" not in part and "appliesTo" not in part]
    return normal or plain or bounded


def _type_text(part: Json) -> str:
    return " ".join(
        [text_of(part["type"]), *(string(coding.get("code")) for coding in codings(part["type"]))]
    )


def _same_unit(one: Json, other: Json) -> bool:
    """A range without a unit is in the unit of its value."""
    if not other.get("unit") and not other.get("code"):
        return True
    codes, units = (one.get("code"), other.get("code")), (one.get("unit"), other.get("unit"))
    if all(codes) and codes[0] != codes[1]:
        return False
    if (
        all(units)
        and str(units[0]).replace(" ", "").lower() != str(units[1]).replace(" ", "").lower()
    ):
        return bool(all(codes))
    if all(codes) or all(units):
        return True
    first, second = (str(part.get("code") or part.get("unit")).lower() for part in (one, other))
    return first == second


def read_qt(finding: Finding) -> None:
    """QTc by Fridericia in ms. Another formula, or none named, gives another number: listed."""
    said = f"{finding.all_words} | {_method_text(finding)}"
    if finding.answer().missing and "valueQuantity" not in finding.data:
        return
    if not _FRIDERICIA.search(said) or _OTHER_FORMULA.search(said):
        finding.list_unread("QTc: the correction is not stated to be Fridericia's")
        return
    value = finding.data.get("valueQuantity")
    if value is None or "value" not in value:
        if not finding.answer().missing:
            finding.list_unread("QTcF: no number with a unit")
        return
    read = quantity.measured(value, Dimension.TIME)
    if isinstance(read, Unclear):
        finding.list_unread(f"QTcF: {read.reason}")
        _add_lab(finding, Analyte.QTCF, None, finding.answer().text)
        return
    _add_lab(finding, Analyte.QTCF, read, finding.answer().text)


def _method_text(finding: Finding) -> str:
    return text_of(finding.record.data.get("method")).lower()


def read_virus(finding: Finding) -> None:
    """One test of the virus screen. An antibody that shows immunity is no sign of infection and is not read."""
    words = finding.words
    if _NO_SCREEN.search(words) or _IMMUNITY.search(words):
        return
    named = [
        virus
        for virus, pattern in (
            (Virus.HBV, _HEPATITIS_B),
            (Virus.HCV, _HEPATITIS_C),
            (Virus.HIV, _HIV),
        )
        if pattern.search(words) or (virus is Virus.HBV and "obs-hbv-infection" in finding.concepts)
    ]
    if len(named) != 1:
        finding.list_unread("names more than one virus")
        return
    answer = finding.answer(reactivity=True)
    if answer.missing and "valueQuantity" not in finding.data:
        return
    # A level has no meaning here without the laboratory's own word for it.
    said = answer.interpreted if "valueQuantity" in finding.data else answer.agreed
    if said not in _TRUTH:
        finding.list_unread("virus screen: neither reactive nor non-reactive")
    reactive = _TRUTH.get(said, Tri.UNKNOWN) if said is not None else Tri.UNKNOWN
    finding.context.facts.append(
        ViralScreen(**finding.result(answer.text), virus=named[0], reactive=reactive)
    )


def read_measured(analyte: Analyte, finding: Finding) -> None:
    """IgG and chimerism: that they were measured is what counts; a share is kept where there is one."""
    answer = finding.answer()
    if finding.data.get("dataAbsentReason") or (
        answer.missing and "valueQuantity" not in finding.data
    ):
        return
    _add_lab(finding, analyte, answer.share if analyte is Analyte.CHIMERISM else None, answer.text)


def read_pregnancy(finding: Finding) -> None:
    """A pregnancy test or status. A level alone, without the laboratory's word for it, is listed."""
    answer = finding.answer()
    concept = finding.data.get("valueCodeableConcept")
    text = string(finding.data.get("valueString")) or text_of(concept)
    match = _STATUS_TEXT.fullmatch(text)
    pregnant: Tri | None = None
    if "val-pregnant" in finding.context.concepts(concept):
        pregnant = Tri.UNKNOWN if match is not None and match[1] else Tri.MET
    elif match is not None:
        pregnant = Tri.NOT_MET if match[1] else Tri.MET
    elif "valueQuantity" in finding.data:
        pregnant = _TRUTH.get(answer.interpreted) if answer.interpreted else None
    elif answer.agreed in (Word.POSITIVE, Word.NEGATIVE, Word.INDETERMINATE) and not answer.problem:
        pregnant = _TRUTH.get(answer.agreed, Tri.UNKNOWN)
    if pregnant is None:
        if not answer.missing or "valueQuantity" in finding.data:
            finding.list_unread("pregnancy test: value not understood")
        return
    finding.context.facts.append(
        PregnancyResult(**finding.result(answer.text or text), pregnant=pregnant)
    )


def read_performance(finding: Finding) -> None:
    """ECOG 0 to 5, Karnofsky and Lansky 0 to 100 in tens; a score that its scale does not have is listed."""
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

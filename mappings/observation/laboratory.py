"""Liver values, white cells, QTcF, IgG and chimerism (encodings 9.1 to 9.4)."""

from __future__ import annotations

import re

from mappings.observation.finding import Finding
from mappings.values import quantity
from mappings.values.numbers import decimal_of
from mappings.values.quantity import Unclear
from mappings.values.shapes import Json, codings, string, text_of
from mappings.values.units import Dimension, unit
from mappings.values.value_text import is_no_result
from relapse.facts import Analyte, LabResult
from relapse.logic import Interval

_BILIRUBIN = re.compile(r"bilirubin")
_WHITE_CELLS = re.compile(r"^(?:wbc|leu[ck]ocytes|white )")
_ALT = re.compile(r"alanine|\balt\b|sgpt")
_FRIDERICIA = re.compile(r"fridericia|\bqtcf\b|qtc-f")
_OTHER_FORMULA = re.compile(r"bazett|framingham|hodges|\bqtcb\b")
_NORMAL_RANGE = re.compile(r"normal", re.IGNORECASE)


def analyte_of(finding: Finding) -> Analyte:
    """Which laboratory value a code or its words name."""
    concepts, words = finding.concepts, finding.words
    if "obs-wbc" in concepts or (not concepts and _WHITE_CELLS.search(words)):
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
        finding.list_unreadable("laboratory value", "no number with a unit")
        _add_lab(finding, analyte, None, "")
        return
    read = _multiple(finding, value) if analyte is not Analyte.LEUKOCYTES else quantity.count(value)
    if isinstance(read, Unclear):
        finding.list_unreadable("laboratory value", read.reason)
        read = None
    _add_lab(finding, analyte, read, finding.answer().text)


def _add_lab(finding: Finding, analyte: Analyte, value: Interval | None, text: str) -> None:
    finding.context.facts.append(LabResult(**finding.result(text), analyte=analyte, value=value))


def _multiple(finding: Finding, value: Json) -> Interval | Unclear | None:
    """The value divided by the upper limit of its own reference range; ``None`` where the report
    states no limit.
    """
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
    if one.get("code") and other.get("code"):
        return _spelling(one["code"]) == _spelling(other["code"])
    return not _spellings(one).isdisjoint(_spellings(other))


def _spellings(measured: Json) -> set[str]:
    return {_spelling(measured[named]) for named in ("code", "unit") if measured.get(named)}


def _spelling(written: object) -> str:
    """One spelling for each unit: "µmol/L" and "umol/L", "U/L" and "[IU]/L" are the same."""
    known = unit(str(written))
    return known.name if known and known.name else str(written).replace(" ", "").lower()


def read_qt(finding: Finding) -> None:
    """QTc by Fridericia in ms. Another formula, or none named, gives another number: listed."""
    said = f"{finding.all_words} | {_method_text(finding)}"
    if finding.answer().missing and "valueQuantity" not in finding.data:
        return
    if not _FRIDERICIA.search(said) or _OTHER_FORMULA.search(said):
        finding.list_unreadable("QTc", "the correction is not stated to be Fridericia's")
        return
    value = finding.data.get("valueQuantity")
    if value is None or "value" not in value:
        if not finding.answer().missing and not is_no_result(finding.answer().text):
            finding.list_unreadable("QTcF", "no number with a unit")
            _add_lab(finding, Analyte.QTCF, None, finding.answer().text)
        return
    read = quantity.measured(value, Dimension.TIME)
    if isinstance(read, Unclear):
        finding.list_unreadable("QTcF", read.reason)
        _add_lab(finding, Analyte.QTCF, None, finding.answer().text)
        return
    _add_lab(finding, Analyte.QTCF, read, finding.answer().text)


def _method_text(finding: Finding) -> str:
    return text_of(finding.record.data.get("method")).lower()


def read_measured(analyte: Analyte, finding: Finding) -> None:
    """IgG and chimerism: that they were measured is what counts; a share is kept where there is
    one.
    """
    answer = finding.answer()
    if finding.data.get("dataAbsentReason") or (
        answer.missing and "valueQuantity" not in finding.data
    ):
        return
    _add_lab(finding, analyte, answer.share if analyte is Analyte.CHIMERISM else None, answer.text)

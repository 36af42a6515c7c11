"""Values written as text: read only when the whole text is one value.

A number with a per cent sign or a power of ten, with comparator or as a range; detected or not
detected, with or without a sensitivity. Whatever is left over could turn the meaning round ("0.3 %,
previously negative"), so the text then says nothing. A wrong reading is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from mappings.values.numbers import decimal_of
from mappings.values.quantity import Unclear, possible_share
from mappings.values.units import Dimension, unit
from relapse.logic import Interval


class Word(Enum):
    """What a text or an answer code says in a word."""

    POSITIVE = auto()
    NEGATIVE = auto()
    PARTIAL = auto()
    INDETERMINATE = auto()


_NO_RESULT = re.compile(
    r"\W*(?:(?:not|was not|could not be)\s+(?:done|performed|examined|assessed|evaluated|tested|"
    r"obtained|collected|available|sent|applicable)|test not performed|declined|refused|deferred|"
    r"cancell?ed|pending|in progress|to follow|awaited|result awaited|n/?a|none|unknown)\W*",
    re.IGNORECASE,
)


def is_no_result(text: str) -> bool:
    """Whether a text says that there is no result: it leaves an older one as it was."""
    return bool(_NO_RESULT.fullmatch(text))


@dataclass(frozen=True, slots=True)
class TextValue:
    """What a whole text states: a word, a share of cells, or both; ``limit`` is the sensitivity
    that it names.
    """

    word: Word | None = None
    share: Interval | None = None
    limit: Decimal | None = None


_PLAIN = str.maketrans("−–—×·\u00a0\u202f\u2009", "---x*   ")
_SUPERSCRIPT = re.compile("10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})")
_FROM_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def _plain(text: str) -> str:
    """One kind of dash, blank and multiplication sign; superscripts as powers."""
    text = _SUPERSCRIPT.sub(lambda power: "10^" + power[1].translate(_FROM_SUPERSCRIPT), text)
    return " ".join(text.translate(_PLAIN).split())


_NUMBER = r"(?:\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})"
_POWER = r"10\s*(?:\^|\*\*?|e(?=-))\s*\(?-\s*\d{1,2}\)?"
# Only after a factor is "10-4" a power; alone, "10-20 %" is a range.
_AMOUNT = rf"(?:{_NUMBER}\s*[x*]\s*(?:{_POWER}|10\s*-\d{{1,2}})|{_POWER}|{_NUMBER})"
_OF_CELLS = (
    r"(?:\s*(?:of\s+)?(?:all\s+|total\s+|the\s+)?(?:nucleated|mononuclear|marrow|bone marrow|"
    r"white blood|white|viable|"
    r"leuk[a]?emic|blood)?\s*(?:cells?|wbcs?|leukocytes|leucocytes|blasts?|lymphoblasts?|events|"
    r"mncs?|tncs?))?"
)
_UNIT = (
    r"(?:%|percent|per cent|/\s*10\s*[\^*]\s*\d|per\s+10\s*[\^*]?\s*\d|in\s+10\s*[\^*]\s*\d|"
    rf"per million|ppm){_OF_CELLS}"
)
_COMPARATOR = (
    r"(?:<=|>=|=<|=>|<|>|≤|≥|less than or equal to|greater than or equal to|less than|lower than|"
    r"greater than|"
    r"more than|fewer than|below|above|under|at least|at most|up to)"
)
_VALUE = (
    rf"(?:(?P<cmp>{_COMPARATOR})\s*)?(?P<a>{_AMOUNT})\s*(?P<ua>{_UNIT})?"
    rf"(?:\s*(?:-|to)\s*(?P<b>{_AMOUNT})\s*(?P<ub>{_UNIT})?)?"
)
_SUBJECT = (
    r"(?:(?:b-?all\s+|bcp-?all\s+|all\s+|flow\s+|leuk[a]?emic\s+)?(?:mrd|minimal residual disease|"
    r"measurable residual disease|"
    r"residual disease|residual leuk[a]?emia|residual leuk[a]?emic cells|disease|blasts?|"
    r"lymphoblasts?|"
    r"leuk[a]?emic (?:blasts|cells))(?:\s*\(mrd\))?)"
)
_NEGATIVE = (
    rf"(?:no(?:\s+evidence\s+of)?\s+{_SUBJECT}(?:\s+(?:was\s+|were\s+)?(?:detected|identified|seen|"
    rf"found))?|"
    + (
        r"(?:not\s+(?:detected|detectable|identified|seen|found|present)|non-?detected|"
        r"undetectable|undetected|"
        r"none\s+(?:detected|seen|identified)|none|negative|neg|absent|not\s+expressed|"
        r"no\s+expression))"
    )
)
_POSITIVE = r"(?:detected|detectable|positive|pos|present|seen|identified|expressed|\+{1,4})"
_UNQUANTIFIED = (
    r"(?:(?:but\s+)?(?:not\s+quantifiable|non-?quantifiable|unquantifiable|"
    r"below\s+(?:the\s+)?(?:limit\s+of\s+quantification|quantifiable\s+range|quantitative\s+range|"
    r"loq)))"
)
_INDETERMINATE = (
    r"(?:equivocal|indeterminate|inconclusive|borderline|suspicious|presumptive(?:\s+positive)?|"
    r"uncertain|not\s+interpretable|uninterpretable|unclear)"
)
_PARTIAL = (
    r"(?:(?:partial|dim|weak|heterogeneous|heterogenous|variable)\s+expression"
    r"(?:\s+(?:on|in|by)\s+a\s+subset(?:\s+of\s+(?:the\s+)?(?:leuk[a]?emic\s+|abnormal\s+)?"
    r"(?:lympho)?(?:blasts|cells))?)?|"
    r"partial(?:ly)?(?:\s+positive)?|dim(?:ly)?(?:\s+positive)?|weak(?:ly)?(?:\s+positive)?|"
    r"heterogeneous(?:ly)?|"
    r"heterogenous|subset(?:\s+positive)?|variable|variably\s+positive|(?:positive|pos)\s*[,(]?\s*"
    r"(?:dim|partial|subset|weak|heterogeneous|heterogenous|variable)\)?|low(?:\s+positive)?|"
    r"two\s+populations|bimodal)"
)
_STRENGTH = r"(?:bright|strong|moderate|uniform|homogeneous|diffuse)(?:ly)?"
_DETECTION_LIMIT = (
    r"(?:(?:analytical\s+|assay\s+)?sensitivity|(?:lower\s+)?limit\s+of\s+detection|"
    r"detection\s+limit|lod)"
)
_LIMIT_NAME = rf"(?:{_DETECTION_LIMIT}|level|threshold)"
# Something must say that the number is a limit: "negative 0.3 %" says nothing that could be relied
# on.
_LIMIT = (
    rf"(?:[,;:]?\s*[(\[]?\s*(?:(?:with\s+|at\s+)?(?:an?\s+|the\s+)?{_LIMIT_NAME}\s*"
    r"(?:of|is|at|level(?:\s+of)?|:|=)?\s*(?:<=?\s*)?|(?:at|to)\s+(?:<=?\s*)?|<=?\s*)"
    rf"(?P<lim>{_AMOUNT})\s*(?P<ulim>{_UNIT})?\s*(?:{_LIMIT_NAME})?\s*[)\]]?)?"
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{pattern}\s*[.;]?\s*", re.IGNORECASE)


_IS_VALUE = _whole(rf"(?:{_SUBJECT}\s*(?::|is|was|of)?\s*)?{_VALUE}")
_IS_NEGATIVE = _whole(
    rf"(?:{_SUBJECT}\s*(?::|is|was)?\s*)?{_NEGATIVE}(?:\s+for\s+{_SUBJECT})?{_LIMIT}"
)
_IS_POSITIVE = _whole(
    rf"(?:{_SUBJECT}\s*(?::|is|was)?\s*)?(?:{_STRENGTH}\s+)?{_POSITIVE}(?:\s*\(?{_STRENGTH}\)?)?"
    rf"(?:\s*[,;:(]?\s*(?:at\s+)?(?P<nq>{_UNQUANTIFIED})\)?|\s*[,;:(]?\s*(?:at\s+)?{_VALUE}\s*\)?)?"
)
_IS_POSITIVE_AFTER_NUMBER = _whole(rf"{_VALUE}\s*[,(]?\s*{_POSITIVE}\)?")
_IS_INDETERMINATE = _whole(rf"(?:{_SUBJECT}\s*(?::|is|was)?\s*)?{_INDETERMINATE}")
_IS_PARTIAL = _whole(_PARTIAL)
_IS_STRONG = _whole(rf"(?:bright|strong|moderate|{_STRENGTH}\s+expression)")
_IN_NOTE = re.compile(
    rf"\b{_DETECTION_LIMIT}\b[^0-9<>%.;]{{0,60}}?(?:<=?|≤)?\s*(?P<lim>{_AMOUNT})\s*(?P<ulim>%|"
    rf"percent|per cent|/\s*10\s*[\^*]\s*\d)?",
    re.IGNORECASE,
)
_LONGEST = 300


def number(text: str) -> Decimal | None:
    """A number with a point, or with a decimal comma where it can be nothing else ("0,3", "12,5";
    not "1,234").
    """
    text = text.strip()
    if "," in text:
        whole, _, rest = text.partition(",")
        if len(rest) == 3 and whole not in ("", "0"):
            return None
        text = f"{whole or '0'}.{rest}"
    return decimal_of(text)


def _amount(text: str, unit_text: str | None) -> Decimal | None:
    """A number in its unit as a share of cells; a power of ten is its own unit, anything else needs
    one.
    """
    compact = text.lower().replace(" ", "")
    if "10e" in compact:
        return None  # 10E-4 is 10^-4 to one laboratory and 10 times that to a calculator
    power = re.fullmatch(r"(?:(?P<n>.+?)[x*])?10(?:\^|\*\*?)?\(?(?P<e>-\d{1,2})\)?", compact)
    if power is not None:
        if unit_text:
            return None
        factor = Decimal(1).scaleb(int(power["e"]))
        base = number(power["n"]) if power["n"] else Decimal(1)
        return None if base is None else base * factor
    value = number(text)
    if value is None or not unit_text:
        return None
    counted_in = unit(" ".join(unit_text.split()))
    if counted_in is None or counted_in.dimension is not Dimension.FRACTION:
        return None
    return value * counted_in.factor


def _interval(match: re.Match[str]) -> Interval | None:
    """The share that a match of ``_VALUE`` states."""
    first, last, comparator = match["a"], match["b"], (match["cmp"] or "").lower()
    low = _amount(first, match["ua"] or match["ub"])
    if low is None:
        return None
    if last is not None:
        high = _amount(last, match["ub"])
        if comparator or high is None or high < low:
            return None
        read = possible_share(Interval(low, high))
    elif comparator in ("<", "less than", "lower than", "fewer than", "below", "under"):
        read = possible_share(Interval(None, low, high_open=True))
    elif comparator in ("<=", "=<", "≤", "at most", "up to", "less than or equal to"):
        read = possible_share(Interval(None, low))
    elif comparator in (">", "greater than", "more than", "above"):
        read = possible_share(Interval(low, None, low_open=True))
    elif comparator:
        read = possible_share(Interval(low, None))
    else:
        read = possible_share(Interval.exact(low))
    return None if isinstance(read, Unclear) else read


def read(text: str) -> TextValue | None:
    """The one value that the whole text states; ``None`` where there is none, more than one, or
    anything left over.
    """
    if not text or len(text) > _LONGEST:
        return None
    text = _plain(text)
    if match := _IS_VALUE.fullmatch(text):
        share = _interval(match)
        return None if share is None else TextValue(share=share)
    if match := _IS_NEGATIVE.fullmatch(text):
        if match["lim"] is None:
            return TextValue(Word.NEGATIVE)
        limit = _amount(match["lim"], match["ulim"])
        return None if limit is None or not 0 < limit < 1 else TextValue(Word.NEGATIVE, limit=limit)
    if _IS_PARTIAL.fullmatch(text):
        return TextValue(Word.PARTIAL)
    if match := _IS_POSITIVE.fullmatch(text) or _IS_POSITIVE_AFTER_NUMBER.fullmatch(text):
        if match["a"] is None:
            return TextValue(Word.POSITIVE)
        share = _interval(match)
        return None if share is None else TextValue(Word.POSITIVE, share)
    if _IS_STRONG.fullmatch(text):
        return TextValue(Word.POSITIVE)
    if _IS_INDETERMINATE.fullmatch(text):
        return TextValue(Word.INDETERMINATE)
    return None


def limit_in(text: str) -> Decimal | Unclear | None:
    """The limit of detection that a note names; ``None`` if it names none, Unclear if it names
    several.
    """
    text = _plain(text)
    found = set()
    for match in _IN_NOTE.finditer(text[:2000]):
        value = _amount(match["lim"], match["ulim"])
        if value is None or not 0 < value < 1:
            return Unclear("limit of detection not understood")
        found.add(value)
    if len(found) > 1:
        return Unclear("more than one limit of detection")
    return found.pop() if found else None

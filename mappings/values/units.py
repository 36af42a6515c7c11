"""Units as laboratories write them: UCUM codes and the many spellings of unit texts.

Each known unit is a dimension and a factor to the unit in which this project counts that dimension.
A unit that is not listed is not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache


class Dimension(Enum):
    """What a unit measures, and the unit in which values are handed on."""

    FRACTION = "share of cells"
    COUNT = "cells, in 10*9/L"
    TIME = "time, in ms"
    SCORE = "score"
    OTHER = "mass, substance or activity, compared only with the same unit"


@dataclass(frozen=True, slots=True)
class Unit:
    dimension: Dimension
    factor: Decimal
    name: str = ""
    """One spelling, for units that are only compared with themselves."""


_ANNOTATION = re.compile(r"\{([^{}]*)\}")
_POWER = re.compile(
    r"10(?:\*|\^|\*\*)?([+-]?\d{1,2})|10e([+-]?\d{1,2})|e([+-]?\d{1,2})|1e([+-]?\d{1,2})"
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–µμ×", "0123456789---uux")
_CELLS = re.compile(
    r"(?:of|total|nucleated|mononuclear|marrow|bone|white|leukemic|leukaemic|blood|cells?|wbcs?|"
    r"leukocytes|leucocytes|"
    r"tncs?|mncs?|events|blasts?|lymphoblasts|positive|pos\b)"
)
_WORD_POWERS = {
    "hundred": 2,
    "thousand": 3,
    "million": 6,
    "100": 2,
    "1000": 3,
    "10000": 4,
    "100000": 5,
    "1000000": 6,
}
_LITRE_POWERS = {"/l": 0, "/ul": 6, "/mm3": 6, "/cumm": 6, "/mcl": 6, "/ml": 3, "/cmm": 6}
_TIME = {
    "ms": Decimal(1),
    "msec": Decimal(1),
    "milliseconds": Decimal(1),
    "s": Decimal(1000),
    "sec": Decimal(1000),
}
_OTHER = frozenset(
    "mg/dl umol/l mmol/l g/l g/dl mg/l u/l ukat/l nkat/l iu/ml miu/ml ng/ml ug/ml".split()
)
_ONE_SPELLING = {
    "[iu]/l": "u/l",  # of an enzyme one is the other
    "iu/l": "u/l",
    "[iu]/ml": "iu/ml",
    "m[iu]/ml": "miu/ml",
    "micromol/l": "umol/l",
    "mcmol/l": "umol/l",
}


def _fraction(power: int) -> Unit:
    return Unit(Dimension.FRACTION, Decimal(1).scaleb(power))


def _exponent(text: str) -> int | None:
    match = _POWER.fullmatch(text)
    if match is None:
        return 0 if text in ("", "1") else None
    return int(next(group for group in match.groups() if group is not None))


@lru_cache(maxsize=512)
def unit(text: str) -> Unit | None:
    """The unit that a UCUM code or a unit text names; ``None`` if it is not known."""
    # "G/L" counts cells in 10*9/L, "g/L" weighs: the one pair in which the case of a letter
    # decides.
    if text.strip() in ("G/L", "Giga/L"):
        return Unit(Dimension.COUNT, Decimal(1))
    # UCUM lets annotations mean nothing, yet "%{IS}" is no share of cells: they are read as words.
    plain = _ANNOTATION.sub(r" \1 ", text.translate(_SUPERSCRIPTS)).strip().lower()
    return _share(plain) or _count(plain) or _simple(plain.replace(" ", ""))


def _share(plain: str) -> Unit | None:
    """Per cent, powers of ten, and cells per so many cells."""
    words = plain.replace("percentage", "%").replace("percent", "%").replace("per cent", "%")
    words = re.sub(r"\bper\b|\bin\b", "/", words)
    bare = _CELLS.sub("", words).replace(" ", "")
    if bare in ("%", "%/", "/100", "%.", "%/100"):
        return _fraction(-2)
    if bare in ("1", "1/1", "fraction"):
        return _fraction(0)
    if bare == "/" and _CELLS.search(words):
        return _fraction(0)
    if bare in ("ppm", "[ppm]"):
        return _fraction(-6)
    if bare == "[ppth]":
        return _fraction(-3)
    if bare.startswith("/"):
        name = bare[1:].replace(",", "")
        power = _WORD_POWERS.get(name)
        if power is None:
            power = _exponent(name) if name else None
        return _fraction(-power) if power else None
    power = _exponent(bare)
    return _fraction(power) if power is not None and power < 0 else None


def _count(plain: str) -> Unit | None:
    """Cells per volume, in 10*9/L."""
    plain = _CELLS.sub("", plain).replace(" ", "").replace("#/", "/").removeprefix("x")
    if plain in (
        "k/ul",
        "k/mm3",
        "k/mcl",
        "thou/ul",
        "th/ul",
        "thousand/ul",
        "thous/mcl",
        "10e3/ul",
    ):
        plain = "10*3/ul"
    for suffix, litre in _LITRE_POWERS.items():
        if plain.endswith(suffix):
            power = _exponent(plain[: -len(suffix)])
            return (
                None
                if power is None
                else Unit(Dimension.COUNT, Decimal(1).scaleb(power + litre - 9))
            )
    return None


def _simple(plain: str) -> Unit | None:
    if plain in _TIME:
        return Unit(Dimension.TIME, _TIME[plain])
    if plain in ("score", "points", "ecog", "karnofsky", "lansky"):
        return Unit(Dimension.SCORE, Decimal(1))
    name = _ONE_SPELLING.get(plain, plain)
    return Unit(Dimension.OTHER, Decimal(1), name) if name in _OTHER else None

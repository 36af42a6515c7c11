"""Which relapse or remission a text names: "second relapse", "relapse 2", "CR2", "2nd complete
remission".
"""

from __future__ import annotations

import re

_WORDS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
}  # fmt: skip
_ORDINAL = "|".join(_WORDS)
# What may stand between the ordinal and its noun.
_KIND = (
    r"(?:(?:(?:isolated|combined|early|very|late|bone|marrow|medullary|extramedullary|cns|"
    r"testicular|hematologic(?:al)?|"
    r"morphologic(?:al)?|complete|continuous|molecular|clinical|systemic)[\s,-]+)|and\s+)*"
)
_NOT_DENIED = r"(?<!\bno )(?<!\bnot )(?<!without )(?<!never )"
# "relapse, second line treatment" counts treatments.
_ALONE = r"(?=\s*(?:$|[).,;:]))"
_RELAPSE = re.compile(
    rf"{_NOT_DENIED}\b(?P<word>{_ORDINAL})\s+{_KIND}(?:relapse|recurrence)\b"
    rf"|\b(?:relapse|recurrence)\s*(?:no\.?\s*|number\s*|#\s*)?(?P<digit>[1-9])\b(?!\s*(?:%|/|-|"
    rf"month|week|day|year))"
    rf"|\b(?:relapse|recurrence)\s*[,(]\s*(?P<after>{_ORDINAL})\b{_ALONE}",
    re.IGNORECASE,
)
_REMISSION = re.compile(
    rf"{_NOT_DENIED}\b(?P<word>{_ORDINAL})\s+{_KIND}(?:remission|cr)\b"
    rf"|\bcr\s*-?(?P<digit>[1-9])\b"
    rf"|\bremission\s*(?:no\.?\s*|number\s*|#\s*)?(?P<number>[1-9])\b(?!\s*(?:%|/|-|month|week|day|"
    rf"year))"
    rf"|\bremission\s*[,(]\s*(?P<after>{_ORDINAL})\b{_ALONE}",
    re.IGNORECASE,
)


def _only(pattern: re.Pattern[str], text: str) -> int | None:
    """The one ordinal that the text names; ``None`` where it names none, or different ones."""
    found = set()
    for match in pattern.finditer(text[:1000]):
        value = next(group for group in match.groups() if group is not None).lower()
        found.add(_WORDS[value] if value in _WORDS else int(value))
    return found.pop() if len(found) == 1 else None


def relapse_ordinal(text: str) -> int | None:
    return _only(_RELAPSE, text)


def remission_ordinal(text: str) -> int | None:
    return _only(_REMISSION, text)

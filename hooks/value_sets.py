"""Codes of the value sets that cards and the first look at a record need."""

from __future__ import annotations

import json
import re
from functools import cache

from mappings.terminology import VALUE_SETS, entries_of, standard

_LEUKAEMIAS = re.compile(
    r"cond-.*(\ball\b|aml|leuk|lymphoma|burkitt|phenotype)|history-of-leukemia"
)


def coding(value_set: str, system: str, code: str) -> dict[str, str]:
    """The Coding of ``code`` with our own display; KeyError where the value set does not hold
    it.
    """
    found = {"system": system, "code": code}
    if value_set not in standard().concepts(found):
        raise KeyError(f"{value_set} holds no {system}|{code}")
    return {**found, "display": standard().display(found)}


@cache
def leukaemia_codes() -> frozenset[str]:
    """Every code, of any system, that a value set of leukaemias and lymphomas holds; without dots,
    upper case.
    """
    return frozenset(
        bare(entry.code)
        for file in VALUE_SETS.glob("*.json")
        if _LEUKAEMIAS.match(file.stem)
        for entry in entries_of(json.loads(file.read_bytes()))
    )


def bare(code: str) -> str:
    """A code as it is compared where the system does not matter."""
    return code.strip().upper().replace(".", "")

"""Cutting a resource down to the elements that are read, and checking those against the FHIR model.

What nobody reads costs nothing: unknown members, nulls, empty lists and empty texts are left out
before validation. Dates become the written calendar day, because a clock time without a zone is
valid here and not in FHIR; one that cannot be read is left out and remembered, so that it is told
apart from a date that was never there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from mappings.numbers import decimal_of
from mappings.shapes import Json
from mappings.when import written_day


class Leaf(Enum):
    """Elements without members of their own."""

    TEXT = auto()
    """Any string or code, without the blanks around it."""
    PLAIN = auto()
    """Left as it is: booleans and integers."""
    DATE = auto()
    INSTANT = auto()
    NUMBER = auto()


@dataclass(frozen=True)
class Many:
    """A list; older releases write a lone object in its place."""

    of: Spec


Spec = Mapping[str, "Leaf | Many | Spec"] | Leaf | Many

_LONGEST_TEXT = 20_000


@dataclass(slots=True)
class Cut:
    """A resource cut to its read elements, and the paths of dates and numbers that are there but
    unreadable.
    """

    data: Json
    unreadable: list[str] = field(default_factory=list)
    modified: bool = False
    """A read element carries a modifierExtension: nobody here knows what it turns the meaning
    into.
    """


def cut(resource: Json, spec: Mapping[str, Leaf | Many | Spec]) -> Cut:
    """Keep what the specification names. Members of a wrong JSON type stay as they are: the model
    refuses them.
    """
    result = Cut({})
    result.data = _object(resource, spec, "", result)
    return result


def _object(value: Json, spec: Mapping[str, Leaf | Many | Spec], path: str, result: Cut) -> Json:
    kept: Json = {}
    if value.get("modifierExtension"):
        result.modified = True
    for name, inner in spec.items():
        raw = value.get(name)
        if raw is None:
            continue
        if inner is Leaf.TEXT and isinstance(raw, str):
            # Most elements are texts: no further look at them.
            raw = raw.strip()
            if raw:
                kept[name] = raw[:_LONGEST_TEXT]
            continue
        new = _value(raw, inner, f"{path}.{name}" if path else name, result)
        if new is not None:
            kept[name] = new
    return kept


def _value(raw: Any, spec: Leaf | Many | Spec, path: str, result: Cut) -> Any:
    if isinstance(spec, Leaf):
        return _leaf(raw, spec, path, result)
    if isinstance(spec, Many):
        if isinstance(raw, dict):
            raw = [raw]
        if not isinstance(raw, list):
            return raw
        values = [_value(item, spec.of, path, result) for item in raw]
        return [value for value in values if value is not None] or None
    if isinstance(raw, dict):
        return _object(raw, spec, path, result) or None
    return None if raw == "" or raw == [] else raw


def _leaf(raw: Any, spec: Leaf, path: str, result: Cut) -> Any:
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            return None
        if spec is Leaf.TEXT:
            return raw[:_LONGEST_TEXT]
    if spec is Leaf.DATE or spec is Leaf.INSTANT:
        day = written_day(raw)
        if day is None or (spec is Leaf.INSTANT and len(day) < len("2000-01-01")):
            result.unreadable.append(path)
            return None
        return day if spec is Leaf.DATE else f"{day}T00:00:00Z"
    if spec is Leaf.NUMBER:
        number = decimal_of(raw)
        if number is None:
            result.unreadable.append(path)
        return number
    return None if isinstance(raw, (list, dict)) and not raw else raw


# --- Building blocks -----------------------------------------------------------------------------

TEXT, PLAIN, DATE, INSTANT, NUMBER = Leaf.TEXT, Leaf.PLAIN, Leaf.DATE, Leaf.INSTANT, Leaf.NUMBER
CODING: Spec = {"system": TEXT, "code": TEXT, "display": TEXT}
CONCEPT: Spec = {"coding": Many(CODING), "text": TEXT}
IDENTIFIER: Spec = {"system": TEXT, "value": TEXT}
REFERENCE: Spec = {"reference": TEXT, "type": TEXT, "identifier": IDENTIFIER, "display": TEXT}
PERIOD: Spec = {"start": DATE, "end": DATE}
QUANTITY: Spec = {"value": NUMBER, "comparator": TEXT, "unit": TEXT, "system": TEXT, "code": TEXT}
RANGE: Spec = {"low": QUANTITY, "high": QUANTITY}
RATIO: Spec = {"numerator": QUANTITY, "denominator": QUANTITY}
NOTES: Spec = Many({"text": TEXT})

"""Cutting a resource down to the elements that are read, and checking those against the FHIR model.

What nobody reads costs nothing: unknown members, nulls, empty lists and empty texts are left out
before validation. Dates become the written calendar day, because a clock time without a zone is
valid here and not in FHIR; one that cannot be read is left out and remembered, so that it is told
apart from a date that was never there.

The form of what is kept (`mappings.record.known_forms`) is written down in the same walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any

from mappings.record.known_forms import (
    LONGEST_LIST,
    NUMBER_MARK,
    WHOLE_DAY,
    mark_of_checked_day,
    mark_of_plain,
    mark_of_text,
)
from mappings.values.numbers import decimal_of
from mappings.values.shapes import Json
from mappings.values.when import written_day


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

    data: Json = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    modified: bool = False
    """A read element carries a modifierExtension: nobody here knows what it turns the meaning
    into.
    """
    marks: list[str] = field(default_factory=list)
    """The form of ``data``, piece by piece."""
    formless: bool = False
    """Something was kept that has no form."""

    @property
    def form(self) -> str | None:
        """The form of ``data``; ``None`` where the model has to look at it."""
        return None if self.formless else " ".join(self.marks)

    def keep(self, value: Any, mark: str | None) -> Any:
        """The value, once its mark is written down."""
        if mark is None:
            self.formless = True
        else:
            self.marks.append(mark)
        return value

    def fill_in(self, name: str, value: object) -> None:
        """Give ``data`` a member, unless it has it."""
        if name not in self.data:
            self.marks.append(name)
            mark = mark_of_text(value) if isinstance(value, str) else None
            self.data[name] = self.keep(value, mark)


def cut(resource: Json, spec: Mapping[str, Leaf | Many | Spec]) -> Cut:
    """Keep what the specification names. Members of a wrong JSON type stay as they are: the model
    refuses them.
    """
    result = Cut()
    result.data = _reader_of(spec)(resource, result) or {}
    return result


# --- Readers -------------------------------------------------------------------------------------
# Cutting is the innermost loop of a call: each specification becomes nested functions once.

Reader = Callable[[Any, Cut], Any]
"""Takes a value that is not null and gives what is kept of it; ``None`` for nothing."""

_READERS: dict[int, tuple[Spec, Reader]] = {}
"""By the identity of the specification, as a dictionary has no hash. The specification is held, so
that no other can come to have its identity.
"""


def _reader_of(spec: Spec) -> Reader:
    """The reader of a specification, which is a constant of the module that reads the resource."""
    known = _READERS.get(id(spec))
    if known is None:
        known = _READERS[id(spec)] = spec, _made(spec, "")
    return known[1]


def _made(spec: Spec, path: str) -> Reader:
    if isinstance(spec, Leaf):
        return _LEAF_READERS.get(spec) or partial(_DATED_OR_COUNTED[spec], path)
    if isinstance(spec, Many):
        return _list_reader(_made(spec.of, path))
    return _object_reader(spec, path)


def _object_reader(spec: Mapping[str, Leaf | Many | Spec], path: str) -> Reader:
    members = tuple(
        (name, _made(inner, f"{path}.{name}" if path else name)) for name, inner in spec.items()
    )
    whole = any(spec is data_type for data_type in _WHOLES)

    def read(value: Any, result: Cut) -> Any:
        if not isinstance(value, dict):
            return _unfit(value, result)
        if value.get("modifierExtension"):
            result.modified = True
        kept: Json = {}
        marks = result.marks
        marks.append("{")
        for name, reader in members:
            raw = value.get(name)
            if raw is not None:
                marks.append(name)
                new = reader(raw, result)
                if new is not None:
                    kept[name] = new
        marks.append("}")
        if whole and not kept and _says_something(value):
            result.unreadable.append(path)
        return kept or None

    return read


def _list_reader(reader: Reader) -> Reader:
    def read(value: Any, result: Cut) -> Any:
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            return result.keep(value, None)
        result.marks.append("[")
        kept = [
            new for item in value if item is not None and (new := reader(item, result)) is not None
        ]
        result.marks.append("]")
        if len(kept) > LONGEST_LIST:
            result.formless = True
        return kept or None

    return read


def _read_text(value: Any, result: Cut) -> Any:
    if not isinstance(value, str):
        return _unfit(value, result)
    text = value.strip()[:_LONGEST_TEXT]
    return result.keep(text, mark_of_text(text)) if text else None


def _read_plain(value: Any, result: Cut) -> Any:
    if isinstance(value, str):
        value = value.strip()
    mark = mark_of_plain(value)
    return _unfit(value, result) if mark is None else result.keep(value, mark)


def _unfit(value: Any, result: Cut) -> Any:
    """A value of another kind than the element has: left to the model to refuse, unless it is
    empty.
    """
    return None if value in ("", [], {}) else result.keep(value, None)


def _read_date(path: str, value: Any, result: Cut) -> Any:
    day = _day(path, value, result)
    return None if day is None else result.keep(day, mark_of_checked_day(day))


def _read_instant(path: str, value: Any, result: Cut) -> Any:
    day = _day(path, value, result, WHOLE_DAY)
    return None if day is None else result.keep(f"{day}T00:00:00Z", mark_of_checked_day(day))


def _day(path: str, value: Any, result: Cut, shortest: int = 0) -> str | None:
    """The written day of at least that many characters; a value that has none is remembered."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
    day = written_day(value)
    if day is None or len(day) < shortest:
        result.unreadable.append(path)
        return None
    return day


def _read_number(path: str, value: Any, result: Cut) -> Any:
    if isinstance(value, str) and not value.strip():
        return None
    number = decimal_of(value)
    if number is None:
        result.unreadable.append(path)
        return None
    return result.keep(number, NUMBER_MARK)


_LEAF_READERS: dict[Leaf, Reader] = {Leaf.TEXT: _read_text, Leaf.PLAIN: _read_plain}
_DATED_OR_COUNTED: dict[Leaf, Callable[[str, Any, Cut], Any]] = {
    Leaf.DATE: _read_date,
    Leaf.INSTANT: _read_instant,
    Leaf.NUMBER: _read_number,
}
"""These remember the path of what they cannot read."""


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
_WHOLES = (PERIOD, QUANTITY, RANGE, RATIO)
"""Of these nothing but unknown members is no absence: something was meant."""


def _says_something(raw: Json) -> bool:
    return any(
        member not in (None, "", [], {}) and name not in ("id", "extension")
        for name, member in raw.items()
        if not name.startswith("_")
    )


NOTES: Spec = Many({"text": TEXT})

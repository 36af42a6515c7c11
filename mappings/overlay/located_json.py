"""JSON with the place of every value, so that a mistake in its meaning can be pointed at.

Stricter than the standard library's reader: no NaN, no infinite numbers, no member twice in one
object, at most 40 levels.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mappings.overlay.mistakes import Place

DEEPEST = 40
_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 40


class NotJson(ValueError):
    """The text is not JSON; ``at`` is the offset of what is wrong."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the offset at which it begins; members and items are nodes, too."""

    value: Any
    at: int

    def get(self, name: str) -> Node | None:
        """A member of an object; ``None`` where there is none, or where this is no object."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        return found if isinstance(found, Node) and found.value is not None else None

    def items(self) -> list[Node]:
        """The items of a list; empty for anything else."""
        return list(self.value) if isinstance(self.value, list) else []

    def text(self, name: str) -> str:
        """A member that is a string, without the blanks around it; else empty."""
        found = self.get(name)
        return found.value.strip() if found and isinstance(found.value, str) else ""


class Source:
    """The text of one file, to turn offsets into lines and columns."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in re.finditer(r"\n", text))]

    def place(self, at: int | Node) -> Place:
        """Line and column of an offset or a node."""
        offset = at.at if isinstance(at, Node) else at
        line = bisect_right(self._starts, offset)
        return Place(self._file, line, offset - self._starts[line - 1] + 1)


def parse(text: str) -> Node:
    """The value of a whole text. Raises NotJson."""
    node, end = _value(text, _skip(text, 0), 0)
    end = _skip(text, end)
    if end != len(text):
        raise NotJson("something follows the end of the JSON value: take it out", end)
    return node


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, depth: int) -> tuple[Node, int]:
    if depth > DEEPEST:
        raise NotJson(f"nested more than {DEEPEST} levels deep", at)
    first = text[at : at + 1]
    if first == "{":
        return _object(text, at, depth)
    if first == "[":
        return _list(text, at, depth)
    if first == '"':
        string, end = _string(text, at)
        return Node(string, at), end
    for word, value in _WORDS.items():
        if text.startswith(word, at):
            return Node(value, at), at + len(word)
    number = _NUMBER.match(text, at)
    if number is not None and number.end() - at <= _LONGEST_NUMBER:
        return Node(Decimal(number.group()), at), number.end()
    if not first:
        raise NotJson("the file ends in the middle of a value: it is cut off", at)
    raise NotJson("no JSON value begins here: strings need double quotes, NaN is no number", at)


def _string(text: str, at: int) -> tuple[str, int]:
    found = _STRING.match(text, at)
    if found is None:
        raise NotJson("a string that does not end on its line: close it with a double quote", at)
    try:
        string: str = json.loads(found.group())
        string.encode()
    except ValueError as error:  # a lone half of a surrogate pair cannot be encoded
        raise NotJson("a wrong escape in this string", at) from error
    return string, found.end()


def _object(text: str, start: int, depth: int) -> tuple[Node, int]:
    members: dict[str, Node] = {}
    at = _skip(text, start + 1)
    if text[at : at + 1] == "}":
        return Node(members, start), at + 1
    while True:
        if text[at : at + 1] != '"':
            raise NotJson("a member name in double quotes was expected here", at)
        name, end = _string(text, at)
        if name in members:
            raise NotJson(f'the member "{name[:40]}" is there twice in one object', at)
        end = _skip(text, end)
        if text[end : end + 1] != ":":
            raise NotJson("a colon was expected here", end)
        members[name], at = _value(text, _skip(text, end + 1), depth + 1)
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return Node(members, start), at + 1
        at = _comma(text, at)


def _list(text: str, start: int, depth: int) -> tuple[Node, int]:
    items: list[Node] = []
    at = _skip(text, start + 1)
    if text[at : at + 1] == "]":
        return Node(items, start), at + 1
    while True:
        item, at = _value(text, at, depth + 1)
        items.append(item)
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return Node(items, start), at + 1
        at = _comma(text, at)


def _comma(text: str, at: int) -> int:
    if text[at : at + 1] != ",":
        raise NotJson("a comma or the closing bracket was expected here", at)
    return _skip(text, at + 1)

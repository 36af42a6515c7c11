"""Reading descriptions: YAML in which every word knows its line.

All scalars stay words: ``on`` is no boolean, ``2026-06`` no number and ``NOT`` stays as written.
Anchors and tags other than plain words, lists and tables have no meaning here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml


class DescriptionError(Exception):
    """A description that cannot be compiled; the message names file, line and word."""

    def __init__(self, message: str, file: str = "description", line: int = 0) -> None:
        super().__init__(f"{file}, line {line}: {message}" if line else f"{file}: {message}")


class Word(str):
    """A scalar as written, with the line that it stands on."""

    line: int = 0

    @classmethod
    def at(cls, text: str, line: int) -> Word:
        word = cls(text)
        word.line = line
        return word


class Table(dict[str, Any]):
    """A mapping with the lines of its keys."""

    def __init__(self, *args: Any, file: str = "description", line: int = 0) -> None:
        super().__init__(*args)
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def copy(self) -> Table:
        twin = Table(self, file=self.file, line=self.line)
        twin.lines = dict(self.lines)
        return twin

    def fail(self, message: str, key: str | None = None) -> DescriptionError:
        return DescriptionError(message, self.file, self.line_of(key) if key else self.line)


def load_documents(path: Path) -> list[Table]:
    """All documents of a YAML file, in order; each must be a table without repeated keys."""
    nodes = yaml.compose_all(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    try:
        documents = [_value(node, path.name) for node in nodes if node is not None]
    except yaml.YAMLError as error:
        raise DescriptionError(f"not readable as YAML: {error}", path.name) from None
    for document in documents:
        if not isinstance(document, Table):
            raise DescriptionError("expected a table of words at the top", path.name)
    return documents


def _value(node: yaml.Node, file: str) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Word.at(node.value, line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, file) for item in node.value]
    table = Table(file=file, line=line)
    for key_node, value_node in node.value:
        key = str(key_node.value)
        table.lines[key] = key_node.start_mark.line + 1
        if key in table:
            raise table.fail(f"'{key}' stands twice", key)
        table[key] = _value(value_node, file)
    return table


def suggestion(word: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' or the list of known words, for error messages."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f" (did you mean '{near[0]}'?)" if near else f"; known: {', '.join(names)}"

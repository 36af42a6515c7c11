"""The short form: a table with one line for each local code or text, as a spreadsheet saves it.

Columns, in any order: ``concept`` and either ``system`` with ``code`` or ``text``, or all three;
``comment`` is for people. Separated by commas, semicolons or tabs, whichever the first line uses.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mappings.overlay.concept import Concept
from mappings.overlay.concepts import IGNORE, named
from mappings.overlay.mistakes import Mistake, Place
from mappings.overlay.patterns import STAR, problem_of
from mappings.overlay.rows import Row

COLUMNS = ("system", "code", "text", "concept", "comment")
SEE_CONCEPTS = "relapse-cds mapping concepts lists all"
_SYSTEM = re.compile(r"(?:https?://\S+|urn:\S+)", re.IGNORECASE)
_AS_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_MOST_ROWS = 50_000
_LONGEST_CODE = 200


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table, with the number of the cell in which each column stands."""

    file: str
    number: int
    cells: dict[str, str]
    columns: dict[str, int]

    def place(self, column: str) -> Place:
        return Place(self.file, self.number, self.columns.get(column, 0) + 1)

    def mistake(self, column: str, message: str) -> Mistake:
        return Mistake(self.place(column), f"{column}: {message}")


def read(file: str, text: str) -> tuple[list[Row], list[Mistake]]:
    """The rows of a file, and everything that is wrong in it."""
    rows: list[Row] = []
    mistakes: list[Mistake] = []
    for found in _lines(file, text):
        if isinstance(found, Mistake):
            mistakes.append(found)
            continue
        problems = list(_problems(found))
        mistakes += problems
        if not problems:
            rows.append(_row(found))
    if not rows and not mistakes:
        mistakes.append(
            Mistake(Place(file, 1, 1), "the file maps nothing: add a line or remove it")
        )
    return rows, mistakes


def _lines(file: str, text: str) -> Iterator[_Line | Mistake]:
    first, _, rest = text.partition("\n")
    skipped = 0
    if re.fullmatch(r"sep=[,;\t]\s*", first, re.IGNORECASE):
        # Excel's own way to name the separator.
        text, skipped = rest, 1
        first = rest.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: dict[str, int] | None = None
    while True:
        number = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            yield Mistake(
                Place(file, number, 1),
                'a quotation mark that is not closed, or stands inside a cell (write it as "" in a '
                "quoted cell), or a cell of more than 100,000 characters",
            )
            return
        while cells and not cells[-1].strip():
            cells.pop()  # spreadsheets fill lines up to the widest
        if not cells:
            continue
        if columns is None:
            columns, mistakes = _header(file, number, cells)
            yield from mistakes
            if mistakes:
                return
            continue
        if number > _MOST_ROWS:
            yield Mistake(Place(file, number, 1), f"more than {_MOST_ROWS} lines: use two files")
            return
        if len(cells) > len(columns):
            yield Mistake(
                Place(file, number, len(columns) + 1),
                f"{len(cells)} cells, but the first line names {len(columns)} columns: put a cell "
                "that holds the separator in quotation marks",
            )
            continue
        named_cells = {
            name: cells[index].strip() if index < len(cells) else ""
            for name, index in columns.items()
        }
        yield _Line(file, number, named_cells, columns)
    if columns is None:
        yield Mistake(
            Place(file, 1, 1), f"the file is empty: its first line names columns of {_names()}"
        )


def _names() -> str:
    return ", ".join(COLUMNS)


def _header(file: str, number: int, cells: list[str]) -> tuple[dict[str, int], list[Mistake]]:
    columns: dict[str, int] = {}
    mistakes = []
    for index, cell in enumerate(cells):
        name = cell.strip().lower()
        place = Place(file, number, index + 1)
        if name not in COLUMNS:
            shown = f"'{name[:40]}' is no column" if name else "a column without a name"
            mistakes.append(Mistake(place, f"{shown}: the first line names columns of {_names()}"))
        elif name in columns:
            mistakes.append(Mistake(place, f"the column {name} is there twice"))
        columns[name] = index
    start = Place(file, number, 1)
    if not mistakes and "concept" not in columns:
        mistakes.append(Mistake(start, "the column concept is missing"))
    if not mistakes and ("system" in columns) != ("code" in columns):
        mistakes.append(Mistake(start, "the columns system and code belong together"))
    if not mistakes and not columns.keys() & {"code", "text"}:
        mistakes.append(Mistake(start, "columns system and code, or text, are missing"))
    return columns, mistakes


def _problems(line: _Line) -> Iterator[Mistake]:
    system, code, text = (line.cells.get(name, "") for name in ("system", "code", "text"))
    if not line.cells["concept"]:
        yield line.mistake("concept", f"the cell is empty: name a concept ({SEE_CONCEPTS})")
    elif _concept(line) is None and line.cells["concept"].lower() != IGNORE:
        yield line.mistake("concept", unknown_concept(line.cells["concept"]))
    if text and (system or code):
        yield line.mistake(
            "text",
            "a line maps a code or a text, not both: give the text a line of its own, or put the "
            "name of the code in comment",
        )
    elif text:
        if problem := problem_of(text):
            yield line.mistake("text", problem)
        elif STAR in text and line.cells["concept"].lower() == IGNORE:
            yield line.mistake("text", "a text with * cannot be ignored: give the whole text")
    elif not system and not code:
        yield line.mistake(
            "code" if "code" in line.columns else "text",
            "the cell is empty: give a code with its system, or a text",
        )
    else:
        yield from _code_problems(line, system, code)


def _code_problems(line: _Line, system: str, code: str) -> Iterator[Mistake]:
    if problem := system_problem(system):
        yield line.mistake("system", problem)
    if problem := code_problem(code):
        yield line.mistake("code", problem)


def system_problem(system: str) -> str:
    """What is wrong with the name of a code system; empty where nothing is."""
    if not system:
        return "the cell is empty: a code is only ever matched with its system"
    if not _SYSTEM.fullmatch(system):
        return (
            f"'{system[:60]}' is no address of a code system: write it as the records do "
            "(https://… or urn:oid:…)"
        )
    return ""


def code_problem(code: str) -> str:
    """What is wrong with a code; empty where nothing is."""
    if not code:
        return "the cell is empty: give the code"
    if len(code) > _LONGEST_CODE:
        return f"longer than {_LONGEST_CODE} characters: this is no code"
    if _AS_NUMBER.fullmatch(code):
        return (
            f"'{code}' is a number that a spreadsheet has shortened: format the column as text "
            "and enter the code again"
        )
    return ""


def unknown_concept(name: str) -> str:
    return f"'{name[:80]}' is no concept that can be mapped to ({SEE_CONCEPTS})"


def _concept(line: _Line) -> Concept | None:
    return named(line.cells["concept"])


def _row(line: _Line) -> Row:
    text = line.cells.get("text", "")
    return Row(
        place=line.place("text" if text else "code"),
        concept=_concept(line),
        system=line.cells.get("system", ""),
        code=line.cells.get("code", ""),
        text=text,
    )

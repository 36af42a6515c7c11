"""What is wrong in a mapping file, and where."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.errors import TerminologyError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file. Lines and columns count from 1; line 0 means the file as a whole.

    In JSON a column is a character; in CSV it is the number of the cell, as a spreadsheet counts.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    place: Place
    message: str
    """One sentence that says what to change."""

    def __str__(self) -> str:
        """On one line, whatever the cell that it repeats holds."""
        text = f"{self.place}: {self.message}"
        return "".join(one if one.isprintable() else " " for one in text)


class MappingMistakes(TerminologyError):
    """A mapping folder that cannot be used; `mistakes` holds all of them, in the order of files."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        others = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        super().__init__(f"{mistakes[0]}{others}")

"""Reads a site's mapping folder: every file, and everything that is wrong in any of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mappings.overlay import csv_file, fhir_file
from mappings.overlay.check import check
from mappings.overlay.mistakes import MappingMistakes, Mistake, Place
from mappings.overlay.rows import Row
from mappings.overlay.site import SiteMap
from mappings.terminology import Terminology, load, standard

LARGEST = 8 * 1024 * 1024
"""Bytes of one file."""
_MOST_FILES = 200
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".numbers"})


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds."""

    files: tuple[str, ...]
    rows: tuple[Row, ...]
    mistakes: tuple[Mistake, ...]
    """All of them, in the order of files and lines."""

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each concept, and for ``ignore``, the number of codes and of texts."""
        codes, texts = Counter[str](), Counter[str]()
        for row in self.rows:
            name = row.concept.name if row.concept else "ignore"
            (codes if row.code else texts)[name] += 1
        return {name: (codes[name], texts[name]) for name in sorted({*codes, *texts})}


def read_folder(folder: Path) -> Folder:
    """Everything in a folder. A folder that cannot be read is a mistake of its own."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        return _refused(str(folder), f"the folder cannot be read ({error.strerror})")
    paths = [path for path in paths if not _is_aside(path)]
    if len(paths) > _MOST_FILES:
        return _refused(str(folder), f"more than {_MOST_FILES} files: is this the right folder?")
    if not paths:
        return _refused(str(folder), "the folder holds no .csv or .json file")
    rows: list[Row] = []
    mistakes: list[Mistake] = []
    for path in paths:
        found, wrong = _read(path)
        rows += found
        mistakes += wrong
    mistakes += check(rows, standard())
    return Folder(tuple(path.name for path in paths), tuple(rows), tuple(sorted(mistakes)))


def _is_aside(path: Path) -> bool:
    """Hidden files, those that a spreadsheet program leaves while it is open, and the README."""
    return path.name.startswith((".", "~$")) or path.stem.lower() == "readme"


def _refused(name: str, message: str) -> Folder:
    return Folder((), (), (Mistake(Place(name), message),))


def with_site(folder: Path) -> Terminology:
    """The project's value sets with the site's mapping. Raises MappingMistakes."""
    found = read_folder(folder)
    if found.mistakes:
        raise MappingMistakes(found.mistakes)
    return load(site=SiteMap(found.rows))


def _read(path: Path) -> tuple[list[Row], list[Mistake]]:
    kind = path.suffix.lower()
    whole = Place(path.name)
    if kind not in (".csv", ".json") or not path.is_file():
        if kind in _SPREADSHEETS:
            message = "a spreadsheet is not read: save it as CSV UTF-8, and keep it elsewhere"
        else:
            message = "only .csv and .json files (and a README) are read: take it out"
        return [], [Mistake(whole, message)]
    try:
        if path.stat().st_size > LARGEST:
            limit = f"larger than {LARGEST // (1024 * 1024)} MB: split it, or map fewer codes"
            return [], [Mistake(whole, limit)]
        content = path.read_bytes()
    except OSError as error:
        return [], [Mistake(whole, f"the file cannot be read ({error.strerror})")]
    text = _text(path.name, content)
    if isinstance(text, Mistake):
        return [], [text]
    if kind == ".csv":
        return csv_file.read(path.name, text)
    return fhir_file.read(path.name, text, standard())


def _text(name: str, content: bytes) -> str | Mistake:
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Mistake(Place(name, 1, 1), "the file is in UTF-16: save it as CSV UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        return Mistake(
            Place(name, line, column),
            f"the {column}th byte of this line is no UTF-8: save the file as CSV UTF-8",
        )
    if "\0" in text:
        before_zero = text[: text.index("\0")]
        line = before_zero.count("\n") + 1
        return Mistake(Place(name, line, 1), "a zero byte: this is no text file")
    return text

"""``relapse-cds mapping coverage``: what was not read in a folder of records, most frequent first.

Nothing of a patient is shown but how records word their codes, and of that no more than looks like
the name of a test or a problem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hooks.markdown import plain
from mappings.chart import Unread, read_chart
from mappings.errors import MappingError
from mappings.terminology import Terminology
from service.request.jsontext import NotJson, parse_json
from service.site.words import counted

_LONGEST_NAME = 80
_MOST_WORDS = 12
_WORDS_KEPT = 4
_LONGEST_CODE = 120
_NUMBER = re.compile(r"\d{5,}|\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b")
_FREE_TEXT = re.compile(
    r"\b(?:mr|mrs|ms|dr|patient|pt|mother|father|called|discussed|telephone|phone|dob|mrn)\b|"
    r"[.!?]\s+\S|\n",
    re.IGNORECASE,
)
_KIND = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Group:
    """Resources that were not read for the same reason under the same code."""

    kind: str
    code: str
    """``system|code``; empty where the record gives none."""
    text: str
    reason: str
    resources: int
    patients: int


@dataclass(slots=True)
class Coverage:
    as_of: date
    records: int = 0
    clean: int = 0
    """Records in which nothing went unread."""
    unusable: list[tuple[str, str]] = field(default_factory=list)
    """File (and line) and why it holds no record of one patient."""
    groups: list[Group] = field(default_factory=list)


def coverage(folder: Path, terminology: Terminology, as_of: date) -> Coverage:
    """Read every Bundle of a folder and of the folders in it, and count what was not read. A file
    that cannot be used is named and does not stop the others.
    """
    result = Coverage(as_of)
    resources: Counter[tuple[str, str, str, str]] = Counter()
    patients: Counter[tuple[str, str, str, str]] = Counter()
    texts: dict[tuple[str, str, str, str], Counter[str]] = {}
    for name, content in _records(folder, result):
        try:
            reading = read_chart([content], patient_id=None, as_of=as_of, terminology=terminology)
        except MappingError as error:
            result.unusable.append((name, str(error)))
            continue
        except RecursionError:
            result.unusable.append((name, "the Bundle is nested too deeply"))
            continue
        result.records += 1
        result.clean += not reading.unread
        found = [(_key(item), item) for item in reading.unread]
        resources.update(key for key, _ in {(key, item.reference) for key, item in found})
        patients.update({key for key, _ in found})
        for key, item in found:
            texts.setdefault(key, Counter())[shown(item.code_text)] += 1
    result.groups = sorted(
        (
            Group(
                kind,
                code,
                texts[kind, code, text, reason].most_common(1)[0][0],
                reason,
                count,
                patients[kind, code, text, reason],
            )
            for (kind, code, text, reason), count in resources.items()
        ),
        key=lambda group: (-group.resources, -group.patients, group.kind, group.text, group.code),
    )
    return result


def _records(folder: Path, result: Coverage) -> Iterator[tuple[str, object]]:
    """Name and content of each Bundle: one to a .json file, one to a line of an .ndjson file."""
    for path in sorted(folder.rglob("*")):
        kind = path.suffix.lower()
        if kind not in (".json", ".ndjson") or not path.is_file():
            continue
        name = str(path.relative_to(folder))
        try:
            content = path.read_bytes()
        except OSError as error:
            result.unusable.append((name, f"cannot be read ({error.strerror})"))
            continue
        lines: Iterable[tuple[str, bytes]] = [(name, content)]
        if kind == ".ndjson":
            lines = (
                (f"{name}:{number}", line)
                for number, line in enumerate(content.splitlines(), 1)
                if line.strip()
            )
        for place, text in lines:
            try:
                parsed = parse_json(text)
            except NotJson as error:
                result.unusable.append((place, f"not JSON: {error}"))
                continue
            if not isinstance(parsed, dict) or parsed.get("resourceType") != "Bundle":
                result.unusable.append((place, "not a FHIR Bundle"))
                continue
            yield place, parsed


def _key(item: Unread) -> tuple[str, str, str, str]:
    kind = _KIND.match(item.reference)
    text = " ".join(shown(item.code_text).casefold().split())
    return kind.group() if kind else "", _code(item.code), text, item.reason


def _code(code: str) -> str:
    """A coding as sent; one that is too long to be a code is left out."""
    return code if len(code) <= _LONGEST_CODE else ""


def shown(text: str) -> str:
    """A code text without what could be a patient's: long numbers and dates are blotted out, and
    what reads like a sentence is cut to its first words.
    """
    text = _NUMBER.sub("#", plain(text))
    words = text.split()
    if len(text) > _LONGEST_NAME or len(words) > _MOST_WORDS or _FREE_TEXT.search(text):
        return " ".join(words[:_WORDS_KEPT])[:_LONGEST_NAME] + " …"
    return text


def as_json(result: Coverage) -> dict[str, object]:
    return {
        "asOf": result.as_of.isoformat(),
        "records": result.records,
        "recordsWithNothingUnread": result.clean,
        "unusable": [{"file": name, "reason": reason} for name, reason in result.unusable],
        "unread": [
            {
                "resourceType": group.kind,
                "code": group.code,
                "codeText": group.text,
                "reason": group.reason,
                "resources": group.resources,
                "patients": group.patients,
            }
            for group in result.groups
        ],
    }


def print_text(console: Console, result: Coverage) -> None:
    """Two lines for each group, whole at any width; the files that could not be used below."""
    for group in result.groups:
        text = f" «{group.text}»" if group.text else ""
        line = Text(f"{group.resources:6} in {counted(group.patients, 'patient')}: ", "bold")
        line.append(f"{group.kind}{text}: {group.reason}", "none")
        console.print(line, soft_wrap=True)
        if group.code:
            console.print(Text(f"       {plain(group.code)}", "dim"), soft_wrap=True)
    console.print(
        Text(
            f"{counted(result.records, 'record')} read as of {result.as_of}, {result.clean} of "
            "them with nothing unread",
            "bold",
        )
    )
    for name, reason in result.unusable:
        console.print(Text(f"not used: {name}: {reason}", "yellow"), soft_wrap=True)
    if result.unusable:
        console.print(Text(f"{counted(len(result.unusable), 'file or line')} not used", "yellow"))

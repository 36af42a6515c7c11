"""``relapse-cds mapping check``: what a site's mapping folder would put in force, or what is wrong
with it.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from mappings.overlay.concept import Concept
from mappings.overlay.concepts import CONCEPTS, IGNORE
from mappings.overlay.folder import Folder, read_folder
from service.site.words import counted

_IGNORED = "not read and not listed as unread"


def check(console: Console, folder: Path) -> bool:
    """Print the summary, or every mistake; whether there is none."""
    found = read_folder(folder)
    if found.mistakes:
        for mistake in found.mistakes:
            console.print(Text(str(mistake)), soft_wrap=True)
        console.print(Text(counted(len(found.mistakes), "mistake"), "bold red"))
        return False
    _summary(console, found)
    return True


def _summary(console: Console, found: Folder) -> None:
    table = Table(_names(), "Codes", "Texts", "Meaning", box=None, pad_edge=False)
    codes = texts = 0
    for name, (of_codes, of_texts) in found.counts().items():
        meaning = _IGNORED if name == IGNORE else CONCEPTS[name].title
        table.add_row(name, str(of_codes), str(of_texts), Text(meaning))
        codes, texts = codes + of_codes, texts + of_texts
    console.print(table)
    console.print(
        Text(
            f"{counted(codes, 'code')} and {counted(texts, 'text')} in "
            f"{counted(len(found.files), 'file')}, no mistakes",
            "bold green",
        )
    )


def print_concepts(console: Console) -> None:
    """Every concept that a code or text can be mapped to, by the element where it is looked for."""
    table = Table(_names(), "Meaning", "Looked for in", box=None, pad_edge=False)
    for concept in CONCEPTS.values():
        table.add_row(concept.name, Text(concept.title), Text("; ".join(_places(concept))))
    table.add_row(IGNORE, Text(_IGNORED), Text("codes of resources and components"))
    console.print(table)


def concepts_json() -> list[dict[str, object]]:
    """The same list for programs."""
    return [
        {"concept": concept.name, "meaning": concept.title, "lookedForIn": _places(concept)}
        for concept in CONCEPTS.values()
    ]


def _names() -> Column:
    """Names are copied from here: they are never cut."""
    return Column("Concept", no_wrap=True, min_width=max(map(len, CONCEPTS)))


def _places(concept: Concept) -> list[str]:
    return sorted(where.value for where in concept.where)

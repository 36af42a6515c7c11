"""What is wrong with rows that are well formed: contradictions, duplicates, patterns too wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from mappings.codes.code_systems import CONCEPT, canonical_system, system_key
from mappings.observation.answers import worded
from mappings.overlay.concept import Concept, Where
from mappings.overlay.doubt import raises_doubt
from mappings.overlay.everyday import EVERYDAY
from mappings.overlay.mistakes import Mistake
from mappings.overlay.patterns import STAR, Pattern, plain
from mappings.overlay.rows import Row
from mappings.terminology import Terminology
from mappings.values.value_text import Word

_MOST_PATTERNS = 500
_WORDS = {
    "val-positive": Word.POSITIVE,
    "val-reactive": Word.POSITIVE,
    "val-negative": Word.NEGATIVE,
    "val-non-reactive": Word.NEGATIVE,
    "val-indeterminate": Word.INDETERMINATE,
    "val-partial": Word.PARTIAL,
}


def check(rows: Iterable[Row], terminology: Terminology) -> list[Mistake]:
    """Everything wrong with ``rows``, by what they say together and against what is known."""
    rows = list(rows)
    mistakes = list(_duplicates(rows))
    patterns = [row for row in rows if STAR in row.text]
    if len(patterns) > _MOST_PATTERNS:
        surplus = patterns[_MOST_PATTERNS]
        message = f"more than {_MOST_PATTERNS} texts with *: map codes or whole texts instead"
        return [*mistakes, Mistake(surplus.place, message)]
    for row in rows:
        message = _code(row, terminology) if row.code else _text(row, terminology)
        if message:
            mistakes.append(Mistake(row.place, message))
    return mistakes


def _duplicates(rows: list[Row]) -> Iterator[Mistake]:
    """A code twice, or a text twice for one place of the record."""
    codes: dict[tuple[str, str], Row] = {}
    texts: dict[tuple[str, Where | None], Row] = {}
    for row in rows:
        if row.code:
            first = codes.setdefault(row.key, row)
            shown = row.code
        else:
            places = row.concept.where if row.concept else frozenset({None})
            found = [texts.setdefault((plain(row.text), where), row) for where in places]
            first = next((one for one in found if one is not row), row)
            shown = f"'{row.text[:60]}'"
        if first is row:
            continue
        same = first.concept is row.concept
        why = "is there twice" if same else f"is mapped to {_name(first)} and to {_name(row)}"
        yield Mistake(row.place, f"{shown} {why}, first at {first.place}: keep one")


def _name(row: Row) -> str:
    return row.concept.name if row.concept else "ignore"


def _code(row: Row, terminology: Terminology) -> str:
    if system_key(row.system) == system_key(CONCEPT):
        return "the concepts of this project are targets, no local codes: name your own system"
    known = terminology.concepts({"system": row.system, "code": row.code})
    if not known:
        return ""
    concept = row.concept
    if concept is not None and concept.sets <= known:
        return ""  # says what is known already
    display = terminology.display({"system": row.system, "code": row.code})
    return (
        f"{row.code} of {canonical_system(row.system)} is a standard code that is known as "
        f"{display or ', '.join(sorted(known))}: it cannot be "
        + ("ignored" if concept is None else f"mapped to {concept.name}")
    )


def _text(row: Row, terminology: Terminology) -> str:
    concept, text = row.concept, row.text
    if concept is None:
        return ""
    if Where.VALUE in concept.where:
        return _answer(concept, text)
    if raises_doubt(text.replace(STAR, " "), concept):
        return (
            f"'{text[:60]}' denies, questions or speaks of somebody else: it can be no pattern for "
            f"{concept.name}"
        )
    if others := _also_matches(text, concept, terminology):
        shown = " and ".join(f"'{other}'" for other in others[:2])
        return f"too wide or contradictory: it matches {shown}, too; write more of the text"
    return ""


def _answer(concept: Concept, text: str) -> str:
    if STAR in text:
        return "the text of a value cannot have a *: give the whole text"
    if sum(character.isalpha() for character in text) < 2:
        return (
            f"'{text[:60]}' has no word in it and means other things in other results: map the "
            "code of the answer"
        )
    read = worded(text, reactivity=True)
    if read is None or concept.name not in _WORDS:
        return ""
    if read.share is not None:
        return f"'{text[:60]}' is a number that is read as it is: take the line out"
    if read.word is not _WORDS[concept.name]:
        said = read.word.name.lower() if read.word else "something else"
        return f"'{text[:60]}' is read as {said} already: it cannot be mapped to {concept.name}"
    return ""


def _also_matches(text: str, concept: Concept, terminology: Terminology) -> list[str]:
    """Names of other things that the text stands for: of everyday tests and problems, and of known
    codes with another meaning.
    """
    words = plain(text)
    everyday, known = _everyday(), _displays(terminology)
    if STAR in text:
        pattern = Pattern(words)
        matched = [name for name in (*everyday, *known) if pattern.matches(name)]
    else:
        matched = [words] if words in everyday or words in known else []
    allowed = concept.sets | concept.refines
    return [
        everyday.get(name) or known[name][0]
        for name in matched
        if name in everyday or not known[name][1] & allowed
    ]


@cache
def _everyday() -> dict[str, str]:
    return {plain(name): name.strip() for name in EVERYDAY if name.strip()}


@cache
def _displays(terminology: Terminology) -> dict[str, tuple[str, frozenset[str]]]:
    """Every known code's wording, as patterns are compared with it, and what it is a code of."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for display, sets in terminology.meanings():
        words = plain(display)
        earlier = found.get(words, (display, frozenset()))[1]
        found[words] = display, earlier | sets
    return found

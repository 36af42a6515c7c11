"""A site's mapping as it is used: which concept a coding or a text stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from mappings.codes.memory import Memory
from mappings.codes.value_set import Entry
from mappings.overlay.concept import Concept, Where
from mappings.overlay.patterns import STAR, Pattern, plain
from mappings.overlay.rows import Key, Row, key_of
from mappings.values.shapes import Json, codings, string

SOURCE = "site mapping"


@dataclass(frozen=True, slots=True)
class Found:
    """What the mapping says of one CodeableConcept; several concepts contradict each other."""

    concepts: tuple[Concept, ...] = ()
    ignored: bool = False
    """The site says that the code or text stands for nothing that is read here."""
    by_text: bool = False


NOTHING = Found()


class SiteMap:
    """The rows of a folder, checked before (`mappings.overlay.check`), as an index."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self.version = _version(self.rows)
        """Tells two mappings apart: the same rows have the same, whatever files they stand in."""
        self._codes: dict[Key, Concept | None] = {}
        self._texts: dict[str, list[Concept | None]] = {}
        self._patterns: list[tuple[Pattern, Concept]] = []
        self._memories = {where: Memory() for where in Where}
        for row in self.rows:
            if row.code:
                self._codes[row.key] = row.concept
            elif STAR not in row.text:
                self._texts.setdefault(plain(row.text), []).append(row.concept)
            elif row.concept is not None:
                self._patterns.append((Pattern(plain(row.text)), row.concept))

    def entries(self) -> Iterator[Entry]:
        """The concepts in use as codes of their own, for the index of a Terminology."""
        used = {row.concept.name: row.concept for row in self.rows if row.concept is not None}
        for concept in used.values():
            for value_set in sorted(concept.sets):
                coding = concept.coding
                yield Entry(value_set, coding["system"], concept.name, concept.title, SOURCE)

    def codes(self, value_set: str) -> frozenset[tuple[str, str]]:
        """The local codes that belong to a value set, as the site wrote them."""
        return frozenset(
            (row.system, row.code)
            for row in self.rows
            if row.code and row.concept is not None and value_set in row.concept.sets
        )

    def find(self, concept: object, where: Where) -> Found:
        """What a CodeableConcept stands for at that place: by its codes, else by a whole text, else
        by a pattern. What was found is kept between records, but for values of a record.
        """
        if where is Where.VALUE:
            return self._find(where, concept)
        return self._memories[where].decide(concept, partial(self._find, where))

    def _find(self, where: Where, concept: object) -> Found:
        named = [
            self._codes[key]
            for coding in codings(concept)
            if (key := _key(coding)) is not None and key in self._codes
        ]
        found = _decided(named, where)
        if found is not NOTHING:
            return found
        texts = _texts(concept)
        found = _decided([one for text in texts for one in self._texts.get(text, ())], where)
        if found is not NOTHING:
            return Found(found.concepts, found.ignored, by_text=True)
        matched = [
            concept
            for pattern, concept in self._patterns
            if where in concept.where and any(map(pattern.matches, texts))
        ]
        found = _decided(matched, where)
        return Found(found.concepts, by_text=True) if matched else NOTHING


def _version(rows: Iterable[Row]) -> str:
    """Twelve hexadecimal digits of the SHA-256 of what the rows say."""
    said = sorted(
        (row.key if row.code else ("", ""), row.text, row.concept.name if row.concept else "")
        for row in rows
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _key(coding: Json) -> Key | None:
    system, code = string(coding.get("system")), string(coding.get("code"))
    return key_of(system, code) if system and code else None


def _texts(concept: object) -> list[str]:
    if not isinstance(concept, dict):
        return []
    shown = [concept.get("text"), *(coding.get("display") for coding in codings(concept))]
    return list(dict.fromkeys(plain(text) for one in shown if (text := string(one))))


def _decided(named: Iterable[Concept | None], where: Where) -> Found:
    """The concepts that count at a place; a code that stands for one outranks one to ignore."""
    named = list(named)
    concepts = {one.name: one for one in named if one is not None and where in one.where}
    if concepts:
        return Found(tuple(concepts.values()))
    return Found(ignored=True) if None in named else NOTHING

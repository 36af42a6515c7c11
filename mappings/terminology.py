"""Which concepts a code stands for: the value sets in `mappings/value_sets`, loaded once.

Codes are data. Readers ask for the *names* of the value sets that a coding belongs to and never
hold a code themselves; what a site calls its own tests is translated before they look
(`mappings.overlay`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from mappings.codes.code_systems import CONCEPT, canonical_code, canonical_system
from mappings.codes.memory import Memory
from mappings.codes.value_set import Entry, entries_of
from mappings.errors import TerminologyError
from mappings.overlay.site import SiteMap
from mappings.values.shapes import codings, string, text_of

VALUE_SETS = Path(__file__).parent / "value_sets"
_NONE: frozenset[str] = frozenset()


class Terminology:
    """Value sets as an index from code to the names of the sets that hold it.

    Never matches without a system, and never by the beginning of a code.
    """

    def __init__(self, entries: Iterable[Entry], site: SiteMap | None = None) -> None:
        """``site`` translates a site's own codes and texts before a record is read.

        Raises TerminologyError for a code without a source, of an unknown system, or twice in
        one set.
        """
        index: dict[tuple[str, str], set[str]] = {}
        displays: dict[tuple[str, str], str] = {}
        spelled: dict[str, set[tuple[str, str]]] = {}
        for entry in entries:
            if not entry.source or entry.source == "UNVERIFIED":
                raise TerminologyError(
                    f"Value set {entry.value_set} holds {entry.code} without a source: "
                    "add one or take it out."
                )
            system = canonical_system(entry.system)
            if system is None:
                raise TerminologyError(
                    f"Value set {entry.value_set} names an unknown code system: {entry.system}."
                )
            key = canonical_code(system, entry.code)
            holders = index.setdefault(key, set())
            if entry.value_set in holders:
                raise TerminologyError(f"Value set {entry.value_set} holds {entry.code} twice.")
            holders.add(entry.value_set)
            codes = spelled.setdefault(entry.value_set, set())
            if system != CONCEPT:
                codes.add((entry.system, entry.code))
            displays[key] = entry.display
        # Many codes share one combination of sets.
        shared: dict[frozenset[str], frozenset[str]] = {}
        self._index = {
            key: shared.setdefault(frozenset(holders), frozenset(holders))
            for key, holders in index.items()
        }
        self._displays = displays
        self._bare: dict[str, set[str]] = {}
        for (_, code), holders in index.items():
            self._bare.setdefault(code, set()).update(holders)
        self.remembered: dict[str, Memory] = {}
        """What readers decided about codes by these value sets; one Memory for each question."""
        self._spelled = {name: frozenset(codes) for name, codes in spelled.items()}
        self.names = frozenset(spelled)
        self.site = site

    def memory(self, question: str) -> Memory:
        """The remembered answers to one question about codes."""
        found = self.remembered.get(question)
        if found is None:
            found = self.remembered[question] = Memory()
        return found

    def concepts(self, coding: object) -> frozenset[str]:
        """Names of the value sets that hold this Coding; empty for anything that is not a known
        code.
        """
        if not isinstance(coding, dict):
            return _NONE
        system, code = coding.get("system"), coding.get("code")
        if not isinstance(system, str) or not isinstance(code, str):
            return _NONE
        canonical = canonical_system(system)
        if canonical is None:
            return _NONE
        return self._index.get(canonical_code(canonical, code), _NONE)

    def of(self, concept: object) -> frozenset[str]:
        """Names of the value sets that hold any coding of this CodeableConcept, in whatever order
        they stand.
        """
        if not isinstance(concept, dict):
            return _NONE
        codings = concept.get("coding")
        if not isinstance(codings, list):
            return self.concepts(codings)
        if len(codings) == 1:
            return self.concepts(codings[0])
        return _NONE.union(*map(self.concepts, codings))

    def codes(self, value_set: str) -> frozenset[tuple[str, str]]:
        """System and code, as they are written, of everything that belongs to a value set, the
        site's own codes among them: what a query by code has to name.
        """
        own = self._spelled.get(value_set, frozenset())
        return own | self.site.codes(value_set) if self.site else own

    def meanings(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Our own wording of each known code, and the value sets that hold it."""
        for key, display in self._displays.items():
            yield display, self._index[key]

    def lacks_system(self, concept: object, kind: str) -> bool:
        """Whether a coding without a system has a code that value sets of one kind ("cond") know.

        Such a code is not matched; it is a reason to report the resource as unread.
        """
        return any(
            not string(coding.get("system"))
            and (code := string(coding.get("code")).upper())
            and any(
                name.startswith(kind)
                for spelling in {code, code.replace(".", "")}
                for name in self._bare.get(spelling, ())
            )
            for coding in codings(concept)
        )

    def display(self, coding: object) -> str:
        """Our own wording of a known code; empty for an unknown one. A feed's display is often
        wrong.
        """
        if isinstance(coding, dict) and self.concepts(coding):
            system = canonical_system(coding["system"])
            if system is not None:
                return self._displays[canonical_code(system, coding["code"])]
        return ""

    def name(self, concept: object) -> str:
        """How a CodeableConcept words itself, else our own wording of its first known code."""
        text = text_of(concept)
        if text:
            return text
        return next((shown for coding in codings(concept) if (shown := self.display(coding))), "")


def load(folder: Path = VALUE_SETS, site: SiteMap | None = None) -> Terminology:
    """Read every ValueSet of a folder; TerminologyError where one cannot be used. ``site`` adds
    what a site calls the same things.
    """
    entries: list[Entry] = []
    for file in sorted(folder.glob("*.json")):
        try:
            entries += entries_of(json.loads(file.read_bytes()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TerminologyError(f"The value set file {file.name} cannot be read.") from error
    if not entries:
        raise TerminologyError("No value sets were found: run scripts/make_value_sets.py.")
    if site is not None:
        entries += site.entries()
    return Terminology(entries, site)


@cache
def standard() -> Terminology:
    """The value sets that come with the project, loaded at first use."""
    return load()

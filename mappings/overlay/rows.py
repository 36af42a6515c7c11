"""One line of a site's mapping, from whichever kind of file it came."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.codes.code_systems import canonical_code, canonical_system, system_key
from mappings.overlay.concept import Concept
from mappings.overlay.mistakes import Place

Key = tuple[str, str]


def key_of(system: str, code: str) -> Key:
    """System and code in the spelling by which codings are compared."""
    known = canonical_system(system)
    return canonical_code(known, code) if known else (system_key(system), code.strip())


@dataclass(frozen=True, slots=True)
class Row:
    """A local code, or a text, and what it stands for."""

    place: Place
    """Of the code or the text."""
    concept: Concept | None
    """``None`` where the site says that the code or text stands for nothing that is read here."""
    system: str = ""
    code: str = ""
    text: str = ""

    @property
    def key(self) -> Key:
        return key_of(self.system, self.code)

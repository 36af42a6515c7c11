"""A ValueSet resource as entries: one code each, with the source in which its meaning was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_VERIFIED_IN = "https://relapse-cds.org/fhir/StructureDefinition/verified-in"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of one value set, with the publication in which it was seen with this meaning."""

    value_set: str
    system: str
    code: str
    display: str
    source: str


def entries_of(resource: dict[str, Any]) -> Iterator[Entry]:
    """The codes that a FHIR ValueSet enumerates."""
    name = str(resource.get("id", ""))
    for include in resource["compose"]["include"]:
        for concept in include["concept"]:
            source = next(
                (
                    str(extension.get("valueString", ""))
                    for extension in concept.get("extension", ())
                    if extension.get("url") == _VERIFIED_IN
                ),
                "",
            )
            yield Entry(
                name, include["system"], concept["code"], concept.get("display", ""), source
            )

"""One thing that a local name can stand for, and where such a name is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mappings.codes.code_systems import CONCEPT
from mappings.values.shapes import Json


class Where(Enum):
    """The elements in which a concept is looked for; a mapping is used nowhere else."""

    DIAGNOSIS = "Condition.code"
    RESULT = "Observation.code, component.code"
    PROCEDURE = "Procedure.code"
    DRUG = "medication codes"
    VALUE = "valueCodeableConcept, valueString, interpretation"
    SPECIMEN = "Specimen.type, Specimen.collection.bodySite, Observation.bodySite"
    METHOD = "Observation.method"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a local name can stand for."""

    name: str
    title: str
    """What it means, for the person who maps."""
    where: frozenset[Where]
    sets: frozenset[str]
    """The value sets to which a mapped code then belongs."""
    words: str = ""
    """By which the readers know a concept that has no code."""
    refines: frozenset[str] = frozenset()
    """Value sets that say less of the same: a standard code in these is no contradiction."""

    @property
    def coding(self) -> Json:
        """The coding that stands for the concept in a translated record."""
        coding = {"system": CONCEPT, "code": self.name}
        return {**coding, "display": self.words} if self.words else coding


def concept(
    name: str,
    title: str,
    where: Where,
    *,
    also: tuple[str, ...] = (),
    words: str = "",
    refines: frozenset[str] = frozenset(),
) -> Concept:
    """A concept of one place: in the value set of its own name and in those ``also`` named."""
    return Concept(name, title, frozenset({where}), frozenset({name, *also}), words, refines)

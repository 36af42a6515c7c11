"""FHIR R4 ConceptMap and ValueSet files.

A ConceptMap maps codes of a local system to concepts, named in our own code system or by a standard
code that is known here. A ValueSet adds codes to the concept that its url, its id or an
``include.valueSet`` names.
"""

from __future__ import annotations

from collections.abc import Iterator

from mappings.codes.code_systems import CONCEPT, canonical_system, system_key
from mappings.overlay.concept import Concept
from mappings.overlay.concepts import CONCEPTS, VALUE_SET_URL, named
from mappings.overlay.csv_file import code_problem, system_problem, unknown_concept
from mappings.overlay.located_json import Node, NotJson, Source, parse
from mappings.overlay.mistakes import Mistake
from mappings.overlay.rows import Row
from mappings.terminology import Terminology

_SAME = frozenset({"equal", "equivalent"})
_NONE = frozenset({"unmatched", "disjoint"})
_EQUIVALENCES = (
    "only equal and equivalent map a code, unmatched and disjoint ignore it; for everything else "
    "choose the concept that it is equivalent to, or take the element out"
)


def read(file: str, text: str, terminology: Terminology) -> tuple[list[Row], list[Mistake]]:
    """The rows of a file, and everything that is wrong in it."""
    source = Source(file, text)
    try:
        root = parse(text)
    except NotJson as error:
        return [], [Mistake(source.place(error.at), f"not JSON: {error}")]
    reader = _Reader(source, terminology)
    if not isinstance(root.value, dict):
        reader.mistake(root, "a ConceptMap or a ValueSet was expected")
        return [], reader.mistakes
    kind = root.text("resourceType")
    if kind == "ConceptMap":
        reader.concept_map(root)
    elif kind == "ValueSet":
        reader.value_set(root)
    else:
        reader.mistake(
            root.get("resourceType") or root,
            f"resourceType is {kind[:40] or 'missing'}: only ConceptMap and ValueSet are read",
        )
    if not reader.rows and not reader.mistakes:
        reader.mistake(root, "the file maps nothing: add a code or remove the file")
    return reader.rows, reader.mistakes


class _Reader:
    def __init__(self, source: Source, terminology: Terminology) -> None:
        self._source = source
        self._terminology = terminology
        self.rows: list[Row] = []
        self.mistakes: list[Mistake] = []

    def mistake(self, node: Node, message: str) -> None:
        self.mistakes.append(Mistake(self._source.place(node), message))

    def _in_force(self, root: Node) -> bool:
        status = root.get("status")
        if status is not None and status.value == "retired":
            self.mistake(status, "status is retired: take the file out of the folder")
            return False
        return True

    # --- ConceptMap ---

    def concept_map(self, root: Node) -> None:
        if not self._in_force(root):
            return
        for group in self._objects(root, "group"):
            source = self._required(group, "source", "the system of the local codes")
            if source is not None and (problem := system_problem(source.value.strip())):
                self.mistake(source, f"source: {problem}")
                source = None
            if (unmapped := group.get("unmapped")) is not None:
                self.mistake(unmapped, "unmapped is not supported: name each code")
            for element in self._objects(group, "element"):
                self._element(group, source, element)

    def _element(self, group: Node, source: Node | None, element: Node) -> None:
        code = self._required(element, "code", "the local code")
        if code is not None and (problem := code_problem(code.value.strip())):
            self.mistake(code, f"code: {problem}")
            return
        targets = self._objects(element, "target")
        if code is None or not targets:
            return
        if len(targets) > 1:
            self.mistake(targets[1], "a code can be mapped to one concept only: keep one target")
            return
        target = targets[0]
        for name in ("dependsOn", "product"):
            if (extra := target.get(name)) is not None:
                self.mistake(extra, f"{name} is not supported: map the code without conditions")
                return
        usable, concept = self._target(group, target)
        if not usable or source is None:
            return
        self.rows.append(
            Row(
                place=self._source.place(code),
                concept=concept,
                system=source.value.strip(),
                code=code.value.strip(),
            )
        )

    def _target(self, group: Node, target: Node) -> tuple[bool, Concept | None]:
        """Whether the target can be used, and its concept: none for a code to ignore."""
        equivalence = target.get("equivalence")
        if equivalence is None:
            newer = target.get("relationship")
            self.mistake(
                newer or target,
                "relationship is of FHIR R5: R4 has equivalence"
                if newer is not None
                else f"equivalence is missing: {_EQUIVALENCES}",
            )
            return False, None
        if equivalence.value in _NONE:
            return True, None
        if equivalence.value not in _SAME:
            self.mistake(equivalence, f"equivalence: {_EQUIVALENCES}")
            return False, None
        code = self._required(target, "code", "the concept")
        system = self._required(group, "target", f"{CONCEPT}, or a standard code system")
        if code is None or system is None:
            return False, None
        concept = self._concept(system.value.strip(), code)
        return concept is not None, concept

    def _concept(self, system: str, code: Node) -> Concept | None:
        name = code.value.strip()
        if system_key(system) in (system_key(CONCEPT), system_key(VALUE_SET_URL)):
            concept = named(name)
            if concept is None:
                self.mistake(code, unknown_concept(name))
            return concept
        concept = of_standard(self._terminology, system, name)
        if concept is None:
            known = canonical_system(system)
            self.mistake(
                code,
                f"{name[:40]} of {known or system[:80]} is no code that is read here: name a "
                f"concept of {CONCEPT}, or take the element out",
            )
        return concept

    # --- ValueSet ---

    def value_set(self, root: Node) -> None:
        if not self._in_force(root):
            return
        concept = self._extended(root)
        compose = root.get("compose")
        if compose is None:
            self.mistake(root, "compose is missing: list the codes in compose.include.concept")
            return
        if (exclude := compose.get("exclude")) is not None:
            self.mistake(exclude, "exclude is not supported: leave the codes out instead")
        for include in self._objects(compose, "include"):
            self._include(include, concept)

    def _extended(self, root: Node) -> Concept | None:
        """The concept to which the codes are added."""
        nodes = [root.get("url"), root.get("id")]
        compose = root.get("compose")
        include = compose.get("include") if compose else None
        for part in include.items() if include else ():
            others = part.get("valueSet")
            nodes += others.items() if others else ()
        found = {
            concept.name: concept
            for node in nodes
            if node is not None
            and isinstance(node.value, str)
            and (concept := named(node.value)) is not None
        }
        if len(found) == 1:
            return next(iter(found.values()))
        place = next((node for node in nodes if node is not None), root)
        if found:
            self.mistake(place, f"the value set names two concepts: {', '.join(sorted(found))}")
        elif str(place.value).startswith(VALUE_SET_URL):
            self.mistake(place, unknown_concept(str(place.value).removeprefix(VALUE_SET_URL)))
        else:
            self.mistake(
                place,
                f"the value set extends no concept: give it the url {VALUE_SET_URL}NAME, or name "
                "that url in an include.valueSet",
            )
        return None

    def _include(self, include: Node, concept: Concept | None) -> None:
        if (rule := include.get("filter")) is not None:
            self.mistake(rule, "filter is not supported: list the codes")
            return
        if (others := include.get("valueSet")) is not None:
            for other in others.items():
                if not isinstance(other.value, str) or named(other.value) is None:
                    self.mistake(other, "only value sets of this project can be included")
            if include.get("concept") is None:
                return
        system = self._required(include, "system", "the system of the codes")
        if system is not None and (problem := system_problem(system.value.strip())):
            self.mistake(system, f"system: {problem}")
            system = None
        for entry in self._objects(include, "concept"):
            code = self._required(entry, "code", "the local code")
            if code is not None and (problem := code_problem(code.value.strip())):
                self.mistake(code, f"code: {problem}")
            elif code is not None and system is not None and concept is not None:
                place = self._source.place(code)
                self.rows.append(Row(place, concept, system.value.strip(), code.value.strip()))

    # --- Shapes ---

    def _objects(self, node: Node, name: str) -> list[Node]:
        """The objects of a list that must be there and not empty."""
        found = node.get(name)
        if found is None or not found.items():
            self.mistake(found or node, f"{name} is missing or empty")
            return []
        return list(self._only_objects(found, name))

    def _only_objects(self, found: Node, name: str) -> Iterator[Node]:
        for item in found.items():
            if isinstance(item.value, dict):
                yield item
            else:
                self.mistake(item, f"{name} holds something that is no object")

    def _required(self, node: Node, name: str, meaning: str) -> Node | None:
        found = node.get(name)
        if found is None or not isinstance(found.value, str) or not found.value.strip():
            self.mistake(found or node, f"{name} is missing or empty: give {meaning}")
            return None
        return found


def of_standard(terminology: Terminology, system: str, code: str) -> Concept | None:
    """The concept that says most of what a standard code stands for; ``None`` for one that is not
    read by itself.
    """
    sets = terminology.concepts({"system": system, "code": code})
    if "obs-mrd-text-needed" in sets:
        return None  # a code that is MRD only beside a text that says so
    fitting = [concept for concept in CONCEPTS.values() if concept.sets <= sets]
    return max(fitting, key=lambda concept: len(concept.sets), default=None)

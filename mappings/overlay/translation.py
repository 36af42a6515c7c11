"""Records in the site's own codes and words, translated before any reader looks at them.

A coding that stands for the concept is added; what was sent stays. Nothing that the caller gave is
changed: a resource is copied where something is added. Without a site's mapping none of this runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mappings.condition.leukaemia_text import diagnosis_of, is_about_others
from mappings.observation.answers import VALUES
from mappings.observation.topics import NEVER
from mappings.overlay.concept import Concept, Where
from mappings.overlay.concepts import CONCEPTS
from mappings.overlay.doubt import raises_doubt
from mappings.overlay.site import Found, SiteMap
from mappings.record.resources import Item
from mappings.terminology import Terminology
from mappings.values.shapes import Json, all_words, codings, string

SEVERAL = "the site's mapping names several concepts for it"
CONTRADICTS = "the site's mapping and a standard code differ"
DOUBTED = "its words deny or question what the site's mapping says"
OTHERS = "about a relative or a donor"

_KINDS = {
    Where.DIAGNOSIS: ("cond-", "gen-", "history-", "status-", "complication-"),
    Where.RESULT: ("obs-",),
    Where.PROCEDURE: ("proc-", "med-"),
    Where.DRUG: ("med-", "proc-car-t"),
    Where.VALUE: ("val-",),
    Where.SPECIMEN: (),
    Where.METHOD: (),
}
# Value sets that nobody reads contradict nothing.
_READ = NEVER.union(*(concept.sets for concept in CONCEPTS.values()))
_ASSERTING = frozenset(
    name
    for name, concept in CONCEPTS.items()
    if Where.VALUE in concept.where and concept.words and name != "val-not-pregnant"
)
_MISSING = "val-missing"
_LONGEST_ANSWER = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with one CodeableConcept at one place."""

    concept: Concept | None = None
    ignored: bool = False
    problem: str = ""


_NOTHING = Decision()
Note = tuple[Item, str, object]
"""A resource, why its mapping is not used, and the code that it is about."""


def translate(terminology: Terminology, site: SiteMap, items: list[Item]) -> list[Note]:
    """Add what the site's mapping says to each resource, and take out those that it says to
    ignore; gives what is to be listed.
    """
    work = _Work(terminology, site)
    kept = [item for item in items if work.admits(item)]
    items[:] = kept
    return work.notes


class _Work:
    """The translation of one record."""

    def __init__(self, terminology: Terminology, site: SiteMap) -> None:
        self._deciders: dict[Where, Callable[[object], Decision]] = {}
        for where in Where:
            make = partial(decide, terminology, site, where)
            # What was decided about codes is kept between records; values of a record never are.
            remembered = partial(terminology.memory(f"site {where.name}").decide, make=make)
            self._deciders[where] = make if where is Where.VALUE else remembered
        self._item: Item
        self.notes: list[Note] = []

    def admits(self, item: Item) -> bool:
        """Translate a resource and those in it; whether it is still to be read."""
        for name, inner in list(item.contained.items()):
            if not self.admits(inner):
                del item.contained[name]
        self._item = item
        translator = _TRANSLATORS.get(item.kind)
        if translator is None:
            return True
        changed = translator(self, item.resource)
        if changed is None:
            return False
        item.resource = changed
        return True

    def subject(self, resource: Json, name: str, where: Where) -> Json | None:
        """The resource with its code translated; ``None`` where the code is to be ignored."""
        code = resource.get(name)
        decision = self._decide(code, where)
        if decision.ignored:
            return None
        return resource if decision.concept is None else {**resource, name: _added(code, decision)}

    def part(self, resource: Json, name: str, where: Where) -> Json:
        """The resource with a CodeableConcept, or a list of them, translated."""
        value = resource.get(name)
        if isinstance(value, list):
            new = [_added(one, self._decide(one, where)) for one in value]
            same = all(one is other for one, other in zip(new, value, strict=True))
            return resource if same else {**resource, name: new}
        added = _added(value, self._decide(value, where))
        return resource if added is value else {**resource, name: added}

    def value(self, holder: Json) -> Json:
        """An Observation or component with its value and interpretation translated."""
        text = holder.get("valueString")
        if isinstance(text, str) and len(text) <= _LONGEST_ANSWER:
            # A whole text that the site maps is an answer; any other text stays what it is.
            answer = {"text": text}
            decision = self._decide(answer, Where.VALUE)
            if decision.concept is not None:
                rest = {name: value for name, value in holder.items() if name != "valueString"}
                holder = {**rest, "valueCodeableConcept": answer}
        said = holder.get("valueCodeableConcept")
        decision = self._decide(said, Where.VALUE)
        if decision.concept is not None and decision.concept.name == _MISSING:
            return {
                **{name: value for name, value in holder.items() if name not in _NO_RESULT},
                "dataAbsentReason": {"text": string(text) or all_words(said)},
            }
        if decision.concept is not None:
            holder = {**holder, "valueCodeableConcept": _added(said, decision)}
        return self.part(holder, "interpretation", Where.VALUE)

    def _decide(self, code: object, where: Where) -> Decision:
        if not isinstance(code, dict):
            return _NOTHING
        decision = self._deciders[where](code)
        if decision.problem:
            self.notes.append((self._item, decision.problem, code))
        return decision


_NO_RESULT = frozenset({*VALUES, "interpretation"})


def decide(terminology: Terminology, site: SiteMap, where: Where, code: object) -> Decision:
    """What the mapping says of a CodeableConcept, where no standard code says otherwise and its own
    words do not take it back.
    """
    found = site.find(code, where)
    if not found.concepts and not found.ignored:
        return _NOTHING
    standard = frozenset(
        name for name in terminology.of(code) if name.startswith(_KINDS[where]) and name in _READ
    )
    if found.ignored:
        return Decision(ignored=_may_be_ignored(where, code, bool(standard)))
    if len(found.concepts) > 1:
        return Decision(problem=SEVERAL)
    concept = found.concepts[0]
    if concept.sets <= standard:
        return _NOTHING
    if not standard <= concept.sets | concept.refines:
        return Decision(problem=CONTRADICTS)
    problem = _doubt(where, code, found, concept)
    return Decision(problem=problem) if problem else Decision(concept)


def _may_be_ignored(where: Where, code: object, known: bool) -> bool:
    """Never a standard code that is known, nor words that beyond doubt name a leukaemia."""
    if known or where in (Where.VALUE, Where.SPECIMEN, Where.METHOD):
        return False
    return where is not Where.DIAGNOSIS or diagnosis_of(_own_words(code)) is None


def _doubt(where: Where, code: object, found: Found, concept: Concept) -> str:
    words = all_words(code)
    if where in (Where.DIAGNOSIS, Where.PROCEDURE) and is_about_others(words):
        return OTHERS
    doubtful = (
        (found.by_text and where is not Where.VALUE)
        or (not found.by_text and concept.name in _ASSERTING)
    ) and raises_doubt(words, concept)
    return DOUBTED if doubtful else ""


def _own_words(code: object) -> str:
    text = string(code.get("text")) if isinstance(code, dict) else ""
    return text or all_words(code)


def _added(code: object, decision: Decision) -> object:
    """The CodeableConcept with a coding for the concept; what only words say takes the place of a
    value's text.
    """
    concept = decision.concept
    if concept is None or not isinstance(code, dict):
        return code
    new = {**code, "coding": [*codings(code), concept.coding]}
    if Where.VALUE in concept.where and concept.words:
        new["text"] = concept.words
    return new


# --- One for each resource type ------------------------------------------------------------------


def _observation(work: _Work, resource: Json) -> Json | None:
    translated = work.subject(resource, "code", Where.RESULT)
    if translated is None:
        return None
    translated = work.value(translated)
    translated = work.part(translated, "method", Where.METHOD)
    translated = work.part(translated, "bodySite", Where.SPECIMEN)
    return _with_parts(translated, "component", partial(_component, work))


def _component(work: _Work, part: Json) -> Json | None:
    translated = work.subject(part, "code", Where.RESULT)
    return None if translated is None else work.value(translated)


def _with_parts(resource: Json, name: str, change: Callable[[Json], Json | None]) -> Json:
    """The resource with the objects of a list translated, or left out where ``change`` says so."""
    parts = resource.get(name)
    if not parts or not isinstance(parts, list):
        return resource
    new = [change(part) if isinstance(part, dict) else part for part in parts]
    if all(one is other for one, other in zip(new, parts, strict=True)):
        return resource
    return {**resource, name: [part for part in new if part is not None]}


def _condition(work: _Work, resource: Json) -> Json | None:
    return work.subject(resource, "code", Where.DIAGNOSIS)


def _procedure(work: _Work, resource: Json) -> Json | None:
    return work.subject(resource, "code", Where.PROCEDURE)


def _drug(work: _Work, resource: Json) -> Json | None:
    new = resource.get("medication")
    if isinstance(new, dict):
        # Release 5 writes concept and reference inside one member.
        inner = work.subject(new, "concept", Where.DRUG)
        return None if inner is None else {**resource, "medication": inner}
    return work.subject(resource, "medicationCodeableConcept", Where.DRUG)


def _medication(work: _Work, resource: Json) -> Json | None:
    translated = work.subject(resource, "code", Where.DRUG)
    if translated is None:
        return None
    return _with_parts(
        translated,
        "ingredient",
        lambda part: work.part(part, "itemCodeableConcept", Where.DRUG),
    )


def _specimen(work: _Work, resource: Json) -> Json | None:
    translated = work.part(resource, "type", Where.SPECIMEN)
    collection = translated.get("collection")
    if isinstance(collection, dict):
        translated = {
            **translated,
            "collection": work.part(collection, "bodySite", Where.SPECIMEN),
        }
    return translated


_TRANSLATORS: dict[str, Callable[[_Work, Json], Json | None]] = {
    "Observation": _observation,
    "Condition": _condition,
    "Procedure": _procedure,
    "Medication": _medication,
    "MedicationAdministration": _drug,
    "MedicationStatement": _drug,
    "MedicationRequest": _drug,
    "MedicationOrder": _drug,
    "MedicationDispense": _drug,
    "Specimen": _specimen,
}

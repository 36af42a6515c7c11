"""Which drug a record is about: by code, by name, through a Medication (mapping rule 34)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from mappings.context import ERROR, NO_SYSTEM, Context, status_of
from mappings.record import model
from mappings.record.reduce import CONCEPT, REFERENCE, Many, Spec, cut
from mappings.record.resources import Item
from mappings.terminology import Terminology
from mappings.treatment.drug_names import PRODUCTS, agents_of, value_sets_named
from mappings.values.shapes import all_words, codings, member, objects, string, text_of

MEDICATION: dict[str, Spec] = {
    "code": CONCEPT,
    "ingredient": Many({"itemCodeableConcept": CONCEPT, "itemReference": REFERENCE}),
}
_NOTHING = "a drug without name and code"


@dataclass(frozen=True, slots=True)
class Drug:
    """What is known of the drug of one record."""

    value_sets: frozenset[str]
    name: str
    words: str
    problem: str = ""
    """Why it cannot be told which drug it is; empty where it can."""


def drug_of(context: Context, item: Item) -> Drug | None:
    """The drug, if it is one that matters or one that cannot be told; ``None`` for every other
    drug.
    """
    resource = item.resource
    concept = resource.get("medicationCodeableConcept")
    if concept is None and "medicationReference" not in resource:
        # Release 5 writes concept and reference inside one member.
        new = member(resource, "medication")
        concept = new.get("concept")
        reference = new.get("reference")
    else:
        reference = resource.get("medicationReference")
    if concept is not None and reference is None:
        judge = partial(_judge_one, context.terminology)
        return context.terminology.memory("drug").decide(concept, judge)
    concepts: list[object] = [] if concept is None else [concept]
    display = ""
    if isinstance(reference, dict):
        display = string(reference.get("display"))
        target = context.index.find(reference, item)
        if target is not None and target.kind == "Medication":
            concepts += _of_medication(context, target, 3)
    return _judge(context.terminology, concepts, display)


def _of_medication(context: Context, item: Item, depth: int) -> list[object]:
    reduced = cut(item.resource, MEDICATION)
    resource = reduced.data
    if status_of(item.resource) == ERROR or not depth:
        return []
    refused = model.refusal("Medication", reduced)
    if refused is not None or reduced.modified or item.rivals:
        context.list_unread(item, "the drug cannot be read")
        return []
    concepts: list[object] = [resource.get("code")]
    for ingredient in objects(resource.get("ingredient")):
        concepts.append(ingredient.get("itemCodeableConcept"))
        inner = context.index.find(ingredient.get("itemReference"), item)
        if inner is not None and inner.kind == "Medication" and inner is not item:
            concepts += _of_medication(context, inner, depth - 1)
    return [concept for concept in concepts if concept]


def _judge_one(terminology: Terminology, concept: object) -> Drug | None:
    return _judge(terminology, [concept], "")


def _judge(terminology: Terminology, concepts: list[object], display: str) -> Drug | None:
    value_sets: frozenset[str] = frozenset()
    for concept in concepts:
        value_sets |= terminology.of(concept)
    words = " | ".join(
        part for part in (*(all_words(concept) for concept in concepts), display) if part
    )
    if not value_sets:
        value_sets = value_sets_named(words)
    name = next((text for text in (text_of(concept) for concept in concepts) if text), display)
    if any(name in PRODUCTS for name in value_sets) or agents_of(value_sets):
        return Drug(value_sets, name or _shown(value_sets), words)
    if any(terminology.lacks_system(concept, "med-") for concept in concepts):
        return Drug(frozenset(), "", words, NO_SYSTEM)
    if not words:
        coded = any(codings(concept) for concept in concepts)
        reason = "a drug whose code is not known and that has no name" if coded else _NOTHING
        return Drug(frozenset(), "", "", reason)
    return None


def _shown(value_sets: frozenset[str]) -> str:
    return ", ".join(
        sorted(name.removeprefix("med-") for name in value_sets if name.startswith("med-"))
    )

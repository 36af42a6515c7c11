"""Specimens: when a sample was taken, of what material, and whose it is."""

from __future__ import annotations

import re

from mappings.context import Context, status_of, words_of
from mappings.record import model
from mappings.record.reduce import (
    CONCEPT,
    DATE,
    IDENTIFIER,
    PERIOD,
    REFERENCE,
    TEXT,
    Many,
    Spec,
    cut,
)
from mappings.record.resources import Item
from mappings.sample import Sample
from mappings.values import when
from mappings.values.shapes import string
from relapse.facts import Material

SPECIMEN: dict[str, Spec] = {
    "status": TEXT,
    "type": CONCEPT,
    "accessionIdentifier": IDENTIFIER,
    "identifier": Many(IDENTIFIER),
    "parent": Many(REFERENCE),
    "collection": {"collectedDateTime": DATE, "collectedPeriod": PERIOD, "bodySite": CONCEPT},
}

_FLUID = re.compile(r"cerebro\s*-?spinal|spinal fluid|\bcsf\b|liquor\b", re.IGNORECASE)
_MARROW = re.compile(r"\bmarrow\b|\bbma\b", re.IGNORECASE)
_BLOOD = re.compile(r"\bblood\b|\bpb\b", re.IGNORECASE)
_MOST_PARENTS = 4


def material_of(text: str) -> Material | None:
    """Marrow or blood, by words; ``None`` where a text names neither or both."""
    marrow = bool(_MARROW.search(text))
    # "Bone marrow or blood" is a test for either.
    blood = bool(_BLOOD.search(text))
    if marrow == blood:
        return None
    return Material.MARROW if marrow else Material.BLOOD


def is_spinal_fluid(text: str) -> bool:
    return bool(_FLUID.search(text))


def sample_of(context: Context, reference: object, seen_from: Item) -> Sample:
    """The specimen that a Reference points at; one that was not sent still tells specimens apart by
    its reference.
    """
    if not isinstance(reference, dict):
        return Sample()
    item = context.index.find(reference, seen_from)
    if item is None or item.kind != "Specimen":
        name = string(reference.get("reference")) or _identifier(reference.get("identifier"))
        shown = string(reference.get("display"))
        key = name.split("/_history/")[0] or None
        return Sample(key, material=material_of(shown), spinal_fluid=is_spinal_fluid(shown))
    known = context.samples.get(item)
    if known is None:
        known = context.samples[item] = _read(context, item, _MOST_PARENTS)
    return known


def _identifier(identifier: object) -> str:
    if not isinstance(identifier, dict) or not string(identifier.get("value")):
        return ""
    return f"{string(identifier.get('system'))}|{string(identifier.get('value'))}"


def _read(context: Context, item: Item, parents_left: int) -> Sample:
    """A specimen, with date and material of the specimen it was made from where it has none
    itself.
    """
    resource = item.resource
    subject = resource.get("subject")
    foreign = subject is not None and not context.identity.is_meant_by(
        subject, item.container or item
    )
    reduced = cut(resource, SPECIMEN)
    data = reduced.data
    refused = model.refusal("Specimen", reduced)
    if refused is not None or resource.get("modifierExtension") or reduced.modified or item.rivals:
        context.list_unread(item, "the specimen cannot be read", resource.get("type"))
        return Sample(item.reference, foreign=foreign)
    if status_of(resource) == "entered-in-error":
        context.list_unread(item, "entered in error", resource.get("type"))
        return Sample(item.reference, foreign=foreign)
    collection = data.get("collection", {})
    collected = when.of_day(collection.get("collectedDateTime"))
    undated = bool(reduced.unreadable)
    if collected is None and "collectedPeriod" in collection:
        collected = when.of_period(collection["collectedPeriod"], context.as_of)
        undated = undated or collected is None
    if undated:
        collected = None
        context.list_unread(item, "a collection date that cannot be read", resource.get("type"))
    words = words_of(data.get("type"))
    site = words_of(collection.get("bodySite"))
    identifiers = data.get("identifier", [])
    key = (
        _identifier(data.get("accessionIdentifier"))
        or (_identifier(identifiers[0]) if len(identifiers) == 1 else "")
        or item.reference
    )
    if item.container is None:
        key = item.reference
    material = material_of(words) or material_of(site)
    foreign = foreign or "donor" in words
    if (
        ((collected is None and not undated) or material is None)
        and parents_left
        and data.get("parent")
    ):
        parent = context.index.find(data["parent"][0], item)
        if parent is not None and parent.kind == "Specimen" and parent is not item:
            made_from = _read(context, parent, parents_left - 1)
            if collected is None and not undated:
                collected, undated = made_from.collected, made_from.undated
            material = material or made_from.material
            foreign = foreign or made_from.foreign
    return Sample(key, collected, undated, material, is_spinal_fluid(words), foreign)

"""Finding the resource that a Reference points at, among those that were sent."""

from __future__ import annotations

from functools import cached_property

from mappings.record.addresses import address
from mappings.record.resources import Item
from mappings.values.shapes import Json, objects, string


class Index:
    """Finds the resource that a Reference points at, among those that were sent."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._found: dict[tuple[str, str], Item | None] = {}
        """By reference and server: several results hang on one specimen or report."""

    @cached_property
    def _by_address(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = {}
        for item in self._items:
            if item.id:
                found.setdefault((item.kind, item.id), []).append(item)
        return found

    @cached_property
    def _by_url(self) -> dict[str, Item]:
        return {item.full_url: item for item in self._items if item.full_url}

    def named(self, reference: str) -> Item | None:
        """The resource that is listed under this reference (`Item.reference`)."""
        return self._by_reference.get(reference)

    @cached_property
    def _by_reference(self) -> dict[str, Item]:
        found = {item.reference: item for item in self._items}
        for item in self._items:
            found.update((inner.reference, inner) for inner in item.contained.values())
        return found

    def find(self, reference: object, seen_from: Item) -> Item | None:
        """The target of a Reference element: contained, by address, by urn, or by business
        identifier.
        """
        if not isinstance(reference, dict):
            return None
        text = string(reference.get("reference"))
        if text:
            return self._literal(text, seen_from)
        identifier = reference.get("identifier")
        if isinstance(identifier, dict):
            return self._by_business_identifier(identifier, string(reference.get("type")))
        return None

    def _literal(self, text: str, seen_from: Item) -> Item | None:
        if text.startswith("#"):
            return (seen_from.container or seen_from).contained.get(text[1:])
        key = text, (seen_from.container or seen_from).base
        if key not in self._found:
            self._found[key] = self._by_url.get(text) or self._at_address(*key)
        return self._found[key]

    def _at_address(self, text: str, own: str) -> Item | None:
        """The target of a literal reference that stands in a resource of the server ``own``."""
        target = address(text)
        if target is None:
            return None
        candidates = self._by_address.get((target.kind, target.id), [])
        base = target.base or own
        same = [item for item in candidates if item.base == base]
        if same:
            return same[0]
        loose = [item for item in candidates if not item.base or not base or not target.base]
        return loose[0] if len(loose) == 1 else None

    @cached_property
    def _by_identifier(self) -> dict[tuple[str, str, str], list[Item]]:
        """By type (or any type), system and value."""
        found: dict[tuple[str, str, str], list[Item]] = {}
        for item in self._items:
            for own in objects(item.resource.get("identifier")):
                system, value = string(own.get("system")), string(own.get("value"))
                if system and value:
                    found.setdefault((item.kind, system, value), []).append(item)
                    found.setdefault(("", system, value), []).append(item)
        return found

    def _by_business_identifier(self, identifier: Json, kind: str) -> Item | None:
        system, value = string(identifier.get("system")), string(identifier.get("value"))
        found = self._by_identifier.get((kind, system, value), [])
        # An identifier that two resources share names neither.
        return found[0] if len(found) == 1 else None

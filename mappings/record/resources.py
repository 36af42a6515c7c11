"""Taking apart what a caller sent: Bundles of any type, single resources, and lists of those.

Gives each resource once, in its newest version, with the ways by which others refer to it. Entries
in Bundles have no meaningful order, and nothing here depends on one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mappings.record.addresses import base_of
from mappings.values.shapes import Json, objects

_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Item:
    """One resource as it was sent, and how to name it."""

    resource: Json
    kind: str
    id: str
    """Empty where the resource has none."""
    full_url: str = ""
    container: Item | None = None
    """The resource in which this one is contained."""
    contained: dict[str, Item] = field(default_factory=dict)
    rivals: tuple[Json, ...] = ()
    """Versions with different content, where nothing says which is the newest; empty in every other
    case.
    """
    _reference: str = ""
    _base: str | None = None

    @property
    def base(self) -> str:
        """Address of the server that this resource came from, where the entry states one."""
        if self._base is None:
            self._base = base_of(self.full_url)
        return self._base

    @property
    def reference(self) -> str:
        """``Type/id``; for one without id its fullUrl, or a mark made from its content, the same on
        every reading.
        """
        if not self._reference:
            self._reference = self._name()
        return self._reference

    def _name(self) -> str:
        if self.container is not None:
            return f"{self.container.reference}#{self.id or self._mark()}"
        if self.id:
            return f"{self.kind}/{self.id}"
        if self.full_url.startswith("urn:"):
            return f"{self.kind} ({self.full_url[:80]})"
        return f"{self.kind} (without id, {self._mark()})"

    def _mark(self) -> str:
        return hashlib.sha256(_canonical(self.resource).encode()).hexdigest()[:8]


def _canonical(resource: Json) -> str:
    try:
        return json.dumps(resource, sort_keys=True, default=str)
    except (ValueError, TypeError, RecursionError):
        return "unserialisable"


def unpack(values: Iterable[object]) -> Iterator[tuple[Json, str]]:
    """Every resource with its fullUrl, out of Bundles at any depth; what is no resource is
    skipped.
    """
    waiting: list[tuple[object, str]] = [(value, "") for value in values]
    while waiting:
        value, full_url = waiting.pop()
        if isinstance(value, list):
            waiting.extend((item, "") for item in value)
        elif isinstance(value, dict):
            kind = value.get("resourceType")
            if kind == "Bundle":
                for entry in objects(value.get("entry")):
                    url = entry.get("fullUrl")
                    waiting.append((entry.get("resource"), url if isinstance(url, str) else ""))
            elif isinstance(kind, str):
                yield value, full_url


def collect(values: Iterable[object], kinds: frozenset[str]) -> list[Item]:
    """Each resource of the given kinds once, in its newest version, contained ones attached."""
    first: dict[tuple[str, str], Item] = {}
    repeated: dict[tuple[str, str], list[Item]] = {}
    nameless: list[Item] = []
    for resource, full_url in unpack(values):
        kind = resource["resourceType"]
        if kind not in kinds:
            continue
        own_id = resource.get("id")
        item = Item(resource, kind, own_id.strip() if isinstance(own_id, str) else "", full_url)
        name = item.id or full_url
        if not name:
            nameless.append(item)
            continue
        key = (kind, name)
        earlier = first.setdefault(key, item)
        if earlier is not item:
            repeated.setdefault(key, [earlier]).append(item)
    for key in repeated:
        del first[key]
    found = [*first.values(), *_distinct(nameless)]
    found.extend(newest(same) for group in repeated.values() for same in _by_server(group))
    for item in found:
        if item.resource.get("contained"):
            _attach_contained(item, kinds)
    return found


def _distinct(items: list[Item]) -> Iterator[Item]:
    """Resources without id or fullUrl: the same content sent twice is one resource."""
    seen: set[str] = set()
    for item in items:
        content = _canonical(item.resource)
        if content not in seen:
            seen.add(content)
            yield item


def _by_server(group: list[Item]) -> Iterator[list[Item]]:
    """The same id on two servers is two resources; without an address it belongs to the first by
    name.
    """
    bases = sorted({item.base for item in group} - {""})
    if len(bases) < 2:
        yield group
        return
    for index, base in enumerate(bases):
        yield [item for item in group if item.base == base or (index == 0 and not item.base)]


def newest(group: list[Item]) -> Item:
    """The version with the highest number, else the one updated last; marked where that cannot be
    told.
    """
    numbers = [_version(item) for item in group]
    by_number = all(number >= 0 for number in numbers)

    def rank(item: Item) -> tuple[int | datetime, ...]:
        number, updated = _version(item), _updated(item)
        return (number, updated) if by_number else (updated, number)

    top = max(map(rank, group))
    best = [item for item in group if rank(item) == top]
    chosen = max(best, key=lambda item: (_canonical(item.resource), item.full_url))
    if len({_content(item) for item in best}) > 1:
        chosen.rivals = tuple(item.resource for item in best)
    return chosen


def _content(item: Item) -> str:
    """All that counts of a resource: servers restate narrative and metadata differently on every
    answer.
    """
    return _canonical(
        {key: value for key, value in item.resource.items() if key not in ("meta", "text")}
    )


def _meta(item: Item, name: str) -> str:
    meta = item.resource.get("meta")
    value = meta.get(name) if isinstance(meta, dict) else None
    return str(value).strip() if isinstance(value, (str, int)) else ""


def _version(item: Item) -> int:
    text = _meta(item, "versionId")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def _updated(item: Item) -> datetime:
    try:
        moment = datetime.fromisoformat(_meta(item, "lastUpdated"))
    except ValueError:
        return _NO_TIME
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _attach_contained(item: Item, kinds: frozenset[str]) -> None:
    for resource in objects(item.resource.get("contained")):
        kind, raw_id = resource.get("resourceType"), resource.get("id")
        if isinstance(kind, str) and kind in kinds:
            inner_id = raw_id.strip().lstrip("#") if isinstance(raw_id, str) else ""
            inner = Item(resource, kind, inner_id, container=item)
            item.contained[inner_id or f"?{len(item.contained)}"] = inner

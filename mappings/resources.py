"""Taking apart what a caller sent: Bundles of any type, single resources, and lists of those.

Gives each resource once, in its newest version, with the ways by which others refer to it. Entries in Bundles have no
meaningful order, and nothing here depends on one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from mappings.shapes import Json, objects, string

_REFERENCE = re.compile(
    r"(?:(?P<base>.+)/)?(?P<kind>[A-Z][A-Za-z]{2,40})/(?P<id>[^/\s?#]{1,200})(?:/_history/[^/\s]*)?"
)
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
    """Versions with different content, where nothing says which is the newest; empty in every other case."""
    _reference: str = ""

    @property
    def base(self) -> str:
        """Address of the server that this resource came from, where the entry states one."""
        return base_of(self.full_url)

    @property
    def reference(self) -> str:
        """``Type/id``; for one without id its fullUrl, or a mark made from its content, the same on every reading."""
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


def base_of(url: str) -> str:
    """The server base of an absolute address of a resource, in one spelling; empty for any other text."""
    if not url.startswith(("http://", "https://")):
        return ""
    match = _REFERENCE.fullmatch(url)
    return normal_base(match["base"]) if match and match["base"] else ""


def normal_base(url: str) -> str:
    """A server address without scheme and closing slash, host in small letters: http and https are one server."""
    rest = url.strip().partition("://")[2].rstrip("/")
    host, slash, path = rest.partition("/")
    return host.lower() + slash + path


def unpack(values: Iterable[object]) -> Iterator[tuple[Json, str]]:
    """Every resource with its fullUrl, out of Bundles at any depth; what is no resource is skipped."""
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
    """The same id on two servers is two resources; without an address it belongs to the first by name."""
    bases = sorted({item.base for item in group} - {""})
    if len(bases) < 2:
        yield group
        return
    for index, base in enumerate(bases):
        yield [item for item in group if item.base == base or (index == 0 and not item.base)]


def newest(group: list[Item]) -> Item:
    """The version with the highest number, else the one updated last; marked where that cannot be told."""
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
    """All that counts of a resource: servers restate narrative and metadata differently on every answer."""
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


@dataclass(frozen=True, slots=True)
class Address:
    """A literal reference taken apart; ``base`` is empty for a relative one."""

    base: str
    kind: str
    id: str


def address(reference: str) -> Address | None:
    """Type and id of a reference: relative, absolute, with or without version; ``None`` for any other text."""
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None:
        return None
    base = match["base"] or ""
    if base and not base.startswith(("http://", "https://")):
        return None
    return Address(normal_base(base) if base else "", match["kind"], match["id"])


class Index:
    """Finds the resource that a Reference points at, among those that were sent."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._by_identifier: dict[tuple[str, str, str], Item | None] | None = None

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

    def find(self, reference: object, seen_from: Item) -> Item | None:
        """The target of a Reference element: contained, by address, by urn, or by business identifier."""
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
        found = self._by_url.get(text)
        if found is not None:
            return found
        target = address(text)
        if target is None:
            return None
        candidates = self._by_address.get((target.kind, target.id), [])
        base = target.base or (seen_from.container or seen_from).base
        same = [item for item in candidates if item.base == base]
        if same:
            return same[0]
        loose = [item for item in candidates if not item.base or not base or not target.base]
        return loose[0] if len(loose) == 1 else None

    def _by_business_identifier(self, identifier: Json, kind: str) -> Item | None:
        system, value = string(identifier.get("system")), string(identifier.get("value"))
        if not system or not value:
            return None
        if self._by_identifier is None:
            self._by_identifier = {}
            for item in self._items:
                for own in objects(item.resource.get("identifier")):
                    key = (item.kind, string(own.get("system")), string(own.get("value")))
                    # An identifier that two resources share names neither.
                    self._by_identifier[key] = item if key not in self._by_identifier else None
        if kind:
            return self._by_identifier.get((kind, system, value))
        found = [
            item
            for (_, own_system, own_value), item in self._by_identifier.items()
            if (own_system, own_value) == (system, value) and item is not None
        ]
        return found[0] if len(found) == 1 else None

"""Calls with something changed anywhere: in the JSON value, in its bytes, in the headers."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from service import demos

_ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e300,
    2**63,
    "",
    " ",
    "x" * 3000,
    "\u202e<script>\u0000",
    [],
    {},
    [[]],
    [None],
    {"resourceType": "Bundle"},
    {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]},
    {"reference": "Patient/other"},
    "2026-13-45",
    "0000-00-00",
    "urn:uuid:x",
    "Patient/../x",
)
_BYTES = (b"\x00", b"\xff", b'"', b"{", b"[" * 2000, b"\\u0000", b"\\ud800", b"1e999", b"NaN", b"")
_TYPES = ("application/json", "application/json;charset=utf-16", "text/plain", "", "a/b/c;;=")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A request that is no longer what a client would send, or that still is."""

    body: bytes
    headers: dict[str, str]


def originals() -> list[dict[str, Any]]:
    """Right calls: every demonstration patient under each of the three hooks."""
    found = []
    for name in demos.names():
        seen = demos.request_body(name)
        found.append(seen)
        started = copy.deepcopy(seen) | {"hook": "encounter-start"}
        started["context"]["encounterId"] = "e1"  # type: ignore[index]
        created = copy.deepcopy(seen) | {"hook": "problem-list-item-create"}
        conditions = created["prefetch"]["conditions"]  # type: ignore[index]
        created["context"]["conditions"] = copy.deepcopy(conditions)  # type: ignore[index]
        found += [started, created]
    return found


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of a JSON value with the container that holds it."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield value, name
            yield from places(member)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield value, index
            yield from places(member)


def mutated(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with one to four changes: members replaced, taken out, or moved elsewhere."""
    result: dict[str, Any] = orjson.loads(orjson.dumps(body))
    for _ in range(chance.randint(1, 4)):
        spots = list(places(result))
        if not spots:
            break
        holder, key = chance.choice(spots)
        kind = chance.random()
        if kind < 0.6:
            holder[key] = copy.deepcopy(chance.choice(_ODD))
        elif kind < 0.8 and isinstance(holder, dict):
            del holder[key]
        else:
            other, name = chance.choice(spots)
            holder[key] = copy.deepcopy(other[name]) if name in _names(other) else None
    return result


def mutant(calls: list[dict[str, Any]], chance: random.Random) -> Mutant:
    """One of ``calls``, changed: mostly its members, sometimes its bytes, rarely its headers."""
    body = orjson.dumps(mutated(chance.choice(calls), chance), option=orjson.OPT_NON_STR_KEYS)
    kind = chance.random()
    if kind < 0.15:
        body = _damaged(body, chance)
    headers = {"Content-Type": "application/json"}
    if kind > 0.95:
        headers["Content-Type"] = chance.choice(_TYPES)
    elif kind > 0.9:
        headers["X-Request-Id"] = "".join(chance.choices("aZ09-_<> \t", k=chance.randint(1, 80)))
    return Mutant(body, headers)


def _damaged(body: bytes, chance: random.Random) -> bytes:
    """Cut off, a bit turned over, or something put in between."""
    at = chance.randrange(len(body)) if body else 0
    kind = chance.randrange(3)
    if kind == 0:
        return body[:at]
    if kind == 1 and body:
        return body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]
    return body[:at] + chance.choice(_BYTES) + body[at:]


def _names(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))

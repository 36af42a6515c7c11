"""A token taken apart: the header and the claims as they stand, nothing of it believed yet.

Stricter than RFC 7515 where leniency helps attackers only: no member twice, no number that is none,
no header that asks for special treatment.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TypeGuard

from service.trust.refusal import Reason, Untrusted

MAX_AUTHORIZATION = 8 * 1024
"""Characters of the Authorization header; real tokens have about one thousand."""
MAX_ID = 256
"""Characters of ``kid``, ``jti`` and ``tenant``."""

_PART = r"[A-Za-z0-9_-]+"
_BEARER = re.compile(rf"(?i:bearer) +({_PART}\.{_PART}\.{_PART})")
_REFUSED_HEADERS = frozenset({"crit", "b64", "zip", "jwk"})


@dataclass(frozen=True, slots=True)
class Token:
    """The parts of a compact JWS that the check needs. ``repr`` shows none of them."""

    compact: str
    algorithm: str
    kid: str
    jku: str | None
    claims: dict[str, object]

    def __repr__(self) -> str:
        return "Token(…)"


def take_apart(authorization: str | None) -> Token:
    """The token in an Authorization header; `Untrusted` where its form is wrong (C-203, C-205)."""
    if not authorization:
        raise Untrusted(Reason.MISSING)
    match = None
    if len(authorization) <= MAX_AUTHORIZATION:
        match = _BEARER.fullmatch(authorization)
    if match is None:
        raise Untrusted(Reason.MALFORMED)
    compact = match.group(1)
    header, claims = (_object(part) for part in compact.split(".")[:2])
    if _REFUSED_HEADERS & header.keys():
        raise Untrusted(Reason.HEADER)
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    jku = header.get("jku")
    if not isinstance(kind, str) or kind.upper() != "JWT" or not isinstance(algorithm, str):
        raise Untrusted(Reason.HEADER)
    if not is_id(kid) or not isinstance(jku, str | None):
        raise Untrusted(Reason.HEADER)
    return Token(compact, algorithm, kid, jku, claims)


def is_id(value: object) -> TypeGuard[str]:
    """Whether ``value`` may name a key, a token or a tenant: a short printable text."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable()


def _object(part: str) -> dict[str, object]:
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True).decode()
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (binascii.Error, ValueError, RecursionError):
        raise Untrusted(Reason.MALFORMED) from None
    if not isinstance(value, dict):
        raise Untrusted(Reason.MALFORMED)
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _no_number(name: str) -> object:
    raise ValueError(name)

"""A JSON Web Key Set (RFC 7517), reduced to the keys that may verify a token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from service.request.jsontext import NotJson, parse_json

ALGORITHMS: Mapping[str, str] = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "secp256r1",
    "ES384": "secp384r1",
    "ES512": "secp521r1",
}
"""Signature algorithms that a site may allow, each with the kind of key that it needs: RSA or a
curve. ``none`` and symmetric ones are not among them (C-210, C-211).
"""

_RSA_BITS = range(2048, 8193)
"""Shorter keys are weak; longer ones cost more time to verify than any client needs."""
_BUILT_BY = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeySetError(Exception):
    """The content is no key set; the message says why and repeats none of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that verifies signatures."""

    public: RSAPublicKey | EllipticCurvePublicKey
    algorithm: str | None
    """The only algorithm that it is meant for, where the set says so."""

    def fits(self, algorithm: str) -> bool:
        """Whether ``algorithm`` may be used with this key: right family, right curve, no other
        purpose.
        """
        if self.algorithm not in (None, algorithm):
            return False
        kind = "RSA" if isinstance(self.public, RSAPublicKey) else self.public.curve.name
        return ALGORITHMS.get(algorithm) == kind


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of a set by ``kid``."""

    usable: Mapping[str, Key]
    private: bool
    """Whether the set gives away the private half of a key. Such a key is not usable."""


def public_key_set(content: bytes) -> KeySet:
    """The keys in ``content``; `KeySetError` when it is no key set.

    A key is left out when it is private or symmetric, for encryption, of another kind, weak, or
    when its ``kid`` is missing or occurs twice: no token says which of two was meant.
    """
    try:
        parsed = parse_json(content)
    except NotJson as error:
        raise KeySetError(f"it is not JSON: {error}") from None
    members = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(members, list):
        raise KeySetError('it is no key set, which is an object with an array "keys"')
    entries = [entry for entry in members if isinstance(entry, dict)]
    ids = Counter(entry["kid"] for entry in entries if isinstance(entry.get("kid"), str))
    usable = {}
    for entry in entries:
        kid = entry.get("kid")
        if isinstance(kid, str) and kid and ids[kid] == 1:
            key = _key(entry)
            if key is not None:
                usable[kid] = key
    return KeySet(usable, any(_PRIVATE_MEMBERS & entry.keys() for entry in entries))


def _key(entry: dict[str, object]) -> Key | None:
    if _PRIVATE_MEMBERS & entry.keys() or entry.get("use", "sig") != "sig":
        return None
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    kind = entry.get("crv") if entry.get("kty") == "EC" else entry.get("kty")
    algorithm = entry.get("alg")
    if not isinstance(kind, str) or kind not in _BUILT_BY or not isinstance(algorithm, str | None):
        return None
    try:
        public = jwt.PyJWK(entry, _BUILT_BY[kind]).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(public, RSAPublicKey):
        return Key(public, algorithm) if public.key_size in _RSA_BITS else None
    return Key(public, algorithm) if isinstance(public, EllipticCurvePublicKey) else None

"""Clients that sign as EHRs do, and the means to forge what they sign."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm, get_default_algorithms

from service.store.database import StoreUnavailable

PUBLIC_URL = "https://cds.example.org/relapse"
DISCOVERY = f"{PUBLIC_URL}/cds-services"
SERVICE = f"{PUBLIC_URL}/cds-services/made-up"
EHR = "https://ehr.example.org/fhir"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One key for each name, made once for all tests."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str, curve: type[ec.EllipticCurve] = ec.SECP384R1) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def jwk(key: Any, kid: str | None, **members: Any) -> dict[str, Any]:
    """The public half of ``key`` as JWK."""
    family: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    named = {} if kid is None else {"kid": kid}
    return {**family.to_jwk(key.public_key(), as_dict=True), **named, **members}


def private_jwk(key: Any, kid: str) -> dict[str, Any]:
    family: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**family.to_jwk(key, as_dict=True), "kid": kid}


def key_set(*keys: dict[str, Any]) -> dict[str, Any]:
    return {"keys": list(keys)}


def compact(header: Any, claims: Any, key: Any, algorithm: str) -> str:
    """A compact JWS of any header and claims, given as objects or as text; signed, whatever they
    say.
    """
    algorithms: Any = get_default_algorithms()
    signed = f"{_part(header)}.{_part(claims)}"
    signature = algorithms[algorithm].sign(signed.encode(), key)
    return f"{signed}.{_part(signature)}"


def _part(value: Any) -> str:
    content = value if isinstance(value, str | bytes) else json.dumps(value)
    return (
        urlsafe_b64encode(content.encode() if isinstance(content, str) else content)
        .decode("ascii")
        .rstrip("=")
    )


@dataclass
class Signer:
    """A client: its issuer, its key, and tokens that are right unless told otherwise."""

    iss: str = EHR
    kid: str = "2026-01"
    algorithm: str = "ES384"
    key: Any = field(default_factory=lambda: ec_key("hospital"))
    header: dict[str, Any] = field(default_factory=dict)

    def headers(self, **changes: Any) -> dict[str, Any]:
        members = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT", **self.header, **changes}
        return {name: value for name, value in members.items() if value is not ...}

    def claims(self, aud: Any = SERVICE, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        members = {"iss": self.iss, "aud": aud, "iat": now, "exp": now + 300, "jti": str(uuid4())}
        return {name: value for name, value in {**members, **changes}.items() if value is not ...}

    def token(
        self, aud: Any = SERVICE, *, header: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        """A token; ``...`` as a value takes the member out."""
        members = self.headers(**(header or {}))
        return compact(members, self.claims(aud, **claims), self.key, self.algorithm)

    def bearer(self, *arguments: Any, **claims: Any) -> str:
        return f"Bearer {self.token(*arguments, **claims)}"

    def public(self, **members: Any) -> dict[str, Any]:
        return jwk(self.key, self.kid, **members)


@dataclass
class MemoryNonces:
    """The replay store in memory."""

    claimed: dict[tuple[str, str], datetime] = field(default_factory=dict)
    lock: Any = field(default_factory=Lock)

    def claim(self, issuer: str, jti: str, expires_at: datetime) -> bool:
        with self.lock:
            is_first = (issuer, jti) not in self.claimed
            self.claimed.setdefault((issuer, jti), expires_at)
        return is_first


class NoStore:
    """A replay store that is down."""

    def claim(self, issuer: str, jti: str, expires_at: datetime) -> bool:
        raise StoreUnavailable("the database failed (OperationalError)")


def trust_file(folder: Path, *clients: dict[str, Any]) -> str:
    """Writes a trust file; JSON texts, numbers and lists are TOML too."""
    lines: list[str] = []
    for client in clients:
        lines.append("[[client]]")
        lines += [f"{name} = {json.dumps(value)}" for name, value in client.items()]
    path = folder / "clients.toml"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def write_keys(folder: Path, *keys: dict[str, Any], name: str = "keys.json") -> str:
    (folder / name).write_text(json.dumps(key_set(*keys)))
    return name

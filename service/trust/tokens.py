"""The whole check of a token: from the Authorization header to a `Caller`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import jwt

from service.settings import Settings
from service.trust.caller import Caller
from service.trust.claims import TimePolicy, check
from service.trust.clients import Client, trusted_clients
from service.trust.jws import Token, take_apart
from service.trust.keys import KeyRing, from_address, from_file
from service.trust.refusal import Reason, Untrusted

_JWS = jwt.PyJWS()


class NonceStore(Protocol):
    """The memory of used tokens, shared by all workers and replicas."""

    def claim(self, issuer: str, jti: str, expires_at: datetime) -> bool:
        """Whether this is the first use of ``jti`` by ``issuer``. It is remembered until
        ``expires_at``. Raises `service.store.database.StoreUnavailable`.
        """


@dataclass(frozen=True, slots=True)
class _Trusted:
    client: Client
    keys: KeyRing


class Verifier:
    """Verifies the tokens of trusted clients. One per worker; safe for threads."""

    def __init__(
        self,
        clients: Iterable[Client],
        nonces: NonceStore,
        policy: TimePolicy,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._trusted = {client.iss: _Trusted(client, _key_ring(client)) for client in clients}
        self._nonces = nonces
        self._policy = policy
        self._clock = clock

    def verify(self, authorization: str | None, audiences: Collection[str]) -> Caller:
        """The caller who sent this Authorization header to one of the addresses ``audiences``.

        Raises `Untrusted`, and what `NonceStore.claim` raises. The token is used up only when all
        else is right, so that nobody can use up a token that he cannot sign.
        """
        token = take_apart(authorization)
        issuer = token.claims.get("iss")
        trusted = self._trusted.get(issuer) if isinstance(issuer, str) else None
        if trusted is None:
            raise Untrusted(Reason.ISSUER)
        client = trusted.client
        try:
            _check_signature(token, trusted)
            claims = check(
                token.claims,
                audiences=audiences,
                tenants=client.tenants,
                policy=self._policy,
                now=self._clock(),
            )
            if not self._nonces.claim(client.iss, claims.jti, claims.remembered_until):
                raise Untrusted(Reason.REPLAY)
        except Untrusted as refusal:
            raise Untrusted(refusal.reason, client.name) from None
        return Caller(client.name, claims.tenant, client.fhir_servers)


def verifier(settings: Settings, nonces: NonceStore) -> Verifier:
    """The verifier that ``settings`` ask for; without clients it trusts nobody. `SettingsError`."""
    policy = TimePolicy(settings.token_lifetime, settings.token_leeway)
    return Verifier(trusted_clients(settings), nonces, policy)


def _key_ring(client: Client) -> KeyRing:
    if client.jku is not None:
        return KeyRing(client.name, from_address(client.jku))
    assert client.jwks_file is not None
    return KeyRing(client.name, from_file(client.jwks_file))


def _check_signature(token: Token, trusted: _Trusted) -> None:
    """The algorithm is one that the site allows and that fits the key; neither is taken from the
    token (C-210 to C-215).
    """
    client = trusted.client
    if token.algorithm not in client.algorithms:
        raise Untrusted(Reason.ALGORITHM)
    if client.jku is not None and token.jku not in (None, client.jku):
        raise Untrusted(Reason.JKU)
    key = trusted.keys.find(token.kid)
    if key is None:
        raise Untrusted(Reason.KEY)
    if not key.fits(token.algorithm):
        raise Untrusted(Reason.ALGORITHM)
    try:
        _JWS.decode(token.compact, key.public, algorithms=list(client.algorithms))
    except jwt.PyJWTError:
        raise Untrusted(Reason.SIGNATURE) from None

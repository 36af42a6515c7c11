"""What a token must claim, once its signature is known to be right (C-206 to C-209, C-216, C-217,
C-219).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from service.network.addresses import base_address
from service.trust.jws import is_id
from service.trust.refusal import Reason, Untrusted

_LAST_SECOND = 100_000_000_000
"""The year 5138. What lies beyond is no time, and would not fit into one."""


@dataclass(frozen=True, slots=True)
class TimePolicy:
    """Local policy on time, which the standard leaves open (C-217), in seconds."""

    lifetime: float
    """Longest time from ``iat`` to ``exp``."""
    leeway: float
    """How far the clocks of client and service may be apart."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What is kept of a token."""

    jti: str
    tenant: str | None
    remembered_until: datetime
    """Until then a second use must be noticed: the token has expired on every replica, also one
    whose clock is behind.
    """


def check(
    claims: Mapping[str, object],
    *,
    audiences: Collection[str],
    tenants: Collection[str],
    policy: TimePolicy,
    now: float,
) -> Claims:
    """The claims that are kept; `Untrusted` where one is missing, wrong or of a wrong type.

    ``audiences`` are the addresses that the token may be meant for; ``tenants`` the client's list,
    empty where it has none; ``now`` is Unix time. ``sub`` is not asked for: it is no part of the
    standard.
    """
    jti, tenant = claims.get("jti"), claims.get("tenant")
    if not is_id(jti) or not (tenant is None or is_id(tenant)):
        raise Untrusted(Reason.CLAIMS)
    _check_audience(claims.get("aud"), audiences)
    expires = _check_times(claims, policy, now)
    if tenants and tenant not in tenants:
        raise Untrusted(Reason.TENANT)
    end = datetime.fromtimestamp(expires + 2 * policy.leeway, UTC)
    return Claims(jti, tenant, remembered_until=end)


def _check_audience(value: object, audiences: Collection[str]) -> None:
    named = value if isinstance(value, list) else [value]
    texts = [name for name in named if isinstance(name, str)]
    if not texts or len(texts) < len(named):
        raise Untrusted(Reason.CLAIMS)
    if not any(_spelled(text) in audiences for text in texts):
        raise Untrusted(Reason.AUDIENCE)


def _spelled(audience: str) -> str:
    """The address as this service spells its own: host in lower case, no default port, at most one
    slash at the end taken off (C-209). What is no address stays as it is.
    """
    try:
        return audience if audience.endswith("//") else base_address(audience)
    except ValueError:
        return audience


def _check_times(claims: Mapping[str, object], policy: TimePolicy, now: float) -> float:
    """The ``exp`` of a token that is valid now."""
    issued, expires = _time(claims.get("iat")), _time(claims.get("exp"))
    begins = _time(claims["nbf"]) if "nbf" in claims else issued
    if expires <= issued:
        raise Untrusted(Reason.CLAIMS)
    if max(issued, begins) > now + policy.leeway:
        raise Untrusted(Reason.NOT_YET)
    if expires + policy.leeway <= now:
        raise Untrusted(Reason.EXPIRED)
    if expires - issued > policy.lifetime:
        raise Untrusted(Reason.LIFETIME)
    return expires


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Untrusted(Reason.CLAIMS)
    if not 0 <= value < _LAST_SECOND:
        raise Untrusted(Reason.CLAIMS)
    return float(value)

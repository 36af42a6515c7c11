"""Why a token is not trusted, in words for the log."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Fixed words; what they mean is told in docs/trust.md. The caller never sees one."""

    MISSING = "missing"
    MALFORMED = "malformed"
    HEADER = "header"
    ISSUER = "issuer"
    ALGORITHM = "algorithm"
    JKU = "jku"
    KEY = "key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    AUDIENCE = "audience"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    LIFETIME = "lifetime"
    TENANT = "tenant"
    REPLAY = "replay"


class Untrusted(Exception):
    """The token is not accepted. Holds nothing of it but the client that it claims to be."""

    def __init__(self, reason: Reason, client: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.client = client
        """Name in the trust file of the client whose ``iss`` the token bears, verified or not."""

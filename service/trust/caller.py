"""The client behind a call, once its token has been verified."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that a site trusts. An unsigned call has no `Caller`."""

    name: str
    """The name in the trust file: never taken from the token."""
    tenant: str | None = None
    """The ``tenant`` of the token, on the client's list where there is one."""
    fhir_servers: tuple[str, ...] = ()
    """The only FHIR servers that may be asked for this client; empty where its entry has no list,
    and the list of the service counts.
    """

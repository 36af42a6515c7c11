"""Addresses of FHIR servers: which may be contacted, and which belong to the same server.

A ``fhirServer`` and the ``next`` link of a Bundle come from outside, so nothing is contacted that
is not allowed here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def base_address(address: str) -> str:
    """The one spelling of a base address: lower-case host, no default port, no closing slash.

    ValueError for anything but a plain http(s) address: no credentials, query or fragment.
    """
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in address):
        raise ValueError("an address holds no blanks, control characters or backslashes")
    parts = urlsplit(address)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("an address begins with http:// or https:// and names a host")
    if parts.username is not None or parts.password is not None or "?" in address or "#" in address:
        raise ValueError("an address holds no user name, query or fragment")
    return "{}://{}{}".format(*origin(address), parts.path.rstrip("/"))


def origin(address: str) -> tuple[str, str]:
    """Scheme and host with port of an address, for comparison; ValueError for a port that is
    none.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    port = _port(parts)
    return parts.scheme, host if port is None else f"{host}:{port}"


def is_loopback(address: str) -> bool:
    """Whether the host of ``address`` is this machine by its name or number; nothing is looked
    up.
    """
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def may_contact(base: str, allowed: Collection[str], *, loopback: bool) -> bool:
    """Whether ``base`` (from `base_address`) may be queried: listed, or on loopback where that is
    allowed.
    """
    return base in allowed or (loopback and is_loopback(base))


def _port(parts: SplitResult) -> int | None:
    port = parts.port
    return None if port == _DEFAULT_PORTS.get(parts.scheme) else port

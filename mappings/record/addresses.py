"""FHIR references and server addresses taken apart, and compared in one spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REFERENCE = re.compile(
    r"(?:(?P<base>.+)/)?(?P<kind>[A-Z][A-Za-z]{2,40})/(?P<id>[^/\s?#]{1,200})(?:/_history/[^/\s]*)?"
)
_LONGEST = 1000


def base_of(url: str) -> str:
    """The server base of an absolute address of a resource, in one spelling; empty for any other
    text.
    """
    if not url.startswith(("http://", "https://")):
        return ""
    match = _REFERENCE.fullmatch(url)
    return normal_base(match["base"]) if match and match["base"] else ""


def normal_base(url: str) -> str:
    """A server address without scheme and closing slash, host in small letters: http and https are
    one server.
    """
    rest = url.strip().partition("://")[2].rstrip("/")
    host, slash, path = rest.partition("/")
    return host.lower() + slash + path


@dataclass(frozen=True, slots=True)
class Address:
    """A literal reference taken apart; ``base`` is empty for a relative one."""

    base: str
    kind: str
    id: str


def address(reference: str) -> Address | None:
    """Type and id of a reference: relative, absolute, with or without version; ``None`` for any
    other text.
    """
    if len(reference) > _LONGEST:
        return None
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None:
        return None
    base = match["base"] or ""
    if base and not base.startswith(("http://", "https://")):
        return None
    return Address(normal_base(base) if base else "", match["kind"], match["id"])

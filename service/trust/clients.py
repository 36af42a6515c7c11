"""The trust file: which clients a site trusts, read and checked once at the start.

Every mistake stops the start with one line that names file, client and member.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from service.network.addresses import base_address, is_loopback
from service.network.networks import never_reachable
from service.settings import Settings, SettingsError
from service.site.toml import NotToml, read_toml
from service.trust.jwk import ALGORITHMS, KeySetError, public_key_set
from service.trust.keys import MAX_KEY_SET_BYTES

DEFAULT_ALGORITHMS = ("RS384", "ES384")
"""What CDS Hooks recommends (C-212)."""
SANDBOX_HOST = "sandbox.cds-hooks.org"
"""Its private key is public: whoever likes can sign as this client."""

_MEMBERS = frozenset({"name", "iss", "jku", "jwks_file", "algorithms", "tenants", "fhir_servers"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Client:
    """One trusted client. Exactly one of ``jku`` and ``jwks_file`` is set."""

    name: str
    iss: str
    jku: str | None = None
    jwks_file: Path | None = None
    algorithms: tuple[str, ...] = DEFAULT_ALGORITHMS
    tenants: frozenset[str] = frozenset()
    """Empty: the token may name any tenant, or none."""
    fhir_servers: tuple[str, ...] = ()
    """Empty: the list of the service counts (RELAPSE_CDS_FHIR_SERVERS)."""


class _Wrong(Exception):
    """Member and what is wrong with it."""


def trusted_clients(settings: Settings) -> tuple[Client, ...]:
    """The clients in the file that ``settings`` name; none without a file. `SettingsError` in one
    line for a file that cannot be trusted as it stands.
    """
    if not settings.clients:
        return ()
    path = Path(settings.clients)
    clients: list[Client] = []
    for number, table in enumerate(_tables(path), 1):
        name = table.get("name")
        label = f"client {name!r}" if isinstance(name, str) else f"client {number}"
        try:
            client = _client(table, path.parent, settings)
            _unlike(client, clients)
        except _Wrong as error:
            raise _refusal(path, f"{label}: {error}") from None
        clients.append(client)
    return tuple(clients)


def _tables(path: Path) -> list[Mapping[str, object]]:
    try:
        content = read_toml(path)
    except OSError as error:
        raise _refusal(path, f"cannot be read ({error.strerror})") from None
    except NotToml as error:
        raise _refusal(path, str(error)) from None
    others = sorted(name for name in content if name != "client")
    if others:
        raise _refusal(path, f"holds {others[0]!r}, which has no meaning; it holds [[client]] only")
    tables = content.get("client")
    if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
        raise _refusal(path, "needs at least one table [[client]]")
    return tables


def _client(table: Mapping[str, object], folder: Path, settings: Settings) -> Client:
    unknown = sorted(table.keys() - _MEMBERS)
    if unknown:
        raise _Wrong(f"{unknown[0]!r} is no member; there are {', '.join(sorted(_MEMBERS))}")
    if ("jku" in table) == ("jwks_file" in table):
        raise _Wrong("jku or jwks_file must be given, and not both")
    client = Client(
        name=_name(table),
        iss=_text(table, "iss"),
        jku=_jku(_text(table, "jku"), settings) if "jku" in table else None,
        jwks_file=_key_file(folder / _text(table, "jwks_file")) if "jwks_file" in table else None,
        algorithms=_algorithms(table),
        tenants=frozenset(_texts(table, "tenants")),
        fhir_servers=_fhir_servers(table, settings),
    )
    if not settings.development:
        _safe(client, settings)
    return client


def _safe(client: Client, settings: Settings) -> None:
    """What production asks for besides."""
    if SANDBOX_HOST in {_host(client.iss), _host(client.jku or "")}:
        raise _Wrong(
            f"iss: the private key of {SANDBOX_HOST} is public, so that anyone can sign with it; "
            "trust it with RELAPSE_CDS_MODE=development only"
        )
    if not client.fhir_servers and not settings.fhir_servers:
        raise _Wrong(
            "fhir_servers is missing; name the FHIR servers of this client here, or those of all "
            "clients in RELAPSE_CDS_FHIR_SERVERS"
        )


def _unlike(client: Client, others: list[Client]) -> None:
    for other in others:
        for member in ("name", "iss"):
            if getattr(client, member) == getattr(other, member):
                raise _Wrong(f"{member} is that of another client too; each has its own")


def _name(table: Mapping[str, object]) -> str:
    name = _text(table, "name")
    if not _NAME.fullmatch(name):
        raise _Wrong(
            "name must have 1 to 64 letters, digits, points, hyphens and underscores: it stands in "
            "the log"
        )
    return name


def _jku(address: str, settings: Settings) -> str:
    try:
        base_address(address)
    except ValueError as error:
        raise _Wrong(f"jku: {error}") from None
    if address.startswith("https://") or (settings.development and is_loopback(address)):
        return address
    raise _Wrong("jku must begin with https:// (http:// in development, on loopback only)")


def _key_file(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_KEY_SET_BYTES + 1)
    except OSError as error:
        raise _Wrong(f"jwks_file: {path} cannot be read ({error.strerror})") from None
    if len(content) > MAX_KEY_SET_BYTES:
        raise _Wrong(f"jwks_file: {path} is larger than {MAX_KEY_SET_BYTES} bytes")
    try:
        keys = public_key_set(content)
    except KeySetError as error:
        raise _Wrong(f"jwks_file: {path}: {error}") from None
    if keys.private:
        raise _Wrong(f"jwks_file: {path} holds a private key; leave public keys only")
    if not keys.usable:
        raise _Wrong(
            f"jwks_file: {path} holds no key that can verify a token: each needs its own kid, and "
            "RSA at least 2048 bits or a curve of the algorithms"
        )
    return path


def _algorithms(table: Mapping[str, object]) -> tuple[str, ...]:
    if "algorithms" not in table:
        return DEFAULT_ALGORITHMS
    algorithms = _texts(table, "algorithms")
    for algorithm in algorithms:
        if algorithm not in ALGORITHMS:
            raise _Wrong(f"algorithms: {algorithm!r} is none of {', '.join(sorted(ALGORITHMS))}")
    return algorithms


def _fhir_servers(table: Mapping[str, object], settings: Settings) -> tuple[str, ...]:
    bases = []
    for address in _texts(table, "fhir_servers"):
        try:
            bases.append(base_address(address))
        except ValueError as error:
            raise _Wrong(f"fhir_servers: {error}") from None
        if never_reachable(urlsplit(bases[-1]).hostname or ""):
            raise _Wrong(
                "fhir_servers: link-local, multicast, reserved and metadata addresses are never "
                "contacted"
            )
        if not settings.development and not bases[-1].startswith("https://"):
            raise _Wrong("fhir_servers: each must begin with https:// in production")
    return tuple(bases)


def _text(table: Mapping[str, object], member: str) -> str:
    if member not in table:
        raise _Wrong(f"{member} is missing")
    value = table[member]
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise _Wrong(f"{member} must be a text that is not empty")
    return value


def _texts(table: Mapping[str, object], member: str) -> tuple[str, ...]:
    """A list of texts; none where the member is left out."""
    if member not in table:
        return ()
    value = table[member]
    if not isinstance(value, list) or not value:
        raise _Wrong(f"{member} must be a list that is not empty; leave it out otherwise")
    return tuple(_text({member: item}, member) for item in value)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _refusal(path: Path, problem: str) -> SettingsError:
    return SettingsError(f"RELAPSE_CDS_CLIENTS: {path}: {problem}")

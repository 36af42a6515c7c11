"""Settings from environment variables ``RELAPSE_CDS_*``, read once at start and never changed.

The fields are the documentation: ``relapse-cds settings`` prints them. A wrong value stops the
start with one line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hooks.prefetch import MAY_BE_UNOFFERED, Profile
from service.network.addresses import base_address
from service.network.networks import never_reachable
from service.store.addresses import database_url

PREFIX = "RELAPSE_CDS_"
_MIB = 1024 * 1024
_SHORTEST_KEY = 16
_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE
)
"""Scheme, host and port, as browsers send them: no wildcard, user name, path or query."""


class SettingsError(Exception):
    """The settings do not allow a start; the message is one line that says what to change."""


class Mode(Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


Words = Annotated[tuple[str, ...], NoDecode]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode]


class Settings(BaseSettings):
    """Everything that a site can set. Fields are named as the variables, without prefix."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    mode: Mode = Field(
        default=Mode.DEVELOPMENT,
        description="development accepts unsigned calls and FHIR servers on loopback; production "
        "does not start without CLIENTS, an https PUBLIC_URL and a list of FHIR servers",
    )
    clients: str = Field(
        default="",
        description="path of a TOML file with the clients whose tokens are trusted, a table "
        "[[client]] for each",
    )
    require_auth: bool = Field(
        default_factory=lambda given: given.get("mode") is Mode.PRODUCTION,
        description="refuse calls without a valid token; in production always true",
    )
    token_lifetime: int = Field(
        default=300,
        ge=30,
        le=3600,
        description="longest time from iat to exp of a token, in seconds",
    )
    token_leeway: int = Field(
        default=30,
        ge=0,
        le=60,
        description="how far the clocks of client and service may be apart, in seconds",
    )
    jurisdiction: Literal["US", "EU"] = Field(
        default="US",
        description="whose product labels apply: US or EU; the policies file may say it instead",
    )
    policies: str = Field(
        default="",
        description="path of a TOML file with the site's own policies, in a table [policies]; "
        "every card names those that differ from the default",
    )
    site_mapping: str = Field(
        default="",
        description="path of a folder with the site's own codes and texts, mapped to what is read "
        "here: CSV, ConceptMap and ValueSet files",
    )
    prefetch: Profile = Field(
        default=Profile.FULL,
        description="full publishes every query in discovery; gate only patient and conditions, "
        "and the rest is fetched for the few patients who may have leukaemia",
    )
    fhir_servers: Words = Field(
        default=(),
        description="comma-separated base addresses of FHIR servers that may be queried for calls "
        "without a client of CLIENTS that has a list of its own; besides loopback in development",
    )
    private_networks: Networks = Field(
        default=(),
        description="comma-separated networks such as 10.0.0.0/8 in which FHIR servers may stand "
        "that are listed by host name; a name that resolves to another private address is refused",
    )
    unoffered: Words = Field(
        default=(),
        description="comma-separated prefetch keys, such as medicationStatements, whose resources "
        "the site's FHIR servers do not hold: not published, not asked for, and not missed",
    )
    fhir_deadline: float = Field(
        default=5.0,
        ge=0.1,
        le=60,
        description="seconds that all queries of one call together may take",
    )
    max_body: int = Field(
        default=32 * _MIB,
        ge=1024,
        description="largest request, and the most that a FHIR server may answer to all queries "
        "of one call, in bytes",
    )
    request_seconds: float = Field(
        default=20.0,
        ge=0.5,
        le=600,
        description="seconds that a request may take to arrive; slower ones are cut off",
    )
    cors_origins: Words = Field(
        default_factory=lambda given: () if given.get("mode") is Mode.PRODUCTION else ("*",),
        description="comma-separated origins whose pages may call the service; * for any, empty "
        "for none, which is the default in production",
    )
    public_url: str = Field(
        default="",
        description="address under which clients reach the service: tokens must be meant for it, "
        "and cards name it as their source",
    )
    suggestions: bool = Field(
        default=True, description="offer draft referrals and requests for missing tests on cards"
    )
    start_page: bool = Field(
        default=True, description="serve /, which says what this is, to anyone who asks"
    )
    knowledge: bool = Field(
        default=True,
        description="serve /knowledge: rules, policies and sources in force, to anyone who asks",
    )
    metrics: bool = Field(
        default=True, description="serve /metrics for Prometheus, to anyone who asks"
    )
    database_url: str = Field(
        default="",
        description="where feedback, decision records and used tokens are kept: an SQLite file or "
        "a PostgreSQL server, such as postgresql://user:password@host/name; empty for a file in "
        "the user's state folder",
    )
    retention_days: int = Field(
        default=400,
        ge=0,
        le=36500,
        description="days after which decision records and feedback are deleted; 0 for never",
    )
    hash_key: SecretStr = Field(
        default=SecretStr(""),
        description="secret under which the patient id is hashed in decision records; without one "
        "each start makes its own, and records of two starts cannot be joined",
    )
    store_facts: bool = Field(
        default=False,
        description="keep with each decision record the dated facts that relapse-cds replay needs; "
        "they hold the birth date",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="least severe log line written: DEBUG, INFO, WARNING or ERROR"
    )

    @field_validator("fhir_servers", "unoffered", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("fhir_servers")
    @classmethod
    def _bases(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        bases = tuple(base_address(address) for address in value)
        if any(never_reachable(urlsplit(base).hostname or "") for base in bases):
            raise ValueError(
                "link-local, multicast, reserved and metadata addresses are never contacted"
            )
        return bases

    @field_validator("unoffered")
    @classmethod
    def _may_be_unoffered(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not MAY_BE_UNOFFERED.issuperset(value):
            known = ", ".join(sorted(MAY_BE_UNOFFERED))
            raise ValueError(f"only these can be left out: {known}")
        return value

    @field_validator("private_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            raise ValueError("each must be a network such as 10.0.0.0/8 or fd00::/8") from None

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(origin == "*" or _ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError(
                "each must be * or one whole origin such as https://ehr.example.org, without a "
                "path or * in it"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        database_url(value)
        return value

    @field_validator("hash_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"must have at least {_SHORTEST_KEY} characters")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        return base_address(value) if value else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _no_pretence(self) -> Self:
        """What would promise more safety than there is does not start. What the clients need
        besides is checked with their file (`service.trust.clients`).
        """
        if not self.development and not self.require_auth:
            raise ValueError(
                f"{PREFIX}REQUIRE_AUTH=false cannot be kept with {PREFIX}MODE=production, which "
                "authenticates every caller; leave it out"
            )
        demand = f"{PREFIX}REQUIRE_AUTH=true" if self.development else f"{PREFIX}MODE=production"
        if self.require_auth and not self.clients:
            raise ValueError(
                f"{demand} needs authentication of callers: name the file of trusted clients in "
                f"{PREFIX}CLIENTS"
            )
        if self.require_auth and not self.public_url:
            raise ValueError(
                f"{demand} needs {PREFIX}PUBLIC_URL, the address that tokens are meant for"
            )
        if not self.development:
            _check_https(f"{PREFIX}PUBLIC_URL", (self.public_url,))
            _check_https(f"{PREFIX}FHIR_SERVERS", self.fhir_servers)
        return self

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT


def load_settings(**overrides: object) -> Settings:
    """The settings of the environment, with ``overrides`` from the command line; SettingsError when
    wrong.
    """
    misspelt = [name for name in os.environ if _is_ours(name) and name != name.upper()]
    if misspelt:
        raise SettingsError(f"{min(misspelt)}: names of settings are in capitals")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        # A default that could not be worked out for want of another setting says nothing more.
        errors = [item for item in error.errors() if item["type"] != "default_factory_not_called"]
        raise SettingsError("; ".join(map(_one_line, errors))) from None


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none: a slip, or a setting of another version."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in environment if _is_ours(name) and name.upper() not in known)


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def described() -> Iterable[tuple[str, str, str]]:
    """Variable, default and meaning of each setting."""
    for name, field in Settings.model_fields.items():
        default = field.get_default(
            call_default_factory=True, validated_data={"mode": Mode.DEVELOPMENT}
        )
        yield PREFIX + name.upper(), _shown(default), field.description or ""


def _check_https(variable: str, addresses: Iterable[str]) -> None:
    if not all(address.startswith("https://") for address in addresses):
        raise ValueError(f"{variable} must begin with https:// in {PREFIX}MODE=production")


def _one_line(item: ErrorDetails) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    if not item["loc"]:
        return message
    return f"{PREFIX}{str(item['loc'][0]).upper()}: {message}"


def _shown(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)

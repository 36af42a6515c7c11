"""Settings from environment variables ``RELAPSE_CDS_*``, read once at start and never changed.

The fields are the documentation: ``relapse-cds settings`` prints them. A wrong value stops the
start with one line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hooks.prefetch import Profile
from service.addresses import base_address

PREFIX = "RELAPSE_CDS_"
_MIB = 1024 * 1024


class SettingsError(Exception):
    """The settings do not allow a start; the message is one line that says what to change."""


class Mode(Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


Addresses = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Everything that a site can set. Fields are named as the variables, without prefix."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    mode: Mode = Field(
        default=Mode.DEVELOPMENT,
        description="development accepts unsigned calls and FHIR servers on loopback; production "
        "needs caller authentication, which this version does not have, and does not start",
    )
    require_auth: bool = Field(
        default=False,
        description="refuse unsigned calls; this version cannot verify a token and does not start "
        "with true",
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
    prefetch: Profile = Field(
        default=Profile.FULL,
        description="full publishes every query in discovery; gate only patient and conditions, "
        "and the rest is fetched for the few patients who may have leukaemia",
    )
    fhir_servers: Addresses = Field(
        default=(),
        description="comma-separated base addresses of FHIR servers that may be queried, besides "
        "loopback",
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
        description="largest request, and largest answer of a FHIR server, in bytes",
    )
    request_seconds: float = Field(
        default=20.0,
        ge=0.5,
        le=600,
        description="seconds that a request may take to arrive; slower ones are cut off",
    )
    cors_origins: Addresses = Field(
        default=("*",),
        description="comma-separated origins whose pages may call the service; * for any, empty "
        "for none",
    )
    public_url: str = Field(
        default="",
        description="address under which clients reach the service; cards name it as their source",
    )
    suggestions: bool = Field(
        default=True, description="offer draft referrals and requests for missing tests on cards"
    )
    knowledge: bool = Field(
        default=True,
        description="serve /knowledge: rules, policies and sources in force, to anyone who asks",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="least severe log line written: DEBUG, INFO, WARNING or ERROR"
    )

    @field_validator("fhir_servers", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("fhir_servers")
    @classmethod
    def _bases(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(base_address(address) for address in value)

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if origin != "*" and (
                parts.scheme not in {"http", "https"} or parts.path or not parts.netloc
            ):
                raise ValueError(
                    "each must be * or an origin such as https://ehr.example.org, without a path"
                )
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
        """What would promise more safety than there is does not start."""
        if self.mode is Mode.PRODUCTION:
            raise ValueError(
                "MODE=production needs caller authentication, which this version does not have; "
                "use MODE=development on a machine that only you can reach"
            )
        if self.require_auth:
            raise ValueError(
                "REQUIRE_AUTH=true cannot be kept: this version cannot verify a token; leave it out"
            )
        return self

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT


def load_settings(**overrides: object) -> Settings:
    """The settings of the environment, with ``overrides`` from the command line; SettingsError when
    wrong.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("; ".join(_one_line(item) for item in error.errors())) from None


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none: a slip, or a setting of another version."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(
        name
        for name in environment
        if name.upper().startswith(PREFIX) and name.upper() not in known
    )


def described() -> Iterable[tuple[str, str, str]]:
    """Variable, default and meaning of each setting."""
    for name, field in Settings.model_fields.items():
        yield PREFIX + name.upper(), _shown(field.default), field.description or ""


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

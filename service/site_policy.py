"""The policies in force: the defaults, the site's TOML file over them, and the jurisdiction."""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path

from relapse.policy import Policy, PolicyError
from relapse.policy_overrides import overridden
from service.settings import Settings, SettingsError


def policies(settings: Settings) -> Policy:
    """The policies of this process; `SettingsError`, in one line, for a file that cannot be used.

    The file has one table ``[policies]`` with names of `relapse.policy.Policy`. The jurisdiction is
    a setting of its own and is not taken from the file.
    """
    base = Policy(jurisdiction=settings.jurisdiction)
    if not settings.policies:
        return base
    values = _table(settings.policies)
    if "jurisdiction" in values:
        raise SettingsError(
            f"{settings.policies}: leave jurisdiction out, RELAPSE_CDS_JURISDICTION sets it"
        )
    try:
        return overridden(base, values)
    except PolicyError as error:
        raise SettingsError(f"{settings.policies}: {error}") from None


def _table(path: str) -> dict[str, object]:
    try:
        with Path(path).open("rb") as file:
            content = tomllib.load(file, parse_float=Decimal)
    except OSError as error:
        raise SettingsError(
            f"RELAPSE_CDS_POLICIES: {path} cannot be read: {error.strerror}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, InvalidOperation) as error:
        raise SettingsError(f"RELAPSE_CDS_POLICIES: {path} is not TOML: {error}") from None
    table = content.get("policies")
    if not isinstance(table, dict) or len(content) != 1:
        raise SettingsError(f"RELAPSE_CDS_POLICIES: {path} needs one table, [policies]")
    return table

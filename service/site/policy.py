"""The policies in force: the defaults, the site's TOML file over them, and the jurisdiction."""

from __future__ import annotations

from pathlib import Path

from relapse.policy import Policy, PolicyError
from relapse.policy_overrides import overridden
from service.settings import Settings, SettingsError
from service.site.toml import NotToml, read_toml


def policies(settings: Settings) -> Policy:
    """The policies of this process; `SettingsError`, in one line, for a file that cannot be used.

    The file has one table ``[policies]`` with names of `relapse.policy.Policy`. It may set the
    jurisdiction where nothing else does; two that differ are an error, because the labels would
    not be those that someone meant.
    """
    if not settings.policies:
        return Policy(jurisdiction=settings.jurisdiction)
    values = _table(settings.policies)
    try:
        found = overridden(Policy(jurisdiction=settings.jurisdiction), values)
    except PolicyError as error:
        raise SettingsError(f"RELAPSE_CDS_POLICIES: {settings.policies}: {error}") from None
    if "jurisdiction" in settings.model_fields_set and found.jurisdiction != settings.jurisdiction:
        raise SettingsError(
            f"RELAPSE_CDS_POLICIES: {settings.policies}: jurisdiction is {found.jurisdiction} "
            f"there and {settings.jurisdiction} in RELAPSE_CDS_JURISDICTION or --jurisdiction; "
            "leave one of them out"
        )
    return found


def _table(path: str) -> dict[str, object]:
    try:
        content = read_toml(Path(path))
    except OSError as error:
        raise SettingsError(
            f"RELAPSE_CDS_POLICIES: {path} cannot be read: {error.strerror}"
        ) from None
    except NotToml as error:
        raise SettingsError(f"RELAPSE_CDS_POLICIES: {path} {error}") from None
    table = content.get("policies")
    if not isinstance(table, dict) or len(content) != 1:
        others = ", ".join(name for name in content if name != "policies")
        also = f"; take out {others}" if others else ""
        raise SettingsError(f"RELAPSE_CDS_POLICIES: {path} needs one table, [policies]{also}")
    return table

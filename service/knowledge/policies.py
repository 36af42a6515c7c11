"""The policies as data: every value as it is written in a policies file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from relapse.policy import FIXED_POLICIES, Policy


def adjustable(policy: Policy) -> list[dict[str, Any]]:
    """Each policy that a site can set, with the value in force and the default."""
    return [
        {
            "id": item.metadata["id"],
            "name": item.name,
            "value": as_toml(getattr(policy, item.name)),
            "default": as_toml(item.default),
            "changed": getattr(policy, item.name) != item.default,
            "range": _range(item.default, item.metadata),
            "meaning": item.metadata["meaning"],
            "why": item.metadata["why"],
        }
        for item in fields(Policy)
    ]


def fixed() -> list[dict[str, str]]:
    """The policies that only a change of the code changes."""
    return [{"id": item.id, "choice": item.choice, "why": item.why} for item in FIXED_POLICIES]


def as_toml(value: object) -> str:
    """A policy value in the notation of a TOML file."""
    if isinstance(value, bool | str):
        return json.dumps(value)
    if isinstance(value, tuple):
        return f"[{', '.join(as_toml(item) for item in value)}]"
    return str(value)


def _range(default: object, metadata: Mapping[str, Any]) -> str:
    if isinstance(default, bool):
        return "true or false"
    if metadata["choices"]:
        return " or ".join(as_toml(choice) for choice in metadata["choices"])
    if isinstance(default, tuple):
        return "a list of names"
    return f"{metadata['low']} to {metadata['high']}"

"""A site's own policies over the defaults: checked, with an error that says what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal

from relapse.policy import Policy, PolicyError


def overridden(base: Policy, values: Mapping[str, object]) -> Policy:
    """``base`` with the values of a site, by policy name.

    Raises `PolicyError` for an unknown name, a value of the wrong kind, or one out of range.
    """
    known = {item.name: item for item in fields(Policy)}
    changes: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            names = ", ".join(sorted(known))
            raise PolicyError(f"there is no policy {name!r}; the policies are {names}")
        changes[name] = _converted(name, value, known[name].default)
    return replace(base, **changes)  # type: ignore[arg-type]  # names and kinds are checked above


def _converted(name: str, value: object, default: object) -> object:
    """The value in the kind of the default; numbers keep their written digits."""
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise PolicyError(f"{name} must be true or false")
    if isinstance(default, Decimal):
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        raise PolicyError(f"{name} must be a number")
    if isinstance(default, int):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise PolicyError(f"{name} must be a whole number")
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise PolicyError(f"{name} must be a list of names in quotes")
    if isinstance(value, str):
        return value
    raise PolicyError(f"{name} must be a word in quotes")

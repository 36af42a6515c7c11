"""Small rules of CDS Hooks JSON that every answer obeys."""

from __future__ import annotations

from collections.abc import Mapping


def lean(members: Mapping[str, object]) -> dict[str, object]:
    """``members`` without those that have no value: CDS Hooks allows no null and no empty text,
    list or object.

    ``False`` and ``0`` are values and stay.
    """
    return {name: value for name, value in members.items() if value or value == 0}

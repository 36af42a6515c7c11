"""Closed lists of terms, as keys of the many small tables of the rules."""

from __future__ import annotations

from enum import Enum


class Term(Enum):
    """An enumeration whose members are hashed by identity, as they are compared.

    `Enum` hashes the name of a member, by a call in Python for each look into a table.
    """

    __hash__ = object.__hash__

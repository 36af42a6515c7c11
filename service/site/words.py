"""Words that the commands on mappings share."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """ "1 file or line", "3 files or lines"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun.replace(' or ', 's or ')}s"

"""The value sets in force: names, sizes and code systems, without the codes."""

from __future__ import annotations

import json
from typing import Any

from mappings.code_systems import canonical_system
from mappings.terminology import VALUE_SETS, entries_of, standard


def value_sets() -> list[dict[str, Any]]:
    """Each value set that the terminology holds, by name."""
    found = []
    for file in sorted(VALUE_SETS.glob("*.json")):
        entries = list(entries_of(json.loads(file.read_bytes())))
        names = {entry.value_set for entry in entries}
        if names <= standard().names and names:
            found.append(
                {
                    "name": names.pop(),
                    "size": len(entries),
                    "systems": sorted({canonical_system(e.system) or e.system for e in entries}),
                }
            )
    return found

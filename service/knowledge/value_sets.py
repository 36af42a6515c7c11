"""The value sets in force: names, sizes and code systems, without the codes; and what the site's
mapping adds to them.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from mappings.code_systems import canonical_system
from mappings.terminology import VALUE_SETS, Terminology, entries_of, standard


def value_sets(terminology: Terminology | None = None) -> list[dict[str, Any]]:
    """Each value set that the terminology holds, by name. ``siteCodes`` and ``siteTexts`` count
    what the site maps to it; a concept without published codes has only those.
    """
    terminology = terminology or standard()
    codes, texts = _of_site(terminology)
    found = {}
    for file in sorted(VALUE_SETS.glob("*.json")):
        entries = list(entries_of(json.loads(file.read_bytes())))
        names = {entry.value_set for entry in entries}
        if names <= terminology.names and names:
            name = names.pop()
            systems = sorted({canonical_system(e.system) or e.system for e in entries})
            found[name] = {"name": name, "size": len(entries), "systems": systems}
    for name in sorted({*codes, *texts} - found.keys()):
        found[name] = {"name": name, "size": 0, "systems": []}
    return [
        {**one, "siteCodes": codes[name], "siteTexts": texts[name]} for name, one in found.items()
    ]


def _of_site(terminology: Terminology) -> tuple[Counter[str], Counter[str]]:
    codes, texts = Counter[str](), Counter[str]()
    for row in terminology.site.rows if terminology.site else ():
        if row.concept is not None:
            (codes if row.code else texts).update(row.concept.sets)
    return codes, texts

"""The value sets in force: names, sizes and code systems, without the codes; and what the site's
mapping adds to them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from mappings.codes.code_systems import canonical_system
from mappings.terminology import Terminology, standard


def value_sets(terminology: Terminology | None = None) -> list[dict[str, Any]]:
    """Each value set that the terminology holds, by name. ``siteCodes`` and ``siteTexts`` count
    what the site maps to it; a concept without published codes has only those.
    """
    terminology = terminology or standard()
    codes, texts = _of_site(terminology)
    published = standard()
    found = {}
    for name in sorted(published.names & terminology.names):
        own = published.codes(name)
        systems = sorted({canonical_system(system) or system for system, _ in own})
        found[name] = {"name": name, "size": len(own), "systems": systems}
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

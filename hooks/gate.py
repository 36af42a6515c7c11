"""A first look at the problem list: can this patient have ALL at all?

Nearly every chart that is opened belongs to somebody without leukaemia. For them the answer is an
empty card list, and it must cost next to nothing: no mapping, no validation, no further queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hooks.value_sets import bare, leukaemia_codes, names_leukaemia
from mappings.condition.leukaemia_text import MENTIONS_LEUKAEMIA
from mappings.overlay.concept import Where
from mappings.overlay.site import SiteMap

_WORDS = re.compile(
    r"leu[ckz]|lympho[bm]|linfo[bm]|blast|burkitt|philadelphia|bcp"
    r"|(?:[bt][ -]?(?:cell )?|\bc-?)all\b"
)
_CAPITALS = re.compile(r"(?<![A-Za-z])(?:ALL|LLA|LAL)(?![A-Za-z])")
"""The abbreviation in three word orders; not the same letters inside words in capitals."""
_ICD_PREFIXES = ("C83", "C91", "C92", "C93", "C94", "C95")


def may_have_leukaemia(conditions: Iterable[object], site: SiteMap | None = None) -> bool:
    """Whether any of ``conditions`` (Condition resources or Bundles of them) could name a
    leukaemia.

    Errs on the side of yes: status, subject and dates are not looked at, codes count whatever their
    system, and a resource of unexpected shape counts as a possible one. A no means that the rules
    would have nothing to say, because ALL is only ever established by a Condition (E-01).
    ``site`` knows leukaemias by the site's own codes and texts.
    """
    return any(_may_name_leukaemia(resource, site) for resource in conditions)


def _may_name_leukaemia(resource: object, site: SiteMap | None, depth: int = 0) -> bool:
    if not isinstance(resource, dict):
        return False
    kind = resource.get("resourceType")
    if kind == "Bundle":
        entries = resource.get("entry")
        if depth > 5:
            return True
        return isinstance(entries, list) and any(
            isinstance(entry, dict) and _may_name_leukaemia(entry.get("resource"), site, depth + 1)
            for entry in entries
        )
    if kind != "Condition":
        return False
    code = resource.get("code")
    return _concept_may(code) or (site is not None and _site_says(site, code))


def _site_says(site: SiteMap, concept: object) -> bool:
    found = site.find(concept, Where.DIAGNOSIS)
    return any(names_leukaemia(name) for one in found.concepts for name in one.sets)


def _concept_may(concept: object) -> bool:
    if concept is None:
        return False
    if not isinstance(concept, dict):
        return True
    codings = concept.get("coding") or ()
    if not isinstance(codings, list | tuple):
        return True
    return _words_may(concept.get("text")) or any(_coding_may(coding) for coding in codings)


def _coding_may(coding: object) -> bool:
    if not isinstance(coding, dict):
        return coding is not None
    code = coding.get("code")
    if isinstance(code, str):
        known = bare(code)
        if known.startswith(_ICD_PREFIXES) or known in leukaemia_codes():
            return True
    return _words_may(coding.get("display"))


def _words_may(text: object) -> bool:
    return isinstance(text, str) and (
        _CAPITALS.search(text) is not None
        or _WORDS.search(text.casefold()) is not None
        or MENTIONS_LEUKAEMIA.search(text) is not None
    )

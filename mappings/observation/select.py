"""Which Observations of a chart are worth reading."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from mappings.context import ERROR, Context, status_of
from mappings.observation.topics import Topic, matters, topic_of
from mappings.record.resources import Item
from mappings.specimen import sample_of
from mappings.values.shapes import codings, objects, string, text_of

FINAL = frozenset({"final", "amended", "corrected"})
_CORRECTING = frozenset({"amended", "corrected"})
OPEN = frozenset({"registered", "preliminary", "unknown"})
_KNOWN = FINAL | OPEN | {"cancelled", ERROR}
_SERIES_DAYS = 60
"""How long liver values and white cells can matter (STALE-07 plus the windows around it); older
ones only if newest.
"""


def worth_reading(context: Context, items: Iterable[Item]) -> list[Item]:
    """Those that matter, but for the old ones of a series and those that a correction replaces."""
    matter = [item for item in items if matters(context, item.resource)]
    if not matter:
        return []
    matter = _without_old_series(context, matter)
    superseded = _replaced(context, matter)
    return [item for item in matter if item not in superseded]


def _without_old_series(context: Context, items: list[Item]) -> list[Item]:
    """Of liver values and white cells those of the last weeks, and the newest final one of each
    kind.
    """
    oldest = (
        (context.as_of - timedelta(days=_SERIES_DAYS)).isoformat() if context.as_of.year > 1 else ""
    )
    today = context.as_of.isoformat()
    kept: list[Item] = []
    newest: dict[frozenset[str], tuple[str, str, Item]] = {}
    for item in items:
        resource = item.resource
        day = resource.get("effectiveDateTime")
        if (
            not isinstance(day, str)
            or len(day) < len("2026-06-15")
            or status_of(resource) not in _KNOWN
            or topic_of(context, resource.get("code")) is not Topic.LIVER_OR_COUNT
            or not (concepts := context.concepts(resource.get("code")))
        ):
            kept.append(item)
            continue
        recent = day[:10] >= oldest or resource.get("component")
        if recent:
            kept.append(item)
        if not context.is_patients(item):
            if not recent:
                kept.append(item)
        elif status_of(resource) in FINAL and day[:10] <= today:
            mark = (day, item.reference, item)
            known = newest.get(concepts)
            if known is None or known[:2] < mark[:2]:
                newest[concepts] = mark
    present = set(map(id, kept))
    kept.extend(item for _, _, item in newest.values() if id(item) not in present)
    return kept


def _replaced(context: Context, items: list[Item]) -> set[Item]:
    """Results that a corrected or amended one replaces: same business identifier, or same code,
    specimen and method.
    """
    own = [item for item in items if context.is_patients(item)]
    # For each mark, by wording of the code, the newest correction.
    newest: dict[tuple[str, ...], dict[str, tuple[str, str]]] = {}
    for item in own:
        if status_of(item.resource) in _CORRECTING:
            for mark, words in _marks(context, item):
                by_words = newest.setdefault(mark, {})
                by_words[words] = max(by_words.get(words, ("", "")), _moment(item))
    if not newest:
        return set()
    return {item for item in own if _is_replaced(context, item, newest)}


def _is_replaced(
    context: Context, item: Item, newest: dict[tuple[str, ...], dict[str, tuple[str, str]]]
) -> bool:
    if status_of(item.resource) == ERROR:
        return False
    oldest_rival = _moment(item) if status_of(item.resource) in _CORRECTING else ("", "")
    for mark, words in _marks(context, item):
        by_words = newest.get(mark, {})
        # One LOINC code serves flow and morphology: where both have words, these must agree.
        alike = by_words.values() if not words else (by_words.get(words), by_words.get(""))
        if any(moment is not None and moment > oldest_rival for moment in alike):
            return True
    return False


def _moment(item: Item) -> tuple[str, str]:
    meta = item.resource.get("meta")
    updated = string(meta.get("lastUpdated")) if isinstance(meta, dict) else ""
    return string(item.resource.get("issued")) or updated, item.reference


def _marks(context: Context, item: Item) -> list[tuple[tuple[str, ...], str]]:
    """What two versions of one result share, each with the words that have to agree, too.

    A business identifier needs no words; specimen, method and code do.
    """
    marks: list[tuple[tuple[str, ...], str]] = [
        (("identifier", string(own.get("system")), string(own.get("value"))), "")
        for own in objects(item.resource.get("identifier"))
        if string(own.get("value"))
    ]
    sample = sample_of(context, item.resource.get("specimen"), item).key
    if sample is not None:
        code = item.resource.get("code")
        method, words = text_of(item.resource.get("method")).lower(), text_of(code).lower()
        for coding in codings(code):
            name = string(coding.get("system")), string(coding.get("code"))
            marks.append((("code", sample, method, *name), words))
        if words:
            marks.append((("words", sample, method, words), words))
    return marks

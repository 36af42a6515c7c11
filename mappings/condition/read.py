"""Conditions: diagnoses of the leukaemia, leukaemia at other sites, complications, and states after
treatment.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from mappings.condition import complications, extramedullary, leukaemia
from mappings.condition.entry import CONDITION, entry_of, modern, verification_of
from mappings.context import ERROR, NO_SYSTEM, Context
from mappings.record.resources import Item
from mappings.terminology import Terminology

_NOTHING = (False, False, False)


def read_all(context: Context, items: Iterable[Item]) -> None:
    """Add the facts of every Condition that matters."""
    memory, decide = context.terminology.memory("condition"), partial(_decide, context.terminology)
    for item in items:
        code = item.resource.get("code")
        topics = memory.decide(code, decide)
        if topics is None:
            if context.is_patients(item):
                context.list_unread(item, NO_SYSTEM, code)
        elif topics != _NOTHING:
            context.guarded(item, partial(_read, context, item, *topics))


def _decide(terminology: Terminology, code: object) -> tuple[bool, bool, bool] | None:
    """Whether a code bears on the leukaemia, on leukaemia at another site, on complications.

    ``None`` for a code of ours that lacks its system and has no words that could be read instead.
    """
    topics = (
        leukaemia.matters(terminology, code),
        extramedullary.matters(terminology, code),
        complications.matters(terminology, code),
    )
    if topics == _NOTHING and terminology.lacks_system(code, "cond-"):
        return None
    return topics


def _read(context: Context, item: Item, disease: bool, site: bool, complication: bool) -> None:
    code = item.resource.get("code")
    verification = verification_of(item.resource)
    if verification == ERROR:
        context.list_unread(item, "entered in error", code)
        return
    if verification == "refuted":
        return
    record = context.admit(item, CONDITION, code, None, modern(item.resource))
    if record is None:
        return
    entry = entry_of(context, record, verification)
    if disease:
        leukaemia.read(entry)
    if site:
        extramedullary.read(entry)
    if complication:
        complications.read(entry)

"""Complications and comorbidities (E-29), and states that tell of earlier treatment: transplant,
CAR-T cells.
"""

from __future__ import annotations

import re

from mappings.condition import after_treatment
from mappings.condition.complication_words import (
    ANY_WORD,
    NOT_PRESENT,
    PAST,
    WORDS_ALWAYS,
    grade_of,
    named,
    same_group,
)
from mappings.condition.entry import Entry
from mappings.condition.leukaemia_text import is_about_others
from mappings.context import clipped
from mappings.terminology import Terminology
from mappings.values.shapes import all_words, string
from relapse.facts import (
    Complication,
    ComplicationEntry,
)
from relapse.logic import Tri

_BY_CONCEPT = {
    "cond-hepatic-vod": Complication.VOD,
    "cond-chronic-liver-disease": Complication.LIVER_DISEASE,
    "cond-hepatitis-b": Complication.LIVER_DISEASE,
    "cond-hepatitis-c": Complication.LIVER_DISEASE,
    "cond-active-infection": Complication.INFECTION,
    "cond-gvhd-acute": Complication.GVHD_ACUTE,
    "cond-gvhd-chronic": Complication.GVHD_CHRONIC,
    "cond-gvhd-any": Complication.GVHD_UNSPECIFIED,
    "cond-seizure-cns": Complication.NEUROLOGICAL,
    "cond-icans": Complication.NEUROLOGICAL,
    "cond-heart-failure": Complication.HEART_FAILURE,
    "cond-thrombosis-arterial-venous": Complication.THROMBOSIS,
    "cond-pregnancy": Complication.PREGNANCY,
}
_CNS_LEUKAEMIA = frozenset({"cond-cns-involvement"})


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code or its words name a complication, or a state after treatment."""
    return (
        any(name in terminology.of(code) for name in _BY_CONCEPT)
        or bool(ANY_WORD.search(all_words(code).lower()))
        or after_treatment.matters(terminology, code)
    )


def read(entry: Entry) -> None:
    """Add the complications that an entry names. What was never sure is no complication of this
    patient.
    """
    words = entry.text.lower()
    if not entry.confirmed or is_about_others(entry.text):
        return
    own_text = string(entry.code.get("text")).lower()
    kinds = {kind for name, kind in _BY_CONCEPT.items() if name in entry.concepts}
    if "cond-pregnancy-count" in entry.concepts:
        kinds.discard(Complication.PREGNANCY)
    if "cond-gvhd-unspecific" in entry.concepts and not re.search(r"graft[- ]versus|gvhd", words):
        kinds.discard(Complication.GVHD_UNSPECIFIED)
    if Complication.GVHD_ACUTE in kinds or Complication.GVHD_CHRONIC in kinds:
        kinds.discard(Complication.GVHD_UNSPECIFIED)
    denied = bool(NOT_PRESENT.search(own_text or words))
    if not denied:
        for kind in named(words):
            if kind in WORDS_ALWAYS or not kinds & same_group(kind):
                kinds.add(kind)
    elif kinds and own_text and NOT_PRESENT.search(own_text) and named(own_text):
        entry.list_unread("the text questions the code")
        kinds.clear()
    if entry.concepts & _CNS_LEUKAEMIA or re.search(
        r"leuk[a]?emi[ac]\w* mening|mening\w* leuk|cns (?:leuk|relapse)", words
    ):
        kinds.discard(Complication.NEUROLOGICAL)
        kinds.discard(Complication.INFECTION)
    for kind in sorted(kinds, key=lambda kind: kind.value):
        entry.context.facts.append(
            ComplicationEntry(
                source=entry.context.source(entry.record.item),
                when=entry.onset,
                text=clipped(entry.name),
                kind=kind,
                active=_active(entry, words),
                grade=grade_of(words)
                if kind in (Complication.GVHD_ACUTE, Complication.GVHD_UNSPECIFIED)
                else None,
                recorded=entry.recorded,
                abated=entry.abated,
            )
        )
    if not denied:
        after_treatment.read(entry, words)


def _active(entry: Entry, words: str) -> Tri:
    """An entry that calls itself past is not active, whatever its status: it stays "active" on the
    problem list.
    """
    return Tri.NOT_MET if PAST.search(words) and entry.active is not Tri.NOT_MET else entry.active

"""Entries of the problem list that tell of earlier treatment: transplant, CAR-T cells."""

from __future__ import annotations

import re

from mappings.condition.entry import Entry
from mappings.context import clipped
from mappings.terminology import Terminology
from mappings.treatment.infusion import Infusion
from mappings.values import other_languages
from mappings.values.shapes import all_words
from relapse.facts import CarTProduct, Donor, Transplant

_AFTER_TRANSPLANT = frozenset({"status-post-allo-or-auto-hsct", "complication-of-hsct"})
_TRANSPLANT_WORDS = re.compile(
    r"(?:stem cell|bone marrow|hematopoietic|haematopoietic)[^|]*transplant|\bhsct\b|\ballo-?sct\b|"
    r"\bbmt\b"
)
_ALLOGENEIC = re.compile(
    r"allogen|\ballo\b|\ballo-|unrelated donor|sibling donor|haploidentical|\bmud\b|cord blood"
)
_AUTOLOGOUS = re.compile(r"autolog|\bauto-")
_CAR_T_WORDS = re.compile(r"\bcar[- ]?t\b|chimeric antigen receptor")
_AFTERWARDS = re.compile(r"history of|s/p|status post|received|after|following")
_CLEAR_STATUS = re.compile(
    r"(?:z94|transplant)[^|]*(?:status|history|s/p|status post)|(?:status post|s/p|"
    r"history of)[^|]*transplant|transplant recipient"
)


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code or its words name a state after transplant or CAR-T cells."""
    concepts = terminology.of(code)
    words = all_words(code).lower()
    return (
        bool(concepts & _AFTER_TRANSPLANT)
        or "history-car-t" in concepts
        or bool(_CLEAR_STATUS.search(words) or _CAR_T_WORDS.search(words))
        or other_languages.names_transplant(words)
    )


def read(entry: Entry, words: str) -> None:
    """Keep a transplant or CAR-T infusion for the case that no procedure or drug records it."""
    source, text = entry.context.source(entry.record.item), clipped(entry.name)
    if entry.concepts & _AFTER_TRANSPLANT or (
        _CLEAR_STATUS.search(words) and _TRANSPLANT_WORDS.search(words)
    ):
        allogeneic, autologous = bool(_ALLOGENEIC.search(words)), bool(_AUTOLOGOUS.search(words))
        donor = Donor.UNKNOWN
        if allogeneic != autologous:
            donor = Donor.ALLOGENEIC if allogeneic else Donor.AUTOLOGOUS
        # The onset of a complication is not the day of the transplant.
        when = entry.onset if "complication-of-hsct" not in entry.concepts else None
        entry.context.transplant_states.append(
            Transplant(source=source, when=when, text=text, donor=donor)
        )
    elif other_languages.names_transplant(words):
        entry.list_unread(other_languages.REASON)
    if "history-car-t-specific" in entry.concepts:
        reference = entry.record.reference
        entry.context.car_t_states.append(
            Infusion(reference, entry.onset, text, CarTProduct.UNKNOWN)
        )
    elif _CAR_T_WORDS.search(words) and _AFTERWARDS.search(words):
        entry.context.car_t_mentions.append((entry.record.item, entry.name))
    elif (
        "history-car-t" in entry.concepts
        and not re.search(r"z92\.?858", words)
        and "other cellular" not in words
    ):
        entry.list_unread("a history of cellular therapy that does not name CAR-T cells")

"""Entries of the problem list on earlier treatment: transplant, CAR-T cells, antibodies."""

from __future__ import annotations

import re

from mappings.condition.entry import Entry
from mappings.context import clipped
from mappings.terminology import Terminology
from mappings.treatment.drug_names import agents_of, value_sets_named
from mappings.treatment.infusion import Infusion
from mappings.values import other_languages
from mappings.values.shapes import all_words
from relapse.facts import Agent, CarTProduct, Donor, Transplant

_AFTER_TRANSPLANT = frozenset({"status-post-allo-or-auto-hsct", "complication-of-hsct"})
_TRANSPLANT_WORDS = re.compile(
    r"(?:stem cell|bone marrow|hematopoietic|haematopoietic)[^|]*transplant|\b(?:allo-?)?hsct\b|"
    r"\ballo-?sct\b|\bbmt\b"
)
_ALLOGENEIC = re.compile(
    r"allogen|\ballo(?:-?hsct|-?sct)?\b|\ballo-|unrelated donor|"
    r"sibling donor|haploidentical|\bmud\b|cord blood"
)
_AUTOLOGOUS = re.compile(r"autolog|\bauto-")
_CAR_T_WORDS = re.compile(r"\bcar[- ]?t\b|chimeric antigen receptor")
_AFTERWARDS = re.compile(r"history of|s/p|status post|received|after|following")
_CLEAR_STATUS = re.compile(
    r"(?:z94|transplant)[^|]*(?:status|history|s/p|status post)|(?:status post|s/p|"
    r"history of)[^|]*transplant|transplant recipient|"
    r"\b(?:after|following|post|since)[\s-]+(?:[\w-]+\s+){0,4}?"
    r"(?:transplant\w*|(?:allo-?)?hsct|bmt|(?:allo-?)?sct)\b"
)
_ANTIBODY_GIVEN = re.compile(
    r"\b(?:after|following|post|since|on|to|s/p|status post|received|failed|failure of)[\s-]+"
    r"(?:[\w-]+\s+){0,3}?(?:blinatumomab|blincyto|inotuzumab|besponsa)\b"
)
_NOT_GIVEN = re.compile(r"\b(?:never|not|no prior|naive|without)\b")
_GIVEN = (_CLEAR_STATUS, _CAR_T_WORDS, _ANTIBODY_GIVEN)


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code or its words name a state after transplant, CAR-T cells or an antibody."""
    concepts = terminology.of(code)
    words = all_words(code).lower()
    return (
        bool(concepts & _AFTER_TRANSPLANT)
        or "history-car-t" in concepts
        or any(words_of.search(words) for words_of in _GIVEN)
        or other_languages.names_transplant(words)
    )


def read(entry: Entry, words: str) -> None:
    """Keep what was given for the case that no procedure or drug records it."""
    source, text = entry.context.source(entry.record.item), clipped(entry.name)
    of_leukaemia = entry.record.item in entry.context.leukaemia
    if entry.concepts & _AFTER_TRANSPLANT or (
        _CLEAR_STATUS.search(words) and (of_leukaemia or _TRANSPLANT_WORDS.search(words))
    ):
        allogeneic, autologous = bool(_ALLOGENEIC.search(words)), bool(_AUTOLOGOUS.search(words))
        donor = Donor.UNKNOWN
        if allogeneic != autologous:
            donor = Donor.ALLOGENEIC if allogeneic else Donor.AUTOLOGOUS
        # The onset of a complication, or of a relapse, is not the day of the transplant.
        other = of_leukaemia or "complication-of-hsct" in entry.concepts
        when = None if other else entry.onset
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
    if _ANTIBODY_GIVEN.search(words) and not _NOT_GIVEN.search(words):
        for agent in agents_of(value_sets_named(words)) & {Agent.BLINATUMOMAB, Agent.INOTUZUMAB}:
            entry.context.antibody_mentions.append((entry.record.item, entry.name, agent))

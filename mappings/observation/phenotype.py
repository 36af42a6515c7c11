"""Immunophenotype reports: a panel of components, a sentence, or both (encodings 5.3 to 5.6)."""

from __future__ import annotations

import re
from dataclasses import replace

from mappings.context import words_of
from mappings.observation import antigens
from mappings.observation.answers import answer_of
from mappings.observation.finding import Finding
from mappings.observation.marker_text import Markers, marker_name, markers_of
from mappings.observation.topics import BLAST_WORDS, MRD_WORDS, ON_BLASTS
from mappings.values.shapes import Json, string
from mappings.values.value_text import Word
from relapse.facts import Antigen, AntigenResult, Expression, Immunophenotype

_COMPONENT_MARKER = re.compile(
    r"^(?:(?:surface|cytoplasmic|intracellular|nuclear)\s+)?"
    r"(?:c?y?(?:cd\s*-?\d{1,3}[a-e]?)|tdt|mpo|myeloperoxidase|hla[ -]?dr|s?igm?|immunoglobulin|"
    r"kappa|lambda)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\bcd\s*-?\d|\btdt\b|positive for|negative for", re.IGNORECASE)
_ANTIGENS = {"CD19": Antigen.CD19, "CD22": Antigen.CD22}


def read(finding: Finding) -> None:
    """Add the panel, and CD19 and CD22 as results of their own. A marker that is not named stays
    unknown.
    """
    if finding.spinal_fluid:
        finding.list_unread("immunophenotype of spinal fluid")
        return
    markers = Markers()
    for part in finding.components:
        _component(finding, part, markers)
    text = string(finding.data.get("valueString"))
    if not text and "valueCodeableConcept" in finding.data:
        text = string(finding.data["valueCodeableConcept"].get("text"))
    if text and _SENTENCE.search(text):
        said = markers_of(text)
        if said.uninterpreted:
            finding.list_unreadable("immunophenotype", "part of the text not understood")
        markers.positive |= said.positive
        markers.negative |= said.negative
        markers.partial |= said.partial
        for name, antigen in _ANTIGENS.items():
            reported = _reported(said, name)
            if reported is not None:
                finding.context.facts.append(
                    AntigenResult(**finding.result(text), antigen=antigen, reported=reported)
                )
    elif text or (not finding.components and not finding.answer().missing):
        finding.list_unreadable("immunophenotype", "text not understood")
    if markers.positive or markers.negative or markers.partial:
        finding.context.facts.append(
            Immunophenotype(
                **finding.result(text),
                positive=frozenset(markers.positive - markers.negative - markers.partial),
                negative=frozenset(markers.negative - markers.positive - markers.partial),
                partial=frozenset(markers.partial),
            )
        )


def _reported(markers: Markers, name: str) -> Expression | None:
    if name in markers.partial:
        return Expression.HETEROGENEOUS
    if name in markers.positive:
        return Expression.POSITIVE
    return Expression.NEGATIVE if name in markers.negative else None


def _component(finding: Finding, part: Json, markers: Markers) -> None:
    """One marker of a panel. Its word counts for the panel; a share only decides CD19 and CD22, by
    policy.
    """
    code, words = part.get("code", {}), words_of(part.get("code"))
    if MRD_WORDS.search(words):
        return  # read as a result of its own
    concepts = finding.context.concepts(code)
    inner = replace(finding, code=code, data=part, component=True)
    match = _COMPONENT_MARKER.match(words)
    on_blasts = "obs-cd22-blasts" in concepts or bool(ON_BLASTS.search(words))
    if "obs-cd22-blasts" in concepts:
        name = "CD22"
    elif match is not None and not concepts & {
        "obs-cd19-all-cells",
        "obs-cd22-all-cells",
        "obs-cd22-blast-count",
    }:
        name = marker_name(match.group())
    else:
        if BLAST_WORDS.search(words) and match is None and name_of_antigen(words):
            antigens.read(inner)
        return
    answer = answer_of(finding.context, part)
    if answer.missing:
        return
    if name in _ANTIGENS:
        if answer.share is not None and not on_blasts:
            inner.list_unread("antigen as a share of cells that are not named")
            return
        antigens.add(inner, _ANTIGENS[name], answer)
    said = answer.agreed
    if answer.problem or said is None:
        return
    chosen = {
        Word.POSITIVE: markers.positive,
        Word.NEGATIVE: markers.negative,
        Word.PARTIAL: markers.partial,
    }.get(said)
    if chosen is not None:
        chosen.add(name)


def name_of_antigen(words: str) -> bool:
    return bool(re.search(r"\bcd\s*-?(?:19|22)\b", words))

"""Virus screen and pregnancy (encodings 9.4 and 9.6)."""

from __future__ import annotations

import re

from mappings.observation.finding import Finding
from mappings.values.value_text import Word
from relapse.facts import PregnancyResult, ViralScreen, Virus
from relapse.logic import Tri

_TRUTH = {Word.POSITIVE: Tri.MET, Word.NEGATIVE: Tri.NOT_MET}
_HEPATITIS_B = re.compile(r"hepatitis b|\bhbv\b|\bhbsag\b")
_CORE = re.compile(r"\bcore\b|hbcab|anti-?hbc\b")
_HEPATITIS_C = re.compile(r"hepatitis c|\bhcv\b")
_HIV = re.compile(r"\bhiv\b|human immunodeficiency")
_IMMUNITY = re.compile(r"surface\s*(?:ab\b|antibod)|anti-?hbs\b|hbsab")
_NO_SCREEN = re.compile(r"genotype|resistance|vaccin|viral load trend|history|risk")
_STATUS_TEXT = re.compile(r"\s*(?:(not|non)[\s-]*)?pregnant\s*\.?\s*", re.IGNORECASE)


def read_virus(finding: Finding) -> None:
    """One test of the virus screen. An antibody that shows immunity is no sign of infection and is
    not read.
    """
    words = finding.words
    if _NO_SCREEN.search(words) or _IMMUNITY.search(words):
        return
    named = [
        virus
        for virus, pattern in (
            (Virus.HBV, _HEPATITIS_B),
            (Virus.HCV, _HEPATITIS_C),
            (Virus.HIV, _HIV),
        )
        if pattern.search(words) or (virus is Virus.HBV and "obs-hbv-infection" in finding.concepts)
    ]
    if len(named) != 1:
        finding.list_unread("names more than one virus")
        return
    virus = Virus.HBV_CORE if named[0] is Virus.HBV and _CORE.search(words) else named[0]
    answer = finding.answer(reactivity=True)
    if answer.missing and "valueQuantity" not in finding.data:
        return
    # A level has no meaning here without the laboratory's own word for it.
    said = answer.interpreted if "valueQuantity" in finding.data else answer.agreed
    if said not in _TRUTH:
        finding.list_unreadable("virus screen", "neither reactive nor non-reactive")
    reactive = _TRUTH.get(said, Tri.UNKNOWN) if said is not None else Tri.UNKNOWN
    finding.context.facts.append(
        ViralScreen(**finding.result(answer.text), virus=virus, reactive=reactive)
    )


def read_pregnancy(finding: Finding) -> None:
    """A pregnancy test or status. A level alone, without the laboratory's word for it, is
    listed.
    """
    answer = finding.answer()
    concept = finding.data.get("valueCodeableConcept")
    match = _STATUS_TEXT.fullmatch(finding.text)
    pregnant: Tri | None = None
    if "val-pregnant" in finding.context.concepts(concept):
        pregnant = Tri.UNKNOWN if match is not None and match[1] else Tri.MET
    elif match is not None:
        pregnant = Tri.NOT_MET if match[1] else Tri.MET
    elif "valueQuantity" in finding.data:
        pregnant = _TRUTH.get(answer.interpreted) if answer.interpreted else None
    elif answer.agreed in (Word.POSITIVE, Word.NEGATIVE, Word.INDETERMINATE) and not answer.problem:
        pregnant = _TRUTH.get(answer.agreed, Tri.UNKNOWN)
    if pregnant is None:
        if answer.missing and "valueQuantity" not in finding.data:
            return
        finding.list_unreadable("pregnancy test", "value not understood")
        if "valueQuantity" in finding.data:
            return
        pregnant = Tri.UNKNOWN  # no older test may stand in for it
    finding.context.facts.append(
        PregnancyResult(**finding.result(answer.text or finding.text), pregnant=pregnant)
    )

"""Genetics of the leukaemia: BCR::ABL1, karyotype, KMT2A, kinase domain, Ph-like lesions (E-04 to
E-06, encodings 7).
"""

from __future__ import annotations

import re

from mappings.observation import kinase_domain, variant
from mappings.observation.answers import Answer, worded
from mappings.observation.finding import Finding
from mappings.observation.genetic_testing import TRUTH, GeneticTest, add_lesion, kind_of_test
from mappings.observation.lesion_text import (
    KARYOTYPE_STRING,
    T315I,
    Claims,
    claims_of,
    from_karyotype,
    lesions_named,
)
from mappings.values import quantity
from mappings.values.quantity import Unclear
from mappings.values.value_text import Word
from relapse.facts import Lesion
from relapse.logic import Interval, Tri

_FUSION = re.compile(r"\b(?:gene )?(?:fusion|rearrangement|translocation)s?\b", re.IGNORECASE)
_NO_FUSION = re.compile(
    r"\s*no (?:evidence of )?(?:an? )?(?:gene )?(?:fusion|rearrangement|translocation)s?"
    r"(?: (?:was |were )?(?:detected|identified|seen|found|present))?\s*\.?\s*",
    re.IGNORECASE,
)
_TRANSCRIPT = re.compile(
    r"[(\[,;:]?\s*\b(?:p190|p210|p230|e1a2|e13a2|e14a2|e19a2|b2a2|b3a2|minor|major|"
    r"transcripts?|fusion|isoform)\b\s*[)\],;:]?",
    re.IGNORECASE,
)


def read(finding: Finding) -> None:
    """Add what one genetic study shows; a study that is not understood is listed."""
    concepts, words = finding.concepts, finding.all_words
    if "obs-karyotype" in concepts or "karyotyp" in words or "chromosome analysis" in words:
        _karyotype(finding)
    elif "obs-abl1-kinase-mutation" in concepts or "kinase domain" in words or T315I.search(words):
        kinase_domain.read(finding)
    elif "obs-variant-assessment" in concepts:
        variant.read(finding)
    elif "obs-bcr-abl1" in concepts and "obs-ph-like" not in concepts:
        _fusion(finding, Lesion.BCR_ABL1)
    else:
        named = {Lesion.PH_LIKE} if "obs-ph-like" in concepts else lesions_named(words)
        if len(named) == 1:
            _fusion(finding, named.pop())
        else:
            _narrative(finding)


def _fusion(finding: Finding, lesion: Lesion) -> None:
    """A test for one lesion: present, absent, or not understood."""
    answer = finding.answer()
    test = kind_of_test(finding)
    if answer.missing and not finding.components:
        return
    if "obs-bcr-abl1-log-reduction" in finding.concepts or "log reduction" in finding.all_words:
        if answer.agreed is None or answer.share is not None or answer.problem:
            finding.list_unread("a log reduction of transcripts, which is no level")
            return
    present = _presence(finding, answer)
    if present is None:
        text = answer.text if isinstance(finding.data.get("valueString"), str) else ""
        claims = claims_of(text) if text else Claims()
        present = claims.of(lesion)
        if present is None:
            present = _of_the_lesion(text)
        if present is None or claims.uninterpreted:
            finding.list_unreadable(
                "genetics", answer.problem or "no answer to whether the lesion is present"
            )
            present = Tri.UNKNOWN
    add_lesion(finding, lesion, present, test, answer.text)


def _of_the_lesion(text: str) -> Tri | None:
    """What a text says that names no lesion, as the code of the test does: "no fusion", "positive
    (p190)". One transcript that was not found excludes no other.
    """
    if _NO_FUSION.fullmatch(text):
        return Tri.NOT_MET
    bare = _word_without(_FUSION, text)
    if bare in TRUTH:
        return TRUTH[bare]
    return Tri.MET if _word_without(_TRANSCRIPT, text) is Word.POSITIVE else None


def _word_without(noun: re.Pattern[str], text: str) -> Word | None:
    plain = noun.sub(" ", text)
    read = worded(" ".join(plain.split())) if plain != text else None
    return None if read is None else read.word


def _presence(finding: Finding, answer: Answer) -> Tri | None:
    """Whether the lesion was found: by word, or by a level above or equal to nothing; ``None`` if
    not understood.
    """
    level: Tri | None = None
    if "valueQuantity" in finding.data and "value" in finding.data["valueQuantity"]:
        # In a ratio of transcripts the unit does not matter for whether there is any transcript at
        # all.
        value = quantity.interval_of(finding.data["valueQuantity"])
        level = None if isinstance(value, Unclear) else _any(value)
    elif answer.share is not None:
        level = _any(answer.share)
    said = answer.agreed
    if said is None:
        return level
    truth = TRUTH.get(said, Tri.UNKNOWN)
    if level is None or level is truth or level is Tri.UNKNOWN:
        return truth if said in TRUTH else Tri.UNKNOWN
    return Tri.UNKNOWN


def _any(value: Interval) -> Tri | None:
    if value.low is not None and value.low > 0:
        return Tri.MET
    if value.low is not None and value.low < 0:
        return None
    return Tri.NOT_MET if value.high is not None and value.high == 0 else Tri.UNKNOWN


def _karyotype(finding: Finding) -> None:
    """An ISCN formula, or a narrative of chromosomes. Without t(9;22) it excludes nothing."""
    text = finding.text
    if not text:
        if not finding.answer().missing:
            finding.list_unreadable("karyotype", "no text")
        return
    done = GeneticTest(adequate=True, quantitative=False)
    if KARYOTYPE_STRING.search(text):
        lesions = from_karyotype(text)
        if lesions is None:
            finding.list_unreadable("karyotype", "text not understood")
            return
        add_lesion(finding, Lesion.KARYOTYPE, Tri.MET, done, text)
        for lesion in sorted(lesions, key=lambda lesion: lesion.value):
            add_lesion(finding, lesion, Tri.MET, done, text)
        return
    _narrative(finding)


def _narrative(finding: Finding) -> None:
    """Sentences such as "Negative for BCR::ABL1 rearrangement"; what is not understood is
    listed.
    """
    answer = finding.answer()
    text = finding.text
    if answer.missing and not text:
        return
    claims = claims_of(text)
    test = kind_of_test(finding)
    for lesion, present in sorted(claims.found.items(), key=lambda claim: claim[0].value):
        add_lesion(finding, lesion, present, test, text)
    if claims.uninterpreted or not claims.found:
        finding.list_unreadable("genetics", "text not understood")

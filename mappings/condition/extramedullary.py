"""Leukaemia outside marrow and blood as a diagnosis: CNS, testes, other sites (E-17, E-18,
encodings 8.3 and 8.5).
"""

from __future__ import annotations

import re

from mappings.condition.entry import Entry, biopsy_words, evidence_reports, site_words
from mappings.condition.leukaemia_text import is_about_others, is_no_evidence
from mappings.context import clipped
from mappings.terminology import Terminology
from mappings.values.shapes import all_words, string
from relapse.facts import ClinicalStatus, ExtramedullaryDisease, Sex, Site
from relapse.logic import Tri

_CODED = frozenset({"cond-cns-involvement", "cond-testicular-involvement", "cond-t-all-skin"})
_LEUKAEMIC = re.compile(r"leuk[a]?emi|lymphoblast|\ball\b|\bb-?all\b|blast|relapse", re.IGNORECASE)
_CNS = re.compile(
    r"\bcns\b|central nervous|mening|cerebr(?:al|um)|intracranial|\bbrain\b|cranial nerve|"
    r"leptomening|spinal|neuroleuk",
    re.IGNORECASE,
)
_TESTIS = re.compile(r"testic|testis|testes", re.IGNORECASE)
_OVARY = re.compile(r"ovar|uter|vagin|vulv|cervi|fallopian", re.IGNORECASE)
_OTHER = re.compile(
    r"extramedullary|leuk[a]?emia cutis|chloroma|granulocytic sarcoma|"
    r"leuk[a]?emic infiltrat\w+ of (?!bone marrow)|"
    r"(?:skin|breast|renal|kidney|orbit\w*|ocular|retinal|ovarian|lymph node|mediastinal|"
    r"bone)\s+(?:relapse|infiltration|involvement)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:cns|central nervous system|mening\w+|leptomeningeal|testic\w+|testis|testes|"
    r"extramedullary)\s+(?:\w+\s+){0,2}(?:leuk[a]?emi\w+|relapse|involvement|disease|infiltrat\w+)|"
    r"leuk[a]?emi\w*\s+(?:\w+\s+){0,4}(?:mening\w+|cns|central nervous|testic\w+|testis|testes|"
    r"cutis|infiltrat\w+)|neuroleuk|chloroma|"
    r"cranial nerve (?:pals(?:y|ies)|paresis|involvement)\s+(?:due to|from|caused by|by|with|in)\s+"
    r"(?:\w+\s+){0,3}leuk[a]?emi\w*|"
    r"(?:combined|isolated)[^|]{0,40}(?:cns|testicular|extramedullary)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:no|not|without|negative for|never|prophyla\w+|prevent\w+|risk|screening|free of|"
    r"cns-?[12][a-c]?|absence)\b",
    re.IGNORECASE,
)

_SUSPICION = re.compile(
    r"\b(?:suspected|suspicion of|suspicious for|possible|probable|concern for)\b", re.IGNORECASE
)


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code or its words place leukaemia at a site outside the marrow."""
    return bool(terminology.of(code) & _CODED) or bool(_WORDS.search(all_words(code)))


def read(entry: Entry) -> None:
    """Add the sites that the entry names; proven only where the code, the text or a biopsy says
    so.
    """
    text = string(entry.code.get("text")) or entry.text
    if is_about_others(text):
        return  # listed by the reader of diagnoses
    doubtful = not entry.confirmed or is_no_evidence(text) or bool(_NEGATED.search(text))
    if doubtful and not entry.concepts & _CODED and not _suspected(entry, text):
        if not entry.concepts and not entry.confirmed:
            entry.list_unread("leukaemia at another site: not confirmed")
        elif is_no_evidence(text):
            entry.list_unread("leukaemia at another site: the text questions it")
        return
    for site, proven in sorted(_sites(entry, text).items(), key=lambda found: found[0].value):
        entry.context.facts.append(
            ExtramedullaryDisease(
                source=entry.context.source(entry.record.item),
                when=entry.onset,
                text=clipped(entry.name),
                site=site,
                proven=Tri.UNKNOWN if doubtful else proven,
                active=_active(entry),
                recorded=entry.recorded,
                abated=entry.abated,
            )
        )


def _suspected(entry: Entry, text: str) -> bool:
    """Whether a confirmed entry is a suspicion, and nothing else questions it."""
    rest, suspicions = _SUSPICION.subn("", text)
    if not suspicions or not entry.confirmed:
        return False
    return not is_no_evidence(rest) and not _NEGATED.search(rest)


def _active(entry: Entry) -> Tri:
    if "cond-cns-leukemia-remission" in entry.concepts:
        return Tri.NOT_MET
    if entry.clinical_status is ClinicalStatus.REMISSION:
        return Tri.NOT_MET
    return entry.active


def _sites(entry: Entry, text: str) -> dict[Site, Tri]:
    concepts = entry.concepts
    words = f"{text} | {site_words(entry)}"
    leukaemic = bool(_LEUKAEMIC.search(words))
    found: dict[Site, Tri] = {}
    if "cond-cns-leukemia" in concepts or (_CNS.search(words) and leukaemic):
        found[Site.CNS] = Tri.MET
    elif "cond-cns-involvement" in concepts:
        # A metastasis code names no leukaemia: another tumour is as likely.
        found[Site.CNS] = Tri.UNKNOWN
    if _TESTIS.search(words):
        found[Site.TESTIS] = _biopsied(entry, words) if leukaemic else Tri.UNKNOWN
    elif "cond-testicular-involvement" in concepts:
        if _OVARY.search(words):
            found[Site.OTHER] = _biopsied(entry, words) if leukaemic else Tri.UNKNOWN
        elif entry.context.sex is Sex.MALE:
            found[Site.TESTIS] = Tri.UNKNOWN
        else:
            entry.list_unread("a metastasis code that does not name the organ")
    if "cond-t-all-skin" in concepts:
        found[Site.OTHER] = Tri.MET
    elif _OTHER.search(words) and leukaemic and not found:
        found[Site.OTHER] = _biopsied(entry, words)
    return found


def _biopsied(entry: Entry, words: str) -> Tri:
    """Enlargement or a word alone proves nothing (E-18): a biopsy does, by text or by the report
    behind the entry.
    """
    rests_on_report = evidence_reports(entry)
    return Tri.MET if biopsy_words(words) or rests_on_report else Tri.UNKNOWN

"""Spinal fluid, CNS status and testes (E-17, E-18, encodings 8.1, 8.2, 8.4)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from mappings.context import words_of
from mappings.observation.answers import Answer
from mappings.observation.finding import Finding
from mappings.observation.topics import MRD_WORDS
from mappings.values import quantity
from mappings.values.quantity import Unclear
from mappings.values.value_text import Word, is_no_result
from relapse.facts import (
    CnsStatus,
    CnsStatusResult,
    CsfResult,
    TesticularExam,
    TesticularExamination,
)
from relapse.logic import Interval, Tri

_PER_UL = Decimal(1000)  # 10*9/L in cells per microlitre
_RED = re.compile(r"erythrocyt|\brbc|red (?:blood )?cell")
_WHITE = re.compile(r"leu[ck]ocyt|\bwbc|white (?:blood )?cell|white cells|nucleated cells")
_BLASTS = re.compile(r"blasts?\b|leuk[a]?emic|malignant")
_CYTOLOGY = re.compile(r"cytolog|cytospin|morpholog")
_SHARE = re.compile(r"/100|percent|%|\bfraction\b")
_BLAST_TEXT_YES = re.compile(
    r"\s*(?:positive\s+for\s+)?(?:(?:leuk[a]?emic|lympho)?\s*blasts?|leuk[a]?emic cells|"
    r"malignant cells)"
    r"(?:\s+(?:are\s+)?(?:present|seen|identified|detected))\s*\.?\s*|"
    r"\s*positive for (?:(?:leuk[a]?emic\s+|malignant\s+)?(?:lympho)?blasts|"
    r"malignant cells|leuk[a]?emia|"
    r"leuk[a]?emic cells)\s*\.?\s*",
    re.IGNORECASE,
)
_BLAST_TEXT_NO = re.compile(
    r"\s*(?:no\s+(?:leuk[a]?emic\s+|lympho|malignant\s+)?(?:blasts?|"
    r"cells)(?:\s+(?:are\s+)?(?:present|seen|identified|detected))?|"
    r"negative for (?:(?:lympho)?blasts|malignant cells|malignancy|leuk[a]?emia|"
    r"leuk[a]?emic (?:cells|(?:lympho)?blasts)))\s*\.?\s*",
    re.IGNORECASE,
)
_CNS = re.compile(
    r"\s*cns[\s-]*([123])[a-d]?\s*(?:\([^()]{0,60}\)|status|disease|"
    r"[,;:](?!.*(?:\bcns|resol|prior|previous|\bnow\b|\bvs?\b|clear|\?)).{1,60})?\s*\.?\s*",
    re.IGNORECASE,
)
_NORMAL_TESTES = re.compile(
    r"\s*(?:(?:bilaterally\s+)?normal(?:\s+(?:exam(?:ination)?|testes|testicular exam(?:ination)?|"
    r"bilaterally|size|male genitalia))*|"
    r"within normal limits|wnl|unremarkable|no (?:testicular )?(?:enlargement|masses|mass|"
    r"abnormality|abnormalities|swelling)|"
    r"not enlarged|(?:both )?testes (?:are )?normal(?: in size)?)\s*\.?\s*",
    re.IGNORECASE,
)
_OF_ABNORMAL_TESTES = frozenset(
    "painless painlessly firm hard abnormal enlarged swollen bilateral bilaterally unilateral "
    "unilaterally left right both the a mass enlargement swelling indurated induration testis "
    "testes testicle testicles testicular exam examination of in and with is are".split()
)
_LEUKAEMIC_TESTIS = re.compile(
    r"\s*(?:(?:left|right|bilateral)\s+)?(?:"
    r"biops(?:y|ies)[- ](?:proven|confirmed)\s+(?:(?:testicular|left|right|bilateral)\s+)*"
    r"(?:leuk[a]?emi\w*|lymphoblastic|all)(?:\s+(?:infiltrat\w+|relapse|involvement|disease))?|"
    r"(?:testicular\s+)?(?:leuk[a]?emi\w*|lymphoblastic)\s+(?:infiltrat\w+|relapse|involvement)"
    r"(?:\s+of (?:the\s+)?(?:(?:left|right|both)\s+)?test[ie]s)?,?\s*[(]?(?:"
    r"biops(?:y|ies)[- ](?:proven|confirmed)|(?:proven|confirmed) (?:by|on) biopsy)[)]?"
    r")\s*\.?\s*",
    re.IGNORECASE,
)
_SOMETHING_WRONG = re.compile(
    r"abnormal|enlarge|swollen|swelling|mass|firm|hard|indurat", re.IGNORECASE
)


def read_fluid(finding: Finding) -> None:
    """White cells, red cells and blasts of one puncture, each as its own fact."""
    if MRD_WORDS.search(finding.words):
        list_residual_disease(finding)
        return
    parts = [
        replace(finding, code=part.get("code", {}), data=part, component=True)
        for part in finding.components
    ]
    for one in [finding, *parts]:
        _fluid_value(one)


def list_residual_disease(finding: Finding) -> None:
    """Cells that only a cytometer or a PCR sees are no CNS relapse, and no clear fluid either."""
    answer = finding.answer()
    level = None if answer.share is None else answer.share.low
    if answer.agreed is not Word.POSITIVE and (level is None or level <= 0):
        finding.list_unread("residual disease in spinal fluid")
    else:
        finding.list_unreadable("spinal fluid", "residual disease there is not judged")
        finding.context.facts.append(CsfResult(**finding.result(answer.text), blasts=Tri.UNKNOWN))


def _fluid_value(finding: Finding) -> None:
    words = finding.words
    answer = finding.answer()
    if answer.missing:
        return
    if "obs-blasts-csf" in finding.concepts or _BLASTS.search(words) or _CYTOLOGY.search(words):
        blasts = _blasts(finding, answer)
        if blasts is None:
            finding.list_unreadable(
                "blasts in spinal fluid", answer.problem or "value not understood"
            )
            if is_no_result(finding.text):
                return
            blasts = Tri.UNKNOWN
        finding.context.facts.append(CsfResult(**finding.result(answer.text), blasts=blasts))
        return
    red, white = bool(_RED.search(words)), bool(_WHITE.search(words))
    if red == white or _SHARE.search(words):
        return  # a differential count of other cells
    counted = _count(finding)
    if isinstance(counted, Unclear):
        finding.list_unreadable("cells in spinal fluid", counted.reason)
        return
    if red:
        finding.context.facts.append(
            CsfResult(**finding.result(answer.text), erythrocytes_per_ul=counted)
        )
    else:
        finding.context.facts.append(
            CsfResult(**finding.result(answer.text), leukocytes_per_ul=counted)
        )


def _count(finding: Finding) -> Interval | Unclear:
    value = finding.data.get("valueQuantity")
    if value is None:
        return Unclear("no number with a unit")
    counted = quantity.count(value)
    return counted if isinstance(counted, Unclear) else counted.scaled(_PER_UL)


def _blasts(finding: Finding, answer: Answer) -> Tri | None:
    """Whether blasts were seen; a share above nothing or a count above nothing shows them."""
    said = answer.agreed
    level = answer.share
    if level is None and "valueQuantity" in finding.data:
        counted = quantity.count(finding.data["valueQuantity"])
        level = None if isinstance(counted, Unclear) else counted
    by_level: Tri | None = None
    if level is not None:
        by_level = Tri.UNKNOWN
        if level.low is not None and level.low > 0:
            by_level = Tri.MET
        elif level.high == 0:
            by_level = Tri.NOT_MET
    elif answer.problem:
        text = finding.text
        if _BLAST_TEXT_YES.fullmatch(text):
            by_level = Tri.MET
        elif _BLAST_TEXT_NO.fullmatch(text):
            by_level = Tri.NOT_MET
        else:
            return None
    by_word = (
        {Word.POSITIVE: Tri.MET, Word.NEGATIVE: Tri.NOT_MET}.get(said, Tri.UNKNOWN)
        if said
        else None
    )
    if by_level is None or by_word is None:
        return by_word if by_level is None else by_level
    return by_level if by_level is by_word else Tri.UNKNOWN


def read_status(finding: Finding) -> None:
    """The CNS status that a clinician assigned: CNS1 to CNS3."""
    text = finding.text
    if not text or finding.data.get("dataAbsentReason"):
        return
    match = _CNS.fullmatch(text)
    if match is None:
        finding.list_unreadable("CNS status", "value not understood")
        if is_no_result(text):
            return
    status = CnsStatus.UNCLEAR if match is None else CnsStatus(f"CNS{match[1]}")
    finding.context.facts.append(CnsStatusResult(**finding.result(text), status=status))


def read_testes(finding: Finding) -> None:
    """A testicular examination: normal, or enlarged or otherwise abnormal."""
    text = finding.text
    if finding.data.get("dataAbsentReason"):
        return
    if not text:
        return
    if "exam" not in finding.words and not re.search(
        r"testes|testis|testic", words_of(finding.code)
    ):
        return
    if _NORMAL_TESTES.fullmatch(text):
        result = TesticularExam.NORMAL
    elif _SOMETHING_WRONG.search(text) and _OF_ABNORMAL_TESTES.issuperset(
        re.split(r"[\s,]+", text.lower().strip(". "))
    ):
        result = TesticularExam.ABNORMAL
    elif _LEUKAEMIC_TESTIS.fullmatch(text):
        result = TesticularExam.LEUKAEMIC
    else:
        finding.list_unreadable("testicular examination", "value not understood")
        if is_no_result(text):
            return
        result = TesticularExam.UNCLEAR
    finding.context.facts.append(TesticularExamination(**finding.result(text), finding=result))

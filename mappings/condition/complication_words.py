"""Complications in words: which one a text names, and whether it is there, past, or only feared."""

from __future__ import annotations

import re

from relapse.facts import Complication

# Words serve where no code decides: a code of the site's own, or a disease for which no value set
# exists.
_BY_WORDS: tuple[tuple[Complication, re.Pattern[str]], ...] = (
    (
        Complication.VOD,
        re.compile(r"veno-?\s?occlusive|sinusoidal obstruction|\bvod\b|\bvod/sos\b"),
    ),
    (
        Complication.LIVER_DISEASE,
        re.compile(
            r"cirrhosis|nodular regenerative hyperplasia|chronic hepatitis|"
            r"hepatitis [bc]\b(?!.*(?:immun|vaccin))|hepatic failure|liver failure|"
            r"autoimmune hepatitis"
        ),
    ),
    (Complication.GVHD_ACUTE, re.compile(r"\bacute\b.*(?:graft[- ]versus[- ]host|gvhd)|\bagvhd\b")),
    (
        Complication.GVHD_CHRONIC,
        re.compile(r"\bchronic\b.*(?:graft[- ]versus[- ]host|gvhd)|\bcgvhd\b"),
    ),
    (Complication.GVHD_UNSPECIFIED, re.compile(r"graft[- ]versus[- ]host|\bgvhd\b")),
    (
        Complication.INFECTION,
        re.compile(
            r"sepsis|septic|bacter[a]?emia|fung[a]?emia|aspergillosis|pneumonia\b|candid[a]?emia|"
            r"invasive fungal|mucormycosis|cytomegalovirus (?:viremia|infection|disease|"
            r"pneumonitis)|cmv (?:vir[a]?emia|infection|disease)|meningitis(?!.*leuk)|tuberculosis|"
            r"abscess"
        ),
    ),
    (
        Complication.NEUROLOGICAL,
        re.compile(
            r"seizure|epilep|encephalopathy|\bicans\b|"
            r"immune effector cell[- ]associated neurotoxicity|intracranial h[a]?emorrhage|"
            r"cerebral h[a]?emorrhage|\bpres\b|posterior reversible|leuk?oencephalopathy"
        ),
    ),
    (
        Complication.NEUROLOGICAL,
        re.compile(
            r"\bstroke\b|cerebral infarction|cerebrovascular accident|sinus(?: vein)? thrombosis"
        ),
    ),
    (
        Complication.HEART_FAILURE,
        re.compile(r"heart failure|cardiomyopathy|left ventricular (?:systolic )?dysfunction"),
    ),
    (
        Complication.THROMBOSIS,
        re.compile(
            r"thrombosis|pulmonary embol|thromboembol|myocardial infarction|\bstroke\b|"
            r"cerebral infarction|peripheral arterial (?:occlusi|disease)|coronary artery disease|"
            r"angina"
        ),
    ),
    (Complication.PREGNANCY, re.compile(r"\bpregnan(?:t|cy)\b")),
    (
        Complication.GILBERT_OR_HAEMOLYSIS,
        re.compile(r"gilbert|h[a]?emolytic an[a]?emia|h[a]?emolysis"),
    ),
    (
        Complication.INFLAMMATORY,
        re.compile(
            r"rheumatoid arthritis|lupus erythematosus|crohn|ulcerative colitis|vasculitis|"
            r"juvenile idiopathic arthritis|\bstill'?s disease|h[a]?emophagocytic|"
            r"multiple sclerosis|autoimmune (?:disease|disorder)|inflammatory bowel disease|"
            r"psoriatic arthritis|ankylosing spondylitis|myositis|sarcoidosis"
        ),
    ),
    (
        Complication.SYMPTOMATIC_SPREAD,
        re.compile(
            r"(?:bone pain|painful bone lesion|cranial nerve palsy|cord compression|"
            r"pathological fracture)[^|]*(?:leuk[a]?emi|\ball\b)|(?:leuk[a]?emi|"
            r"\ball\b)[^|]*(?:bone pain|painful bone lesion|cranial nerve palsy|cord compression|"
            r"pathological fracture)"
        ),
    ),
)
# Diseases without a value set of their own: their words count beside any code.
WORDS_ALWAYS = frozenset(
    {Complication.GILBERT_OR_HAEMOLYSIS, Complication.INFLAMMATORY, Complication.SYMPTOMATIC_SPREAD}
)
ANY_WORD = re.compile("|".join(pattern.pattern for _, pattern in _BY_WORDS))
NOT_PRESENT = re.compile(
    r"\b(?:no|not|without|negative|rule[d]? out|r/o|risk|prophyla\w+|prevention|screening|"
    r"suspected|possible|probable|exposure|vaccin\w*|"
    r"immunization|family|encounter for|concern|test(?:ing)?|counsel\w*|planning|desires?|"
    r"febrile neutropenia without|exclude[ds]?)\b|\?"
)
PAST = re.compile(r"\b(?:history of|h/o|hx of|past|previous|prior|status post|s/p)\b")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_GRADE = re.compile(
    r"\b(?:grade|stage)\s*[:=]?\s*(iv|iii|ii|i|[0-4])\b(?!\s*[-/]\s*(?:iv|iii|ii|i|[0-4])\b)"
)


def named(words: str) -> set[Complication]:
    found: set[Complication] = set()
    for kind, pattern in _BY_WORDS:
        if pattern.search(words):
            found.add(kind)
    if found & {Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC}:
        found.discard(Complication.GVHD_UNSPECIFIED)
    if "cns prophylaxis" in words:
        found.discard(Complication.NEUROLOGICAL)
    return found


_GROUPS = (
    frozenset({Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC, Complication.GVHD_UNSPECIFIED}),
    frozenset({Complication.VOD, Complication.LIVER_DISEASE}),
    frozenset(
        {
            Complication.NEUROLOGICAL,
            Complication.THROMBOSIS,
            Complication.INFECTION,
            Complication.HEART_FAILURE,
            Complication.PREGNANCY,
        }
    ),
)


def same_group(kind: Complication) -> frozenset[Complication]:
    """Kinds among which a code's choice is not added to by words: a code of acute GVHD settles
    which GVHD it is.
    """
    return next((group for group in _GROUPS if kind in group), frozenset({kind}))


def grade_of(words: str) -> int | None:
    grades = {
        _ROMAN.get(match[1]) or int(match[1])
        for match in _GRADE.finditer(words)
        if match[1] in _ROMAN or match[1].isdigit()
    }
    return grades.pop() if len(grades) == 1 else None

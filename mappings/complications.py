"""Complications and comorbidities (E-29), and states that tell of earlier treatment: transplant, CAR-T cells."""

from __future__ import annotations

import re

from mappings.condition_entry import Entry
from mappings.context import clipped
from mappings.leukaemia_text import is_about_others
from mappings.shapes import all_words, string, text_of
from mappings.terminology import Terminology
from relapse.facts import (
    CarTInfusion,
    CarTProduct,
    Complication,
    ComplicationEntry,
    Donor,
    Transplant,
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
# Words serve where no code decides: a code of the site's own, or a disease for which no value set exists.
_BY_WORDS: tuple[tuple[Complication, re.Pattern[str]], ...] = (
    (
        Complication.VOD,
        re.compile(r"veno-?\s?occlusive|sinusoidal obstruction|\bvod\b|\bvod/sos\b"),
    ),
    (
        Complication.LIVER_DISEASE,
        re.compile(
            r"cirrhosis|nodular regenerative hyperplasia|chronic hepatitis|hepatitis [bc]\b(?!.*(?:immun|vaccin))|hepatic failure|liver failure|autoimmune hepatitis"
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
            r"sepsis|septic|bacter[a]?emia|fung[a]?emia|aspergillosis|pneumonia\b|candid[a]?emia|invasive fungal|mucormycosis|cytomegalovirus (?:viremia|infection|disease|pneumonitis)|cmv (?:vir[a]?emia|infection|disease)|meningitis(?!.*leuk)|tuberculosis|abscess"
        ),
    ),
    (
        Complication.NEUROLOGICAL,
        re.compile(
            r"seizure|epilep|encephalopathy|\bicans\b|immune effector cell[- ]associated neurotoxicity|intracranial h[a]?emorrhage|cerebral h[a]?emorrhage|\bpres\b|posterior reversible|leuk?oencephalopathy"
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
            r"thrombosis|pulmonary embol|thromboembol|myocardial infarction|\bstroke\b|cerebral infarction|peripheral arterial (?:occlusi|disease)|coronary artery disease|angina"
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
            r"rheumatoid arthritis|lupus erythematosus|crohn|ulcerative colitis|vasculitis|juvenile idiopathic arthritis|\bstill'?s disease|h[a]?emophagocytic|multiple sclerosis|autoimmune (?:disease|disorder)|inflammatory bowel disease|psoriatic arthritis|ankylosing spondylitis|myositis|sarcoidosis"
        ),
    ),
    (
        Complication.SYMPTOMATIC_SPREAD,
        re.compile(
            r"(?:bone pain|painful bone lesion|cranial nerve palsy|cord compression|pathological fracture)[^|]*(?:leuk[a]?emi|\ball\b)|(?:leuk[a]?emi|\ball\b)[^|]*(?:bone pain|painful bone lesion|cranial nerve palsy|cord compression|pathological fracture)"
        ),
    ),
)
# Diseases without a value set of their own: their words count beside any code.
_WORDS_ALWAYS = frozenset(
    {Complication.GILBERT_OR_HAEMOLYSIS, Complication.INFLAMMATORY, Complication.SYMPTOMATIC_SPREAD}
)
_ANY_WORD = re.compile("|".join(pattern.pattern for _, pattern in _BY_WORDS))
_NOT_PRESENT = re.compile(
    r"\b(?:no|not|without|negative|rule[d]? out|r/o|risk|prophyla\w+|prevention|screening|suspected|possible|probable|exposure|vaccin\w*|"
    r"immunization|family|encounter for|concern|test(?:ing)?|counsel\w*|planning|desires?|febrile neutropenia without|exclude[ds]?)\b|\?"
)
_PAST = re.compile(r"\b(?:history of|h/o|hx of|past|previous|prior|status post|s/p)\b")
_CNS_LEUKAEMIA = frozenset({"cond-cns-involvement"})
_AFTER_TRANSPLANT = frozenset({"status-post-allo-or-auto-hsct", "complication-of-hsct"})
_TRANSPLANT_WORDS = re.compile(
    r"(?:stem cell|bone marrow|hematopoietic|haematopoietic)[^|]*transplant|\bhsct\b|\ballo-?sct\b|\bbmt\b"
)
_ALLOGENEIC = re.compile(
    r"allogen|\ballo\b|\ballo-|unrelated donor|sibling donor|haploidentical|\bmud\b|cord blood"
)
_AUTOLOGOUS = re.compile(r"autolog|\bauto-")
_CAR_T_WORDS = re.compile(r"\bcar[- ]?t\b|chimeric antigen receptor")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_GRADE = re.compile(
    r"\b(?:grade|stage)\s*[:=]?\s*(iv|iii|ii|i|[0-4])\b(?!\s*[-/]\s*(?:iv|iii|ii|i|[0-4])\b)"
)
_CLEAR_STATUS = re.compile(
    r"(?:z94|transplant)[^|]*(?:status|history|s/p|status post)|(?:status post|s/p|history of)[^|]*transplant|transplant recipient"
)


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code or its words name a complication, or a state after transplant or CAR-T cells."""
    concepts = terminology.of(code)
    if (
        any(name in concepts for name in _BY_CONCEPT)
        or concepts & _AFTER_TRANSPLANT
        or "history-car-t" in concepts
    ):
        return True
    words = all_words(code).lower()
    return bool(
        _ANY_WORD.search(words) or _CLEAR_STATUS.search(words) or _CAR_T_WORDS.search(words)
    )


def read(entry: Entry) -> None:
    """Add the complications that an entry names. What was never sure is no complication of this patient."""
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
    denied = bool(_NOT_PRESENT.search(own_text or words))
    if not denied:
        for kind in _named(words):
            if kind in _WORDS_ALWAYS or not kinds & _same_group(kind):
                kinds.add(kind)
    elif kinds and own_text and _NOT_PRESENT.search(own_text) and _named(own_text):
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
                grade=_grade(words)
                if kind in (Complication.GVHD_ACUTE, Complication.GVHD_UNSPECIFIED)
                else None,
                recorded=entry.recorded,
                abated=entry.abated,
            )
        )
    if not denied:
        _after_treatment(entry, words)


def _active(entry: Entry, words: str) -> Tri:
    """An entry that calls itself past is not active, whatever its status: it stays "active" on the problem list."""
    return Tri.NOT_MET if _PAST.search(words) and entry.active is not Tri.NOT_MET else entry.active


def _named(words: str) -> set[Complication]:
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


def _same_group(kind: Complication) -> frozenset[Complication]:
    """Kinds among which a code's choice is not added to by words: a code of acute GVHD settles which GVHD it is."""
    return next((group for group in _GROUPS if kind in group), frozenset({kind}))


def _grade(words: str) -> int | None:
    grades = {
        _ROMAN.get(match[1]) or int(match[1])
        for match in _GRADE.finditer(words)
        if match[1] in _ROMAN or match[1].isdigit()
    }
    return grades.pop() if len(grades) == 1 else None


def _after_treatment(entry: Entry, words: str) -> None:
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
    if "history-car-t-specific" in entry.concepts:
        entry.context.facts.append(
            CarTInfusion(
                source=source,
                when=entry.onset,
                text=text,
                product=CarTProduct.UNKNOWN,
                cd19_directed=Tri.MET,
            )
        )
    elif _CAR_T_WORDS.search(words) and re.search(
        r"history of|s/p|status post|received|after|following", words
    ):
        entry.list_unread("words on CAR-T cells without a code")
    elif (
        "history-car-t" in entry.concepts
        and not re.search(r"z92\.?858", words)
        and "other cellular" not in words
    ):
        entry.list_unread("a history of cellular therapy that does not name CAR-T cells")

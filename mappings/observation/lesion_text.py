"""Genetic lesions in words and in karyotype formulas (ISCN)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from relapse.facts import Lesion
from relapse.logic import Tri

T315I = re.compile(r"t315i|thr315ile", re.IGNORECASE)
REARRANGEMENT = re.compile(r"rearrang|fusion|transloc|kmt2a-?r\b|split|break")
KARYOTYPE_STRING = re.compile(r"\d{2}(?:\s*[~-]\s*\d{2,3})?\s*(?:<[^>]*>)?\s*,\s*(?:X|Y)", re.ASCII)
_PH = (
    r"bcr\s*(?:::|-|/|_)?\s*abl1?|t\(9;\s*22\)|philadelphia|\bph\s*\+|"
    r"\bph1?[ -](?:chromosome|positive|negative)"
)
_NAMES: tuple[tuple[Lesion, re.Pattern[str]], ...] = (
    (
        Lesion.PH_LIKE,
        re.compile(
            r"\bph-?\s*like|(?:bcr\s*(?:::|-|/|_)?\s*abl1?|"
            r"philadelphia(?: chromosome)?)\s*-?\s*like|abl-?class|\bcrlf2\b|\bjak2\b|\bepor\b|"
            r"\babl2\b|\bpdgfrb\b"
        ),
    ),
    (Lesion.T315I, T315I),
    (Lesion.BCR_ABL1, re.compile(_PH)),
    (
        Lesion.KMT2A,
        re.compile(
            r"\bkmt2a|\bmll\b|11q23|t\((?:4;\s*11|11;\s*19|9;\s*11|6;\s*11|10;\s*11|1;\s*11)\)"
        ),
    ),
    (Lesion.TCF3_HLF, re.compile(r"tcf3\s*(?:::|-|/)\s*hlf|e2a\s*(?:::|-|/)\s*hlf|t\(17;\s*19\)")),
    (Lesion.IAMP21, re.compile(r"\biamp21|intrachromosomal amplification of chromosome 21")),
    (
        Lesion.ETV6_RUNX1,
        re.compile(r"etv6\s*(?:::|-|/)\s*runx1|tel\s*(?:::|-|/)\s*aml1|t\(12;\s*21\)"),
    ),
    (Lesion.TP53, re.compile(r"\btp53\b")),
    (Lesion.IKZF1, re.compile(r"\bikzf1\b|\bikaros\b")),
    (Lesion.HYPODIPLOID, re.compile(r"hypodiploid")),
    (Lesion.HYPERDIPLOID, re.compile(r"hyperdiploid")),
)
_PH_LIKE_FORM = re.compile(
    r"(?:\bph|bcr\s*(?:::|-|/|_)?\s*abl1?|philadelphia(?: chromosome)?)\s*-?\s*like", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:no|not|negative|absent|absence|without|none|neither|nor|undetected|non-detected|never)\b"
)
_AFFIRMATION = re.compile(
    r"\b(?:detected|positive|present|identified|found|seen|rearranged|harbou?rs?|shows?|with)\b|"
    r"\bph1?\s*\+"
)
_DOUBT = re.compile(
    r"\b(?:previous(?:ly)?|prior|history|possible|probable|suspected|pending|equivocal|"
    r"indeterminate|inconclusive|cannot|"
    r"insufficient|failed|failure|recommend(?:ed)?|if|suggest(?:s|ive)?|rule out|versus|vs|except|"
    r"however|unless|lost|loss|"
    r"polymorphism|vus|uncertain|germline|test(?:ed|ing)|performed|sent|ordered|"
    r"for)\b(?<!negative for)(?<!positive for)"
)
_BANDS = r"\((?:[pq][\d.]+[;,]?\s*)+\)"
_INSIDE_FORMULA = re.compile(rf"(?<=\)){_BANDS}")
"""The bands of a translocation, "t(9;22)(q34;q11)": they name no lesion."""
_CLAUSES = re.compile(r"[.;\n~](?:\s|$)(?!\s*\d+\))|;(?!\s*\d+[;)])|[~\n]|\bbut\b")
"""What parts one statement from the next; not the semicolon of a translocation."""
_FAILED = re.compile(
    r"fail|insufficient|no (?:growth|metaphase|mitos)|inadequate|unsuccessful|not? (?:analy|"
    r"evaluable)",
    re.IGNORECASE,
)
_KINASE_NEGATIVE = re.compile(
    r"\bno\b.*\b(?:kinase domain|abl1)\b.*\bmutations?\b|\bkinase domain\b.*\b(?:not detected|"
    r"negative)\b"
)


@dataclass(slots=True)
class Claims:
    """What a text says of each lesion that it names."""

    found: dict[Lesion, Tri] = field(default_factory=dict)
    uninterpreted: bool = False

    def of(self, lesion: Lesion) -> Tri | None:
        return self.found.get(lesion)

    def add(self, lesion: Lesion, present: Tri) -> None:
        if self.found.setdefault(lesion, present) is not present:
            self.found[lesion] = Tri.UNKNOWN


def lesions_named(words: str) -> set[Lesion]:
    """The lesions that words name; "Ph-like" and "BCR::ABL1-like" are not BCR::ABL1."""
    words = words.lower()
    named = {lesion for lesion, pattern in _NAMES if pattern.search(words)}
    if Lesion.BCR_ABL1 in named and not re.search(_PH, _PH_LIKE_FORM.sub(" ", words)):
        named.discard(Lesion.BCR_ABL1)
    return named


def claims_of(text: str) -> Claims:
    """Reads each clause that names a lesion: found, not found, or, with any word of doubt, not
    interpreted.
    """
    claims = Claims()
    for clause in _CLAUSES.split(_INSIDE_FORMULA.sub("", text.lower()[:2000])):
        named = lesions_named(clause)
        if (
            _KINASE_NEGATIVE.search(clause)
            and not _DOUBT.search(clause)
            and Lesion.T315I not in named
        ):
            claims.add(Lesion.T315I, Tri.NOT_MET)
            continue
        if not named:
            continue
        negated, affirmed = bool(_NEGATION.search(clause)), bool(_AFFIRMATION.search(clause))
        if _DOUBT.search(clause) or not (negated or affirmed) or clause.count(" not ") > 1:
            claims.uninterpreted = True
            for lesion in named:
                claims.add(lesion, Tri.UNKNOWN)
            continue
        if negated and re.search(r"\bpositive\b", clause):
            # "Positive for A, negative for B" in one clause: which is which is not guessed.
            claims.uninterpreted = True
            for lesion in named:
                claims.add(lesion, Tri.UNKNOWN)
            continue
        for lesion in named:
            claims.add(lesion, Tri.NOT_MET if negated else Tri.MET)
    return claims


def from_karyotype(text: str) -> set[Lesion] | None:
    """Lesions that a karyotype formula shows; ``None`` where the study failed or words surround the
    formula.
    """
    if _FAILED.search(text) or re.search(
        r"\b(?:no|not|negative|without|previous(?:ly)?|prior|formerly|history|donor|constitutional)\b",
        text.lower(),
    ):
        return None
    plain = text.lower()
    named: set[Lesion] = {
        lesion
        for lesion in lesions_named(plain)
        if lesion
        in (Lesion.BCR_ABL1, Lesion.KMT2A, Lesion.TCF3_HLF, Lesion.ETV6_RUNX1, Lesion.IAMP21)
    }
    for clone in re.split(r"/", text):
        count = re.match(r"\s*(\d{2})\s*(?:[~-]\s*(\d{2}))?\s*(?:<[^>]*>)?\s*,\s*[XY]", clone)
        if count is None:
            continue
        low, high = int(count[1]), int(count[2] or count[1])
        if high < 44:
            named.add(Lesion.HYPODIPLOID)
        elif 51 <= low and high <= 67:
            named.add(Lesion.HYPERDIPLOID)
    return named

"""What an Observation is about, from the codes and the words of its code.

Codes come first. Words decide where a laboratory uses codes of its own, which is the rule for CD19
on blasts, MRD, CNS status and much else. Anything that neither names is no business of this service
and is dropped without a word.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import partial

from mappings.context import Context, words_of
from mappings.terminology import Terminology
from mappings.values import other_languages
from mappings.values.shapes import Json, objects


class Topic(Enum):
    BLASTS = auto()
    MRD = auto()
    ANTIGEN = auto()
    PHENOTYPE = auto()
    GENETICS = auto()
    DISEASE_STATUS = auto()
    SPINAL_FLUID = auto()
    CNS_STATUS = auto()
    TESTES = auto()
    LIVER_OR_COUNT = auto()
    QT = auto()
    PREGNANCY = auto()
    VIRUS = auto()
    IMMUNOGLOBULIN = auto()
    CHIMERISM = auto()
    PERFORMANCE = auto()
    DONOR = auto()
    PERHAPS_MRD = auto()
    """A code that serves residual disease and others, without words that say which."""
    PERHAPS_ANTIGEN = auto()
    """CD19 or CD22 by name alone: perhaps on leukaemic cells, perhaps a count of B cells."""
    OTHER_LANGUAGE = auto()
    """Blasts or residual disease in words of a language that is not read: listed."""
    MARROW_REPORT = auto()
    """A report in words, filed as a result: never read, but listed where it says more."""
    NO_SYSTEM = auto()
    """A code of ours without its system, without telling words: never read, but listed."""


BY_CONCEPT = {
    "obs-cd22-blasts": Topic.ANTIGEN,
    "obs-blasts-marrow": Topic.BLASTS,
    "obs-blasts-blood": Topic.BLASTS,
    "obs-blasts-csf": Topic.SPINAL_FLUID,
    "obs-mrd-ngs": Topic.MRD,
    "obs-mrd-text-needed": Topic.PERHAPS_MRD,
    "obs-immunophenotype-report": Topic.PHENOTYPE,
    "obs-bcr-abl1": Topic.GENETICS,
    "obs-abl1-kinase-mutation": Topic.GENETICS,
    "obs-karyotype": Topic.GENETICS,
    "obs-marrow-report": Topic.MARROW_REPORT,
    "obs-variant-assessment": Topic.GENETICS,
    "obs-disease-status": Topic.DISEASE_STATUS,
    "obs-bilirubin-total": Topic.LIVER_OR_COUNT,
    "obs-alt": Topic.LIVER_OR_COUNT,
    "obs-ast": Topic.LIVER_OR_COUNT,
    "obs-wbc": Topic.LIVER_OR_COUNT,
    "obs-qt-corrected": Topic.QT,
    "obs-pregnancy-test": Topic.PREGNANCY,
    "obs-hbv-infection": Topic.VIRUS,
    "obs-ecog": Topic.PERFORMANCE,
    "obs-karnofsky": Topic.PERFORMANCE,
    "obs-lansky": Topic.PERFORMANCE,
    "obs-performance-status": Topic.PERFORMANCE,
}
# Without a published code: only a site's own mapping gives them (`mappings.overlay`). What such a
# code, or the one for CD22 on blasts, says comes before any word beside it.
_BEFORE_WORDS = {
    "obs-cd19-blasts": Topic.ANTIGEN,
    "obs-cd22-blasts": Topic.ANTIGEN,
    "obs-t315i": Topic.GENETICS,
    "obs-kmt2a": Topic.GENETICS,
    "obs-csf-leukocytes": Topic.SPINAL_FLUID,
    "obs-csf-erythrocytes": Topic.SPINAL_FLUID,
    "obs-cns-status": Topic.CNS_STATUS,
    "obs-testicular-exam": Topic.TESTES,
    "obs-hbv-core": Topic.VIRUS,
    "obs-hcv": Topic.VIRUS,
    "obs-hiv": Topic.VIRUS,
    "obs-igg": Topic.IMMUNOGLOBULIN,
    "obs-chimerism": Topic.CHIMERISM,
    "obs-donor": Topic.DONOR,
}
# Codes whose denominator is all cells, or whose meaning is another one: never read, whatever the
# words say.
NEVER = frozenset(
    {
        "obs-cd19-all-cells",
        "obs-cd22-all-cells",
        "obs-cd22-blast-count",
        "obs-cd20",
        "obs-bilirubin-direct",
    }
)

_ANY = re.compile(
    r"blast|mrd\b|residual|clonoseq|ballm\b|\ballm\b|cd\s*-?19|cd\s*-?22|phenotyp|flow cyto|bcr|"
    r"abl1?\b|philadelphia|"
    r"t\(9|kmt2a|mll\b|t315i|thr315|ph-like|ph like|karyotyp|cytogen|chromosom|crlf2|tp53|ikzf1|"
    r"iamp21|hlf|ploid|etv6|"
    r"spinal|csf\b|cns\b|central nervous|testic|testis|testes|qtc|hepatitis|hbv|hcv|hiv\b|"
    r"immunodeficiency|igg\b|"
    r"immunoglobulin g|chimeri|ecog|karnofsky|lansky|disease status|disease progression|remission|"
    r"pregnan|hcg|"
    r"choriogonadotropin|donor|bilirubin|aminotransferase|\balt\b|\bast\b|sgpt|sgot|"
    r"^wbc|^leu[ck]ocytes|^white |r[ée]siduelle|malattia|resterkrankung|restziekte",
)
MRD_WORDS = re.compile(
    r"\bb?-?mrd\b|minimal[ -]+residual|measurable[ -]+residual|minimum residual|residual disease|"
    r"clonoseq|\bballm\b|\ballm\b"
)
_MARKER = re.compile(r"\bcd\s*-?(?:19|22)\b")
# Not "CD19 cells", "CD19+ B cells", "CD3-CD19+": those are counts of lymphocytes.
_MARKER_ALONE = re.compile(
    r"^cd\s*-?(?:19|22)(?:\s*[,(]?\s*(?:flow|facs|ihc|immuno)[^|]*)?$|"
    r"\bcd\s*-?(?:19|22)\b[^|]*(?:expression|antigen\b|leuk[aä]e?mie)"
)
ON_BLASTS = re.compile(
    r"blast|leuk[a]?emi[ac]|tumou?r cells|neoplastic|malignant|abnormal (?:b|cells|population|"
    r"lymph)"
)
BLAST_WORDS = re.compile(r"\b(?:lympho)?blasts?\b")
_OTHER_MARKER = re.compile(r"\bcd\s*-?\d+|\btdt\b|\bhla")
SPINAL = re.compile(r"cerebro\s*-?spinal|spinal fluid|\bcsf\b")
CELLS_IN_FLUID = re.compile(
    r"leu[ck]ocyt|\bwbc|white (?:blood )?cell|white cells|erythrocyt|\brbc|red (?:blood )?cell|"
    r"nucleated cells|"
    r"blasts?\b|leuk[a]?emic|cytolog|malignant|cytospin|cell count"
)
_GENETIC = re.compile(
    r"bcr\s*(?:::|-|/|_)?\s*abl|philadelphia|t\(9;\s*22\)|kmt2a|\bmll\b|t315i|thr315|\bph-?\s*like|"
    r"abl1? kinase|"
    r"karyotyp|cytogen|chromosome (?:analysis|study)|crlf2|tp53|ikzf1|iamp21|tcf3|hypodiploid|"
    r"hyperdiploid|etv6|"
    r"\bdna index|\bploidy"
)
VIRUS = re.compile(
    r"hepatitis b|\bhbv\b|\bhbsag\b|hepatitis c|\bhcv\b|\bhiv\b|human immunodeficiency",
)
_IGG = re.compile(
    r"^(?:igg|immunoglobulin g)\b(?!.*(?:\bab\b|antibod|virus|subclass|igg\s*[1-4]|allergen|index|"
    r"ratio|synthesis))"
)
CHIMERISM = re.compile(r"chimeri[sc]")
_TESTES = re.compile(r"testic|\btestis\b|\btestes\b|scrotal exam")
_PREGNANCY = re.compile(
    r"pregnancy (?:test|status)|\bhcg\b|choriogonadotropin|gonadotropin.*chorionic"
)
_PERFORMANCE = re.compile(r"\becog\b|karnofsky|lansky")
_QT = re.compile(r"\bqtc\s*-?f?\b|q-?t interval corrected|corrected q-?t|fridericia")
_DONOR = re.compile(
    r"\bdonor\b.*(?:search|identif|match|availab|status)|(?:matched|haploidentical).*donor"
)
_DISEASE_STATUS = re.compile(
    r"cancer disease status|leuk[a]?emia (?:disease )?(?:status|response)|disease status|"
    r"response to (?:induction|treatment|therapy)|"
    r"remission status"
)
_WHITE_CELLS = re.compile(
    r"^(?:wbc|leu[ck]ocytes|white (?:blood )?cells?)(?: count)?(?: \[#/volume\])?"
    r"(?:,? (?:count|in blood(?: by .*)?|blood))?(?: \|.*)?$"
)
_LIVER = re.compile(
    r"^(?!.*(?:fluid|urine|direct|conjugated|ratio|antigen))"
    r"(?:(?:total bilirubin|bilirubin[,.]? ?total)\b|bilirubin$|.*(?:\balt\b|\bast\b|a(?:lanine|"
    r"spartate) (?:amino)?transferase))"
)


def topic_of(context: Context, code: object) -> Topic | None:
    """What an Observation or component with this code is about."""
    return context.topics.decide(code, partial(_decide, context.terminology))


def _decide(terminology: Terminology, code: object) -> Topic | None:
    concepts = terminology.of(code)
    words = words_of(code)
    if concepts & NEVER:
        return None
    for name, topic in _BEFORE_WORDS.items():
        if name in concepts:
            return topic
    by_words = _by_words(words) if _ANY.search(words) else None
    if by_words is Topic.MRD:
        # "MRD by flow" under the general code for abnormal cells, but also under a transcript
        # ratio.
        return Topic.MRD
    for name, topic in BY_CONCEPT.items():
        if name in concepts:
            return topic
    if by_words is None and terminology.lacks_system(code, "obs-"):
        return Topic.NO_SYSTEM
    return by_words


def _by_words(words: str) -> Topic | None:
    if MRD_WORDS.search(words):
        return Topic.MRD
    if SPINAL.search(words):
        return Topic.SPINAL_FLUID if CELLS_IN_FLUID.search(words) else None
    if _MARKER.search(words):
        if ON_BLASTS.search(words):
            return Topic.ANTIGEN
        return Topic.PERHAPS_ANTIGEN if _MARKER_ALONE.search(words) else None
    if _GENETIC.search(words):
        return Topic.GENETICS
    for pattern, topic in _ORDERED:
        if pattern.search(words):
            return topic
    if BLAST_WORDS.search(words) and not _OTHER_MARKER.search(words):
        return Topic.BLASTS
    return Topic.OTHER_LANGUAGE if other_languages.names_result(words) else None


_ORDERED = (
    (
        re.compile(
            r"\bcns status|central nervous system status|cns (?:disease )?(?:status|classification|"
            r"stage)"
        ),
        Topic.CNS_STATUS,
    ),
    (_TESTES, Topic.TESTES),
    (
        re.compile(r"immunophenotyp|flow cytometry.*(?:panel|report|blast|leuk[a]?em)"),
        Topic.PHENOTYPE,
    ),
    (_DISEASE_STATUS, Topic.DISEASE_STATUS),
    (_PERFORMANCE, Topic.PERFORMANCE),
    (CHIMERISM, Topic.CHIMERISM),
    (VIRUS, Topic.VIRUS),
    (_IGG, Topic.IMMUNOGLOBULIN),
    (_QT, Topic.QT),
    (_PREGNANCY, Topic.PREGNANCY),
    (_DONOR, Topic.DONOR),
    (_LIVER, Topic.LIVER_OR_COUNT),
    (_WHITE_CELLS, Topic.LIVER_OR_COUNT),
)


def matters(context: Context, resource: Json) -> bool:
    """Whether the Observation itself or any component is about anything that is read here."""
    if topic_of(context, resource.get("code")) is not None:
        return True
    parts = resource.get("component")
    return bool(parts) and (
        any(topic_of(context, part.get("code")) for part in objects(parts))
        or studies_a_gene(context, resource)
    )


def studies_a_gene(context: Context, resource: Json) -> bool:
    """Whether a component names, by words that matter here, the gene that was studied."""
    return any(
        "obs-gene-studied" in context.concepts(part.get("code"))
        and _GENETIC.search(words_of(part.get("valueCodeableConcept")))
        for part in objects(resource.get("component"))
    )

"""Leukaemia in words: which disease, lineage and phase a problem-list text names.

Two readings. `diagnosis_of` decides whether words *alone* are an unmistakable diagnosis: every word
of the text has to be known, because the one that is not could be "mother" or "rule out".
`details_of` adds what the words say to a diagnosis that a code has already made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from relapse.facts import Disease, Lineage, Phase
from relapse.logic import Tri

_NOT_EVIDENCE = re.compile(
    r"\b(?:rule[ds]?[ -]?out|r/o|family|mother|father|brother|sister|sibling|parent|uncle|aunt|"
    r"cousin|grand\w+|maternal|paternal|"
    r"donor|screening|screen|h/o|hx|personal history|history of|past history|at risk|risk of|"
    r"risk for|exclude[ds]?|"
    r"suspected|suspicion|suspicious|possible|possibly|probable|probably|query|concern|worried|"
    r"no evidence|without evidence|"
    r"differential|versus|vs|negative for|carrier|predisposition|counsel\w*|education|study|"
    r"trial)\b|\?",
    re.IGNORECASE,
)
# A relative who gave the graft is no relative who has the disease.
_FAMILY = re.compile(
    r"\bfamily (?:history|hx)\b|\bfam hx\b|\b(?:mother|father|brother|sister|sibling|parent|uncle|"
    r"aunt|cousin|grand\w+)\b"
    r"(?!\W+(?:\w+\W+){0,3}(?:donor|transplant|hsct|bmt|graft|allo|stem))|\bdonor (?:for|to)\b",
    re.IGNORECASE,
)
_QUESTIONED = re.compile(
    r"\b(?:rule[ds]?[ -]?out|r/o|suspected|suspicion|suspicious|possible|possibly|probable|"
    r"probably|query|exclude[ds]?|differential|"
    r"versus|vs|screening|concern for)\b|\?",
    re.IGNORECASE,
)
# Also in the languages whose words for it differ by a few letters, accents composed or not.
# "ALL" is an everyday word too: it and its Romance forms only in capitals, and only where the words
# end with it or a word of the disease stands beside it. " | " parts text and displays.
MENTIONS_LEUKAEMIA = re.compile(
    r"leu[kc](?:a?e\u0301?|ä|a\u0308|æ|é)mi|l[iy][mn](?:ph|f)obl(?:a\u0301?|á)st|"
    r"\bb-?all\b|\bt-all\b|\bbcp-?all\b|\bph\+?\s*all\b|\bcall\b|burkitt|"
    r"\b(?:(?:pre-?)?[bt][- ])(?-i:LLA|LAL)\b|\b(?-i:LLA|LAL)[- ]?[bt]\b|"
    r"\b(?-i:ALL|LLA|LAL)\b(?:\W*$|\s*\||"
    r"\W+(?:[ie]n\s+)?(?:(?:first|second|third|early|late|isolated|\d\w{0,2})\W+)?"
    r"(?:r(?:e\u0301?|é)(?:laps|curr|fra[ck]t|miss|misi|zidi|cidi|chut|ca[ií]d|cai\u0301d)|"
    r"ricad|cr\s?\d|pre-?b|pro-?b|[bt]-(?:cell|lineage)|l[123]\b|s/p|(?:19|20)\d\d\b))|"
    r"\b(?:relapsed|refractory|common|childhood|pa?ediatric|pre-?b|pro-?b|[bt][ -]cell)"
    r"\W+(?-i:ALL)\b",
    re.IGNORECASE,
)

_ALL = (
    r"(?:acute\s+(?:b[- ]?(?:cell\s+)?|t[- ]?(?:cell\s+)?)?(?:precursor\s+)?(?:lymphoblastic|"
    r"lymphoid|lymphocytic)\s+leuk[a]?emia|"
    r"(?:precursor\s+|pre[- ]?)?(?:b|"
    r"t)[- ]?(?:cell\s+)?(?:precursor\s+)?(?:acute\s+)?lymphoblastic\s+leuk[a]?emia|"
    r"lymphoblastic\s+leuk[a]?emia|\bbcp[- ]all\b|\b(?:b|t)-all\b|\bpre-?b[- ]all\b|\bbcp-?all\b|"
    r"\bc-all\b|\bph[+-]\s*all\b)"
)
_IS_ALL = re.compile(_ALL, re.IGNORECASE)
_FILLER = re.compile(
    r"[\s,;:()\[\]/.–—-]+|\b(?:all|b-?all|bcp-?all|b|t|cell|lineage|precursor|pre-?b|pro-?b|common|"
    r"early|late|very|null|acute|adult|"
    r"childhood|pediatric|paediatric|infant|type|disease|in|with|of|the|and|after|to|by|at|status|"
    r"diagnosis|"
    r"first|second|third|fourth|1st|2nd|3rd|4th|initial|relapsed?|relapsing|recurren(?:t|ce)|"
    r"refractory|primary|induction|failure|"
    r"remission|complete|full|morphologic(?:al)?|cr\d?|isolated|combined|bone|marrow|medullary|"
    r"extramedullary|cns|central|nervous|system|"
    r"testicular|testis|left|right|philadelphia|chromosome|positive|negative|ph|ph\+|like|bcr|"
    r"abl1?|kmt2a|rearranged|mll|r|cd10|cd10\+|"
    r"hypodiploid|hyperdiploid|hypodiploidy|hyperdiploidy|standard|high|low|intermediate|risk|"
    r"active|currently|now|newly|diagnosed|"
    r"not|having|achieved|chemotherapy|nos|unspecified|disorder|post|allo(?:geneic)?-?(?:hsct|sct|bmt)?|hsct|sct|bmt|"
    r"stem|transplant(?:ation)?|\d)\b|\+|::|=|#",
    re.IGNORECASE,
)
_OTHER_LEUKAEMIA = re.compile(
    r"myeloid|myelogenous|myeloblastic|promyelocytic|monocytic|monoblastic|\baml\b|\bapl\b|chronic|"
    r"\bcll\b|\bcml\b|hairy|"
    r"mixed phenotype|biphenotypic|ambiguous|undifferentiated|plasma|megakaryo|erythro|lymphoma|"
    r"burkitt|mature",
    re.IGNORECASE,
)
_IS_AML = re.compile(
    r"acute\s+(?:myeloid|myelogenous|myeloblastic|promyelocytic|myelomonocytic|monocytic|"
    r"monoblastic|megakaryo\w+|erythroid)\s+leuk[a]?emia|"
    r"\baml\b",
    re.IGNORECASE,
)
_IS_MIXED = re.compile(
    r"mixed[- ]phenotype\s+(?:acute\s+)?leuk[a]?emia|biphenotypic\s+(?:acute\s+)?leuk[a]?emia|"
    r"leuk[a]?emia\s+of\s+ambiguous\s+lineage|\bmpal\b",
    re.IGNORECASE,
)
_IS_BURKITT = re.compile(
    r"burkitt(?:'?s)?(?:[- ]type)?\s+(?:leuk[a]?emia|lymphoma)|"
    r"mature\s+b[- ]?cell\s+(?:acute\s+)?(?:\w+\s+)?leuk[a]?emia",
    re.IGNORECASE,
)
_IS_LYMPHOMA = re.compile(r"lymphoblastic\s+lymphoma(?!\s*/\s*leuk)|\b[bt]-lbl\b", re.IGNORECASE)

_LEUKAEMIA = (
    r"(?:precursor\s+)?(?:acute\s+)?(?:lymphoblastic|lymphocytic|lymphoid|leuk[a]?emia|all\b)"
)
_T = re.compile(
    rf"\bt[- ]?(?:cell\s+|lineage\s+)?{_LEUKAEMIA}|\bt-all\b|\bprecursor t\b|\bt[- ]precursor|"
    rf"\betp[- ]all\b|"
    r"leuk[a]?emia(?: \(?all\)?)?,?\s*\(?(?:precursor )?t[- ](?:cell|lineage)",
    re.IGNORECASE,
)
_B = re.compile(
    rf"\bb[- ]?(?:cell\s+|lineage\s+){_LEUKAEMIA}|leuk[a]?emia(?: \(?all\)?)?,?\s*\(?b[- ](?:cell|"
    rf"lineage)",
    re.IGNORECASE,
)
_CAR_T = re.compile(r"(?:\bcar|receptor|donor|modified)[\s-]*t[\s-]*(?:cells?)?\b", re.IGNORECASE)
_B_PRECURSOR = re.compile(
    r"\bbcp\b|\bbcp-?all|precursor[- ]b\b|\bb[- ]?(?:cell )?precursor|\bpre-?b\b|\bpro-?b\b|"
    r"\bb-?all\b|\bcommon all\b|\bc-all\b|"
    r"\bb[- ]?(?:cell )?(?:acute )?(?:lymphoblastic|lymphoid leuk[a]?emia/lymphoma)|"
    r"\bb-cell acute lymphoid|\bb[- ]?cell all\b|"
    r"acute b[- ]?(?:cell )?lymphoblastic|\bb[- ]?cell (?:lineage )?acute lymphocytic|"
    r"lymphoblastic leuk[a]?emia,?\s*\(?(?:b[- ]?cell|b[- ]lineage)|"
    r"leuk[a]?emia \(?all\)?,?\s*\(?b[- ]?(?:cell|lineage)",
    re.IGNORECASE,
)
_NO_PHASE = re.compile(
    r"not\s+(?:having\s+|yet\s+|in\s+)?(?:achieved\s+)?(?:a\s+)?(?:complete\s+)?remission|"
    r"\bnot\s+(?:in\s+|a\s+)?(?:relapse|relapsed|recurrence|recurrent)\b|"
    r"(?:without|no(?:\s+evidence\s+of)?|never)\s+(?:\w+\s+){0,2}(?:relapse|remission|recurrence)|"
    r"(?:fail(?:ed|ure)|unable)\s+(?:to\s+\w+\s+)?(?:a\s+)?(?:\w+\s+)?remission|"
    r"(?:risk\s+of|to\s+prevent|monitoring\s+for|relapse)\s+(?:relapse|risk|prevention|"
    r"prophylaxis)",
    re.IGNORECASE,
)
_AFTER_REMISSION = re.compile(
    r"(?:after|following|from|since|post|prior)\s+(?:\w+\s+){0,3}(?:remission|cr\s*-?\d?)\b|"
    r"remission\s+(?:\w+\s+){0,2}(?:failed|lost|ended)",
    re.IGNORECASE,
)
_AFTER_RELAPSE = re.compile(
    r"(?:after|following|since|post|history of|prior)\s+(?:\w+\s+){0,4}(?:relapse|recurrence)\b",
    re.IGNORECASE,
)
_REMISSION = re.compile(r"\bremission\b|\bcr\s*-?\d\b", re.IGNORECASE)
_RELAPSE = re.compile(r"\brelaps(?:e|ed|ing)\b|\brecurren(?:t|ce)\b", re.IGNORECASE)
# Residual disease that came back is no relapse (E-13).
_MOLECULAR_RELAPSE = re.compile(
    r"\b(?:molecular|mrd|measurable residual disease|minimal residual disease)[- ]+(?:\w+\s+)?"
    r"(?:relapse|recurrence)\b|\b(?:relapse|recurrence)\W+(?:\w+\W+)?(?:molecular|mrd)\b(?! neg)",
    re.IGNORECASE,
)
_RELAPSE_PAST = re.compile(
    r"\b(?:(?:history|hx) of|h/o|hx:?)\s+(?:[\w-]+\s+){0,3}(?:relaps|recurren)|"
    r"\b(?:now|currently|presently)\s+in\s+(?:\w+\s+){0,2}(?:remission\b|cr\s*-?\d?\b)",
    re.IGNORECASE,
)
_REFRACTORY = re.compile(r"\brefractory\b|induction failure", re.IGNORECASE)
# Of the relapse itself: neither a first episode that was ("primary refractory"), nor a symptom.
_REFRACTORY_NOW = re.compile(
    r"(?<!primary )(?<!primarily )(?<!initially )(?<!not )(?<!non-)(?<!previously )"
    r"\brefractory\b(?=\W*$|\s*[,;.:()|/]|\s+(?:to|disease|relapse|recurren\w+|acute|precursor|"
    r"pre-?b|pro-?b|[bt][- ]|bcp|all\b|leuk|lymph|ph\b|philadelphia|childhood|adult))",
    re.IGNORECASE,
)
_RELAPSED_OR_REFRACTORY = re.compile(
    r"relapsed?\s*(?:/|or|and/or)\s*refractory|\br/r\b", re.IGNORECASE
)
_PH_LIKE = re.compile(
    r"\bph-?\s*like|(?:bcr\s*(?:::|-|/)?\s*abl1?|philadelphia(?: chromosome)?)\s*-?\s*like",
    re.IGNORECASE,
)
_PH_NEGATIVE = re.compile(
    r"\bph1?\s*(?:-(?=\s|$|,|\))|[- ]?neg(?:ative)?\b)|"
    r"philadelphia(?:[- ]chromosome)?[- ]neg(?:ative)?\b|bcr\s*(?:::|-|"
    r"/)?\s*abl1?[- ]neg(?:ative)?\b|"
    r"without\s+(?:the\s+)?(?:philadelphia|bcr)|\bph-\s*all",
    re.IGNORECASE,
)
_PH_POSITIVE = re.compile(
    r"\bph1?\s*(?:\+|[- ]?pos(?:itive)?\b)|philadelphia(?:[- ]chromosome)?[- ]pos(?:itive)?\b|"
    r"bcr\s*(?:::|-|/)?\s*abl1?[- ]pos(?:itive)?\b|"
    r"with\s+(?:the\s+)?(?:philadelphia chromosome|bcr\s*(?:::|-|/)?\s*abl1?|t\(9;\s*22\))",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Details:
    """What words say of a leukaemia; everything that they do not say stays unknown."""

    lineages: set[Lineage] = field(default_factory=set)
    precursor: Tri = Tri.UNKNOWN
    phase: Phase = Phase.UNSTATED
    unclear_phase: bool = False
    """The words name more than one phase."""
    remitted: bool = False
    """The words name a remission."""
    refractory: bool = False
    """The words call the present disease refractory, beside the phase or as the phase."""
    ph: Tri = Tri.UNKNOWN
    ph_like: bool = False


def is_no_evidence(text: str) -> bool:
    """Whether words make the entry no statement on this patient: family, donor, rule out, history,
    a question.
    """
    return bool(_NOT_EVIDENCE.search(text))


def is_questioned(text: str) -> bool:
    """Whether words take back what the code beside them says: rule out, suspected, a question."""
    return bool(_QUESTIONED.search(text))


def is_about_others(text: str) -> bool:
    return bool(_FAMILY.search(text))


def diagnosis_of(text: str) -> Disease | None:
    """The disease that words alone name beyond doubt; the letters "ALL" are none."""
    if not text or is_no_evidence(text):
        return None
    if _IS_ALL.search(text) and not _OTHER_LEUKAEMIA.search(
        text.replace("leukemia/lymphoma", "leukemia")
    ):
        rest = _FILLER.sub("", _IS_ALL.sub(" ", text.replace("/lymphoma", " ")))
        return None if rest.strip() else Disease.ALL
    for pattern, disease in (
        (_IS_MIXED, Disease.MIXED_PHENOTYPE),
        (_IS_BURKITT, Disease.MATURE_B),
        (_IS_LYMPHOMA, Disease.LYMPHOBLASTIC_LYMPHOMA),
        (_IS_AML, Disease.OTHER_ACUTE_LEUKAEMIA),
    ):
        if pattern.search(text) and not _IS_ALL.search(text):
            rest = _FILLER.sub("", pattern.sub(" ", text))
            return None if rest.strip() else disease
    return None


def details_of(text: str) -> Details:
    """Lineage, phase and Philadelphia status in words."""
    details = Details()
    text = _CAR_T.sub(" ", text)
    if _T.search(text):
        details.lineages.add(Lineage.T)
    if _B.search(text):
        details.lineages.add(Lineage.B)
    if _B_PRECURSOR.search(text):
        details.lineages.add(Lineage.B)
        details.precursor = Tri.MET
    details.ph_like = bool(_PH_LIKE.search(text))
    bare = _PH_LIKE.sub(" ", text)
    positive, negative = bool(_PH_POSITIVE.search(bare)), bool(_PH_NEGATIVE.search(bare))
    if positive != negative:
        details.ph = Tri.of(positive)
    _phase(text, details)
    return details


def _phase(text: str, details: Details) -> None:
    plain = _NO_PHASE.sub(" ", text)
    remission = bool(_REMISSION.search(_AFTER_REMISSION.sub(" ", plain)))
    relapse = bool(_RELAPSE.search(_AFTER_RELAPSE.sub(" ", _MOLECULAR_RELAPSE.sub(" ", plain))))
    refractory = bool(_REFRACTORY.search(plain))
    details.remitted = remission
    if _RELAPSED_OR_REFRACTORY.search(plain):
        # "Relapsed/refractory" names a group of patients, not which of the two this one is.
        details.unclear_phase = True
        return
    details.refractory = not remission and bool(_REFRACTORY_NOW.search(plain))
    if remission and (relapse or refractory):
        details.unclear_phase = True
    elif remission:
        details.phase = Phase.REMISSION
    elif relapse:
        details.phase = Phase.RELAPSE
    elif refractory:
        details.phase = Phase.REFRACTORY


def denies_relapse(text: str) -> bool:
    """Whether the text speaks of relapse only to deny it: "no evidence of relapse", "not in
    relapse".
    """
    return bool(_RELAPSE.search(text)) and not _RELAPSE.search(_NO_PHASE.sub(" ", text))


def relapse_is_past(text: str) -> bool:
    """Whether the text calls a relapse history: "history of relapsed ALL, now in remission"."""
    return bool(_RELAPSE_PAST.search(text))


def relapse_is_molecular(text: str) -> bool:
    """Whether the relapse that the text names is one of residual disease alone (E-13)."""
    return bool(_MOLECULAR_RELAPSE.search(text))

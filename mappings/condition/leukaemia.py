"""Diagnoses of acute leukaemia: what codes and words of one Condition say together (E-01 to E-03,
encodings 2 and 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mappings.codes.code_systems import CONCEPT
from mappings.condition.entry import Entry
from mappings.condition.leukaemia_text import (
    MENTIONS_LEUKAEMIA,
    Details,
    denies_relapse,
    details_of,
    diagnosis_of,
    is_about_others,
    is_questioned,
    relapse_is_molecular,
    relapse_is_past,
)
from mappings.context import clipped
from mappings.terminology import Terminology
from mappings.values.ordinals import relapse_ordinal, remission_ordinal
from mappings.values.shapes import all_words, codings, string
from relapse.facts import Diagnosis, Disease, GeneticResult, Lesion, Lineage, Phase
from relapse.logic import Tri


@dataclass(frozen=True, slots=True)
class _Meaning:
    disease: Disease
    lineage: Lineage = Lineage.UNKNOWN
    precursor: Tri = Tri.UNKNOWN
    phase: Phase = Phase.UNSTATED


_MEANINGS = {
    "cond-b-all": _Meaning(Disease.ALL, Lineage.B, Tri.MET),
    "cond-b-all-remission": _Meaning(Disease.ALL, Lineage.B, Tri.MET, Phase.REMISSION),
    "cond-all-unspecified": _Meaning(Disease.ALL),
    "cond-all-remission": _Meaning(Disease.ALL, phase=Phase.REMISSION),
    "cond-all-relapse-refractory": _Meaning(Disease.ALL, phase=Phase.RELAPSE),
    "cond-t-all": _Meaning(Disease.ALL, Lineage.T, Tri.NOT_MET),
    "cond-mature-b-burkitt": _Meaning(Disease.MATURE_B, Lineage.B, Tri.NOT_MET),
    "cond-mixed-phenotype-al": _Meaning(Disease.MIXED_PHENOTYPE),
    "cond-lymphoblastic-lymphoma": _Meaning(Disease.LYMPHOBLASTIC_LYMPHOMA),
    "cond-aml": _Meaning(Disease.OTHER_ACUTE_LEUKAEMIA),
}
# Subsets that say more than the set they belong to.
_PHASES = {"cond-all-refractory": Phase.REFRACTORY, "cond-t-all-remission": Phase.REMISSION}
_LYMPHOMA_LINEAGES = {"cond-lymphoma-b": Lineage.B, "cond-lymphoma-t": Lineage.T}
_LESIONS = {
    "gen-bcr-abl1-present": (Lesion.BCR_ABL1, Tri.MET),
    "gen-bcr-abl1-absent": (Lesion.BCR_ABL1, Tri.NOT_MET),
    "gen-kmt2a": (Lesion.KMT2A, Tri.MET),
    "gen-etv6-runx1": (Lesion.ETV6_RUNX1, Tri.MET),
    "gen-hypodiploid": (Lesion.HYPODIPLOID, Tri.MET),
    "gen-hyperdiploid": (Lesion.HYPERDIPLOID, Tri.MET),
}
_MOLECULAR = "the text calls the relapse molecular: residual disease is none (E-13)"
_UNCLEAR = ("cond-leukemia-unclear", "cond-acute-leukemia-cell-type-unspecified")
_RELATED = frozenset({*_MEANINGS, *_UNCLEAR, "history-of-leukemia"})


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code names, or its words mention, a leukaemia or lymphoblastic lymphoma."""
    return bool(terminology.of(code) & _RELATED) or bool(MENTIONS_LEUKAEMIA.search(all_words(code)))


@dataclass(slots=True)
class _Claims:
    """Everything that one Condition says about one disease."""

    lineages: set[tuple[Lineage, Tri]] = field(default_factory=set)
    phases: set[Phase] = field(default_factory=set)


def read(entry: Entry) -> None:
    """Add a Diagnosis for each disease that the entry names, and the lesions that its codes and
    words imply.
    """
    context, code = entry.context, entry.code
    text = string(code.get("text"))
    # A display beside a known code is often wrong and never overrules it; beside an unknown one it
    # is all there is.
    unknown = " | ".join(
        string(coding.get("display"))
        for coding in codings(code)
        if not context.terminology.concepts(coding)
    )
    words = text or unknown
    by_disease: dict[Disease, _Claims] = {}
    for coding in codings(code):
        _add_code(context.terminology.concepts(coding), by_disease)
    if is_about_others(entry.text):
        entry.list_unread("about a relative or a donor")
        return
    if not by_disease and not _words_only(entry, words, by_disease):
        return
    confirmed = entry.confirmed
    if confirmed and is_questioned(words):
        # "Rule out" beside the code of a diagnosis: the code was needed to order the test.
        entry.list_unread("the text questions the diagnosis")
        confirmed = False
    details = details_of(words)
    for disease, claims in by_disease.items():
        _add_diagnosis(entry, disease, claims, details, words, confirmed)
    if Disease.ALL in by_disease:
        context.leukaemia.add(entry.record.item)
        if confirmed:
            _add_lesions(entry, details)


def _add_code(concepts: frozenset[str], by_disease: dict[Disease, _Claims]) -> None:
    if concepts & set(_UNCLEAR):
        return
    for name, meaning in _MEANINGS.items():
        if name not in concepts:
            continue
        claims = by_disease.setdefault(meaning.disease, _Claims())
        lineage = next(
            (found for subset, found in _LYMPHOMA_LINEAGES.items() if subset in concepts),
            meaning.lineage,
        )
        if lineage is not Lineage.UNKNOWN:
            claims.lineages.add((lineage, meaning.precursor))
        claims.phases.add(
            next((phase for subset, phase in _PHASES.items() if subset in concepts), meaning.phase)
        )


def _words_only(entry: Entry, words: str, by_disease: dict[Disease, _Claims]) -> bool:
    """Whether an entry without a decisive code is a diagnosis by its words; else it is listed,
    unless it plainly is none.
    """
    if entry.concepts & set(_UNCLEAR):
        entry.list_unread("the code names a wider group of diseases")
        return False
    if "history-of-leukemia" in entry.concepts or not words:
        entry.list_unread("a history, not a diagnosis")
        return False
    disease = diagnosis_of(words)
    if disease is None:
        if entry.concepts:
            return False  # a code of something else, whose words only mention the leukaemia
        entry.list_unread("words that are no unmistakable diagnosis")
        return False
    claims = by_disease.setdefault(disease, _Claims())
    if disease is Disease.MATURE_B:
        claims.lineages.add((Lineage.B, Tri.NOT_MET))
    return True


def _add_diagnosis(
    entry: Entry, disease: Disease, claims: _Claims, details: Details, words: str, confirmed: bool
) -> None:
    lineages = set(claims.lineages)
    if disease is Disease.ALL:
        for lineage in details.lineages:
            precursor = details.precursor if lineage is Lineage.B else Tri.NOT_MET
            if not any(
                known is lineage and stated is not Tri.UNKNOWN for known, stated in lineages
            ):
                lineages.add((lineage, precursor))
    elif disease is Disease.LYMPHOBLASTIC_LYMPHOMA and not lineages and len(details.lineages) == 1:
        lineages.add((next(iter(details.lineages)), Tri.UNKNOWN))
    phase = _phase(entry, claims, details, words) if disease is Disease.ALL else Phase.UNSTATED
    # Codes or words that name both lineages are two statements; which of them holds is not decided
    # here.
    for lineage, precursor in sorted(lineages, key=lambda one: one[0].value) or [
        (Lineage.UNKNOWN, Tri.UNKNOWN)
    ]:
        entry.context.facts.append(
            Diagnosis(
                source=entry.context.source(entry.record.item),
                when=entry.onset,
                text=clipped(entry.name),
                disease=disease,
                codes=_codes(entry),
                lineage=lineage,
                precursor=precursor,
                phase=phase,
                refractory_relapse=phase is Phase.RELAPSE and details.refractory,
                confirmed=confirmed,
                clinical_status=entry.clinical_status,
                recorded=entry.recorded,
                abated=entry.abated,
                relapse_ordinal=relapse_ordinal(words) if phase is not Phase.REMISSION else None,
                remission_ordinal=remission_ordinal(words) if phase is Phase.REMISSION else None,
            )
        )


def _codes(entry: Entry) -> tuple[str, ...]:
    """The codes by which the entry was recognised, as they were sent: for one that the site's
    mapping added, those beside it.
    """
    sent = [coding for coding in codings(entry.code) if coding.get("system") != CONCEPT]
    known = [
        coding for coding in sent if entry.context.terminology.concepts(coding) & _RELATED
    ] or (sent if len(sent) < len(codings(entry.code)) else [])
    return tuple(sorted({string(coding.get("code")) for coding in known} - {""}))


def _phase(entry: Entry, claims: _Claims, details: Details, words: str) -> Phase:
    """The phase by code, else by words; contradicting ones leave it unstated and are listed."""
    coded = claims.phases - {Phase.UNSTATED}
    doubt = _doubt(coded, details, words)
    if doubt is not None:
        entry.list_unread(doubt)
        return Phase.UNSTATED
    phase = next(iter(coded), details.phase)
    if details.unclear_phase and (not coded or phase is Phase.REMISSION):
        entry.list_unread("the text names more than one phase")
    elif relapse_is_past(words):
        entry.list_unread("the text names a relapse of the past")
    elif relapse_is_molecular(words) and phase is not Phase.REMISSION:
        entry.list_unread(_MOLECULAR)
    return phase


def _doubt(coded: set[Phase], details: Details, words: str) -> str | None:
    """Why the phase cannot be told: codes, or code and text, contradict each other."""
    if Phase.RELAPSE in coded and relapse_is_molecular(words):
        return _MOLECULAR
    if Phase.RELAPSE in coded and denies_relapse(words):
        return "the code names a relapse that the text denies"
    if Phase.RELAPSE in coded and relapse_is_past(words):
        return "the code names a relapse that the text calls past"
    if len(coded) > 1:
        return "codes name different phases"
    named = coded | ({details.phase} - {Phase.UNSTATED})
    relapsed_in_words_of_remission = (
        Phase.RELAPSE in coded and details.unclear_phase and details.remitted
    )
    if relapsed_in_words_of_remission or len(named - {Phase.REFRACTORY}) > 1:
        return "code and text name different phases"
    if coded and named == {Phase.REMISSION, Phase.REFRACTORY}:
        return "code and text name different phases"
    return None


def _add_lesions(entry: Entry, details: Details) -> None:
    found: dict[Lesion, set[Tri]] = {}
    for name, (lesion, present) in _LESIONS.items():
        if name in entry.concepts:
            found.setdefault(lesion, set()).add(present)
    if details.ph is not Tri.UNKNOWN:
        found.setdefault(Lesion.BCR_ABL1, set()).add(details.ph)
    if details.ph_like:
        found.setdefault(Lesion.PH_LIKE, set()).add(Tri.MET)
    for lesion, said in found.items():
        if len(said) > 1:
            entry.list_unread("code and text contradict each other on the Philadelphia chromosome")
        entry.context.facts.append(
            GeneticResult(
                source=entry.context.source(entry.record.item),
                when=entry.onset,
                text=clipped(entry.name),
                lesion=lesion,
                present=said.pop() if len(said) == 1 else Tri.UNKNOWN,
            )
        )

"""Variant assessments: a lesion, its gene and what was found (E-05, E-06, encodings 7)."""

from __future__ import annotations

from mappings.context import words_of
from mappings.observation.answers import answer_of
from mappings.observation.finding import Finding
from mappings.observation.genetic_testing import TRUTH, GeneticTest, add_lesion, kind_of_test
from mappings.observation.lesion_text import (
    KARYOTYPE_STRING,
    REARRANGEMENT,
    T315I,
    claims_of,
    from_karyotype,
    lesions_named,
)
from mappings.values.shapes import codings, string, text_of
from mappings.values.value_text import Word
from relapse.facts import Lesion
from relapse.logic import Tri


def _formulas(finding: Finding) -> list[str]:
    """Karyotype formulas of components called ISCN; some registries send the formula as a code of a
    system of that name.
    """
    found = []
    for part in finding.components:
        if "iscn" not in words_of(part.get("code")):
            continue
        concept = part.get("valueCodeableConcept")
        codes = (
            string(coding.get("code"))
            for coding in codings(concept)
            if "iscn" in string(coding.get("system"))
        )
        text = string(part.get("valueString")) or text_of(concept) or next(codes, "")
        if text:
            found.append(text)
    return found


def _read_formulas(finding: Finding, formulas: list[str]) -> None:
    """Each formula, as far as the assessment itself does not say that it was not found."""
    answer = answer_of(finding.context, finding.data)
    lesions = [from_karyotype(text) for text in formulas if KARYOTYPE_STRING.search(text)]
    if (
        answer.problem
        or answer.agreed not in (None, Word.POSITIVE)
        or len(lesions) < len(formulas)
        or any(found is None for found in lesions)
    ):
        finding.list_unreadable("karyotype", "text not understood")
        return
    test = GeneticTest(adequate=True, quantitative=False)
    add_lesion(finding, Lesion.KARYOTYPE, Tri.MET, test, formulas[0])
    named = {lesion for found in lesions for lesion in found or ()}
    for lesion in sorted(named, key=lambda lesion: lesion.value):
        add_lesion(finding, lesion, Tri.MET, test, formulas[0])


def _named_by_code_only(finding: Finding) -> bool:
    """Whether a gene that was studied has a code and no name."""
    return any(
        codings(part.get("valueCodeableConcept")) and not text_of(part["valueCodeableConcept"])
        for part in finding.components
        if "obs-gene-studied" in finding.context.concepts(part.get("code"))
    )


def read(finding: Finding) -> None:
    """A variant assessment: the lesion from the words of the code and the gene component, the
    answer from the value.
    """
    genes = " ".join(
        f"{text_of(part.get('valueCodeableConcept'))} {string(part.get('valueString'))}"
        for part in finding.components
        if "obs-gene-studied" in finding.context.concepts(part.get("code"))
    )
    changes = " ".join(
        f"{text_of(part.get('valueCodeableConcept'))} {string(part.get('valueString'))}"
        for part in finding.components
        if "obs-protein-change" in finding.context.concepts(part.get("code"))
    )
    words = f"{finding.words} {genes.lower()}"
    named = {Lesion.T315I} if T315I.search(f"{words} {changes.lower()}") else lesions_named(words)
    if Lesion.KMT2A in named and not REARRANGEMENT.search(finding.words):
        finding.list_unread("KMT2A variant: rearrangement not stated")
        return
    formulas = _formulas(finding)
    if formulas:
        _read_formulas(finding, formulas)
    if len(named) != 1:
        if len(named) > 1:
            finding.list_unread("names more than one lesion")
        elif not formulas and _named_by_code_only(finding):
            finding.list_unreadable("genetics", "gene named by a code only")
        return
    answer = answer_of(finding.context, finding.data)
    if answer.missing:
        return
    lesion = named.pop()
    present = (
        TRUTH.get(answer.agreed, Tri.UNKNOWN)
        if answer.agreed is not None and not answer.problem
        else None
    )
    if present is None:
        present = claims_of(answer.text).of(lesion)
    if present is None:
        finding.list_unreadable(
            "genetics", answer.problem or "no answer to whether the lesion is present"
        )
        present = Tri.UNKNOWN
    add_lesion(finding, lesion, present, kind_of_test(finding), answer.text)

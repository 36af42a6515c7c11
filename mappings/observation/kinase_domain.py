"""Mutations of the ABL1 kinase domain: T315I (encoding 7.4)."""

from __future__ import annotations

from mappings.observation.finding import Finding
from mappings.observation.genetic_testing import TRUTH, GeneticTest, add_lesion
from mappings.observation.lesion_text import T315I, claims_of
from mappings.values.shapes import string, text_of
from mappings.values.value_text import Word
from relapse.facts import Lesion
from relapse.logic import Tri


def read(finding: Finding) -> None:
    """T315I, by the text of the value, by the protein change of a component, or by a plain answer
    for T315I.
    """
    answer = finding.answer()
    text = finding.text
    test = GeneticTest(adequate=True, quantitative=False)
    present: Tri | None = None
    changes = [
        text_of(part.get("valueCodeableConcept")) or string(part.get("valueString"))
        for part in finding.components
        if "obs-protein-change" in finding.context.concepts(part.get("code"))
    ]
    if T315I.search(finding.words) and answer.agreed in TRUTH and not answer.problem:
        present = TRUTH[answer.agreed]
    elif text:
        claims = claims_of(text)
        present = claims.of(Lesion.T315I)
        if present is None and answer.agreed is Word.NEGATIVE and not answer.problem:
            present = Tri.NOT_MET
    elif answer.agreed is Word.NEGATIVE and not answer.problem:
        present = Tri.NOT_MET
    for change in changes:
        if T315I.search(change):
            # A component that names the change beside a text that denies it: unknown.
            present = Tri.MET if present in (None, Tri.MET) else Tri.UNKNOWN
    if present is None:
        if answer.missing and not changes:
            return
        if not changes:
            finding.list_unreadable("kinase domain study", "text not understood")
        present = Tri.UNKNOWN
    add_lesion(finding, Lesion.T315I, present, test, text or ", ".join(changes))

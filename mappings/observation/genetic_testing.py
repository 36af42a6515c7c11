"""What one genetic test can show, and the fact that it gives (E-04, E-06)."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.context import words_of
from mappings.observation.finding import Finding
from mappings.observation.topics import MRD_WORDS
from mappings.values.value_text import Word
from relapse.facts import GeneticResult, Lesion
from relapse.logic import Tri

TRUTH = {Word.POSITIVE: Tri.MET, Word.NEGATIVE: Tri.NOT_MET}
"""What an answer in a word says of the presence of a lesion."""


@dataclass(frozen=True, slots=True)
class GeneticTest:
    """What a test can show."""

    adequate: bool
    quantitative: bool


def add_lesion(
    finding: Finding, lesion: Lesion, present: Tri, test: GeneticTest, text: str
) -> None:
    """Add what ``test`` says of ``lesion``."""
    finding.context.facts.append(
        GeneticResult(
            **finding.result(text),
            lesion=lesion,
            present=present,
            adequate=test.adequate,
            quantitative=test.quantitative,
        )
    )


def kind_of_test(finding: Finding) -> GeneticTest:
    """What the test can show by the words of its code and method: whether it is enough to exclude
    the lesion (E-04), and whether it measures a level.
    """
    concepts, words = (
        finding.concepts,
        f"{finding.all_words} {words_of(finding.record.data.get('method'))}",
    )
    p210_only = "obs-bcr-abl1-p210-only" in concepts or (
        ("p210" in words or "b2a2" in words or "b3a2" in words)
        and not ("p190" in words or "e1a2" in words)
    )
    quantitative = bool(
        concepts & {"obs-bcr-abl1-quantitative", "obs-bcr-abl1-log-reduction"}
    ) or any(
        word in words
        for word in (
            "ratio",
            "quantit",
            "international scale",
            "log reduction",
            "copies",
            "/control",
        )
    )
    # Monitoring of residual disease shows a response when negative, never the absence of the
    # founding lesion.
    quantitative = quantitative or bool(MRD_WORDS.search(words))
    adequate = not p210_only and ("karyotyp" not in words or "fish" in words)
    return GeneticTest(adequate, quantitative)

"""Words beside which no text is taken for what it names: denied, in doubt, past, or about somebody
else.

Wider than what the readers look for, and in some other languages, too, because a site's pattern is
no sentence that was understood.
"""

from __future__ import annotations

import re

from mappings.condition.leukaemia_text import is_about_others, is_no_evidence
from mappings.overlay.concept import Concept, Where

_HARMLESS = re.compile(
    r"not (?:having )?(?:yet )?(?:achieved|attained) (?:a )?(?:complete )?remission|"
    r"not in remission|not otherwise specified|without (?:mention of )?remission|not specified|"
    r"(?<![a-z])no\.",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|absen(?:t|ce)|den(?:y|ies|ied)|negative for|"
    r"relatives?|famil\w*|son|daughter|wife|husband|partner|child of|offspring|"
    r"prevent\w*|prophyla\w+|refus\w+|declin\w+|cancel\w*|"
    r"kein\w*|nicht|ohne|verdacht\w*|ausschluss|ausgeschlossen|mutter|vater|schwester|bruder|"
    r"angehörige\w*|familienanamnese|z\.\s?n\.|zustand nach|"
    r"sans|absence|suspicion|suspect\w*|antécédents?|antecedent\w*|mère|père|sœur|frère|"
    r"sin|ausencia|sospecha\w*|madre|padre|herman[oa]|abuel[oa]|"
    r"senza|assenza|sospett\w+|sorella|fratello|"
    r"geen|niet|zonder|verdenking|moeder|vader|zus|broer)\b",
    re.IGNORECASE,
)


# What the names of tests and procedures hold without any doubt.
_OF_TESTS = re.compile(r"\b(?:screen|screening|study|studies|trial)\b", re.IGNORECASE)
_OF_GRAFTS = re.compile(
    r"\b(?:donors?|siblings?|brother|sister|mother|father|parent|relatives?|family|son|daughter)\b",
    re.IGNORECASE,
)
_WITH_DONORS = frozenset(
    {
        "obs-donor",
        "obs-chimerism",
        "val-donor-found",
        "proc-allo-hsct",
        "proc-auto-hsct",
        "proc-hsct-unspecified",
        "proc-dli",
    }
)


def raises_doubt(text: str, concept: Concept) -> bool:
    """Whether a text denies or questions ``concept``, or is about somebody else."""
    if is_about_others(text):
        return True
    text = _HARMLESS.sub(" ", text)
    if Where.DIAGNOSIS not in concept.where:
        text = _OF_TESTS.sub(" ", text)
    if concept.name in _WITH_DONORS:
        text = _OF_GRAFTS.sub(" ", text)
    return is_no_evidence(text) or bool(_DOUBT.search(text))

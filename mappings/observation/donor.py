"""Whether a donor was found, where a result says so in plain words (encoding 11.4)."""

from __future__ import annotations

import re

from mappings.context import clipped
from mappings.observation.finding import Finding
from mappings.shapes import string, text_of
from relapse.facts import Planned, PlannedStep, Provenance

_FOUND = re.compile(
    r"\s*(?:(?:a|an|suitable|potential|hla[- ]?(?:identical|matched)?|matched|fully|10/10|9/10|8/8|haploidentical|haplo|unrelated|related|"
    r"sibling|family|registry|adult|cord blood|one|two|several|donor[s]?|unit[s]?)\s*,?\s*)*"
    r"(?:identified|available|found|confirmed)\s*\.?\s*|\s*yes\s*",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"\b(?:no|not|none|without|pending|ongoing|initiated|in progress|searching|unknown)\b",
    re.IGNORECASE,
)


def read(finding: Finding) -> None:
    """A donor that was identified; a search that runs, or found nobody, is no fact of this model."""
    if not finding.final or finding.data.get("dataAbsentReason"):
        return
    text = string(finding.data.get("valueString")) or text_of(
        finding.data.get("valueCodeableConcept")
    )
    if finding.data.get("valueBoolean") is True:
        text = "yes"
    if not text or _NOT_FOUND.search(text):
        return
    if _FOUND.fullmatch(text) is None:
        finding.list_unread("donor: value not understood")
        return
    finding.context.facts.append(
        PlannedStep(
            source=Provenance(finding.record.reference, finding.date_inferred),
            when=finding.when,
            text=clipped(text_of(finding.code)),
            step=Planned.DONOR_FOUND,
        )
    )

"""Whether a donor was found, where a result says so in plain words (encoding 11.4)."""

from __future__ import annotations

import re

from mappings.context import clipped
from mappings.observation.finding import Finding
from mappings.values.shapes import text_of
from relapse.facts import Planned, PlannedStep, Provenance

_OF_A_DONOR = frozenset(
    "a an suitable potential hla identical hla-identical hla-matched matched fully 10/10 9/10 8/8 "
    "haploidentical haplo unrelated related sibling family registry adult cord blood one two "
    "several donor donors unit units".split()
)
_FOUND = frozenset({"identified", "available", "found", "confirmed", "yes"})
_NOT_FOUND = re.compile(
    r"\b(?:no|not|none|without|pending|ongoing|initiated|in progress|searching|unknown)\b",
    re.IGNORECASE,
)


def read(finding: Finding) -> None:
    """A donor that was identified; a search that runs, or found nobody, is no fact of this
    model.
    """
    if not finding.final or finding.data.get("dataAbsentReason"):
        return
    text = finding.text
    if finding.data.get("valueBoolean") is True:
        text = "yes"
    if not text or _NOT_FOUND.search(text):
        return
    *words, last = re.split(r"[\s,]+", text.lower().rstrip(". "))
    if last not in _FOUND or not _OF_A_DONOR.issuperset(words):
        finding.list_unreadable("donor", "value not understood")
        return
    finding.context.facts.append(
        PlannedStep(
            source=Provenance(finding.record.reference, finding.date_inferred),
            when=finding.when,
            text=clipped(text_of(finding.code)),
            step=Planned.DONOR_FOUND,
        )
    )

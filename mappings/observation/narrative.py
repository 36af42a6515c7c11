"""Marrow reports in words that are filed as results: like a report's conclusion never read."""

from __future__ import annotations

from mappings.context import Narrative
from mappings.observation.finding import Finding
from mappings.shapes import string, text_of


def read(finding: Finding) -> None:
    """Keep the words until all results are read; listed if those do not say the same."""
    text = string(finding.data.get("valueString")) or text_of(
        finding.data.get("valueCodeableConcept")
    )
    if text and not finding.data.get("dataAbsentReason"):
        finding.context.narratives.append(
            Narrative(finding.record.item, text, finding.when, finding.sample.key)
        )

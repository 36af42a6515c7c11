"""Marrow reports in words that are filed as results: like a report's conclusion never read."""

from __future__ import annotations

from mappings.context import Narrative
from mappings.observation.finding import Finding


def read(finding: Finding) -> None:
    """Keep the words until all results are read; listed if those do not say the same."""
    text = finding.text
    if text and not finding.data.get("dataAbsentReason"):
        finding.context.narratives.append(
            Narrative(finding.record.item, text, finding.when, finding.sample.key)
        )

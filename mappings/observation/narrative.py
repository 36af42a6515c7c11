"""Results in words that are never read: marrow reports filed as results, other languages."""

from __future__ import annotations

from mappings.context import Narrative
from mappings.observation.finding import Finding
from mappings.values import other_languages


def read(finding: Finding) -> None:
    """Keep the words until all results are read; listed if those do not say the same."""
    text = finding.text
    if text and not finding.data.get("dataAbsentReason"):
        finding.context.narratives.append(
            Narrative(finding.record.item, text, finding.when, finding.sample.key)
        )


def list_other_language(finding: Finding) -> None:
    """Blasts or residual disease in words of another language: listed where there is a value."""
    if not finding.answer().missing:
        finding.list_unread(other_languages.REASON)

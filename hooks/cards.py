"""CDS Hooks cards as checked values, and their form on the wire.

The dataclasses refuse what CDS Hooks 2.0 refuses, so that a card which exists can be sent
(https://cds-hooks.hl7.org/2.0/#card-attributes). Links and system actions are not used by this
project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from hooks.wire import lean

SUMMARY_LIMIT = 139
"""CDS Hooks asks for fewer than 140 characters."""


class Indicator(Enum):
    """How urgent a card is. ``critical`` exists in the standard and is never used here (POL-21)."""

    INFO = "info"
    WARNING = "warning"


def _needs_text(owner: str, **members: str) -> None:
    for name, value in members.items():
        if not value.strip():
            raise ValueError(f"{owner}.{name} is empty")


@dataclass(frozen=True, slots=True)
class Coding:
    """A code with its system, and the words that a client may show for it."""

    system: str
    code: str
    display: str

    def __post_init__(self) -> None:
        _needs_text("Coding", system=self.system, code=self.code, display=self.display)

    def wire(self) -> dict[str, object]:
        return {"system": self.system, "code": self.code, "display": self.display}


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so. ``url`` is the same for every patient and never leads into a chart."""

    label: str
    url: str
    topic: Coding

    def __post_init__(self) -> None:
        _needs_text("Source", label=self.label)
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("Source.url must be an absolute http(s) address")

    def wire(self) -> dict[str, object]:
        return {"label": self.label, "url": self.url, "topic": self.topic.wire()}


@dataclass(frozen=True, slots=True)
class Action:
    """The creation of a draft resource."""

    description: str
    resource: Mapping[str, object]

    def __post_init__(self) -> None:
        _needs_text("Action", description=self.description)
        if not self.resource.get("resourceType"):
            raise ValueError("Action.resource is no FHIR resource")

    def wire(self) -> dict[str, object]:
        return {"type": "create", "description": self.description, "resource": dict(self.resource)}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft that the clinician may take over. Its actions belong together."""

    label: str
    uuid: str
    actions: tuple[Action, ...]

    def __post_init__(self) -> None:
        _needs_text("Suggestion", label=self.label, uuid=self.uuid)
        if not self.actions:
            raise ValueError("Suggestion.actions is empty")

    def wire(self) -> dict[str, object]:
        return {
            "label": self.label,
            "uuid": self.uuid,
            "actions": [action.wire() for action in self.actions],
        }


@dataclass(frozen=True, slots=True)
class Card:
    """One card. Suggestions of a card can be taken one by one (``selectionBehavior`` "any")."""

    uuid: str
    summary: str
    detail: str
    indicator: Indicator
    source: Source
    suggestions: tuple[Suggestion, ...] = ()
    override_reasons: tuple[Coding, ...] = ()
    extension: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _needs_text("Card", uuid=self.uuid, summary=self.summary, detail=self.detail)
        if len(self.summary) > SUMMARY_LIMIT or "\n" in self.summary:
            raise ValueError(f"Card.summary must be one line of at most {SUMMARY_LIMIT} characters")

    def wire(self) -> dict[str, object]:
        """The card as JSON members, in a fixed order, without empty ones."""
        return lean(
            {
                "uuid": self.uuid,
                "summary": self.summary,
                "detail": self.detail,
                "indicator": self.indicator.value,
                "source": self.source.wire(),
                "suggestions": [suggestion.wire() for suggestion in self.suggestions],
                "selectionBehavior": "any" if self.suggestions else None,
                "overrideReasons": [reason.wire() for reason in self.override_reasons],
                "extension": dict(self.extension),
            }
        )

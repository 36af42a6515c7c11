"""Careful looks into parsed JSON that nobody has checked yet: what has the wrong shape is simply
not there.

Used before a resource is validated, to decide whether it matters at all. None of these functions
raises.
"""

from __future__ import annotations

from types import NoneType
from typing import Any

Json = dict[str, Any]

_LONGEST_TEXT = 4000


def objects(value: object) -> list[Json]:
    """The objects of a list; a lone object counts as a list of one, as older FHIR releases wrote
    some members.
    """
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def member(value: object, name: str) -> Json:
    """An object inside an object; empty where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def string(value: object) -> str:
    """A text without the blanks around it, cut to a sane length; empty for anything else."""
    return value[:_LONGEST_TEXT].strip() if isinstance(value, str) else ""


def codings(concept: object) -> list[Json]:
    """The codings of a CodeableConcept."""
    return objects(concept.get("coding")) if isinstance(concept, dict) else []


def has_wrong_type(concept: object) -> bool:
    """Whether a CodeableConcept, or what it is coded by, is of a JSON type that FHIR does not know
    there. Missing and null are not.
    """
    if concept is None:
        return False
    if not isinstance(concept, dict):
        return True
    found = concept.get("coding")
    parts = found if isinstance(found, list) else [] if found is None else [found]
    return any(
        not isinstance(part, dict)
        or any(not isinstance(part.get(name), (str, NoneType)) for name in ("system", "code"))
        for part in parts
    )


def text_of(concept: object) -> str:
    """How a CodeableConcept words itself: its text, else the first display. A bare string stands
    for its own text.
    """
    if isinstance(concept, dict):
        text = string(concept.get("text"))
        if text:
            return text
        for coding in codings(concept):
            display = string(coding.get("display"))
            if display:
                return display
        return ""
    return string(concept)


def all_words(concept: object) -> str:
    """Text and every display of a CodeableConcept, joined by " | " (for finding words, not for
    reading values).
    """
    if not isinstance(concept, dict):
        return string(concept)
    parts = [
        string(concept.get("text")),
        *(string(coding.get("display")) for coding in codings(concept)),
    ]
    return " | ".join(dict.fromkeys(part for part in parts if part))


def is_true(value: object) -> bool:
    """A JSON truth value, or the word for it: some feeds write every value as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def code_of(concept: object) -> str:
    """The code of a required, closed FHIR binding: of the first coding that has one, or a bare code
    (older releases).
    """
    if isinstance(concept, str):
        return concept.strip().lower()
    for coding in codings(concept):
        code = string(coding.get("code"))
        if code:
            return code.lower()
    return ""

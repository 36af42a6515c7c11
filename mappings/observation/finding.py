"""The parts that every laboratory or clinical result has: status, dates, specimen, material,
method, code and value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from mappings.context import Context, Record, clipped, words_of
from mappings.observation.answers import Answer, answer_of
from mappings.record.reduce import (
    CONCEPT,
    DATE,
    IDENTIFIER,
    INSTANT,
    NOTES,
    PERIOD,
    PLAIN,
    QUANTITY,
    RANGE,
    RATIO,
    REFERENCE,
    TEXT,
    Many,
    Spec,
)
from mappings.sample import Sample
from mappings.specimen import is_spinal_fluid, material_of
from mappings.values import when
from mappings.values.shapes import Json, string, text_of
from relapse.dates import DateRange
from relapse.facts import Material, Method, Provenance

_VALUES: dict[str, Spec] = {
    "valueQuantity": QUANTITY,
    "valueCodeableConcept": CONCEPT,
    "valueString": TEXT,
    "valueInteger": PLAIN,
    "valueBoolean": PLAIN,
    "valueRange": RANGE,
    "valueRatio": RATIO,
    "dataAbsentReason": CONCEPT,
    "interpretation": Many(CONCEPT),
}
_REFERENCE_RANGE: Spec = {
    "high": QUANTITY,
    "type": CONCEPT,
    "appliesTo": Many(CONCEPT),
}
OBSERVATION: dict[str, Spec] = {
    "status": TEXT,
    "code": CONCEPT,
    "effectiveDateTime": DATE,
    "effectivePeriod": PERIOD,
    "effectiveInstant": INSTANT,
    "issued": INSTANT,
    **_VALUES,
    "note": NOTES,
    "bodySite": CONCEPT,
    "method": CONCEPT,
    "specimen": REFERENCE,
    "focus": Many(REFERENCE),
    "identifier": Many(IDENTIFIER),
    "component": Many({"code": CONCEPT, **_VALUES}),
}
WITH_RANGE: dict[str, Spec] = {
    **OBSERVATION,
    "referenceRange": Many(_REFERENCE_RANGE),
    "component": Many({"code": CONCEPT, **_VALUES, "referenceRange": Many(_REFERENCE_RANGE)}),
}
"""For the values that are compared with the report's own limits."""

# In this order: a method that names both a cytometer and a sequencer is decided by the rarer word.
_METHODS = (
    (
        re.compile(
            r"next[ -]?generation|\bngs\b|high[ -]throughput sequencing|clonoseq|deep sequencing"
        ),
        Method.NGS,
    ),
    (
        re.compile(
            r"(?:bcr|abl|fusion|kmt2a|mll|transcript).*(?:pcr|transcript)|pcr.*(?:bcr|fusion|"
            r"transcript)"
        ),
        Method.FUSION_TRANSCRIPT,
    ),
    (
        re.compile(
            r"(?:clonal|clonospecific|clone|\big/?h?\b|\btcr\b|immunoglobulin|allele|aso|"
            r"rearrangement).*(?:pcr|polymerase)"
            r"|(?:pcr|polymerase).*(?:clonal|\bigh?\b|tcr|immunoglobulin|rearrangement)|"
            r"\baso-?(?:rq-?)?pcr|\brq-?pcr"
        ),
        Method.CLONAL_PCR,
    ),
    (re.compile(r"flow|cytometr|\bfc\b|\bmfc\b|immunophenotyp"), Method.FLOW),
    (
        re.compile(r"\bfish\b|in situ hybridi[sz]|karyotyp|cytogenetic|chromosom"),
        Method.CYTOGENETICS,
    ),
    (
        re.compile(
            r"morpholog|microscop|manual|smear|differential count|wright|giemsa|cytomorpholog"
        ),
        Method.MORPHOLOGY,
    ),
)


EARLIER = "a component that repeats a value of another day"
_EARLIER = re.compile(
    r"\b(?:previous(?:ly)?|prior|baseline|histor(?:y|ic|ical)|earlier|former|initial|last|lowest|"
    r"nadir|highest|peak|at (?:initial )?(?:diagnosis|presentation)|pre-?treatment)\b"
)


def is_earlier_value(words: str) -> bool:
    """Whether a component repeats a value of another day ("Previous MRD") beside the present
    one.
    """
    return bool(_EARLIER.search(words))


def method_of(text: str) -> Method:
    """The family of methods that a text names."""
    for pattern, method in _METHODS:
        if pattern.search(text):
            return method
    return Method.UNKNOWN


@dataclass(slots=True)
class Finding:
    """One Observation, or one component with the common parts of its Observation."""

    context: Context
    record: Record
    code: Json
    data: Json
    """The members that hold the value: of the Observation or of the component."""
    when: DateRange | None
    date_inferred: bool
    final: bool
    sample: Sample
    component: bool = False
    concepts: frozenset[str] = field(init=False)
    words: str = field(init=False)
    """All words of the code, in small letters."""

    def __post_init__(self) -> None:
        self.concepts = self.context.concepts(self.code)
        self.words = words_of(self.code)

    @property
    def all_words(self) -> str:
        """The words of the code, and of the Observation's own code for a component."""
        return (
            f"{words_of(self.record.data.get('code'))} | {self.words}"
            if self.component
            else self.words
        )

    def answer(self, reactivity: bool = False) -> Answer:
        """What value and interpretation say; a number that cannot be read is no missing one."""
        answer = answer_of(self.context, self.data, reactivity)
        if answer.missing and self._has_unreadable_number:
            return replace(answer, missing=False, problem="a number that cannot be read")
        return answer

    def list_lone_flag(self) -> None:
        """List an interpretation that stands alone and says neither positive nor negative."""
        if self.data.get("interpretation") and not self.data.get("dataAbsentReason"):
            self.list_unread("an interpretation alone that says neither positive nor negative")

    @property
    def _has_unreadable_number(self) -> bool:
        if not self.component:
            return self.record.is_unreadable("value")
        quantity = self.data.get("valueQuantity")
        return (
            isinstance(quantity, dict)
            and "value" not in quantity
            and self.record.is_unreadable("component.value")
        )

    @property
    def components(self) -> list[Json]:
        parts: list[Json] = [] if self.component else self.record.data.get("component", [])
        return parts

    @property
    def notes(self) -> list[str]:
        return [note["text"] for note in self.record.data.get("note", []) if "text" in note]

    @property
    def text(self) -> str:
        """A value in words: of a string, else of a concept; empty where there is neither."""
        return string(self.data.get("valueString")) or text_of(
            self.data.get("valueCodeableConcept")
        )

    def list_unread(self, reason: str) -> None:
        self.context.list_unread(self.record.item, reason, self.code, self.when)

    def list_unreadable(self, topic: str, why: str) -> None:
        """Report a result whose value cannot be read; cards name it by its topic."""
        self.context.list_unread(
            self.record.item, f"{topic}: {why}", self.code, self.when, is_result=True
        )

    @property
    def spinal_fluid(self) -> bool:
        return (
            self.sample.spinal_fluid
            or is_spinal_fluid(self.all_words)
            or is_spinal_fluid(words_of(self.record.data.get("bodySite")))
        )

    def material(self, coded: Material | None = None) -> Material:
        """Marrow or blood by code, words, specimen and body site; unknown where those contradict
        each other.
        """
        named = {
            coded,
            material_of(self.all_words),
            self.sample.material,
            material_of(words_of(self.record.data.get("bodySite"))),
        } - {None}
        if len(named) > 1:
            self.list_unread("code, specimen and body site name different materials")
            return Material.UNKNOWN
        return next((material for material in named if material is not None), Material.UNKNOWN)

    def method(self) -> Method:
        """The method by its own element, else by the words of the code."""
        stated = method_of(words_of(self.record.data.get("method")))
        return stated if stated is not Method.UNKNOWN else method_of(self.all_words)

    def result(self, text: str = "") -> dict[str, Any]:
        """The members that every Result fact shares."""
        name = self.context.terminology.name(self.code)
        return {
            "source": Provenance(self.record.reference, self.date_inferred),
            "when": self.when,
            "text": clipped(f"{name}: {text}" if name and text else name or text),
            "final": self.final,
            "specimen": self.sample.key,
        }


def collected(context: Context, record: Record, sample: Sample) -> tuple[DateRange | None, bool]:
    """When the sample was taken, else the effective date, else the date of issue, which is then
    marked as inferred.

    A date that is there and cannot be read is no missing one: nothing stands in for it.
    """
    if sample.collected is not None:
        return sample.collected, False
    if sample.undated:
        return None, False
    effective = context.choice_date(record, "effective")
    if (
        effective is not None
        or record.is_unreadable("effective")
        or "effectivePeriod" in record.data
    ):
        return effective, False
    if record.item.resource.get("effectiveTiming"):
        context.list_unread(record.item, "a time of a kind that is not read", record.data["code"])
        return None, False
    issued = when.of_day(record.data["issued"][:10]) if "issued" in record.data else None
    if record.is_unreadable("issued"):
        context.list_unread(record.item, "a date that cannot be read", record.data.get("code"))
    return issued, issued is not None

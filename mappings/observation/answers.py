"""Coded and worded answers: positive, negative, partial, indeterminate; and what value and
interpretation say together.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mappings.context import Context
from mappings.values import quantity, value_text
from mappings.values.quantity import NO_UNIT, Unclear
from mappings.values.shapes import Json, codings, string, text_of
from mappings.values.units import Dimension
from mappings.values.value_text import TextValue, Word
from relapse.logic import Interval

_BY_CONCEPT = (
    ("val-indeterminate", Word.INDETERMINATE),
    ("val-positive", Word.POSITIVE),
    ("val-negative", Word.NEGATIVE),
)
_REACTIVITY = (("val-reactive", Word.POSITIVE), ("val-non-reactive", Word.NEGATIVE))
_INTERPRETATION_CODES = {
    "POS": Word.POSITIVE,
    "DET": Word.POSITIVE,
    "NEG": Word.NEGATIVE,
    "ND": Word.NEGATIVE,
}
VALUES = (
    "valueQuantity",
    "valueCodeableConcept",
    "valueString",
    "valueInteger",
    "valueBoolean",
    "valueRange",
    "valueRatio",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one result says, before a topic decides what that means."""

    word: Word | None = None
    """By the value itself."""
    share: Interval | None = None
    limit: Decimal | None = None
    interpreted: Word | None = None
    """By the interpretation; normal, abnormal, high and low say nothing."""
    problem: str = ""
    """Why a value that is there could not be read; empty where it was, or where there is none."""
    text: str = ""
    """The value as worded, for showing."""
    missing: bool = False
    """There is neither a value nor an interpretation that says anything."""

    @property
    def agreed(self) -> Word | None:
        """The word of value and interpretation; indeterminate where they disagree."""
        if self.word is None or self.interpreted is None:
            return self.word or self.interpreted
        if self.word is self.interpreted:
            return self.word
        if {self.word, self.interpreted} == {Word.PARTIAL, Word.POSITIVE}:
            return Word.PARTIAL
        return Word.INDETERMINATE


def word_of(context: Context, concept: Json, reactivity: bool = False) -> TextValue | None:
    """The answer of a CodeableConcept: by any known code, else by its words where a system is
    unknown or missing.

    Codes that say different things, and words that say another thing than the code, are
    indeterminate.
    """
    concepts = context.concepts(concept)
    table = _BY_CONCEPT + _REACTIVITY if reactivity else _BY_CONCEPT
    coded = {word for name, word in table if name in concepts}
    if not coded:
        return worded(text_of(concept), reactivity)
    word = coded.pop() if len(coded) == 1 else Word.INDETERMINATE
    said = worded(string(concept.get("text")), reactivity)
    if said is None:
        return TextValue(word)
    if (
        said.word is not None
        and said.word is not word
        and not (word is Word.POSITIVE and said.word is Word.PARTIAL)
    ):
        return TextValue(Word.INDETERMINATE)
    return TextValue(said.word or word, said.share, said.limit)


def worded(text: str, reactivity: bool = False) -> TextValue | None:
    """The one value that a text states; for serology also reactive and non-reactive."""
    if reactivity:
        plain = text.strip().rstrip(".").lower().replace("-", "").replace(" ", "")
        if plain in ("reactive", "nonreactive", "notreactive"):
            return TextValue(Word.POSITIVE if plain == "reactive" else Word.NEGATIVE)
    return value_text.read(text)


def interpretation_of(context: Context, data: Json, reactivity: bool = False) -> Word | None:
    """What the interpretation says of presence; several that differ, or one that nobody can place,
    are indeterminate.
    """
    said: set[Word] = set()
    for concept in data.get("interpretation", []):
        concepts = context.concepts(concept)
        if concepts & {"val-interpretation-nonspecific", "val-interpretation-legacy-v2-0078"}:
            continue
        read = word_of(context, concept, reactivity)
        if read is not None and read.word is not None:
            said.add(read.word)
            continue
        # The binding is required in practice: its codes without a system still are what they are.
        for coding in codings(concept):
            if not coding.get("system") and (
                word := _INTERPRETATION_CODES.get(string(coding.get("code")).upper())
            ):
                said.add(word)
    if len(said) > 1:
        return Word.INDETERMINATE
    return said.pop() if said else None


def answer_of(context: Context, data: Json, reactivity: bool = False) -> Answer:
    """Everything that the value and the interpretation of an Observation or component say about
    presence and share.
    """
    if data.get("dataAbsentReason"):
        return Answer(missing=True)
    interpreted = interpretation_of(context, data, reactivity)
    read, text = _value(context, data, reactivity)
    if read is None:
        return Answer(interpreted=interpreted, missing=interpreted is None)
    if isinstance(read, Unclear):
        return Answer(interpreted=interpreted, problem=read.reason, text=text)
    return Answer(read.word, read.share, read.limit, interpreted, text=text)


def _value(
    context: Context, data: Json, reactivity: bool
) -> tuple[TextValue | Unclear | None, str]:
    if "valueQuantity" in data:
        value = data["valueQuantity"]
        if "value" not in value:
            # A quantity may carry a code such as "not detected" instead of a number; without either
            # it is masked.
            return None, ""
        return _share(quantity.fraction(value)), shown(value)
    if "valueCodeableConcept" in data:
        concept = data["valueCodeableConcept"]
        read = word_of(context, concept, reactivity)
        return read or Unclear("value not understood"), text_of(concept)
    if "valueString" in data:
        text = string(data["valueString"])
        return worded(text, reactivity) or Unclear("value text not understood"), text
    if "valueInteger" in data:
        return Unclear(NO_UNIT), str(data["valueInteger"])
    if "valueBoolean" in data:
        value = data["valueBoolean"]
        return TextValue(Word.POSITIVE if value is True else Word.NEGATIVE), str(value).lower()
    if "valueRange" in data:
        ranged = quantity.of_range(data["valueRange"], Dimension.FRACTION)
        return _share(
            ranged if isinstance(ranged, Unclear) else quantity.possible_share(ranged)
        ), ""
    if "valueRatio" in data:
        return _share(quantity.of_ratio(data["valueRatio"])), ""
    return None, ""


def _share(value: Interval | Unclear) -> TextValue | Unclear:
    return value if isinstance(value, Unclear) else TextValue(share=value)


def shown(value: Json) -> str:
    """A Quantity as it would be written."""
    number = value.get("value")
    parts = (str(value.get("comparator", "")), "" if number is None else format(number, "f"), " ")
    return "".join(parts) + str(value.get("unit") or value.get("code") or "")

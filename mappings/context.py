"""What every reader of one chart shares: the patient, the evaluation date, the other resources, and
what went unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mappings.record import model
from mappings.record.identity import Identity
from mappings.record.index import Index
from mappings.record.reduce import Leaf, Many, Spec, cut
from mappings.record.resources import Item
from mappings.sample import Sample
from mappings.terminology import Terminology
from mappings.treatment.infusion import Infusion
from mappings.values import when
from mappings.values.shapes import Json, all_words, codings, string, text_of
from relapse.dates import DateRange
from relapse.facts import Agent, Fact, Provenance, Sex, Transplant

_LONGEST_TEXT = 400
_LONGEST_CODE_TEXT = 120
ERROR = "entered-in-error"
NO_SYSTEM = "a code without its system"
UNFORESEEN = "a shape that was not foreseen"
_UNFORESEEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
)


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """A resource that bears on the disease and was not, or not wholly, understood."""

    reference: str
    reason: str
    """In a few words, without patient data."""
    code_text: str = ""
    """How the record words the code of the resource; comes from the record and is to be escaped."""
    code: str = ""
    """Its first coding as ``system|code``: what a site's mapping would have to name."""
    day: str = ""
    """Of a result whose value cannot be read: its last possible day, if known."""

    is_result: bool = False
    """A result of this patient whose value cannot be read: the reason begins with what it is about.
    """


@dataclass(slots=True)
class Record:
    """A resource of this patient, cut to the elements that are read and valid FHIR."""

    item: Item
    data: Json
    unreadable: tuple[str, ...] = ()
    """Paths of dates and numbers that are there and cannot be read."""

    @property
    def reference(self) -> str:
        return self.item.reference

    def is_unreadable(self, *beginnings: str) -> bool:
        return any(path.startswith(beginnings) for path in self.unreadable)


@dataclass(frozen=True, slots=True)
class Narrative:
    """A report in words that is filed as a result."""

    item: Item
    text: str
    when: DateRange | None
    specimen: str | None


@dataclass
class Context:
    """One reading of one chart."""

    terminology: Terminology
    as_of: date
    identity: Identity
    index: Index
    birth: DateRange | None = None
    facts: list[Fact] = field(default_factory=list)
    unread: set[Unread] = field(default_factory=set)
    sex: Sex | None = None
    car_t: list[Infusion] = field(default_factory=list)
    car_t_orders: list[tuple[Item, Infusion, bool]] = field(default_factory=list)
    """Orders of CAR-T cells as infusions, and whether they are completed."""
    car_t_states: list[Infusion] = field(default_factory=list)
    """Infusions known only from a code for the history of CAR-T therapy."""
    car_t_mentions: list[tuple[Item, str]] = field(default_factory=list)
    """Problem-list entries whose words tell of CAR-T cells given at some time."""
    antibody_mentions: list[tuple[Item, str, Agent]] = field(default_factory=list)
    """Problem-list entries whose words tell of an antibody given at some time."""
    explained: set[Item] = field(default_factory=set)
    """Reports on which a diagnosis that was read rests: their conclusion says nothing more."""
    transplant_states: list[Transplant] = field(default_factory=list)
    """Transplants known only from a state or complication of the problem list."""
    leukaemia: set[Item] = field(default_factory=set)
    """Conditions of this patient that name the leukaemia."""
    reports: dict[Item, list[Item]] = field(default_factory=dict)
    """For each result the reports and panels that it hangs on."""
    narratives: list[Narrative] = field(default_factory=list)
    """Reports in words that are filed as results."""
    samples: dict[Item, Sample] = field(default_factory=dict)
    """Specimens that were read already."""

    def __post_init__(self) -> None:
        self.topics = self.terminology.memory("observation")

    def list_unread(
        self,
        item: Item | str,
        reason: str,
        code: object = None,
        when: DateRange | None = None,
        *,
        is_result: bool = False,
    ) -> None:
        """Report a resource as unread; ``code`` is the CodeableConcept, or the text, that says what
        it is about.
        """
        reference = item if isinstance(item, str) else item.reference
        text = clipped(text_of(code), _LONGEST_CODE_TEXT)
        day = "" if when is None else when.latest.isoformat()
        self.unread.add(Unread(reference, reason, text, _first_coding(code), day, is_result))

    def concepts(self, concept: object) -> frozenset[str]:
        return self.terminology.of(concept)

    def guarded(self, item: Item, reader: Callable[[], None]) -> None:
        """Run a reader; whatever a resource of unforeseen shape does to it, the other resources are
        not affected.
        """
        count = len(self.facts)
        try:
            reader()
        except _UNFORESEEN:
            del self.facts[count:]
            self.list_unread(item, UNFORESEEN)

    def is_patients(self, item: Item) -> bool:
        """Whether the resource is about this patient. A contained one without a subject is about
        its container's.
        """
        subject = item.resource.get("subject")
        holder = item
        if subject is None and item.container is not None:
            holder = item.container
            subject = holder.resource.get("subject")
        return self.identity.is_meant_by(subject, holder)

    def admit(
        self,
        item: Item,
        spec: Mapping[str, Leaf | Many | Spec],
        code: object,
        required: Mapping[str, object] | None = None,
        resource: Json | None = None,
    ) -> Record | None:
        """The resource as a record, or ``None`` after it has been listed: not this patient's,
        changed, not FHIR.

        ``required`` fills in members that FHIR requires and whose absence the caller reads by a
        rule of its own; ``resource`` stands in for the item's where that is of an older FHIR
        release.
        """
        resource = item.resource if resource is None else resource
        if item.rivals:
            self.list_unread(item, "sent twice with different content and no version", code)
            return None
        if resource.get("modifierExtension"):
            self.list_unread(item, "a modifier extension that is not known here", code)
            return None
        if not self.is_patients(item):
            self.list_unread(item, "the subject is not this patient", code)
            return None
        reduced = cut(resource, spec)
        if reduced.modified:
            self.list_unread(item, "a modifier extension that is not known here", code)
            return None
        for name, value in (required or {}).items():
            reduced.fill_in(name, value)
        refused = model.refusal(item.kind, reduced)
        if refused is not None:
            self.list_unread(item, f"not valid FHIR R4: {refused}", code)
            return None
        return Record(item, reduced.data, tuple(reduced.unreadable))

    def source(self, item: Item, date_inferred: bool = False) -> Provenance:
        return Provenance(item.reference, date_inferred)

    def date_of(self, record: Record, *names: str) -> DateRange | None:
        """The first readable date among the named members (date, dateTime, instant); one that is
        unreadable is listed.
        """
        for name in names:
            text = record.data.get(name)
            if isinstance(text, str):
                return when.of_day(text[:10])
        if record.is_unreadable(*names):
            self.list_unread(record.item, "a date that cannot be read", record.data.get("code"))
        return None

    def choice_date(self, record: Record, stem: str) -> DateRange | None:
        """The date of a choice element such as ``effective[x]``; unreadable parts are listed, the
        rest still counts.
        """
        read = self.date_of(record, f"{stem}DateTime", f"{stem}Instant")
        if read is None and f"{stem}Period" in record.data:
            period = record.data[f"{stem}Period"]
            read = when.of_period(period, self.as_of)
            if read is None or record.is_unreadable(f"{stem}Period"):
                self.list_unread(
                    record.item, "a period that cannot be read", record.data.get("code")
                )
        elif record.is_unreadable(f"{stem}Period"):
            self.list_unread(record.item, "a date that cannot be read", record.data.get("code"))
        return read


def _first_coding(code: object) -> str:
    """``system|code`` of the first complete coding; empty where there is none."""
    for coding in codings(code):
        system, own = string(coding.get("system")), string(coding.get("code"))
        if system and own:
            return f"{system}|{own}"
    return ""


def clipped(text: str, length: int = _LONGEST_TEXT) -> str:
    """A text on one line, cut to a sane length."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def words_of(concept: object) -> str:
    """All words of a CodeableConcept in small letters, for finding what it is about."""
    return all_words(concept).lower()


def status_of(resource: Json) -> str:
    """The status code; empty where there is none."""
    return string(resource.get("status")).lower()

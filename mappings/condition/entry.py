"""The parts that every Condition shares: onset, end, statuses, words."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal

from mappings.context import ERROR, Context, Record, words_of
from mappings.record.reduce import (
    CONCEPT,
    DATE,
    PERIOD,
    QUANTITY,
    RANGE,
    REFERENCE,
    TEXT,
    Many,
    Spec,
)
from mappings.values import when
from mappings.values.numbers import decimal_of
from mappings.values.shapes import Json, all_words, code_of, codings, objects, string, text_of
from relapse.dates import DateRange
from relapse.facts import ClinicalStatus
from relapse.logic import Tri

CONDITION: dict[str, Spec] = {
    "clinicalStatus": CONCEPT,
    "verificationStatus": CONCEPT,
    "code": CONCEPT,
    "bodySite": Many(CONCEPT),
    "onsetDateTime": DATE,
    "onsetPeriod": PERIOD,
    "onsetAge": QUANTITY,
    "onsetRange": RANGE,
    "onsetString": TEXT,
    "abatementDateTime": DATE,
    "abatementPeriod": PERIOD,
    "abatementString": TEXT,
    "recordedDate": DATE,
    "evidence": Many({"detail": Many(REFERENCE)}),
    "extension": Many({"url": TEXT, "valueDateTime": DATE}),
}
_ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
_ACTIVE = frozenset({ClinicalStatus.ACTIVE, ClinicalStatus.RECURRENCE, ClinicalStatus.RELAPSE})
_ABATED_AT_AGE = ("abatementAge", "abatementRange")
_UNCONFIRMED = frozenset({"provisional", "differential", "unconfirmed"})
_CLINICAL = {state.value: state for state in ClinicalStatus}
_VERIFICATIONS = _UNCONFIRMED | {"confirmed", "refuted", ERROR}
_NARROWER = {
    "active": frozenset({"recurrence", "relapse"}),
    "inactive": frozenset({"remission", "resolved"}),
    "unconfirmed": frozenset({"provisional", "differential"}),
}
"""Codes that say the same and more: both may be given."""


@dataclass(slots=True)
class Entry:
    """The parts of a Condition that every kind of entry shares."""

    context: Context
    record: Record
    onset: DateRange | None
    recorded: DateRange | None
    abated: DateRange | None
    clinical_status: ClinicalStatus | None
    confirmed: bool
    text: str
    """Text and displays of the code."""

    @property
    def code(self) -> Json:
        code: Json = self.record.data.get("code", {})
        return code

    @property
    def name(self) -> str:
        """How the record words the entry."""
        return self.context.terminology.name(self.code)

    @property
    def concepts(self) -> frozenset[str]:
        return self.context.concepts(self.code)

    @property
    def active(self) -> Tri:
        """Met for active, recurrence and relapse; not met for closed entries or a past end; else
        unknown.
        """
        if self.clinical_status is None:
            ended = self.abated is not None and self.abated.latest <= self.context.as_of
            return Tri.NOT_MET if ended else Tri.UNKNOWN
        return Tri.of(self.clinical_status in _ACTIVE)

    def list_unread(self, reason: str) -> None:
        self.context.list_unread(self.record.item, reason, self.code)


def modern(resource: Json) -> Json:
    """The members of older FHIR releases under their present names, where these say the same."""
    changes: Json = {}
    for name, system in (
        ("clinicalStatus", "condition-clinical"),
        ("verificationStatus", "condition-ver-status"),
    ):
        value = resource.get(name)
        if isinstance(value, str):
            changes[name] = {
                "coding": [
                    {
                        "system": f"http://terminology.hl7.org/CodeSystem/{system}",
                        "code": value.strip(),
                    }
                ]
            }
    if "recordedDate" not in resource:
        for name in ("assertedDate", "dateRecorded"):
            if name in resource:
                changes["recordedDate"] = resource[name]
    return {**resource, **changes} if changes else resource


def verification_of(resource: Json) -> str:
    """Whether the entry is confirmed; empty where nothing is stated."""
    return _status(resource.get("verificationStatus"), _VERIFICATIONS)


def _status(concept: object, known: Set[str]) -> str:
    """A clinical or verification status: the one that the codings name, whatever local codes stand
    beside it (mapping rule 25), else the text. Two that contradict each other, and one that is not
    known, as they are written.
    """
    named = {string(coding.get("code")).lower() for coding in codings(concept)} & known
    named -= {word for word in named if not _NARROWER.get(word, frozenset()).isdisjoint(named)}
    if named:
        return " and ".join(sorted(named))
    text = text_of(concept).lower()
    return text if text in known else code_of(concept) or text


def entry_of(context: Context, record: Record, verification: str) -> Entry:
    status = _status(record.data.get("clinicalStatus"), _CLINICAL.keys())
    if verification not in _UNCONFIRMED | {"", "confirmed"}:
        context.list_unread(
            record.item, "a verification status that is not known", record.data.get("code")
        )
    if status and status not in _CLINICAL:
        context.list_unread(
            record.item, "a clinical status that is not known", record.data.get("code")
        )
    return Entry(
        context,
        record,
        _onset(context, record),
        context.date_of(record, "recordedDate"),
        _abated(context, record),
        _CLINICAL.get(status),
        verification in ("", "confirmed"),
        all_words(record.data.get("code")),
    )


def _onset(context: Context, record: Record) -> DateRange | None:
    """The beginning of the condition: a date, the first days of a period, an age; words are not
    guessed.
    """
    data = record.data
    if record.is_unreadable("onset"):
        context.list_unread(record.item, "an onset that cannot be read", data.get("code"))
        return None
    if "onsetDateTime" in data:
        return when.of_day(data["onsetDateTime"])
    if "onsetPeriod" in data:
        # A period is that of the condition; its first day is the onset.
        start = when.of_day(data["onsetPeriod"].get("start"))
        if start is None:
            context.list_unread(record.item, "an onset that cannot be read", data.get("code"))
        return start
    low = data.get("onsetAge") or data.get("onsetRange", {}).get("low")
    high = data.get("onsetAge") or data.get("onsetRange", {}).get("high")
    if low is not None or high is not None:
        read = _at_age(context, low, high)
        if read is None:
            context.list_unread(
                record.item, "an age at onset that cannot be read", data.get("code")
            )
        return read
    if "onsetString" in data:
        day = when.written_day(data["onsetString"])
        if day is None:
            context.list_unread(record.item, "an onset in words", data.get("code"))
        return when.of_day(day)
    for extension in data.get("extension", []):
        if extension.get("url") == _ASSERTED and "valueDateTime" in extension:
            return when.of_day(extension["valueDateTime"])
    if record.is_unreadable("extension"):
        context.list_unread(record.item, "a date that cannot be read", data.get("code"))
    return None


def _at_age(context: Context, low: Json | None, high: Json | None) -> DateRange | None:
    if low is None or high is None or "comparator" in low or "comparator" in high:
        return None
    first, last = decimal_of(low.get("value")), decimal_of(high.get("value"))
    units = {str(part.get("code") or part.get("unit") or "") for part in (low, high)}
    if first is None or last is None or len(units) != 1:
        return None
    return when.at_age(context.birth, Decimal(first), Decimal(last), units.pop())


def _abated(context: Context, record: Record) -> DateRange | None:
    data = record.data
    if record.is_unreadable("abatement"):
        context.list_unread(record.item, "an end that cannot be read", data.get("code"))
        return None
    if "abatementDateTime" in data:
        return when.of_day(data["abatementDateTime"])
    if "abatementPeriod" in data:
        return when.of_day(data["abatementPeriod"].get("end"))
    if "abatementString" in data:
        day = when.written_day(data["abatementString"])
        if day is None:
            context.list_unread(record.item, "an end in words", data.get("code"))
        return when.of_day(day)
    if record.item.resource.get("abatementBoolean") is True:
        context.list_unread(
            record.item,
            "an end without a day, in the way of an older FHIR release",
            data.get("code"),
        )
    if any(record.item.resource.get(name) for name in _ABATED_AT_AGE):
        context.list_unread(record.item, "an end given as an age", data.get("code"))
    return None


def evidence_reports(entry: Entry) -> bool:
    """Whether the entry rests on a pathology or other report that is not withdrawn."""
    found = False
    for part in objects(entry.record.data.get("evidence")):
        for reference in objects(part.get("detail")):
            target = entry.context.index.find(reference, entry.record.item)
            if target is None:
                found |= string(reference.get("reference")).startswith("DiagnosticReport/")
            elif target.kind in ("DiagnosticReport", "Observation"):
                if code_of(target.resource.get("status")) not in (ERROR, "cancelled"):
                    found = True
                    entry.context.explained.add(target)
    return found


def biopsy_words(text: str) -> bool:
    """Whether a text says that a biopsy proved it."""
    return bool(
        re.search(
            r"biops(?:y|ies)[- ]?(?:proven|confirmed|positive)|(?:proven|confirmed) (?:by|"
            r"on) (?:\w+ )?biopsy",
            text,
            re.IGNORECASE,
        )
    ) and not re.search(r"\bnot\b|\bno\b|without|pending|unproven", text, re.IGNORECASE)


def site_words(entry: Entry) -> str:
    return " | ".join(words_of(site) for site in entry.record.data.get("bodySite", []))

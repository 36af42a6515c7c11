"""The public entry: resources in, one patient's chart and the list of what was not understood out.

*Select, reduce, then validate*: codes and words are looked at in the parsed JSON, what no value set
and no telling word marks is dropped; a resource that matters is cut to the elements that are read,
and only those are validated. The order of the resources changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from mappings import care_plan, conclusions, diagnostic_report, medication, patient, procedure
from mappings.condition import read as condition
from mappings.context import Context, Unread
from mappings.observation import read as observation
from mappings.outcome import list_outcomes
from mappings.overlay.translation import translate
from mappings.record.identity import identify
from mappings.record.index import Index
from mappings.record.resources import Item, collect
from mappings.terminology import Terminology, standard
from mappings.treatment.antibodies import list_antibodies
from mappings.treatment.car_t import add_infusions
from mappings.values.shapes import has_wrong_type
from relapse.dates import DateRange
from relapse.facts import (
    AntigenResult,
    BlastResult,
    Chart,
    ComplicationEntry,
    Diagnosis,
    Disease,
    ExtramedullaryDisease,
    Fact,
    MrdResult,
    Patient,
    PlannedStep,
    Result,
    Section,
)

__all__ = ["Reading", "Unread", "read_chart"]

KINDS = frozenset(
    {
        "Patient",
        "Condition",
        "Observation",
        "DiagnosticReport",
        "Specimen",
        "Procedure",
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationStatement",
        "Medication",
        "MedicationOrder",
        "MedicationDispense",
        "CarePlan",
        "OperationOutcome",
    }
)
_DRUG_KINDS = (
    "MedicationAdministration",
    "MedicationStatement",
    "MedicationRequest",
    "MedicationOrder",
    "MedicationDispense",
)
# These facts may tell of the same measurement through a panel, a report and a sentence.
_REPEATED = (AntigenResult, BlastResult, MrdResult)


@dataclass(frozen=True)
class Reading:
    """What was read of one record."""

    chart: Chart
    unread: tuple[Unread, ...]
    """What bears on the disease and was not, or not wholly, understood; sorted."""

    @property
    def patient(self) -> Patient:
        return self.chart.patient


def read_chart(
    resources: Iterable[object],
    *,
    patient_id: str | None,
    as_of: date,
    server_base: str | None = None,
    incomplete: frozenset[Section] = frozenset(),
    terminology: Terminology | None = None,
) -> Reading:
    """Turn FHIR R4 resources (parsed JSON: Bundles of any type, single resources, lists of those)
    into a chart.

    ``patient_id`` is the patient of the call; the Patient resource may then be missing (birth and
    sex are unknown). ``None`` means that the record itself says whose it is: exactly one Patient
    must be in it. ``server_base`` is the address of the FHIR server on which that id counts.
    ``incomplete`` names what the caller could not obtain.

    Raises WrongPatient where the record is nobody's or somebody else's. Nothing inside a resource,
    however strange, raises: the resource is listed in ``unread``. Facts after ``as_of`` are not
    counted, and listed.
    """
    by_kind: dict[str, list[Item]] = {kind: [] for kind in KINDS}
    items = collect(resources, KINDS)
    terminology = terminology or standard()
    notes = translate(terminology, terminology.site, items) if terminology.site else ()
    for item in items:
        by_kind[item.kind].append(item)
    identity, patient_item = identify(by_kind["Patient"], patient_id, server_base)
    context = Context(terminology, as_of, identity, Index(items))
    for note in notes:
        if context.is_patients(note[0]):
            context.list_unread(*note)
    person = patient.read(context, patient_item, patient_id)
    context.birth, context.sex = person.birth, person.sex

    condition.read_all(context, by_kind["Condition"])
    observations = by_kind["Observation"] + [
        inner for item in items for inner in item.contained.values() if inner.kind == "Observation"
    ]
    diagnostic_report.link_results(context, by_kind["DiagnosticReport"], by_kind["Observation"])
    observation.read_all(context, observations)
    medication.read_all(context, (item for kind in _DRUG_KINDS for item in by_kind[kind]))
    procedure.read_all(context, by_kind["Procedure"])
    care_plan.read_all(context, by_kind["CarePlan"])
    _list_wrong_types(context, (*by_kind["Condition"], *observations, *by_kind["Procedure"]))
    add_infusions(context)
    list_antibodies(context)
    conclusions.list_conclusions(context, by_kind["DiagnosticReport"])
    conclusions.list_narratives(context)
    list_outcomes(context, by_kind["OperationOutcome"])

    person = _credible(context, person)
    facts = _once(_in_time(context, person))
    facts.sort(key=lambda fact: (type(fact).__name__, fact.source.reference))
    return Reading(Chart(person, tuple(facts), incomplete), tuple(sorted(context.unread)))


def _list_wrong_types(context: Context, items: Iterable[Item]) -> None:
    """List what cannot be told to matter or not: its code is of the wrong JSON type (mapping rule
    36).
    """
    listed = {unread.reference for unread in context.unread}
    for item in items:
        code = item.resource.get("code")
        if has_wrong_type(code) and item.reference not in listed and context.is_patients(item):
            context.list_unread(item, "a code of the wrong JSON type")


def _credible(context: Context, person: Patient) -> Patient:
    """The patient; a birth after the diagnosis of the leukaemia is what is doubtful, not the
    diagnosis (rule 12).
    """
    if person.birth is None:
        return person
    onsets = [
        fact.when
        for fact in context.facts
        if isinstance(fact, Diagnosis)
        and fact.disease is Disease.ALL
        and fact.confirmed
        and fact.when is not None
    ]
    if any(onset.latest < person.birth.earliest for onset in onsets):
        context.list_unread(person.reference, "a birth date after the diagnosis of the leukaemia")
        return replace(person, birth=None)
    return person


def _in_time(context: Context, person: Patient) -> list[Fact]:
    """Facts that can have been so on the evaluation date; the others are listed."""
    kept = []
    for fact in context.facts:
        reason = _untimely(fact, context.as_of, person.birth)
        if reason:
            _list_untimely(context, fact, reason)
        elif _before_birth(fact, person.birth):
            # It happened, but not on that day: without a date rather than not at all.
            _list_untimely(context, fact, "a date before the patient's birth")
            kept.append(_undated(fact))
        else:
            kept.append(fact)
    return kept


def _before_birth(fact: Fact, birth: DateRange | None) -> bool:
    return birth is not None and fact.when is not None and fact.when.latest < birth.earliest


def _undated(fact: Fact) -> Fact:
    dates = {field.name for field in fields(fact)} & {"when", "until", "abated"}
    nothing: dict[str, Any] = dict.fromkeys(dates)
    return replace(fact, **nothing)


def _list_untimely(context: Context, fact: Fact, reason: str) -> None:
    """List by the code of the resource: the text of the fact holds its value, too."""
    item = context.index.named(fact.source.reference)
    if item is None:
        context.list_unread(fact.source.reference, reason)
        return
    code = item.resource.get("code") or item.resource.get("medicationCodeableConcept")
    context.list_unread(item, reason, code)


def _untimely(fact: Fact, as_of: date, birth: DateRange | None) -> str:
    when = fact.when
    if when is None and isinstance(fact, (Diagnosis, ComplicationEntry, ExtramedullaryDisease)):
        # Without an onset an entry speaks from the day on which it was written down.
        when = fact.recorded
    if when is None or isinstance(fact, PlannedStep):
        return ""
    if when.earliest > as_of:
        return "after the evaluation date"
    if isinstance(fact, Result) and _before_birth(fact, birth):
        return "before the patient's birth"
    return ""


def _once(facts: list[Fact]) -> list[Fact]:
    """Each measurement once, however many ways led to it: of equal ones the first by reference
    stays.
    """
    kept: list[Fact] = []
    seen: dict[tuple[object, ...], Fact] = {}
    for fact in sorted((fact for fact in facts if isinstance(fact, _REPEATED)), key=_preference):
        key = _content(fact)
        if key not in seen:
            seen[key] = fact
            kept.append(fact)
    fuller = {_antigen(fact) for fact in kept if _has_share(fact)}
    # A bare word on an antigen that only repeats a fuller result of the same specimen.
    kept = [fact for fact in kept if _has_share(fact) or _antigen(fact) not in fuller]
    return [fact for fact in facts if not isinstance(fact, _REPEATED)] + kept


def _preference(fact: Fact) -> tuple[bool, str]:
    return fact.source.date_inferred, fact.source.reference


def _content(fact: Fact) -> tuple[object, ...]:
    """All members but where the fact stands and how it is worded."""
    names = [field.name for field in fields(fact) if field.name not in ("source", "text")]
    return (type(fact), *(getattr(fact, name) for name in names))


def _has_share(fact: Fact) -> bool:
    return not isinstance(fact, AntigenResult) or fact.fraction is not None


def _antigen(fact: Fact) -> tuple[object, ...]:
    """What a word and a share on one antigen have in common when they are one finding."""
    if not isinstance(fact, AntigenResult):
        return ()
    return fact.antigen, fact.reported, fact.final, fact.when, fact.specimen

"""Drugs: administrations, statements and orders, with the Medication behind them (E-26, encodings 10.4 to 10.8b)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from mappings import car_t, when
from mappings.context import ERROR, Context, Record, clipped, status_of
from mappings.drug_names import BCMA, PRODUCTS, agents_of, value_sets_named
from mappings.reduce import (
    CONCEPT,
    DATE,
    PERIOD,
    PLAIN,
    REFERENCE,
    TEXT,
    Many,
    Spec,
)
from mappings.resources import Item
from mappings.shapes import Json, all_words, member, objects, string, text_of
from mappings.terminology import Terminology
from relapse.dates import DateRange
from relapse.facts import TYROSINE_KINASE_INHIBITORS, Agent, DrugUse, Given, StopReason

_DRUG: dict[str, Spec] = {"medicationCodeableConcept": CONCEPT, "medicationReference": REFERENCE}
_DOSAGE: dict[str, Spec] = {
    "text": TEXT,
    "route": CONCEPT,
    "timing": {"repeat": {"boundsPeriod": PERIOD}, "event": Many(DATE)},
}
ADMINISTRATION: dict[str, Spec] = {
    "status": TEXT,
    **_DRUG,
    "effectiveDateTime": DATE,
    "effectivePeriod": PERIOD,
    "dosage": {"text": TEXT, "route": CONCEPT},
    "request": REFERENCE,
    "reasonCode": Many(CONCEPT),
    "statusReason": Many(CONCEPT),
}
STATEMENT: dict[str, Spec] = {
    "status": TEXT,
    **_DRUG,
    "effectiveDateTime": DATE,
    "effectivePeriod": PERIOD,
    "dateAsserted": DATE,
    "dosage": Many(_DOSAGE),
    "reasonCode": Many(CONCEPT),
    "statusReason": Many(CONCEPT),
}
REQUEST: dict[str, Spec] = {
    "status": TEXT,
    "intent": TEXT,
    "doNotPerform": PLAIN,
    **_DRUG,
    "authoredOn": DATE,
    "dosageInstruction": Many(_DOSAGE),
    "statusReason": CONCEPT,
    "reasonCode": Many(CONCEPT),
}
MEDICATION: dict[str, Spec] = {
    "code": CONCEPT,
    "ingredient": Many({"itemCodeableConcept": CONCEPT, "itemReference": REFERENCE}),
}
_OTHER_TYPES = frozenset({"MedicationOrder", "MedicationDispense"})
_GIVEN = {
    "MedicationAdministration": frozenset({"completed", "in-progress", "on-hold", "stopped"}),
    "MedicationStatement": frozenset({"active", "completed", "on-hold", "stopped"}),
    "MedicationRequest": frozenset({"active", "completed", "on-hold", "stopped"}),
}
_NOT_GIVEN = frozenset({"not-done", "not-taken", "intended", "draft", "cancelled"})
_NO_ORDER = frozenset({"proposal", "plan", "option"})
_INTRATHECAL = re.compile(
    r"intrathecal|intraventricular|\bit\b(?=\s*(?:mtx|methotrexate|cytarabine|chemo|ara))|\bith\b|intraommaya|ommaya",
    re.IGNORECASE,
)
_ORAL = re.compile(r"\boral|\bby mouth\b|\bpo\b|tablet|capsule", re.IGNORECASE)
_RHEUMATOLOGY = re.compile(
    r"arthritis|psoria|crohn|colitis|lupus|sarcoid|ectopic|uveitis|dermatomyositis|auto-?injector|otrexup|rasuvo|rheumatrex|"
    r"macular|ophthalm|intravitreal|topical|eczema|vasculitis|scleroderma",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"relaps|refractory|progress|resistan|(?:treatment|therapy|drug) failure|\bfailure of|lack of (?:response|efficacy)|no response|loss of (?:response|remission)|"
    r"persistent (?:disease|leuk)|t315i|ineffective|not effective|inefficac",
    re.IGNORECASE,
)
_INTOLERANT = re.compile(
    r"intoleran|toxicit|adverse|side effect|not tolerated|hepatotox|pancreatitis|thrombo|cytopenia|rash|effusion|qt prolong|bleeding|allerg",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|without|never)\b(?! (?:tolerated|effective))", re.IGNORECASE)
_OLD_NEGATIONS = ("wasNotTaken", "wasNotGiven", "notGiven", "notDone")
_DAYS_AROUND = 7
_DAYS_AFTER_ORDER = 60


@dataclass(frozen=True, slots=True)
class _Drug:
    """What is known of the drug of one record."""

    value_sets: frozenset[str]
    name: str
    words: str
    known: bool = True
    """False where neither a code nor a name could be found."""


@dataclass(frozen=True, slots=True)
class _Order:
    """An order of an infused drug, kept back until it is known whether doses were recorded under it."""

    item: Item
    use: DrugUse


def read_all(context: Context, items: Iterable[Item]) -> None:
    """Add every use of a drug that matters. Orders of infused drugs whose doses are recorded say nothing more."""
    orders: list[_Order] = []
    under: set[str] = set()
    for item in items:
        drug = _drug_of(context, item)
        if drug is None:
            continue
        context.guarded(item, partial(_read, context, item, drug, orders, under))
    _add_orders(context, orders, under)


# --- Which drug ----------------------------------------------------------------------------------


def _drug_of(context: Context, item: Item) -> _Drug | None:
    """The drug, if it is one that matters or one that cannot be told; ``None`` for every other drug."""
    resource = item.resource
    concept = resource.get("medicationCodeableConcept")
    if concept is None and "medicationReference" not in resource:
        # Release 5 writes concept and reference inside one member.
        new = member(resource, "medication")
        concept = new.get("concept")
        reference = new.get("reference")
    else:
        reference = resource.get("medicationReference")
    if concept is not None and reference is None:
        judge = partial(_judge_one, context.terminology)
        return context.terminology.memory("drug").decide(concept, judge)
    concepts: list[object] = [] if concept is None else [concept]
    display = ""
    if isinstance(reference, dict):
        display = string(reference.get("display"))
        target = context.index.find(reference, item)
        if target is not None and target.kind == "Medication":
            concepts += _of_medication(context, target, 3)
    return _judge(context.terminology, concepts, display)


def _of_medication(context: Context, item: Item, depth: int) -> list[object]:
    resource = item.resource
    if status_of(resource) == ERROR or not depth:
        return []
    concepts: list[object] = [resource.get("code")]
    for ingredient in objects(resource.get("ingredient")):
        concepts.append(ingredient.get("itemCodeableConcept"))
        inner = context.index.find(ingredient.get("itemReference"), item)
        if inner is not None and inner.kind == "Medication" and inner is not item:
            concepts += _of_medication(context, inner, depth - 1)
    return [concept for concept in concepts if concept]


def _judge_one(terminology: Terminology, concept: object) -> _Drug | None:
    return _judge(terminology, [concept], "")


def _judge(terminology: Terminology, concepts: list[object], display: str) -> _Drug | None:
    value_sets: frozenset[str] = frozenset()
    for concept in concepts:
        value_sets |= terminology.of(concept)
    words = " | ".join(
        part for part in (*(all_words(concept) for concept in concepts), display) if part
    )
    if not value_sets:
        value_sets = value_sets_named(words)
    name = next((text for text in (text_of(concept) for concept in concepts) if text), display)
    if any(name in PRODUCTS for name in value_sets) or agents_of(value_sets):
        return _Drug(value_sets, name or _shown(value_sets), words)
    if not words and not value_sets:
        coded = any(
            objects(concept.get("coding")) for concept in concepts if isinstance(concept, dict)
        )
        return _Drug(frozenset(), "", "", known=coded)
    return None


def _shown(value_sets: frozenset[str]) -> str:
    return ", ".join(
        sorted(name.removeprefix("med-") for name in value_sets if name.startswith("med-"))
    )


# --- What was done with it -----------------------------------------------------------------------


def _read(context: Context, item: Item, drug: _Drug, orders: list[_Order], under: set[str]) -> None:
    resource, kind = item.resource, item.kind
    status = status_of(resource)
    if not drug.value_sets:
        if status not in _NOT_GIVEN | {ERROR} and context.is_patients(item):
            context.list_unread(
                item,
                "a drug without a name or a code that is known"
                if drug.known
                else "a drug without name and code",
            )
        return
    if kind in _OTHER_TYPES:
        context.list_unread(item, "a type of resource that is not read", drug.name)
        return
    if status == ERROR:
        context.list_unread(item, "entered in error", drug.name)
        return
    if resource.get("doNotPerform") is True or status in _NOT_GIVEN or status == "entered-in-error":
        return
    if any(resource.get(name) is True for name in _OLD_NEGATIONS) or string(
        resource.get("taken")
    ) in ("n", "no"):
        context.list_unread(
            item, "marked as not given in the way of an older FHIR release", drug.name
        )
        return
    if kind == "MedicationRequest" and string(resource.get("intent")).lower() in _NO_ORDER:
        return
    if status not in _GIVEN[kind]:
        context.list_unread(
            item, "a status that is not known" if status else "no status", drug.name
        )
        return
    spec = {
        "MedicationAdministration": ADMINISTRATION,
        "MedicationStatement": STATEMENT,
        "MedicationRequest": REQUEST,
    }[kind]
    required: dict[str, object] = {
        "medicationCodeableConcept": {"text": drug.name},
    }
    if "medicationReference" in resource:
        del required["medicationCodeableConcept"]
    if kind == "MedicationRequest":
        required["intent"] = "order"
    if kind == "MedicationAdministration" and "effectivePeriod" not in resource:
        required["effectiveDateTime"] = "0001"
    record = context.admit(item, spec, drug.name, required, _modern(resource, kind))
    if record is None:
        return
    if "0001" == record.data.get("effectiveDateTime"):
        del record.data["effectiveDateTime"]
    start, end, running, inferred = _time(context, record, status, drug.name)
    _add(context, record, drug, _Span(start, end, running, inferred), status, orders, under)


def _modern(resource: Json, kind: str) -> Json:
    """Release 5 calls the time of an administration occurrence, and keeps the drug in one member."""
    changes: Json = {}
    if kind == "MedicationAdministration":
        for name in ("DateTime", "Period"):
            if f"occurence{name}" in resource or f"occurrence{name}" in resource:
                changes[f"effective{name}"] = resource.get(f"occurence{name}") or resource.get(
                    f"occurrence{name}"
                )
    return {**resource, **changes} if changes else resource


@dataclass(frozen=True, slots=True)
class _Span:
    start: DateRange | None
    end: DateRange | None
    running: bool
    inferred: bool


def _time(
    context: Context, record: Record, status: str, name: str
) -> tuple[DateRange | None, DateRange | None, bool, bool]:
    """First and last day, whether it still runs, and whether the first day is only that of an order or a note."""
    data, inferred = record.data, False
    start: DateRange | None = None
    end: DateRange | None = None
    is_open = False
    if record.item.kind == "MedicationRequest":
        periods = [
            period
            for dosage in data.get("dosageInstruction", [])
            if (period := dosage.get("timing", {}).get("repeat", {}).get("boundsPeriod"))
        ]
        starts = [
            day for period in periods if (day := when.of_day(period.get("start"))) is not None
        ]
        ends = [day for period in periods if (day := when.of_day(period.get("end"))) is not None]
        start = min(starts, key=lambda day: day.earliest, default=None)
        if len(ends) == len(periods):
            end = max(ends, key=lambda day: day.latest, default=None)
        is_open = end is None
        if start is None:
            start, inferred = when.of_day(data.get("authoredOn")), True
        unreadable = record.is_unreadable("dosageInstruction") or (
            start is None and record.is_unreadable("authoredOn")
        )
    else:
        period = data.get("effectivePeriod")
        if period is not None:
            start, end = when.of_day(period.get("start")), when.of_day(period.get("end"))
            is_open = end is None
        else:
            start = when.of_day(data.get("effectiveDateTime"))
            # A single moment is its own end; a statement's moment only says that it was true then.
            end = start if record.item.kind == "MedicationAdministration" else None
            is_open = record.item.kind == "MedicationStatement"
        unreadable = record.is_unreadable("effective")
    if unreadable:
        context.list_unread(record.item, "a date that cannot be read", name)
        if record.is_unreadable("effectiveDateTime", "effectivePeriod.start"):
            start = None
        if record.is_unreadable("effectivePeriod.end"):
            end = None
    if start is not None and end is not None and end.latest < start.earliest:
        context.list_unread(record.item, "a period that ends before it begins", name)
        start, end = None, None
    runs = status in ("active", "in-progress", "on-hold") and (
        (is_open and end is None) or (end is not None and end.latest > context.as_of)
    )
    if status == "in-progress" and end is start:
        runs, end = True, None
    return start, end, runs and not (unreadable and end is None), inferred and start is not None


def _add(
    context: Context,
    record: Record,
    drug: _Drug,
    span: _Span,
    status: str,
    orders: list[_Order],
    under: set[str],
) -> None:
    item, kind = record.item, record.item.kind
    reasons = _reasons(record.data)
    product = next((name for name in sorted(drug.value_sets) if name in PRODUCTS), None)
    if product is not None:
        if kind == "MedicationRequest":
            context.car_t_orders.append((item, span.start, drug.name))
            return
        context.car_t.append(
            car_t.Infusion(
                item.reference,
                span.start,
                clipped(drug.name),
                PRODUCTS[product],
                bcma=product in BCMA,
            )
        )
        return
    words = f"{drug.words} | {_routes(record.data)}"
    for agent in sorted(agents_of(drug.value_sets), key=lambda agent: agent.value):
        if agent is Agent.METHOTREXATE and _RHEUMATOLOGY.search(f"{words} | {reasons}"):
            continue
        oral = agent in TYROSINE_KINASE_INHIBITORS or (
            bool(_ORAL.search(words)) and not _INTRATHECAL.search(words)
        )
        given = {
            "MedicationAdministration": Given.ADMINISTERED,
            "MedicationStatement": Given.STATED,
            "MedicationRequest": Given.ORDERED,
        }[kind]
        use = DrugUse(
            source=context.source(item, span.inferred),
            when=span.start,
            text=clipped(drug.name),
            agent=agent,
            name=clipped(drug.name, 120),
            given=given,
            until=span.end,
            running=span.running,
            stop_reason=_stop_reason(record.data)
            if status == "stopped" or span.end is not None
            else None,
            intrathecal=bool(_INTRATHECAL.search(words)),
            oral=oral,
        )
        if given is Given.ORDERED and not oral:
            orders.append(_Order(item, use))
        else:
            context.facts.append(use)
    request = record.data.get("request")
    if request is not None:
        target = context.index.find(request, item)
        under.add(target.reference if target is not None else string(request.get("reference")))


def _routes(data: Json) -> str:
    dosages = objects(data.get("dosage")) + objects(data.get("dosageInstruction"))
    return " | ".join(
        f"{all_words(dosage.get('route'))} {string(dosage.get('text'))}" for dosage in dosages
    )


def _reasons(data: Json) -> str:
    return " | ".join(all_words(reason) for reason in objects(data.get("reasonCode")))


def _stop_reason(data: Json) -> StopReason | None:
    """Why a drug was stopped; a reason that names both failure and intolerance, or denies one, is none."""
    words = " | ".join(all_words(reason) for reason in objects(data.get("statusReason")))
    if not words or _NEGATED.search(words):
        return None
    failed, intolerant = bool(_FAILED.search(words)), bool(_INTOLERANT.search(words))
    if failed == intolerant:
        return None
    return StopReason.FAILED if failed else StopReason.INTOLERANT


def _add_orders(context: Context, orders: list[_Order], under: set[str]) -> None:
    """Orders of infused drugs under which no dose is recorded: perhaps given (mapping rule 32)."""
    doses: dict[Agent, list[DrugUse]] = {}
    for fact in context.facts:
        if isinstance(fact, DrugUse) and fact.given is not Given.ORDERED:
            doses.setdefault(fact.agent, []).append(fact)
    for order in orders:
        if order.item.reference in under:
            continue
        same = [
            dose
            for dose in doses.get(order.use.agent, [])
            if order.use.agent is not Agent.OTHER_ANTILEUKAEMIC
            or dose.name.lower() == order.use.name.lower()
        ]
        if not any(_covers(order.use, dose) for dose in same):
            context.facts.append(order.use)


def _covers(order: DrugUse, dose: DrugUse) -> bool:
    """Whether a dose can be one of this order: from shortly before it was written until well after its end."""
    if order.when is None or dose.when is None:
        return False
    first = order.when.shifted(days=-_DAYS_AROUND).earliest
    last = (
        (order.until or order.when)
        .shifted(days=_DAYS_AROUND if order.until else _DAYS_AFTER_ORDER)
        .latest
    )
    return first <= dose.when.latest and dose.when.earliest <= last

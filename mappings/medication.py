"""Drugs: administrations, statements and orders, with the Medication behind them (E-26, encodings
10.4 to 10.8b).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from mappings.context import ERROR, Context, Record, clipped, status_of
from mappings.record.reduce import (
    CONCEPT,
    DATE,
    PERIOD,
    PLAIN,
    REFERENCE,
    TEXT,
    Many,
    Spec,
)
from mappings.record.resources import Item
from mappings.treatment.drug import Drug, drug_of
from mappings.treatment.drug_names import agents_of
from mappings.treatment.drug_time import Span, time_of
from mappings.treatment.infusion import infusion_named
from mappings.treatment.orders import Order, add_orders
from mappings.values.shapes import Json, all_words, is_true, objects, string
from relapse.facts import TYROSINE_KINASE_INHIBITORS, Agent, DrugUse, Given, StopReason

_DRUG: dict[str, Spec] = {"medicationCodeableConcept": CONCEPT, "medicationReference": REFERENCE}
_DOSAGE: dict[str, Spec] = {"text": TEXT, "route": CONCEPT}
ADMINISTRATION: dict[str, Spec] = {
    "status": TEXT,
    **_DRUG,
    "effectiveDateTime": DATE,
    "effectivePeriod": PERIOD,
    "dosage": _DOSAGE,
    "request": REFERENCE,
    "reasonCode": Many(CONCEPT),
    "statusReason": Many(CONCEPT),
}
STATEMENT: dict[str, Spec] = {
    "status": TEXT,
    **_DRUG,
    "effectiveDateTime": DATE,
    "effectivePeriod": PERIOD,
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
    "dosageInstruction": Many({**_DOSAGE, "timing": {"repeat": {"boundsPeriod": PERIOD}}}),
    "statusReason": CONCEPT,
    "reasonCode": Many(CONCEPT),
}
_SPECS = {
    "MedicationAdministration": ADMINISTRATION,
    "MedicationStatement": STATEMENT,
    "MedicationRequest": REQUEST,
}
_NO_DAY = "0001"
"""Stands for the day that FHIR requires of an administration and that is not there."""
_OTHER_TYPES = frozenset({"MedicationOrder", "MedicationDispense"})
_GIVEN = {
    "MedicationAdministration": frozenset({"completed", "in-progress", "on-hold", "stopped"}),
    "MedicationStatement": frozenset({"active", "completed", "on-hold", "stopped"}),
    "MedicationRequest": frozenset({"active", "completed", "on-hold", "stopped"}),
}
_CERTAINTY = {
    "MedicationAdministration": Given.ADMINISTERED,
    "MedicationStatement": Given.STATED,
    "MedicationRequest": Given.ORDERED,
}
_NOT_GIVEN = frozenset({"not-done", "not-taken", "intended", "draft", "cancelled"})
_NO_ORDER = frozenset({"proposal", "plan", "option"})
_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
_INTRATHECAL = re.compile(
    r"intrathecal|intraventricular|\bit\b(?=\s*(?:mtx|methotrexate|cytarabine|chemo|ara))|\bith\b|"
    r"intraommaya|ommaya",
    re.IGNORECASE,
)
_ORAL = re.compile(r"\boral|\bby mouth\b|\bpo\b|tablet|capsule", re.IGNORECASE)
_RHEUMATOLOGY = re.compile(
    r"arthritis|psoria|crohn|colitis|lupus|sarcoid|ectopic|uveitis|dermatomyositis|auto-?injector|"
    r"otrexup|rasuvo|rheumatrex|"
    r"macular|ophthalm|intravitreal|topical|eczema|vasculitis|scleroderma",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"relaps|refractory|progress|resistan|(?:treatment|therapy|drug) failure|\bfailure of|"
    r"lack of (?:response|efficacy)|no response|loss of (?:response|remission)|"
    r"persistent (?:disease|leuk)|t315i|ineffective|not effective|inefficac",
    re.IGNORECASE,
)
_INTOLERANT = re.compile(
    r"intoleran|toxicit|adverse|side effect|not tolerated|hepatotox|pancreatitis|thrombo|"
    r"cytopenia|rash|effusion|qt prolong|bleeding|allerg",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|without|never)\b(?! (?:tolerated|effective))", re.IGNORECASE)
_TAKEN_UNKNOWN = frozenset({"unk", "na"})
_OLD_NEGATIONS = ("wasNotTaken", "wasNotGiven", "notGiven", "notDone")


def read_all(context: Context, items: Iterable[Item]) -> None:
    """Add every use of a drug that matters. Orders of infused drugs whose doses are recorded say
    nothing more.
    """
    orders: list[Order] = []
    under: set[str] = set()
    for item in items:
        drug = drug_of(context, item)
        if drug is None:
            continue
        context.guarded(item, partial(_read, context, item, drug, orders, under))
    add_orders(context, orders, under)


def _read(context: Context, item: Item, drug: Drug, orders: list[Order], under: set[str]) -> None:
    if not _is_use(context, item, drug):
        return
    doubts = _doubts(item)
    for doubt in doubts:
        context.list_unread(item, doubt, drug.name)
    record = _admitted(context, item, drug)
    if record is None:
        return
    span = time_of(context, record, status_of(item.resource), drug.name)
    if not _add_infusion(context, record, drug, span, certain=not doubts):
        for use in _uses(context, record, drug, span, certain=not doubts):
            if use.given is Given.ORDERED and not use.oral:
                orders.append(Order(item, use))
            else:
                context.facts.append(use)
        _note_order(context, record, under)


def _is_use(context: Context, item: Item, drug: Drug) -> bool:
    """Whether the resource says that a known drug was, will or may have been given; what it says
    otherwise is listed where somebody may look for it.
    """
    resource, status = item.resource, status_of(item.resource)
    if not drug.value_sets:
        if status not in _NOT_GIVEN | {ERROR} and context.is_patients(item):
            context.list_unread(item, drug.problem, drug.words)
        return False
    if item.kind in _OTHER_TYPES:
        context.list_unread(item, "a type of resource that is not read", drug.name)
        return False
    if status == ERROR:
        context.list_unread(item, "entered in error", drug.name)
        return False
    if is_true(resource.get("doNotPerform")) or status in _NOT_GIVEN:
        return False
    if any(is_true(resource.get(name)) for name in _OLD_NEGATIONS) or string(
        resource.get("taken")
    ) in ("n", "no"):
        context.list_unread(
            item, "marked as not given in the way of an older FHIR release", drug.name
        )
        return False
    return not (item.kind == "MedicationRequest" and _intent(item) in _NO_ORDER)


def _intent(item: Item) -> str:
    return string(item.resource.get("intent")).lower()


def _doubts(item: Item) -> list[str]:
    """Why it is not certain that the drug was given; empty where it is."""
    found = []
    if item.kind == "MedicationRequest" and _intent(item) not in _ORDERS | {""}:
        found.append("an intent that is not known")
    if item.kind == "MedicationStatement" and string(item.resource.get("taken")) in _TAKEN_UNKNOWN:
        found.append("not known whether taken, in the way of an older FHIR release")
    status = status_of(item.resource)
    if status not in _GIVEN[item.kind]:
        found.append("a status that is not known" if status else "no status")
    return found


def _admitted(context: Context, item: Item, drug: Drug) -> Record | None:
    """The resource as a record, with what FHIR requires and `drug` and `time_of` read by rules of
    their own.
    """
    resource, kind = item.resource, item.kind
    required: dict[str, object] = {"status": "unknown"}
    if "medicationReference" not in resource:
        required["medicationCodeableConcept"] = {"text": drug.name}
    if kind == "MedicationRequest":
        required["intent"] = "order"
    if kind == "MedicationAdministration" and "effectivePeriod" not in resource:
        required["effectiveDateTime"] = _NO_DAY
    record = context.admit(item, _SPECS[kind], drug.name, required, _modern(resource, kind))
    if record is not None and record.data.get("effectiveDateTime") == _NO_DAY:
        del record.data["effectiveDateTime"]
    return record


def _modern(resource: Json, kind: str) -> Json:
    """Release 5 calls the time of an administration occurrence, and keeps the drug in one
    member.
    """
    changes: Json = {}
    if kind == "MedicationAdministration":
        for name in ("DateTime", "Period"):
            if f"occurence{name}" in resource or f"occurrence{name}" in resource:
                changes[f"effective{name}"] = resource.get(f"occurence{name}") or resource.get(
                    f"occurrence{name}"
                )
    return {**resource, **changes} if changes else resource


def _add_infusion(
    context: Context, record: Record, drug: Drug, span: Span, *, certain: bool
) -> bool:
    """Whether the drug is CAR-T cells, which are infusions and no uses of a drug."""
    item = record.item
    ordered = item.kind == "MedicationRequest"
    infusion = infusion_named(
        drug.value_sets,
        item.reference,
        span.start,
        clipped(drug.name),
        certain=certain and not ordered,
    )
    if infusion is None:
        return False
    if ordered:
        completed = status_of(item.resource) == "completed"
        context.car_t_orders.append((item, infusion, completed))
    else:
        context.car_t.append(infusion)
    return True


def _uses(
    context: Context, record: Record, drug: Drug, span: Span, *, certain: bool
) -> Iterator[DrugUse]:
    """The use of each agent. One that was perhaps given counts as an infused order does: an older
    antigen result is no longer proof, and nothing else follows from it.
    """
    item = record.item
    reasons = _reasons(record.data)
    words = f"{drug.words} | {_routes(record.data)}"
    intrathecal = bool(_INTRATHECAL.search(words))
    ended = status_of(item.resource) == "stopped" or span.end is not None
    for agent in sorted(agents_of(drug.value_sets), key=lambda agent: agent.value):
        if agent is Agent.METHOTREXATE and _RHEUMATOLOGY.search(f"{words} | {reasons}"):
            continue
        oral = agent in TYROSINE_KINASE_INHIBITORS or (
            bool(_ORAL.search(words)) and not intrathecal
        )
        if oral and not certain:
            continue
        yield DrugUse(
            source=context.source(item, span.inferred),
            when=span.start,
            text=clipped(drug.name),
            agent=agent,
            name=clipped(drug.name, 120),
            given=_CERTAINTY[item.kind] if certain else Given.ORDERED,
            until=span.end,
            running=span.running,
            stop_reason=_stop_reason(record.data) if ended else None,
            intrathecal=intrathecal,
            oral=oral,
        )


def _note_order(context: Context, record: Record, under: set[str]) -> None:
    """Remember the order that a dose was given under."""
    request = record.data.get("request")
    if request is not None:
        target = context.index.find(request, record.item)
        under.add(target.reference if target is not None else string(request.get("reference")))


def _routes(data: Json) -> str:
    dosages = objects(data.get("dosage")) + objects(data.get("dosageInstruction"))
    return " | ".join(
        f"{all_words(dosage.get('route'))} {string(dosage.get('text'))}" for dosage in dosages
    )


def _reasons(data: Json) -> str:
    return " | ".join(all_words(reason) for reason in objects(data.get("reasonCode")))


def _stop_reason(data: Json) -> StopReason | None:
    """Why a drug was stopped; a reason that names both failure and intolerance, or denies one, is
    none.
    """
    words = " | ".join(all_words(reason) for reason in objects(data.get("statusReason")))
    if not words or _NEGATED.search(words):
        return None
    failed, intolerant = bool(_FAILED.search(words)), bool(_INTOLERANT.search(words))
    if failed == intolerant:
        return None
    return StopReason.FAILED if failed else StopReason.INTOLERANT

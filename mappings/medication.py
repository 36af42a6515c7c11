"""Drugs: administrations, statements and orders, with the Medication behind them (E-26, encodings
10.4 to 10.8b).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    resource, kind = item.resource, item.kind
    status = status_of(resource)
    if not drug.value_sets:
        if status not in _NOT_GIVEN | {ERROR} and context.is_patients(item):
            context.list_unread(item, drug.problem, drug.words)
        return
    if kind in _OTHER_TYPES:
        context.list_unread(item, "a type of resource that is not read", drug.name)
        return
    if status == ERROR:
        context.list_unread(item, "entered in error", drug.name)
        return
    if (
        is_true(resource.get("doNotPerform"))
        or status in _NOT_GIVEN
        or status == "entered-in-error"
    ):
        return
    if any(is_true(resource.get(name)) for name in _OLD_NEGATIONS) or string(
        resource.get("taken")
    ) in ("n", "no"):
        context.list_unread(
            item, "marked as not given in the way of an older FHIR release", drug.name
        )
        return
    if kind == "MedicationRequest" and string(resource.get("intent")).lower() in _NO_ORDER:
        return
    taken = string(resource.get("taken")) if kind == "MedicationStatement" else ""
    intent = string(resource.get("intent")).lower() if kind == "MedicationRequest" else ""
    perhaps = status not in _GIVEN[kind] or taken in _TAKEN_UNKNOWN or intent not in _ORDERS | {""}
    if intent not in _ORDERS | {""}:
        context.list_unread(item, "an intent that is not known", drug.name)
    if taken in _TAKEN_UNKNOWN:
        context.list_unread(
            item, "not known whether taken, in the way of an older FHIR release", drug.name
        )
    if status not in _GIVEN[kind]:
        context.list_unread(
            item, "a status that is not known" if status else "no status", drug.name
        )
    spec = {
        "MedicationAdministration": ADMINISTRATION,
        "MedicationStatement": STATEMENT,
        "MedicationRequest": REQUEST,
    }[kind]
    required: dict[str, object] = {
        "status": "unknown",
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
    span = time_of(context, record, status, drug.name)
    _add(context, record, drug, span, status, orders, under, perhaps)


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


def _add(
    context: Context,
    record: Record,
    drug: Drug,
    span: Span,
    status: str,
    orders: list[Order],
    under: set[str],
    perhaps: bool,
) -> None:
    """Add the use of each agent. One that was perhaps given counts as an infused order does: an
    older antigen result is no longer proof, and nothing else follows from it.
    """
    item, kind = record.item, record.item.kind
    reasons = _reasons(record.data)
    infusion = infusion_named(
        drug.value_sets,
        item.reference,
        span.start,
        clipped(drug.name),
        certain=not perhaps and kind != "MedicationRequest",
    )
    if infusion is not None:
        if kind == "MedicationRequest":
            context.car_t_orders.append((item, infusion, status == "completed"))
        else:
            context.car_t.append(infusion)
        return
    words = f"{drug.words} | {_routes(record.data)}"
    for agent in sorted(agents_of(drug.value_sets), key=lambda agent: agent.value):
        if agent is Agent.METHOTREXATE and _RHEUMATOLOGY.search(f"{words} | {reasons}"):
            continue
        oral = agent in TYROSINE_KINASE_INHIBITORS or (
            bool(_ORAL.search(words)) and not _INTRATHECAL.search(words)
        )
        if perhaps and oral:
            continue
        given = Given.ORDERED if perhaps else _CERTAINTY[kind]
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
            orders.append(Order(item, use))
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

"""Treatment: plans, doses, tablets, transplant, CAR-T cells, intrathecal therapy, irradiation."""

from __future__ import annotations

from html import escape
from typing import Any

from scripts.synthetic_records.codes import (
    CPT,
    HCPCS,
    PCS,
    US_CORE,
    coding,
    concept,
    drug,
    profile,
    snomed,
)
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.values import moment

TITLES = {
    "front line": "Front-line ALL chemotherapy: induction, consolidation, maintenance",
    "front-line induction": "Front-line ALL induction",
    "second induction": "Second induction course",
    "reinduction": "Relapse reinduction",
    "consolidation": "Relapse consolidation",
}
STOPPED_BECAUSE = {
    "relapse": "Relapse of leukemia while on treatment",
    "intolerance": "Intolerance",
    "toxicity": "Toxicity",
    "end of treatment": "Planned end of treatment",
}


@line("plan")
def plan(record: Record, row: Row) -> None:
    """One course. ``to`` = completed, ``stopped`` = broken off then, neither = running."""
    add_plan(record, TITLES.get(row.value, row.value), row)


def add_plan(record: Record, title: str, row: Row) -> None:
    start, end, stopped = row.date("from"), row.optional_date("to"), row.optional_date("stopped")
    status = "revoked" if stopped else ("completed" if end else "active")
    last = stopped or end
    body: dict[str, Any] = {
        "meta": profile("us-core-careplan"),
        "status": status,
        "intent": "plan",
        "category": [
            concept(
                "Oncology treatment plan",
                coding(
                    f"{US_CORE.replace('StructureDefinition', 'CodeSystem')}/careplan-category",
                    "assess-plan",
                    "Assessment and Plan of Treatment",
                ),
            )
        ],
        "title": title,
        "subject": record.subject,
        "period": {"start": start} | ({"end": last} if last else {}),
        "addresses": [{"reference": record.leukemia}] if record.leukemia else None,
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(title)}</div>',
        },
    }
    record.add("CarePlan", body)


def give(
    record: Record, name: str, start: str, end: str | None = None, route: str | None = None
) -> None:
    """An administration: on one day, or continuously until ``end``."""
    if end:
        when: dict[str, Any] = {
            "effectivePeriod": {"start": moment(start), "end": moment(end, "18:00:00")}
        }
    else:
        when = {"effectiveDateTime": moment(start, "11:00:00")}
    body = {
        "status": "completed",
        "medicationCodeableConcept": drug(name),
        "subject": record.subject,
        **when,
        "dosage": {"text": route, "route": concept(route)} if route else None,
    }
    record.add("MedicationAdministration", body)


@line("drug")
def infused(record: Record, row: Row) -> None:
    """Doses on the first and last day, or one continuous infusion; ``cycle`` adds a plan."""
    name, start, end = row.value, row.date("from"), row.optional_date("to")
    route = row.text("route") or None
    if row.flag("continuous", False):
        give(record, name, start, end, route)
    else:
        for day in dict.fromkeys([start, end or start]):
            give(record, name, day, None, route)
    cycle = row.text("cycle")
    if cycle:
        add_plan(record, f"{name.capitalize()}, cycle {cycle}", row)


@line("tablets")
def tablets(record: Record, row: Row) -> None:
    """An oral drug as an order that ran: until ``to``, or still taken."""
    start, end = row.date("from"), row.optional_date("to")
    reason = row.choice("stopped because", STOPPED_BECAUSE | {"": ""}, "")
    status = "active" if end is None else ("stopped" if reason else "completed")
    body = {
        "meta": profile("us-core-medicationrequest"),
        "status": status,
        "statusReason": concept(reason) if reason else None,
        "intent": "order",
        "medicationCodeableConcept": drug(row.value),
        "subject": record.subject,
        "authoredOn": moment(start),
        "dosageInstruction": [
            {
                "text": "Once daily by mouth",
                "timing": {
                    "repeat": {"boundsPeriod": {"start": start} | ({"end": end} if end else {})}
                },
            }
        ],
    }
    record.add("MedicationRequest", body)


def procedure(
    record: Record, text: str, day: str | None, *codings: dict[str, str], **more: Any
) -> None:
    """What was done; without a day the record does not tell when."""
    body = {
        "meta": profile("us-core-procedure"),
        "status": "completed",
        "code": concept(text, *codings),
        "subject": record.subject,
        "performedDateTime": moment(day, "13:00:00") if day else None,
        "reasonReference": [{"reference": record.leukemia}] if record.leukemia else None,
    }
    record.add("Procedure", body | more)


@line("transplant")
def transplant(record: Record, row: Row) -> None:
    """A graft; ``on: unknown`` where the record does not say when."""
    kinds: dict[str, tuple[str, list[dict[str, str]]]] = {
        "allogeneic": (
            "Allogeneic peripheral blood stem cell transplantation",
            [
                snomed("425843001", "Allogeneic peripheral blood stem cell transplant (procedure)"),
                coding(CPT, "38240", "Allogeneic HPC transplantation"),
            ],
        ),
        "autologous": (
            "Autologous peripheral blood stem cell transplantation",
            [
                snomed("425983008", "Autologous peripheral blood stem cell transplant (procedure)"),
                coding(CPT, "38241", "Autologous HPC transplantation"),
            ],
        ),
        "donor type not stated": (
            "Hematopoietic stem cell transplantation",
            [
                snomed("234336002", "Hemopoietic stem cell transplant (procedure)"),
            ],
        ),
    }
    text, codings = row.choice("transplant", kinds)
    day = None if row.text("on") == "unknown" else row.date()
    procedure(record, text, day, *codings)


@line("car-t")
def car_t(record: Record, row: Row) -> None:
    """One infusion of CAR-T cells: a procedure, and the product given the same day."""
    day = row.date()
    products = {
        "tisagenlecleucel": [
            coding(PCS, "XW033J7", "Introduction of Tisagenlecleucel Immunotherapy")
        ],
        "brexucabtagene autoleucel": [
            coding(PCS, "XW033M7", "Introduction of Brexucabtagene Autoleucel Immunotherapy")
        ],
        "obecabtagene autoleucel": [coding(HCPCS, "Q2058", "Obecabtagene autoleucel")],
        "product not named": [],
    }
    special = row.choice("car-t", products)
    if day >= "2025":
        cpt = coding(CPT, "38228", "CAR-T cell administration, autologous")
    else:
        cpt = coding(CPT, "0540T", "CAR-T cell administration, autologous")
    general = snomed("1156961008", "Chimeric antigen receptor T-cell immunotherapy (procedure)")
    named = row.value != "product not named"
    text = f"CAR-T cell infusion: {row.value}" if named else "CAR-T cell infusion"
    procedure(record, text, day, general, cpt, *special)
    if named:
        give(record, row.value, day)


@line("donor lymphocytes")
def donor_lymphocytes(record: Record, row: Row) -> None:
    row.choice("donor lymphocytes", {"given": True})
    code = coding(CPT, "38242", "Allogeneic lymphocyte infusions")
    procedure(record, "Donor lymphocyte infusion", row.date(), code)


@line("donor search")
def donor_search(record: Record, row: Row) -> None:
    row.choice("donor search", {"done": True})
    code = coding(CPT, "38204", "Donor search and cell acquisition management")
    procedure(record, "Donor search", row.date(), code)


@line("intrathecal")
def intrathecal(record: Record, row: Row) -> None:
    """Chemotherapy into the spinal fluid; the drug is recorded where it is named."""
    day = row.date()
    codes = (
        snomed("171765004", "Intrathecal injection of chemotherapeutic agent (procedure)"),
        coding(CPT, "96450", "Chemotherapy administration into CNS by spinal puncture"),
    )
    procedure(record, "Intrathecal chemotherapy", day, *codes)
    if row.value != "given":
        give(record, row.value, day, route="Intrathecal")


@line("cranial irradiation")
def cranial_irradiation(record: Record, row: Row) -> None:
    row.choice("cranial irradiation", {"given": True})
    code = coding(PCS, "D0001ZZ", "Beam Radiation of Brain using Photons 1 - 10 MeV")
    procedure(record, "Cranial irradiation", row.date(), code)


@line("marrow aspiration", "lumbar puncture")
def sampling(record: Record, row: Row) -> None:
    """The procedure that took a specimen."""
    row.choice(row.kind, {"done": True})
    if row.kind == "marrow aspiration":
        code = snomed("49401003", "Bone marrow aspiration procedure (procedure)")
        procedure(record, "Bone marrow aspiration", row.date(), code)
    else:
        procedure(
            record,
            "Lumbar puncture",
            row.date(),
            snomed("277762005", "Lumbar puncture (procedure)"),
        )

"""Diagnosis, remission, relapse: the leading Condition, coded episodes, statements of response."""

from __future__ import annotations

from typing import Any

from scripts.synthetic_records.codes import (
    AML_BY_STATUS,
    DISEASES,
    HL7,
    RELAPSE_CODE,
    REMISSION_CODE,
    clinical_status,
    coding,
    concept,
    condition_category,
    loinc,
    profile,
    snomed,
    verification_status,
)
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.specimens import record_marrow
from scripts.synthetic_records.values import moment

ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth"}
ORDINAL_WORDS = {word: word for word in ORDINALS.values()} | {"yes": "", "a": ""}
STATUSES = {
    word: word for word in ("active", "relapse", "recurrence", "remission", "resolved", "inactive")
}
VERIFICATION = {
    word: word
    for word in (
        "confirmed",
        "provisional",
        "differential",
        "unconfirmed",
        "refuted",
        "entered-in-error",
    )
}


def condition(
    record: Record,
    code: dict[str, Any],
    *,
    onset: str | None,
    status: str | None = "active",
    verification: str = "confirmed",
    category: str = "problem-list-item",
    **more: Any,
) -> str:
    """A Condition of this patient; entries in error carry no clinical status (FHIR con-5)."""
    encounter = category == "encounter-diagnosis"
    name = (
        "us-core-condition-encounter-diagnosis"
        if encounter
        else "us-core-condition-problems-health-concerns"
    )
    keeps_status = status is not None and verification != "entered-in-error"
    body = {
        "meta": profile(name),
        "clinicalStatus": clinical_status(status) if status and keeps_status else None,
        "verificationStatus": verification_status(verification),
        "category": condition_category(category),
        "code": code,
        "subject": record.subject,
        "onsetDateTime": onset,
        "recordedDate": onset,
    }
    return record.add("Condition", body | more)


def visit(record: Record, text: str, day: str) -> dict[str, str]:
    """The ambulatory encounter of that day."""
    body = {
        "meta": profile("us-core-encounter"),
        "status": "finished",
        "class": coding(f"{HL7}/v3-ActCode", "AMB", "ambulatory"),
        "type": [concept(text)],
        "subject": record.subject,
        "period": {"start": moment(day, "08:00:00"), "end": moment(day, "11:30:00")},
    }
    return {"reference": record.add("Encounter", body)}


@line("diagnosis")
def diagnosis(record: Record, row: Row) -> None:
    """The leading entry of the problem list; its onset is the date of first diagnosis."""
    name = row.value
    code = row.choice("diagnosis", DISEASES)
    day = row.date()
    default = record.milestones.clinical_status if record.leukemia is None else "active"
    status = row.choice("status", STATUSES, default)
    if name == "AML" and status in AML_BY_STATUS:
        code = code | {"coding": [*code["coding"], AML_BY_STATUS[status]]}
    if row.has("text"):
        code = code | {"text": row.text("text")}
    asserted = {
        "url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
        "valueDateTime": day,
    }
    meta = profile("mcode-primary-cancer-condition")
    reference = condition(
        record,
        code,
        onset=day,
        status=status,
        verification=row.choice("verification", VERIFICATION, "confirmed"),
        meta=meta,
        extension=[asserted],
    )
    record.leukemia = record.leukemia or reference


@line("provisional")
def provisional(record: Record, row: Row) -> None:
    """A suspicion on the problem list, not a diagnosis: 'Rule out acute lymphoblastic leukemia'."""
    code = concept(row.value, snomed("91857003", "Acute lymphoid leukemia, disease (disorder)"))
    verification = row.choice("verification", VERIFICATION, "provisional")
    condition(record, code, onset=row.date(), verification=verification)


@line("family history")
def family_history(record: Record, row: Row) -> None:
    """A relative's disease."""
    kin = {
        "brother": ("BRO", "brother"),
        "sister": ("SIS", "sister"),
        "mother": ("MTH", "mother"),
        "father": ("FTH", "father"),
        "cousin": ("COUSN", "cousin"),
    }
    code, display = row.choice("relative", kin, "brother")
    body = {
        "status": "completed",
        "patient": record.subject,
        "date": row.optional_date("on"),
        "relationship": concept(display, coding(f"{HL7}/v3-RoleCode", code, display)),
        "condition": [
            {
                "code": concept(
                    row.value, snomed("91857003", "Acute lymphoid leukemia, disease (disorder)")
                )
            }
        ],
    }
    record.add("FamilyMemberHistory", body)


@line("remission")
def remission(record: Record, row: Row) -> None:
    """A complete remission by statement of disease status, remission code, marrow, or several."""
    ordinal, name = row.choice(
        "remission",
        {f"CR{n}": (word, f"CR{n}") for n, word in ORDINALS.items()} | {"yes": ("", "")},
    )
    day = row.date()
    by = set(row.text("by", "statement").replace(" and ", ", ").split(", "))
    if unknown := by - {"statement", "code", "marrow"}:
        raise row.fail(f"unknown evidence '{min(unknown)}' (statement, code, marrow)", "by")
    if "statement" in by:
        text = row.text("text") or (
            f"Complete remission, {ordinal} ({name})" if name else "Complete remission"
        )
        state_response(
            record,
            day,
            snomed("103338009", "In full remission (qualifier value)"),
            text,
            row.status(),
        )
    if "code" in by:
        condition(
            record,
            concept(REMISSION_CODE["display"], REMISSION_CODE),
            onset=day,
            status="remission",
        )
    if "marrow" in by or row.has("marrow"):
        record_marrow(record, day, row.text("marrow", "1 %"), ("morphology",), "final")


def state_response(record: Record, day: str, value: dict[str, str], text: str, status: str) -> None:
    record.result(
        loinc("97509-4", "Cancer Disease Progression", "Cancer disease status"),
        day,
        {"valueCodeableConcept": concept(text, value)},
        status=status,
        category="exam",
        meta=profile("mcode-cancer-disease-status"),
        focus=[{"reference": record.leukemia}] if record.leukemia else None,
    )


@line("partial remission")
def partial_remission(record: Record, row: Row) -> None:
    value = snomed("103337004", "In partial remission (qualifier value)")
    state_response(
        record,
        row.date(),
        value,
        row.choice("partial remission", {"yes": "Partial remission"}),
        row.status(),
    )


@line("disease status")
def disease_status(record: Record, row: Row) -> None:
    """A trend of the disease, which states no remission."""
    trends = {
        "improved": snomed("268910001", "Patient's condition improved (finding)"),
        "stable": snomed("359746009", "Patient's condition stable (finding)"),
        "worsened": snomed("271299001", "Patient's condition worsened (finding)"),
    }
    value = row.choice("disease status", trends)
    state_response(record, row.date(), value, row.value.capitalize(), row.status())


@line("relapse")
def relapse(record: Record, row: Row) -> None:
    """A relapse: an encounter diagnosis that dates it, and the marrow that showed it.

    ``recorded``: the code was entered on that later day, with the onset of the relapse, and stays
    open.
    """
    ordinal = row.choice("relapse", ORDINAL_WORDS)
    day = row.date()
    recorded = row.date("recorded", day)
    if row.flag("coded", True):
        end = record.milestones.remission_after(day) if recorded == day else None
        text = row.text("text") or f"Acute lymphoblastic leukemia, {ordinal or 'in'} relapse"
        condition(
            record,
            concept(text, RELAPSE_CODE),
            onset=day,
            status="resolved" if end else "active",
            verification=row.choice("verification", VERIFICATION, "confirmed"),
            category="encounter-diagnosis",
            abatementDateTime=end,
            recordedDate=recorded,
            encounter=visit(record, "Hematology-oncology visit", recorded),
        )
    if row.has("marrow"):
        record_marrow(
            record,
            day,
            row.raw("marrow"),
            row.text("by", "morphology and flow").split(" and "),
            "final",
        )


@line("repeated code")
def repeated_code(record: Record, row: Row) -> None:
    """The relapse code once more at a visit: recorded then, with no onset of its own."""
    if row.value != "C91.02":
        raise row.fail("only C91.02 can be repeated")
    day = row.date()
    condition(
        record,
        concept(row.text("text", RELAPSE_CODE["display"]), RELAPSE_CODE),
        onset=None,
        category="encounter-diagnosis",
        recordedDate=day,
        encounter=visit(record, "Follow-up visit", day),
    )


@line("refractory")
def refractory(record: Record, row: Row) -> None:
    """A documented failure to reach remission."""
    row.choice("refractory", {"yes": True})
    code = snomed("12311000132101", "Refractory acute lymphoid leukemia (disorder)")
    day = row.date()
    condition(
        record,
        concept("Acute lymphoblastic leukemia, refractory", code),
        onset=day,
        category="encounter-diagnosis",
        encounter=visit(record, "Hematology-oncology visit", day),
    )

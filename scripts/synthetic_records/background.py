"""What fills a real chart and decides nothing: series of counts, vital signs, visits, notes."""

from __future__ import annotations

import base64
from datetime import date, timedelta

from scripts.synthetic_records.codes import (
    HL7,
    LOINC,
    coding,
    concept,
    icd,
    loinc,
    profile,
    snomed,
)
from scripts.synthetic_records.disease import condition, visit
from scripts.synthetic_records.record import Record
from scripts.synthetic_records.registry import line
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.safety import COUNTS, LIVER, range_of
from scripts.synthetic_records.values import moment, number, quantity

UNRELATED = {
    "asthma": concept(
        "Mild intermittent asthma",
        snomed("195967001", "Asthma"),
        icd("J45.20", "Mild intermittent asthma, uncomplicated"),
    ),
    "dental caries": concept("Dental caries", snomed("80967001", "Dental caries")),
    "hypertension": concept(
        "Essential hypertension",
        snomed("59621000", "Essential hypertension"),
        icd("I10", "Essential (primary) hypertension"),
    ),
    "type 2 diabetes": concept(
        "Type 2 diabetes mellitus", snomed("44054006", "Type 2 diabetes mellitus")
    ),
    "ankle sprain": concept("Sprain of right ankle"),
    "seasonal allergic rhinitis": concept("Seasonal allergic rhinitis"),
}
EXTRA_CHEMISTRY = (
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "0.4", "1.2", 60, 5),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", "3.5", "5.1", 410, 12),
)


@line("unrelated problem")
def unrelated_problem(record: Record, row: Row) -> None:
    end = row.optional_date("until")
    code = row.choice("unrelated problem", UNRELATED)
    condition(
        record,
        code,
        onset=row.date(),
        status="resolved" if end else "active",
        abatementDateTime=end,
    )


@line("count series")
def count_series(record: Record, row: Row) -> None:
    """Blood counts at regular visits between two dates, all within or near their ranges."""
    row.choice("count series", {"ordinary": True})
    for place, day in enumerate(_days(row)):
        results = []
        for index, (code, name, low, high) in enumerate(COUNTS.values()):
            base = ("4.1", "1.9", "187")[index]
            value = number(base) + number(("0.1", "0.1", "9")[index]) * ((place * (index + 3)) % 7)
            body = {"valueQuantity": quantity(value, "10*3/uL")}
            limits = range_of(low, high, "10*3/uL")
            results.append(
                record.result(loinc(code, name), day, body, material="blood", referenceRange=limits)
            )
        panel = loinc("58410-2", "CBC panel - Blood by Automated count")
        record.report(panel, day, results, "", specimen=[record.specimen("blood", day)])


@line("chemistry series")
def chemistry_series(record: Record, row: Row) -> None:
    """Liver values, creatinine and potassium at regular visits, all normal."""
    row.choice("chemistry series", {"ordinary": True})
    for place, day in enumerate(_days(row)):
        for code, name, unit, low, high in LIVER.values():
            value = round(number(high) * (4 + place % 4) / 10, 1)
            limits = range_of(low, high, unit)
            record.result(
                loinc(code, name),
                day,
                {"valueQuantity": quantity(value, unit)},
                material="serum",
                referenceRange=limits,
            )
        for code, name, unit, low, high, base, step in EXTRA_CHEMISTRY:
            value = number(str((base + step * (place % 3)) / 100))
            limits = range_of(low, high, unit)
            record.result(
                loinc(code, name),
                day,
                {"valueQuantity": quantity(value, unit)},
                material="serum",
                referenceRange=limits,
            )


@line("vital signs")
def vital_signs(record: Record, row: Row) -> None:
    """Weight, height, temperature, heart rate and blood pressure of one day: '38 kg, 145 cm'."""
    day = row.date()
    weight, _, height = row.value.partition(", ")
    simple = (
        ("29463-7", "Body weight", weight.removesuffix(" kg"), "kg", "kg"),
        ("8302-2", "Body height", height.removesuffix(" cm"), "cm", "cm"),
        ("8310-5", "Body temperature", "36.8", "Cel", "Cel"),
        ("8867-4", "Heart rate", "84", "/min", "/min"),
    )
    for code, name, value, unit, ucum in simple:
        record.result(
            loinc(code, name),
            day,
            {"valueQuantity": quantity(number(value), unit, ucum)},
            category="vital-signs",
        )
    parts = [
        {"code": loinc(code, name), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, name, value in (
            ("8480-6", "Systolic blood pressure", "112"),
            ("8462-4", "Diastolic blood pressure", "68"),
        )
    ]
    panel = loinc("85354-9", "Blood pressure panel with all children optional")
    record.result(panel, day, {"component": parts}, category="vital-signs")


@line("visit")
def clinic_visit(record: Record, row: Row) -> None:
    visit(record, row.value, row.date())


@line("note")
def progress_note(record: Record, row: Row) -> None:
    """A progress note as a document; its words are narrative, nothing is coded from them."""
    day = row.date()
    body = {
        "meta": profile("us-core-documentreference"),
        "status": "current",
        "type": concept("Progress note", coding(LOINC, "11506-3", "Progress note")),
        "category": [concept("Clinical note")],
        "subject": record.subject,
        "date": moment(day, "12:00:00"),
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain",
                    "data": base64.b64encode(row.value.encode()).decode(),
                }
            }
        ],
    }
    record.add("DocumentReference", body)


@line("allergy")
def allergy(record: Record, row: Row) -> None:
    body = {
        "meta": profile("us-core-allergyintolerance"),
        "clinicalStatus": {
            "coding": [coding(f"{HL7}/allergyintolerance-clinical", "active", "Active")]
        },
        "code": concept(row.value),
        "patient": record.subject,
        "recordedDate": row.date(),
    }
    record.add("AllergyIntolerance", body)


@line("vaccine")
def vaccine(record: Record, row: Row) -> None:
    body = {
        "meta": profile("us-core-immunization"),
        "status": "completed",
        "vaccineCode": concept(row.value),
        "patient": record.subject,
        "occurrenceDateTime": row.date(),
    }
    record.add("Immunization", body)


@line("smoking status")
def smoking_status(record: Record, row: Row) -> None:
    code = loinc("72166-2", "Tobacco smoking status")
    value = {"valueCodeableConcept": concept(row.value)}
    record.result(
        code, row.date(), value, category="social-history", meta=profile("us-core-smokingstatus")
    )


def _days(row: Row) -> list[str]:
    """Days from ``from`` to ``to``, ``every`` so many days (28 unless said)."""
    start, end = date.fromisoformat(row.date("from")), date.fromisoformat(row.date("to"))
    step = int(number(row.text("every", "28").removesuffix(" days")))
    count = (end - start).days // step + 1
    return [(start + timedelta(days=step * place)).isoformat() for place in range(max(count, 0))]

"""The Patient: birth, sex and vital status. Names and addresses are never read."""

from __future__ import annotations

from mappings.context import Context
from mappings.record import model
from mappings.record.reduce import DATE, PLAIN, TEXT, Spec, cut
from mappings.record.resources import Item
from mappings.values import when
from mappings.values.shapes import is_true
from relapse.dates import DateRange, add_months
from relapse.facts import Patient, Sex

PATIENT: dict[str, Spec] = {
    "gender": TEXT,
    "birthDate": DATE,
    "deceasedBoolean": PLAIN,
    "deceasedDateTime": DATE,
}
_OLDEST_YEARS = 120
"""Older birth dates, such as 1900-01-01, stand for one that nobody knows."""
_SEXES = {"female": Sex.FEMALE, "male": Sex.MALE, "other": Sex.OTHER}


def read(context: Context, item: Item | None, patient_id: str | None) -> Patient:
    """The patient; what is missing or unreadable stays unknown, the latter is listed."""
    if item is None:
        return Patient(f"Patient/{patient_id or ''}")
    resource = item.resource
    reduced = cut(resource, PATIENT)
    data = reduced.data
    refused = model.refusal("Patient", reduced)
    if resource.get("modifierExtension") or refused is not None:
        context.list_unread(
            item,
            f"not valid FHIR R4: {refused}"
            if refused
            else "a modifier extension that is not known here",
        )
        return Patient(item.reference)
    for name in ("birthDate", "gender"):
        # Two versions that nothing ranks: what they do not agree on is doubtful (CONF-09).
        if len({str(rival.get(name)) for rival in item.rivals}) > 1:
            context.list_unread(item, "two versions that differ in birth date or sex")
            data.pop(name, None)
    if reduced.unreadable:
        context.list_unread(item, "a date that cannot be read")
    birth = when.of_day(data.get("birthDate"))
    if birth is not None and birth.earliest > context.as_of:
        context.list_unread(item, "a birth date after the evaluation date")
        birth = None
    elif birth is not None and birth.latest < add_months(context.as_of, -_OLDEST_YEARS * 12):
        context.list_unread(item, f"a birth date more than {_OLDEST_YEARS} years ago")
        birth = None
    sex = _SEXES.get(data.get("gender", ""))
    return Patient(
        item.reference,
        birth,
        sex,
        _deceased(context, data, "deceasedDateTime" in reduced.unreadable),
    )


def _deceased(context: Context, data: dict[str, object], unreadable: bool) -> DateRange | bool:
    """Death that has happened by the evaluation date; "not deceased" says nothing."""
    day = data.get("deceasedDateTime")
    if isinstance(day, str):
        died = when.of_day(day)
        return died if died is not None and died.earliest <= context.as_of else False
    return unreadable or is_true(data.get("deceasedBoolean"))

"""Whose data it is (mapping rules 1 to 4)."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.errors import MappingError, WrongPatient
from relapse.facts import BlastResult, Diagnosis, Sex
from tests.mappings.records import (
    AS_OF,
    LEADING,
    bundle,
    facts,
    marrow,
    only,
    patient,
    read,
    reasons,
    specimen,
)

BASE = "https://ehr.example.org/fhir"
MRN = {"system": "urn:oid:1.2.3", "value": "4711"}


def transaction(subject: Any, **members: Any) -> dict[str, Any]:
    """A Bundle whose entries name their own addresses."""
    return bundle(
        patient(identifier=[MRN]),
        marrow(subject=subject, **members),
        full_urls=(f"{BASE}/Patient/p", f"{BASE}/Observation/m"),
    )


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p"},
        {"reference": "Patient/p/_history/3"},
        {"reference": f"{BASE}/Patient/p"},
        {"reference": f"{BASE}/Patient/p/_history/1"},
        {"reference": "http://EHR.example.org/fhir/Patient/p"},
        {"identifier": MRN},
        {"identifier": MRN, "type": "Patient", "display": "A name"},
        {"reference": "Patient?identifier=urn:oid:1.2.3|4711"},
    ],
)
def test_rule_1_subjects_that_lead_to_the_patient(subject: Any) -> None:
    assert only(read(transaction(subject)), BlastResult)


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {},
        {"display": "The right name"},
        {"reference": "Patient/other"},
        {"reference": "Group/p"},
        {"reference": "p"},
        {"reference": "https://elsewhere.example.org/fhir/Patient/p"},
        {"reference": "urn:uuid:11111111-1111-1111-1111-111111111111"},
        {"reference": "#p"},
        {"identifier": {"value": "4711"}},
        {"identifier": {"system": "urn:oid:9.9", "value": "4711"}},
        {"identifier": {"system": "urn:oid:1.2.3", "value": "4712"}},
        {"identifier": MRN, "type": "Group"},
        {"reference": "Patient?identifier=4711"},
        "Patient/p",
        ["Patient/p"],
        {"reference": {"x": 1}},
    ],
)
def test_rule_1_subjects_that_do_not(subject: Any) -> None:
    reading = read(transaction(subject))
    assert not facts(reading, BlastResult)
    assert reasons(reading, "Observation/m") == ["the subject is not this patient"]


def test_rule_1_urn_references_in_a_transaction_without_ids() -> None:
    urn = "urn:uuid:22222222-2222-2222-2222-222222222222"
    person, result = patient(), marrow(subject={"reference": urn})
    del person["id"], result["id"]
    reading = read(bundle(person, result, type="transaction", full_urls=(urn, "urn:uuid:3")))
    assert only(reading, BlastResult).source.reference == "Observation (urn:uuid:3)"


def test_rule_1_an_absolute_reference_counts_on_the_server_of_the_call_alone() -> None:
    own, other = marrow("a"), marrow("b")
    own["subject"] = {"reference": f"{BASE}/Patient/p"}
    other["subject"] = {"reference": "https://elsewhere.example.org/fhir/Patient/p"}
    reading = read(patient(), own, other, patient_id="p", server_base=f"{BASE}/")
    assert only(reading, BlastResult).source.reference == "Observation/a"
    assert reasons(reading, "Observation/b")


def test_rule_1_the_same_id_in_an_entry_of_another_server_is_another_person() -> None:
    reading = read(
        bundle(
            patient(),
            marrow(),
            full_urls=(f"{BASE}/Patient/p", "https://elsewhere.example.org/fhir/Observation/m"),
        )
    )
    assert not facts(reading, BlastResult)
    assert reasons(reading, "Observation/m")


def test_rule_1_what_does_not_matter_is_not_listed_for_its_subject() -> None:
    glucose = marrow("g") | {"code": {"text": "Glucose"}, "subject": {"reference": "Patient/other"}}
    assert read(glucose).unread == ()


@pytest.mark.parametrize(
    "focus",
    [
        {"reference": "Patient/other"},
        {"reference": "RelatedPerson/donor"},
        {"reference": "Device/d"},
        {"reference": "Specimen/foreign"},
        {"reference": "Condition/not-sent"},
        {"display": "the donor"},
    ],
)
def test_rule_2_a_foreign_focus(focus: Any) -> None:
    foreign = specimen("foreign", subject={"reference": "Patient/other"})
    reading = read(LEADING, foreign, marrow(focus=[focus]))
    assert not facts(reading, BlastResult)
    assert "its focus is not this patient" in reasons(reading, "Observation/m")


@pytest.mark.parametrize(
    "focus",
    [{"reference": "Patient/p"}, {"reference": "Condition/leading"}, {"reference": "Specimen/s"}],
)
def test_rule_2_a_focus_on_the_patient_or_the_leukaemia_is_normal(focus: Any) -> None:
    assert only(read(LEADING, specimen(), marrow(focus=[focus])), BlastResult)


@pytest.mark.parametrize(
    "sample",
    [
        specimen(subject={"reference": "Patient/other"}),
        specimen(text="Donor bone marrow"),
        specimen(parent=[{"reference": "Specimen/parent"}], collection={}),
    ],
)
def test_rule_2_somebody_elses_specimen(sample: Any) -> None:
    parent = specimen("parent", subject={"reference": "Patient/donor"})
    reading = read(sample, parent, marrow(specimen={"reference": "Specimen/s"}))
    assert not facts(reading, BlastResult)
    assert "the specimen is not this patient's" in reasons(reading, "Observation/m")


def test_rule_3_no_patient() -> None:
    with pytest.raises(WrongPatient, match="no Patient"):
        read(bundle(marrow()))


def test_rule_3_two_different_patients() -> None:
    with pytest.raises(WrongPatient, match="different Patient"):
        read(patient(), patient(id="q"))


def test_rule_3_the_same_id_on_two_servers_is_two_patients() -> None:
    with pytest.raises(WrongPatient):
        read(
            bundle(
                patient(),
                patient(),
                full_urls=(f"{BASE}/Patient/p", "https://elsewhere.example.org/fhir/Patient/p"),
            )
        )


def test_rule_3_two_versions_of_the_same_patient() -> None:
    old = patient(gender="female", meta={"versionId": "9"})
    new = patient(gender="male", meta={"versionId": "10"})
    for order in ((old, new), (new, old)):
        assert read(*order).patient.sex is Sex.MALE


def test_rule_3_a_call_without_patient_resource() -> None:
    reading = read(bundle(marrow()), patient_id="p")
    assert only(reading, BlastResult)
    assert reading.patient.birth is None
    assert reading.patient.reference == "Patient/p"


def test_rule_3_somebody_elses_patient_in_a_call() -> None:
    with pytest.raises(WrongPatient, match="patient of the call") as caught:
        read(patient(id="q"), patient_id="p")
    assert isinstance(caught.value, MappingError)
    assert "q" not in str(caught.value).split()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"versionId": "2"}, {"versionId": "10"}),
        (
            {"versionId": "1", "lastUpdated": "2026-06-10T00:00:00Z"},
            {"versionId": "2", "lastUpdated": "2026-06-09T00:00:00Z"},
        ),
        ({"lastUpdated": "2026-06-09T23:00:00-05:00"}, {"lastUpdated": "2026-06-10T05:00:00Z"}),
        (
            {"versionId": "abc", "lastUpdated": "2026-06-01T00:00:00Z"},
            {"versionId": "abd", "lastUpdated": "2026-06-02T00:00:00Z"},
        ),
        ({}, {"lastUpdated": "2026-06-02T00:00:00Z"}),
    ],
)
def test_rule_4_the_newest_version(old: Any, new: Any) -> None:
    first, second = marrow(value=8, meta=old), marrow(value=62, meta=new)
    for order in ((first, second), (second, first)):
        assert "62" in only(read(*order), BlastResult).text


def test_rule_4_an_older_version_does_not_come_back() -> None:
    old = marrow(meta={"versionId": "1"})
    new = marrow(meta={"versionId": "2"}, status="entered-in-error")
    reading = read(new, old)
    assert not facts(reading, BlastResult)
    assert reasons(reading) == ["entered in error"]


def test_rule_4_the_same_content_twice_counts_once() -> None:
    assert only(read(marrow(), marrow()), BlastResult)
    nameless = marrow()
    del nameless["id"]
    assert only(read(nameless, dict(nameless)), BlastResult)


def test_rule_4_different_content_that_nothing_ranks_is_not_used() -> None:
    reading = read(marrow(value=8), marrow(value=62))
    assert not facts(reading, BlastResult)
    assert reasons(reading) == ["sent twice with different content and no version"]


def test_rule_4_a_patient_in_two_unranked_versions_keeps_what_they_agree_on() -> None:
    reading = read(patient(birthDate="2014-03-01"), patient(birthDate="2014-03-02"))
    assert reading.patient.birth is None
    assert reading.patient.sex is Sex.MALE
    assert reasons(reading)


def test_rule_4_order_of_entries_never_matters() -> None:
    resources = [patient(), LEADING, marrow("a"), marrow("b", 8), specimen()]
    assert read(*resources) == read(*reversed(resources))


def test_stand_in_names_do_not_depend_on_the_place() -> None:
    nameless = marrow()
    del nameless["id"]
    first = only(read(patient(), nameless), BlastResult).source.reference
    second = only(read(LEADING, nameless, patient()), BlastResult).source.reference
    assert first == second
    assert first.startswith("Observation (without id")


def test_the_caller_says_what_is_incomplete() -> None:
    from relapse.facts import Section

    reading = read(patient(), incomplete=frozenset({Section.PROCEDURES}), as_of=AS_OF)
    assert reading.chart.incomplete == {Section.PROCEDURES}


def test_conditions_of_others_are_no_diagnosis() -> None:
    reading = read(patient(), LEADING | {"subject": {"reference": "Patient/other"}})
    assert not facts(reading, Diagnosis)
    assert reasons(reading, "Condition/leading")

"""Whose data: only what is this patient's counts, and what is not is named."""

import pytest

from tests.charts.records import (
    FLOW,
    ICD10CM,
    adult_in_first_remission,
    adult_in_relapse,
    bundle,
    cd22,
    changed,
    concept,
    condition,
    evaluate,
    marrow,
    mrd,
    patient,
    percent,
    relapse_code,
    remission,
    specimen,
    verification,
    without,
)

FULL = ("EVAL", "EVAL", "EVAL", "CONS")


def strengths(answer):
    return answer.blina, answer.ino, answer.car_t, answer.hsct


def test_the_plain_chart_is_a_first_relapse_with_every_option():
    """The chart that the others vary: an adult in first relapse, CR1 under twelve months."""
    answer = evaluate(adult_in_relapse())
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert strengths(answer) == FULL
    assert answer.products == {"tisag": "NOT", "brexu": "EVAL", "obeca": "EVAL"}
    assert answer.requests() == {"D-DONOR"}
    assert answer.printed["unread"] == []


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p",
        "https://ehr.example.org/fhir/Patient/p",
        "Patient/p/_history/3",
        "https://ehr.example.org/fhir/Patient/p/_history/3",
    ],
)
def test_every_way_to_point_at_the_patient_counts(reference):
    """All resources name the patient by a relative, absolute or versioned reference."""
    chart = [
        resource | {"subject": {"reference": reference}} if "subject" in resource else resource
        for resource in adult_in_relapse()
    ]
    assert strengths(evaluate(chart)) == FULL


def test_urn_uuid_subjects_resolve_by_full_url():
    """A transaction Bundle: entries have urn:uuid addresses and no ids on the server yet."""
    urn = "urn:uuid:6f1c7ba6-1c1f-4f7e-9a52-6f3b1c9f0a01"
    chart = [
        resource | {"subject": {"reference": urn}} if "subject" in resource else resource
        for resource in adult_in_relapse()
    ]
    sent = bundle(chart)
    sent["entry"][0]["fullUrl"] = urn
    assert strengths(evaluate(sent)) == FULL


def test_a_logical_identifier_of_the_patient_counts():
    """CD22 names the patient by medical record number only."""
    number = {"system": "https://ehr.example.org/mrn", "value": "4711"}
    chart = changed(adult_in_relapse(), "p", identifier=[number])
    chart = changed(chart, "cd22", subject={"identifier": number})
    assert evaluate(chart).ino == "EVAL"


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {"display": "Doe, John"},
        {"reference": "Patient/other"},
        {"reference": "Group/p"},
        {"reference": "https://elsewhere.example.org/fhir/Patient/p"},
        {"identifier": {"value": "4711"}},
        {"identifier": {"system": "https://other.example.org/mrn", "value": "4711"}},
    ],
    ids=["none", "display", "other id", "group", "other server", "no system", "other system"],
)
def test_what_is_not_surely_the_patients_is_not_counted_but_listed(subject):
    """The only CD22 result has a subject that does not resolve to the patient (rule 1)."""
    number = {"system": "https://ehr.example.org/mrn", "value": "4711"}
    chart = changed(adult_in_relapse(), "p", identifier=[number])
    answer = evaluate(changed(chart, "cd22", subject=subject))
    assert answer.ino == "CAD"
    assert "D-CD22" in answer.requests("inotuzumab-ozogamicin")
    assert "Observation/cd22" in answer.unread


def test_another_patients_relapse_marrow_is_no_relapse():
    """A marrow of 80 % that belongs to a room neighbour, in the Bundle of a patient in CR1."""
    chart = [
        *adult_in_first_remission(),
        marrow("neighbour", 80, "2026-06-08", subject={"reference": "Patient/other"}),
        marrow("neighbour-flow", 80, "2026-06-08", FLOW, subject={"reference": "Patient/other"}),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 0, 1)
    assert "Observation/neighbour" in answer.unread


@pytest.mark.parametrize(
    "focus",
    [
        {"reference": "RelatedPerson/donor"},
        {"reference": "Device/control"},
        {"reference": "Patient/donor"},
    ],
)
def test_a_result_that_focuses_on_the_donor_says_nothing(focus):
    """CD22 negative on the donor's cells is filed under the patient (rule 2)."""
    negative = cd22("donor-cd22", "2026-06-10", valueQuantity=percent(1), says="NEG", focus=[focus])
    answer = evaluate([*adult_in_relapse(), negative])
    assert answer.ino == "EVAL"
    assert "conflict" not in answer.topics
    assert "Observation/donor-cd22" in answer.unread


def test_a_focus_on_the_patients_leukaemia_counts():
    """mCODE tumour markers focus on the leading Condition."""
    chart = changed(adult_in_relapse(), "cd22", focus=[{"reference": "Condition/leukaemia"}])
    assert evaluate(chart).ino == "EVAL"


def test_remission_of_another_cancer_is_no_remission_of_the_leukaemia():
    """'In full remission' after the relapse, focused on the patient's old bowel cancer."""
    cancer = condition("bowel", concept("Colon cancer", (ICD10CM, "C18.9")), "2015")
    status = remission("bowel-status", "2026-06-12", focus=[{"reference": "Condition/bowel"}])
    answer = evaluate([*adult_in_relapse(), cancer, status])
    assert answer.disease == ("ACTIVE_RR", 1, None)


def test_a_contained_specimen_dates_the_result():
    """CD22 has a contained specimen collected at diagnosis, but was reported at relapse."""
    chart = changed(
        adult_in_relapse(),
        "cd22",
        contained=[specimen("s", "2025-08-01")],
        specimen={"reference": "#s"},
    )
    answer = evaluate(chart)
    assert answer.ino == "CAD"
    assert "D-CD22" in answer.requests("inotuzumab-ozogamicin")


def version(number, **more):
    made = cd22("cd22", "2026-06-08", meta={"versionId": str(number)})
    return made | more


def test_of_two_versions_the_highest_number_counts():
    """Version 10 says negative, version 9 positive; 10 is newer although "9" sorts later."""
    chart = without(adult_in_relapse(), "cd22")
    negative = version(
        10,
        valueQuantity=percent(2),
        interpretation=[
            concept(
                None, ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "NEG")
            )
        ],
    )
    answer = evaluate([*chart, negative, version(9)])
    assert answer.ino == "NOT"


def test_an_older_version_does_not_come_back_when_the_newest_is_an_error():
    """Version 2 of the CD22 result is entered in error (rule 4)."""
    chart = without(adult_in_relapse(), "cd22")
    answer = evaluate([*chart, version(1), version(2, status="entered-in-error")])
    assert answer.ino == "CAD"
    assert "Observation/cd22" in answer.unread


def test_the_same_resource_twice_counts_once():
    """Every entry is sent twice, in reversed order."""
    chart = adult_in_relapse()
    assert strengths(evaluate([*chart, *reversed(chart)])) == FULL


def test_two_versions_of_the_patient_the_newest_counts():
    """An older version of the Patient has the wrong birth date."""
    chart = changed(adult_in_relapse(), "p", meta={"versionId": "2"})
    answer = evaluate([patient("2020-01-01", meta={"versionId": "1"}), *chart])
    assert answer.products["brexu"] == "EVAL"


def test_a_marrow_of_someone_elses_specimen_is_not_counted():
    """The result names the patient, its focus is a specimen of another patient."""
    other = specimen("others", "2026-06-08") | {"subject": {"reference": "Patient/other"}}
    result = marrow("mixed-up", 80, "2026-06-08", focus=[{"reference": "Specimen/others"}])
    answer = evaluate([*adult_in_first_remission(), other, result])
    assert answer.disease == ("CR", 0, 1)
    assert "Observation/mixed-up" in answer.unread


def test_a_relapse_code_of_the_sibling_is_not_the_patients():
    """The sibling's relapse code in the Bundle of a patient in CR1."""
    chart = [
        *adult_in_first_remission(),
        relapse_code(onset="2026-06-01", subject={"reference": "Patient/sibling"}),
    ]
    assert evaluate(chart).disease == ("CR", 0, 1)


def test_an_mrd_result_without_subject_is_unknown():
    """MRD 0.3 % in CR1, nobody named."""
    result = mrd(valueQuantity=percent(0.3), says="DET", subject=None)
    answer = evaluate([*adult_in_first_remission(), result])
    assert answer.state["mrd"] == "UNK"
    assert answer.blina == "NOT"
    assert "Observation/mrd" in answer.unread


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_refuted_leukaemia_gives_nothing(status):
    """The diagnosis was refuted, the rest of the chart is still there (G-01)."""
    chart = changed(adult_in_relapse(), "leukaemia", verificationStatus=verification(status))
    answer = evaluate(chart)
    assert answer.topics == []

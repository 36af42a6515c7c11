"""Problem-list entries on complications (encodings 9, clinical model E-29)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    Complication,
    ComplicationEntry,
)
from relapse.logic import Tri
from tests.mappings.records import (
    ICD10CM,
    SNOMED,
    condition,
    facts,
    only,
    read,
)


@pytest.mark.parametrize(
    ("codes", "text", "kind"),
    [
        ([(ICD10CM, "A41.51")], "Escherichia coli bacteremia", Complication.INFECTION),
        ([(SNOMED, "91302008")], "Sepsis", Complication.INFECTION),
        ([(ICD10CM, "K76.5"), (SNOMED, "65617004")], None, Complication.VOD),
        ([(ICD10CM, "I26.99")], "Pulmonary embolism", Complication.THROMBOSIS),
        ([(ICD10CM, "I63.9")], "Cerebral infarction", None),
        ([(ICD10CM, "I50.9")], None, Complication.HEART_FAILURE),
        ([(SNOMED, "402355000"), (ICD10CM, "D89.810")], None, Complication.GVHD_ACUTE),
        ([(SNOMED, "402356004"), (ICD10CM, "D89.811")], None, Complication.GVHD_CHRONIC),
        ([(ICD10CM, "D89.813")], None, Complication.GVHD_UNSPECIFIED),
        ([(ICD10CM, "G40.909")], None, Complication.NEUROLOGICAL),
        ([(ICD10CM, "G92.03")], None, Complication.NEUROLOGICAL),
        ([(ICD10CM, "K74.60")], None, Complication.LIVER_DISEASE),
        ([(ICD10CM, "B18.1")], None, Complication.LIVER_DISEASE),
        ([(SNOMED, "77386006")], None, Complication.PREGNANCY),
        ([], "Veno-occlusive disease of the liver", Complication.VOD),
        ([], "Gilbert syndrome", Complication.GILBERT_OR_HAEMOLYSIS),
        ([], "Autoimmune hemolytic anemia", Complication.GILBERT_OR_HAEMOLYSIS),
        ([], "Rheumatoid arthritis", Complication.INFLAMMATORY),
        ([], "Crohn disease", Complication.INFLAMMATORY),
        ([], "Deep vein thrombosis of the left leg", Complication.THROMBOSIS),
        ([], "Seizure", Complication.NEUROLOGICAL),
    ],
)
def test_encoding_9_7_to_9_10_kinds(
    codes: Any, text: str | None, kind: Complication | None
) -> None:
    kinds = {
        entry.kind for entry in facts(read(condition("c", *codes, text=text)), ComplicationEntry)
    }
    if kind is None:
        # A stroke is both a vascular event and a disorder of the brain.
        assert kinds >= {Complication.THROMBOSIS}
    else:
        assert kinds == {kind}


def test_encoding_9_7_and_9_8_active_and_resolved() -> None:
    assert only(read(condition("c", (ICD10CM, "A41.9"))), ComplicationEntry).active is Tri.MET
    past = only(
        read(condition("c", (ICD10CM, "K76.5"), status="resolved", abatementDateTime="2025-05")),
        ComplicationEntry,
    )
    assert past.active is Tri.NOT_MET
    assert str(past.abated) == "2025-05"


def test_encoding_9_9_history_with_a_year_only() -> None:
    found = only(
        read(condition("c", (ICD10CM, "I82.401"), status="inactive", onsetDateTime="2019")),
        ComplicationEntry,
    )
    assert (found.kind, found.active, str(found.when)) == (
        Complication.THROMBOSIS,
        Tri.NOT_MET,
        "2019",
    )


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Acute GVHD of skin, grade II", 2),
        ("Acute GVHD grade 3", 3),
        ("Acute GVHD", None),
        ("Acute GVHD grade II-III", None),
        ("Acute GVHD, grade 1, formerly grade 3", None),
    ],
)
def test_encoding_9_10_grade(text: str, grade: int | None) -> None:
    assert (
        only(read(condition("c", (SNOMED, "402355000"), text=text)), ComplicationEntry).grade
        == grade
    )


def test_acute_on_chronic_gvhd_is_both() -> None:
    kinds = {
        entry.kind for entry in facts(read(condition("c", (ICD10CM, "D89.812"))), ComplicationEntry)
    }
    assert kinds == {Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC}


@pytest.mark.parametrize(
    "text",
    [
        "GVHD prophylaxis",
        "No evidence of GVHD",
        "Risk of seizure",
        "Rule out sepsis",
        "Family history of epilepsy",
        "Pregnancy test negative",
        "Suspected pneumonia?",
        "Hepatitis B vaccination",
    ],
)
def test_words_that_name_no_complication_of_this_patient(text: str) -> None:
    assert not facts(read(condition("c", text=text)), ComplicationEntry)


def test_a_history_is_not_active_whatever_its_status() -> None:
    assert (
        only(read(condition("c", text="History of seizures")), ComplicationEntry).active
        is Tri.NOT_MET
    )


def test_who_residual_classes_need_the_word() -> None:
    who = "http://hl7.org/fhir/sid/icd-10"
    assert not facts(
        read(condition("c", (who, "D89.8"), text="Immune disorder")), ComplicationEntry
    )
    assert only(
        read(condition("c", (who, "D89.8"), text="Graft-versus-host disease")), ComplicationEntry
    )


def test_a_count_of_pregnancies_is_no_pregnancy() -> None:
    assert not facts(read(condition("c", (SNOMED, "127363001"))), ComplicationEntry)

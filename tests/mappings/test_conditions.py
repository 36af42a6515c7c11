"""Diagnoses of leukaemia, and states after treatment, on the problem list (encodings 2, 3.4;
mapping rules 27, 28).
"""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    CarTInfusion,
    CarTProduct,
    Diagnosis,
    Disease,
    Donor,
    Lineage,
    Phase,
    Transplant,
)
from relapse.logic import Tri
from tests.mappings.records import (
    ICD10CM,
    SNOMED,
    concept,
    condition,
    facts,
    only,
    procedure,
    read,
    reasons,
)

ICDO3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
B_ALL, T_ALL = (SNOMED, "277572006"), (SNOMED, "277575008")
RELAPSE = (ICD10CM, "C91.02")


@pytest.mark.parametrize(
    ("code", "disease", "lineage", "precursor", "phase"),
    [
        ((SNOMED, "277572006"), Disease.ALL, Lineage.B, Tri.MET, Phase.UNSTATED),
        ((SNOMED, "277571004"), Disease.ALL, Lineage.B, Tri.MET, Phase.UNSTATED),
        ((SNOMED, "277573001"), Disease.ALL, Lineage.B, Tri.MET, Phase.UNSTATED),
        ((ICDO3, "9811/3"), Disease.ALL, Lineage.B, Tri.MET, Phase.UNSTATED),
        ((SNOMED, "277575008"), Disease.ALL, Lineage.T, Tri.NOT_MET, Phase.UNSTATED),
        ((SNOMED, "427642009"), Disease.ALL, Lineage.T, Tri.NOT_MET, Phase.REMISSION),
        ((SNOMED, "425941003"), Disease.ALL, Lineage.B, Tri.MET, Phase.REMISSION),
        ((SNOMED, "91857003"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.UNSTATED),
        ((SNOMED, "91856007"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.REMISSION),
        ((ICD10CM, "C91.00"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.UNSTATED),
        ((ICD10CM, "C91.01"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.REMISSION),
        ((ICD10CM, "C91.02"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.RELAPSE),
        ((SNOMED, "12301000132103"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.RELAPSE),
        ((SNOMED, "12311000132101"), Disease.ALL, Lineage.UNKNOWN, Tri.UNKNOWN, Phase.REFRACTORY),
        ((ICD10CM, "C91.A0"), Disease.MATURE_B, Lineage.B, Tri.NOT_MET, Phase.UNSTATED),
        (
            (SNOMED, "1187123005"),
            Disease.MIXED_PHENOTYPE,
            Lineage.UNKNOWN,
            Tri.UNKNOWN,
            Phase.UNSTATED,
        ),
        (
            (ICD10CM, "C83.50"),
            Disease.LYMPHOBLASTIC_LYMPHOMA,
            Lineage.UNKNOWN,
            Tri.UNKNOWN,
            Phase.UNSTATED,
        ),
        (
            (SNOMED, "421246008"),
            Disease.LYMPHOBLASTIC_LYMPHOMA,
            Lineage.T,
            Tri.UNKNOWN,
            Phase.UNSTATED,
        ),
        (
            (ICD10CM, "C92.00"),
            Disease.OTHER_ACUTE_LEUKAEMIA,
            Lineage.UNKNOWN,
            Tri.UNKNOWN,
            Phase.UNSTATED,
        ),
        (
            (SNOMED, "91861009"),
            Disease.OTHER_ACUTE_LEUKAEMIA,
            Lineage.UNKNOWN,
            Tri.UNKNOWN,
            Phase.UNSTATED,
        ),
    ],
)
def test_encoding_2_1_and_3_4_what_codes_name(
    code: Any, disease: Disease, lineage: Lineage, precursor: Tri, phase: Phase
) -> None:
    found = only(read(condition("c", code)), Diagnosis)
    assert (found.disease, found.lineage, found.phase) == (disease, lineage, phase)
    if disease is Disease.ALL or disease is Disease.MATURE_B:
        assert found.precursor is precursor
    assert found.codes == (code[1],)


def test_encoding_2_1_one_leading_entry() -> None:
    found = only(
        read(
            condition(
                "c",
                B_ALL,
                status="relapse",
                onsetDateTime="2024-03-10",
                category=[concept(text="problem-list-item")],
            )
        ),
        Diagnosis,
    )
    assert str(found.when) == "2024-03-10"
    assert found.clinical_status is not None
    assert found.clinical_status.value == "relapse"
    assert found.phase is Phase.UNSTATED


def test_encoding_2_3_an_episode_with_ordinal_and_end() -> None:
    entry = condition(
        "c",
        RELAPSE,
        text="Acute lymphoblastic leukemia, first relapse",
        status="resolved",
        onsetDateTime="2025-01-10",
        abatementDateTime="2025-03-01",
    )
    found = only(read(entry), Diagnosis)
    assert (found.phase, found.relapse_ordinal) == (Phase.RELAPSE, 1)
    assert (str(found.when), str(found.abated)) == ("2025-01-10", "2025-03-01")


@pytest.mark.parametrize(
    "text",
    ["Rule out acute lymphoblastic leukemia", "Suspected ALL", "ALL?", "Possible relapse of ALL"],
)
def test_encoding_2_4_the_text_questions_the_code(text: str) -> None:
    reading = read(condition("c", (ICD10CM, "C91.00"), text=text))
    assert not only(reading, Diagnosis).confirmed
    assert reasons(reading)


def test_encoding_2_4_family_history_is_another_resource() -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "id": "f",
        "status": "completed",
        "patient": {"reference": "Patient/p"},
        "relationship": {"text": "brother"},
        "condition": [{"code": concept(B_ALL)}],
    }
    reading = read(history)
    assert reading.chart.facts == ()
    assert reading.unread == ()


def test_encoding_2_5_a_code_without_onset() -> None:
    found = only(read(condition("c", RELAPSE, recordedDate="2026-06-10")), Diagnosis)
    assert (found.when, str(found.recorded)) == (None, "2026-06-10")


@pytest.mark.parametrize(
    "text",
    [
        "Acute lymphoblastic leukemia",
        "B-ALL, first relapse",
        "Precursor B-cell acute lymphoblastic leukaemia",
        "BCP-ALL in second complete remission",
        "Philadelphia chromosome positive acute lymphoblastic leukemia",
        "T-ALL",
        "Acute lymphocytic leukemia, refractory",
    ],
)
def test_rule_27_unmistakable_words(text: str) -> None:
    found = only(read(condition("c", text=text)), Diagnosis)
    assert found.disease is Disease.ALL
    assert found.confirmed


@pytest.mark.parametrize(
    "text",
    [
        "Rule out acute lymphoblastic leukemia",
        "Mother with acute lymphoblastic leukemia",
        "Family history of leukemia",
        "Acute lymphoblastic leukemia in sibling",
        "History of acute lymphoblastic leukemia",
        "Acute leukemia",
        "Leukemia",
        "Acute lymphoblastic leukemia, fertility counselling",
        "Screening for acute lymphoblastic leukemia",
        "Chronic lymphocytic leukemia",
        "No evidence of acute lymphoblastic leukemia",
        "B-cell leukemia",
    ],
)
def test_rule_27_other_words_are_listed(text: str) -> None:
    reading = read(condition("c", text=text))
    assert not facts(reading, Diagnosis)
    assert reasons(reading, "Condition/c")


@pytest.mark.parametrize(
    "text", ["ALL", "ALL allergies reviewed", "Overall fatigue", "ALL medications stopped"]
)
def test_rule_27_the_letters_are_no_diagnosis(text: str) -> None:
    assert not facts(read(condition("c", text=text)), Diagnosis)


@pytest.mark.parametrize(
    "text",
    [
        "ALL",
        "ALL, relapsed, pre-B",
        "ALL in remission",
        "relapsed ALL",
        "Akute lymphatische Leukämie (common-ALL)",
        "Akute lymphatische Leuka\u0308mie",
        "Leucemia linfoblástica aguda de precursores B",
        "Leucémie aiguë lymphoïde, rechute",
        "Leuce\u0301mie aiguë",
        "Leucemia linfocítica aguda",
        "Leucosis linfobla\u0301stica aguda",
        "Rezidiv einer ALL",
        "B-Vorläufer-ALL",
        "ALL-Rezidiv",
        "ALL recidief",
        "ALL, rechute",
        "ALL, re\u0301cidive",
        "ALL en recaída",
        "ALL, first relapse",
        "ALL CR 2",
        "ALL 2019",
        "B-cell ALL",
        "History of ALL",
    ],
)
def test_rule_27_words_that_may_name_it_are_listed(text: str) -> None:
    reading = read(condition("c", text=text))
    assert not facts(reading, Diagnosis)
    assert reasons(reading, "Condition/c")


def test_rule_27_the_letters_alone_are_listed_beside_a_local_display() -> None:
    entry = condition("c")
    local = {"system": "https://ehr.example.org/dx", "code": "17", "display": "Acute leuk."}
    entry["code"] = {"coding": [local], "text": "ALL"}
    assert reasons(read(entry), "Condition/c")


@pytest.mark.parametrize(
    "text",
    [
        "ALL allergies reviewed",
        "Overall fatigue",
        "ALL - penicillin",
        "relapsed all week",
        "PAIN IN ALL LIMBS",
        "ALL: none",
        "Remission of all symptoms",
        "Pain in all",
    ],
)
def test_rule_27_everyday_words_are_not_listed(text: str) -> None:
    assert not reasons(read(condition("c", text=text)))


@pytest.mark.parametrize(
    "code",
    [
        (ICD10CM, "Z85.6"),
        (SNOMED, "188725004"),
        (SNOMED, "91854005"),
        (SNOMED, "122951000119108"),
        (ICD10CM, "C95.00"),
    ],
)
def test_rule_27_wider_and_history_codes_are_listed(code: Any) -> None:
    reading = read(condition("c", code))
    assert not facts(reading, Diagnosis)
    assert reasons(reading, "Condition/c")


@pytest.mark.parametrize(
    "code", [(ICD10CM, "C91"), (ICD10CM, "C91.1"), (ICD10CM, "C91.10"), (ICD10CM, "Z80.6")]
)
def test_rule_27_never_by_the_beginning_of_a_code(code: Any) -> None:
    assert not facts(read(condition("c", code)), Diagnosis)


@pytest.mark.parametrize(
    ("codes", "text", "lineages"),
    [
        ([RELAPSE], "B-cell acute lymphoblastic leukemia, relapse", {Lineage.B}),
        ([RELAPSE], "T-cell acute lymphoblastic leukemia, relapse", {Lineage.T}),
        ([(SNOMED, "91857003"), B_ALL], None, {Lineage.B}),
        ([B_ALL, T_ALL], None, {Lineage.B, Lineage.T}),
        ([B_ALL], "T-cell acute lymphoblastic leukemia", {Lineage.B, Lineage.T}),
        ([B_ALL], "B-ALL relapse after CAR T-cell therapy", {Lineage.B}),
        ([RELAPSE], "Relapse after donor T cell infusion", {Lineage.UNKNOWN}),
    ],
)
def test_lineage_over_all_codings_and_text(
    codes: Any, text: str | None, lineages: set[Lineage]
) -> None:
    assert {
        entry.lineage for entry in facts(read(condition("c", *codes, text=text)), Diagnosis)
    } == lineages


def test_a_wrong_display_does_not_overrule_a_code() -> None:
    entry = condition("c")
    entry["code"] = {
        "coding": [{"system": SNOMED, "code": "91857003", "display": "Acute myeloid leukemia"}]
    }
    assert only(read(entry), Diagnosis).disease is Disease.ALL


@pytest.mark.parametrize(
    ("code", "text", "phase"),
    [
        (
            (ICD10CM, "C91.00"),
            "Acute lymphoblastic leukemia not having achieved remission",
            Phase.UNSTATED,
        ),
        ((SNOMED, "91857003"), "Acute lymphoblastic leukemia in remission", Phase.REMISSION),
        ((SNOMED, "277572006"), "B-ALL, second relapse", Phase.RELAPSE),
        ((SNOMED, "277572006"), "B-ALL relapse after second remission", Phase.RELAPSE),
        ((SNOMED, "277572006"), "B-ALL in CR2 after first relapse", Phase.REMISSION),
        ((SNOMED, "277572006"), "B-ALL, no evidence of relapse", Phase.UNSTATED),
        ((SNOMED, "277572006"), "Refractory B-ALL", Phase.REFRACTORY),
    ],
)
def test_phase_in_words(code: Any, text: str, phase: Phase) -> None:
    reading = read(condition("c", code, text=text))
    assert only(reading, Diagnosis).phase is phase
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ((SNOMED, "277572006"), "Relapsed/refractory B-ALL"),
        ((SNOMED, "277572006"), "B-ALL relapse, remission"),
        ((ICD10CM, "C91.02"), "ALL in second complete remission"),
        ((ICD10CM, "C91.01"), "ALL, first relapse"),
    ],
)
def test_contradicting_phases_are_unstated_and_listed(code: Any, text: str) -> None:
    reading = read(condition("c", code, text=text))
    assert only(reading, Diagnosis).phase is Phase.UNSTATED
    assert reasons(reading)


def test_a_sibling_who_gave_the_graft_has_no_leukaemia() -> None:
    reading = read(
        condition("c", (SNOMED, "277572006"), text="B-ALL, after sibling donor transplant")
    )
    assert only(reading, Diagnosis).confirmed
    brother = read(condition("c", (SNOMED, "277572006"), text="Brother with B-ALL"))
    assert not facts(brother, Diagnosis)
    assert reasons(brother)


def test_statuses_of_older_releases() -> None:
    entry = condition("c", RELAPSE) | {
        "clinicalStatus": "relapse",
        "verificationStatus": "confirmed",
        "assertedDate": "2026-06-01",
    }
    found = only(read(entry), Diagnosis)
    assert found.clinical_status is not None
    assert found.clinical_status.value == "relapse"
    assert str(found.recorded) == "2026-06-01"


LOCAL_STATUS = {"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.1", "code": "1"}


@pytest.mark.parametrize("turned", [1, -1])
@pytest.mark.parametrize(
    ("codes", "text", "status"),
    [
        (["active"], None, "active"),
        (["Active "], None, "active"),
        (["active", "relapse"], None, "relapse"),
        (["inactive", "remission"], None, "remission"),
        (["active", "resolved"], None, None),
        ([], "Active", "active"),
        ([], "On the list", None),
    ],
)
def test_clinical_status_beside_local_codes(
    codes: list[str], text: str | None, status: str | None, turned: int
) -> None:
    """Rule 25: any coding of several, in any order; two that contradict each other are unknown."""
    given = [LOCAL_STATUS, *({"system": "urn:status", "code": code} for code in codes)]
    entry = condition("c", RELAPSE) | {
        "clinicalStatus": {"coding": given[::turned]} | ({"text": text} if text else {})
    }
    reading = read(entry)
    found = only(reading, Diagnosis).clinical_status
    assert (found and found.value) == status
    assert bool(reading.unread) is (status is None)


@pytest.mark.parametrize(
    ("code", "confirmed", "diagnoses"),
    [("confirmed", True, 1), ("provisional", False, 1), ("refuted", None, 0)],
)
def test_verification_beside_local_codes(code: str, confirmed: bool | None, diagnoses: int) -> None:
    entry = condition("c", RELAPSE) | {
        "verificationStatus": {"coding": [LOCAL_STATUS, {"system": "urn:status", "code": code}]}
    }
    found = [fact for fact in read(entry).chart.facts if isinstance(fact, Diagnosis)]
    assert [fact.confirmed for fact in found] == [confirmed] * diagnoses


# --- States after treatment ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [(ICD10CM, "Z94.84"), (ICD10CM, "Z94.81"), (SNOMED, "737300001"), (ICD10CM, "T86.5")]
)
def test_rule_30_transplant_states(code: Any) -> None:
    found = only(read(condition("c", code)), Transplant)
    assert (found.donor, found.when) == (Donor.UNKNOWN, None)


def test_rule_30_a_state_adds_nothing_to_a_dated_transplant() -> None:
    reading = read(
        condition("c", (ICD10CM, "Z94.84"), onsetDateTime="2024"),
        procedure("p", (SNOMED, "425843001")),
    )
    assert only(reading, Transplant).donor is Donor.ALLOGENEIC


def test_car_t_history_codes() -> None:
    found = only(read(condition("c", (ICD10CM, "Z92.850"), onsetDateTime="2025")), CarTInfusion)
    assert (found.product, found.cd19_directed, str(found.when)) == (
        CarTProduct.UNKNOWN,
        Tri.MET,
        "2025",
    )
    recorded = procedure("p", ("http://www.ama-assn.org/go/cpt", "38228"))
    both = only(read(condition("c", (ICD10CM, "Z92.850")), recorded), CarTInfusion)
    assert both.source.reference == "Procedure/p"
    other = read(condition("c", (ICD10CM, "Z92.858")))
    assert not facts(other, CarTInfusion)
    assert reasons(read(condition("c", (ICD10CM, "Z92.85"))))


@pytest.mark.parametrize("code", ["C91.02", "c9102", "277572006", "K76.5"])
def test_rule_25_a_code_without_its_system_is_listed(code: str) -> None:
    entry = condition("c")
    entry["code"] = {"coding": [{"code": code}]}
    reading = read(entry)
    assert reading.chart.facts == ()
    assert reasons(reading) == ["a code without its system"]


def test_rule_25_or_read_by_its_words() -> None:
    entry = condition("c")
    entry["code"] = {"coding": [{"code": "C91.02", "display": "Acute lymphoblastic leukemia"}]}
    reading = read(entry)
    assert only(reading, Diagnosis).phase is Phase.UNSTATED
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("History of relapsed ALL, now in remission", Phase.UNSTATED),
        ("History of relapse", Phase.UNSTATED),
        ("ALL, first relapse; currently in complete remission", Phase.UNSTATED),
        ("Acute lymphoblastic leukemia, in relapse", Phase.RELAPSE),
        ("History of ALL, now in relapse", Phase.RELAPSE),
        ("ALL relapse after second remission", Phase.RELAPSE),
        ("ALL, relapse; not in remission", Phase.RELAPSE),
    ],
)
def test_a_relapse_code_whose_words_call_it_past(text: str, phase: Phase) -> None:
    """An encounter of today coded C91.02 is no new relapse then; it is listed."""
    reading = read(condition("c", (ICD10CM, "C91.02"), text=text))
    assert only(reading, Diagnosis).phase is phase
    assert bool(reading.unread) is (phase is Phase.UNSTATED)

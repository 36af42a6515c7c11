"""Remission statements, spinal fluid, CNS status, testes (encodings 3.1 and 8; clinical model E-10,
E-17, E-18).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mappings.values.ordinals import relapse_ordinal, remission_ordinal
from relapse import facts as core
from relapse.facts import (
    CnsStatus,
    CnsStatusResult,
    CsfResult,
    Response,
    ResponseStatement,
)
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    ICD10CM,
    LEADING,
    LOCAL,
    LOINC,
    SNOMED,
    concept,
    condition,
    facts,
    interpretation,
    observation,
    only,
    quantity,
    read,
    reasons,
    specimen,
)


def status(*codes: tuple[str, str], text: str | None = None, **members: Any) -> dict[str, Any]:
    return observation(
        "d", (LOINC, "97509-4"), valueCodeableConcept=concept(*codes, text=text), **members
    )


FULL, PARTIAL = (SNOMED, "103338009"), (SNOMED, "103337004")


@pytest.mark.parametrize("focus", [[{"reference": "Condition/leading"}], ...])
@pytest.mark.parametrize("code", [FULL, (SNOMED, "550991000124107")])
def test_encoding_3_1_in_full_remission(code: tuple[str, str], focus: Any) -> None:
    result = only(
        read(LEADING, status(code, text="Complete remission, second (CR2)", focus=focus)),
        ResponseStatement,
    )
    assert (result.response, result.remission_ordinal) == (Response.COMPLETE_REMISSION, 2)
    assert str(result.when) == "2026-06-08"


def test_encoding_3_1_in_partial_remission() -> None:
    assert only(read(status(PARTIAL)), ResponseStatement).response is Response.PARTIAL_REMISSION


def test_encoding_3_1_a_focus_on_another_disease_says_nothing_here() -> None:
    other = condition("other", (ICD10CM, "C50.9"), text="Breast cancer")
    reading = read(LEADING, other, status(FULL, focus=[{"reference": "Condition/other"}]))
    assert not facts(reading, ResponseStatement)
    assert reading.unread == ()


@pytest.mark.parametrize("code", ["268910001", "359746009", "271299001", "709137006"])
def test_encoding_3_1_trends_say_nothing(code: str) -> None:
    reading = read(status((SNOMED, code)))
    assert not facts(reading, ResponseStatement)
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("Complete remission", Response.COMPLETE_REMISSION),
        ("CR2", Response.COMPLETE_REMISSION),
        ("In complete remission", Response.COMPLETE_REMISSION),
        ("CRi", Response.COMPLETE_REMISSION),
        ("Partial remission", Response.PARTIAL_REMISSION),
        ("Primary induction failure", Response.REFRACTORY),
        ("Refractory disease", Response.REFRACTORY),
    ],
)
def test_encoding_3_1_words(text: str, response: Response) -> None:
    assert only(read(status(text=text)), ResponseStatement).response is response


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ([], "Not in remission"),
        ([], "remission possible"),
        ([FULL], "Not in remission"),
        ([FULL], "Remission ruled out"),
        ([FULL], "CR cannot be confirmed"),
        ([FULL], "Remission unconfirmed"),
        ([FULL], "Remission?"),
        ([FULL], "Possible remission, marrow pending"),
        ([FULL], "Loss of remission"),
        ([FULL], "Partial remission"),
        ([PARTIAL], "CR2"),
    ],
)
def test_encoding_3_1_contradictions_and_other_words_are_listed(codes: Any, text: str) -> None:
    reading = read(status(*codes, text=text))
    assert not facts(reading, ResponseStatement)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "relapse", "remission"),
    [
        ("Acute lymphoblastic leukemia, first relapse", 1, None),
        ("second isolated bone marrow relapse", 2, None),
        ("3rd relapse", 3, None),
        ("relapse #2", 2, None),
        ("relapse 2024", None, None),
        ("relapse 6 months after transplant", None, None),
        ("first and second relapse", 2, None),
        ("first relapse 2020, second relapse 2024", None, None),
        ("Complete remission, second (CR2)", None, 2),
        ("in 2nd complete remission", None, 2),
        ("CR1", None, 1),
        ("relapse after CR2", None, 2),
        ("CR", None, None),
    ],
)
def test_ordinals(text: str, relapse: int | None, remission: int | None) -> None:
    assert (relapse_ordinal(text), remission_ordinal(text)) == (relapse, remission)


# --- Spinal fluid --------------------------------------------------------------------------------


def fluid(
    id: str, text: str, value: Any, unit: str | None = "/uL", **members: Any
) -> dict[str, Any]:
    return observation(id, (LOCAL, id), text=text, valueQuantity=quantity(value, unit), **members)


def test_encoding_8_1_cells_and_blasts_of_one_puncture() -> None:
    of = {"specimen": {"reference": "Specimen/s"}}
    reading = read(
        specimen(text="Cerebrospinal fluid"),
        fluid("w", "Leukocytes [#/volume] in Cerebral spinal fluid", 40, **of),
        fluid("r", "Erythrocytes [#/volume] in Cerebral spinal fluid", 0, **of),
        observation(
            "b",
            (LOINC, "26447-3"),
            valueQuantity=quantity(80),
            note=[{"text": "Lymphoblasts on cytospin."}],
            **of,
        ),
    )
    found = facts(reading, CsfResult)
    assert {result.leukocytes_per_ul for result in found} == {None, Interval.exact(Decimal(40))}
    assert {result.erythrocytes_per_ul for result in found} == {None, Interval.exact(Decimal(0))}
    assert {result.blasts for result in found} == {None, Tri.MET}
    assert {result.specimen for result in found} == {"Specimen/s"}
    assert reading.unread == ()


def test_encoding_8_1_material_by_specimen_alone() -> None:
    reading = read(specimen(text="CSF"), fluid("w", "White cells in CSF", 0.04, "10*9/L"))
    assert only(reading, CsfResult).leukocytes_per_ul == Interval.exact(Decimal(40))


@pytest.mark.parametrize(
    ("value", "blasts"),
    [
        ({"valueQuantity": quantity(0)}, Tri.NOT_MET),
        ({"valueQuantity": quantity(3)}, Tri.MET),
        ({"valueString": "Blasts present"}, Tri.MET),
        ({"valueString": "No blasts seen"}, Tri.NOT_MET),
        ({"valueString": "negative for malignant cells"}, Tri.NOT_MET),
        ({"valueCodeableConcept": concept(text="Not detected")}, Tri.NOT_MET),
        ({"valueQuantity": quantity(3), "interpretation": interpretation("NEG")}, Tri.UNKNOWN),
        ({"valueCodeableConcept": concept(text="equivocal")}, Tri.UNKNOWN),
    ],
)
def test_encoding_8_1_blasts(value: Any, blasts: Tri) -> None:
    assert only(read(observation("b", (LOINC, "26447-3"), **value)), CsfResult).blasts is blasts


@pytest.mark.parametrize(
    "value",
    [{"valueQuantity": quantity(5, None)}, {"valueString": "atypical cells, favour reactive"}],
)
def test_encoding_8_1_unreadable_is_listed(value: Any) -> None:
    reading = read(observation("b", (LOINC, "26447-3"), **value))
    assert only(reading, CsfResult).blasts is Tri.UNKNOWN
    assert reasons(reading)


@pytest.mark.parametrize(
    ("value", "unclear"),
    [
        ({"valueQuantity": quantity("0.5", "%")}, True),
        ({"valueString": "Positive"}, True),
        ({"valueQuantity": quantity(0, "%")}, False),
        ({"valueString": "Not detected"}, False),
    ],
)
def test_encoding_8_1_residual_disease_in_fluid_is_no_clear_fluid(
    value: Any, unclear: bool
) -> None:
    text = "ALL minimal residual disease (MRD) by flow cytometry, cerebrospinal fluid"
    reading = read(observation("b", (LOCAL, "1"), text=text, **value))
    assert [fact.blasts for fact in facts(reading, CsfResult)] == [Tri.UNKNOWN] * unclear
    assert reasons(reading)


@pytest.mark.parametrize(
    "text",
    [
        "Protein in CSF",
        "Glucose [Mass/volume] in Cerebral spinal fluid",
        "Neutrophils/100 leukocytes in Cerebral spinal fluid",
    ],
)
def test_other_results_of_spinal_fluid_are_silent(text: str) -> None:
    reading = read(fluid("x", text, 40, "%"))
    assert reading.chart.facts == ()
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CNS1", CnsStatus.CNS1),
        ("CNS 2", CnsStatus.CNS2),
        ("CNS2a", CnsStatus.CNS2),
        ("cns3", CnsStatus.CNS3),
    ],
)
def test_encoding_8_2_cns_status(text: str, expected: CnsStatus) -> None:
    result = observation(
        "c",
        (LOCAL, "1"),
        text="CNS status (COG classification)",
        valueCodeableConcept=concept(text=text),
    )
    assert only(read(result), CnsStatusResult).status is expected


@pytest.mark.parametrize("text", ["CNS4", "CNS1 or CNS2", "not CNS3", "positive"])
def test_encoding_8_2_anything_else_is_listed(text: str) -> None:
    result = observation(
        "c", (LOCAL, "1"), text="CNS status (COG classification)", valueString=text
    )
    reading = read(result)
    assert only(reading, CnsStatusResult).status is CnsStatus.UNCLEAR
    assert reasons(reading)


@pytest.mark.parametrize("text", ["Not done", "not performed", "Pending", "n/a", "Declined."])
def test_what_says_that_there_is_no_result_leaves_the_older_one(text: str) -> None:
    for name in ("CNS status (COG classification)", "Testicular examination"):
        reading = read(observation("c", (LOCAL, "1"), text=name, valueString=text))
        assert not facts(reading, CnsStatusResult)
        assert not facts(reading, core.TesticularExamination)
        assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Normal", core.TesticularExam.NORMAL),
        ("No enlargement", core.TesticularExam.NORMAL),
        ("Both testes normal in size.", core.TesticularExam.NORMAL),
        ("Enlarged left testis", core.TesticularExam.ABNORMAL),
        ("Abnormal", core.TesticularExam.ABNORMAL),
        ("Painless swelling of the right testicle", core.TesticularExam.ABNORMAL),
    ],
)
def test_encoding_8_4_testes(text: str, expected: core.TesticularExam) -> None:
    result = observation("t", (LOCAL, "1"), text="Testicular examination", valueString=text)
    assert only(read(result), core.TesticularExamination).finding is expected


@pytest.mark.parametrize(
    "text",
    [
        "Enlargement resolved",
        "Positive",
        "Infiltration?",
        "Leukemic infiltration not proven by biopsy",
        "No biopsy-proven leukemic infiltration",
        "Left testis removed",
        "No longer enlarged, now normal",
    ],
)
def test_encoding_8_4_anything_else_is_listed(text: str) -> None:
    reading = read(observation("t", (LOCAL, "1"), text="Testicular examination", valueString=text))
    assert only(reading, core.TesticularExamination).finding is core.TesticularExam.UNCLEAR
    assert reasons(reading)


@pytest.mark.parametrize(
    "text",
    [
        "Biopsy-proven leukemic infiltration",
        "Leukaemic infiltration of the left testis, proven by biopsy",
        "Testicular leukemia involvement (biopsy-confirmed)",
    ],
)
def test_encoding_8_4_biopsy_proven(text: str) -> None:
    reading = read(observation("t", (LOCAL, "1"), text="Testicular examination", valueString=text))
    assert only(reading, core.TesticularExamination).finding is core.TesticularExam.LEUKAEMIC
    assert not reasons(reading)

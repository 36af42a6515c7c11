"""Genetics of the leukaemia (encodings 7, clinical model E-04 to E-06)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import GeneticResult, Lesion
from relapse.logic import Tri
from tests.mappings.records import (
    DETECTED,
    LOCAL,
    LOINC,
    NOT_DETECTED,
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

PRESENT, ABSENT = (LOINC, "LA9633-4"), (LOINC, "LA9634-2")


def lesions(*resources: Any) -> dict[Lesion, Tri]:
    return {result.lesion: result.present for result in facts(read(*resources), GeneticResult)}


@pytest.mark.parametrize(
    ("answer", "present"),
    [(DETECTED, Tri.MET), (NOT_DETECTED, Tri.NOT_MET), ((SNOMED, "82334004"), Tri.UNKNOWN)],
)
def test_encoding_7_1_bcr_abl1_by_fish(answer: tuple[str, str], present: Tri) -> None:
    result = only(
        read(observation("g", (LOINC, "51867-0"), valueCodeableConcept=concept(answer))),
        GeneticResult,
    )
    assert (result.lesion, result.present, result.adequate, result.quantitative) == (
        Lesion.BCR_ABL1,
        present,
        True,
        False,
    )


def test_p210_only_tests_exclude_nothing() -> None:
    result = only(
        read(observation("g", (LOINC, "49490-6"), valueCodeableConcept=concept(NOT_DETECTED))),
        GeneticResult,
    )
    assert not result.adequate
    worded = observation(
        "g", (LOCAL, "1"), text="BCR-ABL1 p210 transcript, presence", valueString="not detected"
    )
    assert not only(read(worded), GeneticResult).adequate


@pytest.mark.parametrize("code", ["52132-8", "46434-7", "55147-3", "69380-4"])
@pytest.mark.parametrize(
    ("value", "present"),
    [
        (quantity(0.02), Tri.MET),
        (quantity(0), Tri.NOT_MET),
        (quantity(0.001, comparator="<"), Tri.UNKNOWN),
    ],
)
def test_transcript_levels_are_quantitative(code: str, value: Any, present: Tri) -> None:
    result = only(read(observation("g", (LOINC, code), valueQuantity=value)), GeneticResult)
    assert (result.present, result.quantitative) == (present, True)
    assert result.adequate is (code in ("52132-8", "46434-7"))


@pytest.mark.parametrize("code", ["50195-7", "82905-1"])
def test_a_log_reduction_is_no_level(code: str) -> None:
    reading = read(observation("g", (LOINC, code), valueQuantity=quantity(4.5, "1")))
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


def test_ph_like_fish_is_not_bcr_abl1() -> None:
    assert lesions(
        observation("g", (LOINC, "96494-0"), valueCodeableConcept=concept(DETECTED))
    ) == {Lesion.PH_LIKE: Tri.MET}


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("46,XY[20]", {}),
        ("46,XX,t(9;22)(q34;q11.2)[12]/46,XX[8]", {Lesion.BCR_ABL1: Tri.MET}),
        ("46,XY,t(4;11)(q21;q23)[10]", {Lesion.KMT2A: Tri.MET}),
        ("36,XX,-1,-2[10]/46,XX[10]", {Lesion.HYPODIPLOID: Tri.MET}),
        ("54~56,XX,+4,+10,+17[12]", {Lesion.HYPERDIPLOID: Tri.MET}),
        ("46,XX,t(17;19)(q22;p13)[9]", {Lesion.TCF3_HLF: Tri.MET}),
        ("44,XY,-7,-9[9]", {}),
    ],
)
def test_encoding_7_2_karyotypes(formula: str, found: dict[Lesion, Tri]) -> None:
    """A karyotype without t(9;22) is no negative BCR::ABL1 result."""
    reading = observation("k", (LOINC, "33893-9"), valueString=formula)
    assert lesions(reading) == {Lesion.KARYOTYPE: Tri.MET} | found


@pytest.mark.parametrize(
    "text",
    [
        "No metaphases obtained",
        "Culture failure, 46,XY",
        "see report",
        "46,XY; previous study t(9;22)",
    ],
)
def test_encoding_7_2_studies_that_show_nothing_are_listed(text: str) -> None:
    reading = read(observation("k", (LOINC, "33893-9"), valueString=text))
    assert Lesion.BCR_ABL1 not in {fact.lesion for fact in facts(reading, GeneticResult)}
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Negative for BCR::ABL1 rearrangement.", {Lesion.BCR_ABL1: Tri.NOT_MET}),
        (
            "BCR::ABL1 fusion detected in 80 % of cells. KMT2A rearrangement not detected.",
            {Lesion.BCR_ABL1: Tri.MET, Lesion.KMT2A: Tri.NOT_MET},
        ),
        ("Positive for CRLF2 rearrangement", {Lesion.PH_LIKE: Tri.MET}),
    ],
)
def test_encoding_7_2_fish_narratives(text: str, found: dict[Lesion, Tri]) -> None:
    assert lesions(observation("k", (LOINC, "59267-5"), valueString=text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Previously positive for BCR::ABL1",
        "BCR::ABL1 positive, KMT2A not detected",
        "BCR::ABL1 testing was performed",
    ],
)
def test_encoding_7_2_unclear_narratives_are_unknown_and_listed(text: str) -> None:
    reading = read(observation("k", (LOINC, "59267-5"), valueString=text))
    assert {fact.present for fact in facts(reading, GeneticResult)} <= {Tri.UNKNOWN}
    assert reasons(reading)


def kmt2a(
    answer: tuple[str, str], text: str = "KMT2A rearrangement", gene: str = "KMT2A"
) -> dict[str, Any]:
    part = {"code": concept((LOINC, "48018-6")), "valueCodeableConcept": concept(text=gene)}
    return observation(
        "v", (LOINC, "69548-6"), text=text, valueCodeableConcept=concept(answer), component=[part]
    )


@pytest.mark.parametrize(("answer", "present"), [(PRESENT, Tri.MET), (ABSENT, Tri.NOT_MET)])
def test_encoding_7_3_kmt2a(answer: tuple[str, str], present: Tri) -> None:
    assert lesions(kmt2a(answer)) == {Lesion.KMT2A: present}


def test_encoding_7_3_a_variant_in_the_gene_is_no_rearrangement() -> None:
    reading = read(kmt2a(PRESENT, text="Genetic variant assessment"))
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


def test_encoding_7_3_other_genes() -> None:
    assert lesions(kmt2a(PRESENT, "TP53 variant", "TP53")) == {Lesion.TP53: Tri.MET}
    assert lesions(kmt2a(PRESENT, "ETV6-RUNX1 fusion", "ETV6-RUNX1")) == {
        Lesion.ETV6_RUNX1: Tri.MET
    }
    assert lesions(kmt2a(PRESENT, "Genetic variant", "BRCA1")) == {}


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("ABL1 p.Thr315Ile (T315I) detected", Tri.MET),
        ("No ABL1 kinase domain mutation detected", Tri.NOT_MET),
        ("E255K detected; T315I not detected", Tri.NOT_MET),
        ("Not detected", Tri.NOT_MET),
    ],
)
def test_encoding_7_4_t315i(text: str, present: Tri) -> None:
    reading = read(observation("t", (LOINC, "55135-8"), valueString=text))
    assert only(reading, GeneticResult).present is present
    assert reading.unread == ()


def test_encoding_7_4_protein_change_component() -> None:
    part = {
        "code": concept((LOINC, "48005-3")),
        "valueCodeableConcept": concept(text="p.Thr315Ile"),
    }
    assert lesions(observation("t", (LOINC, "55135-8"), component=[part])) == {
        Lesion.T315I: Tri.MET
    }
    denied = observation(
        "t",
        (LOINC, "55135-8"),
        valueString="No ABL1 kinase domain mutation detected",
        component=[part],
    )
    assert lesions(denied) == {Lesion.T315I: Tri.UNKNOWN}


@pytest.mark.parametrize("text", ["p.Glu255Lys detected", "see report", "T315I cannot be excluded"])
def test_encoding_7_4_anything_else_is_unknown(text: str) -> None:
    assert lesions(observation("t", (LOINC, "55135-8"), valueString=text)) == {
        Lesion.T315I: Tri.UNKNOWN
    }


def test_encoding_7_5_the_specimen_is_kept() -> None:
    result = only(
        read(
            specimen(),
            observation(
                "g",
                (LOINC, "51867-0"),
                valueCodeableConcept=concept(DETECTED),
                specimen={"reference": "Specimen/s"},
            ),
        ),
        GeneticResult,
    )
    assert (result.specimen, str(result.when)) == ("Specimen/s", "2026-06-08")


@pytest.mark.parametrize(
    ("text", "lesion"),
    [
        ("BCR::ABL1 rearrangement by FISH", Lesion.BCR_ABL1),
        ("Philadelphia chromosome t(9;22)", Lesion.BCR_ABL1),
        ("KMT2A rearrangement", Lesion.KMT2A),
        ("Ph-like gene expression profile", Lesion.PH_LIKE),
        ("BCR::ABL1-like signature", Lesion.PH_LIKE),
        ("iAMP21", Lesion.IAMP21),
        ("IKZF1 deletion", Lesion.IKZF1),
    ],
)
def test_local_codes_by_name(text: str, lesion: Lesion) -> None:
    assert lesions(
        observation("g", (LOCAL, "1"), text=text, interpretation=interpretation("DET"))
    ) == {lesion: Tri.MET}


@pytest.mark.parametrize(
    ("codes", "text", "found"),
    [
        ([(SNOMED, "425688002")], None, {Lesion.BCR_ABL1: Tri.MET}),
        ([(SNOMED, "714251006")], None, {Lesion.BCR_ABL1: Tri.NOT_MET}),
        (
            [("http://terminology.hl7.org/CodeSystem/icd-o-3", "9813/3")],
            None,
            {Lesion.KMT2A: Tri.MET},
        ),
        ([(SNOMED, "838344002")], None, {Lesion.HYPODIPLOID: Tri.MET}),
        (
            [("http://hl7.org/fhir/sid/icd-10-cm", "C91.02")],
            "Ph-positive ALL, relapse",
            {Lesion.BCR_ABL1: Tri.MET},
        ),
        (
            [(SNOMED, "277572006")],
            "B-ALL, Philadelphia chromosome negative",
            {Lesion.BCR_ABL1: Tri.NOT_MET},
        ),
        ([(SNOMED, "277572006")], "Ph-like B-ALL", {Lesion.PH_LIKE: Tri.MET}),
        ([(SNOMED, "714251006")], "Ph-positive ALL", {Lesion.BCR_ABL1: Tri.UNKNOWN}),
    ],
)
def test_diagnoses_that_imply_lesions(
    codes: Any, text: str | None, found: dict[Lesion, Tri]
) -> None:
    assert lesions(condition("c", *codes, text=text, onsetDateTime="2024-03-10")) == found


def test_unconfirmed_diagnoses_imply_nothing() -> None:
    entry = condition("c", (SNOMED, "425688002")) | {
        "verificationStatus": concept(("x", "provisional"))
    }
    assert lesions(entry) == {}

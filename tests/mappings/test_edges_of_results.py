"""Edges of reading results: references, blasts, MRD, antigens, genetics, sites."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse import facts as core
from relapse.facts import (
    AntigenResult,
    BlastResult,
    CsfResult,
    ExtramedullaryDisease,
    GeneticResult,
    Immunophenotype,
    Lesion,
    Material,
    MrdResult,
    PlannedStep,
    Site,
)
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    ICD10CM,
    LOINC,
    NOT_DETECTED,
    SNOMED,
    concept,
    condition,
    facts,
    interpretation,
    local,
    marrow,
    mrd,
    observation,
    only,
    patient,
    quantity,
    read,
    reasons,
    specimen,
)

# --- References ----------------------------------------------------------------------------------


def test_a_specimen_by_business_identifier() -> None:
    sample = specimen(identifier=[{"system": "urn:lab", "value": "S-1"}])
    by_name = {"identifier": {"system": "urn:lab", "value": "S-1"}, "type": "Specimen"}
    for reference in (by_name, {"identifier": by_name["identifier"]}):
        assert only(read(sample, marrow(specimen=reference)), BlastResult).specimen == "Specimen/s"
    twice = read(sample, sample | {"id": "t"}, marrow(specimen=by_name))
    assert only(twice, BlastResult).specimen == "urn:lab|S-1"
    assert only(read(marrow(specimen={"identifier": {"value": "x"}})), BlastResult).specimen == "|x"


def test_a_specimen_that_was_not_sent_still_tells_material_and_samples_apart() -> None:
    reference = {"reference": "Specimen/9/_history/2", "display": "Bone marrow aspirate"}
    result = local("b", "Blasts/100 cells", valueQuantity=quantity(9), specimen=reference)
    found = only(read(result), BlastResult)
    assert (found.specimen, found.material) == ("Specimen/9", Material.MARROW)


@pytest.mark.parametrize(
    "sample",
    [
        specimen(modifierExtension=[{"url": "x"}]),
        specimen(status="entered-in-error"),
        specimen(type=5),
    ],
)
def test_a_specimen_that_cannot_be_read_is_listed(sample: Any) -> None:
    reading = read(sample, marrow(specimen={"reference": "Specimen/s"}))
    assert str(only(reading, BlastResult).when) == "2026-06-08"
    assert reasons(reading, "Specimen/s")


def test_contained_specimens_with_one_identifier_are_one() -> None:
    inner = specimen("in", accessionIdentifier={"system": "urn:acc", "value": "7"})
    results = [marrow(name, specimen={"reference": "#in"}, contained=[inner]) for name in "ab"]
    assert {result.specimen for result in facts(read(*results), BlastResult)} == {"urn:acc|7"}


# --- Blasts, MRD, antigens -----------------------------------------------------------------------


def test_blasts_of_spinal_fluid_under_a_marrow_code_are_listed() -> None:
    reading = read(
        specimen(text="CSF"),
        local("b", "Blasts", valueQuantity=quantity(3), specimen={"reference": "Specimen/s"}),
    )
    assert not facts(reading, BlastResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "value", "count"),
    [
        ("Blasts, absolute count, blood", {"valueQuantity": quantity(2, "10*3/uL")}, "2"),
        ("Blasts, blood", {"valueQuantity": quantity(2, "10*3/uL")}, "2"),
        ("Blasts, absolute count, blood", {"valueQuantity": quantity(2, "mg")}, None),
        ("Blasts, absolute count, blood", {"valueString": "many"}, None),
        ("Blasts as share of lymphocytes, of lymphocytes", {"valueQuantity": quantity(5)}, None),
    ],
)
def test_local_blast_counts(text: str, value: Any, count: str | None) -> None:
    reading = read(local("b", text, **value))
    if count is None:
        assert not facts(reading, BlastResult)
        assert reasons(reading)
    else:
        assert only(reading, BlastResult).count_10e9_per_l == Interval.exact(Decimal(count))


def test_a_code_that_names_both_antigens_is_listed() -> None:
    reading = read(local("a", "CD19 and CD22 on blasts", valueString="positive"))
    assert not facts(reading, AntigenResult)
    assert reasons(reading)


def test_a_panel_of_spinal_fluid_and_a_panel_without_words() -> None:
    fluid = observation(
        "i", (LOINC, "101119-6"), text="Immunophenotype, CSF", valueString="positive for CD19"
    )
    assert reasons(read(fluid))
    assert reasons(read(observation("i", (LOINC, "101119-6"), valueString="see report")))
    coded = observation(
        "i",
        (LOINC, "101119-6"),
        valueCodeableConcept=concept(text="Blasts positive for CD19 and CD10"),
    )
    assert only(read(coded), Immunophenotype).positive == {"CD19", "CD10"}


def test_components_of_a_panel_that_are_something_else() -> None:
    parts = [
        {"code": {"text": "CD10"}},
        {"code": {"text": "Viability"}, "valueQuantity": quantity(98)},
        {"code": {"text": "MRD"}, "valueQuantity": quantity(0.3)},
        {"code": {"text": "Expression on leukemic blasts of CD19"}, "valueString": "positive"},
        {"code": {"text": "CD34"}, "valueString": "in most cells"},
    ]
    reading = read(observation("i", (LOINC, "101119-6"), component=parts))
    assert only(reading, AntigenResult).reported is core.Expression.POSITIVE
    assert not facts(reading, Immunophenotype)


def test_a_limit_of_detection_in_words_that_cannot_be_read() -> None:
    part = {"code": {"text": "Sensitivity"}, "valueString": "very good"}
    reading = read(mrd(valueCodeableConcept=concept(NOT_DETECTED), component=[part]))
    assert only(reading, MrdResult).sensitivity is None
    assert reasons(reading)


# --- Genetics ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "present"),
    [
        (
            local(
                "g", "BCR::ABL1 by FISH", valueString="BCR::ABL1 fusion detected in 80 % of nuclei"
            ),
            Tri.MET,
        ),
        (local("g", "BCR::ABL1 by FISH", valueString="3 % of nuclei"), Tri.UNKNOWN),
        (local("g", "BCR::ABL1 by FISH", valueString="0.3 %"), Tri.MET),
        (local("g", "BCR::ABL1 transcript ratio", valueQuantity=quantity(-1)), Tri.UNKNOWN),
        (
            local(
                "g", "BCR::ABL1", valueQuantity=quantity(5), interpretation=interpretation("NEG")
            ),
            Tri.UNKNOWN,
        ),
        (local("g", "BCR::ABL1", interpretation=interpretation("IND")), Tri.UNKNOWN),
    ],
)
def test_answers_of_a_fusion_test(result: Any, present: Tri) -> None:
    assert only(read(result), GeneticResult).present is present


def test_more_shapes_of_a_kinase_study() -> None:
    plain = local("t", "ABL1 T315I", valueCodeableConcept=concept(NOT_DETECTED))
    assert only(read(plain), GeneticResult).present is Tri.NOT_MET
    interpreted = observation("t", (LOINC, "55135-8"), interpretation=interpretation("ND"))
    assert only(read(interpreted), GeneticResult).present is Tri.NOT_MET
    nothing = observation("t", (LOINC, "55135-8"))
    assert read(nothing).chart.facts == ()


def test_a_variant_that_names_nothing_or_two_lesions() -> None:
    both = observation(
        "v",
        (LOINC, "69548-6"),
        text="TP53 and IKZF1",
        valueCodeableConcept=concept((LOINC, "LA9633-4")),
    )
    assert reasons(read(both))
    unclear = observation("v", (LOINC, "69548-6"), text="TP53", valueString="see report")
    assert only(read(unclear), GeneticResult).present is Tri.UNKNOWN
    change = [{"code": concept((LOINC, "48005-3")), "valueString": "p.Thr315Ile"}]
    t315i = observation(
        "v",
        (LOINC, "69548-6"),
        text="ABL1 variant",
        valueCodeableConcept=concept((LOINC, "LA9633-4")),
        component=change,
    )
    assert only(read(t315i), GeneticResult).lesion is Lesion.T315I


def test_a_karyotype_with_a_coded_answer_alone_is_listed() -> None:
    reading = read(observation("k", (LOINC, "33893-9"), interpretation=interpretation("POS")))
    assert not facts(reading, GeneticResult)
    assert reasons(reading)


# --- Sites ---------------------------------------------------------------------------------------


def test_panels_and_other_results_of_spinal_fluid() -> None:
    parts = [
        {"code": {"text": "Leukocytes"}, "valueQuantity": quantity(7, "/uL")},
        {"code": {"text": "Erythrocytes"}, "valueQuantity": quantity(5, "mg")},
        {"code": {"text": "Blasts"}, "valueQuantity": quantity(2, "/uL")},
    ]
    reading = read(local("p", "Cell count, cerebrospinal fluid", component=parts))
    assert {(result.leukocytes_per_ul, result.blasts) for result in facts(reading, CsfResult)} == {
        (Interval.exact(Decimal(7)), None),
        (None, Tri.MET),
    }
    assert len(reading.unread) == 1
    assert reasons(read(local("p", "MRD in CSF cells", valueQuantity=quantity(1))))
    words = read(local("p", "Leukocytes, CSF", valueString="many"))
    assert reasons(words)


@pytest.mark.parametrize(
    "result",
    [
        local("t", "Testicular examination", dataAbsentReason=concept(text="not done")),
        local("t", "Testicular examination"),
        local("c", "CNS status (COG)", dataAbsentReason=concept(text="x")),
        local("p", "ECOG performance status", dataAbsentReason=concept(text="x")),
        local("d", "Donor search status", dataAbsentReason=concept(text="x")),
        local("d", "Donor search status"),
        local("i", "IgG", dataAbsentReason=concept(text="x")),
        observation("v", (LOINC, "63557-3")),
        observation("p", (LOINC, "2118-8")),
        observation("q", (LOINC, "8636-3"), text="QTcF"),
        observation("s", (LOINC, "97509-4")),
        observation("l", (LOINC, "1975-2")),
        observation("m", (LOINC, "11150-0")),
    ],
)
def test_results_without_a_value_are_no_results(result: Any) -> None:
    reading = read(result)
    assert reading.chart.facts == ()
    assert reading.unread == ()


def test_donor_answers() -> None:
    assert only(read(local("d", "Donor identified", valueBoolean=True)), PlannedStep)
    assert reasons(read(local("d", "Donor search status", valueString="2 candidates under review")))
    assert not facts(
        read(local("d", "Donor identified", valueBoolean=True, status="preliminary")), PlannedStep
    )


@pytest.mark.parametrize(
    ("text", "site", "proven"),
    [
        ("Leukemia cutis, biopsy proven", Site.OTHER, Tri.MET),
        ("Extramedullary relapse of leukemia", Site.OTHER, Tri.UNKNOWN),
        ("CNS leukemia", Site.CNS, Tri.MET),
    ],
)
def test_other_sites_in_words(text: str, site: Site, proven: Tri) -> None:
    found = only(read(condition("c", text=text)), ExtramedullaryDisease)
    assert (found.site, found.proven) == (site, proven)


def test_sites_by_other_codes() -> None:
    assert (
        only(read(condition("c", (SNOMED, "404124002"))), ExtramedullaryDisease).site is Site.OTHER
    )
    ovary = condition("c", (ICD10CM, "C79.82"), text="Leukemic infiltration of ovary")
    assert only(read(patient(gender="female"), ovary), ExtramedullaryDisease).site is Site.OTHER
    brother = condition("c", text="CNS leukemia in brother")
    assert read(brother).chart.facts == ()
    doubtful = condition("c", (ICD10CM, "C79.32"), text="Possible leukemic meningitis")
    assert only(read(doubtful), ExtramedullaryDisease).proven is Tri.UNKNOWN
    unconfirmed = condition("c", text="CNS leukemia") | {
        "verificationStatus": concept(("x", "provisional"))
    }
    assert not facts(read(unconfirmed), ExtramedullaryDisease)
    assert reasons(read(unconfirmed))
    remission = condition("c", (SNOMED, "722795004"), status="remission")
    assert only(read(remission), ExtramedullaryDisease).active is Tri.NOT_MET

"""Procedures: transplants, infusions, punctures, irradiation (encodings 10, 11; rules 29 to 34)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    CarTInfusion,
    CarTProduct,
    Donor,
    DrugUse,
    Given,
    Planned,
    PlannedStep,
    ProcedureDone,
    ProcedureKind,
    Transplant,
)
from relapse.logic import Tri
from tests.mappings.records import (
    CPT,
    HCPCS,
    PCS,
    RXNORM,
    SNOMED,
    administration,
    facts,
    only,
    procedure,
    read,
    reasons,
    request,
)

TISAGENLECLEUCEL = (RXNORM, "1986438")


# --- Procedures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "donor"),
    [
        ([(SNOMED, "425843001"), (CPT, "38240")], Donor.ALLOGENEIC),
        ([(PCS, "30243Y3")], Donor.ALLOGENEIC),
        ([(CPT, "38241")], Donor.AUTOLOGOUS),
        ([(SNOMED, "58776007")], Donor.AUTOLOGOUS),
        ([(SNOMED, "234336002")], Donor.UNKNOWN),
        ([(SNOMED, "1269349006")], Donor.UNKNOWN),
        ([(PCS, "30243G1")], Donor.UNKNOWN),
        ([(SNOMED, "234336002"), (CPT, "38240")], Donor.ALLOGENEIC),
    ],
)
def test_encoding_10_7_and_rule_30_transplants(codes: Any, donor: Donor) -> None:
    found = only(read(procedure("p", *codes)), Transplant)
    assert (found.donor, str(found.when)) == (donor, "2025-03-01")


@pytest.mark.parametrize(
    ("text", "donor"),
    [
        ("Allogeneic stem cell transplant, unrelated donor", Donor.ALLOGENEIC),
        ("Autologous stem cell transplant", Donor.AUTOLOGOUS),
        ("Bone marrow transplant", Donor.UNKNOWN),
        ("Haploidentical HSCT", Donor.ALLOGENEIC),
    ],
)
def test_rule_30_transplants_in_words(text: str, donor: Donor) -> None:
    assert only(read(procedure("p", text=text)), Transplant).donor is donor


@pytest.mark.parametrize(
    "text",
    [
        "Transplant evaluation",
        "Kidney transplant",
        "Stem cell collection",
        "HLA typing for stem cell transplant",
        "Bone marrow biopsy",
    ],
)
def test_words_that_are_no_transplant(text: str) -> None:
    assert not facts(read(procedure("p", text=text)), Transplant)


def test_rule_30_several_records_of_one_transplant_within_days() -> None:
    reading = read(
        procedure("a", (SNOMED, "234336002"), performedDateTime="2025-03-01"),
        procedure("b", (CPT, "38240"), performedDateTime="2025-03-02"),
        procedure("c", (SNOMED, "23719005"), performedDateTime="2025-03"),
        procedure("d", (SNOMED, "23719005"), performedDateTime=None),
    )
    assert only(reading, Transplant).donor is Donor.ALLOGENEIC


def test_rule_30_two_transplants() -> None:
    reading = read(
        procedure("a", (CPT, "38240"), performedDateTime="2023-03-01"),
        procedure("b", (CPT, "38240")),
    )
    assert len(facts(reading, Transplant)) == 2
    both_kinds = read(
        procedure("a", (CPT, "38241")),
        procedure("b", (CPT, "38240"), performedDateTime="2025-03-05"),
    )
    assert {found.donor for found in facts(both_kinds, Transplant)} == {
        Donor.ALLOGENEIC,
        Donor.AUTOLOGOUS,
    }


@pytest.mark.parametrize("status", ["not-done", "preparation"])
def test_rule_29_what_has_not_happened(status: str) -> None:
    for code in ((CPT, "38240"), (CPT, "38228"), (SNOMED, "171765004")):
        reading = read(procedure("p", code, status=status))
        assert not facts(reading, Transplant)
        assert not facts(reading, CarTInfusion)
        assert not facts(reading, ProcedureDone)
        assert reading.unread == ()


def test_rule_29_a_transplant_in_preparation_is_planned() -> None:
    assert (
        only(read(procedure("p", (CPT, "38240"), status="preparation")), PlannedStep).step
        is Planned.TRANSPLANT
    )


UNCLEAR = pytest.mark.parametrize("status", ["unknown", "on-hold", "stopped", "", "done"])


@UNCLEAR
def test_rule_29_a_transplant_of_unclear_status_is_neither_done_nor_not_done(status: str) -> None:
    reading = read(procedure("p", (CPT, "38240"), status=status))
    assert only(reading, Transplant).donor is Donor.UNKNOWN
    assert reasons(reading)


def test_rule_29_an_autologous_transplant_of_unclear_status_is_no_allogeneic_one() -> None:
    reading = read(procedure("p", (CPT, "38241"), status="unknown"))
    assert only(reading, Transplant).donor is Donor.AUTOLOGOUS


def test_rule_29_the_same_transplant_recorded_as_done_decides() -> None:
    reading = read(
        procedure("a", (CPT, "38240"), status="unknown"),
        procedure("b", (CPT, "38240"), performedDateTime="2025-03-03"),
    )
    assert only(reading, Transplant).donor is Donor.ALLOGENEIC


@UNCLEAR
def test_rule_29_car_t_cells_of_unclear_status_were_perhaps_infused(status: str) -> None:
    reading = read(procedure("p", (PCS, "XW033J7"), status=status))
    assert only(reading, CarTInfusion).cd19_directed is Tri.UNKNOWN
    assert reasons(reading)


def test_rule_29_an_infusion_recorded_as_done_beside_one_of_unclear_status() -> None:
    reading = read(
        procedure("a", (PCS, "XW033J7"), status="stopped"),
        administration("b", (RXNORM, "1986438"), effectiveDateTime="2025-03-01"),
    )
    assert only(reading, CarTInfusion).cd19_directed is Tri.MET


@UNCLEAR
def test_rule_29_an_antibody_billed_as_a_procedure_of_unclear_status(status: str) -> None:
    reading = read(procedure("p", (HCPCS, "J9039"), status=status))
    assert only(reading, DrugUse).given is Given.ORDERED
    assert reasons(reading)


def test_rule_29_other_procedures_of_unclear_status_are_listed_only() -> None:
    for code in ((SNOMED, "171765004"), (CPT, "38242")):
        reading = read(procedure("p", code, status="unknown"))
        assert not reading.chart.facts
        assert reasons(reading)


def test_rule_29_not_done_of_an_older_release() -> None:
    reading = read(procedure("p", (CPT, "38240"), notDone=True))
    assert not facts(reading, Transplant)
    assert reasons(reading)


def test_rule_29_under_way_has_happened() -> None:
    assert only(read(procedure("p", (CPT, "38240"), status="in-progress")), Transplant)


@pytest.mark.parametrize(
    ("codes", "text", "site", "kind"),
    [
        ([(SNOMED, "171765004"), (CPT, "96450")], None, None, ProcedureKind.INTRATHECAL),
        ([], "Intrathecal chemotherapy", None, ProcedureKind.INTRATHECAL),
        ([(PCS, "D0001ZZ")], None, None, ProcedureKind.CRANIAL_IRRADIATION),
        ([(SNOMED, "53438000")], "Radiotherapy", "Whole brain", ProcedureKind.CRANIAL_IRRADIATION),
        ([], "Craniospinal irradiation", None, ProcedureKind.CRANIAL_IRRADIATION),
        ([(PCS, "DV010ZZ")], None, None, ProcedureKind.TESTICULAR_IRRADIATION),
        ([(CPT, "38242")], None, None, ProcedureKind.DONOR_LYMPHOCYTES),
        ([], "Donor lymphocyte infusion", None, ProcedureKind.DONOR_LYMPHOCYTES),
        ([(CPT, "62270")], None, None, ProcedureKind.LUMBAR_PUNCTURE),
        ([(CPT, "38220")], None, None, ProcedureKind.MARROW),
        ([(SNOMED, "49401003")], "Bone marrow aspiration", None, ProcedureKind.MARROW),
    ],
)
def test_encoding_10_9_other_procedures(
    codes: Any, text: str | None, site: str | None, kind: ProcedureKind
) -> None:
    more = {"bodySite": [{"text": site}]} if site else {}
    assert only(read(procedure("p", *codes, text=text, **more)), ProcedureDone).kind is kind


@pytest.mark.parametrize("code", ["38225", "38226", "38227", "0537T", "0538T", "0539T"])
def test_collecting_cells_is_no_infusion(code: str) -> None:
    reading = read(procedure("p", (CPT, code), text="CAR-T cell collection"))
    assert reading.chart.facts == ()


@pytest.mark.parametrize(
    ("codes", "text", "product", "cd19"),
    [
        ([(CPT, "38228")], None, CarTProduct.UNKNOWN, Tri.MET),
        ([(CPT, "0540T")], None, CarTProduct.UNKNOWN, Tri.MET),
        ([(SNOMED, "1156961008")], None, CarTProduct.UNKNOWN, Tri.MET),
        ([(PCS, "XW033J7")], None, CarTProduct.TISAGENLECLEUCEL, Tri.MET),
        ([(PCS, "XW033M7")], None, CarTProduct.BREXUCABTAGENE, Tri.MET),
        ([(HCPCS, "Q2058")], None, CarTProduct.OBECABTAGENE, Tri.MET),
        ([(PCS, "XW033H7")], None, CarTProduct.OTHER, Tri.MET),
        ([(PCS, "XW043N7")], None, CarTProduct.OTHER, Tri.MET),
        ([(PCS, "XW033K7")], None, CarTProduct.OTHER, Tri.NOT_MET),
        ([(PCS, "XW033A7")], None, CarTProduct.OTHER, Tri.NOT_MET),
        ([(CPT, "38228")], "CAR-T infusion, Kymriah", CarTProduct.TISAGENLECLEUCEL, Tri.MET),
        ([], "CAR-T cell infusion", CarTProduct.UNKNOWN, Tri.MET),
        ([], "Tecartus infusion", CarTProduct.BREXUCABTAGENE, Tri.MET),
    ],
)
def test_rule_31_car_t_products(
    codes: Any, text: str | None, product: CarTProduct, cd19: Tri
) -> None:
    found = only(read(procedure("p", *codes, text=text)), CarTInfusion)
    assert (found.product, found.cd19_directed) == (product, cd19)


def test_encoding_10_8_one_infusion_in_three_resources() -> None:
    reading = read(
        procedure("a", (CPT, "0540T"), (SNOMED, "1156961008"), performedDateTime="2023-05-02"),
        procedure("b", (PCS, "XW033J7"), performedDateTime="2023-05-02"),
        administration("c", TISAGENLECLEUCEL, effectiveDateTime="2023-05-03"),
    )
    found = only(reading, CarTInfusion)
    assert found.product is CarTProduct.TISAGENLECLEUCEL
    assert not facts(reading, DrugUse)


def test_encoding_10_8_two_infusions() -> None:
    apart = read(
        procedure("a", (CPT, "38228"), performedDateTime="2025-01-01"),
        procedure("b", (CPT, "38228"), performedDateTime="2025-06-01"),
    )
    assert len(facts(apart, CarTInfusion)) == 2
    products = read(procedure("a", (PCS, "XW033J7")), procedure("b", (PCS, "XW033M7")))
    assert len(facts(products, CarTInfusion)) == 2


def test_an_order_of_cells_is_no_infusion() -> None:
    """A completed one was perhaps carried out: an older antigen result is no proof then."""
    running = read(request("r", TISAGENLECLEUCEL, status="active"))
    assert not facts(running, CarTInfusion)
    assert reasons(running)
    completed = read(request("r", TISAGENLECLEUCEL, status="completed"))
    assert only(completed, CarTInfusion).cd19_directed is Tri.UNKNOWN
    assert reasons(completed)
    infused = read(
        request("r", TISAGENLECLEUCEL),
        procedure("p", (CPT, "38228"), performedDateTime="2026-02-20"),
    )
    assert only(infused, CarTInfusion)
    assert infused.unread == ()

"""Procedures, drugs and plans (encodings 10 and 11; mapping rules 29 to 34)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    Agent,
    CarTInfusion,
    CarTProduct,
    Donor,
    DrugUse,
    Given,
    Planned,
    PlannedStep,
    ProcedureDone,
    ProcedureKind,
    StopReason,
    Transplant,
    TreatmentPlan,
)
from relapse.logic import Tri
from tests.mappings.records import (
    CPT,
    HCPCS,
    ICD10CM,
    LEADING,
    LOCAL,
    PCS,
    RXNORM,
    SNOMED,
    administration,
    bundle,
    care_plan,
    concept,
    condition,
    facts,
    only,
    patient,
    procedure,
    read,
    reasons,
    request,
    statement,
)

BLINATUMOMAB, INOTUZUMAB = (RXNORM, "1597258"), (RXNORM, "1942950")
VINCRISTINE, METHOTREXATE = (RXNORM, "11202"), (RXNORM, "6851")
DASATINIB = (RXNORM, "475342")
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
    reading = read(request("r", TISAGENLECLEUCEL))
    assert not facts(reading, CarTInfusion)
    assert reasons(reading)
    infused = read(
        request("r", TISAGENLECLEUCEL),
        procedure("p", (CPT, "38228"), performedDateTime="2026-02-20"),
    )
    assert only(infused, CarTInfusion)
    assert infused.unread == ()


# --- Drugs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "text", "agent"),
    [
        ([BLINATUMOMAB], None, Agent.BLINATUMOMAB),
        ([INOTUZUMAB], None, Agent.INOTUZUMAB),
        ([(RXNORM, "1597267")], None, Agent.BLINATUMOMAB),
        ([(HCPCS, "J9039")], None, Agent.BLINATUMOMAB),
        ([(CPT, "J9229")], None, Agent.INOTUZUMAB),
        ([("http://www.whocc.no/atc", "L01FX07")], None, Agent.BLINATUMOMAB),
        ([(LOCAL, "4711")], "BLINCYTO 35 mcg IV", Agent.BLINATUMOMAB),
        ([], "inotuzumab ozogamicin 0.9 mg", Agent.INOTUZUMAB),
        ([], "Besponsa", Agent.INOTUZUMAB),
        ([VINCRISTINE], None, Agent.OTHER_ANTILEUKAEMIC),
        ([], "Pegaspargase (Oncaspar)", Agent.OTHER_ANTILEUKAEMIC),
        ([], "Cytarabine 100 mg", Agent.CYTARABINE),
        ([], "Nelarabine", Agent.NELARABINE),
        ([], "Asciminib 40 mg tablet", Agent.ASCIMINIB),
    ],
)
def test_rule_34_which_drug(codes: Any, text: str | None, agent: Agent) -> None:
    assert only(read(administration("a", *codes, text=text)), DrugUse).agent is agent


@pytest.mark.parametrize(
    "text",
    [
        "Ondansetron",
        "Leucovorin rescue after methotrexate",
        "Methotrexate level",
        "Dexamethasone 4 mg",
        "Prednisone",
        "Allopurinol",
    ],
)
def test_drugs_that_are_no_treatment_of_the_leukaemia(text: str) -> None:
    reading = read(administration("a", text=text))
    assert reading.chart.facts == ()
    assert reading.unread == ()


MEDICATION = {"resourceType": "Medication", "id": "med", "code": concept(BLINATUMOMAB)}


@pytest.mark.parametrize(
    "resources",
    [
        [
            administration(
                "a",
                medicationCodeableConcept=...,
                medicationReference={"reference": "Medication/med"},
            ),
            MEDICATION,
        ],
        [
            administration(
                "a",
                medicationCodeableConcept=...,
                medicationReference={"reference": "#med"},
                contained=[MEDICATION],
            )
        ],
        [
            administration(
                "a", medicationCodeableConcept=..., medicationReference={"display": "Blincyto"}
            )
        ],
        [
            administration(
                "a",
                medicationCodeableConcept=...,
                medicationReference={"reference": "Medication/not-sent", "display": "blinatumomab"},
            )
        ],
        [
            administration(
                "a",
                medicationCodeableConcept=...,
                medicationReference={"reference": "Medication/mix"},
            ),
            {
                "resourceType": "Medication",
                "id": "mix",
                "ingredient": [{"itemCodeableConcept": concept(BLINATUMOMAB)}],
            },
        ],
        [
            administration(
                "a",
                medicationCodeableConcept=...,
                medicationReference={"reference": "Medication/mix"},
            ),
            {
                "resourceType": "Medication",
                "id": "mix",
                "ingredient": [{"itemReference": {"reference": "Medication/med"}}],
            },
            MEDICATION,
        ],
        [
            administration(
                "a", medicationCodeableConcept=..., medication={"concept": concept(BLINATUMOMAB)}
            )
        ],
        [
            administration(
                "a",
                medicationCodeableConcept=...,
                medication={"reference": {"reference": "Medication/med"}},
            ),
            MEDICATION,
        ],
        [procedure("a", (HCPCS, "J9039"))],
        [procedure("a", (CPT, "J9039"))],
    ],
)
def test_rule_34_where_the_drug_stands(resources: Any) -> None:
    found = only(read(*resources), DrugUse)
    assert (found.agent, found.given) == (Agent.BLINATUMOMAB, Given.ADMINISTERED)


def test_rule_34_medications_that_contain_each_other_end() -> None:
    loop = {
        "resourceType": "Medication",
        "id": "med",
        "ingredient": [{"itemReference": {"reference": "Medication/med"}}],
    }
    read(
        administration(
            "a", medicationCodeableConcept=..., medicationReference={"reference": "Medication/med"}
        ),
        loop,
    )


@pytest.mark.parametrize(
    "members",
    [
        {"medicationCodeableConcept": {}},
        {
            "medicationCodeableConcept": ...,
            "medicationReference": {"reference": "Medication/not-sent"},
        },
        {"medicationCodeableConcept": ...},
        {"medicationCodeableConcept": concept((LOCAL, "4711"))},
    ],
)
def test_rule_34_a_drug_without_code_and_name_is_listed(members: Any) -> None:
    reading = read(administration("a", **members))
    assert reading.chart.facts == ()
    assert reasons(reading)


@pytest.mark.parametrize("status", ["completed", "in-progress", "stopped"])
def test_rule_32_administrations(status: str) -> None:
    assert (
        only(read(administration("a", BLINATUMOMAB, status=status)), DrugUse).given
        is Given.ADMINISTERED
    )


@pytest.mark.parametrize("status", ["active", "completed"])
def test_rule_32_statements(status: str) -> None:
    assert only(read(statement("s", BLINATUMOMAB, status=status)), DrugUse).given is Given.STATED


@pytest.mark.parametrize(
    "resource",
    [
        administration("a", BLINATUMOMAB, status="not-done"),
        statement("a", BLINATUMOMAB, status="intended"),
        statement("a", BLINATUMOMAB, status="not-taken"),
        request("a", BLINATUMOMAB, status="draft"),
        request("a", BLINATUMOMAB, status="cancelled"),
        request("a", BLINATUMOMAB, intent="plan"),
        request("a", BLINATUMOMAB, intent="proposal"),
        request("a", BLINATUMOMAB, doNotPerform=True),
        request("a", DASATINIB, doNotPerform=True),
    ],
)
def test_rule_32_not_given(resource: Any) -> None:
    reading = read(resource)
    assert reading.chart.facts == ()
    assert reading.unread == ()


@pytest.mark.parametrize(
    "resource",
    [
        administration("a", BLINATUMOMAB, wasNotGiven=True),
        administration("a", BLINATUMOMAB, notGiven="true"),
        statement("a", BLINATUMOMAB, taken="n", status="completed"),
    ],
)
def test_rule_32_unclear_is_listed(resource: Any) -> None:
    reading = read(resource)
    assert reading.chart.facts == ()
    assert reasons(reading)


def test_rule_32_an_administration_of_unknown_status_was_perhaps_given() -> None:
    """Listed, and no proof of treatment; but an older antigen result no longer proves anything."""
    reading = read(administration("a", BLINATUMOMAB, status="unknown"))
    assert [use.given for use in facts(reading, DrugUse)] == [Given.ORDERED]
    assert reasons(reading)


@pytest.mark.parametrize("status", ["completed", "stopped", "active"])
def test_rule_32_an_antibody_ordered_without_doses_is_perhaps_given(status: str) -> None:
    found = only(read(request("r", BLINATUMOMAB, status=status)), DrugUse)
    assert (found.given, found.oral) == (Given.ORDERED, False)


@pytest.mark.parametrize(
    "dose",
    [
        administration("a", BLINATUMOMAB, effectiveDateTime="2026-01-12"),
        administration(
            "a",
            BLINATUMOMAB,
            effectiveDateTime="2027-01-12",
            request={"reference": "MedicationRequest/r"},
        ),
    ],
)
def test_rule_32_an_order_whose_doses_are_recorded_says_nothing_more(dose: Any) -> None:
    found = facts(read(request("r", BLINATUMOMAB), dose), DrugUse)
    assert Given.ORDERED not in {use.given for use in found}


def test_rule_32_doses_of_another_time_do_not_cover_an_order() -> None:
    found = facts(
        read(
            request("r", BLINATUMOMAB),
            administration("a", BLINATUMOMAB, effectiveDateTime="2024-01-01"),
        ),
        DrugUse,
    )
    assert {use.given for use in found} == {Given.ORDERED, Given.ADMINISTERED}


def test_rule_32_and_encoding_10_6_an_oral_order_that_ran_is_use() -> None:
    timing = [
        {"timing": {"repeat": {"boundsPeriod": {"start": "2025-01-05", "end": "2025-12-01"}}}}
    ]
    found = only(
        read(
            request(
                "r",
                DASATINIB,
                status="stopped",
                dosageInstruction=timing,
                statusReason=concept(text="Relapse of leukemia while on treatment"),
            )
        ),
        DrugUse,
    )
    assert (found.agent, found.oral, found.given) == (Agent.DASATINIB, True, Given.ORDERED)
    assert (str(found.when), str(found.until), found.running) == ("2025-01-05", "2025-12-01", False)
    assert found.stop_reason is StopReason.FAILED


def test_encoding_10_6_an_active_order_still_runs() -> None:
    found = only(read(request("r", DASATINIB, status="active")), DrugUse)
    assert (found.running, found.until, str(found.when)) == (True, None, "2026-01-10")
    assert found.source.date_inferred


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Relapse of leukemia while on treatment", StopReason.FAILED),
        ("Progression", StopReason.FAILED),
        ("T315I mutation", StopReason.FAILED),
        ("Intolerance", StopReason.INTOLERANT),
        ("Hepatotoxicity", StopReason.INTOLERANT),
        ("Pleural effusion", StopReason.INTOLERANT),
        ("Patient moved", None),
        ("No toxicity", None),
        ("Toxicity and progression", None),
    ],
)
def test_encoding_10_6_reasons(text: str, reason: StopReason | None) -> None:
    assert (
        only(
            read(request("r", DASATINIB, status="stopped", statusReason=concept(text=text))),
            DrugUse,
        ).stop_reason
        is reason
    )


def test_rule_33_the_last_dose_is_the_end_of_the_period() -> None:
    period = {
        "effectiveDateTime": ...,
        "effectivePeriod": {"start": "2026-01-01", "end": "2026-01-28"},
    }
    found = only(read(administration("a", BLINATUMOMAB, **period)), DrugUse)
    assert (str(found.when), str(found.until), found.running) == ("2026-01-01", "2026-01-28", False)


def test_rule_33_a_running_one_has_not_ended() -> None:
    period = {
        "effectiveDateTime": ...,
        "effectivePeriod": {"start": "2026-06-01"},
        "status": "in-progress",
    }
    found = only(read(administration("a", BLINATUMOMAB, **period)), DrugUse)
    assert (found.until, found.running) == (None, True)


def test_rule_33_an_undated_one_stays_undated() -> None:
    found = only(read(administration("a", BLINATUMOMAB, effectiveDateTime=...)), DrugUse)
    assert (found.when, found.until, found.running) == (None, None, False)


@pytest.mark.parametrize(
    "members",
    [
        {"effectiveDateTime": "some day"},
        {"effectiveDateTime": ..., "effectivePeriod": {"start": "2026-02-01", "end": "2026-01-01"}},
    ],
)
def test_rule_33_unreadable_times_are_listed(members: Any) -> None:
    reading = read(administration("a", BLINATUMOMAB, **members))
    assert only(reading, DrugUse).when is None
    assert reasons(reading)


@pytest.mark.parametrize(
    ("members", "intrathecal"),
    [
        ({"dosage": {"route": concept(text="Intrathecal route")}}, True),
        ({"dosage": {"text": "12 mg IT", "route": concept(text="intrathecal")}}, True),
        (
            {
                "medicationCodeableConcept": concept(
                    METHOTREXATE, text="Methotrexate intrathecal injection"
                )
            },
            True,
        ),
        ({"dosage": {"route": concept(text="Intravenous")}}, False),
        ({}, False),
    ],
)
def test_intrathecal_doses(members: Any, intrathecal: bool) -> None:
    found = only(read(administration("a", METHOTREXATE, **members)), DrugUse)
    assert (found.agent, found.intrathecal) == (Agent.METHOTREXATE, intrathecal)


def test_methotrexate_for_arthritis_is_no_treatment_of_the_leukaemia() -> None:
    assert not facts(
        read(
            request(
                "r",
                METHOTREXATE,
                status="active",
                reasonCode=[concept(text="Rheumatoid arthritis")],
            )
        ),
        DrugUse,
    )
    assert not facts(
        read(statement("s", METHOTREXATE, text="Methotrexate auto-injector", status="active")),
        DrugUse,
    )


def test_encoding_10_4_first_and_last_day() -> None:
    reading = read(
        administration("a", VINCRISTINE, effectiveDateTime="2026-01-02"),
        administration("b", VINCRISTINE, effectiveDateTime="2026-01-23"),
    )
    assert {str(use.when) for use in facts(reading, DrugUse)} == {"2026-01-02", "2026-01-23"}


@pytest.mark.parametrize("kind", ["MedicationDispense", "MedicationOrder"])
def test_other_types_that_name_such_a_drug_are_listed(kind: str) -> None:
    reading = read(request("r", DASATINIB) | {"resourceType": kind})
    assert reading.chart.facts == ()
    assert reasons(reading)
    assert read(request("r", text="Ondansetron") | {"resourceType": kind}).unread == ()


# --- Plans ---------------------------------------------------------------------------------------


def test_encoding_10_1_a_course() -> None:
    plan = care_plan(
        "c",
        "Front-line ALL chemotherapy: induction, consolidation, maintenance",
        addresses=[{"reference": "Condition/leading"}],
    )
    found = only(read(LEADING, plan), TreatmentPlan)
    assert (str(found.when), str(found.until), found.running, found.comfort_care) == (
        "2026-01-10",
        "2026-02-20",
        False,
        False,
    )


@pytest.mark.parametrize(
    ("status", "period", "until", "running"),
    [
        ("active", {"start": "2026-01-10"}, "None", True),
        ("active", {"start": "2026-01-10", "end": "2026-12-31"}, "2026-12-31", True),
        ("active", {"start": "2026-01-10", "end": "2026-03-01"}, "2026-03-01", False),
        ("revoked", {"start": "2026-01-10", "end": "2026-02-01"}, "2026-02-01", False),
        ("completed", {"start": "2026-01-10"}, "None", False),
    ],
)
def test_encoding_10_1_ends(status: str, period: Any, until: str, running: bool) -> None:
    found = only(
        read(care_plan("c", "Relapse reinduction", status=status, period=period)), TreatmentPlan
    )
    assert (str(found.until), found.running) == (until, running)


@pytest.mark.parametrize(
    "title",
    [
        "Front-line ALL induction",
        "Relapse reinduction",
        "Relapse consolidation",
        "Blinatumomab, cycle 1",
        "Maintenance",
    ],
)
def test_encoding_10_2_and_10_3_titles(title: str) -> None:
    assert only(read(care_plan("c", title, category=[])), TreatmentPlan).text == title


@pytest.mark.parametrize(
    ("title", "agents"),
    [
        ("Inotuzumab ozogamicin, cycle 2", {Agent.INOTUZUMAB}),
        ("Blinatumomab and dasatinib", {Agent.BLINATUMOMAB, Agent.DASATINIB}),
        ("Relapse reinduction", set()),
    ],
)
def test_encoding_10_5_agents_of_a_title(title: str, agents: set[Agent]) -> None:
    assert only(read(care_plan("c", title)), TreatmentPlan).agents == agents


@pytest.mark.parametrize(
    "members", [{"status": "draft"}, {"intent": "proposal"}, {"intent": "option"}]
)
def test_encoding_10_1_plans_that_have_not_begun(members: Any) -> None:
    reading = read(care_plan("c", "Relapse reinduction", **members))
    assert not facts(reading, TreatmentPlan)
    assert reading.unread == ()


def test_encoding_10_1_plans_for_other_diseases() -> None:
    other = condition("other", (ICD10CM, "C50.9"), text="Breast cancer")
    plan = care_plan("c", "Chemotherapy", addresses=[{"reference": "Condition/other"}])
    assert not facts(read(LEADING, other, plan), TreatmentPlan)


@pytest.mark.parametrize("title", ["Nutrition plan", "Nursing care plan: pain", "Physical therapy"])
def test_encoding_10_1_supportive_plans_are_no_courses(title: str) -> None:
    plan = care_plan(
        "c",
        title,
        category=[{"text": "Assess plan"}],
        addresses=[{"reference": "Condition/leading"}],
    )
    reading = read(LEADING, plan)
    assert not facts(reading, TreatmentPlan)
    assert reading.unread == ()


def test_encoding_10_1_a_treatment_that_is_not_named_is_listed() -> None:
    plan = care_plan(
        "c", "Treatment plan", category=[], addresses=[{"reference": "Condition/leading"}]
    )
    reading = read(LEADING, plan)
    assert not facts(reading, TreatmentPlan)
    assert reasons(reading)


@pytest.mark.parametrize(
    "title",
    [
        "Transplant evaluation",
        "Transplant work-up",
        "HSCT workup, clinic",
        "Referral: transplant",
        "Post-transplant follow-up",
        "MRD monitoring",
        "Off-therapy",
        "Long-term surveillance",
        "Donor search",
    ],
)
def test_encoding_10_1_looking_at_treatment_is_no_block(title: str) -> None:
    reading = read(care_plan("c", title))
    assert not facts(reading, TreatmentPlan)
    assert reading.unread == ()


@pytest.mark.parametrize(
    "title",
    [
        "Evaluation for blinatumomab, inotuzumab",
        "CAR-T cell collection, tisagenlecleucel",
        "Follow-up after maintenance",
        "Transplant evaluation after reinduction",
        "Referral: induction chemotherapy",
        "Chemotherapy monitoring",
    ],
)
def test_encoding_10_1_looking_at_a_named_treatment_is_no_block_and_listed(title: str) -> None:
    reading = read(care_plan("c", title))
    assert not facts(reading, TreatmentPlan)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("title", "agents"),
    [
        ("Reinduction; transplant evaluation", set()),
        ("Induction with day 29 MRD monitoring", set()),
        ("Maintenance and follow-up", set()),
        ("Blinatumomab cycle 2 (clinic visits)", {Agent.BLINATUMOMAB}),
        ("Reinduction, evaluation for inotuzumab", set()),
        ("Relapse reinduction - transplant evaluation after block 1", set()),
    ],
)
def test_encoding_10_1_treatment_beside_what_looks_at_it(title: str, agents: set[Agent]) -> None:
    reading = read(care_plan("c", title))
    assert only(reading, TreatmentPlan).agents == agents
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("title", "status", "comfort"),
    [
        ("Comfort care", "active", True),
        ("Hospice care plan", "active", True),
        ("Comfort care", "revoked", False),
        ("Hospice referral declined", "active", False),
        ("Comfort care not wanted", "active", False),
    ],
)
def test_comfort_care(title: str, status: str, comfort: bool) -> None:
    plan = care_plan("c", title, status=status, category=[], period={"start": "2026-06-01"})
    assert [found.comfort_care for found in facts(read(plan), TreatmentPlan)] == (
        [True] if comfort else []
    )


def test_encoding_11_1_an_empty_chart_has_no_facts() -> None:
    """What is not recorded is never turned into a statement; what it means is decided by the
    course.
    """
    assert read(patient()).chart.facts == ()
    assert read(bundle(patient())).unread == ()


@pytest.mark.parametrize(
    "resource",
    [
        procedure("x") | {"code": {"coding": [{"code": "38240"}]}},
        administration("x") | {"medicationCodeableConcept": {"coding": [{"code": "1597258"}]}},
    ],
)
def test_rule_25_a_code_without_its_system_is_listed(resource: Any) -> None:
    reading = read(resource)
    assert reading.chart.facts == ()
    assert reasons(reading) == ["a code without its system"]


def test_rule_33_a_dose_in_progress_has_not_ended() -> None:
    found = only(read(administration("a", BLINATUMOMAB, status="in-progress")), DrugUse)
    assert (str(found.when), found.until, found.running) == ("2026-02-01", None, True)


def test_rule_11_an_order_with_an_unreadable_date() -> None:
    reading = read(request("r", DASATINIB, authoredOn="some day"))
    assert only(reading, DrugUse).when is None
    assert reasons(reading)

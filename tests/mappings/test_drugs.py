"""Drugs: orders, administrations and statements (encodings 10, 11; rules 29 to 34)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    Agent,
    DrugUse,
    Given,
    StopReason,
)
from tests.mappings.records import (
    CPT,
    HCPCS,
    LOCAL,
    RXNORM,
    administration,
    concept,
    facts,
    only,
    procedure,
    read,
    reasons,
    request,
    statement,
)

BLINATUMOMAB, INOTUZUMAB = (RXNORM, "1597258"), (RXNORM, "1942950")


VINCRISTINE, METHOTREXATE = (RXNORM, "11202"), (RXNORM, "6851")


DASATINIB = (RXNORM, "475342")


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


def test_rule_33_a_dose_in_progress_has_not_ended() -> None:
    found = only(read(administration("a", BLINATUMOMAB, status="in-progress")), DrugUse)
    assert (str(found.when), found.until, found.running) == ("2026-02-01", None, True)

"""Care plans as courses of therapy (encodings 10, 11; rules 29 to 34)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    Agent,
    DrugUse,
    TreatmentPlan,
)
from tests.mappings.records import (
    ICD10CM,
    LEADING,
    RXNORM,
    administration,
    bundle,
    care_plan,
    condition,
    facts,
    only,
    patient,
    procedure,
    read,
    reasons,
    request,
)

BLINATUMOMAB, INOTUZUMAB = (RXNORM, "1597258"), (RXNORM, "1942950")


DASATINIB = (RXNORM, "475342")


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


def test_rule_11_an_order_with_an_unreadable_date() -> None:
    reading = read(request("r", DASATINIB, authoredOn="some day"))
    assert only(reading, DrugUse).when is None
    assert reasons(reading)

"""Policies: defaults, limits, what they say of themselves, and that each one decides (POL)."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import (
    Agent,
    Analyte,
    Complication,
    Expression,
    Method,
    PerformanceScale,
    Sex,
    Site,
)
from relapse.logic import Tri
from relapse.policy import FIXED_POLICIES, Policy, PolicyError
from tests.relapse.patients import (
    EU,
    RELAPSE,
    Answer,
    Story,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child_first_relapse,
    child_second_remission,
    days_before,
    first_remission,
    person,
    second_relapse,
)

# --- Defaults (section 6) ------------------------------------------------------------------------

DEFAULTS: dict[str, tuple[str, object]] = {
    "antigen_positive_fraction": ("POL-01", Decimal("0.20")),
    "jurisdiction": ("POL-02", "US"),
    "blinatumomab_mrd": ("POL-03", Decimal("0.001")),
    "consolidation": ("POL-04", True),
    "antigen_max_age_active": ("POL-06", 90),
    "antigen_max_age_remission": ("POL-06", 180),
    "status_max_age": ("POL-07", 90),
    "liver_flag": ("POL-08", "either"),
    "antigen_conflict_window": ("POL-09", 14),
    "remission_window": ("POL-10", 14),
    "marrow_interval": ("POL-11", 7),
    "sanctuary_immunotherapy": ("POL-14", False),
    "tisagenlecleucel_first_relapse": ("POL-15", False),
    "late_adult_car_t": ("POL-16", "CONS"),
    "high_burden_marrow": ("POL-17", Decimal("0.50")),
    "high_burden_blood": ("POL-17", Decimal(15)),
    "qtcf_flag_ms": ("POL-18", Decimal(470)),
    "leukapheresis_wbc": ("POL-19", Decimal(100)),
    "list_not_suggested": ("POL-20", True),
    "inotuzumab_cycles_before_transplant": ("POL-25", 2),
    "tisagenlecleucel_below_years": ("POL-26", 26),
    "adult_car_t_from_years_us": ("POL-26", 18),
    "adult_car_t_from_years_eu": ("POL-26", 26),
    "inotuzumab_from_years_us": ("POL-26", 1),
    "inotuzumab_from_years_eu": ("POL-26", 18),
    "blinatumomab_from_months": ("POL-26", 1),
    "transplant_mrd_eval": ("POL-27", Decimal("0.001")),
    "transplant_mrd_cons": ("POL-27", Decimal("0.0001")),
    "mrd_max_age": ("POL-30", 30),
    "adult_short_remission_months": ("POL-31", 12),
    "adult_long_remission_months": ("POL-31", 24),
    "label_max_age": ("POL-32", 180),
    "consolidation_window": ("POL-33", 365),
    "fitness_max_ecog": ("POL-34", 2),
    "fitness_min_karnofsky": ("POL-34", 60),
    "fitness_max_age": ("POL-34", 90),
    "relapse_on_blinatumomab": ("POL-35", 30),
    "pregnancy_test_max_age": ("POL-36", 30),
    "qt_drugs": ("POL-37", ("dasatinib", "nilotinib")),
}


def test_defaults_are_those_of_the_model() -> None:
    policy = Policy()
    found = {f.name: (f.metadata["id"], getattr(policy, f.name)) for f in fields(policy)}
    assert found == DEFAULTS


def test_every_policy_of_the_model_has_a_place() -> None:
    ids = {f.metadata["id"] for f in fields(Policy())} | {item.id for item in FIXED_POLICIES}
    assert ids == {f"POL-{number:02d}" for number in range(1, 38)}


# --- What a policy refuses, and what it says -----------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"jurisdiction": "UK"},
        {"late_adult_car_t": "CAD"},
        {"liver_flag": "and"},
        {"antigen_max_age_active": 0},
        {"antigen_max_age_active": 366},
        {"mrd_max_age": 0},
        {"consolidation_window": 29},
        {"blinatumomab_mrd": Decimal("0.00009")},
        {"antigen_positive_fraction": Decimal("1.01")},
        {"fitness_max_ecog": 4},
        {"transplant_mrd_cons": Decimal("0.002")},
        {"adult_short_remission_months": 24, "adult_long_remission_months": 12},
    ],
    ids=str,
)
def test_a_policy_that_the_model_cannot_work_with_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match=r"must"):
        Policy(**change)


def test_the_limits_themselves_are_accepted() -> None:
    assert Policy(antigen_max_age_active=1, mrd_max_age=180).mrd_max_age == 180
    equal = Policy(adult_short_remission_months=24, adult_long_remission_months=24)
    assert equal.adult_long_remission_months == 24


def test_CARD_05_changed_policies_are_named() -> None:
    assert Policy().changed() == ()
    assert EU.changed() == (), "jurisdiction is shown on its own"
    (said,) = Policy(mrd_max_age=45).changed()
    assert "POL-30" in said
    assert "45" in said
    answer = adult_first_relapse().ask(Policy(mrd_max_age=45))
    assert answer.assessment.policies_changed == (said,)
    assert adult_first_relapse().ask(EU).assessment.jurisdiction == "EU"


# --- Every adjustable policy decides something ---------------------------------------------------


def isolated_testis() -> Story:
    story = person("1984-02-11").diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.remission("2025-09-10", 1).extramedullary(Site.TESTIS, RELAPSE)
    return story.marrow(RELAPSE, 1, flow=0).work_up(but="testes")


def infant() -> Story:
    story = person("2025-08-15").diagnosed("2026-01-05").front_line("2026-01-06")
    return story.refractory("2026-06-05").marrow(RELAPSE, 60, flow=60).work_up()


def treated_relapse_days_ago(days: int) -> Story:
    story = adult_first_relapse(relapse=days_before(days), eot="2025-12-20")
    return story.reinduction(days_before(days - 3))


def doubtful_marrows() -> Story:
    story = adult_first_relapse(blasts=0)
    story = (
        story.marrow("2026-06-09", 8)
        .mrd("2026-06-14", "1")
        .mrd("2026-06-14", "1", method=Method.CLONAL_PCR)
    )
    return story


def conflict(apart: int) -> Story:
    story = adult_short_remission(relapse="2026-05-20", but="cd19")
    return story.cd19(days_before(2 + apart), Expression.NEGATIVE).cd19(days_before(2))


CASES: list[tuple[str, dict[str, Any], Story, Any]] = [
    (
        "antigen_positive_fraction",
        {"antigen_positive_fraction": Decimal("0.1")},
        adult_short_remission(but="cd19").cd19(RELAPSE, None, share=15),
        lambda a: a.strength("BLIN"),
    ),
    ("jurisdiction", {"jurisdiction": "EU"}, child_first_relapse(), lambda a: a.strength("INO")),
    (
        "blinatumomab_mrd",
        {"blinatumomab_mrd": Decimal("0.0001")},
        first_remission().mrd("2026-06-05", "0.05"),
        lambda a: a.strength("BLIN"),
    ),
    (
        "consolidation",
        {"consolidation": False},
        child_second_remission().mrd_negative(),
        lambda a: a.strength("BLIN"),
    ),
    (
        "antigen_max_age_active",
        {"antigen_max_age_active": 6},
        adult_short_remission(),
        lambda a: a.strength("BLIN"),
    ),
    (
        "antigen_max_age_remission",
        {"antigen_max_age_remission": 100},
        child_second_remission(),
        lambda a: a.strength("BLIN"),
    ),
    ("status_max_age", {"status_max_age": 120}, treated_relapse_days_ago(100), lambda a: a.ds),
    (
        "liver_flag",
        {"liver_flag": "both"},
        adult_short_remission().liver(bilirubin="2"),
        lambda a: a.effect("P-06", "INO"),
    ),
    (
        "antigen_conflict_window",
        {"antigen_conflict_window": 3},
        conflict(5),
        lambda a: a.strength("BLIN"),
    ),
    (
        "remission_window",
        {"remission_window": 3},
        treated_relapse_days_ago(80)
        .plan(days_before(76), days_before(40))
        .marrow(days_before(30), 2, flow=2)
        .marrow(days_before(20), 40, flow=40),
        lambda a: a.relapses,
    ),
    ("marrow_interval", {"marrow_interval": 5}, doubtful_marrows(), lambda a: a.ds),
    (
        "sanctuary_immunotherapy",
        {"sanctuary_immunotherapy": True},
        isolated_testis(),
        lambda a: a.strengths,
    ),
    (
        "tisagenlecleucel_first_relapse",
        {"tisagenlecleucel_first_relapse": True},
        child_first_relapse(),
        lambda a: a.product("tisa"),
    ),
    (
        "late_adult_car_t",
        {"late_adult_car_t": "NOT"},
        adult_first_relapse(),
        lambda a: a.product("obe"),
    ),
    (
        "high_burden_marrow",
        {"high_burden_marrow": Decimal("0.3")},
        adult_short_remission(),
        lambda a: a.effect("P-14", "BLIN"),
    ),
    (
        "high_burden_blood",
        {"high_burden_blood": Decimal(5)},
        adult_short_remission(but="blood").blood(RELAPSE, count=6),
        lambda a: a.effect("P-14", "BLIN"),
    ),
    (
        "qtcf_flag_ms",
        {"qtcf_flag_ms": Decimal(450)},
        adult_short_remission().only_lab(Analyte.QTCF, 460),
        lambda a: a.effect("P-08", "INO"),
    ),
    (
        "leukapheresis_wbc",
        {"leukapheresis_wbc": Decimal(50)},
        adult_short_remission().only_lab(Analyte.LEUKOCYTES, 60),
        lambda a: "CX-09" in a.lines("CTX"),
    ),
    (
        "inotuzumab_cycles_before_transplant",
        {"inotuzumab_cycles_before_transplant": 1},
        second_relapse().drug(Agent.INOTUZUMAB, "2024-02-26", "2024-03-10"),
        lambda a: a.effect("P-07", "INO"),
    ),
    (
        "tisagenlecleucel_below_years",
        {"tisagenlecleucel_below_years": 22},
        second_relapse(),
        lambda a: a.product("tisa"),
    ),
    (
        "adult_car_t_from_years_us",
        {"adult_car_t_from_years_us": 25},
        second_relapse(),
        lambda a: a.product("brexu"),
    ),
    (
        "adult_car_t_from_years_eu",
        {"jurisdiction": "EU", "adult_car_t_from_years_eu": 20},
        second_relapse(),
        lambda a: a.product("brexu"),
    ),
    (
        "inotuzumab_from_years_us",
        {"inotuzumab_from_years_us": 0},
        infant(),
        lambda a: a.strength("INO"),
    ),
    (
        "inotuzumab_from_years_eu",
        {"jurisdiction": "EU", "inotuzumab_from_years_eu": 1},
        child_first_relapse(),
        lambda a: a.strength("INO"),
    ),
    (
        "blinatumomab_from_months",
        {"blinatumomab_from_months": 12},
        infant(),
        lambda a: a.strength("BLIN"),
    ),
    (
        "transplant_mrd_eval",
        {"transplant_mrd_eval": Decimal("0.0001")},
        child_second_remission().mrd("2026-06-05", "0.05"),
        lambda a: a.strength("HSCT"),
    ),
    (
        "transplant_mrd_cons",
        {"transplant_mrd_cons": Decimal("0.00001")},
        child_second_remission().mrd("2026-06-05", "0.005"),
        lambda a: a.strength("HSCT"),
    ),
    (
        "mrd_max_age",
        {"mrd_max_age": 45},
        child_second_remission().mrd(days_before(40), "0.5"),
        lambda a: a.mrd,
    ),
    (
        "adult_short_remission_months",
        {"adult_short_remission_months": 18},
        adult_first_relapse(dx="2025-01-05", cr1="2025-02-08", eot="2026-05-20"),
        lambda a: a.product("brexu"),
    ),
    (
        "adult_long_remission_months",
        {"adult_long_remission_months": 36},
        adult_first_relapse(),
        lambda a: a.lines("CTX")["CX-01"],
    ),
    (
        "consolidation_window",
        {"consolidation_window": 60},
        adult_second_remission(),
        lambda a: a.strengths,
    ),
    (
        "fitness_max_ecog",
        {"fitness_max_ecog": 1},
        adult_second_remission(but="fitness").fitness(2),
        lambda a: a.strength("HSCT"),
    ),
    (
        "fitness_min_karnofsky",
        {"fitness_min_karnofsky": 80},
        adult_second_remission(but="fitness").fitness(70, PerformanceScale.KARNOFSKY),
        lambda a: a.strength("HSCT"),
    ),
    (
        "fitness_max_age",
        {"fitness_max_age": 120},
        adult_second_remission(but="fitness").fitness(4, on=days_before(100)),
        lambda a: a.strength("HSCT"),
    ),
    (
        "relapse_on_blinatumomab",
        {"relapse_on_blinatumomab": 60},
        adult_first_relapse().drug(Agent.BLINATUMOMAB, days_before(67), days_before(50)),
        lambda a: a.strength("BLIN"),
    ),
    (
        "pregnancy_test_max_age",
        {"pregnancy_test_max_age": 5},
        adult_short_remission(but="testes pregnancy")
        .of_sex(Sex.FEMALE)
        .pregnancy(Tri.NOT_MET, days_before(10)),
        lambda a: "D-PREG" in a.all_requests,
    ),
    (
        "qt_drugs",
        {"qt_drugs": ("imatinib",)},
        adult_short_remission().tki(Agent.IMATINIB, "2026-01-01", running=True),
        lambda a: a.effect("P-08", "INO"),
    ),
]


@pytest.mark.parametrize(
    ("change", "story", "look"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_every_policy_decides(change: dict[str, Any], story: Story, look: Any) -> None:
    before = Policy(jurisdiction=change.get("jurisdiction", "US"))
    if set(change) == {"jurisdiction"}:
        before = Policy()
    after = replace(before, **change)
    assert look(story.ask(before)) != look(story.ask(after))


def test_no_policy_of_the_rules_is_left_out() -> None:
    """Those of the cards (POL-20, POL-32) are tested with the cards."""
    covered = {case[0] for case in CASES}
    assert set(DEFAULTS) - covered == {"list_not_suggested", "label_max_age"}


@pytest.mark.parametrize("policy", [Policy(list_not_suggested=False), Policy(label_max_age=30)])
def test_policies_of_the_cards_change_no_answer(policy: Policy) -> None:
    def told(answer: Answer) -> tuple[str, set[str], set[str]]:
        return answer.strengths, answer.cards, answer.all_requests

    story = second_relapse().complication(Complication.VOD)
    assert told(story.ask(policy)) == told(story.ask())

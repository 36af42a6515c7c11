"""Limits that the rules once had wrong by a day, or by a site."""

from __future__ import annotations

import pytest

from relapse.facts import Agent
from tests.relapse.patients import RELAPSE, adult_first_relapse, child, person


@pytest.mark.parametrize(
    ("cr1", "long"), [("2024-06-07", True), ("2024-06-08", True), ("2024-06-09", False)]
)
def test_CX_01_E_21_exactly_24_months_is_long(cr1: str, long: bool) -> None:
    story = adult_first_relapse(dx="2024-05-01", cr1=cr1, eot="2026-05-01")
    assert ("Long first remission" in story.ask().lines("CTX")["CX-01"]) is long


def test_HS_04_a_coded_relapse_that_can_only_be_in_the_marrow() -> None:
    story = child("2014-11-20").diagnosed("2023-06-10").front_line("2023-06-10", "2025-12-20")
    story = story.remission("2023-07-12", 1).coded_relapse("2025-12-20").work_up("2025-12-20")
    story = story.reinduction("2025-12-27", "2026-02-25").remission("2026-03-01", 2)
    assert story.mrd_negative().ask().gives("HS-04") == "EVAL"


@pytest.mark.parametrize(("birth", "near"), [("2026-05-16", True), ("2026-05-15", None)])
def test_P_25_one_month_tomorrow(birth: str, near: bool | None) -> None:
    story = person(birth).diagnosed("2026-05-21").front_line("2026-05-22").refractory("2026-06-10")
    option = story.marrow(RELAPSE, 40, flow=40).work_up().ask().option("BLIN")
    if near is None:
        assert option.strength.name == "EVAL"
    else:
        assert option.reason == "age below the label; limit reached on 2026-06-16 (P-25)"


@pytest.mark.parametrize(
    ("start", "blin"), [(None, "CONS"), ("2026-04-22", "EVAL"), ("2026-04-23", "EVAL")]
)
def test_BL_11_another_course_from_the_day_of_the_last_dose(start: str | None, blin: str) -> None:
    story = adult_first_relapse(relapse="2026-03-20", eot="2025-12-20")
    story = story.drug(Agent.BLINATUMOMAB, "2026-03-25", "2026-04-22")
    story = story if start is None else story.plan(start, None)
    assert story.marrow("2026-05-10", 40, flow=40).cd19("2026-05-10").ask().strength("BLIN") == blin

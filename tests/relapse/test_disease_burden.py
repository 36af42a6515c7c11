"""P-14 where the day is not on record on which the present state began: what is known to be older
says nothing on it.
"""

from __future__ import annotations

import pytest

from relapse.facts import Analyte, ClinicalStatus
from relapse.logic import Tri
from tests.relapse.patients import NOTE, WARN, Story, adult, adult_first_relapse, first_remission


def relapse_without_a_day(dx: str | None = "2025-09-10") -> Story:
    """ALL set to "relapse" on the problem list; no remission and no day of it on record."""
    return adult().diagnosed(dx, status=ClinicalStatus.RELAPSE).cd19("2026-06-08")


@pytest.mark.parametrize("day", ["2025-09-10", "2025-10-08"], ids=["day-0", "day-28"])
def test_P_14_the_marrow_of_the_first_diagnosis_is_not_of_the_relapse(day: str) -> None:
    answer = relapse_without_a_day().marrow(day, 92, flow=90).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.effect("P-14", "BLIN") == set()
    assert answer.effect("P-14", "CART") == set()


def test_P_14_a_marrow_after_the_induction_may_be_of_the_relapse() -> None:
    answer = relapse_without_a_day().marrow("2025-10-09", 92, flow=90).ask()
    assert answer.effect("P-14", "BLIN") == {WARN}


@pytest.mark.parametrize(
    ("dx", "day", "expected"),
    [
        ("2025-09-10", "2025-10-08", set()),
        ("2025-09-10", "2025-10-09", {WARN}),
        ("2025-09", "2025-10-28", set()),
        ("2025-09", "2025-10-29", {WARN}),
        (None, "2025-09-10", {WARN}),  # nothing shows that it is older: the safer answer
    ],
)
def test_P_14_blood_blasts(dx: str | None, day: str, expected: set[str]) -> None:
    answer = relapse_without_a_day(dx).blood(day, 80).lab(Analyte.LEUKOCYTES, 100, day).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.effect("P-14", "BLIN") == expected


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-02-10", set()), ("2026-02-11", {WARN})], ids=["relapse", "later"]
)
def test_P_14_second_remission_without_a_day(day: str, expected: set[str]) -> None:
    """The relapse of February is over, since when is not recorded: its blasts do not count."""
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-06-01")
    story = story.remission("2024-02-20", 1).cd19("2026-03-20").ph(Tri.NOT_MET)
    story = story.coded_relapse("2026-02-10", status=ClinicalStatus.RESOLVED)
    story = story.reinduction("2026-02-16", "2026-03-25")
    story = story.mrd("2026-06-05", "2")  # too much to date the remission
    story = story.blood(day, 80, lymphoblasts=False).lab(Analyte.LEUKOCYTES, 100, day)
    answer = story.ask()
    assert answer.ds == "CR2"
    assert answer.effect("P-14", "BLIN") == expected


def test_P_14_nothing_is_known_to_be_older_where_no_day_of_the_leukaemia_is() -> None:
    answer = relapse_without_a_day(None).marrow("2026-06-01", 60, flow=60).ask()
    assert answer.effect("P-14", "BLIN") == {WARN}


def test_P_14_a_dated_relapse_counts_its_work_up() -> None:
    story = adult_first_relapse(blasts=30)
    assert story.ask().effect("P-14", "BLIN") == set()
    assert adult_first_relapse(blasts=50).ask().effect("P-14", "BLIN") == {WARN}


def test_P_14_first_remission_without_a_day() -> None:
    """First remission by its code alone: the marrow of the diagnosis was before it."""
    story = adult("1996-02-11").diagnosed("2026-03-05", status=ClinicalStatus.REMISSION)
    story = story.marrow("2026-03-06", 90, flow=90).cd19("2026-04-01").mrd("2026-06-05", "0.5")
    answer = story.ask()
    assert answer.ds == "CR1"
    assert answer.effects("BLIN").get("P-01") == {NOTE}
    assert answer.effect("P-14", "BLIN") == set()
    assert "P-14" not in first_remission().mrd("2026-06-05", "0.5").ask().effects("BLIN")

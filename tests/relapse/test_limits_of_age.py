"""Ages of the labels on the birthday and on the day before, in both jurisdictions (E-27, P-25)."""

from __future__ import annotations

import pytest

from relapse.policy import Policy
from tests.relapse.patients import (
    EU,
    NOTE,
    RELAPSE,
    US,
    Story,
    adult_first_relapse,
    adult_second_remission,
    child_early_second_remission,
    child_first_relapse,
    first_remission,
    person,
    second_relapse,
)

DAY = "2026-06-05"


@pytest.mark.parametrize(
    ("birth", "blin", "rule"),
    [
        pytest.param("2008-06-15", "EVAL", "BL-06", id="18-today"),
        pytest.param("2008-06-16", "NOT", "BL-08", id="18-tomorrow"),
        pytest.param("2007-06-16", "EVAL", "BL-06", id="19-tomorrow"),
        pytest.param("2009-06-15", "NOT", "BL-08", id="17-today"),
    ],
)
def test_BL_06_BL_08_the_18th_birthday_in_the_EU(birth: str, blin: str, rule: str) -> None:
    """A first relapse that is not refractory: within the label of adults, not of children."""
    answer = child_first_relapse(birth=birth).ask(EU)
    assert answer.strength("BLIN") == blin
    assert [found.rule for found in answer.option("BLIN").rules] == [rule]
    assert child_first_relapse(birth=birth).ask(US).gives("BL-01") == "EVAL"


@pytest.mark.parametrize(
    ("birth", "blin"), [("2008-06-15", "EVAL"), ("2008-06-16", "NOT"), (None, "CAD")]
)
def test_BL_07_the_18th_birthday_in_the_EU(birth: str | None, blin: str) -> None:
    story = first_remission().born(birth).mrd(DAY, "0.1")
    answer = story.ask(EU)
    assert answer.strength("BLIN") == blin
    assert answer.gating("BLIN") == ({"D-AGE"} if birth is None else set())


@pytest.mark.parametrize(
    ("birth", "blin"), [("2008-06-15", "NOT"), ("2008-06-16", "CONS"), ("2007-06-16", "NOT")]
)
def test_BL_09_the_18th_birthday_in_the_EU(birth: str, blin: str) -> None:
    """Consolidation in high-risk first relapse: children only, by the age today."""
    answer = child_early_second_remission().born(birth).mrd_negative().ask(EU)
    assert answer.strength("BLIN") == blin
    assert (answer.gives("BL-09") == "CONS") is (blin == "CONS")


@pytest.mark.parametrize("policy", [US, EU], ids=["US", "EU"])
def test_D_AGE_without_a_birth_date_every_product_waits(policy: Policy) -> None:
    answer = adult_first_relapse().born(None).ask(policy)
    assert answer.strengths == "CAD CAD CAD CONS"
    for name in ("BLIN", "INO", "CART"):
        assert answer.gating(name) == {"D-AGE"}


def test_BL_13_without_a_birth_date_consolidation_waits() -> None:
    answer = adult_second_remission().mrd_negative().born(None).ask()
    assert answer.gives("BL-13") == "CAD"
    assert answer.gating("BLIN") == {"D-AGE"}
    assert adult_second_remission().mrd_negative().ask().gives("BL-13") == "CONS"


@pytest.mark.parametrize(
    ("birth", "noted"),
    [
        pytest.param("2008-06-16", True, id="18-tomorrow"),
        pytest.param("2008-09-13", True, id="18-in-90-days"),
        pytest.param("2008-09-14", False, id="18-in-91-days"),
        pytest.param("2008-06-15", False, id="18-today"),
    ],
)
def test_P_25_lower_limit_of_the_adult_products_beside_tisagenlecleucel(
    birth: str, noted: bool
) -> None:
    answer = second_relapse(birth=birth).ask()
    assert answer.product("tisa") == "EVAL"
    assert answer.effect("P-25", "CART") == ({NOTE} if noted else set())


@pytest.mark.parametrize(
    ("birth", "products", "noted"),
    [
        pytest.param("2000-06-16", "EVAL NOT NOT", True, id="26-tomorrow"),
        pytest.param("2000-06-15", "NOT EVAL EVAL", False, id="26-today"),
        pytest.param("2000-09-13", "EVAL NOT NOT", True, id="26-in-90-days"),
        pytest.param("2000-09-14", "EVAL NOT NOT", False, id="26-in-91-days"),
    ],
)
def test_CA_01_CA_06_P_25_the_26th_birthday_in_the_EU(
    birth: str, products: str, noted: bool
) -> None:
    answer = second_relapse(birth=birth).ask(EU)
    assert answer.products == products
    assert answer.effect("P-25", "CART") == ({NOTE} if noted else set())


@pytest.mark.parametrize(
    ("birth", "policy", "near"),
    [
        ("2025-06-16", US, True),
        ("2025-09-13", US, True),
        ("2025-09-14", US, False),
        ("2008-06-16", EU, True),
        ("2008-09-13", EU, True),
        ("2008-09-14", EU, False),
    ],
)
def test_IN_01_IN_02_P_25_the_date_joins_the_reason(birth: str, policy: Policy, near: bool) -> None:
    reason = infant(birth).ask(policy).option("INO").reason
    assert reason.startswith("age below the label")
    assert ("P-25" in reason) is near


def infant(birth: str) -> Story:
    """Refractory to the first induction, three weeks after birth or more."""
    story = person(birth).diagnosed("2026-05-01").front_line("2026-05-02")
    return story.refractory("2026-06-10").marrow(RELAPSE, 40, flow=40).work_up()


def test_P_27_not_without_a_birth_date() -> None:
    """Nobody is called a neonate because the birth date is missing."""
    assert adult_first_relapse().born(None).ask().effect("P-27", "BLIN") == set()
    assert infant("2026-05").ask().effect("P-27", "BLIN") == {NOTE}


@pytest.mark.parametrize(
    ("birth", "ino"),
    [("1960-06-15", True), ("1960-06-16", False), ("1961-01-01", False), ("1959-01-01", True)],
)
def test_P_19_over_65(birth: str, ino: bool) -> None:
    """Over 65 completed years: from the 66th birthday on."""
    answer = adult_first_relapse(birth=birth).ask()
    assert answer.effect("P-19", "INO") == ({NOTE} if ino else set())


@pytest.mark.parametrize(
    ("birth", "timing"),
    [
        pytest.param("2008-06-08", "HS-11 adult", id="18-on-the-day-of-the-relapse"),
        pytest.param("2008-06-09", "HS-12 child", id="18-a-day-later"),
    ],
)
def test_HS_11_HS_12_adult_or_child_on_the_day_of_the_relapse(birth: str, timing: str) -> None:
    """A late first relapse, high risk in neither scheme: an adult is referred, a child waits."""
    story = child_first_relapse(
        dx="2022-01-10", cr1="2022-02-20", eot="2024-06-01", relapse="2026-06-08", birth=birth
    )
    answer = story.ask()
    rule, who = timing.split()
    assert answer.applies(rule)
    assert answer.strength("HSCT") == ("CONS" if who == "adult" else "NOT")

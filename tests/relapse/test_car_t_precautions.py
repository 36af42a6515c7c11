"""Caution with CAR-T cells (P-18, P-21, P-22, P-25, P-26, P-33)."""

from __future__ import annotations

from typing import Any

import pytest

from relapse.facts import (
    Agent,
    StopReason,
)
from relapse.logic import Tri
from tests.relapse.patients import (
    RELAPSE,
    Story,
    child_first_relapse,
    person,
    second_relapse,
)


def car_t(**more: Any) -> Story:
    return second_relapse(**more)


def test_P_01_P_21_P_22_always() -> None:
    answer = car_t().ask()
    for id in ("P-01", "P-21", "P-22"):
        assert answer.effect(id, "CART") == {"note"}
        assert answer.effect(id, "INO") == set()
    assert answer.effect("P-01", "BLIN") == {"note"}
    assert answer.effect("P-21", "BLIN") == set()


def test_P_01_not_on_an_option_that_is_out() -> None:
    answer = child_first_relapse().ask()
    assert answer.effects("CART") == {}


def test_P_18_prior_inotuzumab() -> None:
    story = car_t().drug(Agent.INOTUZUMAB, "2024-03-01", "2024-03-15")
    assert story.ask().effect("P-18", "CART") == {"note"}
    assert car_t().ask().effect("P-18", "CART") == set()


def test_P_18_blinatumomab_only_after_non_response() -> None:
    good = car_t().drug(Agent.BLINATUMOMAB, "2024-03-01", "2024-03-28")
    assert good.ask().effect("P-18", "CART") == set()
    bad = car_t().drug(Agent.BLINATUMOMAB, "2024-03-01", "2024-03-28", stop=StopReason.FAILED)
    assert bad.ask().effect("P-18", "CART") == {"note"}


@pytest.mark.parametrize(("but", "asked"), [("", False), ("viral", True)])
def test_P_21_STALE_08_viral_screen(but: str, asked: bool) -> None:
    answer = car_t(but=but).ask()
    assert ("D-VIRAL" in answer.requests("CART")) is asked
    assert answer.product("tisa") == "EVAL", "not gating"


@pytest.mark.parametrize(
    ("birth", "noted"),
    [
        ("2000-06-16", True),  # 26 tomorrow
        ("2000-09-13", True),  # in 90 days
        ("2000-09-14", False),
        ("2004-01-15", False),
    ],
)
def test_P_25_the_26th_birthday_within_90_days(birth: str, noted: bool) -> None:
    answer = car_t(birth=birth).ask()
    assert answer.product("tisa") == "EVAL"
    assert (answer.effect("P-25", "CART") == {"note"}) is noted


def test_P_25_a_limit_that_alone_excludes_is_named_in_the_reason() -> None:
    """18 in ten days: the adult products are out today; the day belongs to the reason."""
    story = second_relapse(birth="2008-06-25")
    answer = story.ask()
    assert answer.product("brexu") == "NOT"
    reasons = {item.product: item.reason for item in answer.option("CART").products}
    assert "2026-06-25" in reasons["brexucabtagene-autoleucel"]
    assert "2026-06-25" in reasons["obecabtagene-autoleucel"]
    far = {
        i.product: i.reason
        for i in second_relapse(birth="2009-01-01").ask().option("CART").products
    }
    assert "2027" not in far["brexucabtagene-autoleucel"]


@pytest.mark.parametrize(
    ("birth", "noted"), [("2023-06-16", True), ("2023-06-15", False), ("2020-01-01", False)]
)
def test_P_26_younger_than_three(birth: str, noted: bool) -> None:
    story = person(birth).diagnosed("2026-01-05").front_line("2026-01-06").refractory("2026-06-05")
    answer = story.marrow(RELAPSE, 30, flow=30).work_up().ask()
    assert answer.product("tisa") == "EVAL"
    assert (answer.effect("P-26", "CART") == {"note"}) is noted


@pytest.mark.parametrize(("ph", "noted"), [(Tri.MET, True), (Tri.NOT_MET, False)])
def test_P_33_Ph_positive(ph: Tri, noted: bool) -> None:
    answer = car_t(but="ph").ph(ph).ask()
    assert (answer.effect("P-33", "CART") == {"note"}) is noted

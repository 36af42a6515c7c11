"""Two results of one day: the more worrying one counts, whatever the order of their ids."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from relapse.facts import Agent, Analyte, Lesion, Method, PerformanceScale, Sex
from relapse.logic import Tri
from tests.relapse.patients import EU, Story, adult_first_relapse, adult_second_remission

DAY = "2026-06-12"
Step = Callable[[Story], Story]


def either_way(story: Story, calm: Step, alarm: Step) -> tuple[Story, Story]:
    """The story with both results, their ids in both orders."""
    return alarm(calm(story)), calm(alarm(story))


@pytest.mark.parametrize("calm", ["0.5", None])
def test_P_06_liver_tests(calm: str | None) -> None:
    for story in either_way(
        adult_first_relapse(),
        lambda s: s.lab(Analyte.BILIRUBIN, calm, DAY),
        lambda s: s.lab(Analyte.BILIRUBIN, "1.9", DAY),
    ):
        assert story.ask().effect("P-06", "INO") == {"warn"}


def test_P_08_QTcF() -> None:
    for story in either_way(
        adult_first_relapse(),
        lambda s: s.lab(Analyte.QTCF, 420, DAY),
        lambda s: s.lab(Analyte.QTCF, 520, DAY),
    ):
        assert story.ask().effect("P-08", "INO") == {"warn"}


def test_P_14_blood_blasts() -> None:
    for story in either_way(
        adult_first_relapse(),
        lambda s: s.blood(DAY, count=1),
        lambda s: s.blood(DAY, count=16),
    ):
        assert story.ask().effect("P-14", "BLIN")


@pytest.mark.parametrize("calm", [Tri.NOT_MET, Tri.UNKNOWN])
def test_P_20_pregnancy(calm: Tri) -> None:
    for story in either_way(
        adult_first_relapse().of_sex(Sex.FEMALE),
        lambda s: s.pregnancy(calm, DAY),
        lambda s: s.pregnancy(Tri.MET, DAY),
    ):
        assert story.ask().effect("P-20", "BLIN")


def test_CX_02_T315I() -> None:
    relapse = adult_first_relapse(but="ph").ph(Tri.MET).tki(Agent.IMATINIB, "2024-01-01", DAY)
    for story in either_way(
        relapse,
        lambda s: s.gene(DAY, Lesion.T315I, Tri.NOT_MET),
        lambda s: s.gene(DAY, Lesion.T315I, Tri.MET),
    ):
        assert "T315I: resistance" in story.ask().lines("CTX")["CX-02"]


def test_POL_34_performance_status() -> None:
    remission = adult_second_remission().mrd_negative()
    for story in either_way(
        remission,
        lambda s: s.fitness(1, on=DAY),
        lambda s: s.fitness(40, PerformanceScale.KARNOFSKY, on=DAY),
    ):
        answer = story.ask().strengths
        assert answer == remission.fitness(4, on=DAY).ask().strengths
        assert answer != remission.fitness(1, on=DAY).ask().strengths


def test_E_09_residual_disease() -> None:
    for story in either_way(
        adult_second_remission(),
        lambda s: s.mrd(DAY, "0.005", method=Method.NGS),
        lambda s: s.mrd(DAY, "0.3"),
    ):
        assert story.ask().mrd == "POS"


def test_E_18_testes() -> None:
    relapse = adult_first_relapse(but="testes")
    for story in either_way(
        relapse,
        lambda s: s.testes(on=DAY),
        lambda s: s.testes(enlarged=True, on=DAY),
    ):
        assert "D-TEST" in story.ask().all_requests


def test_E_04_an_unclear_test_after_a_negative_one() -> None:
    """EU: blinatumomab for adults asks for Ph-negative disease."""
    negative = adult_first_relapse(but="ph").ph(Tri.NOT_MET, "2026-06-08")
    assert negative.ask(EU).assessment.state.ph == "F"
    assert negative.ph(Tri.UNKNOWN, "2026-06-10").ask(EU).assessment.state.ph == "U"
    assert negative.ph(Tri.UNKNOWN, "2026-06-07").ask(EU).assessment.state.ph == "F"
    assert negative.ph(Tri.MET, "2020-06-07").ask(EU).assessment.state.ph == "T"

"""Another acute leukaemia beside the ALL, newer than its first diagnosis or not (G-03, CONF-03)."""

from __future__ import annotations

import pytest

from relapse.facts import Disease
from tests.relapse.patients import Story, adult_first_relapse


def stopped(story: Story, onset: str | None, recorded: str | None = None) -> bool:
    answer = story.condition(
        onset, disease=Disease.OTHER_ACUTE_LEUKAEMIA, recorded=recorded, text="AML"
    ).ask()
    assert answer.applies("G-03") is (answer.cards == {"CONFLICT"})
    return answer.applies("G-03")


@pytest.mark.parametrize(
    ("onset", "recorded", "expected"),
    [
        ("2023-10-04", None, False),
        ("2023-10-05", None, False),
        ("2023-10-06", None, True),
        ("2023-10", None, True),  # perhaps newer
        ("2023-09", None, False),
        (None, "2023-10-04", False),
        (None, "2023-10-06", True),
        (None, None, True),
    ],
)
def test_G_03_day_of_the_other_leukaemia(
    onset: str | None, recorded: str | None, expected: bool
) -> None:
    assert stopped(adult_first_relapse(), onset, recorded) is expected


def test_G_03_newer_than_the_first_diagnosis_though_older_than_the_relapse() -> None:
    story = adult_first_relapse().coded_relapse("2026-06-08")
    assert stopped(story, "2025-02-01")


def test_G_03_an_ALL_known_by_its_recording_alone() -> None:
    story = adult_first_relapse().without(type(adult_first_relapse().facts[0]))
    story = story.diagnosed(None, recorded="2023-10-05")
    assert stopped(story, "2025-02-01")
    assert not stopped(story, "2023-10-04")


def test_G_03_an_ALL_known_to_its_year() -> None:
    story = adult_first_relapse().without(type(adult_first_relapse().facts[0])).diagnosed("2023")
    assert stopped(story, "2023-06-01")
    assert stopped(story, "2024-01-01")
    assert not stopped(story, "2023-01-01")
    assert not stopped(story, "2022")

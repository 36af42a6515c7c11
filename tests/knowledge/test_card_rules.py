"""CARD-06 on clinical cases; the other rules of cards are tested beside the cards."""

from __future__ import annotations

import pytest

from relapse.assessment import Option, Strength
from tests.test_cases import answer_as_written


@pytest.mark.parametrize(
    ("case_id", "option", "request_id"),
    [
        ("V03", Option.INOTUZUMAB, "D-CD22"),
        ("V26", Option.INOTUZUMAB, "D-CD22"),
        ("rule-CONF-07-preliminary-CD19", Option.BLINATUMOMAB, "D-CD19"),
        ("rule-CONF-07-preliminary-CD19", Option.CAR_T, "D-CD19"),
    ],
    ids=["stale", "contradictory", "preliminary", "preliminary, CAR-T"],
)
def test_CARD_06_nothing_doubtful_counts_as_certain(
    case_id: str, option: Option, request_id: str
) -> None:
    """The option waits for the datum, and its card asks for it."""
    assessment, _ = answer_as_written(case_id)
    found = assessment.consideration(option)
    assert found is not None
    assert found.strength is Strength.CAD
    assert request_id in {request.id for request in found.requests}

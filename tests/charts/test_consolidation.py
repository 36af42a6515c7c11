"""Consolidation in second remission (US), in whole records."""

import pytest

from tests.charts.records import (
    bcr_abl1,
    changed,
    child_in_second_remission,
    evaluate,
    not_detected,
    without,
)

BLINA = "blinatumomab"


def test_ph_unknown_gates_the_consolidation_row():
    """V30c: BL-13 with Ph unknown: CAD, D-PH."""
    answer = evaluate([*without(child_in_second_remission(), "bcr-abl1"), not_detected()])
    assert answer.blina == "CAD"
    assert "D-PH" in answer.requests(BLINA)


def test_ph_positive_has_no_consolidation_row():
    """BL-13 needs Ph-negative; MRD negative: NOT."""
    chart = without(child_in_second_remission(), "bcr-abl1")
    answer = evaluate([*chart, bcr_abl1("b", "2025-12-20", found=True), not_detected()])
    assert answer.blina == "NOT"


@pytest.mark.parametrize(("sample", "strength"), [("2025-12-17", "CONS"), ("2025-12-16", "CAD")])
def test_cd19_in_remission_lasts_180_days(sample, strength):
    """STALE-06: 180 or 181 days old, in the window of the relapse."""
    chart = changed(child_in_second_remission(), "cd19", effectiveDateTime=sample)
    answer = evaluate([*chart, not_detected()])
    assert answer.blina == strength
    assert ("D-CD19" in answer.requests(BLINA)) == (strength == "CAD")

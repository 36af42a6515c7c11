"""What one puncture says of the CNS, beside a status assigned on its day (E-17, REL-06, CX-05)."""

from __future__ import annotations

import pytest

from relapse.facts import CnsStatus
from relapse.logic import Tri
from tests.relapse.patients import RELAPSE, Answer, Story, adult_first_relapse


def work_up() -> Story:
    return adult_first_relapse(but="cns")


def cns(answer: Answer) -> str:
    """Involved (CX-05 names therapy), asked for (D-CNS), or free."""
    if "D-CNS" in answer.requests("CTX"):
        return "unknown"
    return "involved" if "CX-05" in answer.lines("CTX") else "free"


@pytest.mark.parametrize(
    ("white", "red", "blasts", "expected"),
    [
        ("5", "0", Tri.MET, "involved"),
        ("4.9", "0", Tri.MET, "unknown"),
        (None, "0", Tri.MET, "unknown"),
        ("6", None, Tri.MET, "involved"),
        ("6", "10", Tri.MET, "unknown"),
        ("6", "9.9", Tri.MET, "involved"),
        ("6", "0", Tri.NOT_MET, "free"),
        ("6", "0", None, "unknown"),
        ("1", "0", Tri.UNKNOWN, "unknown"),
    ],
)
def test_E_17_one_puncture(
    white: str | None, red: str | None, blasts: Tri | None, expected: str
) -> None:
    answer = work_up().csf(RELAPSE, white=white, red=red, blasts=blasts).ask()
    assert cns(answer) == expected


def test_E_17_a_preliminary_puncture_is_not_read() -> None:
    story = work_up().csf(RELAPSE, white=20, red=0, blasts=Tri.MET, final=False)
    assert cns(story.ask()) == "unknown"
    assert cns(story.cns(CnsStatus.CNS1).ask()) == "free"


def test_E_17_reports_of_one_puncture_that_contradict_each_other() -> None:
    """Cytology of the same fluid: blasts seen once are blasts."""
    story = work_up().csf(RELAPSE, white=8, red=0, blasts=Tri.NOT_MET)
    assert cns(story.csf(RELAPSE, blasts=Tri.MET).ask()) == "involved"
    assert cns(story.csf(RELAPSE, blasts=Tri.UNKNOWN).ask()) == "unknown"


@pytest.mark.parametrize("status", list(CnsStatus))
def test_E_17_cells_that_prove_leukaemia_outrank_a_lower_status_of_the_day(
    status: CnsStatus,
) -> None:
    story = work_up().cns(status).csf(RELAPSE, white=5, red=0, blasts=Tri.MET)
    assert cns(story.ask()) == "involved"


def test_E_17_the_assigned_status_outranks_what_a_puncture_of_the_day_leaves_open() -> None:
    bloody = work_up().csf(RELAPSE, white=8, red=500, blasts=Tri.MET)
    assert cns(bloody.ask()) == "unknown"
    assert cns(bloody.cns(CnsStatus.CNS1).ask()) == "free"
    assert cns(bloody.cns(CnsStatus.CNS3).ask()) == "involved"
    later = work_up().cns(CnsStatus.CNS1).csf("2026-06-10", white=8, red=500, blasts=Tri.MET)
    assert cns(later.ask()) == "unknown"


def test_CX_05_names_the_findings_of_this_relapse_only() -> None:
    """The status of the first diagnosis is no fact of the relapse; two weeks before it is one."""

    def named(day: str, relapse: str = RELAPSE) -> set[str]:
        story = adult_first_relapse(relapse=relapse, but="cns").cns(CnsStatus.CNS2, "2026-06-12")
        answer = story.cns(CnsStatus.CNS1, day).ask()
        line = next(item for item in answer.notice("CTX").lines if item.rule == "CX-05")
        return {str(used.when) for used in line.facts}

    assert named("2023-10-06") == {"2026-06-12"}
    assert named("2026-05-24") == {"2026-06-12"}
    assert named("2026-05-25") == {"2026-05-25", "2026-06-12"}
    assert named("2026-05-18", relapse="2026-06") == {"2026-05-18", "2026-06-12"}
    assert named("2026-05-17", relapse="2026-06") == {"2026-06-12"}

"""After an allogeneic transplant: second transplant, donor lymphocytes (HS2, DLI, P-13, P-32)."""

from __future__ import annotations

import pytest

from relapse.facts import Analyte, Complication, Donor, Planned, ProcedureKind
from relapse.logic import Tri
from tests.relapse.patients import (
    RELAPSE,
    Answer,
    Story,
    adult,
    adult_second_remission,
    child,
    child_second_remission,
    first_remission,
)

DAY = "2026-06-05"
GVHD_KINDS = (Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC)


def transplanted_then_relapsed(
    graft: str | None = "2025-03-01", relapse: str = "2026-01-15", donor: Donor = Donor.ALLOGENEIC
) -> Story:
    """Adult, transplant in first remission, relapse after it, now in second remission."""
    return (
        adult()
        .diagnosed("2024-01-10")
        .front_line("2024-01-12", "2025-02-20")
        .remission("2024-02-20", 1)
        .transplant(graft, donor)
        .marrow(relapse, 55, flow=55)
        .work_up(relapse)
        .reinduction("2026-01-20", "2026-02-28")
        .remission("2026-03-10", 2)
    )


def no_gvhd(story: Story) -> Story:
    return story.complication(
        Complication.GVHD_ACUTE, Tri.NOT_MET, "2025-04-01", grade=2, abated="2025-06-01"
    )


def second_transplant(answer: Answer) -> str | None:
    found = [answer.gives(id) for id in ("HS2-01", "HS2-02", "HS2-03", "HS2-04", "HS2-05")]
    given = [item for item in found if item is not None]
    assert len(given) <= 1, "first matching row"
    return given[0] if given else None


# --- HS2-01, HS2-02, P-32 ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graft", "rule"),
    [
        ("2025-07-20", "HS2-02"),  # 179 days before the relapse
        ("2025-07-19", "HS2-01"),  # 180
        ("2025-07-18", "HS2-01"),
    ],
)
def test_HS2_01_HS2_02_P_32_180_days(graft: str, rule: str) -> None:
    answer = transplanted_then_relapsed(graft).ask()
    assert answer.gives(rule) == "CONS"
    assert answer.strength("HSCT") == "CONS"
    assert (answer.effect("P-32", "HSCT") == {"note"}) is (rule == "HS2-02")
    assert "D-DONOR" in answer.requests("HSCT")


def test_HS2_02_month_of_the_graft_spans_the_limit() -> None:
    """July 2025: 180 days or less, not known. Late or early, the answer is CONS."""
    answer = transplanted_then_relapsed("2025-07").ask()
    assert answer.strength("HSCT") == "CONS"
    assert second_transplant(answer) == "CONS"


def test_HS2_04_graft_without_a_date() -> None:
    answer = transplanted_then_relapsed(None).ask()
    assert answer.gives("HS2-04") == "CONS"
    assert "D-PRIOR" in answer.requests("HSCT")


def test_HS2_autologous_does_not_count() -> None:
    answer = transplanted_then_relapsed(donor=Donor.AUTOLOGOUS).ask()
    assert second_transplant(answer) is None
    assert answer.gives("HS-02") == "EVAL"


# --- HS2-03 --------------------------------------------------------------------------------------


def active_after_transplant(graft: str = "2025-06-01") -> Story:
    return (
        adult()
        .diagnosed("2024-11-01")
        .front_line("2024-11-03", "2025-05-20")
        .remission("2024-12-10", 1)
        .transplant(graft)
        .marrow(RELAPSE, 22, flow=22)
        .work_up()
    )


def test_HS2_03_not_before_remission() -> None:
    answer = active_after_transplant().ask()
    assert answer.gives("HS2-03") == "NOT"
    assert answer.strength("HSCT") == "NOT"
    assert not answer.option("HSCT").silent
    assert "D-DONOR" not in answer.all_requests


@pytest.mark.parametrize(("graft", "noted"), [("2025-12-11", True), ("2025-12-10", False)])
def test_P_32_on_CAR_T(graft: str, noted: bool) -> None:
    """179 and 180 days before the relapse."""
    answer = active_after_transplant(graft).ask()
    assert (answer.effect("P-32", "CART") == {"note"}) is noted


# --- HS2-05 --------------------------------------------------------------------------------------


def test_HS2_05_transplanted_in_this_remission_is_silent() -> None:
    answer = adult_second_remission().transplant("2026-04-20").mrd_negative().ask()
    assert answer.gives("HS2-05") == "NOT"
    assert answer.option("HSCT").silent
    assert answer.cards == set()


def test_HS2_05_first_remission() -> None:
    answer = first_remission().transplant("2026-05-01").mrd_negative().ask()
    assert answer.gives("HS2-05") == "NOT"
    assert answer.cards == set()


@pytest.mark.parametrize(
    ("mrd", "cards"), [("0.05", {"HSCT"}), ("0.5", {"BLIN", "HSCT"}), ("0.005", set())]
)
def test_HS2_05_DLI_02_positive_MRD_after_the_graft(mrd: str, cards: set[str]) -> None:
    story = no_gvhd(adult_second_remission().transplant("2026-04-20")).mrd(DAY, mrd)
    answer = story.ask()
    assert answer.cards == cards
    assert answer.gives("HS2-05") == "NOT"
    if "HSCT" in cards:
        assert answer.gives("DLI-02") == "CONS"
        assert answer.strength("HSCT") == "CONS"


def test_HS2_05_not_for_a_graft_of_the_remission_before() -> None:
    answer = transplanted_then_relapsed().ask()
    assert answer.gives("HS2-05") is None


def test_HS2_05_a_planned_transplant_has_not_happened() -> None:
    answer = adult_second_remission().planned(Planned.TRANSPLANT).ask()
    assert answer.gives("HS-02") == "EVAL"


# --- DLI -----------------------------------------------------------------------------------------


def grafted(mrd: str | None) -> Story:
    """Child in second remission, grafted in it; MRD as given."""
    story = child_second_remission().transplant("2026-05-01")
    return story if mrd is None else story.mrd(DAY, mrd)


def test_DLI_01_never_without_an_allogeneic_graft() -> None:
    answer = no_gvhd(child_second_remission()).mrd(DAY, "0.05").ask()
    assert answer.gives("DLI-02") is None
    assert "DLI-02" not in answer.lines("HSCT")
    autologous = no_gvhd(child_second_remission().transplant("2026-05-01", Donor.AUTOLOGOUS))
    assert autologous.mrd(DAY, "0.05").ask().gives("DLI-02") is None


@pytest.mark.parametrize(("mrd", "dli"), [("0.01", "CONS"), ("0.9", "CONS"), ("0.0099", None)])
def test_DLI_02_low_burden(mrd: str, dli: str | None) -> None:
    answer = no_gvhd(grafted(mrd)).ask()
    assert answer.gives("DLI-02") == dli
    if dli is not None:
        assert {"D-DONOR", "D-CHIM"} <= answer.requests("HSCT")
        assert "DLI-02" in answer.lines("HSCT")


def test_DLI_02_without_valid_MRD_nothing_is_suggested_and_it_is_asked_for() -> None:
    """It raises no card by itself: every patient after a transplant would get it."""
    answer = no_gvhd(grafted(None)).ask()
    assert answer.gives("DLI-02") == "NOT"
    assert "HSCT" not in answer.cards
    assert no_gvhd(grafted(None)).mrd_negative().ask().gives("DLI-02") is None
    stale = no_gvhd(transplanted_then_relapsed()).mrd("2026-05-14", "0.4").ask()
    assert "HSCT" in stale.cards
    assert "D-MRD" in stale.requests("HSCT")
    assert "DLI-02" not in stale.lines("HSCT")
    fresh = no_gvhd(transplanted_then_relapsed()).mrd(DAY, "0.4").ask()
    assert "DLI-02" in fresh.lines("HSCT")


@pytest.mark.parametrize("kind", GVHD_KINDS, ids=lambda kind: kind.name)
def test_DLI_03_active_GVHD(kind: Complication) -> None:
    answer = grafted("0.05").complication(kind, grade=3).ask()
    assert answer.gives("DLI-03") == "NOT"
    assert answer.gives("DLI-02") is None
    assert answer.cards == {"MRD"}


def test_DLI_04_active_disease() -> None:
    answer = no_gvhd(active_after_transplant()).ask()
    assert answer.gives("DLI-04") == "NOT"
    assert answer.strength("HSCT") == "NOT"


def test_DLI_05_GVHD_not_known() -> None:
    answer = grafted("0.05").ask()
    assert answer.gives("DLI-05") == "CAD"
    assert answer.strength("HSCT") == "CAD"
    assert "D-GVHD" in answer.gating("HSCT")


def test_DLI_beside_a_second_transplant() -> None:
    """Relapse after the graft, second remission with MRD: both lines on one card."""
    answer = no_gvhd(transplanted_then_relapsed()).mrd(DAY, "0.05").ask()
    assert answer.gives("HS2-01") == "CONS"
    assert answer.gives("DLI-02") == "CONS"
    assert answer.strength("HSCT") == "CONS"


def test_D_CHIM_settled_by_a_measurement() -> None:
    story = no_gvhd(grafted("0.05"))
    assert "D-CHIM" in story.ask().requests("HSCT")
    assert "D-CHIM" not in story.lab(Analyte.CHIMERISM, None, DAY).ask().requests("HSCT")


# --- P-13 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "grade", "active", "flag"),
    [
        (Complication.GVHD_ACUTE, 1, Tri.MET, False),
        (Complication.GVHD_ACUTE, 2, Tri.MET, True),
        (Complication.GVHD_ACUTE, 4, Tri.MET, True),
        (Complication.GVHD_ACUTE, 3, Tri.NOT_MET, False),
        (Complication.GVHD_CHRONIC, None, Tri.MET, True),
        (Complication.GVHD_CHRONIC, None, Tri.NOT_MET, False),
    ],
)
def test_P_13_active_GVHD(kind: Complication, grade: int | None, active: Tri, flag: bool) -> None:
    answer = active_after_transplant().complication(kind, active, grade=grade).ask()
    assert answer.effect("P-13", "CART") == ({"cap", "warn"} if flag else set())
    assert answer.effect("P-13", "BLIN") == ({"note"} if flag else set())
    assert answer.product("brexu") == ("CONS" if flag else "EVAL")


def test_donor_lymphocytes_given_before_change_nothing_by_themselves() -> None:
    story = active_after_transplant().procedure(ProcedureKind.DONOR_LYMPHOCYTES, "2025-10-01")
    assert story.ask().strengths == active_after_transplant().ask().strengths


def test_HS2_child_with_relapse_long_after_the_graft() -> None:
    story = (
        child("2012-01-20")
        .diagnosed("2021-05-01")
        .front_line("2021-05-01", "2023-08-01")
        .remission("2021-06-05", 1)
        .transplant("2023-09-01")
        .marrow("2026-02-10", 60, flow=60)
        .work_up("2026-02-10")
        .reinduction("2026-02-16", "2026-03-25")
        .remission("2026-04-01", 2)
    )
    answer = story.mrd_negative().ask()
    assert answer.gives("HS2-01") == "CONS"
    assert answer.strength("BLIN") == "CONS"


def test_P_07_not_where_a_second_transplant_is_out_for_now() -> None:
    answer = active_after_transplant().ask()
    assert answer.strength("INO") == "EVAL"
    assert answer.effect("P-07", "INO") == set()
    assert answer.effect("P-03", "INO") == {"warn"}


def test_DLI_03_acute_GVHD_of_grade_I_is_active_GVHD() -> None:
    """Donor lymphocytes never with active GVHD: the milder grade does not make it safe."""
    answer = grafted("0.05").complication(Complication.GVHD_ACUTE, grade=1).ask()
    assert answer.gives("DLI-02") is None


def test_HS2_05_a_graft_without_a_date_in_first_remission() -> None:
    """Nothing relapsed since: the graft, whenever it was, belongs to this remission."""
    story = first_remission().transplant(None).mrd(DAY, "0.5")
    answer = no_gvhd(story).ask()
    assert answer.gives("HS2-05") == "NOT"
    assert second_transplant(answer) == "NOT"
    assert first_remission().transplant(None).ask().option("HSCT").silent


def test_HS2_03_DLI_03_the_reason_names_both() -> None:
    story = adult().diagnosed("2024-01-10").front_line("2024-01-12", "2025-02-20")
    story = story.remission("2024-02-20", 1).transplant("2025-03-01")
    story = story.marrow(RELAPSE, 55, flow=55).work_up()
    assert story.ask().option("HSCT").reason == (
        "second transplant: not until remission; donor lymphocytes: burden too high, only after "
        "cytoreduction"
    )
    gvhd = story.complication(Complication.GVHD_ACUTE, grade=2).ask()
    assert gvhd.option("HSCT").reason.endswith("; donor lymphocytes: active GVHD")


def test_DLI_03_GVHD_whose_kind_is_not_stated() -> None:
    story = first_remission().transplant("2026-05-20").mrd(DAY, "0.5")
    active = story.complication(Complication.GVHD_UNSPECIFIED).ask()
    assert active.gives("DLI-03") == "NOT"
    over = story.complication(Complication.GVHD_UNSPECIFIED, Tri.NOT_MET).ask()
    assert over.gives("DLI-02") == "CONS"


def test_HS2_01_DLI_01_no_line_for_what_is_not_suggested() -> None:
    clear = transplanted_then_relapsed().ask()
    assert clear.gives("HS2-01") == "CONS"
    assert clear.lines("HSCT") == {}
    positive = no_gvhd(transplanted_then_relapsed().mrd(DAY, "0.5")).ask()
    assert set(positive.lines("HSCT")) == {"DLI-02"}

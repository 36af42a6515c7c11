"""Therapy and examinations of which the day is not known (E-14, E-16, E-19, STALE-08)."""

from __future__ import annotations

import pytest

from relapse.facts import CnsStatus, Site
from relapse.logic import Tri
from tests.relapse.patients import (
    EU,
    RELAPSE,
    Story,
    between,
    child,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
)

# --- Refractory relapse (E-14), lines of therapy -------------------------------------------------


def treated(
    *courses: tuple[str, str | None], relapse: str = "2026-03-12", marrow: str | None = "2026-06-08"
) -> Story:
    """A child's first relapse of 2026-03-12 and the courses of it; blasts persist."""
    story = child_first_relapse(relapse=relapse, eot="2026-03-05")
    for start, end in courses:
        story = story.reinduction(start, end)
    return story.cd19(RELAPSE) if marrow is None else story.marrow(marrow, 40, flow=40).cd19(marrow)


@pytest.mark.parametrize(
    ("courses", "marrow", "tisa"),
    [
        pytest.param([("2026-03-16", "2026-04-20")], "2026-04-20", "EVAL", id="marrow-on-the-end"),
        pytest.param([("2026-03-16", "2026-04")], "2026-04-20", "CAD", id="perhaps-before-the-end"),
        pytest.param([("2026-03-16", "2026-04")], "2026-04-30", "EVAL", id="surely-after-the-end"),
        pytest.param([("2026-03-16", "2026-04-20")], "2026-04", "CAD", id="marrow-of-that-month"),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-05-10", None)],
            "2026-05-10",
            "EVAL",
            id="before-the-next-course",
        ),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-05-10", None)],
            "2026-05-11",
            "CAD",
            id="during-the-next-course",
        ),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-05", None)],
            "2026-05-10",
            "CAD",
            id="perhaps-during-the-next-course",
        ),
        pytest.param(
            [("2026-03-16", "2026-04-15"), ("2026-04-15", None)],
            "2026-05-05",
            "CAD",
            id="next-course-on-the-last-day",
        ),
        pytest.param(
            [("2026-03-16", "2026-04"), ("2026-04-10", None)],
            "2026-05-05",
            "CAD",
            id="next-course-perhaps-before-the-end",
        ),
    ],
)
def test_E_14_the_marrow_that_shows_a_refractory_relapse(
    courses: list[tuple[str, str | None]], marrow: str, tisa: str
) -> None:
    answer = treated(*courses, marrow=marrow).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.product("tisa") == tisa


def test_E_14_a_marrow_on_both_sides_of_5_percent_leaves_it_open() -> None:
    story = treated(("2026-03-16", "2026-04-20"), marrow=None)
    assert (
        story.marrow("2026-06-08", between(2, 8)).seen_on("2026-06-10").ask().product("tisa")
        == "CAD"
    )


@pytest.mark.parametrize(
    ("start", "tisa", "requests"),
    [
        pytest.param("2026-03-12", "EVAL", set(), id="of-the-relapse"),
        pytest.param("2026-03-11", "NOT", set(), id="of-the-line-before"),
        pytest.param("2026-03", "CAD", {"D-PRIOR"}, id="of-either"),
        pytest.param("2026-02", "NOT", set(), id="of-the-line-before-by-month"),
    ],
)
def test_E_14_a_course_known_to_the_month_of_the_relapse(
    start: str, tisa: str, requests: set[str]
) -> None:
    """Whether a course of this relapse was completed is not known, so refractory is not either."""
    answer = treated((start, "2026-04-20")).ask()
    assert answer.product("tisa") == tisa
    if tisa != "NOT":
        assert answer.gating("CART") == requests


@pytest.mark.parametrize(
    ("start", "end", "tisa"),
    [
        pytest.param("2026", "2026-02-20", "NOT", id="ended-before-the-relapse"),
        pytest.param("2026", "2026-03", "CAD", id="ended-in-its-month"),
        pytest.param("2026-03", None, "NOT", id="running"),
    ],
)
def test_E_14_a_course_that_cannot_have_treated_the_relapse(
    start: str, end: str | None, tisa: str
) -> None:
    assert treated((start, end)).ask().product("tisa") == tisa


@pytest.mark.parametrize(
    ("stated", "relapse", "tisa"),
    [
        ("2026-06-08", RELAPSE, "EVAL"),
        ("2026-06", RELAPSE, "EVAL"),
        ("2026-05", RELAPSE, "EVAL"),
        ("2026-06-07", RELAPSE, "EVAL"),
        ("2026-05-20", "2026-05", "EVAL"),
        ("2024-04-13", RELAPSE, "EVAL"),  # the day after the first remission
        ("2024-04-12", RELAPSE, "NOT"),
        ("2024-03", RELAPSE, "NOT"),
    ],
)
def test_E_14_refractory_stated_in_the_present_episode(
    stated: str, relapse: str, tisa: str
) -> None:
    """Refractory since the remission is the present episode, also before its first marrow."""
    story = child_first_relapse(relapse=relapse, eot="2026-04-20", but="cd19").cd19("2026-06-12")
    assert story.refractory(stated).ask().product("tisa") == tisa


@pytest.mark.parametrize(
    ("start", "strength"),
    [("2026-03-20", "EVAL"), ("2026-03-19", "NOT"), ("2026-03", "CAD"), ("2026-02", "NOT")],
)
def test_BL_08_two_lines_before_in_europe(start: str, strength: str) -> None:
    """Children in Europe: two prior therapies. A course of the month of the relapse is of either
    line.
    """
    story = treated((start, "2026-04-20"), relapse="2026-03-20", marrow=None)
    assert story.ask(EU).strength("BLIN") == strength


# --- End of primary therapy (E-19) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "timing", "strength"),
    [
        pytest.param("2026-02-10", "late", "NOT", id="treatment-of-the-relapse"),
        pytest.param("2026-02-09", "early", "CONS", id="front-line"),
        pytest.param("2026-02", None, "CAD", id="either"),
        pytest.param("2026-01", "early", "CONS", id="front-line-by-month"),
        pytest.param("2026-03", "late", "NOT", id="treatment-of-the-relapse-by-month"),
    ],
)
def test_E_19_a_course_known_to_the_month_of_the_relapse(
    start: str, timing: str | None, strength: str
) -> None:
    """Whether the relapse came on treatment hangs on the day on which the course began."""
    story = child_second_remission().without(
        type(child().front_line("2021").facts[0]), where=lambda f: "reinduction" in f.text
    )
    answer = story.plan(start, "2026-03-25", text="Chemotherapy").mrd_negative().ask()
    assert answer.timing[0] == timing
    assert answer.strength("HSCT") == strength
    assert ("D-EOT" in answer.all_requests) is (timing is None)


@pytest.mark.parametrize(
    ("eot", "timing"),
    [
        ("2025-06-19", "late"),
        ("2025-06-21", "early"),
        ("2025-06", None),
        ("2025-05", "late"),
        ("2025-07", "early"),
        ("2025", None),
    ],
)
def test_E_19_end_of_therapy_known_to_the_month_or_year(eot: str, timing: str | None) -> None:
    story = child_first_relapse(dx="2022-03-10", cr1="2022-04-12", eot=eot, relapse="2025-12-20")
    assert story.ask().timing[0] == timing


# --- Sites (E-16, STALE-08) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relapse", "examined", "known"),
    [
        (RELAPSE, "2026-05-25", True),
        (RELAPSE, "2026-05-24", False),
        (RELAPSE, "2026-05", False),
        (RELAPSE, "2026-06", True),
        (RELAPSE, "2026", False),
        ("2026-06", "2026-05-18", True),
        ("2026-06", "2026-05-17", False),
    ],
)
def test_STALE_08_an_examination_perhaps_older_than_the_work_up(
    relapse: str, examined: str, known: bool
) -> None:
    """A normal spinal fluid excludes CNS disease only from 14 days before the relapse on."""
    answer = child_first_relapse(relapse=relapse, but="cns").cns(CnsStatus.CNS1, examined).ask()
    assert (answer.timing[2] == "S3") is known
    assert ("D-CNS" in answer.requests("CTX")) is not known


def test_STALE_08_an_examination_of_the_next_remission_is_not_of_the_relapse() -> None:
    story = child_early_second_remission(but="cns")
    assert story.cns(CnsStatus.CNS1, "2026-02-28").ask().timing[2] == "S3"
    assert story.cns(CnsStatus.CNS1, "2026-03-01").ask().timing[2] is None


@pytest.mark.parametrize(("examined", "group"), [("2026-02-28", "S3"), ("2026-03-01", None)])
def test_STALE_08_a_remission_known_to_its_month_ends_the_work_up_on_its_first_day(
    examined: str, group: str | None
) -> None:
    story = child_first_relapse(relapse="2025-12-20", eot="2025-12-20", but="cns")
    story = story.reinduction("2025-12-27", "2026-02-25").remission("2026-03", 2)
    assert story.cns(CnsStatus.CNS1, examined).ask().timing[2] == group


def test_STALE_08_CNS_leukaemia_of_the_month_of_the_relapse_counts() -> None:
    answer = child_first_relapse(but="cns").cns(CnsStatus.CNS3, "2026-06").ask()
    assert "P-11" in answer.effects("BLIN")


def test_E_16_a_site_that_was_refuted_long_ago_says_no_more_than_silence() -> None:
    """Sites outside CNS and testes are free unless the record says otherwise."""
    story = child_first_relapse()
    answer = story.extramedullary(Site.OTHER, "2026", proven=Tri.NOT_MET, active=Tri.NOT_MET).ask()
    assert answer.timing == story.ask().timing


@pytest.mark.parametrize(
    ("marrow", "strength"),
    [
        ("2026-05-25", "NOT"),
        ("2026-05-24", "CAD"),
        ("2026-06", "NOT"),
        ("2026-05", "CAD"),
        ("2026", "CAD"),
    ],
)
def test_BL_10_a_marrow_perhaps_older_than_the_work_up_does_not_isolate_the_relapse(
    marrow: str, strength: str
) -> None:
    story = child().diagnosed("2021-12-01").front_line("2021-12-03", "2024-03-01")
    story = story.remission("2022-01-10", 1).marrow(marrow, 1).work_up(but="cns")
    answer = story.cns(CnsStatus.CNS3, RELAPSE).ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.strength("BLIN") == strength
    assert answer.strength("INO") == strength


def test_BL_10_a_second_marrow_on_both_sides_of_5_percent_does_not_isolate_it_either() -> None:
    story = child().diagnosed("2021-12-01").front_line("2021-12-03", "2024-03-01")
    story = story.remission("2022-01-10", 1).marrow(RELAPSE, 1).work_up(but="cns")
    story = story.cns(CnsStatus.CNS3, RELAPSE)
    assert story.ask().strength("BLIN") == "NOT"
    assert story.marrow("2026-06-10", between(3, 8)).ask().strength("BLIN") == "CAD"

"""Birthdays, remissions and ends of therapy on days that the next year or half-year lacks (0.3)."""

import pytest

from tests.charts.records import (
    FLOW,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    cd22,
    changed,
    cns,
    evaluate,
    exam_of_testes,
    leukaemia,
    marrow,
    patient,
    plan,
    remission,
)


def relapsed(birth, diagnosed, cr1, relapse, therapy_ended):
    """First relapse, in the marrow alone (40 % by two methods), antigens positive."""
    return [
        patient(birth),
        leukaemia(diagnosed),
        plan("front-line", "Front-line ALL chemotherapy", diagnosed, therapy_ended),
        remission("cr1", cr1),
        marrow("blasts", 40, relapse),
        marrow("blasts-flow", 40, relapse, FLOW),
        cd19("cd19", relapse),
        cd22("cd22", relapse),
        bcr_abl1("bcr-abl1", relapse),
        cns("CNS1", relapse),
        exam_of_testes("Normal", relapse),
    ]


@pytest.mark.parametrize(
    ("as_of", "tisa", "adult_products_in_europe"),
    [
        ("2026-02-27", "EVAL", "NOT"),
        ("2026-02-28", "NOT", "EVAL"),
        ("2026-03-01", "NOT", "EVAL"),
    ],
)
def test_born_on_a_leap_day(as_of, tisa, adult_products_in_europe):
    """CA-01, CA-04, CA-09: 26 on the last day of February where there is no 29th (0.3)."""
    chart = [
        patient("2000-02-29"),
        leukaemia("2023-01-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2023-01-11", "2024-06-10"),
        remission("cr1", "2023-02-20"),
        marrow("m1", 60, "2024-06-10"),
        plan("again", "Relapse reinduction", "2024-06-12", "2024-08-28"),
        remission("cr2", "2024-09-01"),
        marrow("m2", 40, "2026-02-20"),
        cd19("cd19", "2026-02-20"),
        bcr_abl1("bcr-abl1", "2026-02-20"),
    ]
    assert evaluate(chart, as_of).products["tisag"] == tisa
    europe = evaluate(chart, as_of, "EU").products
    assert (europe["brexu"], europe["obeca"]) == (adult_products_in_europe,) * 2


@pytest.mark.parametrize(("relapse", "brexu"), [("2025-02-28", "EVAL"), ("2025-03-01", "CONS")])
def test_first_remission_reached_on_a_leap_day(relapse, brexu):
    """CA-06, CA-07: twelve months after 29 February end on the 28th."""
    chart = relapsed("1984-03-03", "2024-01-10", "2024-02-29", relapse, "2024-12-01")
    assert evaluate(chart, "2025-03-05").products["brexu"] == brexu


@pytest.mark.parametrize(
    ("relapse", "timing", "transplant"),
    [("2026-02-27", "early", "CONS"), ("2026-02-28", "late", "NOT")],
)
def test_therapy_that_ended_on_31_august(relapse, timing, transplant):
    """E-19, HS-11, HS-12: six months after 31 August are over on the last day of February."""
    chart = relapsed("2015-05-05", "2022-08-10", "2022-09-14", relapse, "2025-08-31")
    answer = evaluate(chart, "2026-03-05")
    assert (answer.state["bfm"], answer.state["cog"]) == (timing, "late")
    assert answer.hsct == transplant


@pytest.mark.parametrize(
    ("birth", "sixty_six"), [("1960-06-15", True), ("1960-06-16", False), ("1960", False)]
)
def test_older_than_65_means_66_years(birth, sixty_six):
    """P-19 counts completed years; a birth year leaves it open."""
    answer = evaluate(changed(adult_in_relapse(), "p", birthDate=birth))
    assert ("P-19" in answer.precautions("inotuzumab-ozogamicin")) is sixty_six

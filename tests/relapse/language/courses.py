"""Ready courses, with a complete work-up."""

from __future__ import annotations

from typing import Any

from relapse.logic import Tri
from tests.relapse.language.story import Story, adult, child, person
from tests.relapse.language.values import (
    RELAPSE,
)


def child_first_relapse(
    *,
    dx: str = "2024-03-10",
    cr1: str = "2024-04-12",
    eot: str | None = None,
    relapse: str = RELAPSE,
    blasts: int = 30,
    birth: str = "2014-11-20",
    but: str = "",
) -> Story:
    """First marrow relapse on maintenance, 27 months after diagnosis: BFM early, COG early."""
    return (
        child(birth)
        .diagnosed(dx)
        .front_line(dx, eot)
        .remission(cr1, 1)
        .marrow(relapse, blasts, flow=blasts)
        .work_up(relapse, but=but)
    )


def adult_first_relapse(
    *,
    dx: str = "2023-10-05",
    cr1: str | None = "2023-11-15",
    eot: str = "2025-12-20",
    relapse: str = RELAPSE,
    blasts: int = 30,
    birth: str = "1984-02-11",
    but: str = "",
) -> Story:
    """First marrow relapse after two and a half years of remission, off treatment."""
    return (
        adult(birth)
        .diagnosed(dx)
        .front_line(dx, eot)
        .remission(cr1, 1)
        .marrow(relapse, blasts, flow=blasts)
        .work_up(relapse, but=but)
    )


def adult_short_remission(**more: Any) -> Story:
    """First relapse nine months after the first remission."""
    return adult_first_relapse(
        **{"dx": "2025-08-01", "cr1": "2025-09-10", "eot": "2026-06-01", **more}
    )


def second_relapse(
    *, birth: str = "2004-01-15", relapse: str = RELAPSE, blasts: int = 20, but: str = ""
) -> Story:
    """Second relapse at 22; both first-line and relapse treatment completed."""
    return (
        person(birth)
        .diagnosed("2021-02-03")
        .front_line("2021-02-05", "2023-05-30")
        .remission("2021-03-12", 1)
        .marrow("2024-02-20", 45, flow=45)
        .reinduction("2024-02-26", "2024-04-02")
        .remission("2024-04-10", 2)
        .plan("2024-04-15", "2025-11-28", text="Relapse consolidation")
        .marrow(relapse, blasts, flow=blasts)
        .work_up(relapse, but=but)
    )


def child_second_remission(
    *,
    dx: str = "2021-05-01",
    eot: str | None = "2023-08-01",
    relapse: str = "2026-02-10",
    cr2: str | None = "2026-04-01",
    birth: str = "2012-01-20",
    but: str = "",
) -> Story:
    """Late isolated marrow relapse (S2, COG late), now in second remission. No MRD yet."""
    return (
        child(birth)
        .diagnosed(dx)
        .front_line(dx, eot)
        .remission("2021-06-05", 1)
        .marrow(relapse, 60, flow=60)
        .work_up(relapse, but=but)
        .reinduction("2026-02-16", "2026-03-25")
        .remission(cr2, 2)
    )


def child_early_second_remission(**more: Any) -> Story:
    """Early marrow relapse on treatment (S3, COG early), now in second remission. No MRD yet."""
    return (
        child("2014-11-20")
        .diagnosed("2024-03-10")
        .front_line("2024-03-10", "2025-12-20")
        .remission("2024-04-12", 1)
        .marrow("2025-12-20", 62, flow=62)
        .work_up("2025-12-20", **more)
        .reinduction("2025-12-27", "2026-02-25")
        .remission("2026-03-01", 2)
    )


def adult_second_remission(*, birth: str = "1984-02-11", but: str = "") -> Story:
    """An adult after a first marrow relapse, in second remission since 2026-03. No MRD yet."""
    return (
        adult(birth)
        .diagnosed("2024-01-10")
        .front_line("2024-01-12", "2025-12-01")
        .remission("2024-02-20", 1)
        .marrow("2026-01-15", 55, flow=55)
        .work_up("2026-01-15", but=but)
        .reinduction("2026-01-20", "2026-02-28")
        .remission("2026-03-10", 2)
    )


def third_remission(birth: str = "2014-02-11") -> Story:
    """Third remission since 2026-04 after a second relapse; 12 years old. No MRD yet."""
    return (
        child(birth)
        .diagnosed("2018-03-01")
        .front_line("2018-03-02", "2020-05-01")
        .remission("2018-04-05", 1)
        .marrow("2022-01-10", 50, flow=50)
        .reinduction("2022-01-15", "2022-03-01")
        .remission("2022-03-10", 2)
        .plan("2022-03-20", "2023-06-01", text="Relapse consolidation")
        .marrow("2026-02-20", 40, flow=40)
        .work_up("2026-02-20")
        .reinduction("2026-02-25", "2026-04-01")
        .remission("2026-04-10", 3)
    )


def first_remission(birth: str = "1996-02-11") -> Story:
    """Newly diagnosed in spring, first remission since 2026-04-14. No MRD yet."""
    return (
        adult(birth)
        .diagnosed("2026-03-05")
        .front_line("2026-03-06")
        .cd19("2026-04-01")
        .ph(Tri.NOT_MET, "2026-03-06")
        .remission("2026-04-14", 1)
        .fitness(1)
    )


def t_cell_relapse(birth: str = "2011-01-20") -> Story:
    """First marrow relapse of T-ALL in a boy of 15, one regimen before."""
    return (
        person(birth)
        .diagnosed_t("2024-03-10")
        .front_line("2024-03-10")
        .remission("2024-04-12", 1)
        .marrow(RELAPSE, 40, flow=40)
        .work_up(but="cd19 cd22 ph")
    )

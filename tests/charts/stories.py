"""Charts that several files tell from."""

from tests.charts.records import (
    FLOW,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    cd22,
    cns,
    concept,
    evaluate,
    leukaemia,
    marrow,
    mrd,
    order,
    patient,
    plan,
    remission,
    without,
)


def second_relapse():
    """A girl of 15 in second relapse, 2026-06-08; CR1 2022, relapse 2025, CR2 2025."""
    day = "2026-06-08"
    return [
        patient("2011-01-05", gender="female"),
        leukaemia("2022-01-05"),
        plan("front-line", "Front-line ALL chemotherapy", "2022-01-07", "2024-02-01"),
        remission("cr1", "2022-02-10"),
        marrow("m1", 60, "2025-01-10"),
        plan("again", "Relapse reinduction", "2025-01-15", "2025-03-10"),
        remission("cr2", "2025-03-15"),
        marrow("m2", 30, day),
        marrow("m2-flow", 30, day, FLOW),
        cd19("cd19", day),
        cd22("cd22", day),
        bcr_abl1("bcr-abl1", day),
        cns("CNS1"),
    ]


def ph_positive(*more):
    chart = without(adult_in_relapse(), "bcr-abl1")
    return [*chart, bcr_abl1("bcr-abl1", "2025-08-01", found=True), *more]


def stopped(name, reason, id="tki"):
    return order(
        id,
        name,
        "2025-08-10",
        "stopped",
        statusReason=concept(reason),
        dosageInstruction=[
            {"timing": {"repeat": {"boundsPeriod": {"start": "2025-08-10", "end": "2026-06-08"}}}}
        ],
    )


def in_first_remission(**value):
    return evaluate([*adult_in_first_remission(), mrd(**value)])

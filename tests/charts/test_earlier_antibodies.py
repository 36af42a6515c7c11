"""Antigens, and antibodies given earlier, in whole records."""

import pytest

from tests.charts.records import (
    adult_in_relapse,
    cd19,
    cd22,
    changed,
    dose,
    evaluate,
    marrow,
    percent,
    plan,
    without,
)

INO = "inotuzumab-ozogamicin"


BLINA = "blinatumomab"


HSCT = "allogeneic-hsct"


@pytest.mark.parametrize(("last", "blina"), [("2026-06-07", "EVAL"), ("2026-06-09", "CAD")])
def test_cd19_after_blinatumomab(last, blina):
    """STALE-03: sample of 2026-06-08, last dose the day before or after; P-16 always.

    A relapse within 30 days of the last dose caps blinatumomab (BL-11).
    """
    given = dose("blina", "blinatumomab", "2026-05-15", last)
    answer = evaluate([*adult_in_relapse(), given])
    assert answer.blina == ("CONS" if blina == "EVAL" else "CAD")
    assert answer.car_t == blina
    assert "P-16" in answer.precautions(BLINA)
    assert "P-16" in answer.precautions("car-t")


def test_relapse_long_after_blinatumomab_is_not_capped():
    """POL-35: last dose 31 days before the relapse, remission kept: EVAL with P-16."""
    given = dose("blina", "blinatumomab", "2026-04-20", "2026-05-08")
    answer = evaluate([*adult_in_relapse(), given])
    assert answer.blina == "EVAL"
    assert "P-16" in answer.precautions(BLINA)


def test_car_t_then_cd19_positive_relapse():
    """Tisagenlecleucel in 2025, relapse CD19 positive on a new sample: CAR-T capped (CA-11)."""
    given = dose("tisa", "tisagenlecleucel", "2025-12-01")
    answer = evaluate([*adult_in_relapse(), given])
    assert answer.blina == "EVAL"
    assert answer.products == {"tisag": "NOT", "brexu": "CONS", "obeca": "CONS"}
    assert "P-16" in answer.precautions(BLINA)


def test_cd19_negative_after_car_t():
    """V21: CD19 lost: BLIN and CAR-T NOT, INO stays."""
    chart = [
        *without(adult_in_relapse(), "cd19"),
        dose("tisa", "tisagenlecleucel", "2025-12-01"),
        cd19("cd19", "2026-06-08", valueQuantity=percent(0.5), says="NEG"),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.car_t, answer.ino) == ("NOT", "NOT", "EVAL")


def test_cd19_negative_with_cd22_unknown():
    """AG-03: INO CAD."""
    chart = [
        *without(adult_in_relapse(), "cd19", "cd22"),
        cd19("cd19", "2026-06-08", valueQuantity=percent(0.5), says="NEG"),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.ino) == ("NOT", "CAD")


def test_an_old_negative_is_unknown_with_its_date():
    """STALE-10: CD19 negative at diagnosis: unknown, P-16, the date on the card."""
    chart = [
        *without(adult_in_relapse(), "cd19"),
        cd19("cd19", "2025-08-01", valueQuantity=percent(0.5), says="NEG"),
    ]
    answer = evaluate(chart)
    assert answer.blina == "CAD"
    assert "P-16" in answer.precautions(BLINA)
    assert "2025-08-01" in answer.card(BLINA)


def inotuzumab(*days):
    return [dose(f"ino-{number}", "inotuzumab ozogamicin", day) for number, day in enumerate(days)]


def test_cd22_after_inotuzumab():
    """STALE-04, IN-05: two cycles in 2025, new sample CD22 positive: CONS, P-17; CAR-T P-18."""
    answer = evaluate([*adult_in_relapse(), *inotuzumab("2025-12-01", "2025-12-29")])
    assert answer.ino == "CONS"
    assert "P-17" in answer.precautions(INO)
    assert "P-18" in answer.precautions("car-t")
    assert "P-28" in answer.precautions(HSCT)


def test_inotuzumab_after_the_sample():
    """STALE-04: dose of 2026-06-10, CD22 of 2026-06-08."""
    answer = evaluate([*adult_in_relapse(), *inotuzumab("2026-06-10")])
    assert answer.ino == "CAD"
    assert "D-CD22" in answer.requests(INO)
    assert "P-17" in answer.precautions(INO)


def relapse_treated(*more):
    """The adult, relapse 2026-03-20; three inotuzumab cycles since, marrow 40 % on 2026-06-12."""
    chart = adult_in_relapse()
    for id in ("blasts", "blasts-flow", "cd19", "cd22", "bcr-abl1"):
        chart = changed(chart, id, effectiveDateTime="2026-03-20", specimen=None)
    chart = changed(chart, "front-line", period={"start": "2025-08-05", "end": "2026-03-01"})
    return [
        *without(chart, "cd19", "cd22"),
        cd19("cd19", "2026-06-12"),
        cd22("cd22", "2026-06-12"),
        marrow("now", 40, "2026-06-12"),
        marrow("now-flow", 40, "2026-06-12", "Flow cytometry"),
        *more,
    ]


def test_three_cycles_of_inotuzumab_without_remission():
    """IN-04: NOT(prior failure), counted by doses four weeks apart (encoding 10.5)."""
    answer = evaluate(relapse_treated(*inotuzumab("2026-03-24", "2026-04-21", "2026-05-19")))
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.ino == "NOT"
    assert answer.blina == "EVAL"


def test_three_doses_of_one_cycle_are_one_cycle():
    """Encoding 10.5: doses on days 1, 8 and 15 are one cycle."""
    answer = evaluate(relapse_treated(*inotuzumab("2026-05-01", "2026-05-08", "2026-05-15")))
    assert answer.ino == "CONS"


def test_three_cycles_as_plans():
    """IN-04: one plan for each cycle."""
    plans = [
        plan(f"c{n}", f"Inotuzumab ozogamicin, cycle {n}", start, end)
        for n, start, end in (
            (1, "2026-03-24", "2026-04-14"),
            (2, "2026-04-21", "2026-05-12"),
            (3, "2026-05-19", "2026-06-08"),
        )
    ]
    answer = evaluate(relapse_treated(*plans))
    assert answer.ino == "NOT"


def test_blinatumomab_without_response():
    """BL-11: blinatumomab at this relapse, the marrow after it 40 %: BLIN and P-18."""
    answer = evaluate(relapse_treated(dose("blina", "blinatumomab", "2026-05-01", "2026-05-28")))
    assert answer.blina == "CONS"
    assert "P-18" in answer.precautions("car-t")
    assert answer.car_t == "EVAL"

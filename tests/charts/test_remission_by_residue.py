"""Remission that nobody declared: residual disease measured after treatment, no blasts counted."""

import pytest

from tests.charts.records import (
    FLOW,
    ICD10CM,
    adult_in_first_remission,
    cd19,
    cd22,
    child_in_second_remission,
    concept,
    condition,
    evaluate,
    marrow,
    mrd,
    not_detected,
    observation,
    percent,
    plan,
    relapse_code,
    remission,
    without,
)

ONLY_RESIDUE = "read from residual disease alone"
REINDUCTION = plan("reinduction", "Relapse reinduction", "2025-12-24", "2026-02-20")


def reinduced(*more):
    """A boy of 11, relapse of 62 % on 2025-12-20, reinduced; nobody stated a remission since."""
    chart = without(child_in_second_remission(), "cr2", "cd19", "cd22")
    return [*chart, cd19("cd19-new", "2026-06-05"), cd22("cd22-new", "2026-06-05"), *more]


def level(value, date="2026-06-05", id="mrd", **more):
    return mrd(id, date, valueQuantity=percent(value), **more)


def below(value):
    return mrd(valueQuantity={"comparator": "<"} | percent(value))


@pytest.mark.parametrize(
    ("result", "category"),
    [
        (level(0.00005), "LOWPOS"),
        (level(0.05), "POS"),
        (level(0.99), "POS"),
        (below(0.01), "NEG"),
        (not_detected(), "NEG"),
        (not_detected(limit=None), "UNK"),
    ],
)
def test_little_residue_after_reinduction_is_a_second_remission(result, category):
    """E-10, REL-08: not the relapse of half a year ago any more."""
    answer = evaluate(reinduced(result))
    assert answer.disease == ("CR", 1, 2)
    assert answer.state["mrd"] == category
    assert (answer.ino, answer.car_t) == ("NOT", "NOT")
    assert ONLY_RESIDUE in answer.card("blinatumomab")


@pytest.mark.parametrize("value", [1, 2, 4.9])
def test_residue_from_one_percent_on_shows_neither(value):
    """REL-12: too much for a remission, too little for a relapse; the marrow is asked for."""
    answer = evaluate(reinduced(level(value)))
    assert answer.disease[0] == "UNKNOWN"
    assert answer.topics == ["missing-data"]
    assert answer.requests() == {"D-BM"}


def test_blood_says_nothing_of_the_marrow():
    code = concept("B-ALL minimal residual disease (MRD) by flow cytometry, peripheral blood")
    answer = evaluate(reinduced(level(0.1, code=code)))
    assert answer.disease[0] == "UNKNOWN"
    assert answer.requests() == {"D-BM"}


@pytest.mark.parametrize(
    ("contrary", "state"),
    [
        (marrow("count", 8, "2026-06-01"), "UNKNOWN"),
        (marrow("count", 8, "2026-05-22"), "UNKNOWN"),
        (marrow("count", 8, "2026-05-21"), "CR"),
    ],
)
def test_blasts_close_by_outweigh_residue(contrary, state):
    """POL-10: within 14 days they are the same marrow."""
    answer = evaluate(reinduced(contrary, level(0.1)))
    assert (answer.disease[0] == "CR") == (state == "CR")
    if state != "CR":
        assert answer.disease[0] == "ACTIVE_RR"


def test_a_statement_dates_the_remission():
    """STALE-05: residue measured before the remission was declared does not become valid by it."""
    stated = remission("cr2", "2026-06-08", "Complete remission, second (CR2)")
    answer = evaluate(reinduced(level(0.1), stated))
    assert answer.disease == ("CR", 1, 2)
    assert answer.state["mrd"] == "UNK"
    assert ONLY_RESIDUE not in answer.card("blinatumomab")


def test_a_relapse_without_treatment_goes_on():
    answer = evaluate(
        [*without(reinduced(), "reinduction"), level(0.1, "2026-01-05")], "2026-02-01"
    )
    assert answer.disease[0] == "ACTIVE_RR"


@pytest.mark.parametrize(
    ("begun", "state"),
    [("2026-05-08", "CR"), ("2026-05-09", "UNKNOWN"), ("2026-06-05", "CR")],
    ids=["day 28", "day 27", "day of the sample"],
)
def test_an_interim_result_is_no_remission(begun, state):
    """S25: not before the end of induction, also where an earlier course is over."""
    second = plan("second", "Relapse reinduction, second course", begun)
    assert evaluate(reinduced(second, level(0.1))).disease[0] == state


def test_a_coded_relapse_ends_too():
    chart = without(reinduced(), "blasts", "blasts-flow")
    answer = evaluate([*chart, relapse_code(onset="2025-12-20"), not_detected()])
    assert answer.disease == ("CR", 1, 2)


def test_a_relapse_without_any_date_goes_on():
    """A problem-list entry in relapse, no remission on record: old residue does not end it."""
    chart = without(adult_in_first_remission(), "cr1", "leukaemia")
    entry = condition("leukaemia", concept(None, (ICD10CM, "C91.00")), "2025-03-01", "relapse")
    assert evaluate([*chart, entry, level(0.05)]).disease[0] == "ACTIVE_RR"


def test_first_remission_by_residue():
    """BL-02: from 0.1 % on blinatumomab is to be evaluated, also where no one wrote "CR1"."""
    chart = without(adult_in_first_remission(), "cr1")
    answer = evaluate([*chart, level(0.5)])
    assert answer.disease == ("CR", 0, 1)
    assert answer.blina == "EVAL"
    assert ONLY_RESIDUE in answer.card("blinatumomab")


@pytest.mark.parametrize(("day", "state"), [("2026-03-20", "NOT_RR"), ("2026-04-02", "CR")])
def test_day_15_after_a_prephase_is_an_interim_result(day, state):
    chart = without(adult_in_first_remission(), "cr1", "front-line")
    prephase = plan("prephase", "Prednisone prephase", "2026-02-26", "2026-03-04")
    induction = plan("front-line", "Front-line ALL induction", "2026-03-05")
    answer = evaluate([*chart, prephase, induction, level(0.5, day)], "2026-04-10")
    assert answer.disease[0] == state


def test_residue_is_no_relapse_in_remission():
    """REL-05: in a documented remission nothing changes."""
    answer = evaluate([*child_in_second_remission(), level(0.5)])
    assert answer.disease == ("CR", 1, 2)
    assert ONLY_RESIDUE not in answer.card("blinatumomab")


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [("2026-06-01", True), (None, True), ("2025-12-19", False)],
)
def test_an_undated_remission_beside_an_old_relapse_is_named(recorded, asked):
    """E-11, REL-12: its date is asked for, unless it was recorded before the relapse."""
    code = concept(None, (ICD10CM, "C91.01"))
    undated = condition("in-remission", code, None, "remission", recordedDate=recorded)
    answer = evaluate(reinduced(undated))
    assert answer.disease[0] == "UNKNOWN"
    assert answer.requests() == ({"D-BM", "D-CRDATE"} if asked else {"D-BM"})
    assert ("Condition/in-remission" in answer.card("missing-data")) == asked


def test_residue_and_a_later_relapse():
    """CR2 by residue, then a marrow of 40 %: the second relapse."""
    later = [marrow("new", 40, "2026-06-10"), marrow("new-flow", 40, "2026-06-10", FLOW)]
    answer = evaluate(reinduced(not_detected(date="2026-04-01"), *later))
    assert answer.disease[0] == "ACTIVE_RR"


def test_unreadable_residue_is_no_remission():
    answer = evaluate(
        reinduced(observation("mrd", level(0.1)["code"], "2026-06-05", valueString="see report"))
    )
    assert answer.disease[0] == "UNKNOWN"


@pytest.mark.parametrize(
    ("today", "asked"), [("2026-12-20", False), ("2026-12-21", True)], ids=["365 days", "366 days"]
)
def test_how_long_the_remission_has_lasted_is_bounded_by_the_relapse(today, asked):
    """G-09: the marrow of December may be the first that was sent of a remission of January."""
    sample = [not_detected(date="2026-12-10"), cd19("cd19-now", "2026-12-10")]
    answer = evaluate(reinduced(*sample), today)
    assert answer.disease == ("CR", 1, 2)
    assert ("D-CRDATE" in answer.requests()) == asked
    assert answer.blina == ("CAD" if asked else "CONS")

"""Induction failure and refractory relapse in whole records."""

import pytest

from tests.charts.records import (
    FLOW,
    ICD10CM,
    SNOMED,
    bcr_abl1,
    cd19,
    cd22,
    changed,
    cns,
    concept,
    condition,
    dose,
    evaluate,
    exam_of_testes,
    leukaemia,
    marrow,
    patient,
    plan,
    remission,
)


def induction(marrow_day, *more):
    """A man of 42, induction from 2026-05-01, no remission; marrow 40 % on the day."""
    return [
        patient(),
        leukaemia("2026-04-28"),
        plan("front-line", "Front-line ALL induction", "2026-05-01", "2026-05-28"),
        dose("vincristine", "vincristine", "2026-05-01"),
        marrow("start", 90, "2026-04-28"),
        marrow("end", 40, marrow_day),
        marrow("end-flow", 40, marrow_day, FLOW),
        cd19("cd19", marrow_day),
        cd22("cd22", marrow_day),
        bcr_abl1("bcr-abl1", "2026-04-28"),
        *more,
    ]


@pytest.mark.parametrize(
    ("marrow_day", "today", "state"),
    [
        ("2026-05-29", "2026-06-11", "NOT_RR"),
        ("2026-05-29", "2026-06-12", "ACTIVE_RR"),
        ("2026-05-28", "2026-06-12", "other"),
        ("2026-05-15", "2026-06-12", "other"),
    ],
)
def test_induction_failure_at_its_limits(marrow_day, today, state):
    """REL-10: blasts from day 28 on, and 42 days have passed."""
    answer = evaluate(induction(marrow_day), today)
    if state == "other":
        assert answer.disease[0] in {"NOT_RR", "UNKNOWN"}
        assert "blinatumomab" not in answer.topics
    else:
        assert answer.disease == (state, 0, None)
    if state == "ACTIVE_RR":
        assert (answer.blina, answer.ino, answer.hsct) == ("EVAL", "EVAL", "CONS")
        assert answer.products == {"tisag": "NOT", "brexu": "EVAL", "obeca": "EVAL"}
    if state == "NOT_RR":
        assert answer.topics == []


def test_a_further_course_shows_the_failure_early():
    """Day 28 marrow 40 %, a second course from day 31, today day 35."""
    further = plan("second", "Front-line ALL salvage induction", "2026-06-01")
    answer = evaluate(induction("2026-05-29", further), "2026-06-05")
    assert answer.disease == ("ACTIVE_RR", 0, None)
    assert answer.blina == "EVAL"


def test_documented_refractory_disease_on_the_day_of_the_marrow():
    """A 42-year-old: refractory ALL coded on the day of a 60 % marrow, no treatment in the feed.

    The marrow is involved: that is measured on the same day.
    """
    refractory = condition(
        "refractory",
        concept("Refractory acute lymphoid leukemia", (SNOMED, "12311000132101")),
        "2026-06-08",
    )
    chart = [
        patient(),
        leukaemia("2026-04-01"),
        refractory,
        marrow("m", 60, "2026-06-08"),
        cd19("cd19", "2026-06-08"),
        cd22("cd22", "2026-06-08"),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 0, None)
    assert (answer.blina, answer.ino) == ("EVAL", "EVAL")
    assert "D-BM" not in answer.requests()


def child_in_first_relapse(*more):
    """A boy of 11, early first relapse 2026-04-10 (62 %), antigens measured 2026-06-08."""
    return [
        patient("2015-01-10"),
        leukaemia("2024-03-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2024-03-12", "2026-04-09"),
        remission("cr1", "2024-04-12"),
        marrow("m", 62, "2026-04-10"),
        marrow("m-flow", 62, "2026-04-10", FLOW),
        cd19("cd19", "2026-06-08"),
        cd22("cd22", "2026-06-08"),
        bcr_abl1("bcr-abl1", "2026-04-10"),
        cns("CNS1", "2026-04-10"),
        exam_of_testes("Normal", "2026-04-10"),
        *more,
    ]


def test_refractory_after_reinduction_opens_tisagenlecleucel():
    """E-14, CA-01, HS-13: completed reinduction ended with 20 %."""
    chart = child_in_first_relapse(
        plan("reinduction", "Relapse reinduction", "2026-04-14", "2026-05-25"),
        marrow("after", 20, "2026-06-08"),
        marrow("after-flow", 18, "2026-06-08", FLOW),
    )
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.products["tisag"] == "EVAL"
    assert (answer.blina, answer.ino, answer.hsct) == ("EVAL", "EVAL", "CONS")


def test_a_running_reinduction_is_not_refractory():
    """CA-03: the first reinduction still runs."""
    chart = child_in_first_relapse(plan("reinduction", "Relapse reinduction", "2026-04-14"))
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.products["tisag"] == "NOT"


def test_a_completed_reinduction_without_marrow_waits():
    """CA-03b: completed course, no marrow since: tisa CAD with D-BM."""
    chart = child_in_first_relapse(
        plan("reinduction", "Relapse reinduction", "2026-04-14", "2026-05-25")
    )
    answer = evaluate(chart)
    assert answer.products["tisag"] == "CAD"
    assert "D-BM" in answer.requests("car-t")


def test_the_plan_of_before_the_relapse_is_no_failed_reinduction():
    """Encoding 10.3b: the front-line plan ends after the relapse marrow; still one line."""
    chart = changed(
        child_in_first_relapse(marrow("after", 60, "2026-06-08")),
        "front-line",
        period={"start": "2024-03-12", "end": "2026-04-20"},
    )
    answer = evaluate(chart)
    assert answer.products["tisag"] == "NOT"


@pytest.mark.parametrize(
    ("relapse", "state"), [("2026-03-17", "ACTIVE_RR"), ("2026-03-16", "UNKNOWN")]
)
def test_old_evidence_after_therapy_says_nothing_of_today(relapse, state):
    """REL-12: relapse 90 or 91 days ago, therapy since, no newer marrow."""
    chart = child_in_first_relapse(
        plan("reinduction", "Relapse reinduction", "2026-03-20", "2026-05-01")
    )
    chart = changed(chart, "front-line", period={"start": "2024-03-12", "end": "2026-03-01"})
    chart = changed(chart, "m", effectiveDateTime=relapse)
    chart = changed(chart, "m-flow", effectiveDateTime=relapse)
    answer = evaluate(chart)
    assert answer.disease[0] == state
    if state == "UNKNOWN":
        assert answer.topics == ["missing-data"]
        assert "D-BM" in answer.requests()


def test_blasts_without_any_history():
    """REL-13: 40 % blasts, no remission, no relapse code, no induction."""
    chart = [
        patient(),
        leukaemia("2024-01-01"),
        marrow("m", 40, "2026-06-08"),
        cd19("cd19", "2026-06-08"),
    ]
    answer = evaluate(chart)
    assert answer.disease[0] == "UNKNOWN"
    assert answer.topics == ["missing-data"]
    assert {"D-CRDATE", "D-PRIOR"} <= answer.requests()


def test_a_newly_diagnosed_patient_gets_nothing():
    """Diagnosis last week, induction has begun."""
    chart = [
        patient(),
        leukaemia("2026-06-05"),
        marrow("m", 90, "2026-06-05"),
        plan("front-line", "Front-line ALL induction", "2026-06-08"),
        cd19("cd19", "2026-06-05"),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("NOT_RR", 0, None)
    assert answer.topics == []


# --- Refractory disease that is documented -------------------------------------------------------


def boy_in_relapse(*more):
    """A boy of 14, CR1 2023-09-20, first relapse (30 %) on 2026-06-08."""
    return [
        patient("2012-01-01"),
        leukaemia("2023-08-01"),
        plan("front-line", "Front-line ALL chemotherapy", "2023-08-05", "2026-02-01"),
        remission("cr1", "2023-09-20", "Complete remission, first (CR1)"),
        marrow("blasts", 30, "2026-06-08"),
        marrow("blasts-flow", 30, "2026-06-08", FLOW),
        cd19("cd19", "2026-06-08"),
        cd22("cd22", "2026-06-08"),
        bcr_abl1("bcr-abl1", "2026-06-08"),
        cns("CNS1"),
        exam_of_testes(),
        *more,
    ]


REFRACTORY = concept(None, (SNOMED, "12311000132101"))


@pytest.mark.parametrize(
    ("onset", "tisa", "europe"),
    [
        ("2023-09-10", "NOT", "NOT"),  # the first induction had failed
        ("2023-09-20", "NOT", "NOT"),
        ("2026-05-10", "EVAL", "EVAL"),
        ("2026-06-07", "EVAL", "EVAL"),
        ("2026-06-08", "EVAL", "EVAL"),
        ("2026-06-10", "EVAL", "EVAL"),
    ],
)
def test_documented_before_the_first_marrow_of_the_relapse(onset, tisa, europe):
    """E-14: the entry is of this episode from the remission on (CA-01, BL-08)."""
    chart = boy_in_relapse(condition("refractory", REFRACTORY, onset))
    assert evaluate(chart).products["tisag"] == tisa
    assert evaluate(chart, jurisdiction="EU").blina == europe


@pytest.mark.parametrize(
    ("words", "tisa"),
    [
        ("Relapsed and refractory ALL", "EVAL"),
        ("Refractory acute lymphoblastic leukemia", "EVAL"),
        ("ALL in relapse, refractory", "EVAL"),
        ("B-ALL, first relapse, refractory to FLAG-IDA", "EVAL"),
        ("Relapsed/refractory ALL", "NOT"),  # a group of patients, not which of the two
        ("Relapsed or refractory B-ALL", "NOT"),
        ("Relapsed ALL, primary refractory at diagnosis", "NOT"),
        ("ALL in relapse, not refractory", "NOT"),
        ("ALL in relapse with refractory thrombocytopenia", "NOT"),
        ("ALL in relapse", "NOT"),
    ],
)
def test_refractory_in_words_beside_the_code_of_a_relapse(words, tisa):
    """ICD-10-CM has no code for refractory ALL: it is written beside C91.02."""
    entry = condition("relapse-code", concept(words, (ICD10CM, "C91.02")), "2026-06-08")
    answer = evaluate(boy_in_relapse(entry))
    assert answer.disease[:2] == ("ACTIVE_RR", 1)
    assert answer.products["tisag"] == tisa


# --- Induction failure of long ago ---------------------------------------------------------------


def failed_induction(*more, until="2024-02-01"):
    """A boy of 16: induction of 2022 ended with 30 %, chemotherapy went on; no remission stated."""
    return [
        patient("2010-01-01"),
        leukaemia("2022-01-03"),
        plan("induction", "ALL induction", "2022-01-05", "2022-02-07"),
        plan("later", "Consolidation and maintenance", "2022-02-15", until),
        marrow("end", 30, "2022-02-08"),
        marrow("end-flow", 30, "2022-02-08", FLOW),
        *more,
    ]


@pytest.mark.parametrize(
    ("today", "state"), [("2022-05-09", "ACTIVE_RR"), ("2022-05-10", "UNKNOWN")]
)
def test_an_induction_failure_goes_out_of_date(today, state):
    """REL-12, POL-07: 90 days after the last blasts, with treatment since, the marrow is asked
    for.
    """
    answer = evaluate(failed_induction(), today)
    assert answer.disease == (state, 0, None)
    if state == "UNKNOWN":
        assert answer.topics == ["missing-data"]
        assert answer.requests() == {"D-BM"}


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ([marrow("new", 20, "2026-06-01")], "ACTIVE_RR"),
        ([condition("code", REFRACTORY, "2022-02-10")], "UNKNOWN"),
        ([condition("code", REFRACTORY, "2026-06-01")], "ACTIVE_RR"),
        ([condition("code", REFRACTORY, None)], "ACTIVE_RR"),
        ([marrow("new", 1, "2022-06-01")], "CR"),
    ],
    ids=["blasts now", "coded then", "coded now", "coded without a date", "remission by marrow"],
)
def test_what_makes_an_old_induction_failure_present(more, state):
    assert evaluate(failed_induction(*more)).disease[0] == state


def test_without_treatment_since_an_old_failure_stands():
    chart = [item for item in failed_induction() if item["id"] != "later"]
    assert evaluate(chart).disease[0] == "ACTIVE_RR"

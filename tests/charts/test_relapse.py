"""Relapse and remission in whole records."""

import pytest

from tests.charts.records import (
    FLOW,
    LOINC,
    SNOMED,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    cd22,
    changed,
    cns,
    concept,
    evaluate,
    exam_of_testes,
    leukaemia,
    marrow,
    mrd,
    observation,
    patient,
    percent,
    plan,
    relapse_code,
    remission,
    without,
)
from tests.charts.stories import second_relapse

PCR = concept("ALL minimal residual disease (MRD) by clonal Ig/TCR quantitative PCR, bone marrow")


def test_remission_by_marrow_alone():
    """No statement of CR1; a marrow of 1 % after induction, then 30 % now."""
    chart = [*without(adult_in_relapse(), "cr1"), marrow("end", 1, "2025-09-20")]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.products["brexu"] == "EVAL"


def test_two_statements_of_one_remission_are_one():
    """CR1 stated three times before the relapse (E-11)."""
    chart = [
        *adult_in_relapse(),
        remission("b", "2025-12-20"),
        marrow("c", 0.5, "2026-02-20"),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.products["brexu"] == "EVAL"


def test_partial_remission_is_no_remission():
    """97509-4 'in partial remission' after the relapse."""
    value = concept("Partial remission", (SNOMED, "103337004"))
    statement = remission("pr", "2026-06-12", valueCodeableConcept=value)
    assert evaluate([*adult_in_relapse(), statement]).disease == ("ACTIVE_RR", 1, None)


@pytest.mark.parametrize("code", ["268910001", "359746009", "271299001"])
def test_a_trend_is_no_state(code):
    """Improved, stable, worsened change nothing (E-10)."""
    trend = concept(None, (SNOMED, code))
    answer = evaluate(
        [*adult_in_relapse(), remission("t", "2026-06-12", valueCodeableConcept=trend)]
    )
    assert answer.disease == ("ACTIVE_RR", 1, None)
    answer = evaluate(
        [*adult_in_first_remission(), remission("t", "2026-06-12", valueCodeableConcept=trend)]
    )
    assert answer.disease == ("CR", 0, 1)


def test_a_marrow_under_five_percent_two_days_after_thirty_is_no_remission():
    """POL-10: contrary evidence within 14 days, no therapy in between."""
    assert evaluate([*adult_in_relapse(), marrow("low", 1, "2026-06-10")]).disease == (
        "ACTIVE_RR",
        1,
        None,
    )


@pytest.mark.parametrize(
    ("stated", "state"),
    [
        ("2026-06-08", "ACTIVE_RR"),  # on the day of the marrow: the marrow came after it
        ("2026-06-09", "POSSIBLE_RELAPSE"),
        ("2026-06-12", "POSSIBLE_RELAPSE"),
    ],
)
def test_a_remission_stated_days_after_thirty_percent_without_therapy(stated, state):
    """One of the two is wrong (POL-10): neither a second remission nor a certain relapse."""
    answer = evaluate([*adult_in_relapse(), remission("cr2", stated, "Complete remission (CR2)")])
    assert answer.disease[0] == state
    if state == "POSSIBLE_RELAPSE":
        assert answer.topics == ["confirm-relapse"]


def _relapsed_in_april():
    collected = {"collectedDateTime": "2026-04-01"}
    return changed(adult_in_relapse(), "relapse-marrow", collection=collected)


@pytest.mark.parametrize(
    ("stated", "state"),
    [("2026-04-15", "POSSIBLE_RELAPSE"), ("2026-04-16", "CR")],
    ids=["14 days", "15 days"],
)
def test_the_window_of_contrary_evidence(stated, state):
    chart = _relapsed_in_april()
    assert evaluate([*chart, remission("cr2", stated)]).disease[0] == state


def test_a_remission_stated_after_reinduction_began_counts():
    chart = [
        *adult_in_relapse(),
        plan("again", "Relapse reinduction", "2026-06-09"),
        remission("cr2", "2026-06-14"),
    ]
    assert evaluate(chart).disease == ("CR", 1, 2)


def test_maintenance_of_before_the_relapse_is_no_therapy_between():
    chart = changed(
        adult_in_relapse(), "front-line", period={"start": "2025-08-05"}, status="active"
    )
    assert evaluate([*chart, remission("cr2", "2026-06-12")]).disease[0] == "POSSIBLE_RELAPSE"


def test_a_later_marrow_settles_a_disputed_remission():
    chart = [
        *_relapsed_in_april(),
        remission("early", "2026-04-05"),
        marrow("m2", 40, "2026-04-20"),
    ]
    assert evaluate(chart).disease == ("ACTIVE_RR", 1, None)


def test_later_evidence_of_remission_settles_a_disputed_one():
    chart = _relapsed_in_april()
    chart += [remission("early", "2026-04-05"), remission("late", "2026-05-20")]
    assert evaluate(chart).disease == ("CR", 1, 2)


def test_relapse_during_maintenance():
    """A boy of 11 on maintenance, 27 months after diagnosis: early, early, S3 (V01)."""
    day = "2026-06-08"
    chart = [
        patient("2015-01-10"),
        leukaemia("2024-03-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2024-03-12"),
        remission("cr1", "2024-04-12"),
        marrow("m", 62, day),
        marrow("m-flow", 62, day, FLOW),
        cd19("cd19", day),
        cd22("cd22", day),
        bcr_abl1("bcr-abl1", day),
        cns("CNS1"),
        exam_of_testes(),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    state = answer.state
    assert (state["bfm"], state["cog"], state["sGroup"]) == ("early", "early", "S3")
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("EVAL", "EVAL", "NOT", "CONS")
    assert "P-14" in answer.precautions("blinatumomab")


@pytest.mark.parametrize(
    ("extra", "state"),
    [
        ([], "POSSIBLE_RELAPSE"),
        ([marrow("flow", 1, "2026-06-08", FLOW)], "ACTIVE_RR"),
        ([marrow("flow", 0.9, "2026-06-08", FLOW)], "POSSIBLE_RELAPSE"),
        ([mrd("mrd", "2026-06-08", valueQuantity=percent(6))], "ACTIVE_RR"),
        ([mrd("mrd", "2026-06-08", code=PCR, valueQuantity=percent(2))], "ACTIVE_RR"),
        ([marrow("again", 9, "2026-06-08")], "POSSIBLE_RELAPSE"),
    ],
    ids=["alone", "flow 1", "flow 0.9", "mrd 6", "pcr 2", "same method twice"],
)
def test_a_marrow_of_eight_percent_needs_a_second_method(extra, state):
    """REL-02, REL-03, E-12: 8 % by morphology in CR1."""
    answer = evaluate([*adult_in_first_remission(), marrow("m", 8, "2026-06-08"), *extra])
    assert answer.disease[0] == state
    if state == "POSSIBLE_RELAPSE":
        assert answer.topics == ["confirm-relapse"]
        assert "D-CONFIRM" in answer.requests()


@pytest.mark.parametrize(
    ("value", "state"),
    [(25, "ACTIVE_RR"), (24.9, "POSSIBLE_RELAPSE"), (5, "POSSIBLE_RELAPSE"), (4.9, "CR")],
)
def test_marrow_limits_by_one_method(value, state):
    """E-12: 25 % is a relapse alone, 5 % a possible one, below it nothing."""
    answer = evaluate([*adult_in_first_remission(), marrow("m", value, "2026-06-08")])
    assert answer.disease[0] == state


def test_mrd_of_two_percent_stays_remission():
    """REL-04: CR1 with MRD 2 % and no confirmation: CR, POS, D-CONFIRM on a card."""
    answer = evaluate([*adult_in_first_remission(), mrd(valueQuantity=percent(2))])
    assert answer.disease == ("CR", 0, 1)
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "EVAL"
    assert "D-CONFIRM" in answer.requests()


@pytest.mark.parametrize(("second", "state"), [("2026-06-05", "ACTIVE_RR"), ("2026-05-31", "CR")])
def test_two_marrows_at_one_to_five_percent(second, state):
    """E-12, fifth row: 2 % on 2026-05-28, then 2 % by flow and PCR 8 or 3 days later."""
    chart = [
        *adult_in_first_remission(),
        mrd("first", "2026-05-28", valueQuantity=percent(2)),
        mrd("second", second, valueQuantity=percent(2)),
        mrd("pcr", second, code=PCR, valueQuantity=percent(2)),
    ]
    assert evaluate(chart).disease[0] == state


def test_blood_blasts_alone_are_a_possible_relapse():
    """REL-07: lymphoblasts 8 % in blood after CR1, no marrow."""
    blasts = observation(
        "blasts",
        concept("Lymphoblasts/100 leukocytes in Blood", (LOINC, "34922-5")),
        "2026-06-12",
        valueQuantity=percent(8),
    )
    answer = evaluate([*adult_in_first_remission(), blasts])
    assert answer.disease[0] == "POSSIBLE_RELAPSE"
    assert answer.topics == ["confirm-relapse"]
    assert "D-BM" in answer.requests()


def test_evidence_coded_later_is_one_episode():
    """Rule 15: marrow 2026-06-08, the code's onset is 2026-06-12."""
    answer = evaluate([*adult_in_relapse(), relapse_code(onset="2026-06-12")])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.blina == "EVAL"


def test_two_marrows_of_one_relapse_are_one_episode():
    """30 % on 2026-06-08 and 45 % on 2026-06-14, no remission in between (E-15)."""
    answer = evaluate([*adult_in_relapse(), marrow("b", 45, "2026-06-14")])
    assert answer.disease == ("ACTIVE_RR", 1, None)


@pytest.mark.parametrize(
    ("text", "count"),
    [("Acute lymphoblastic leukemia, second relapse", 2), ("ALL, 1st relapse", 1)],
)
def test_a_coded_ordinal_above_the_count_is_used(text, count):
    """E-15: the text says second relapse, one is counted."""
    answer = evaluate([*adult_in_relapse(), relapse_code(onset="2026-06-08", text=text)])
    assert answer.disease == ("ACTIVE_RR", count, None)


def test_second_relapse_opens_tisagenlecleucel():
    """CA-01, HS-11."""
    answer = evaluate(second_relapse())
    assert answer.disease == ("ACTIVE_RR", 2, None)
    assert answer.products == {"tisag": "EVAL", "brexu": "NOT", "obeca": "NOT"}
    assert answer.hsct == "CONS"


def test_a_coded_ordinal_below_the_count_is_noted():
    """CONF-05: code says first relapse, two are counted."""
    code = relapse_code(onset="2026-06-08", text="Acute lymphoblastic leukemia, first relapse")
    answer = evaluate([*second_relapse(), code])
    assert answer.disease == ("ACTIVE_RR", 2, None)
    assert answer.products["tisag"] == "EVAL"


def third_remission(**value):
    chart = changed(second_relapse(), "m2", effectiveDateTime="2025-12-01")
    chart = changed(chart, "m2-flow", effectiveDateTime="2025-12-01")
    chart = [resource for resource in chart if resource["id"] not in {"cd19", "cd22"}]
    return [
        *chart,
        plan("third", "Relapse reinduction", "2025-12-05", "2026-02-01"),
        remission("cr3", "2026-02-10", "Complete remission, third (CR3)"),
        cd19("cd19", "2026-06-05"),
        mrd(**value),
    ]


def test_third_remission_with_mrd():
    """V30: BLIN CONS, tisa CONS, transplant EVAL."""
    answer = evaluate(third_remission(valueQuantity=percent(0.5)))
    assert answer.disease == ("CR", 2, 3)
    assert (answer.blina, answer.ino, answer.hsct) == ("CONS", "NOT", "EVAL")
    assert answer.products == {"tisag": "CONS", "brexu": "NOT", "obeca": "NOT"}
    assert "P-34" in answer.precautions("allogeneic-hsct")


def test_third_remission_with_low_mrd():
    """MRD 0.05 % in CR3: no blinatumomab, no CAR-T, transplant EVAL (HS-03)."""
    answer = evaluate(third_remission(valueQuantity=percent(0.05)))
    assert (answer.blina, answer.car_t, answer.hsct) == ("NOT", "NOT", "EVAL")


def test_third_remission_without_mrd_waits():
    """CR3 with no unit on the MRD: CAD with D-MRD, no number guessed."""
    answer = evaluate(third_remission(valueQuantity={"value": 0.5}))
    assert answer.state["mrd"] == "UNK"
    assert (answer.blina, answer.hsct) == ("CAD", "EVAL")
    assert "D-MRD" in answer.requests()

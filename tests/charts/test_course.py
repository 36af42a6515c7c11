"""The course: remission, relapse, refractory disease, sites and transplant."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    CPT,
    FLOW,
    ICD10CM,
    LOINC,
    SNOMED,
    about,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    cd22,
    changed,
    child_in_second_remission,
    cns,
    concept,
    condition,
    dose,
    evaluate,
    exam_of_testes,
    leukaemia,
    marrow,
    mrd,
    not_detected,
    observation,
    patient,
    percent,
    plan,
    procedure,
    quantity,
    relapse_code,
    remission,
    specimen,
    without,
)

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


# --- induction failure and refractory relapse -----------------------------------------------------


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


# --- sites ----------------------------------------------------------------------------------------


def test_cns3_beside_the_marrow():
    """P-11: combined relapse with CNS3."""
    chart = [*without(adult_in_relapse(), "cns"), cns("CNS3")]
    answer = evaluate(chart)
    assert (answer.blina, answer.ino, answer.car_t) == ("CONS", "EVAL", "CONS")
    for option in ("blinatumomab", "inotuzumab-ozogamicin", "car-t"):
        assert "P-11" in answer.precautions(option)


def test_cns2_is_unknown():
    """E-17: CNS2 in the work-up: D-CNS, no cap."""
    answer = evaluate([*without(adult_in_relapse(), "cns"), cns("CNS2")])
    assert (answer.blina, answer.car_t) == ("EVAL", "EVAL")
    assert "P-11" not in answer.precautions("blinatumomab")
    assert "D-CNS" in answer.requests()


def spinal_fluid(white, red, blasts, day="2026-06-08"):
    def count(id, name, value):
        code = concept(f"{name} [#/volume] in Cerebral spinal fluid")
        return observation(id, code, day, valueQuantity=quantity(value, "/uL"), sample="csf")

    return [
        specimen("csf", day, "Cerebrospinal fluid"),
        count("csf-white", "Leukocytes", white),
        count("csf-red", "Erythrocytes", red),
        observation(
            "csf-blasts",
            concept(None, (LOINC, "26447-3")),
            day,
            valueQuantity=percent(blasts),
            sample="csf",
        ),
    ]


def child_in_first_remission():
    """A boy of 9, diagnosis 2021-12, end of therapy 2024-03, marrow clean 2026-06-08."""
    return [
        patient("2016-11-01"),
        leukaemia("2021-12-01"),
        plan("front-line", "Front-line ALL chemotherapy", "2021-12-03", "2024-03-01"),
        remission("cr1", "2022-01-10"),
        marrow("m", 1, "2026-06-08"),
        not_detected(date="2026-06-08"),
        bcr_abl1("bcr-abl1", "2021-12-01"),
    ]


def test_late_isolated_cns_relapse():
    """V15: 40 cells/µL with blasts, marrow clean: S1, no therapy card but the context."""
    answer = evaluate([*child_in_first_remission(), *spinal_fluid(40, 0, 80)])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    state = answer.state
    assert (state["bfm"], state["cog"], state["sGroup"]) == ("late", "late", "S1")
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("NOT",) * 4
    assert answer.topics == ["relapse-context"]


@pytest.mark.parametrize(
    ("white", "red", "blasts"), [(5, 0, 10), (4, 0, 10), (40, 0, 0), (8, 5000, 10)]
)
def test_spinal_fluid_at_its_limits(white, red, blasts):
    """E-17: 5 cells with blasts is a relapse; 4 cells, no blasts or a bloody tap is not."""
    answer = evaluate([*child_in_first_remission(), *spinal_fluid(white, red, blasts)])
    assert (answer.disease[0] == "ACTIVE_RR") == (white == 5)


def test_biopsy_of_the_testis():
    """V16: biopsy-proven testicular relapse, very early: S2, transplant CONS."""
    report = about(
        {
            "resourceType": "DiagnosticReport",
            "id": "pathology",
            "status": "final",
            "code": concept("Surgical pathology report"),
            "effectiveDateTime": "2026-06-01",
        }
    )
    testis = condition(
        "testis",
        concept("Leukemic infiltration of left testis, biopsy proven", (ICD10CM, "C79.82")),
        "2026-06-01",
        evidence=[{"detail": [{"reference": "DiagnosticReport/pathology"}]}],
    )
    chart = changed(child_in_first_remission(), "leukaemia", onsetDateTime="2025-04-15")
    chart = changed(chart, "front-line", period={"start": "2025-04-17"}, status="active")
    chart = changed(chart, "cr1", effectiveDateTime="2025-05-20")
    chart = changed(chart, "bcr-abl1", effectiveDateTime="2025-04-15")
    answer = evaluate([*chart, testis, report])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert (answer.state["bfm"], answer.state["sGroup"]) == ("very early", "S2")
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("NOT", "NOT", "NOT", "CONS")


def test_an_enlarged_testis_proves_nothing():
    """E-18: enlargement without biopsy in CR1."""
    chart = [*child_in_first_remission(), exam_of_testes("Enlarged left testis")]
    assert evaluate(chart).disease[0] != "ACTIVE_RR"


def test_an_enlarged_testis_at_relapse_is_asked_for():
    """E-18: D-TEST, nothing capped."""
    chart = [*without(adult_in_relapse(), "testes"), exam_of_testes("Enlarged left testis")]
    answer = evaluate(chart)
    assert answer.blina == "EVAL"
    assert "D-TEST" in answer.requests()


def test_a_girl_needs_no_examination_of_testes():
    """CX-06 applies to males."""
    answer = evaluate(second_relapse())
    assert "D-TEST" not in answer.requests()


@pytest.mark.parametrize(
    ("result", "hsct"),
    [
        (not_detected(), "NOT"),
        (mrd(valueQuantity=percent(0.05)), "NOT"),
        (mrd(valueQuantity=percent(0.2)), "CONS"),
    ],
    ids=["negative", "0.05 %", "0.2 %"],
)
def test_late_isolated_cns_relapse_in_second_remission(result, hsct):
    """HS-07, BL-13 does not apply to isolated CNS."""
    day = "2025-12-20"
    chart = [
        *without(child_in_first_remission(), "m", "mrd"),
        marrow("m", 1, day),
        *spinal_fluid(40, 0, 80, day),
        plan("reinduction", "Relapse reinduction", "2025-12-24", "2026-02-20"),
        remission("cr2", "2026-03-01"),
        cd19("cd19", "2026-06-05"),
        result,
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.hsct == hsct
    assert answer.blina == ("EVAL" if hsct == "CONS" else "NOT")


# --- after transplant -----------------------------------------------------------------------------


def relapse_after_transplant(transplant):
    """A man of 42: allogeneic transplant in CR1 on this day, relapse 2026-06-08."""
    chart = changed(adult_in_relapse(), "leukaemia", onsetDateTime="2025-03-01")
    chart = changed(chart, "front-line", period={"start": "2025-03-03", "end": "2025-10-01"})
    chart = changed(chart, "vincristine", effectiveDateTime="2025-03-03")
    chart = changed(chart, "cr1", effectiveDateTime="2025-04-20")
    return [*chart, procedure("hsct", ALLOGENEIC, transplant)]


@pytest.mark.parametrize(("transplant", "early"), [("2025-12-11", True), ("2025-12-10", False)])
def test_relapse_within_180_days_of_transplant(transplant, early):
    """P-32 at 179 and 180 days; second transplant waits for remission, DLI for cytoreduction."""
    answer = evaluate(relapse_after_transplant(transplant))
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.hsct == "NOT"
    assert ("P-32" in answer.precautions("car-t")) == early
    assert answer.products == {"tisag": "NOT", "brexu": "EVAL", "obeca": "EVAL"}
    assert "P-03" in answer.precautions("inotuzumab-ozogamicin")


def test_several_records_of_one_transplant_are_one():
    """Rule 30: the transplant coded thrice within days, one without donor type."""
    chart = [
        *relapse_after_transplant("2025-12-01"),
        procedure("again", concept(None, (CPT, "38240")), "2025-12-02"),
        procedure("vague", concept(None, (SNOMED, "234336002")), "2025-12-01"),
    ]
    answer = evaluate(chart)
    assert answer.hsct == "NOT"
    assert "D-PRIOR" not in answer.requests()


def gvhd(clinical):
    return condition("gvhd", concept(None, (SNOMED, "402356004")), "2026-05-20", clinical)


@pytest.mark.parametrize(
    ("extra", "strength"),
    [([gvhd("resolved")], "CONS"), ([gvhd("active")], "NOT"), ([], "CAD")],
    ids=["resolved", "active", "none recorded"],
)
def test_donor_lymphocytes_depend_on_gvhd(extra, strength):
    """CR2, transplanted in it, MRD 0.05 %: DLI alone decides (HS2-05, DLI-02, -03, -05)."""
    chart = [
        *child_in_second_remission(),
        procedure("hsct", ALLOGENEIC, "2026-04-20"),
        mrd(valueQuantity=percent(0.05)),
        *extra,
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.hsct == strength
    assert ("D-GVHD" in answer.requests()) == (strength == "CAD")
    assert answer.blina == "NOT"


@pytest.mark.parametrize(("transplant", "early"), [("2025-06-24", True), ("2025-06-23", False)])
def test_second_transplant_in_remission(transplant, early):
    """HS2-01, HS2-02: transplant in CR1, relapse 2025-12-20 at 179 or 180 days, CR2 now."""
    chart = [
        *child_in_second_remission(),
        procedure("hsct", ALLOGENEIC, transplant),
        not_detected(),
    ]
    answer = evaluate(chart)
    assert answer.hsct == "CONS"
    assert ("P-32" in answer.precautions("allogeneic-hsct")) == early
    assert answer.state["bfm"] == "early"


def test_transplanted_in_second_remission():
    """V30b: transplant after the relapse, MRD negative: nothing to say."""
    chart = [
        *child_in_second_remission(),
        procedure("hsct", ALLOGENEIC, "2026-05-10"),
        not_detected(),
    ]
    assert evaluate(chart).topics == []


def test_donor_lymphocytes_given_are_no_transplant():
    """CPT 38242 (donor lymphocytes) after a transplant in CR1 is not another transplant."""
    chart = [
        *relapse_after_transplant("2025-06-08"),
        procedure("dli", concept(None, (CPT, "38242")), "2026-05-01"),
    ]
    answer = evaluate(chart)
    assert "P-32" not in answer.precautions("car-t")


def test_resolved_relapse_code_with_abatement_is_the_second_remission():
    """Encoding 2.3: C91.02 first relapse resolved; the abatement is CR2."""
    chart = without(child_in_second_remission(), "cr2")
    code = relapse_code(
        onset="2025-12-20",
        clinical="resolved",
        abatementDateTime="2026-03-01",
        text="Acute lymphoblastic leukemia, first relapse",
    )
    answer = evaluate([*chart, code, not_detected()])
    assert answer.disease == ("CR", 1, 2)
    assert (answer.blina, answer.hsct) == ("CONS", "EVAL")


def test_long_standing_second_remission_is_silent():
    """G-09: CR2 reached 366 days ago, MRD unknown; the day before it still asks."""
    chart = changed(child_in_second_remission(), "blasts", effectiveDateTime="2025-03-20")
    for id in ("blasts-flow", "cd19", "cd22", "bcr-abl1", "cns", "testes"):
        chart = changed(chart, id, effectiveDateTime="2025-03-20")
    chart = changed(chart, "front-line", period={"start": "2024-03-12", "end": "2025-03-19"})
    chart = changed(chart, "reinduction", period={"start": "2025-03-24", "end": "2025-06-01"})
    silent = evaluate(changed(chart, "cr2", effectiveDateTime="2025-06-14"))
    assert silent.disease == ("CR", 1, 2)
    assert silent.topics == []
    asks = evaluate(changed(chart, "cr2", effectiveDateTime="2025-06-15"))
    assert asks.hsct == "EVAL"
    assert asks.topics != []


@pytest.mark.parametrize(
    "code",
    [relapse_code(recordedDate="2026-06-10"), relapse_code(onset="2026-06-06")],
    ids=["recorded only", "with onset"],
)
def test_a_relapse_code_does_not_take_away_what_mrd_of_two_percent_gives(code):
    """CR2 with a marrow MRD of 2 %, CD19 and CD22 positive then, and a relapse code.

    Site unknown: blinatumomab and inotuzumab wait for the marrow (D-BM), they are not NOT.
    """
    day = "2026-06-05"
    chart = [
        *child_in_second_remission(),
        mrd(valueQuantity=percent(2)),
        cd19("cd19-new", day),
        cd22("cd22-new", day),
        code,
    ]
    answer = evaluate(chart)
    assert answer.disease[:2] == ("ACTIVE_RR", 2)
    assert (answer.blina, answer.ino) == ("CAD", "CAD")
    assert "D-BM" in answer.requests("blinatumomab")


def test_a_relapse_known_from_a_copied_code_and_the_words_second_remission():
    """CR1 2024-04; C91.02 'first relapse' recorded 2025-12-22 without onset; 'CR2' 2026-03-01.

    REL-16, exception: the statement's ordinal makes the relapse count, dated by the recorded
    date; CR2 is then three months old, not long-standing (G-09): blinatumomab waits for the site.
    """
    code = relapse_code(
        recordedDate="2025-12-22", text="Acute lymphoblastic leukemia, first relapse"
    )
    chart = [
        *without(child_in_second_remission(), "blasts", "blasts-flow"),
        not_detected(),
        code,
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.blina in {"CAD", "CONS"}
    assert answer.hsct != "NOT"


def test_a_second_remission_without_any_record_of_the_relapse():
    """CR1 2024-04, then 'CR2' on 2026-03-01, nothing on the relapse itself, MRD negative.

    CR2 cannot have begun before the relapse that nobody dated: it is not long-standing.
    """
    chart = [
        *without(child_in_second_remission(), "blasts", "blasts-flow"),
        not_detected(),
    ]
    answer = evaluate(chart)
    if answer.disease == ("CR", 1, 2):
        assert "long-standing" not in str(answer.printed["considerations"])

"""Dates: partial, missing, too late, too early, written in a local zone."""

import pytest

from tests.charts.records import (
    ICD10CM,
    T0,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    cd19,
    cd22,
    changed,
    child_in_second_remission,
    concept,
    condition,
    dose,
    evaluate,
    leukaemia,
    marrow,
    mrd,
    not_detected,
    patient,
    percent,
    plan,
    relapse_code,
    remission,
    specimen,
    without,
)


def aged(birth):
    return changed(adult_in_relapse(), "p", birthDate=birth)


def second_relapse(birth):
    """Second relapse, so that each CAR-T product depends on age alone."""
    return [
        patient(birth),
        leukaemia("2022-01-05"),
        plan("front-line", "Front-line ALL induction", "2022-01-07", "2023-12-01"),
        remission("cr1", "2022-02-10"),
        marrow("m1", 60, "2025-01-10"),
        plan("again", "Relapse reinduction", "2025-01-15", "2025-03-10"),
        remission("cr2", "2025-03-15"),
        marrow("m2", 30, "2026-06-08"),
        marrow("m2-flow", 30, "2026-06-08", "Flow cytometry"),
        cd19("cd19", "2026-06-08"),
        cd22("cd22", "2026-06-08"),
        bcr_abl1("bcr-abl1", "2026-06-08"),
    ]


@pytest.mark.parametrize(
    ("birth", "tisa", "brexu"),
    [
        ("2008-06-15", "EVAL", "EVAL"),  # 18 today
        ("2008-06-16", "EVAL", "NOT"),  # 18 tomorrow
        ("2008-06", "EVAL", "CAD"),  # 17 or 18
        ("2008", "EVAL", "CAD"),
        ("2008-05", "EVAL", "EVAL"),
        ("2008-07", "EVAL", "NOT"),
        ("2000-06-16", "EVAL", "EVAL"),  # 26 tomorrow
        ("2000-06-15", "NOT", "EVAL"),  # 26 today
        ("2000-06", "CAD", "EVAL"),
        ("2000", "CAD", "EVAL"),
        ("1999", "NOT", "EVAL"),
    ],
)
def test_age_limits_of_car_t_with_partial_birth_dates(birth, tisa, brexu):
    """Second relapse, CD19 positive; the birth date is whole or partial (rule 13, E-27)."""
    answer = evaluate(second_relapse(birth))
    assert answer.products == {"tisag": tisa, "brexu": brexu, "obeca": brexu}
    assert ("D-AGE" in answer.requests("car-t")) == ("CAD" in (tisa, brexu))


@pytest.mark.parametrize(
    ("birth", "tisa", "brexu"),
    [("2000-06-15", "NOT", "EVAL"), ("2000-06-16", "EVAL", "NOT"), ("2000-06", "CAD", "CAD")],
)
def test_age_limits_of_car_t_in_europe(birth, tisa, brexu):
    """The same at the limit of 26 years under European labels."""
    answer = evaluate(second_relapse(birth), jurisdiction="EU")
    assert answer.products == {"tisag": tisa, "brexu": brexu, "obeca": brexu}


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2026-05-15", "EVAL"),  # one month today
        ("2026-05-16", "NOT"),
        ("2026-05", "CAD"),
        ("2026-04", "EVAL"),
        ("2026", "CAD"),
    ],
)
def test_one_month_of_age_for_blinatumomab(birth, expected):
    """An infant whose leukaemia is documented as refractory after induction."""
    refractory = condition(
        "leukaemia-refractory",
        concept("Refractory acute lymphoid leukemia", ("http://snomed.info/sct", "12311000132101")),
        "2026-06-08",
    )
    chart = [
        patient(birth),
        leukaemia("2026-05-17"),
        plan("front-line", "Front-line ALL induction", "2026-05-18", "2026-06-07"),
        refractory,
        marrow("m", 60, "2026-06-08"),
        cd19("cd19", "2026-06-08"),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 0, None)
    assert answer.blina == expected


@pytest.mark.parametrize(
    ("birth", "expected"), [("2025-06-15", "EVAL"), ("2025-06-16", "NOT"), ("2025-06", "CAD")]
)
def test_one_year_of_age_for_inotuzumab(birth, expected):
    """An infant in first relapse at the limit of one year."""
    chart = [
        patient(birth),
        leukaemia("2025-08-01"),
        plan("front-line", "Front-line ALL induction", "2025-08-05"),
        remission("cr1", "2025-09-20"),
        marrow("m", 60, "2026-06-08"),
        cd19("cd19", "2026-06-08"),
        cd22("cd22", "2026-06-08"),
    ]
    answer = evaluate(chart)
    assert answer.ino == expected
    assert answer.blina == "EVAL"


def test_no_birth_date_makes_every_product_wait():
    """First relapse, birth date missing: age unknown (E-27)."""
    answer = evaluate(aged(None))
    assert (answer.blina, answer.ino, answer.car_t) == ("CAD", "CAD", "CAD")
    assert "D-AGE" in answer.requests()


@pytest.mark.parametrize("birth", ["2026-07-01", "2025-08-02", "2030"])
def test_a_birth_date_after_diagnosis_is_the_doubtful_date(birth):
    """Born after the diagnosis or after today: age unknown, the other facts stay (rule 12)."""
    answer = evaluate(aged(birth))
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert "D-AGE" in answer.requests()
    assert "Patient/p" in answer.unread
    assert answer.blina == "CAD"


def test_a_result_of_tomorrow_is_not_known_today():
    """The relapse marrow was collected on the day after the evaluation date."""
    chart = [*adult_in_first_remission(), marrow("future", 60, "2026-06-16")]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 0, 1)
    assert "Observation/future" in answer.unread


def test_a_result_late_today_counts_whatever_its_zone():
    """Marrow at 23:30 of the evaluation date, written far west of Greenwich (rule 9)."""
    chart = [
        *adult_in_first_remission(),
        marrow("late", 60, "2026-06-15T23:30:00-10:00"),
    ]
    assert evaluate(chart).disease[0] == "ACTIVE_RR"


def test_a_result_before_birth_is_not_counted():
    """A CD22 result dated 1970 in a patient born in 1984 (rule 12)."""
    answer = evaluate(
        changed(adult_in_relapse(), "cd22", effectiveDateTime="1970-01-01", specimen=None)
    )
    assert answer.ino == "CAD"
    assert "Observation/cd22" in answer.unread


def test_the_calendar_day_is_the_one_written():
    """Antigens collected at 23:00-08:00 seven days before the relapse marrow: still valid."""
    chart = changed(
        adult_in_relapse(), "cd22", effectiveDateTime="2026-06-01T00:30:00+10:00", specimen=None
    )
    assert evaluate(chart).ino == "EVAL"
    chart = changed(
        adult_in_relapse(), "cd22", effectiveDateTime="2026-05-31T23:59:00-10:00", specimen=None
    )
    assert evaluate(chart).ino == "CAD"


@pytest.mark.parametrize(
    "written", ["2026-06-08T09:30:00", "2026-06-08T09:30", "2026-06-08T09:30:00Z"]
)
def test_a_clock_time_without_zone_is_accepted(written):
    """The laboratory sends local time without zone (rule 9)."""
    chart = changed(adult_in_relapse(), "cd22", effectiveDateTime=written, specimen=None)
    assert evaluate(chart).ino == "EVAL"


@pytest.mark.parametrize(
    "when",
    [
        {"effectivePeriod": {"start": "2026-06-08", "end": "2026-06-08"}},
        {"effectiveInstant": "2026-06-08T10:00:00Z"},
        {"issued": "2026-06-08T10:00:00Z"},
    ],
    ids=["period", "instant", "issued only"],
)
def test_other_ways_to_date_a_result(when):
    """CD22 with a Period, an instant or only the issued date (0.3, rule 10)."""
    chart = changed(adult_in_relapse(), "cd22", effectiveDateTime=None, specimen=None, **when)
    assert evaluate(chart).ino == "EVAL"


def test_the_collection_makes_an_old_sample_old():
    """CD22 reported yesterday from cells stored at diagnosis (rule 10, STALE-01)."""
    chart = [*adult_in_relapse(), specimen("stored", "2025-08-01")]
    chart = changed(
        chart, "cd22", effectiveDateTime="2026-06-14", specimen={"reference": "Specimen/stored"}
    )
    answer = evaluate(chart)
    assert answer.ino == "CAD"
    assert "D-CD22" in answer.requests("inotuzumab-ozogamicin")


def test_a_late_report_of_an_old_marrow_is_no_relapse():
    """In CR1; the diagnostic marrow (90 %) is reported again yesterday, specimen of diagnosis."""
    chart = [
        *adult_in_first_remission(),
        specimen("stored", "2026-03-01"),
        marrow("again", 90, "2026-06-14", sample="stored"),
    ]
    assert evaluate(chart).disease == ("CR", 0, 1)


@pytest.mark.parametrize("written", ["2026-13-45", "last week", "08/06/2026"])
def test_an_unreadable_date_is_listed_and_the_fact_undated(written):
    """CD22 positive with an impossible date: cannot be fresh (rule 11)."""
    chart = changed(adult_in_relapse(), "cd22", effectiveDateTime=written, specimen=None)
    answer = evaluate(chart)
    assert answer.ino == "CAD"
    assert "Observation/cd22" in answer.unread


def test_an_undated_antigen_is_unknown():
    """CD22 positive without any date."""
    chart = changed(adult_in_relapse(), "cd22", effectiveDateTime=None, specimen=None)
    assert evaluate(chart).ino == "CAD"


def test_a_death_after_today_has_not_happened():
    """Replay of an old day: the patient died later (rule 14)."""
    chart = changed(adult_in_relapse(), "p", deceasedDateTime="2026-07-01")
    assert evaluate(chart).blina == "EVAL"


@pytest.mark.parametrize("dead", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-06-15"}])
def test_the_dead_get_no_card(dead):
    """G-02."""
    assert evaluate(changed(adult_in_relapse(), "p", **dead)).topics == []


def test_deceased_false_says_nothing():
    """deceasedBoolean false (rule 14)."""
    chart = changed(adult_in_relapse(), "p", deceasedBoolean=False)
    assert evaluate(chart).blina == "EVAL"


@pytest.mark.parametrize(
    ("cr1", "expected"),
    [
        ("2025-06-08", "EVAL"),  # twelve months to the day
        ("2025-06-07", "CONS"),
        ("2025-06", "CONS"),  # some days are within twelve months, some are not
        ("2025-05", "CONS"),
        ("2025-07", "EVAL"),
        ("2025", "CONS"),
    ],
)
def test_a_first_remission_of_twelve_months_with_partial_dates(cr1, expected):
    """First relapse 2026-06-08 in an adult; brexu depends on the date of CR1 (CA-06 to CA-08)."""
    chart = changed(adult_in_relapse(), "leukaemia", onsetDateTime="2025-01-01")
    chart = changed(chart, "front-line", period={"start": "2025-01-02", "end": "2026-05-01"})
    chart = changed(chart, "vincristine", effectiveDateTime="2025-01-02")
    answer = evaluate(changed(chart, "cr1", effectiveDateTime=cr1))
    assert answer.products["brexu"] == expected
    assert ("D-CRDATE" in answer.requests("car-t")) == (cr1 in {"2025-06", "2025"})


@pytest.mark.parametrize(
    ("dx", "bfm", "cog", "group"),
    [
        ("2024-06-20", "early", "early", "S3"),  # 18 months to the day
        ("2024-06-21", "very early", "early", "S4"),
        ("2022-12-20", "early", "late", "S3"),  # 36 months to the day, on therapy
        ("2022-12-21", "early", "early", "S3"),
    ],
)
def test_timing_classes_at_their_limits(dx, bfm, cog, group):
    """A boy relapses in the marrow on 2025-12-20 during maintenance (E-19, E-20, E-22)."""
    chart = changed(child_in_second_remission(), "leukaemia", onsetDateTime=dx)
    chart = changed(chart, "front-line", period={"start": dx, "end": "2025-12-19"})
    chart = changed(chart, "vincristine", effectiveDateTime=dx)
    chart = changed(chart, "cr1", effectiveDateTime="2024-08-12")
    state = evaluate([*chart, not_detected()]).state
    assert (state["bfm"], state["cog"], state["sGroup"]) == (bfm, cog, group)


@pytest.mark.parametrize(("end", "bfm"), [("2025-06-20", "late"), ("2025-06-21", "early")])
def test_six_months_after_the_end_of_therapy(end, bfm):
    """Marrow relapse 2025-12-20, four years after diagnosis (POL-13)."""
    chart = changed(child_in_second_remission(), "leukaemia", onsetDateTime="2021-12-01")
    chart = changed(chart, "front-line", period={"start": "2021-12-03", "end": end})
    chart = changed(chart, "vincristine", effectiveDateTime="2021-12-03")
    chart = changed(chart, "cr1", effectiveDateTime="2022-01-12")
    answer = evaluate([*chart, not_detected()])
    assert (answer.state["bfm"], answer.state["cog"]) == (bfm, "late")
    assert answer.hsct == ("NOT" if bfm == "late" else "CONS")


def test_unknown_diagnosis_date_is_no_certain_timing():
    """A boy in CR2, MRD negative, the leading Condition without onset: no timing by guess.

    The front-line plan is no diagnosis date; transplant is CAD with D-DXDATE unless every
    possible timing gives the same answer (HS-14).
    """
    chart = changed(child_in_second_remission(), "leukaemia", onsetDateTime=None)
    answer = evaluate([*chart, not_detected()])
    assert answer.hsct in {"CAD", "EVAL", "CONS"}
    if answer.hsct == "CAD":
        assert "D-DXDATE" in answer.requests("allogeneic-hsct")


@pytest.mark.parametrize(("collected", "expected"), [("2026-03-17", "EVAL"), ("2026-03-16", "CAD")])
def test_an_antigen_result_lasts_ninety_days_in_active_disease(collected, expected):
    """Relapse 2026-03-17, untreated; the CD22 sample is 90 or 91 days old (STALE-02)."""
    chart = [
        *without(adult_in_relapse(), "cd22"),
        marrow("old", 30, "2026-03-17"),
        marrow("old-flow", 30, "2026-03-17", "Flow cytometry"),
        cd22("cd22", collected),
    ]
    chart = changed(chart, "front-line", period={"start": "2025-08-05", "end": "2026-03-01"})
    assert evaluate(chart).ino == expected


@pytest.mark.parametrize(("day", "mrd_is"), [("2026-05-16", "NEG"), ("2026-05-15", "UNK")])
def test_an_mrd_result_lasts_thirty_days(day, mrd_is):
    """Not detected at 0.01 %, 30 or 31 days before (STALE-05)."""
    chart = [*child_in_second_remission(), not_detected(date=day)]
    assert evaluate(chart).state["mrd"] == mrd_is


def test_mrd_of_before_the_last_block_is_unknown():
    """MRD negative on 2026-06-05, a consolidation block completed on 2026-06-10 (STALE-05)."""
    chart = [
        *child_in_second_remission(),
        not_detected(),
        plan("block", "Relapse consolidation", "2026-06-06", "2026-06-10"),
    ]
    assert evaluate(chart).state["mrd"] == "UNK"


def test_a_running_block_leaves_the_mrd_alone():
    """MRD negative on 2026-06-05, a block that began on 2026-06-06 still runs."""
    chart = [
        *child_in_second_remission(),
        not_detected(),
        plan("block", "Relapse consolidation", "2026-06-06"),
    ]
    assert evaluate(chart).state["mrd"] == "NEG"


def test_a_running_dose_after_the_sample_makes_cd19_unknown():
    """Blinatumomab still flows: its period has a start and no end (rule 33)."""
    running = dose("blina", "blinatumomab", "2026-06-10", status="in-progress")
    del running["effectiveDateTime"]
    running["effectivePeriod"] = {"start": "2026-06-10"}
    assert evaluate([*adult_in_relapse(), running]).blina == "CAD"


def test_an_undated_dose_may_have_come_after_the_sample():
    """A blinatumomab dose without date (rule 33)."""
    undated = dose("blina", "blinatumomab", "2026-06-10")
    del undated["effectiveDateTime"]
    answer = evaluate([*adult_in_relapse(), undated])
    assert answer.blina == "CAD"
    assert "P-16" in answer.precautions("blinatumomab")


def code_in_remission(**more):
    return [*child_in_second_remission(), not_detected(), relapse_code(**more)]


def test_a_copied_relapse_code_is_a_repetition():
    """REL-16: CR2 with a clean marrow, C91.02 recorded five days ago without onset."""
    chart = code_in_remission(recordedDate="2026-06-10")
    answer = evaluate([*chart, marrow("clean", 0.5, "2026-06-05")])
    assert answer.disease == ("CR", 1, 2)
    assert answer.state["mrd"] == "NEG"
    assert (answer.blina, answer.hsct) == ("CONS", "EVAL")
    for topic in answer.topics:
        assert "2026-06-10" in answer.card(topic)
        assert "relapse-code" in answer.card(topic)


def test_an_mrd_of_half_a_percent_keeps_the_code_a_repetition():
    """REL-16: the newest remission evidence is a marrow MRD of 0.5 %."""
    chart = [
        *child_in_second_remission(),
        mrd(valueQuantity=percent(0.5), says="DET"),
        relapse_code(recordedDate="2026-06-10"),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.state["mrd"] == "POS"


def test_a_relapse_code_long_after_the_last_remission_evidence_needs_confirmation():
    """REL-16: CR1 stated 2026-01-10, nothing since, C91.02 recorded 2026-06-10."""
    chart = [
        *changed(adult_in_first_remission(), "cr1", effectiveDateTime="2026-01-10"),
        relapse_code(recordedDate="2026-06-10"),
    ]
    chart = changed(chart, "leukaemia", onsetDateTime="2025-11-01")
    chart = changed(chart, "front-line", period={"start": "2025-11-03"})
    chart = changed(chart, "vincristine", effectiveDateTime="2025-11-03")
    chart = changed(chart, "cd19", effectiveDateTime="2026-01-10")
    answer = evaluate(chart)
    assert answer.disease[0] == "POSSIBLE_RELAPSE"
    assert answer.topics == ["confirm-relapse"]


@pytest.mark.parametrize(
    ("cr1", "state"), [("2026-03-17", "CR"), ("2026-03-16", "POSSIBLE_RELAPSE")]
)
def test_ninety_days_of_remission_evidence(cr1, state):
    """REL-16: the statement of CR1 is 90 or 91 days old."""
    chart = [
        *changed(adult_in_first_remission(), "cr1", effectiveDateTime=cr1),
        relapse_code(recordedDate="2026-06-10"),
    ]
    chart = changed(chart, "leukaemia", onsetDateTime="2025-11-01")
    chart = changed(chart, "front-line", period={"start": "2025-11-03"})
    chart = changed(chart, "vincristine", effectiveDateTime="2025-11-03")
    chart = changed(chart, "cd19", effectiveDateTime=cr1)
    assert evaluate(chart).disease[0] == state


def test_an_ordinal_in_the_text_makes_the_code_a_relapse():
    """REL-16, exception: 'second relapse' recorded after CR2, count so far one."""
    chart = code_in_remission(
        recordedDate="2026-06-10", text="Acute lymphoblastic leukemia, second relapse"
    )
    answer = evaluate(chart)
    assert answer.disease[:2] == ("ACTIVE_RR", 2)


def test_an_ordinal_that_is_already_counted_changes_nothing():
    """REL-16: 'first relapse' recorded again in CR2."""
    chart = code_in_remission(
        recordedDate="2026-06-10", text="Acute lymphoblastic leukemia, first relapse"
    )
    assert evaluate(chart).disease == ("CR", 1, 2)


def test_blood_blasts_after_remission_end_the_repetition():
    """Blood blasts 8 % on 2026-06-09 after CR2 beside the code: the code is no mere copy."""
    chart = changed(
        code_in_remission(recordedDate="2026-06-10"),
        "blood-blasts",
        valueQuantity=percent(8),
        effectiveDateTime="2026-06-09",
        code=concept("Lymphoblasts/100 leukocytes in Blood", ("http://loinc.org", "34922-5")),
    )
    answer = evaluate(chart)
    assert answer.disease[0] in {"ACTIVE_RR", "POSSIBLE_RELAPSE"}


def test_mrd_of_two_percent_after_remission_ends_the_repetition():
    """MRD 2 % in the marrow after CR2 beside the code (REL-16 excludes MRD of 1 % and more)."""
    chart = [
        *child_in_second_remission(),
        mrd(valueQuantity=percent(2), says="DET"),
        relapse_code(recordedDate="2026-06-10"),
    ]
    answer = evaluate(chart)
    assert answer.disease[:2] == ("ACTIVE_RR", 2)


def test_a_relapse_code_with_its_own_onset_counts():
    """REL-01: C91.02 with onset 2026-06-01 after CR1, no laboratory evidence."""
    chart = [*adult_in_first_remission(), relapse_code(onset="2026-06-01")]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.blina == "CAD"  # site unknown
    assert answer.ino == "CAD"
    assert "D-BM" in answer.requests()


def test_a_code_recorded_after_remission_with_onset_before_it():
    """REL-09: C91.02 recorded 2026-06-10 with the onset of the relapse that CR2 ended."""
    chart = code_in_remission(onset="2025-12-20", recordedDate="2026-06-10")
    assert evaluate(chart).disease == ("CR", 1, 2)


@pytest.mark.parametrize("onset", ["2026", "2026-06"])
def test_a_relapse_code_of_a_year_in_first_remission(onset):
    """C91.02 with onset of a year or month in a patient whose CR1 came in April 2026.

    A month after CR1 is a relapse; the year may lie before CR1, so the state must not be a
    certain remission without a word.
    """
    chart = [*adult_in_first_remission(), relapse_code(onset=onset)]
    answer = evaluate(chart)
    if onset == "2026-06":
        assert answer.disease == ("ACTIVE_RR", 1, None)
    else:
        assert answer.disease[0] != "NOT_RR"
        assert answer.topics != []


def test_year_only_history_of_a_second_remission():
    """Diagnosis 2021, relapse code 2024 resolved, CR 2024: the long-standing CR2 is silent."""
    chart = [
        patient("2010-03-03"),
        leukaemia("2021"),
        plan("front-line", "Front-line ALL chemotherapy", "2021", "2023"),
        remission("cr1", "2021"),
        relapse_code(onset="2024-02", clinical="resolved", abatementDateTime="2024-05"),
        remission("cr2", "2024-05", "Complete remission, second (CR2)"),
        not_detected(),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.topics == []


def test_remission_code_with_onset_dates_the_remission():
    """Encoding 3.4: C91.01 with onset 2026-04-14 is the only evidence of CR1."""
    code = condition(
        "remission-code", concept(None, (ICD10CM, "C91.01")), "2026-04-14", "remission"
    )
    chart = [*without(adult_in_first_remission(), "cr1"), code, mrd(valueQuantity=percent(0.3))]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 0, 1)
    assert answer.blina == "EVAL"


def test_remission_code_with_the_onset_of_the_diagnosis_is_undated():
    """REL-14: C91.01 whose onset is the diagnosis, blasts now: relapse, CR1 date unknown."""
    code = condition(
        "remission-code", concept(None, (ICD10CM, "C91.01")), "2025-08-01", "remission"
    )
    answer = evaluate([*without(adult_in_relapse(), "cr1"), code])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.products["brexu"] == "CONS"
    assert "D-CRDATE" in answer.requests("car-t")


def test_day_of_evaluation_is_whole():
    """A leap day and a clock time on the evaluation date."""
    chart = changed(adult_in_relapse(), "cd22", effectiveDateTime=T0 + "T23:59:59+14:00")
    assert evaluate(changed(chart, "cd22", specimen=None)).ino == "EVAL"

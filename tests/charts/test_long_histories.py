"""Histories with several relapses, treatments and precautions at once, in whole records."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    FLOW,
    ICD10CM,
    SNOMED,
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
    patient,
    percent,
    plan,
    procedure,
    remission,
    safety,
    without,
)

BLINA = "blinatumomab"
INO = "inotuzumab-ozogamicin"
HSCT = "allogeneic-hsct"


def blasts(id, date, value=40):
    """One aspirate by morphology and by flow cytometry."""
    return [marrow(id, value, date), marrow(f"{id}-flow", value, date, FLOW)]


def third_relapse(cd19_now):
    """A girl of 13: blinatumomab and transplant in CR2, tisagenlecleucel for the second relapse,
    third relapse 2026-06-08.
    """
    day = "2026-06-08"
    return [
        patient("2013-01-05", gender="female"),
        leukaemia("2019-10-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2019-10-11", "2021-12-01"),
        remission("cr1", "2019-11-14"),
        *blasts("relapse-1", "2022-11-01"),
        dose("blinatumomab", "blinatumomab", "2022-12-10", "2023-01-07"),
        remission("cr2", "2023-01-20"),
        procedure("hsct", ALLOGENEIC, "2023-04-01"),
        *blasts("relapse-2", "2024-03-01"),
        dose("tisagenlecleucel", "tisagenlecleucel", "2024-04-15"),
        remission("cr3", "2024-05-20"),
        *blasts("relapse-3", day),
        cd19_now,
        cd22("cd22", day),
        bcr_abl1("bcr-abl1", day),
        cns("CNS1"),
        *safety(),
    ]


def test_third_relapse_that_lost_cd19():
    """AG-01, P-03, HS2-03: only inotuzumab is left, after a transplant."""
    lost = cd19("cd19", "2026-06-08", valueQuantity=percent(1), says="NEG")
    answer = evaluate(third_relapse(lost))
    assert answer.disease == ("ACTIVE_RR", 3, None)
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("NOT", "EVAL", "NOT", "NOT")
    assert "P-03" in answer.precautions(INO)
    assert "P-07" not in answer.precautions(INO)
    assert answer.topics == [INO, "relapse-context"]


def test_third_relapse_that_kept_cd19():
    """CA-11: a second CAR-T infusion is capped; CA-09: the adult products are not for 13 years."""
    answer = evaluate(third_relapse(cd19("cd19", "2026-06-08")))
    assert (answer.blina, answer.ino, answer.car_t, answer.hsct) == ("EVAL", "EVAL", "CONS", "NOT")
    assert answer.products == {"tisag": "CONS", "brexu": "NOT", "obeca": "NOT"}
    assert "P-16" in answer.precautions(BLINA)
    assert "P-16" in answer.precautions("car-t")
    assert "P-32" not in answer.precautions("car-t")


def test_third_relapse_whose_cd19_is_older_than_car_t():
    """STALE-01, STALE-03, AG-05: what was positive at the second relapse proves nothing now."""
    answer = evaluate(third_relapse(cd19("cd19", "2024-03-01")))
    assert (answer.blina, answer.ino, answer.car_t) == ("CAD", "EVAL", "CAD")
    assert {"D-CD19"} <= answer.requests(BLINA) & answer.requests("car-t")
    assert "P-16" in answer.precautions(BLINA)


def fourth_remission(birth, *more):
    """CR4 since 2026-04-01 after relapses in 2020, 2022 and 2026; no MRD result."""
    return [
        patient(birth),
        leukaemia("2018-01-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2018-01-11", "2020-06-01"),
        remission("cr1", "2018-02-20"),
        *blasts("relapse-1", "2020-06-10"),
        remission("cr2", "2020-09-01"),
        *blasts("relapse-2", "2022-06-10"),
        remission("cr3", "2022-09-01"),
        *blasts("relapse-3", "2026-02-08"),
        cd19("cd19", "2026-02-08"),
        bcr_abl1("bcr-abl1", "2026-02-08"),
        plan("reinduction", "Relapse reinduction", "2026-02-11", "2026-03-28"),
        remission("cr4", "2026-04-01"),
        *safety(),
        *more,
    ]


def test_fourth_remission_without_mrd():
    """BL-03 waits for MRD, HS-02 does not."""
    answer = evaluate(fourth_remission("1984-02-01"))
    assert answer.disease == ("CR", 3, 4)
    assert (answer.blina, answer.hsct) == ("CAD", "EVAL")
    assert "D-MRD" in answer.requests(BLINA)


@pytest.mark.parametrize(("birth", "car_t"), [("2000-06-16", "CONS"), ("2000-06-15", "NOT")])
def test_fourth_remission_with_mrd_around_the_26th_birthday(birth, car_t):
    """BL-03, CA-05, CA-04: tisagenlecleucel until the day before the birthday (POL-05)."""
    answer = evaluate(fourth_remission(birth, mrd(valueQuantity=percent(0.1), says="DET")))
    assert (answer.blina, answer.ino, answer.hsct) == ("CONS", "NOT", "EVAL")
    assert answer.car_t == car_t
    assert ("P-25" in answer.precautions("car-t")) == (car_t == "CONS")
    assert "P-34" in answer.precautions(HSCT)


@pytest.mark.parametrize(("birth", "hsct"), [("2008-02-02", "NOT"), ("2008-02-01", "EVAL")])
def test_the_protocol_follows_the_age_at_the_relapse(birth, hsct):
    """HS-06 or HS-02: both are 18 today, one was 17 on the day of the late relapse."""
    relapse = "2026-02-01"
    chart = [
        patient(birth),
        leukaemia("2021-01-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2021-01-11", "2023-03-01"),
        remission("cr1", "2021-02-20"),
        *blasts("relapse", relapse),
        cd19("cd19", relapse),
        bcr_abl1("bcr-abl1", relapse),
        cns("CNS1", relapse),
        exam_of_testes("Normal", relapse),
        plan("reinduction", "Relapse reinduction", "2026-02-03", "2026-03-20"),
        remission("cr2", "2026-03-25"),
        *safety(),
        not_detected(),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert (answer.blina, answer.hsct) == ("CONS", hsct)


def test_four_precautions_at_once():
    """P-04, P-05, P-11, P-12 in the US: three options capped, none lost, every warning named."""
    chart = [
        *without(adult_in_relapse(), "cns"),
        cns("CNS3"),
        condition("sepsis", concept("Sepsis", (ICD10CM, "A41.51")), "2026-06-12"),
        condition("cirrhosis", concept("Cirrhosis of liver", (SNOMED, "19943007")), "2024-01-01"),
        condition("vod", concept(None, (ICD10CM, "K76.5")), "2024-01-01", "resolved"),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.ino, answer.car_t) == ("CONS", "CONS", "CONS")
    assert {"P-11", "P-12"} <= set(answer.precautions(BLINA)) & set(answer.precautions("car-t"))
    assert {"P-04", "P-05", "P-11", "P-12"} <= set(answer.precautions(INO))
    europe = evaluate(chart, jurisdiction="EU")
    assert (europe.blina, europe.ino, europe.car_t) == ("CONS", "NOT", "CONS")


def test_mrd_after_blinatumomab_in_second_remission():
    """BL-02, STALE-03: MRD 0.5 %, but CD19 was last seen before the antibody."""
    chart = [
        *child_in_second_remission(),
        dose("blinatumomab", "blinatumomab", "2026-04-01", "2026-04-28"),
        mrd(valueQuantity=percent(0.5), says="DET"),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.hsct) == ("CAD", "EVAL")
    assert "D-CD19" in answer.requests(BLINA)
    assert "P-16" in answer.precautions(BLINA)
    again = evaluate([*chart, cd19("cd19-new", "2026-06-05")])
    assert again.blina == "EVAL"


def test_first_remission_after_primary_refractory_disease():
    """REL-10 then HS-09: CR1 that took a second regimen, MRD negative: transplant alone."""
    chart = [
        patient(),
        leukaemia("2026-02-01"),
        *blasts("diagnosis", "2026-02-01", 90),
        plan("induction", "Front-line ALL induction", "2026-02-02", "2026-03-10"),
        *blasts("day-43", "2026-03-16", 30),
        plan("salvage", "Salvage chemotherapy", "2026-03-18", "2026-04-15"),
        marrow("after", 1, "2026-05-01"),
        remission("cr1", "2026-05-01"),
        bcr_abl1("bcr-abl1", "2026-02-01"),
        *safety(),
        not_detected(),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 0, 1)
    assert (answer.blina, answer.hsct) == ("NOT", "CONS")
    assert answer.topics == [HSCT]


def test_isolated_relapse_in_the_skin():
    """BL-12, IN-07, CA-12, P-24: neither marrow nor sanctuary site: everything capped."""
    skin = condition(
        "skin",
        concept("Leukemic infiltration of skin, biopsy proven", (ICD10CM, "C79.2")),
        "2026-06-08",
        evidence=[{"detail": [{"reference": "DiagnosticReport/pathology"}]}],
    )
    pathology = {
        "resourceType": "DiagnosticReport",
        "id": "pathology",
        "subject": {"reference": "Patient/p"},
        "status": "final",
        "code": concept("Surgical pathology report, skin"),
        "effectiveDateTime": "2026-06-08",
        "conclusion": "Infiltration by B lymphoblasts",
    }
    clean = without(changed(adult_in_relapse(), "blasts", valueQuantity=percent(1)), "blasts-flow")
    answer = evaluate([*clean, skin, pathology])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert (answer.blina, answer.ino, answer.car_t) == ("CONS", "CONS", "CONS")
    for option in (BLINA, INO, "car-t"):
        assert "P-24" in answer.precautions(option)


@pytest.mark.parametrize(
    ("text", "clinical", "car_t"),
    [
        ("Acute GVHD grade I, skin", "active", "EVAL"),
        ("Acute GVHD grade II", "active", "CONS"),
        ("Acute GVHD grade III", "resolved", "EVAL"),
    ],
)
def test_acute_gvhd_counts_from_grade_two(text, clinical, car_t):
    """P-13 by the grade that the text states."""
    gvhd = condition("gvhd", concept(text, (SNOMED, "402355000")), "2026-05-01", clinical)
    chart = [*adult_in_relapse(), procedure("hsct", ALLOGENEIC, "2025-11-15"), gvhd]
    answer = evaluate(chart)
    assert answer.car_t == car_t
    assert ("P-13" in answer.precautions("car-t")) == (car_t == "CONS")
    assert ("P-13" in answer.precautions(BLINA)) == (car_t == "CONS")

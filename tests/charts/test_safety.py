"""What speaks for caution, in whole records."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    ICD10CM,
    LOINC,
    SNOMED,
    adult_in_relapse,
    blood,
    cd19,
    changed,
    child_in_second_remission,
    concept,
    condition,
    dose,
    ecog,
    evaluate,
    marrow,
    not_detected,
    observation,
    order,
    patient,
    percent,
    procedure,
    quantity,
    remission,
    without,
)
from tests.charts.stories import ph_positive, stopped

INO = "inotuzumab-ozogamicin"


BLINA = "blinatumomab"


@pytest.mark.parametrize(("value", "warned"), [(470, False), (471, True)])
def test_qtcf(value, warned):
    """P-08: more than 470 ms."""
    chart = changed(adult_in_relapse(), "qtcf", valueQuantity=quantity(value, "ms"))
    assert ("P-08" in evaluate(chart).precautions(INO)) == warned


def test_an_uncorrected_qt_is_no_qtcf():
    """8634-8 is the uncorrected interval: 480 ms says nothing, D-QTC."""
    chart = [
        *without(adult_in_relapse(), "qtcf"),
        observation(
            "qt",
            concept("QT interval", (LOINC, "8634-8")),
            "2026-06-10",
            valueQuantity=quantity(480, "ms"),
        ),
    ]
    answer = evaluate(chart)
    assert "P-08" not in answer.precautions(INO)
    assert "D-QTC" in answer.requests(INO)


@pytest.mark.parametrize(
    ("id", "value", "unit", "warned"),
    [
        ("alt", 100, "U/L", False),  # 2.5 times exactly
        ("alt", 101, "U/L", True),
        ("bilirubin", 1.8, "mg/dL", False),  # 1.5 times exactly
        ("bilirubin", 1.81, "mg/dL", True),
    ],
)
def test_liver_thresholds_of_inotuzumab(id, value, unit, warned):
    """P-06 at 2.5 and 1.5 times the upper limit."""
    chart = changed(adult_in_relapse(), id, valueQuantity=quantity(value, unit))
    answer = evaluate(chart)
    assert ("P-06" in answer.precautions(INO)) == warned
    assert "P-09" not in answer.precautions(BLINA)
    assert answer.ino == "EVAL"


def test_bilirubin_without_reference_range():
    """0.4: no range, unknown: bilirubin 9 mg/dL raises no P-06 but D-LFT."""
    chart = changed(
        adult_in_relapse(), "bilirubin", valueQuantity=quantity(9, "mg/dL"), referenceRange=None
    )
    answer = evaluate(chart)
    assert "P-06" not in answer.precautions(INO)
    assert "D-LFT" in answer.requests(INO)


@pytest.mark.parametrize(("day", "asked"), [("2026-06-01", False), ("2026-05-31", True)])
def test_liver_tests_last_a_fortnight(day, asked):
    """STALE-07: 14 or 15 days."""
    chart = adult_in_relapse()
    for id in ("bilirubin", "alt", "ast"):
        chart = changed(chart, id, effectiveDateTime=day)
    assert ("D-LFT" in evaluate(chart).requests()) == asked


def test_liver_values_high_enough_for_blinatumomab():
    """P-09: ALT above 5 times."""
    chart = changed(adult_in_relapse(), "alt", valueQuantity=quantity(201, "U/L"))
    answer = evaluate(chart)
    assert "P-09" in answer.precautions(BLINA)
    assert "P-06" in answer.precautions(INO)


def pregnancy(day, code="260385009"):
    return observation(
        "pregnancy",
        concept(None, (LOINC, "2118-8")),
        day,
        valueCodeableConcept=concept(None, (SNOMED, code)),
    )


@pytest.mark.parametrize(
    ("tests", "asked"),
    [
        ([], True),
        ([pregnancy("2026-05-06")], True),  # 40 days
        ([pregnancy("2026-05-16")], False),  # 30 days
        ([pregnancy("2026-05-15")], True),
        ([pregnancy("2026-06-10")], False),
    ],
    ids=["none", "40 d", "30 d", "31 d", "5 d"],
)
def test_pregnancy_of_a_woman_of_thirty(tests, asked):
    """P-20, POL-36."""
    chart = changed(adult_in_relapse(), "p", gender="female", birthDate="1996-02-01")
    answer = evaluate([*without(chart, "testes"), *tests])
    assert ("D-PREG" in answer.requests()) == asked
    assert answer.blina == "EVAL"


def test_a_positive_pregnancy_test_warns():
    """P-20 T."""
    chart = changed(adult_in_relapse(), "p", gender="female", birthDate="1996-02-01")
    answer = evaluate([*without(chart, "testes"), pregnancy("2026-06-10", "10828004")])
    for option in (BLINA, INO, "car-t"):
        assert "P-20" in answer.precautions(option)


@pytest.mark.parametrize(("birth", "asked"), [("1970-06-15", False), ("1970-06-16", True)])
def test_pregnancy_is_asked_up_to_fifty_five(birth, asked):
    """A woman of 56 and one of 55."""
    chart = changed(adult_in_relapse(), "p", gender="female", birthDate=birth)
    assert ("D-PREG" in evaluate(without(chart, "testes")).requests()) == asked


def test_men_are_not_asked():
    """P-20 is about women."""
    assert "D-PREG" not in evaluate(adult_in_relapse()).requests()


def in_second_remission(score):
    """Adult of 42 in CR2 with MRD negative: HS-02."""
    chart = changed(child_in_second_remission(), "p", birthDate="1984-02-01")
    return [*chart, not_detected(), *([ecog(score)] if score is not None else [])]


@pytest.mark.parametrize(
    ("score", "strength"), [(None, "EVAL"), (0, "EVAL"), (2, "EVAL"), (3, "CONS"), (4, "CONS")]
)
def test_fitness_caps_transplant(score, strength):
    """ECOG 3 is documented unfit: cap; not recorded: D-FIT only (POL-34)."""
    answer = evaluate(in_second_remission(score))
    assert answer.hsct == strength
    assert ("D-FIT" in answer.requests()) == (score is None)


@pytest.mark.parametrize("missing", [("hbsag", "anti-hbc"), ("hcv",), ("hiv",), ("igg",)])
def test_a_missing_viral_screen_is_asked_for(missing):
    """P-21: D-VIRAL does not gate CAR-T."""
    answer = evaluate(without(adult_in_relapse(), *missing))
    assert answer.car_t == "EVAL"
    assert "D-VIRAL" in answer.requests("car-t")


@pytest.mark.parametrize(
    ("clinical", "capped"), [("active", True), ("resolved", False), ("inactive", False)]
)
def test_bacteraemia(clinical, capped):
    """V25, P-12: only an active infection."""
    sepsis = condition(
        "sepsis",
        concept("Escherichia coli bacteremia", (ICD10CM, "A41.51")),
        "2026-06-12",
        clinical,
    )
    answer = evaluate([*adult_in_relapse(), sepsis])
    assert answer.car_t == ("CONS" if capped else "EVAL")
    assert (answer.blina, answer.ino) == ("EVAL", "EVAL")
    for option in (BLINA, INO, "car-t"):
        assert ("P-12" in answer.precautions(option)) == capped


def vod(clinical="resolved"):
    code = concept(None, (ICD10CM, "K76.5"), (SNOMED, "65617004"))
    return condition("vod", code, "2025-12-01", clinical)


def test_prior_vod():
    """P-04: cap in the US, block in Europe."""
    assert evaluate([*adult_in_relapse(), vod()]).ino == "CONS"
    assert "P-04" in evaluate([*adult_in_relapse(), vod()]).precautions(INO)
    assert evaluate([*adult_in_relapse(), vod()], jurisdiction="EU").ino == "NOT"


@pytest.mark.parametrize("clinical", ["active", "resolved"])
def test_gvhd_caps_car_t_only_when_active(clinical):
    """P-13: chronic GVHD after an allogeneic transplant."""
    gvhd = condition("gvhd", concept(None, (ICD10CM, "D89.811")), "2026-02-01", clinical)
    chart = [*adult_in_relapse(), procedure("hsct", ALLOGENEIC, "2025-11-01"), gvhd]
    answer = evaluate(chart)
    if clinical == "resolved":
        assert "P-13" not in answer.precautions("car-t")
        assert answer.car_t == "EVAL"


def test_seizure_history():
    """P-10: epilepsy warns, strength stays."""
    epilepsy = condition("epilepsy", concept("Epilepsy", (ICD10CM, "G40.909")), "2020")
    answer = evaluate([*adult_in_relapse(), epilepsy])
    assert (answer.blina, answer.car_t) == ("EVAL", "EVAL")
    assert "P-10" in answer.precautions(BLINA)
    assert "P-10" in answer.precautions("car-t")


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "high", "very"),
    [
        ("35050-4", 10.0, "10*3/uL", False, False),
        ("35050-4", 10.1, "10*3/uL", True, False),
        ("35050-4", 15.0, "10*3/uL", True, True),
        ("35050-4", 16000, "/uL", True, True),
    ],
)
def test_blood_blasts(loinc, value, unit, high, very):
    """P-15 above 10, P-14 from 15 ×10⁹/L."""
    chart = [
        *without(adult_in_relapse(), "blood-blasts", "white-cells"),
        blood("white-cells", "6690-2", 40, "10*3/uL", 10),
        blood("blood-blasts", loinc, value, unit, None),
    ]
    answer = evaluate(chart)
    assert ("P-15" in answer.precautions(INO)) == high
    assert ("P-14" in answer.precautions(BLINA)) == very


@pytest.mark.parametrize(("value", "warned"), [(49, False), (50, True)])
def test_marrow_burden(value, warned):
    """P-14 from 50 % of the newest marrow."""
    chart = changed(adult_in_relapse(), "blasts", valueQuantity=percent(value))
    assert ("P-14" in evaluate(chart).precautions(BLINA)) == warned


def test_burden_in_remission_is_not_that_of_the_relapse():
    """V12: CR2, the relapse marrow of 62 % raises no P-14."""
    answer = evaluate([*child_in_second_remission(), not_detected()])
    assert "P-14" not in answer.precautions(BLINA)


def test_qt_drug_still_running():
    """P-08: dasatinib active at T0; a stopped one does not count."""
    running = order("tki", "dasatinib", "2025-08-10")
    assert "P-08" in evaluate(ph_positive(running)).precautions(INO)
    gone = stopped("dasatinib", "Relapse of leukemia while on treatment")
    assert "P-08" not in evaluate(ph_positive(gone)).precautions(INO)


def test_age_above_sixty_five():
    """P-19: over 65."""
    old = changed(adult_in_relapse(), "p", birthDate="1960-06-15")
    assert "P-19" in evaluate(old).precautions(INO)
    young = changed(adult_in_relapse(), "p", birthDate="1960-06-16")
    assert "P-19" not in evaluate(young).precautions(INO)


def test_an_age_limit_that_will_be_crossed_soon():
    """P-25: brexu NOT(age), 18 within 90 days: the date is in its reason."""
    chart = changed(adult_in_relapse(), "p", birthDate="2008-08-01")
    options = evaluate(chart).options["car-t"]
    brexu = next(p for p in options["products"] if p["product"].startswith("brexu"))
    assert brexu["strength"] == "NOT"
    assert "2026-08-01" in brexu["reason"]


def test_cranial_irradiation_is_only_a_note():
    """P-31: earlier cranial radiotherapy, blinatumomab stays EVAL."""
    radiation = procedure("rt", concept("Cranial irradiation", (SNOMED, "108290001")), "2025-10-01")
    assert evaluate([*adult_in_relapse(), radiation]).blina == "EVAL"


def test_history_unknown_when_no_treatment_is_recorded():
    """E-26: relapse with no treatment at all in the feed: D-PRIOR, P-16 not raised as fact."""
    chart = without(adult_in_relapse(), "front-line", "vincristine")
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert "D-PRIOR" in answer.requests()


def test_cns_leukaemia_is_no_neurological_comorbidity():
    """Encoding 8.3: 722795004 active gives P-11, not P-10."""
    meningeal = condition("cns-code", concept(None, (SNOMED, "722795004")), "2026-06-08")
    answer = evaluate([*without(adult_in_relapse(), "cns"), meningeal])
    assert "P-10" not in answer.precautions(BLINA)
    assert "P-11" in answer.precautions(BLINA)
    assert answer.blina == "CONS"


def test_remission_after_blinatumomab_second_relapse():
    """V22: CD19 sample before the last dose; second relapse on new CD22."""
    chart = [
        patient("1991-01-01"),
        *[r for r in adult_in_relapse() if r["id"] not in {"p", "cd19"}],
    ]
    chart = changed(chart, "leukaemia", onsetDateTime="2024-01-05")
    chart = changed(chart, "front-line", period={"start": "2024-01-07", "end": "2025-11-01"})
    chart = changed(chart, "vincristine", effectiveDateTime="2024-01-07")
    chart = changed(chart, "cr1", effectiveDateTime="2024-02-20")
    chart = [
        *chart,
        marrow("first", 70, "2026-02-01"),
        dose("blina", "blinatumomab", "2026-04-03", "2026-04-30"),
        remission("cr2", "2026-05-05"),
        cd19("cd19", "2026-04-01"),
    ]
    answer = evaluate(chart)
    assert answer.disease == ("ACTIVE_RR", 2, None)
    assert (answer.blina, answer.ino, answer.hsct) == ("CAD", "EVAL", "CONS")
    assert answer.products == {"tisag": "NOT", "brexu": "CAD", "obeca": "CAD"}
    assert "P-16" in answer.precautions(BLINA)
    assert "D-CD19" in answer.requests(BLINA)

"""Therapies: what the labels, the history and the precautions make of a chart."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    ICD10CM,
    LOINC,
    SNOMED,
    adult_in_first_remission,
    adult_in_relapse,
    bcr_abl1,
    blood,
    cd19,
    cd22,
    changed,
    child_in_second_remission,
    concept,
    condition,
    dose,
    ecog,
    evaluate,
    marrow,
    mrd,
    not_detected,
    observation,
    order,
    patient,
    percent,
    plan,
    procedure,
    quantity,
    remission,
    without,
)

INO = "inotuzumab-ozogamicin"
BLINA = "blinatumomab"
HSCT = "allogeneic-hsct"


# --- Europe ---------------------------------------------------------------------------------------


def test_adult_first_relapse_in_europe():
    """V04 under EU labels: Ph-negative adult of 42."""
    answer = evaluate(adult_in_relapse(), jurisdiction="EU")
    assert (answer.blina, answer.ino, answer.hsct) == ("EVAL", "EVAL", "CONS")
    assert answer.products == {"tisag": "NOT", "brexu": "EVAL", "obeca": "EVAL"}


def test_unknown_ph_gates_in_europe_only():
    """BCR::ABL1 never tested: BLIN and INO wait in Europe (D-PH), not in the US (V20)."""
    chart = without(adult_in_relapse(), "bcr-abl1")
    europe = evaluate(chart, jurisdiction="EU")
    assert (europe.blina, europe.ino) == ("CAD", "CAD")
    assert "D-PH" in europe.requests(BLINA)
    states = evaluate(chart)
    assert (states.blina, states.ino) == ("EVAL", "EVAL")
    assert "D-PH" in states.requests()


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


def test_ph_positive_relapse_on_imatinib_in_europe():
    """V19: one TKI failed: INO EVAL, BLIN NOT."""
    failed = stopped("imatinib", "Relapse of leukemia while on treatment")
    answer = evaluate(ph_positive(failed), jurisdiction="EU")
    assert (answer.blina, answer.ino) == ("NOT", "EVAL")
    assert "P-33" in answer.precautions("car-t")
    assert "D-KD" in answer.requests()


def test_intolerance_is_no_failure_in_europe():
    """Imatinib stopped for intolerance: no TKI failed, inotuzumab not EVAL (IN-02)."""
    answer = evaluate(
        ph_positive(stopped("imatinib", "Intolerance: severe edema")), jurisdiction="EU"
    )
    assert answer.ino in {"NOT", "CAD"}
    assert answer.blina == "NOT"


def test_no_tki_at_all_in_europe():
    """Ph-positive, chemotherapy recorded but no TKI: none was given (encoding 11.1)."""
    answer = evaluate(ph_positive(), jurisdiction="EU")
    assert (answer.blina, answer.ino) == ("NOT", "NOT")


def test_ph_positive_in_the_us():
    """V18: BLIN and INO EVAL, TKI line, D-KD."""
    failed = stopped("imatinib", "Relapse of leukemia while on treatment")
    answer = evaluate(ph_positive(failed))
    assert (answer.blina, answer.ino, answer.car_t) == ("EVAL", "EVAL", "EVAL")
    assert answer.state["ph"] == "T"
    assert "D-KD" in answer.requests()


def t315i(day, found):
    text = (
        "ABL1 p.Thr315Ile (T315I) detected" if found else "No ABL1 kinase domain mutation detected"
    )
    return observation("kinase-domain", concept(None, (LOINC, "55135-8")), day, valueString=text)


@pytest.mark.parametrize(("day", "asked"), [("2025-08-01", True), ("2026-06-08", False)])
@pytest.mark.parametrize("found", [True, False])
def test_kinase_domain_result_from_diagnosis_does_not_count(day, asked, found):
    """STALE-09: T315I is valid on a specimen of this relapse only."""
    failed = stopped("imatinib", "Relapse of leukemia while on treatment")
    answer = evaluate(ph_positive(failed, t315i(day, found)))
    assert ("D-KD" in answer.requests()) == asked


def test_mrd_in_europe_needs_ph_negative():
    """BL-07: adult CR1 with MRD 0.3 %, Ph-positive: NOT in Europe; Ph unknown: CAD."""
    chart = [*without(adult_in_first_remission(), "bcr-abl1"), mrd(valueQuantity=percent(0.3))]
    positive = [*chart, bcr_abl1("b", "2026-03-02", found=True)]
    assert evaluate(positive, jurisdiction="EU").blina == "NOT"
    assert evaluate(positive).blina == "EVAL"
    unknown = evaluate(chart, jurisdiction="EU")
    assert unknown.blina == "CAD"
    assert "D-PH" in unknown.requests(BLINA)


def child_with_second_line(*more):
    chart = changed(adult_in_relapse(), "p", birthDate="2014-02-01")
    return [*chart, *more]


def test_child_in_first_relapse_in_europe():
    """BL-08: first relapse, one prior line, not refractory: BLIN NOT; INO is for adults."""
    answer = evaluate(child_with_second_line(), jurisdiction="EU")
    assert (answer.blina, answer.ino, answer.car_t) == ("NOT", "NOT", "NOT")


def test_child_relapsed_after_transplant_in_europe():
    """BL-08, CA-02: relapse later than an allogeneic transplant."""
    hsct = procedure("hsct", ALLOGENEIC, "2025-10-20")
    answer = evaluate(child_with_second_line(hsct), jurisdiction="EU")
    assert answer.blina == "EVAL"
    assert answer.products["tisag"] == "EVAL"
    states = evaluate(child_with_second_line(hsct))
    assert states.products["tisag"] == "CONS"


@pytest.mark.parametrize(
    ("result", "strength"),
    [
        (mrd(valueQuantity=percent(0.01)), "EVAL"),
        (mrd(valueQuantity=percent(0.005)), "CONS"),
        (not_detected(), "CONS"),
        (not_detected(limit=None), "CONS"),
    ],
    ids=["0.01 %", "0.005 %", "negative", "no sensitivity"],
)
def test_high_risk_child_in_second_remission_in_europe(result, strength):
    """BL-09: S3 first relapse, Ph-negative, CR2."""
    answer = evaluate([*child_in_second_remission(), result], jurisdiction="EU")
    assert answer.blina == strength
    assert answer.hsct == "EVAL"


# --- consolidation in CR2 (US) --------------------------------------------------------------------


def test_ph_unknown_gates_the_consolidation_row():
    """V30c: BL-13 with Ph unknown: CAD, D-PH."""
    answer = evaluate([*without(child_in_second_remission(), "bcr-abl1"), not_detected()])
    assert answer.blina == "CAD"
    assert "D-PH" in answer.requests(BLINA)


def test_ph_positive_has_no_consolidation_row():
    """BL-13 needs Ph-negative; MRD negative: NOT."""
    chart = without(child_in_second_remission(), "bcr-abl1")
    answer = evaluate([*chart, bcr_abl1("b", "2025-12-20", found=True), not_detected()])
    assert answer.blina == "NOT"


@pytest.mark.parametrize(("sample", "strength"), [("2025-12-17", "CONS"), ("2025-12-16", "CAD")])
def test_cd19_in_remission_lasts_180_days(sample, strength):
    """STALE-06: 180 or 181 days old, in the window of the relapse."""
    chart = changed(child_in_second_remission(), "cd19", effectiveDateTime=sample)
    answer = evaluate([*chart, not_detected()])
    assert answer.blina == strength
    assert ("D-CD19" in answer.requests(BLINA)) == (strength == "CAD")


# --- antigens and earlier antibodies --------------------------------------------------------------


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


# --- safety ---------------------------------------------------------------------------------------


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

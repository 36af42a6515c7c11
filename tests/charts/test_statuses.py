"""Statuses: what is not final, not this year's truth or not done."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    LOINC,
    adult_in_first_remission,
    adult_in_relapse,
    cd19,
    cd22,
    changed,
    child_in_second_remission,
    concept,
    dose,
    evaluate,
    leukaemia,
    marrow,
    mrd,
    not_detected,
    order,
    percent,
    procedure,
    relapse_code,
    verification,
    without,
)

NEGATIVE = {"valueQuantity": percent(1), "says": "NEG"}


@pytest.mark.parametrize("status", ["registered", "preliminary", "unknown", None])
def test_a_result_that_is_not_final_is_unknown(status):
    """CD22 positive, but not final (rule 5)."""
    answer = evaluate(changed(adult_in_relapse(), "cd22", status=status))
    assert answer.ino == "CAD"
    assert "D-CD22" in answer.requests("inotuzumab-ozogamicin")
    if status is None:
        assert "Observation/cd22" in answer.unread


def test_a_preliminary_negative_does_not_rule_out():
    """CD22 negative, but preliminary: unknown, not NOT."""
    chart = [
        *without(adult_in_relapse(), "cd22"),
        cd22("cd22", "2026-06-08", status="preliminary", **NEGATIVE),
    ]
    assert evaluate(chart).ino == "CAD"


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_cancelled_negative_makes_no_conflict(status):
    """A CD22 negative of the next day was cancelled."""
    chart = [*adult_in_relapse(), cd22("cd22-b", "2026-06-09", status=status, **NEGATIVE)]
    answer = evaluate(chart)
    assert answer.ino == "EVAL"
    assert "conflict" not in answer.topics
    assert ("Observation/cd22-b" in answer.unread) == (status == "entered-in-error")


@pytest.mark.parametrize("status", ["amended", "corrected"])
def test_a_corrected_result_replaces_the_earlier_one(status):
    """CD22 of the same specimen first positive, then corrected to negative (rule 6)."""
    chart = [
        *adult_in_relapse(),
        cd22("cd22-b", "2026-06-08", status=status, sample="relapse-marrow", **NEGATIVE),
    ]
    answer = evaluate(chart)
    assert answer.ino == "NOT"
    assert "conflict" not in answer.topics


def test_a_marrow_amended_down_is_no_relapse():
    """CR1; a marrow of 40 % was corrected to 2 % under the same accession number."""
    number = [{"system": "https://lab.example.org/accession", "value": "M-1"}]
    chart = [
        *adult_in_first_remission(),
        marrow("first", 40, "2026-06-08", identifier=number),
        marrow("second", 2, "2026-06-08", identifier=number, status="corrected"),
    ]
    assert evaluate(chart).disease == ("CR", 0, 1)


def test_a_result_on_a_report_in_error_is_unknown():
    """The marrow report is entered in error, its result still says final (rule 6)."""
    report = {
        "resourceType": "DiagnosticReport",
        "id": "report",
        "status": "entered-in-error",
        "subject": {"reference": "Patient/p"},
        "code": concept("Bone marrow aspiration report", (LOINC, "48807-2")),
        "result": [{"reference": "Observation/wrong"}],
    }
    chart = [*adult_in_first_remission(), marrow("wrong", 60, "2026-06-08"), report]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 0, 1)
    assert "Observation/wrong" in answer.unread


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_refuted_relapse_is_no_relapse(status):
    """CR1; a relapse code with onset that was refuted."""
    chart = [
        *adult_in_first_remission(),
        relapse_code(onset="2026-06-01", verificationStatus=verification(status)),
    ]
    assert evaluate(chart).disease == ("CR", 0, 1)


@pytest.mark.parametrize("status", ["provisional", "differential", "unconfirmed"])
def test_an_unconfirmed_leukaemia_gives_no_card(status):
    """ "Rule out ALL" and blasts in the marrow, nothing confirmed (G-01, POL-22)."""
    chart = changed(adult_in_relapse(), "leukaemia", verificationStatus=verification(status))
    chart = without(chart, "cr1")
    assert evaluate(chart).topics == []


@pytest.mark.parametrize("status", ["not-done", "preparation", "entered-in-error"])
def test_a_transplant_that_did_not_happen_is_none(status):
    """An allogeneic transplant planned in CR2 that was not done."""
    chart = [
        *child_in_second_remission(),
        not_detected(),
        procedure("hsct", ALLOGENEIC, "2026-05-10", status=status),
    ]
    answer = evaluate(chart)
    assert (answer.blina, answer.hsct) == ("CONS", "EVAL")


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "cancelled"},
        {"intent": "plan"},
        {"intent": "proposal"},
        {"doNotPerform": True},
    ],
    ids=lambda more: next(iter(more)) + "=" + str(next(iter(more.values()))),
)
def test_an_order_that_is_no_treatment_leaves_the_antigen_alone(more):
    """Blinatumomab drafted after the CD19 sample: not given (rule 32)."""
    status = more.get("status", "active")
    rest = {name: value for name, value in more.items() if name != "status"}
    chart = [
        *adult_in_relapse(),
        order("blina", "blinatumomab", "2026-06-12", status, **rest),
    ]
    answer = evaluate(chart)
    assert answer.blina == "EVAL"
    assert "P-16" not in answer.precautions("blinatumomab")


@pytest.mark.parametrize("status", ["not-done", "entered-in-error"])
def test_a_dose_not_given_is_no_therapy(status):
    """A blinatumomab administration of 2026-06-12 that did not take place."""
    chart = [*adult_in_relapse(), dose("blina", "blinatumomab", "2026-06-12", status=status)]
    assert evaluate(chart).blina == "EVAL"


@pytest.mark.parametrize("status", ["completed", "stopped"])
def test_an_infused_antibody_that_was_ordered_was_perhaps_given(status):
    """A finished blinatumomab order after the CD19 sample, no administration (rule 32)."""
    chart = [*adult_in_relapse(), order("blina", "blinatumomab", "2026-06-12", status)]
    answer = evaluate(chart)
    assert answer.blina == "CAD"
    assert answer.car_t == "CAD"
    assert "D-CD19" in answer.requests("blinatumomab")


def test_a_condition_without_statuses_is_asserted():
    """Relapse code with onset, neither clinical nor verification status (rule 7)."""
    chart = [
        *adult_in_first_remission(),
        relapse_code(onset="2026-06-01", verificationStatus=None, clinical=None),
    ]
    assert evaluate(chart).disease == ("ACTIVE_RR", 1, None)


def test_a_relapse_status_on_the_problem_list_does_not_outweigh_a_newer_marrow():
    """The leading Condition is still set to relapse; CR2 was reached and a marrow is 1 %."""
    chart = changed(
        child_in_second_remission(),
        "leukaemia",
        clinicalStatus=concept(
            None, ("http://terminology.hl7.org/CodeSystem/condition-clinical", "relapse")
        ),
    )
    answer = evaluate([*chart, marrow("new", 1, "2026-06-05"), not_detected()])
    assert answer.disease == ("CR", 1, 2)
    assert answer.state["mrd"] == "NEG"


def test_a_remission_status_does_not_outweigh_the_relapse_marrow():
    """The leading Condition is still set to remission while the marrow holds 30 % blasts."""
    chart = changed(
        adult_in_relapse(),
        "leukaemia",
        clinicalStatus=concept(
            None, ("http://terminology.hl7.org/CodeSystem/condition-clinical", "remission")
        ),
    )
    assert evaluate(chart).disease == ("ACTIVE_RR", 1, None)


def test_an_unknown_modifier_extension_keeps_the_resource_out():
    """A modifierExtension nobody knows on the CD22 result (rule 8)."""
    extension = [{"url": "https://ehr.example.org/meaning", "valueBoolean": True}]
    answer = evaluate(changed(adult_in_relapse(), "cd22", modifierExtension=extension))
    assert answer.ino == "CAD"
    assert "Observation/cd22" in answer.unread


def test_a_preliminary_mrd_does_not_count_beside_a_final_one():
    """MRD 0.5 % preliminary, 0.03 % final on the same day."""
    chart = [
        *adult_in_first_remission(),
        mrd("a", valueQuantity=percent(0.5), status="preliminary"),
        mrd("b", valueQuantity=percent(0.03)),
    ]
    answer = evaluate(chart)
    assert answer.state["mrd"] == "POS"
    assert answer.blina == "NOT"


def test_preliminary_cd19_is_not_a_positive_fact_on_the_card():
    """A preliminary CD19 result: nothing says "CD19 positive" without saying preliminary."""
    chart = [
        *without(adult_in_relapse(), "cd19"),
        cd19("cd19", "2026-06-08", status="preliminary"),
    ]
    answer = evaluate(chart)
    assert answer.blina == "CAD"
    for line in answer.card("blinatumomab").splitlines():
        if "Observation/cd19" in line:
            assert "preliminary" in line


def test_provisional_second_diagnosis_does_not_stop_the_confirmed_one():
    """A provisional AML beside the confirmed B-ALL in relapse."""
    aml = leukaemia("2026-06-01", "91861009", verificationStatus=verification("provisional"))
    answer = evaluate([*adult_in_relapse(), aml | {"id": "aml"}])
    assert answer.blina == "EVAL"
    assert "conflict" not in answer.topics


def test_an_antibody_dose_of_unknown_status_voids_the_older_cd19():
    """Rule 32: blinatumomab on 2026-06-10 with status "unknown", CD19 of 2026-06-08: perhaps given.

    The sample is no longer proof (STALE-03): blinatumomab and CAR-T wait for CD19, and the dose is
    listed.
    """
    doubtful = dose("doubtful", "blinatumomab", "2026-06-10", status="unknown")
    answer = evaluate([*adult_in_relapse(), doubtful])
    assert answer.blina == "CAD"
    assert "D-CD19" in answer.requests("blinatumomab")
    assert "MedicationAdministration/doubtful" in answer.unread

"""What clinicians write as disease status: remission, relapse, and what is neither."""

import pytest

from tests.charts.records import (
    FLOW,
    SNOMED,
    adult_in_first_remission,
    adult_in_relapse,
    cd19,
    concept,
    evaluate,
    leukaemia,
    marrow,
    patient,
    plan,
    remission,
    without,
)

FULL_REMISSION = (SNOMED, "103338009")


def status(words, day="2026-06-05", *codings, **more):
    return remission("status", day) | {"valueCodeableConcept": concept(words, *codings)} | more


def reinduced(*more):
    """A man of 42, relapse of 2026-03-20, reinduced until 2026-05-20; no marrow since."""
    chart = without(adult_in_relapse(), "relapse-marrow", "blasts", "blasts-flow", "cd19", "cd22")
    return [
        *chart,
        marrow("then", 30, "2026-03-20"),
        marrow("then-flow", 30, "2026-03-20", FLOW),
        plan("reinduction", "Relapse reinduction", "2026-03-25", "2026-05-20"),
        cd19("cd19", "2026-03-20"),
        *more,
    ]


@pytest.mark.parametrize(
    "words",
    [
        "CR",
        "CCR",
        "Complete response",
        "Complete Response (CR)",
        "Complete remission with incomplete hematologic recovery (CRi)",
        "Complete remission with incomplete count recovery",
        "CR with incomplete platelet recovery",
        "Morphologic CR, MRD negative",
        "Complete remission (MRD positive)",
        "Continuous complete remission",
        "Remains in remission",
        "Remission",
        "Haematological remission",
        "Molecular remission",
        "Complete molecular response",
    ],
)
def test_words_of_complete_remission(words):
    assert evaluate(reinduced(status(words))).disease == ("CR", 1, 2)


@pytest.mark.parametrize("words", ["Complete response", "CCR", "Continuous complete remission"])
def test_words_that_say_what_the_code_says(words):
    answer = evaluate(reinduced(status(words, "2026-06-05", FULL_REMISSION)))
    assert answer.disease == ("CR", 1, 2)


@pytest.mark.parametrize(
    "words",
    [
        "Partial response",
        "Response",
        "First response",
        "Hematologic response",
        "Major molecular response",
        "Complete cytogenetic response",
        "No response",
        "CR pending",
        "CR?",
        "Complete remission not achieved",
        "Complete remission, now relapsed",
        "Not in remission",
        "Remission status unknown",
        "No evidence of disease",
    ],
)
def test_words_of_no_complete_remission(words):
    assert evaluate(reinduced(status(words))).disease == ("ACTIVE_RR", 1, None)


@pytest.mark.parametrize(
    "words",
    [
        "Relapse",
        "Relapsed disease",
        "In relapse",
        "First relapse",
        "Bone marrow relapse",
        "Recurrence",
    ],
)
def test_a_relapse_that_is_stated_only(words):
    """E-12: no criterion of a relapse, and not passed over: the marrow decides."""
    answer = evaluate([*adult_in_first_remission(), status(words)])
    assert answer.disease[0] == "POSSIBLE_RELAPSE"
    assert answer.topics == ["confirm-relapse"]
    assert answer.requests() == {"D-CONFIRM", "D-BM"}
    assert "stated on 2026-06-05" in answer.card("confirm-relapse")


@pytest.mark.parametrize(
    ("day", "state"),
    [("2026-04-13", "CR"), ("2026-04-14", "CR"), ("2026-04-15", "POSSIBLE_RELAPSE")],
    ids=["before the remission", "on its day", "a day later"],
)
def test_only_after_the_newest_evidence_of_remission(day, state):
    assert evaluate([*adult_in_first_remission(), status("Relapse", day)]).disease[0] == state


def test_a_later_remission_answers_it():
    clear = marrow("clear", 1, "2026-06-08")
    answer = evaluate([*adult_in_first_remission(), status("Relapse"), clear])
    assert answer.disease[0] == "CR"


def test_a_relapse_that_is_shown_needs_no_statement():
    stated = evaluate([*adult_in_relapse(), status("Relapse", "2026-06-09")])
    assert stated.disease == ("ACTIVE_RR", 1, None)
    assert stated.topics == evaluate(adult_in_relapse()).topics


def test_a_stated_relapse_without_any_remission_on_record():
    chart = [
        patient(),
        leukaemia("2024-01-10"),
        plan("front-line", "Front-line ALL chemotherapy", "2024-01-12", "2025-12-01"),
        status("Relapse"),
    ]
    assert evaluate(chart).topics == ["confirm-relapse"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": "preliminary"}, "not final"),
        ({"status": "entered-in-error"}, "withdrawn"),
        ({"effectiveDateTime": None}, "no day"),
    ],
)
def test_a_statement_that_does_not_count(more, why):
    stated = status("Relapse") | more
    kept = {name: value for name, value in stated.items() if value is not None}
    assert evaluate([*adult_in_first_remission(), kept]).disease[0] == "CR", why


@pytest.mark.parametrize(
    "words", ["No relapse", "Relapse ruled out", "Suspected relapse", "Relapse?"]
)
def test_words_that_take_a_relapse_back_or_leave_it_open(words):
    answer = evaluate([*adult_in_first_remission(), status(words)])
    assert answer.disease[0] == "CR"
    assert "disease status: value not understood" in answer.unread

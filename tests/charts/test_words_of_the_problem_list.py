"""What the words of a leukaemia entry say beside its code: phase, earlier treatment."""

import pytest

from tests.charts.records import (
    FLOW,
    ICD10CM,
    cd19,
    cd22,
    concept,
    condition,
    dose,
    evaluate,
    leukaemia,
    marrow,
    patient,
    plan,
    remission,
)

IN_RELAPSE, NOT_IN_REMISSION, IN_REMISSION = "C91.02", "C91.00", "C91.01"


def boy_in_remission(*more):
    """A boy of 14, CR1 2023-09-20, off treatment; what else is known stands on the problem list."""
    return [
        patient("2012-01-01"),
        leukaemia("2023-08-01"),
        plan("front-line", "Front-line ALL chemotherapy", "2023-08-05", "2026-02-01"),
        remission("cr1", "2023-09-20", "Complete remission, first (CR1)"),
        cd19("cd19", "2026-06-08"),
        cd22("cd22", "2026-06-08"),
        *more,
    ]


def entry(words, code):
    return condition("entry", concept(words, (ICD10CM, code)), "2026-06-05")


def reasons(answer):
    return [item["reason"] for item in answer.printed["unread"]]


@pytest.mark.parametrize("code", [IN_RELAPSE, NOT_IN_REMISSION])
@pytest.mark.parametrize(
    "words",
    [
        "Molecular relapse of ALL",
        "B-ALL with MRD relapse",
        "B-ALL, relapse (molecular)",
        "Minimal residual disease recurrence, B-ALL",
    ],
)
def test_a_molecular_relapse_is_no_relapse(words, code):
    """E-13: remission with residual disease; inotuzumab would be wrong."""
    answer = evaluate(boy_in_remission(entry(words, code)))
    assert answer.disease == ("CR", 0, 1)
    assert "molecular" in str(reasons(answer))


def test_a_molecular_relapse_in_a_coded_remission_contradicts_nothing():
    answer = evaluate(boy_in_remission(entry("B-ALL with MRD relapse", IN_REMISSION)))
    assert answer.disease == ("CR", 0, 1)
    assert reasons(answer) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Hx of relapsed B-ALL, in remission", IN_RELAPSE),
        ("H/o relapsed B-ALL", IN_RELAPSE),
        ("Relapsed B-ALL, in remission", IN_RELAPSE),
        ("B-ALL in CR2", IN_RELAPSE),
        ("ALL - refractory", IN_REMISSION),
        ("Primary induction failure B-ALL", IN_REMISSION),
        ("B-ALL, relapsed", IN_REMISSION),
    ],
)
def test_code_and_text_of_different_phases(words, code):
    """Neither holds; the remission of 2023 stands, and the entry is listed."""
    answer = evaluate(boy_in_remission(entry(words, code)))
    assert answer.disease == ("CR", 0, 1)
    assert len(reasons(answer)) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("History of ALL relapse", IN_REMISSION),
        ("History of ALL relapse", NOT_IN_REMISSION),
        ("Hx of relapsed B-ALL, in remission", IN_REMISSION),
        ("R/R B-ALL", IN_REMISSION),
    ],
)
def test_words_on_an_earlier_relapse_are_listed(words, code):
    """They would make the remission a second one, if they said when."""
    assert len(reasons(evaluate(boy_in_remission(entry(words, code))))) == 1


@pytest.mark.parametrize("words", ["ALL, failed remission", "B-ALL, failure to achieve remission"])
def test_a_remission_that_failed_is_none(words):
    chart = [
        item for item in boy_in_remission(entry(words, NOT_IN_REMISSION)) if item["id"] != "cr1"
    ]
    assert evaluate(chart).disease[0] != "CR"


@pytest.mark.parametrize("words", ["B-ALL relapse #2", "B-ALL relapse post alloHSCT"])
def test_words_alone_that_are_unmistakable(words):
    only_words = condition("entry", concept(words), "2026-06-05")
    assert evaluate(boy_in_remission(only_words)).disease[0] == "ACTIVE_RR"


@pytest.mark.parametrize(
    "words",
    [
        "B-ALL relapse post alloHSCT",
        "ALL in relapse after allogeneic stem cell transplant",
        "B-ALL, s/p allogeneic stem cell transplant, relapsed",
        "Relapsed ALL after matched sibling donor transplant",
    ],
)
def test_a_transplant_in_the_words_of_a_relapse(words):
    """HS2-03; the day of the relapse is not that of the transplant, which is asked for."""
    answer = evaluate(boy_in_remission(entry(words, IN_RELAPSE)))
    option = answer.options["allogeneic-hsct"]
    assert (option["strength"], "HS2-03" in option["rules"]) == ("NOT", True)
    assert "D-PRIOR" in answer.requests()
    assert answer.products["tisag"] != "NOT"  # CA-02: relapsed after transplant


@pytest.mark.parametrize("words", ["Relapsed ALL post BMT", "ALL relapse after transplant"])
def test_a_transplant_of_unknown_donor(words):
    assert "D-PRIOR" in evaluate(boy_in_remission(entry(words, IN_RELAPSE))).requests()


@pytest.mark.parametrize(
    "words", ["ALL relapse awaiting transplant", "Relapsed ALL, transplant candidate"]
)
def test_a_transplant_to_come_is_none(words):
    answer = evaluate(boy_in_remission(entry(words, IN_RELAPSE)))
    assert "HS-11" in answer.options["allogeneic-hsct"]["rules"]


def test_a_transplant_in_the_words_of_a_relapse_that_has_remitted():
    """HS2-04: it is not dated by the relapse, after which it would end every question."""
    relapse = [
        entry("B-ALL, s/p allogeneic stem cell transplant, relapsed", IN_RELAPSE),
        marrow("blasts", 40, "2026-06-05"),
        marrow("blasts-flow", 40, "2026-06-05", FLOW),
        plan("again", "Relapse reinduction", "2026-06-08", "2026-07-20"),
        remission("cr2", "2026-07-25", "Complete remission, second (CR2)"),
    ]
    answer = evaluate(boy_in_remission(*relapse), "2026-08-10")
    assert answer.disease == ("CR", 1, 2)
    assert answer.hsct == "CONS"
    assert "HS2-04" in answer.options["allogeneic-hsct"]["rules"]


@pytest.mark.parametrize(
    ("words", "drug"),
    [
        ("Relapsed B-ALL after blinatumomab", "blinatumomab"),
        ("B-ALL relapse, currently on Blincyto", "blinatumomab"),
        ("B-ALL in relapse, refractory to inotuzumab", "inotuzumab ozogamicin"),
        ("Relapsed B-ALL, s/p 2 cycles of Besponsa", "inotuzumab ozogamicin"),
    ],
)
def test_an_antibody_in_words_is_listed_unless_it_is_recorded(words, drug):
    listed = f"words on {drug}"
    chart = boy_in_remission(entry(words, IN_RELAPSE))
    assert listed in str(reasons(evaluate(chart)))
    assert listed not in str(reasons(evaluate([*chart, dose("dose", drug, "2026-05-01")])))


@pytest.mark.parametrize(
    "words",
    ["Relapsed B-ALL, never received blinatumomab", "Relapsed B-ALL, candidate for inotuzumab"],
)
def test_an_antibody_that_was_not_given_is_not_listed(words):
    assert reasons(evaluate(boy_in_remission(entry(words, IN_RELAPSE)))) == []

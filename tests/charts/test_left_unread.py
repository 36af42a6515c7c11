"""What bears on the disease and cannot be read is listed: wrong JSON types, other languages, names
that leave open what was measured or done (mapping rules 16, 24, 29, 36).
"""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    INTERPRETATION,
    SNOMED,
    Resource,
    adult_in_first_remission,
    adult_in_relapse,
    child_in_second_remission,
    concept,
    condition,
    evaluate,
    observation,
    percent,
    procedure,
)

DAY = "2026-06-12"


def _coded(code: object) -> Resource:
    return {"coding": [{"system": SNOMED, "code": code}]}


@pytest.mark.parametrize(
    "code",
    [_coded(91861009), _coded(["91861009"]), {"coding": ["91861009"]}, "91861009", 91861009, [1]],
    ids=repr,
)
@pytest.mark.parametrize("kind", ["Condition", "Observation", "Procedure"])
def test_a_code_of_the_wrong_type_is_listed(kind: str, code: object) -> None:
    made = {
        "Condition": lambda: condition("odd", {}, DAY) | {"code": code},
        "Observation": lambda: observation("odd", {}, DAY) | {"code": code},
        "Procedure": lambda: procedure("odd", {}, DAY) | {"code": code},
    }[kind]()
    answer = evaluate([*adult_in_relapse(), made])
    assert [item["reference"] for item in answer.printed["unread"]] == [f"{kind}/odd"]


def test_a_missing_code_and_another_patients_are_not_listed_as_wrong() -> None:
    missing = condition("missing", {}, DAY) | {"code": None}
    other = condition("other", _coded(1), DAY) | {"subject": {"reference": "Patient/else"}}
    assert "wrong JSON type" not in evaluate([*adult_in_relapse(), missing, other]).unread


@pytest.mark.parametrize(
    "name",
    ["Blasten im Knochenmark", "Knochenmarkblasten %", "Blastes médullaires", "Blastos en médula"],
)
def test_blasts_in_another_language_are_listed(name: str) -> None:
    found = observation("blasts-abroad", concept(name), DAY, valueQuantity=percent(62))
    answer = evaluate([*child_in_second_remission(), found])
    assert "Observation/blasts-abroad" in answer.unread


@pytest.mark.parametrize(
    "name", ["Erythroblasten", "Myéloblastes", "Eritroblastos", "Fibroblasten"]
)
def test_other_cells_in_another_language_are_silent(name: str) -> None:
    found = observation("cells", concept(name), DAY, valueQuantity=percent(2))
    assert "cells" not in evaluate([*child_in_second_remission(), found]).unread


@pytest.mark.parametrize(
    "name",
    [
        "Maladie résiduelle minimale",
        "Enfermedad mínima residual",
        "Minimale Resterkrankung",
        "Minimale restziekte",
        "Malattia minima residua",
    ],
)
def test_residual_disease_in_another_language_is_listed(name: str) -> None:
    found = observation("abroad", concept(name), DAY, valueQuantity=percent(0.3))
    assert "Observation/abroad" in evaluate([*adult_in_first_remission(), found]).unread


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Allogene Stammzelltransplantation", True),
        ("Allogreffe de CSH", True),
        ("Trasplante alogénico de progenitores", True),
        ("Lebertransplantation", False),
        ("Greffe de cornée", False),
    ],
)
def test_a_transplant_in_another_language_is_listed(name: str, listed: bool) -> None:
    done = procedure("graft", concept(name), "2025-12-12")
    assert ("Procedure/graft" in evaluate([*adult_in_relapse(), done]).unread) is listed


@pytest.mark.parametrize(
    "name",
    ["CD19", "CD19 expression", "CD19 (flow, marrow)", "CD19 antigen", "CD19 auf Leukämiezellen"],
)
def test_an_antigen_without_its_cells_is_listed_where_a_word_answers(name: str) -> None:
    found = observation("antigen", concept(name), DAY, valueString="negative")
    flagged = observation(
        "antigen",
        concept(name),
        DAY,
        valueQuantity=percent(1),
        interpretation=[concept(None, (INTERPRETATION, "NEG"))],
    )
    for result in (found, flagged):
        assert "Observation/antigen" in evaluate([*adult_in_relapse(), result]).unread


@pytest.mark.parametrize("name", ["CD19", "CD19 cells", "CD19+ B cells", "CD3-CD19+ %"])
def test_a_count_of_b_cells_is_silent(name: str) -> None:
    found = observation("count", concept(name), DAY, valueQuantity=percent(2))
    assert "count" not in evaluate([*adult_in_relapse(), found]).unread


@pytest.mark.parametrize(
    "words",
    ["planned", "not performed", "cancelled", "declined", "discussed", "(patient is donor)", "?"],
)
def test_words_that_leave_a_procedure_open_claim_nothing(words: str) -> None:
    graft = procedure("open", concept(f"Allogeneic stem cell transplant {words}"), "2025-12-12")
    answer = evaluate([*adult_in_relapse(), graft])
    assert "Procedure/open" in answer.unread
    assert answer.hsct == "CAD"
    assert "D-PRIOR" in answer.requests("allogeneic-hsct")

    cells = procedure("open", concept(f"CAR-T cell infusion {words}"), "2025-12-12")
    assert "Procedure/open" in evaluate([*adult_in_relapse(), cells]).unread


def test_a_transplant_that_was_done_is_one() -> None:
    answer = evaluate([*adult_in_relapse(), procedure("graft", ALLOGENEIC, "2025-12-12")])
    assert answer.hsct == "NOT"
    assert "Procedure/graft" not in answer.unread


@pytest.mark.parametrize(
    "words",
    ["Z. n. allogener Stammzelltransplantation", "État après allogreffe de moelle osseuse"],
)
def test_an_earlier_transplant_in_another_language_is_listed(words: str) -> None:
    state = condition("state", concept(words), "2025-12-12")
    assert "Condition/state" in evaluate([*adult_in_relapse(), state]).unread


@pytest.mark.parametrize("words", ["Bone marrow transplant status", "Z. n. Lebertransplantation"])
def test_a_state_that_is_read_or_of_another_organ_is_not_listed(words: str) -> None:
    state = condition("state", concept(words), "2025-12-12")
    assert "language" not in evaluate([*adult_in_relapse(), state]).unread

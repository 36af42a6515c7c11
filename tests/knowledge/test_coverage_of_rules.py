"""Every rule has a case that holds the service to it."""

from __future__ import annotations

import pytest

from scripts.make_knowledge import ROOT
from service.knowledge.card_rules import CARD_RULES
from service.knowledge.content import FAMILIES, all_rules, family_of
from tests.knowledge.exercised import by_cases, by_unit_tests, named_in

CLINICAL = "G REL STALE CONF AG BL IN CA HS HS2 DLI CX MR DATA".split()
CASES = by_cases()
UNIT_TESTS = by_unit_tests()
CARD_TESTS = UNIT_TESTS.union(
    *(by_unit_tests(ROOT / "tests" / folder) for folder in ("hooks", "knowledge"))
)


@pytest.mark.parametrize("family", CLINICAL)
def test_every_rule_has_a_clinical_case(family: str) -> None:
    """A record in FHIR whose answer depends on the rule; a unit test alone is not enough."""
    ids = {id for id in all_rules() if family_of(id) == family}
    assert ids, f"no rule {family}- is registered"
    missing = sorted(ids - CASES)
    assert not missing, f"no clinical case in tests/cases expects {', '.join(missing)}"


@pytest.mark.parametrize("family", ["P", "D"])
def test_every_precaution_and_data_request_has_a_clinical_case(family: str) -> None:
    missing = sorted({id for id in all_rules() if family_of(id) == family} - CASES)
    assert not missing, f"no clinical case in tests/cases expects {', '.join(missing)}"


def test_every_rule_of_cards_is_exercised() -> None:
    missing = sorted(set(CARD_RULES) - CARD_TESTS)
    assert not missing, f"neither tests/hooks nor tests/knowledge exercises {', '.join(missing)}"


def test_cases_name_no_rule_that_does_not_exist() -> None:
    unknown = sorted(id for id in CASES - set(all_rules()) if not id.startswith("POL-"))
    assert not unknown


def test_no_family_is_left_out() -> None:
    assert {family_of(id) for id in all_rules()} <= set(FAMILIES)
    assert set(CLINICAL) <= set(FAMILIES)


def test_ids_are_read_from_tests_and_not_from_comments() -> None:
    source = '''"""About BL-01."""
# BL-02
from x import y
TABLE = [("BL-03", 1)]
def test_HS2_04_date_unknown():
    """CA-03b and REL-16."""
    assert "CX-12" in y  # BL-05
def test_BL_13():
    pass
'''
    assert named_in(source) == {"BL-03", "HS2-04", "CA-03b", "REL-16", "CX-12", "BL-13"}

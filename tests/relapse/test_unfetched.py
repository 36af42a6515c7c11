"""A patient with ALL of whom nothing else is said, while a part of the record could not be had.

Where that part may show a relapse an empty list would say that there is none (CDS Hooks C-078,
C-081).
"""

from __future__ import annotations

import pytest

from relapse.facts import NOT_FETCHED, TREATMENT_SECTIONS, Lineage, Section
from relapse.logic import Tri
from tests.relapse.patients import (
    RELAPSE,
    Story,
    adult_first_relapse,
    adult_second_remission,
    child,
    first_remission,
    person,
)

SHOWING = (Section.RESULTS, Section.CONDITIONS)
OTHERS = tuple(section for section in Section if section not in SHOWING)


def new_disease() -> Story:
    return child().diagnosed("2026-03-05").front_line("2026-03-06")


QUIET = {
    "first-line treatment": new_disease(),
    "first remission": first_remission(),
    "lineage unknown": child()
    .diagnosed("2026-03-05", lineage=Lineage.UNKNOWN, precursor=Tri.UNKNOWN)
    .remission("2026-04-05", 1),
}


@pytest.mark.parametrize("section", SHOWING, ids=lambda section: section.name)
@pytest.mark.parametrize("story", QUIET.values(), ids=QUIET)
def test_quiet_record_with_results_or_conditions_missing(story: Story, section: Section) -> None:
    assert story.ask().cards == set()
    answer = story.lacking(section).ask()
    assert answer.cards == {"DATA"}
    (notice,) = answer.assessment.notices
    assert section.value in notice.summary
    assert "could not be fetched" in notice.summary
    assert answer.requests("DATA") == set()


@pytest.mark.parametrize("section", OTHERS, ids=lambda section: section.name)
@pytest.mark.parametrize("story", QUIET.values(), ids=QUIET)
def test_other_parts_show_no_relapse(story: Story, section: Section) -> None:
    """Medicines, procedures, plans and specimens do not; and a server that answers by category and
    code alone would raise the card at every visit.
    """
    assert story.lacking(section).ask().cards == set()


def test_what_was_not_found_is_unknown_and_not_excluded() -> None:
    assert new_disease().ask().ds == "NOT_RR"
    answer = new_disease().lacking(Section.RESULTS).ask()
    assert answer.ds == "UNKNOWN"
    assert answer.rule("G-07").state.value == "unknown"
    assert "could be fetched" in answer.assessment.state.text


@pytest.mark.parametrize(
    "story",
    [
        new_disease().died(True),
        person("2014-11-20"),
        child().diagnosed("2026-03-05", precursor=Tri.NOT_MET),
    ],
    ids=["deceased", "no ALL", "mature B"],
)
def test_nothing_is_said_where_nothing_would_be_with_all_there(story: Story) -> None:
    assert story.lacking(*Section).ask().cards == set()


@pytest.mark.parametrize(
    "story",
    [adult_first_relapse(), adult_second_remission(), new_disease().marrow(RELAPSE, 40)],
    ids=["relapse", "second remission", "state unknown"],
)
def test_cards_that_are_there_anyway_say_so_themselves(story: Story) -> None:
    answer = story.lacking(*Section).ask()
    assert answer.cards
    assert not any(notice.unknown for notice in answer.assessment.notices)
    assert any(
        "could not be fetched" in caveat.lower() for caveat in answer.assessment.state.caveats
    )


def test_a_part_is_not_named_beside_its_whole() -> None:
    caveats = " ".join(adult_first_relapse().lacking(*Section).ask().assessment.state.caveats)
    assert Section.RESULTS.value in caveats
    assert Section.SPECIMENS.value not in caveats
    caveats = " ".join(
        adult_first_relapse().lacking(Section.SPECIMENS).ask().assessment.state.caveats
    )
    assert Section.SPECIMENS.value in caveats
    assert Section.RESULTS.value not in caveats.replace(Section.SPECIMENS.value, "")


@pytest.mark.parametrize("section", TREATMENT_SECTIONS, ids=lambda section: section.name)
@pytest.mark.parametrize("option", ["BLIN", "INO", "CART", "HSCT"])
def test_E_26_treatment_that_could_not_be_had_is_asked_for(section: Section, option: str) -> None:
    """Earlier blinatumomab, inotuzumab, CAR-T or a transplant may stand there; the answer waits for
    it only where a rule asks.
    """
    whole = adult_first_relapse().ask()
    assert "D-PRIOR" not in whole.requests(option)
    answer = adult_first_relapse().lacking(section).ask()
    assert "D-PRIOR" in answer.requests(option)
    assert answer.strength(option) == whole.strength(option)
    (asked,) = [item for item in answer.option(option).requests if item.id == "D-PRIOR"]
    assert asked.gating is (option == "CART")
    assert asked.text.endswith(f": {NOT_FETCHED}")

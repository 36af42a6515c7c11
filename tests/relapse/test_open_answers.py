"""An unknown that cannot make an option weaker does not hold it back; what would make it stronger
is still asked for (clinical model 0.2, POL-15).
"""

from __future__ import annotations

from relapse.policy import Policy
from tests.relapse.patients import RELAPSE, adult_first_relapse, child_first_relapse

SITE = Policy(tisagenlecleucel_first_relapse=True)


def test_POL_15_response_to_reinduction_unknown() -> None:
    """Refractory would be within the label, not refractory is allowed by the site: either way
    tisagenlecleucel may be considered, and a marrow would decide which.
    """
    story = child_first_relapse(relapse="2026-04-10").reinduction("2026-04-12", "2026-05-20")
    story = story.cd19(RELAPSE)
    answer = story.ask(SITE)
    assert answer.product("tisa") == "CONS"
    assert "D-BM" in answer.requests("CART")
    assert story.ask().product("tisa") == "CAD"


def test_POL_15_response_and_CD19_unknown_wait() -> None:
    story = child_first_relapse(relapse="2026-04-10", but="cd19")
    answer = story.reinduction("2026-04-12", "2026-05-20").ask(SITE)
    assert answer.product("tisa") == "CAD"
    assert {"D-BM", "D-CD19"} <= answer.requests("CART")


def test_POL_15_adds_nothing_where_the_label_applies() -> None:
    answer = child_first_relapse(but="cd19").refractory("2026-06-10").ask(SITE)
    assert answer.gives("CA-01") == "CAD"
    assert not any("POL-15" in note for note in answer.option("CART").notes)
    assert answer.gives("POL-15") is None


def test_CA_06_the_date_of_remission_is_not_asked_for_where_it_decides_nothing() -> None:
    """Refractory adult: within label and trial population however long the remission lasted."""
    story = adult_first_relapse(relapse="2026-05-15", cr1="2025-05", eot="2026-04-20")
    assert "D-CRDATE" in story.ask().requests("CART")
    answer = story.refractory("2026-06-05").ask()
    assert answer.product("brexu") == "EVAL"
    assert "D-CRDATE" not in answer.requests("CART")

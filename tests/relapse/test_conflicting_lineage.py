"""Sources that disagree on lineage at a relapse: each card asks for the immunophenotype that
decides (CONF-01, G-05).
"""

from __future__ import annotations

from relapse.logic import Tri
from tests.relapse.patients import RELAPSE, adult_first_relapse


def test_CONF_01_the_conflict_card_asks_for_the_immunophenotype() -> None:
    """Coded as B-ALL, T cells by flow. Missing evidence of the gate is named as well."""
    story = adult_first_relapse(but="cd19 cd22").phenotype(RELAPSE, "CYCD3 CD7 TDT")
    answer = story.ask()
    assert answer.cards == {"CONFLICT", "DATA"}
    assert answer.requests("CONFLICT") == {"D-LINEAGE"}
    assert answer.requests("DATA") == {"D-LINEAGE"}
    gate = answer.rule("G-05")
    assert [c.state for c in gate.criteria] == [Tri.UNKNOWN]
    assert {id for c in gate.criteria for id in c.requests} == {"D-LINEAGE"}

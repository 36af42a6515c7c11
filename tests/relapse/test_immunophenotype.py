"""Lineage from the markers on leukaemic blasts, where the diagnosis is coded as ALL alone (E-02,
E-03, G-04 to G-06, G-08, CONF-01).
"""

from __future__ import annotations

import pytest

from relapse.facts import Diagnosis, Immunophenotype, Provenance
from tests.relapse.patients import RELAPSE, Answer, Story, adult_first_relapse


def unspecified() -> Story:
    """First relapse of a leukaemia coded as ALL without lineage."""
    return adult_first_relapse().without(Diagnosis).condition("2023-10-05", text="ALL")


def read(positive: str, negative: str = "") -> Answer:
    return unspecified().phenotype(RELAPSE, positive, negative).ask()


def sees(answer: Answer) -> str:
    """The lineage, and what a B lineage leads to: options, a question (G-08) or silence (G-04)."""
    lineage = answer.assessment.state.lineage
    if lineage != "B":
        return lineage
    if answer.applies("G-04"):
        return "mature B"
    return "B, precursor not known" if answer.applies("G-08") else "B precursor"


@pytest.mark.parametrize("partner", ["CD2", "CD5", "CD7", "CD1A"])
@pytest.mark.parametrize("cd3", ["CYCD3", "CD3"])
def test_E_02_T_lineage(cd3: str, partner: str) -> None:
    answer = read(f"{cd3} {partner} TDT", "CD19 CD79A MPO")
    assert sees(answer) == "T"
    assert answer.cards == {"HSCT", "CTX"}


@pytest.mark.parametrize("markers", ["CYCD3 TDT", "CD3 CD34", "CD2 CD5 CD7 CD1A TDT"])
def test_E_02_one_part_of_the_T_markers_does_not_decide(markers: str) -> None:
    answer = read(markers)
    assert sees(answer) == "U"
    assert answer.cards == {"DATA"}


@pytest.mark.parametrize("immature", ["TDT", "CD34"])
@pytest.mark.parametrize("partner", ["CD79A", "CYCD79A", "CD10", "CD22", "CYCD22"])
def test_E_03_B_precursor(partner: str, immature: str) -> None:
    answer = read(f"CD19 {partner} {immature}", "CYCD3 MPO")
    assert sees(answer) == "B precursor"
    assert answer.strength("BLIN") == "EVAL"


@pytest.mark.parametrize(
    ("markers", "lineage"),
    [
        ("CD79A CD10 TDT", "B precursor"),
        ("CYCD22 CD10 CD34", "B precursor"),
        ("CD10 TDT", "U"),
        ("CD22 CYCD22 TDT", "U"),  # one marker, on the surface and inside the cell
        ("CD79A CYCD79A CD34", "U"),
        ("CD19 TDT CD34", "U"),
        ("CD19", "U"),
    ],
)
def test_E_02_markers_of_B_lineage_without_CD19_or_beside_it(markers: str, lineage: str) -> None:
    assert sees(read(markers, "CYCD3 MPO")) == lineage


@pytest.mark.parametrize("immunoglobulin", ["SIG", "KAPPA", "LAMBDA"])
def test_E_03_surface_immunoglobulin_without_immaturity_is_a_mature_B_cell(
    immunoglobulin: str,
) -> None:
    answer = read(f"CD19 CD10 CD79A {immunoglobulin}", "TDT CD34")
    assert sees(answer) == "mature B"
    assert answer.cards == set()


@pytest.mark.parametrize("markers", ["CD19 CD10", "CD19 CD10 TDT KAPPA"], ids=["neither", "both"])
def test_E_03_precursor_status_open(markers: str) -> None:
    answer = read(markers)
    assert sees(answer) == "B, precursor not known"
    assert answer.cards == {"DATA"}


@pytest.mark.parametrize(
    "markers",
    [
        pytest.param("CD19 CD10 TDT MPO", id="B-and-myeloid"),
        pytest.param("CD19 CD10 TDT CYMPO", id="B-and-myeloid-inside"),
        pytest.param("CYCD3 CD7 MPO", id="T-and-myeloid"),
        pytest.param("CD19 CD10 TDT CYCD3 CD7", id="B-and-T"),
    ],
)
def test_E_02_mixed_phenotype(markers: str) -> None:
    answer = read(markers)
    assert sees(answer) == "U"
    assert answer.cards == {"DATA"}
    beside_a_code = adult_first_relapse().phenotype(RELAPSE, markers).ask()
    assert beside_a_code.applies("CONF-01")
    assert beside_a_code.cards == {"CONFLICT", "DATA"}


@pytest.mark.parametrize("markers", ["MPO CD34 TDT", "CD19 CD10 TDT CYCD3"])
def test_E_02_a_panel_that_does_not_decide_leaves_the_code_standing(markers: str) -> None:
    """Myeloperoxidase without a lymphoid lineage, cytoplasmic CD3 alone beside B markers."""
    assert sees(read(markers)) == "U"
    beside_a_code = adult_first_relapse().phenotype(RELAPSE, markers).ask()
    assert not beside_a_code.applies("CONF-01")
    assert beside_a_code.strength("BLIN") == "EVAL"


def test_E_02_panels_of_one_day_are_read_together() -> None:
    story = unspecified().phenotype(RELAPSE, "CD19 CD10").phenotype(RELAPSE, "TDT")
    assert sees(story.ask()) == "B precursor"
    on_two_days = unspecified().phenotype("2026-06-07", "CD19 CD10").phenotype(RELAPSE, "TDT")
    assert sees(on_two_days.ask()) == "B, precursor not known"


def test_E_02_a_marker_both_positive_and_negative_on_one_day_counts_as_neither() -> None:
    story = unspecified().phenotype(RELAPSE, "CD19 CD10 TDT KAPPA")
    assert sees(story.phenotype(RELAPSE, "CD19", "KAPPA").ask()) == "B precursor"
    assert sees(story.phenotype(RELAPSE, "CD19", "TDT").ask()) == "mature B"


@pytest.mark.parametrize(
    ("older", "newer", "lineage"),
    [
        ("CYCD3 CD7", "CD19 CD10 TDT", "B precursor"),
        ("CD19 CD10 TDT", "CYCD3 CD7", "T"),
        ("CYCD3 CD7", "CD34 TDT", "T"),  # the newest that decides
    ],
)
@pytest.mark.parametrize("older_day", ["2026-06-07", "2026-05", "2025"])
def test_E_02_the_newest_panel_that_decides(
    older: str, newer: str, lineage: str, older_day: str
) -> None:
    story = unspecified().phenotype(RELAPSE, newer).phenotype(older_day, older)
    assert sees(story.ask()) == lineage


def undated(positive: str) -> Immunophenotype:
    return Immunophenotype(
        source=Provenance("Observation/undated"),
        when=None,
        positive=frozenset(positive.split()),
    )


def test_E_02_a_panel_without_a_date_counts_where_no_dated_one_does() -> None:
    story = unspecified().add(undated("CYCD3 CD7"))
    assert sees(story.ask()) == "T"
    assert sees(story.phenotype(RELAPSE, "CD19 CD10 TDT").ask()) == "B precursor"

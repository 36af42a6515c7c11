"""CD19, CD22 and immunophenotypes (encodings 5; mapping rules 19, 20, 22, 24, 26)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mappings.observation.marker_text import markers_of
from relapse.facts import Antigen, AntigenResult, Expression, Immunophenotype
from relapse.logic import Interval
from tests.mappings.records import (
    DETECTED,
    LOCAL,
    LOINC,
    NOT_DETECTED,
    SNOMED,
    cd19,
    cd22,
    concept,
    facts,
    interpretation,
    observation,
    only,
    quantity,
    read,
    reasons,
    report,
    specimen,
)

SENTENCE = (
    "Lymphoblasts positive for CD10, CD19, CD22, CD34, CD79a and TdT; negative for cytoplasmic "
    "CD3, myeloperoxidase and surface immunoglobulin."
)


def phenotype(id: str = "i", **members: Any) -> dict[str, Any]:
    return observation(id, (LOINC, "101119-6"), **members)


def part(name: str, **members: Any) -> dict[str, Any]:
    codes = {
        "CD22": concept((LOINC, "51124-6")),
        "CD19": concept((LOCAL, "CD19BL"), text="CD19 blasts/100 blasts in Bone marrow"),
    }
    return {"code": codes.get(name, concept(text=name)), **members}


@pytest.mark.parametrize("code", ["51124-6", "51125-3", "51126-1"])
def test_encoding_5_1_cd22_on_blasts(code: str) -> None:
    result = only(
        read(
            observation(
                "a", (LOINC, code), valueQuantity=quantity(95), interpretation=interpretation("POS")
            )
        ),
        AntigenResult,
    )
    assert result.antigen is Antigen.CD22
    assert (result.fraction, result.reported) == (
        Interval.exact(Decimal("0.95")),
        Expression.POSITIVE,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CD22 positive", Expression.POSITIVE),
        ("CD22: Positive", Expression.POSITIVE),
        ("cd-22 negative", Expression.NEGATIVE),
        ("CD22 dim", Expression.HETEROGENEOUS),
        ("CD22 not detected", Expression.NEGATIVE),
    ],
)
def test_rule_16_a_value_that_names_its_own_antigen(text: str, expected: Expression) -> None:
    for value in ({"valueString": text}, {"valueCodeableConcept": concept(text=text)}):
        reading = read(cd22(**value))
        assert only(reading, AntigenResult).reported is expected
        assert not reasons(reading)


@pytest.mark.parametrize(
    "text",
    [
        "CD19 positive",
        "CD22 positive, CD19 negative",
        "CD22 negative, CD19 positive",
        "CD22- positive",
        "CD22 not positive",
        "CD22 previously positive",
        "CD22",
    ],
)
def test_rule_16_other_words_beside_it_are_not_read(text: str) -> None:
    for value in ({"valueString": text}, {"valueCodeableConcept": concept(text=text)}):
        reading = read(cd22(**value))
        assert only(reading, AntigenResult).reported is Expression.UNCLEAR
        assert reasons(reading)


def test_rule_16_its_name_before_a_share() -> None:
    result = only(read(cd22(valueString="CD22: 90 %")), AntigenResult)
    assert result.fraction == Interval.exact(Decimal("0.9"))


def test_encoding_5_2_cd19_by_its_name() -> None:
    result = only(
        read(cd19(valueQuantity=quantity(3), interpretation=interpretation("NEG"))), AntigenResult
    )
    assert result.antigen is Antigen.CD19
    assert (result.fraction, result.reported) == (
        Interval.exact(Decimal("0.03")),
        Expression.NEGATIVE,
    )


@pytest.mark.parametrize("code", ["8117-4", "8116-6", "14017-8", "20596-3", "42875-5", "21013-8"])
def test_encoding_5_2_all_cells_are_not_blasts(code: str) -> None:
    reading = read(
        observation("a", (LOINC, code), text="CD19 on blasts", valueQuantity=quantity(95))
    )
    assert reading.chart.facts == ()


@pytest.mark.parametrize(
    "text",
    [
        "CD19 expression on leukemic cells",
        "CD19, lymphoblasts",
        "CD-19 on blasts (flow)",
        "Leukaemic blasts CD19",
        "CD19 on abnormal B cells",
    ],
)
def test_rule_24_marker_and_leukaemic_cells_by_text(text: str) -> None:
    assert (
        only(
            read(observation("a", (LOCAL, "1"), text=text, valueString="positive")), AntigenResult
        ).antigen
        is Antigen.CD19
    )


@pytest.mark.parametrize(
    "text",
    [
        "CD19 B cells/100 lymphocytes",
        "CD19",
        "Lymphocyte subset panel CD19",
        "CD19 on mature B cells excluding blasts",
        "CD19 on non-leukemic B cells",
    ],
)
def test_rule_26_normal_b_cells_are_no_evidence(text: str) -> None:
    assert not facts(
        read(observation("a", (LOCAL, "1"), text=text, valueQuantity=quantity(1))), AntigenResult
    )


@pytest.mark.parametrize(
    "text", ["CD19+ blasts/100 cells", "CD19 positive blasts, % of all nucleated cells"]
)
def test_a_share_of_all_cells_is_listed(text: str) -> None:
    reading = read(observation("a", (LOCAL, "1"), text=text, valueQuantity=quantity(40)))
    assert not facts(reading, AntigenResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        ({"valueString": "positive"}, Expression.POSITIVE),
        ({"valueString": "Negative"}, Expression.NEGATIVE),
        ({"valueString": "dim"}, Expression.HETEROGENEOUS),
        ({"valueString": "partial"}, Expression.HETEROGENEOUS),
        ({"valueString": "subset positive"}, Expression.HETEROGENEOUS),
        ({"valueCodeableConcept": concept(DETECTED)}, Expression.POSITIVE),
        ({"valueCodeableConcept": concept(NOT_DETECTED)}, Expression.NEGATIVE),
        (
            {"valueCodeableConcept": concept((SNOMED, "10828004"), text="Positive (dim)")},
            Expression.HETEROGENEOUS,
        ),
        ({"valueCodeableConcept": concept((SNOMED, "82334004"))}, Expression.UNCLEAR),
        ({"valueCodeableConcept": concept((SNOMED, "42425007"))}, Expression.UNCLEAR),
        ({"interpretation": interpretation("POS")}, Expression.POSITIVE),
        ({"interpretation": interpretation("IND")}, Expression.UNCLEAR),
        (
            {"valueCodeableConcept": concept(DETECTED), "interpretation": interpretation("NEG")},
            Expression.UNCLEAR,
        ),
        ({"valueBoolean": True}, Expression.POSITIVE),
    ],
)
def test_rule_19_and_20_words(value: Any, reported: Expression) -> None:
    assert only(read(cd19(**value)), AntigenResult).reported is reported


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": quantity(95, None)},
        {"valueInteger": 95},
        {"valueString": "positive in 2024, now lost"},
    ],
)
def test_rule_16_and_17_unreadable_antigens_are_unclear_and_listed(value: Any) -> None:
    reading = read(cd19(**value))
    result = only(reading, AntigenResult)
    assert (result.reported, result.fraction) == (Expression.UNCLEAR, None)
    assert reasons(reading)


@pytest.mark.parametrize("code", ["A", "H", "N", "L"])
def test_rule_19_abnormal_is_not_positive(code: str) -> None:
    assert not facts(read(cd19(interpretation=interpretation(code))), AntigenResult)
    assert (
        only(
            read(cd19(valueQuantity=quantity(95), interpretation=interpretation(code))),
            AntigenResult,
        ).reported
        is None
    )


def test_encoding_5_3_a_panel() -> None:
    reading = read(
        phenotype(
            component=[
                part("CD22", valueQuantity=quantity(95), interpretation=interpretation("POS")),
                part("CD19", valueQuantity=quantity(3), interpretation=interpretation("NEG")),
                part("CD10", valueCodeableConcept=concept(DETECTED)),
                part("Cytoplasmic CD3", valueString="negative"),
                part("TdT", valueString="partial"),
            ]
        )
    )
    found = {result.antigen: result for result in facts(reading, AntigenResult)}
    assert found[Antigen.CD22].reported is Expression.POSITIVE
    assert found[Antigen.CD19].fraction == Interval.exact(Decimal("0.03"))
    panel = only(reading, Immunophenotype)
    assert panel.positive == {"CD22", "CD10"}
    assert panel.negative == {"CD19", "CYCD3"}
    assert panel.partial == {"TDT"}
    assert reading.unread == ()


def test_encoding_5_3_a_share_of_unnamed_cells_is_listed() -> None:
    reading = read(phenotype(component=[{"code": {"text": "CD19"}, "valueQuantity": quantity(95)}]))
    assert not facts(reading, AntigenResult)
    assert reasons(reading)


def test_encoding_5_4_narrative() -> None:
    reading = read(phenotype(valueString=SENTENCE))
    panel = only(reading, Immunophenotype)
    assert panel.positive == {"CD10", "CD19", "CD22", "CD34", "CD79A", "TDT"}
    assert panel.negative == {"CYCD3", "MPO", "SIG"}
    assert {(r.antigen, r.reported) for r in facts(reading, AntigenResult)} == {
        (Antigen.CD19, Expression.POSITIVE),
        (Antigen.CD22, Expression.POSITIVE),
    }
    assert reading.unread == ()


def test_encoding_5_4_a_marker_that_is_not_named_is_unknown() -> None:
    reading = read(phenotype(valueString="positive for CD10, CD79a, TdT, CD19, and CD20"))
    assert {result.antigen for result in facts(reading, AntigenResult)} == {Antigen.CD19}
    panel = only(reading, Immunophenotype)
    assert "CD22" not in panel.positive | panel.negative | panel.partial


def test_encoding_5_5_narrative_beside_single_results() -> None:
    of = {"specimen": {"reference": "Specimen/s"}}
    reading = read(
        specimen(),
        phenotype(valueString=SENTENCE, **of),
        cd19(valueQuantity=quantity(95), interpretation=interpretation("POS"), **of),
        cd22(valueQuantity=quantity(90), interpretation=interpretation("POS"), **of),
    )
    assert len(facts(reading, AntigenResult)) == 2
    assert all(result.fraction is not None for result in facts(reading, AntigenResult))


def test_encoding_5_5_disagreement_stays_visible() -> None:
    of = {"specimen": {"reference": "Specimen/s"}}
    reading = read(
        specimen(),
        phenotype(valueString=SENTENCE, **of),
        cd19(interpretation=interpretation("NEG"), **of),
    )
    said = {r.reported for r in facts(reading, AntigenResult) if r.antigen is Antigen.CD19}
    assert said == {Expression.POSITIVE, Expression.NEGATIVE}


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("Blasts positive for cytoplasmic CD3, CD7, CD5 and TdT", {"CYCD3", "CD7", "CD5", "TDT"}),
        (
            "Blasts are positive for CD19, CD79a and surface immunoglobulin",
            {"CD19", "CD79A", "SIG"},
        ),
        ("Blasts express cyCD79a, cCD22, sIgM and HLA-DR", {"CD79A", "CYCD22", "SIG", "HLADR"}),
        ("The leukemic blasts are positive for MPO, CD13 and CD33", {"MPO", "CD13", "CD33"}),
    ],
)
def test_encoding_5_6_markers_of_the_lineages(text: str, positive: set[str]) -> None:
    assert markers_of(text).positive == positive


def test_cytoplasmic_cd22_is_no_target() -> None:
    assert not facts(
        read(phenotype(valueString="Blasts positive for cytoplasmic CD22, CD10 and TdT")),
        AntigenResult,
    )
    assert not facts(
        read(
            observation(
                "a", (LOCAL, "1"), text="Cytoplasmic CD22 on blasts", valueString="positive"
            )
        ),
        AntigenResult,
    )


@pytest.mark.parametrize(
    ("text", "positive", "partial", "negative"),
    [
        (
            "Blasts positive for CD19 (dim), partial CD22 and bright CD10",
            {"CD10"},
            {"CD19", "CD22"},
            set(),
        ),
        ("The blasts are weakly positive for CD22", set(), {"CD22"}, set()),
        ("Blasts express CD10 but lack CD19", {"CD10"}, set(), {"CD19"}),
        ("Loss of CD19", set(), set(), {"CD19"}),
    ],
)
def test_rule_20_shades(
    text: str, positive: set[str], partial: set[str], negative: set[str]
) -> None:
    found = markers_of(text)
    assert (found.positive, found.partial, found.negative) == (positive, partial, negative)


@pytest.mark.parametrize(
    "text",
    [
        "Previously positive for CD19",
        "Normal B cells positive for CD19",
        "T cells positive for CD3 and CD7",
        "Blasts positive for CD19 in most cells",
        "Positive for CD19, negative for CD19",
        "CD19 see comment",
        "Blasts are not positive for CD19",
        "Blasts positive for CD19 and CD22 not tested",
    ],
)
def test_rule_16_sentences_with_other_words_are_listed(text: str) -> None:
    reading = read(phenotype(valueString=text))
    assert not facts(reading, AntigenResult)
    assert not facts(reading, Immunophenotype)
    assert reasons(reading)


def test_rule_22_component_member_contained_and_single_are_equal() -> None:
    value = {"valueQuantity": quantity(95), "interpretation": interpretation("POS")}
    single = only(read(cd22(**value)), AntigenResult)
    member = only(
        read(phenotype("panel", hasMember=[{"reference": "Observation/cd22"}]), cd22(**value)),
        AntigenResult,
    )
    inner = cd22("in", **value)
    contained = only(read(report("r", "#in", contained=[inner])), AntigenResult)
    component = only(read(phenotype(component=[part("CD22", **value)])), AntigenResult)
    for other in (member, contained, component):
        assert (other.antigen, other.fraction, other.reported, other.when) == (
            single.antigen,
            single.fraction,
            single.reported,
            single.when,
        )
    assert contained.source.reference == "DiagnosticReport/r#in"


def test_rule_22_a_contained_result_inherits_subject_and_date() -> None:
    inner = cd22("in", valueQuantity=quantity(95), effectiveDateTime=...)
    del inner["subject"]
    found = only(
        read(report("r", "#in", contained=[inner], effectiveDateTime="2026-06-07")), AntigenResult
    )
    assert str(found.when) == "2026-06-07"
    stranger = report("r", "#in", contained=[inner], subject={"reference": "Patient/other"})
    assert not facts(read(stranger), AntigenResult)


def test_rule_22_reached_twice_counts_once() -> None:
    value = {
        "valueQuantity": quantity(95),
        "interpretation": interpretation("POS"),
        "specimen": {"reference": "Specimen/s"},
    }
    panel = phenotype(
        "panel",
        component=[part("CD22", valueQuantity=quantity(95), interpretation=interpretation("POS"))],
        specimen={"reference": "Specimen/s"},
    )
    reading = read(
        specimen(), panel, cd22(**value), report("r", "Observation/cd22", "Observation/panel")
    )
    assert only(reading, AntigenResult)


def test_rule_22_cycles_end() -> None:
    one = phenotype(
        "one", hasMember=[{"reference": "Observation/two"}, {"reference": "Observation/one"}]
    )
    two = phenotype("two", hasMember=[{"reference": "Observation/one"}], valueString=SENTENCE)
    reading = read(one, two, report("r", "Observation/one", conclusion="CD19 positive"))
    assert only(reading, Immunophenotype)


def test_a_result_without_specimen_has_that_of_its_report() -> None:
    reading = read(
        specimen(collected="2026-06-05"),
        cd19(valueString="positive"),
        report("r", "Observation/cd19", specimen=[{"reference": "Specimen/s"}]),
    )
    result = only(reading, AntigenResult)
    assert (result.specimen, str(result.when)) == ("Specimen/s", "2026-06-05")


def test_antigens_of_spinal_fluid_are_listed() -> None:
    reading = read(
        specimen(text="CSF"), cd19(valueString="positive", specimen={"reference": "Specimen/s"})
    )
    assert not facts(reading, AntigenResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "partial"),
    [
        ("Lymphoblasts positive for CD19 and CD34; CD22 partial.", True),
        ("Lymphoblasts positive for CD19; CD22 dim; negative for CD3.", True),
        ("Blasts positive for CD19. CD22 partially positive.", True),
        ("Lymphoblasts positive for CD19; CD22 bright.", False),
        ("Lymphoblasts positive for CD19; CD22 not partial.", False),
        ("Lymphoblasts positive for CD19; previously CD22 partial.", False),
    ],
)
def test_a_shade_behind_a_marker_takes_certainty_away(text: str, partial: bool) -> None:
    """Rule 20: dim and partial are heterogeneous, also in a clause of their own; any other word in
    the clause leaves it unread.
    """
    assert markers_of(text).partial == ({"CD22"} if partial else set())
    assert markers_of(text).uninterpreted is not partial

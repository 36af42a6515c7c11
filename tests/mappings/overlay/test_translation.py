"""Records in a site's own codes and words: what becomes a fact, what stays listed, and what never
changes.
"""

from __future__ import annotations

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.chart import read_chart
from mappings.errors import WrongPatient
from mappings.overlay.translation import CONTRADICTS, DOUBTED, OTHERS, SEVERAL
from mappings.terminology import standard
from relapse.facts import (
    Agent,
    Antigen,
    AntigenResult,
    BlastResult,
    CnsStatus,
    CnsStatusResult,
    Detection,
    Diagnosis,
    Disease,
    Donor,
    DrugUse,
    Expression,
    Lineage,
    Material,
    Method,
    MrdResult,
    Phase,
    Transplant,
    ViralScreen,
)
from service import demos
from tests.mappings.overlay.folders import LOCAL, mapping
from tests.mappings.overlay.test_patterns import DOUBTFUL
from tests.mappings.records import (
    AS_OF,
    ICD10CM,
    LEADING,
    LOINC,
    SNOMED,
    Json,
    administration,
    concept,
    condition,
    facts,
    interpretation,
    observation,
    only,
    procedure,
    quantity,
    read,
    reasons,
    specimen,
)
from tests.mappings.test_properties import OTHER, mutate
from tests.mappings.test_properties import RECORD as MUTATED

CODE = (LOCAL, "4711")
FLOW = mapping(
    f"{LOCAL},4711,,obs-cd19-blasts,",
    f"{LOCAL},pos,,val-positive,",
    f"{LOCAL},neg,,val-negative,",
    ",,nachgewiesen,val-positive,",
    ",,*leuk 19 exp*,obs-cd19-blasts,",
)
LEUKAEMIA = mapping(
    f"{LOCAL},4711,,cond-b-all,",
    f"{LOCAL},4712,,cond-b-all-relapse,",
    f"{LOCAL},4713,,cond-t-all,",
    ",,BLL (HCC),cond-b-all,",
    ",,BLL rel*,cond-b-all-relapse,",
)


# --- What becomes a fact -------------------------------------------------------------------------


def test_a_local_code_without_words() -> None:
    reading = read(observation("o", CODE, valueQuantity=quantity(97)), terminology=FLOW)
    found = only(reading, AntigenResult)
    assert (found.antigen, str(found.fraction and found.fraction.low)) == (Antigen.CD19, "0.97")
    assert not reading.unread


def test_the_code_in_any_spelling_of_its_system() -> None:
    for system in (LOCAL.upper(), LOCAL.removeprefix("urn:oid:"), f" {LOCAL}|2026 "):
        one = observation("o", (system, " 4711 "), valueQuantity=quantity(97))
        only(read(one, terminology=FLOW), AntigenResult)
    other = observation("o", (LOCAL + "1", "4711"), valueQuantity=quantity(97))
    assert not read(other, terminology=FLOW).chart.facts


def test_a_text_in_text_or_display() -> None:
    display = {"coding": [{"system": LOCAL, "code": "1", "display": "BM  LEUK 19 EXP"}]}
    for code in ({"text": "Leuk 19 exp, BM"}, display):
        one = observation("o", code=code, valueString="positive")
        assert only(read(one, terminology=FLOW), AntigenResult).reported is Expression.POSITIVE


def test_the_words_of_the_record_are_those_that_are_shown() -> None:
    one = observation("o", CODE, text="Lin 19", valueQuantity=quantity(97))
    assert only(read(one, terminology=FLOW), AntigenResult).text == "Lin 19: 97 %"


@pytest.mark.parametrize(
    ("value", "expression"),
    [
        ({"valueString": " NACHGEWIESEN"}, Expression.POSITIVE),
        ({"valueCodeableConcept": concept((LOCAL, "pos"))}, Expression.POSITIVE),
        ({"valueCodeableConcept": concept(text="Nachgewiesen")}, Expression.POSITIVE),
        ({"valueCodeableConcept": concept((LOCAL, "neg"), text="-")}, Expression.NEGATIVE),
        ({"interpretation": [concept((LOCAL, "neg"))]}, Expression.NEGATIVE),
        (
            {"valueQuantity": quantity(97), "interpretation": [concept((LOCAL, "pos"))]},
            Expression.POSITIVE,
        ),
        # The code says positive, its text negative: neither.
        (
            {"valueCodeableConcept": concept((LOCAL, "pos"), text="Not detected")},
            Expression.UNCLEAR,
        ),
        ({"valueString": "nachgewiesen in der Vorprobe"}, Expression.UNCLEAR),
    ],
)
def test_answers(value: dict[str, object], expression: Expression) -> None:
    found = only(read(observation("o", CODE, **value), terminology=FLOW), AntigenResult)
    assert found.reported is expression


def test_components_specimens_and_methods() -> None:
    own = mapping(
        f"{LOCAL},p,,obs-immunophenotype-report,",
        f"{LOCAL},4711,,obs-cd19-blasts,",
        ",,Knochenmark,spec-marrow,",
        ",,KM-Punktat*,spec-marrow,",
        f"{LOCAL},smear,,method-morphology,",
        f"{LOCAL},bl,,obs-blasts-marrow,",
    )
    panel = observation(
        "panel",
        (LOCAL, "p"),
        specimen={"reference": "Specimen/s"},
        component=[
            {"code": concept(CODE), "valueQuantity": quantity(97)},
            {"code": concept((LOCAL, "comment")), "valueString": "ok"},
        ],
    )
    smear = observation(
        "b", (LOCAL, "bl"), valueQuantity=quantity(62), method=concept((LOCAL, "smear"))
    )
    residual = observation(
        "mrd",
        text="MRD by flow cytometry",
        valueQuantity=quantity(0.3),
        specimen={"reference": "Specimen/t"},
    )
    reading = read(
        panel,
        smear,
        residual,
        specimen("s", type={"text": "Knochenmark"}),
        specimen("t", type={"text": "KM-Punktat links"}),
        terminology=own,
    )
    assert only(reading, AntigenResult).specimen == "Specimen/s"
    assert only(reading, BlastResult).method is Method.MORPHOLOGY
    assert only(reading, MrdResult).material is Material.MARROW


def test_what_no_published_code_exists_for() -> None:
    own = mapping(
        f"{LOCAL},1,,obs-mrd-flow,",
        f"{LOCAL},2,,obs-cns-status,",
        f"{LOCAL},3,,obs-hcv,",
        ",,stage one,val-cns1,",
        f"{LOCAL},ndd,,val-non-reactive,",
    )
    reading = read(
        observation("mrd", (LOCAL, "1"), valueString="<0.01%", interpretation=interpretation("ND")),
        observation("cns", (LOCAL, "2"), valueString="Stage one"),
        observation("hcv", (LOCAL, "3"), valueCodeableConcept=concept((LOCAL, "ndd"))),
        terminology=own,
    )
    residual = only(reading, MrdResult)
    assert (residual.method, residual.detection) == (Method.FLOW, Detection.NOT_DETECTED)
    assert only(reading, CnsStatusResult).status is CnsStatus.CNS1
    only(reading, ViralScreen)
    assert not reading.unread


def test_no_result() -> None:
    own = mapping(",,QNS,val-missing,", f"{LOCAL},h,,val-missing,")
    for value in (
        {"valueString": "qns"},
        {"valueCodeableConcept": concept((LOCAL, "h"), text="Hemolyzed")},
    ):
        one = observation("o", (LOINC, "51124-6"), **value)
        assert reasons(read(one)) == [
            "antigen: value text not understood"
            if "valueString" in value
            else "antigen: value not understood"
        ]
        reading = read(one, terminology=own)
        assert not reading.unread
        assert not reading.chart.facts


def test_diagnoses_keep_what_their_words_add() -> None:
    one = condition("c", (LOCAL, "4712"), text="BLL, 2nd relapse", onsetDateTime="2026-05-01")
    found = only(read(one, terminology=LEUKAEMIA), Diagnosis)
    assert (found.disease, found.lineage, found.phase) == (
        Disease.ALL,
        Lineage.B,
        Phase.RELAPSE,
    )
    assert found.relapse_ordinal == 2
    assert found.codes == ("4712",)


def test_drugs_and_procedures() -> None:
    own = mapping(
        f"{LOCAL},d,,med-blinatumomab,",
        f"{LOCAL},t,,proc-allo-hsct,",
        ",,bispecific cd19 pump*,med-blinatumomab,",
    )
    reading = read(
        LEADING,
        administration("a", (LOCAL, "d"), effectiveDateTime="2026-05-01"),
        administration("b", text="Bispecific CD19 pump, 28 ug", effectiveDateTime="2026-05-02"),
        procedure("t", (LOCAL, "t"), performedDateTime="2025-01-01"),
        terminology=own,
    )
    assert [use.agent for use in facts(reading, DrugUse)] == [Agent.BLINATUMOMAB] * 2
    assert only(reading, Transplant).donor is Donor.ALLOGENEIC


# --- What stays in doubt -------------------------------------------------------------------------


@pytest.mark.parametrize("text", DOUBTFUL)
def test_a_doubtful_text_is_no_fact_by_any_pattern(text: str) -> None:
    """The widest pattern that a mapping could hold, and the text as a display beside it."""
    own = mapping(",,bll plus*,cond-b-all,", ",,*plus bll,cond-b-all,", ",,*b-all xy,cond-b-all,")
    for words in (f"BLL plus {text}", f"{text} plus BLL", f"{text} B-ALL xy"):
        one = condition("c", code={"text": words}, onsetDateTime="2026-01-01")
        before, after = read(one), read(one, terminology=own)
        assert after.chart == before.chart
        assert not facts(after, Diagnosis)
        assert DOUBTED in reasons(after) or OTHERS in reasons(after)


@pytest.mark.parametrize(
    "text", ["Family history of ALL", "Mother had ALL", "Sister: leukemia", "Leukemia, father"]
)
def test_a_mapped_code_is_not_about_a_relative(text: str) -> None:
    reading = read(
        condition("c", CODE, text=text, onsetDateTime="2026-01-01"), terminology=LEUKAEMIA
    )
    assert not facts(reading, Diagnosis)
    assert OTHERS in reasons(reading)


def test_a_mapped_answer_that_its_own_words_deny() -> None:
    own = mapping(f"{LOCAL},cr,,val-full-remission,")
    one = observation(
        "s",
        (LOINC, "97509-4"),
        valueCodeableConcept=concept((LOCAL, "cr"), text="No remission yet"),
    )
    reading = read(one, terminology=own)
    assert not reading.chart.facts
    assert DOUBTED in reasons(reading)


def test_two_codes_of_the_mapping_that_contradict_each_other() -> None:
    one = condition("c", CODE, (LOCAL, "4713"), onsetDateTime="2026-01-01")
    reading = read(one, terminology=LEUKAEMIA)
    assert not facts(reading, Diagnosis)
    assert SEVERAL in reasons(reading)


def test_two_patterns_that_contradict_each_other() -> None:
    own = mapping(",,bll relap*,cond-b-all-relapse,", ",,bll*marrow,cond-b-all,")
    reading = read(condition("c", text="BLL relapse in marrow"), terminology=own)
    assert not facts(reading, Diagnosis)
    assert SEVERAL in reasons(reading)


# --- Precedence ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one",
    [
        condition("c", (SNOMED, "277575008"), text="BLL (HCC)"),
        condition("c", (SNOMED, "277575008"), CODE),
        condition("c", CODE, (SNOMED, "277575008")),
    ],
)
def test_a_standard_code_beats_a_local_text_and_a_local_code(one: Json) -> None:
    """277575008 is T-cell ALL; the mapping says B-cell."""
    before, after = read(one), read(one, terminology=LEUKAEMIA)
    assert after.chart == before.chart
    assert only(after, Diagnosis).lineage is Lineage.T
    assert reasons(after) == [CONTRADICTS]


@pytest.mark.parametrize("code", ["8117-4", "20596-3", "8119-0"])
def test_a_code_with_all_cells_as_denominator_stays_unread(code: str) -> None:
    """CD19, CD22 and CD20 of all cells: the local code beside them does not make blasts of them."""
    one = observation("o", (LOINC, code), CODE, valueQuantity=quantity(97))
    reading = read(one, terminology=FLOW)
    assert not reading.chart.facts
    assert reasons(reading) == [CONTRADICTS]


def test_a_local_code_may_say_more_of_the_same() -> None:
    """C91.00 names no lineage, 67128-9 no disease: a site's code beside them does."""
    one = condition("c", (ICD10CM, "C91.00"), CODE, onsetDateTime="2026-01-01")
    assert only(read(one), Diagnosis).lineage is Lineage.UNKNOWN
    assert only(read(one, terminology=LEUKAEMIA), Diagnosis).lineage is Lineage.B
    own = mapping(f"{LOCAL},4711,,obs-mrd-flow,")
    cells = observation("o", (LOINC, "67128-9"), CODE, valueQuantity=quantity(0.3))
    assert not read(cells).chart.facts
    assert only(read(cells, terminology=own), MrdResult).method is Method.FLOW


def test_a_code_outranks_a_text_and_a_whole_text_a_pattern() -> None:
    own = mapping(
        f"{LOCAL},4711,,cond-b-all,",
        ",,lymphoid x,cond-t-all,",
        ",,lymphoid x*,cond-aml,",
    )
    by_code = condition("c", CODE, text="Lymphoid X")
    by_text = condition("c", text="Lymphoid X")
    by_pattern = condition("c", text="Lymphoid X y")
    assert only(read(by_code, terminology=own), Diagnosis).lineage is Lineage.B
    assert only(read(by_text, terminology=own), Diagnosis).lineage is Lineage.T
    found = only(read(by_pattern, terminology=own), Diagnosis)
    assert found.disease is Disease.OTHER_ACUTE_LEUKAEMIA


def test_an_antigen_in_a_panel_that_calls_itself_mrd() -> None:
    one = observation("o", CODE, text="MRD panel: lin 19", valueQuantity=quantity(97))
    reading = read(one, terminology=FLOW)
    only(reading, AntigenResult)
    assert not facts(reading, MrdResult)


# --- Codes to ignore -----------------------------------------------------------------------------


def test_ignored_codes_and_texts_are_neither_read_nor_listed() -> None:
    own = mapping(f"{LOCAL},4711,,ignore,", ",,MRD comment,ignore,")
    noise = [
        observation("a", CODE, text="MRD flow comment", valueString="see scan"),
        observation("b", text="MRD Comment", valueString="see scan"),
        observation(
            "c",
            text="B-ALL MRD by flow cytometry",
            valueQuantity=quantity(0.3),
            component=[{"code": concept(CODE, text="MRD remark"), "valueString": "see scan"}],
        ),
    ]
    assert {item.reference for item in read(*noise).unread} >= {"Observation/a", "Observation/b"}
    reading = read(*noise, terminology=own)
    assert not reading.unread
    only(reading, MrdResult)


def test_a_known_code_and_an_unmistakable_diagnosis_are_never_ignored() -> None:
    own = mapping(f"{LOCAL},4711,,ignore,")
    for one in (
        condition("c", (SNOMED, "277571004"), CODE),
        condition("c", CODE, text="B-cell precursor acute lymphoblastic leukemia"),
    ):
        assert read(one, terminology=own) == read(one)
        only(read(one, terminology=own), Diagnosis)


# --- What never changes --------------------------------------------------------------------------


def test_the_record_that_was_given_is_not_changed() -> None:
    given_record = [
        observation(
            "o",
            CODE,
            valueString="nachgewiesen",
            component=[{"code": concept(CODE), "valueString": "nachgewiesen"}],
            contained=[observation("in", CODE, valueString="nachgewiesen")],
        ),
        condition("c", CODE),
    ]
    kept = copy.deepcopy(given_record)
    read(*given_record, terminology=FLOW)
    assert given_record == kept


UNRELATED = st.text("qxzQXZ0123456789", min_size=6, max_size=12)
RECORDS = {name: json.loads((demos.FOLDER / f"{name}.json").read_bytes()) for name in demos.names()}
NAMES = st.sampled_from(
    ["obs-cd19-blasts", "cond-b-all", "med-blinatumomab", "val-positive", "spec-marrow", "ignore"]
)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(UNRELATED, NAMES), min_size=1, max_size=4, unique_by=lambda one: one[0]))
def test_mapping_what_no_record_holds_changes_nothing(lines: list[tuple[str, str]]) -> None:
    own = mapping(
        *(f"{LOCAL},{code},,{name}," for code, name in lines),
        *(f",,zz {code} zz,{name}," for code, name in lines if name != "val-positive"),
    )
    for content in RECORDS.values():
        before, after = (
            read_chart([content], patient_id=None, as_of=AS_OF, terminology=terminology)
            for terminology in (standard(), own)
        )
        assert after == before


def test_only_the_mapped_code_changes() -> None:
    """In a record of many results the other facts stay what they are."""
    content = next(iter(RECORDS.values()))
    extra = {"resource": {**observation("new", CODE, valueQuantity=quantity(97))}}
    patient_id = next(
        entry["resource"]["id"]
        for entry in content["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    )
    extra["resource"]["subject"] = {"reference": f"Patient/{patient_id}"}
    more = {**content, "entry": [*content["entry"], extra]}
    before = read_chart([content], patient_id=None, as_of=AS_OF)
    after = read_chart([more], patient_id=None, as_of=AS_OF, terminology=FLOW)
    added = set(map(repr, after.chart.facts)) - set(map(repr, before.chart.facts))
    assert len(added) == 1
    assert len(after.chart.facts) == len(before.chart.facts) + 1


def test_another_patients_record_is_not_told_of() -> None:
    foreign = condition(
        "c", text="No BLL rel", subject={"reference": "Patient/other"}, onsetDateTime="2026-01-01"
    )
    own = mapping(",,*bll rel,cond-b-all,")
    assert DOUBTED not in reasons(read(foreign, terminology=own))


@pytest.mark.parametrize(
    "code",
    [None, "text", 5, [], {"coding": "x"}, {"coding": [None, 5]}, {"text": 5}, {"coding": {}}],
)
def test_shapes_that_are_none(code: object) -> None:
    for kind in ("Observation", "Condition", "Procedure", "Medication", "MedicationRequest"):
        resource = {
            "resourceType": kind,
            "id": "x",
            "subject": {"reference": "Patient/p"},
            "code": code,
            "medicationCodeableConcept": code,
            "medication": {"concept": code},
            "valueCodeableConcept": code,
            "interpretation": code,
            "component": [code, {"code": code}],
            "ingredient": code,
            "method": code,
        }
        assert read(resource, terminology=FLOW) == read(resource)


EVERYWHERE = mapping(
    ",,*marrow*aspirate*,spec-marrow,",
    ",,Normal,val-testes-normal,",
    ",,T315I,val-positive,",
    f"{LOCAL},4711,,obs-cd19-blasts,",
    f"{LOCAL},4712,,ignore,",
)


@pytest.mark.parametrize("seed", range(100))
def test_mutated_records_in_local_codes_never_raise(seed: int) -> None:
    randomly = random.Random(seed)
    record = copy.deepcopy(MUTATED)
    for resource in record[1:]:
        if isinstance(resource.get("code"), dict) and randomly.random() < 0.5:
            resource["code"]["coding"] = [{"system": LOCAL, "code": "4711"}]
    stranger = copy.deepcopy(randomly.choice(record[1:])) | {"id": "stranger", "subject": OTHER}
    for _ in range(randomly.choice((1, 2, 5, 20))):
        mutate(record, randomly)
    record.append(stranger)
    kept = copy.deepcopy(record)
    try:
        reading = read_chart(record, patient_id="p", as_of=AS_OF, terminology=EVERYWHERE)
    except WrongPatient:
        return
    assert record == kept
    assert not [fact for fact in reading.chart.facts if "stranger" in fact.source.reference]


def test_a_result_of_tomorrow_is_listed_by_its_code_without_its_value() -> None:
    one = observation("o", (LOINC, "51124-6"), valueQuantity=quantity(97))
    (item,) = read(one | {"effectiveDateTime": "2026-07-01"}).unread
    assert (item.reason, item.code) == ("after the evaluation date", f"{LOINC}|51124-6")
    assert "97" not in item.code_text


def test_memory_holds_no_values() -> None:
    """Answers of records are decided anew each time, and kept nowhere."""
    read(observation("o", CODE, valueString="nachgewiesen"), terminology=FLOW)
    assert "nachgewiesen" not in repr([vars(memory) for memory in FLOW.remembered.values()])

"""What holds for every record: order is nothing, strangers are nothing, and nothing raises."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.context import UNFORESEEN
from mappings.errors import WrongPatient
from tests.mappings.records import (
    AS_OF,
    CPT,
    DETECTED,
    ICD10CM,
    LEADING,
    LOINC,
    NOT_DETECTED,
    PCS,
    RXNORM,
    SNOMED,
    administration,
    bundle,
    care_plan,
    cd19,
    cd22,
    concept,
    condition,
    interpretation,
    marrow,
    mrd,
    observation,
    patient,
    procedure,
    quantity,
    read,
    read_chart,
    report,
    request,
    specimen,
    statement,
)

OF = {"specimen": {"reference": "Specimen/s"}}
RECORD: list[dict[str, Any]] = [
    patient(identifier=[{"system": "urn:mrn", "value": "1"}]),
    LEADING,
    condition(
        "relapse",
        (ICD10CM, "C91.02"),
        text="Acute lymphoblastic leukemia, first relapse",
        onsetDateTime="2026-06-01",
    ),
    condition(
        "vod",
        (ICD10CM, "K76.5"),
        status="resolved",
        onsetDateTime="2025",
        abatementDateTime="2025-06",
    ),
    condition(
        "testis",
        (ICD10CM, "C79.82"),
        text="Leukemic infiltration of testis, biopsy proven",
        evidence=[{"detail": [{"reference": "DiagnosticReport/r"}]}],
    ),
    specimen(),
    marrow("flow", 58, method={"text": "Flow cytometry"}, **OF),
    marrow("morphology", 62, method={"text": "Morphology"}, status="corrected", **OF),
    mrd(
        valueCodeableConcept=concept(NOT_DETECTED),
        component=[{"code": {"text": "Limit of detection"}, "valueQuantity": quantity(0.01)}],
    ),
    cd19(valueQuantity=quantity(95), interpretation=interpretation("POS"), **OF),
    cd22(valueQuantity=quantity(3), interpretation=interpretation("NEG"), **OF),
    observation(
        "phenotype",
        (LOINC, "101119-6"),
        valueString="Lymphoblasts positive for CD10, CD19 and TdT; negative for MPO",
        **OF,
    ),
    observation(
        "fish", (LOINC, "51867-0"), valueCodeableConcept=concept(DETECTED), method={"text": "FISH"}
    ),
    observation("karyotype", (LOINC, "33893-9"), valueString="46,XX,t(9;22)(q34;q11.2)[12]"),
    observation(
        "status",
        (LOINC, "97509-4"),
        valueCodeableConcept=concept((SNOMED, "103338009")),
        focus=[{"reference": "Condition/leading"}],
        effectiveDateTime="2025-01-01",
    ),
    observation(
        "bilirubin",
        (LOINC, "1975-2"),
        valueQuantity=quantity(2, "mg/dL"),
        referenceRange=[{"high": quantity(1, "mg/dL")}],
    ),
    observation("ecog", (LOINC, "89247-1"), valueInteger=1),
    report("r", "Observation/flow", "Observation/morphology", conclusion="62 % blasts."),
    procedure("transplant", (SNOMED, "425843001"), (CPT, "38240")),
    procedure(
        "cart",
        (PCS, "XW033J7"),
        performedPeriod={"start": "2024-09-01", "end": "2024-09-01"},
        performedDateTime=None,
    ),
    administration(
        "blina",
        (RXNORM, "1597258"),
        effectiveDateTime=...,
        effectivePeriod={"start": "2026-01-01", "end": "2026-01-28"},
    ),
    statement("tki", (RXNORM, "475342"), status="active"),
    request("order", (RXNORM, "1942950"), status="stopped", statusReason=concept(text="toxicity")),
    care_plan("plan", "Front-line ALL induction", addresses=[{"reference": "Condition/leading"}]),
]
OTHER = {"reference": "Patient/other"}


def test_the_record_is_rich() -> None:
    reading = read(*RECORD)
    assert len(reading.chart.facts) >= 20
    assert reading.unread == ()


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_rule_4_the_order_of_entries_changes_nothing(randomly: random.Random) -> None:
    expected = read(*RECORD)
    shuffled = list(RECORD)
    randomly.shuffle(shuffled)
    assert read(bundle(*shuffled)) == expected


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(RECORD)), st.sampled_from(["Glucose", "Heart rate", "Ferritin"]))
def test_an_unrelated_resource_changes_nothing(place: int, name: str) -> None:
    record = list(RECORD)
    record.insert(place, observation("unrelated", text=name, valueQuantity=quantity(5, "mg/dL")))
    assert read(*record) == read(*RECORD)


@pytest.mark.parametrize("index", range(1, len(RECORD)))
def test_a_resource_of_another_patient_gives_no_fact(index: int) -> None:
    record = copy.deepcopy(RECORD)
    record[index]["subject"] = OTHER
    reference = f"{record[index]['resourceType']}/{record[index]['id']}"
    reading = read(*record)
    assert not [fact for fact in reading.chart.facts if fact.source.reference == reference]


def test_a_second_persons_record_adds_nothing_but_unread_items() -> None:
    theirs = [
        copy.deepcopy(item) | {"id": f"their-{item['id']}", "subject": OTHER} for item in RECORD[1:]
    ]
    assert read(*RECORD, *theirs).chart == read(*RECORD).chart


STRANGE: list[Any] = [
    None, "", " ", 0, -1, 5, 1.5, 1e400, float("nan"), True, False, [], {}, [[]], [None], [{}],
    "x" * 5000, "<script>", "\x00\u202e", "2026-99-99", "0.3 %", "not detected", 10**30,
    {"reference": "Patient/other"}, {"coding": "x"}, {"coding": [None, 5]}, [{"value": "x"}],
    {"reference": "#"}, {"reference": "//"}, {"start": 5}, {"value": {}}, "entered-in-error",
    "Observation/flow",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every member inside."""
    found = [path] if path else []
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        found += places(child, (*path, key))
    return found


def mutate(record: list[Any], randomly: random.Random) -> None:
    """One change somewhere: drop, duplicate, retype, truncate or swap a member."""
    paths = places(record)
    path = randomly.choice(paths)
    holder: Any = record
    for key in path[:-1]:
        holder = holder[key]
    key = path[-1]

    def drop() -> None:
        del holder[key]

    def retype() -> None:
        holder[key] = copy.deepcopy(randomly.choice(STRANGE))

    def wrap() -> None:
        holder[key] = [holder[key], holder[key]]

    def truncate() -> None:
        if isinstance(holder[key], str):
            holder[key] = holder[key][: randomly.randrange(len(holder[key]) + 1)]

    def swap() -> None:
        other = randomly.choice(paths)
        source: Any = record
        try:
            for step in other:
                source = source[step]
            holder[key] = copy.deepcopy(source)
        except (KeyError, IndexError, TypeError):
            return

    def rename() -> None:
        if isinstance(holder, dict):
            holder[f"{key}X"] = holder.pop(key)

    actions: list[Callable[[], None]] = [drop, retype, retype, wrap, truncate, swap, rename]
    randomly.choice(actions)()


@pytest.mark.parametrize("seed", range(400))
def test_mutated_records_never_raise_and_never_speak_of_others(seed: int) -> None:
    randomly = random.Random(seed)
    record: list[Any] = copy.deepcopy(RECORD)
    stranger = copy.deepcopy(randomly.choice(RECORD[1:])) | {"id": "stranger", "subject": OTHER}
    for _ in range(randomly.choice((1, 1, 2, 5, 20))):
        mutate(record, randomly)
    record.append(stranger)
    try:
        reading = read_chart(record, patient_id="p", as_of=AS_OF)
    except WrongPatient:
        return
    assert not [fact for fact in reading.chart.facts if "stranger" in fact.source.reference]
    assert UNFORESEEN not in [item.reason for item in reading.unread], [
        item for item in reading.unread if item.reason == UNFORESEEN
    ]
    randomly.shuffle(record)
    again = read_chart(record, patient_id="p", as_of=AS_OF)
    assert again == reading


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "resourceType",
                        "id",
                        "code",
                        "coding",
                        "text",
                        "status",
                        "subject",
                        "value",
                        "valueString",
                        "entry",
                        "resource",
                        "contained",
                        "reference",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_skipped_or_read(value: Any) -> None:
    try:
        read_chart([patient(), value], patient_id="p", as_of=AS_OF)
    except WrongPatient:
        return


def test_facts_survive_the_wire() -> None:
    """Numbers come back from JSON as floats and stay what was written."""
    assert read(*json.loads(json.dumps([item for item in RECORD], default=str))) == read(*RECORD)


@pytest.mark.parametrize(
    "word",
    [
        "a ",
        "donor ",
        "left ",
        "first ",
        "no ",
        "bcr ",
        "cd19 blast ",
        "cd10, ",
        "0.3 % ",
        "10^",
        "1",
        "(((",
        "in ",
    ],
)
def test_long_texts_cost_little_wherever_they_stand(word: str) -> None:
    """Text comes from strangers: no pattern may need more than linear patience."""
    text = (word * 8000)[:8000]
    record = [
        observation(
            "a", text=f"MRD {text}", valueString=text, method={"text": text}, note=[{"text": text}]
        ),
        observation("b", text=f"blasts {text}", valueString=text),
        observation("c", (LOINC, "101119-6"), valueString=text),
        observation("d", (LOINC, "55135-8"), valueString=text),
        observation("e", (LOINC, "97509-4"), valueString=text),
        observation("f", (LOINC, "26447-3"), valueString=text),
        observation("g", text="Testicular examination", valueString=text),
        observation("h", text="Donor search status", valueString=text),
        condition("i", (ICD10CM, "C91.02"), text=text),
        condition("j", text=f"leukemia gvhd {text}"),
        procedure("k", text=f"transplant car-t {text}"),
        administration("l", text=f"blinatumomab {text}", dosage={"text": text}),
        care_plan("m", f"induction {text}"),
        report("n", "Observation/b", conclusion=f"blasts {text}"),
    ]
    start = time.perf_counter()
    read(*record)
    assert time.perf_counter() - start < 3

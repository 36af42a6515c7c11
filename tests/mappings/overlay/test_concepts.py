"""Every concept that can be a target is read: a local code mapped to it changes what a record
says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mappings.chart import Reading
from mappings.overlay.concept import Concept, Where
from mappings.overlay.concepts import CONCEPTS
from mappings.terminology import Terminology, standard
from tests.mappings.overlay.folders import LOCAL, mapping
from tests.mappings.records import (
    LEADING,
    Json,
    administration,
    concept,
    condition,
    marrow,
    mrd,
    observation,
    procedure,
    quantity,
    read,
    specimen,
)

CODE = (LOCAL, "4711")
ANSWERS: list[dict[str, Any]] = [
    {"valueQuantity": quantity(12)},
    {"valueQuantity": quantity(5, "/uL")},
    {"valueQuantity": quantity(5, "10*9/L")},
    {"valueQuantity": quantity(450, "ms")},
    {"valueQuantity": quantity(30, "U/L")},
    {"valueQuantity": quantity(9, "g/L")},
    {"valueString": "positive"},
    {"valueString": "CNS1"},
    {"valueString": "Normal"},
    {"valueString": "46,XY[20]"},
    {"valueString": "Complete remission"},
    {"valueString": "Donor identified"},
    {"valueInteger": 1},
    {"valueInteger": 90},
]
WORDS = ["CD19 on blasts", "CD22 on blasts", "Bilirubin"]


def records(one: Concept, where: Where) -> Iterator[list[Json]]:
    """Records that hold the local code in one of the places where the concept is looked for."""
    if where is Where.DIAGNOSIS:
        yield [condition("c", CODE, onsetDateTime="2026-01-10")]
    elif where is Where.RESULT and one.name == "obs-mrd-limit":
        part = {"code": concept(CODE), "valueQuantity": quantity(0.01)}
        yield [mrd(valueQuantity=quantity(0.3), component=[part])]
    elif where is Where.RESULT:
        for text in (None, *WORDS):
            for answer in ANSWERS:
                yield [observation("o", CODE, text=text, **answer)]
    elif where is Where.PROCEDURE:
        for text in (None, "CAR-T infusion"):
            yield [LEADING, procedure("x", CODE, text=text, bodySite=[{"text": "Brain"}])]
    elif where is Where.DRUG:
        yield [LEADING, administration("a", CODE)]
    elif where is Where.SPECIMEN:
        yield [
            specimen("s", type=concept(CODE)),
            observation(
                "o",
                text="MRD by flow cytometry",
                valueQuantity=quantity(0.3),
                specimen={"reference": "Specimen/s"},
            ),
        ]
    elif where is Where.METHOD:
        value = {"valueQuantity": quantity(3), "method": concept(CODE)}
        yield [observation("o", text="Blasts in marrow", **value)]
    else:
        for text in (
            "CD19 on blasts",
            "CNS status",
            "Testicular examination",
            "Disease status",
            "Pregnancy test",
            "Donor search",
            "HIV 1 and 2",
        ):
            yield [observation("o", text=text, valueCodeableConcept=concept(CODE, text="Xyzzy"))]


def result(reading: Reading) -> object:
    return reading.chart, reading.unread


def with_mapping(name: str) -> Terminology:
    return mapping(f"{LOCAL},4711,,{name},")


@pytest.mark.parametrize(
    ("name", "where"),
    [(one.name, where) for one in CONCEPTS.values() for where in sorted(one.where, key=str)],
)
def test_a_code_mapped_to_it_is_read(name: str, where: Where) -> None:
    one, terminology = CONCEPTS[name], with_mapping(name)
    assert any(
        result(read(*found)) != result(read(*found, terminology=terminology))
        for found in records(one, where)
    )


ELSEWHERE = [
    condition("c", CODE, onsetDateTime="2026-01-10"),
    observation("o", CODE, valueQuantity=quantity(12)),
    procedure("x", CODE),
    administration("a", CODE),
    marrow(valueQuantity=..., valueCodeableConcept=concept(CODE, text="Xyzzy")),
]


@pytest.mark.parametrize("name", sorted(CONCEPTS))
def test_it_is_used_nowhere_else(name: str) -> None:
    """A code of a drug in the place of a diagnosis says nothing."""
    one, terminology = CONCEPTS[name], with_mapping(name)
    places = (Where.DIAGNOSIS, Where.RESULT, Where.PROCEDURE, Where.DRUG, Where.VALUE)
    for where, resource in zip(places, ELSEWHERE, strict=True):
        if where not in one.where:
            assert result(read(resource, terminology=terminology)) == result(read(resource))


def test_names_agree_with_the_value_sets() -> None:
    """A concept that bears the name of a value set belongs to it; the others have words or a
    reader.
    """
    for one in CONCEPTS.values():
        assert one.name in one.sets
        assert one.sets - {one.name} <= standard().names
        assert one.refines <= standard().names

"""`docs/mapping.md` is what the code does: every element that is kept or looked at is explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from mappings.chart import KINDS, read_chart
from scripts.make_mapping_table import FILE
from scripts.mapping_table.document import document, left_aside
from scripts.mapping_table.elements import SPECS, kept
from scripts.mapping_table.meanings import ELEMENTS, EVERYWHERE, Meaning
from scripts.mapping_table.not_read import ALWAYS, BY_TYPE, NOT_LOOKED_AT, REPORTED_ONLY
from scripts.mapping_table.rules import READING_RULES
from service import demos
from tests.mappings.examples import EXAMPLES
from tests.mappings.records import (
    CPT,
    administration,
    mrd,
    observation,
    patient,
    procedure,
    report,
    request,
    statement,
)
from tests.mappings.test_properties import RECORD

LOOKED_AT: dict[str, set[str]] = defaultdict(set)


class Watched(dict[str, Any]):
    """A resource that remembers which of its members were looked at."""

    def _seen(self, name: Any) -> None:
        LOOKED_AT[str(dict.get(self, "resourceType"))].add(str(name))

    def get(self, name: Any, default: Any = None) -> Any:
        self._seen(name)
        return super().get(name, default)

    def __getitem__(self, name: Any) -> Any:
        self._seen(name)
        return super().__getitem__(name)

    def __contains__(self, name: Any) -> bool:
        self._seen(name)
        return super().__contains__(name)


def watched(resource: Any) -> Any:
    """A copy in which the resource and those inside it are watched."""
    inside = {}
    if "contained" in resource:
        inside["contained"] = [watched(inner) for inner in resource["contained"]]
    if resource["resourceType"] == "Bundle":
        inside["entry"] = [
            entry | {"resource": watched(entry["resource"])} for entry in resource["entry"]
        ]
    return Watched(resource | inside)


def _other_values() -> Iterator[Any]:
    for name in ("SampledData", "Time", "DateTime", "Period", "Attachment"):
        yield mrd(name, **{f"value{name}": "2026"})


UNUSUAL: list[Any] = [
    patient(identifier=[{"system": "urn:mrn", "value": "1"}]),
    *_other_values(),
    mrd("timing", effectiveDateTime=..., effectiveTiming={"event": ["2026-06-08"]}),
    observation("a", text="MRD", subject={"identifier": {"system": "urn:mrn", "value": "1"}}),
    procedure("age", (CPT, "38240"), performedDateTime=None, performedRange={"low": {"value": 9}}),
    administration(
        "new", effectiveDateTime=..., medicationCodeableConcept=..., medication={"concept": {}}
    ),
    statement("new", medicationCodeableConcept=..., medication={"concept": {}}),
    request("new", medicationCodeableConcept=..., medication={"concept": {}}),
    {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]},
    report("r", "Observation/timing", effectiveInstant="2026-06-08T10:00:00Z"),
]
"""What the other records do not hold."""


def records() -> Iterator[list[Any]]:
    yield UNUSUAL
    yield RECORD
    yield from EXAMPLES.values()
    for name in demos.names():
        yield [demos.bundle(name)]


@pytest.fixture(scope="module")
def looked_at() -> dict[str, set[str]]:
    for record in records():
        read_chart([watched(item) for item in record], patient_id=None, as_of=date(2026, 6, 15))
    return LOOKED_AT


def test_the_document_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), (
        "run: python -m scripts.make_mapping_table"
    )


@pytest.mark.parametrize("kind", SPECS)
def test_every_element_that_is_kept_is_explained(kind: str) -> None:
    assert set(kept(kind)) - set(ELEMENTS[kind]) == set()


@pytest.mark.parametrize("kind", ELEMENTS)
def test_every_member_that_is_looked_at_is_explained(
    kind: str, looked_at: dict[str, set[str]]
) -> None:
    explained = {path.partition(".")[0] for path in {**ELEMENTS[kind], **EVERYWHERE}}
    assert looked_at[kind] - explained == set()


@pytest.mark.parametrize("kind", ELEMENTS)
def test_nothing_is_explained_that_nobody_reads(kind: str, looked_at: dict[str, set[str]]) -> None:
    claimed = {path for path in ELEMENTS[kind] if path not in kept(kind)}
    assert {path.partition(".")[0] for path in claimed} - looked_at[kind] == set()


@pytest.mark.parametrize("kind", BY_TYPE)
def test_every_element_that_is_left_aside_has_a_reason(kind: str) -> None:
    assert [name for name, reason in left_aside(kind) if not reason] == []


@pytest.mark.parametrize("kind", BY_TYPE)
def test_no_reason_is_given_for_what_is_read_or_does_not_exist(kind: str) -> None:
    assert set(BY_TYPE[kind]) - {name for name, _ in left_aside(kind)} == set()


def test_every_type_that_the_mapping_takes_is_in_the_document() -> None:
    assert KINDS == set(ELEMENTS) | set(REPORTED_ONLY)
    assert not KINDS & {kind for kinds in NOT_LOOKED_AT for kind in kinds.split(", ")}
    assert ALWAYS


def test_rules_that_are_cited_exist() -> None:
    meanings: list[Meaning] = [
        meaning for table in (EVERYWHERE, *ELEMENTS.values()) for meaning in table.values()
    ]
    cited = {int(number) for meaning in meanings for number in meaning.rules.split(", ") if number}
    assert cited <= set(READING_RULES)
    assert list(READING_RULES) == list(range(1, 39))

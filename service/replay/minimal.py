"""The facts of one chart as JSON, without what names the patient or words the record.

References become numbers within the chart, texts are left out. Dates stay as they are, the birth
date among them, because ages and intervals decide: what is stored this way is health data, which is
why it is off by default (``RELAPSE_CDS_STORE_FACTS``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from relapse import facts as model
from relapse.facts import Chart, Fact, Patient, Provenance, Section

VERSION = 1
"""Raised whenever a member of a fact changes its meaning: older records are then not replayed."""


class NotReplayable(Exception):
    """The stored facts are of another version, or damaged."""


def minimal(chart: Chart) -> dict[str, Any]:
    """What is needed to evaluate ``chart`` again."""
    specimens: dict[str, str] = {}
    return {
        "version": VERSION,
        "patient": _adapters()["Patient"].dump_python(
            replace(chart.patient, reference="Patient/1"), mode="json"
        ),
        "incomplete": sorted(section.value for section in chart.incomplete),
        "facts": [
            {"fact": type(fact).__name__}
            | _adapters()[type(fact).__name__].dump_python(
                _nameless(fact, number, specimens), mode="json", exclude_defaults=True
            )
            for number, fact in enumerate(chart.facts, 1)
        ],
    }


def restored(stored: object) -> Chart:
    """The chart that `minimal` was given, without its texts; `NotReplayable` where that is not
    possible.
    """
    if not isinstance(stored, dict) or stored.get("version") != VERSION:
        raise NotReplayable("its facts were stored by another version")
    try:
        return Chart(
            _adapters()["Patient"].validate_python(stored["patient"]),
            tuple(_fact(dict(item)) for item in stored["facts"]),
            frozenset(Section(name) for name in stored["incomplete"]),
        )
    except (KeyError, TypeError, ValueError, ValidationError):
        raise NotReplayable("its stored facts are damaged") from None


def _nameless(fact: Fact, number: int, specimens: dict[str, str]) -> Fact:
    """The fact with a number in place of its reference, and in place of its specimen's."""
    source = Provenance(f"{type(fact).__name__}/{number}", fact.source.date_inferred)
    plain = replace(fact, source=source, text="")
    if isinstance(plain, model.Result) and plain.specimen is not None:
        name = specimens.setdefault(plain.specimen, str(len(specimens) + 1))
        plain = replace(plain, specimen=name)
    return plain


def _fact(item: dict[str, Any]) -> Fact:
    fact: Fact = _adapters()[item.pop("fact")].validate_python(item)
    return fact


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    """By class name, made at first use: pydantic reads the annotations of each."""
    kinds: list[type[Any]] = [Patient, *_below(Fact)]
    return {kind.__name__: TypeAdapter(kind) for kind in kinds}


def _below(kind: type[Fact]) -> Iterator[type[Fact]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)

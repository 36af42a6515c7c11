"""A sample of the mutations of the demonstration patients; all of them with
``python -m tests.mappings.mutations 10000``.
"""

from __future__ import annotations

import random

import pytest

from mappings.context import Context
from service import demos
from tests.mappings import mutations

SAMPLE = 300


def test_mutations_never_raise_speak_of_others_or_fall_silent() -> None:
    done, failed = mutations.run(SAMPLE)
    assert failed == []
    assert set(done) == set(mutations.ACTIONS)


def test_strangers_are_in_every_record_and_the_undisturbed_ones_are_read() -> None:
    for name in demos.names():
        record = mutations.resources(name)
        assert sum(item["id"].startswith("stranger-") for item in record) >= 2
        assert mutations.undisturbed(name).chart.facts


def test_a_mutation_that_falls_silent_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the unread report some of the same mutations fail: the check can see silence."""
    monkeypatch.setattr(Context, "list_unread", lambda *_args: None)
    _, failed = mutations.run(SAMPLE)
    assert any("not listed" in one for one in failed)


def test_a_fact_of_a_stranger_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "is_patients", lambda *_args: True)
    name = demos.names()[0]
    mutation = mutations.mutated(name, random.Random(0))
    assert "a fact of a stranger" in list(mutations.faults(name, mutation))

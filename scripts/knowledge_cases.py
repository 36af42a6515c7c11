"""Which rules a clinical case holds the service to: what its expectations name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from relapse.assessment import Option
from scripts.synthetic_records.cases import Case
from tests.cases.expectations import STANDING


def expected_ids(case: Case) -> set[str]:
    """Rules, precautions and data requests whose absence would make the case fail."""
    expected = case.expected
    # Rules of ``about`` stand in no answer: their pair of cases differs in it (tests/knowledge).
    context = expected.get("context") or {}
    found = {*case.about, *_words(expected.get("rules")), *_words(context.get("rules"))}
    found.update(_words(context.get("requests")), _words(context.get("precautions")))
    for requests in (expected.get("notices") or {}).values():
        found.update(_words(requests))
    for option in Option:
        if option.value in expected:
            found.update(_of_option(expected[option.value], STANDING[option]))
    return found


def _of_option(wanted: Any, standing: Iterable[str]) -> Iterator[str]:
    """Precautions and requests are compared where the option is suggested at all."""
    words: Mapping[str, Any] = {"strength": wanted} if isinstance(wanted, str) else wanted
    if words["strength"].startswith("NOT"):
        return
    yield from standing
    yield from _words(words.get("precautions"))
    yield from _words(words.get("requests"))


def _words(items: Iterable[str] | None) -> Iterator[str]:
    """Ids without what is said about them (``P-14 warn``)."""
    for item in items or ():
        yield str(item).split()[0]


def cases_file(cases: Iterable[Case], tests: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
    """The content of ``service/knowledge/cases.json``: sentences by case, cases by rule, and the
    files of unit tests by rule.
    """
    sentences: dict[str, str] = {}
    rules: dict[str, list[str]] = {}
    for case in cases:
        ids = expected_ids(case)
        sentences[case.id] = " ".join(case.sentence.split())
        for id in ids:
            rules.setdefault(id, []).append(case.id)
    return {
        "cases": sentences,
        "rules": {id: sorted(rules[id]) for id in sorted(rules)},
        "tests": dict(tests),
    }

"""Seeded mutations of the demonstration patients, and what must hold for the reading of each.

One mutation changes one member somewhere in one resource: dropped, duplicated, retyped, truncated
or swapped with another. ``python -m tests.mappings.mutations 10000`` runs as many and names what
fails; a second number is the first seed.
"""

from __future__ import annotations

import copy
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from mappings.chart import KINDS, Reading, read_chart
from mappings.context import UNFORESEEN
from mappings.errors import MappingError
from mappings.record.resources import collect
from mappings.terminology import standard
from relapse.facts import Fact
from service import demos

AS_OF = date.fromisoformat(demos.AS_OF)
ACTIONS = ("drop", "duplicate", "retype", "truncate", "swap")
_ODD: tuple[Any, ...] = (
    None, "", " ", 0, -1, 7, 1.5, 1e300, float("nan"), True, False, [], {}, [[]], [None], [{}], "x",
    "x" * 3000, "\x00\u202e", "2026-99-99", "0.3 %", "not detected", {"reference": "Patient/other"},
    {"coding": "x"}, {"coding": [None, 5]}, {"start": 5}, {"value": {}}, [{"value": "x"}],
    "entered-in-error", 10**30,
)  # fmt: skip
_SILENT_STATUSES = frozenset(
    {"cancelled", "not-done", "not-taken", "intended", "draft", "preparation", "refuted"}
)
_NOTHING: tuple[Any, ...] = (None, "", [], {}, [[]], [None], [{}], " ")
_TELLING = re.compile(
    r"leuk|lymphoblast|\ball\b|blast|mrd|residual|cd\s*-?19|cd\s*-?22|phenotyp|bcr|kmt2a|t315i|"
    r"karyotyp|remission|spinal|csf\b|\bcns|testic|transplant|\bhsct|car-?t\b|leucel|intrathecal|"
    r"mab\b|ozogamicin|tinib|gvhd|graft|induction|consolidation|maintenance",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mutation:
    """One changed record: the place of the changed resource, the action and the path in it."""

    record: list[Any]
    index: int
    action: str
    path: tuple[Any, ...]

    @property
    def resource(self) -> Any:
        return self.record[self.index]


@cache
def patient_of(name: str) -> str:
    return next(str(item["id"]) for item in resources(name) if item["resourceType"] == "Patient")


@cache
def resources(name: str) -> tuple[Any, ...]:
    """A demonstration patient as servers send it, with two resources of a stranger."""
    answers: Any = demos.request_body(name)["prefetch"]
    found: list[Any] = []
    for answer in answers.values():
        if answer and answer["resourceType"] == "Bundle":
            found += [entry["resource"] for entry in answer["entry"]]
        elif answer:
            found.append(answer)
    strangers = [
        copy.deepcopy(item) | {"id": f"stranger-{item['id']}", "subject": _STRANGER}
        for item in found
        if "subject" in item
    ]
    return (*found, *strangers[:: max(1, len(strangers) // 2)])


_STRANGER = {"reference": "Patient/stranger"}


@cache
def undisturbed(name: str) -> Reading:
    return read_chart(list(resources(name)), patient_id=patient_of(name), as_of=AS_OF)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        yield from _places(child, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def mutated(name: str, chance: random.Random) -> Mutation:
    """The record with one member of one of the patient's resources changed."""
    record = list(resources(name))
    own = [i for i, item in enumerate(record) if not item["id"].startswith("stranger-")]
    index = chance.choice(own)
    resource = record[index] = copy.deepcopy(record[index])
    paths = list(_places(resource))
    path, action = chance.choice(paths), chance.choice(ACTIONS)
    holder, key = _at(resource, path[:-1]), path[-1]
    if action == "drop":
        del holder[key]
    elif action == "duplicate":
        if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[key] = [holder[key], copy.deepcopy(holder[key])]
    elif action == "retype":
        holder[key] = copy.deepcopy(chance.choice(_ODD))
    elif action == "truncate" and isinstance(holder[key], str):
        holder[key] = holder[key][: chance.randrange(len(holder[key]) + 1)]
    elif action == "truncate" and isinstance(holder[key], (list, dict)) and holder[key]:
        inner = holder[key]
        inner.pop() if isinstance(inner, list) else inner.popitem()
    else:
        other = chance.choice(record)
        holder[key] = copy.deepcopy(_at(other, chance.choice(list(_places(other)))))
    return Mutation(record, index, action, path)


def faults(name: str, mutation: Mutation) -> Iterator[str]:
    """What is wrong with the reading of a mutated record; nothing where all holds."""
    patient = patient_of(name)
    try:
        reading = read_chart(mutation.record, patient_id=patient, as_of=AS_OF)
    except MappingError:
        if mutation.resource.get("resourceType") != "Patient":
            yield "the whole record is refused"
        return
    if any(item.reason == UNFORESEEN for item in reading.unread):
        yield "a shape that was not foreseen"
    yield from _strangers(patient, mutation, reading)
    yield from _silence(name, mutation, reading)


def _strangers(patient: str, mutation: Mutation, reading: Reading) -> Iterator[str]:
    if any("stranger" in fact.source.reference for fact in reading.chart.facts):
        yield "a fact of a stranger"
    own = _reference(mutation.resource)
    subject = mutation.resource.get("subject")
    if any(fact.source.reference == own for fact in reading.chart.facts):
        text = subject.get("reference") if isinstance(subject, dict) else None
        if not isinstance(text, str) or not text.strip().endswith(f"Patient/{patient}"):
            yield "a fact of a resource that is not the patient's"


def _silence(name: str, mutation: Mutation, reading: Reading) -> Iterator[str]:
    """A resource that gave facts and gives none, or one without date or value, and is not
    listed.
    """
    original = resources(name)[mutation.index]
    before = _facts(undisturbed(name), _reference(original))
    own = _reference(mutation.resource)
    after = _facts(reading, own)
    listed = {item.reference for item in reading.unread}
    if not before or own in listed or _excused(mutation, original):
        return
    if not after:
        yield "no fact any more, and not listed"
        return
    # A dosage without its period is a dosage; a period without its end is what is looked for.
    ends = "period" in str(mutation.path).lower()
    for what in ("when", "fraction", "until") if ends else ("when", "fraction"):
        had = sum(getattr(fact, what, None) is not None for fact in before)
        has = sum(getattr(fact, what, None) is not None for fact in after)
        if len(after) == len(before) and has < had:
            yield f"lost its {what}, and not listed"


def _reference(resource: Any) -> str:
    found = collect([resource], KINDS)
    return found[0].reference if found else ""


def _facts(reading: Reading, reference: str) -> list[Fact]:
    return [fact for fact in reading.chart.facts if fact.source.reference == reference]


def _excused(mutation: Mutation, original: Any) -> bool:
    """Whether silence is right: what made the resource matter is gone, or it says that nothing
    happened.
    """
    resource = mutation.resource
    kind = resource.get("resourceType")
    if kind != original["resourceType"]:
        return True
    top = mutation.path[0]
    if top in ("subject", "status") and mutation.action == "drop":
        return False
    try:
        now = _at(resource, mutation.path)
    except (KeyError, IndexError, TypeError):
        return True  # dropped: absent, as in many true records
    if now in _NOTHING or (mutation.action == "truncate" and not isinstance(now, str)):
        return True  # nothing there, or a member of it dropped
    if _word(resource.get("status")) in _SILENT_STATUSES or "refuted" in repr(
        resource.get("verificationStatus")
    ):
        return True
    return not _relevant(resource, original)


def _word(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _relevant(resource: Any, original: Any) -> bool:
    """Whether a code that is known, or a telling word, still says what the resource is about."""
    codes, words = _marks(resource)
    codes_before, words_before = _marks(original)
    return bool(codes & codes_before or words & words_before)


def _marks(resource: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The value sets and the telling words by which a resource is recognised."""
    terminology = standard()
    names = ("code", "medicationCodeableConcept", "medicationReference", "title", "category")
    about = [resource.get(name) for name in names if resource.get(name)]
    about += [
        part.get("code") for part in resource.get("component") or () if isinstance(part, dict)
    ]
    found = " | ".join(map(_words, about)).lower()
    names_of_sets: set[str] = set()
    for one in about:
        names_of_sets |= terminology.of(one)
    return frozenset(names_of_sets), frozenset(_TELLING.findall(found))


def _words(value: Any) -> str:
    """Text and displays, where a reader would look for them."""
    if isinstance(value, str):
        return "" if "demo-" in value else value  # ids of these records hold telling words
    if isinstance(value, dict):
        found = [value.get("text"), value.get("display")]
        coding = value.get("coding")
        if isinstance(coding, list):
            found += [one.get("display") for one in coding if isinstance(one, dict)]
        return " | ".join(text for text in found if isinstance(text, str) and "demo-" not in text)
    return ""


def run(count: int, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """How many mutations of each action were read, and the failures, each with its seed."""
    done: Counter[str] = Counter()
    failed: list[str] = []
    names = demos.names()
    for number in range(seed, seed + count):
        chance = random.Random(number)
        name = names[number % len(names)]
        mutation = mutated(name, chance)
        done[mutation.action] += 1
        try:
            found = list(faults(name, mutation))
        except Exception as error:  # whatever it is, it must not come out of the mapping
            found = [f"raised {type(error).__name__}"]
        place = ".".join(map(str, (mutation.resource.get("resourceType"), *mutation.path)))
        failed += [f"{number} {name} {mutation.action} {place}: {one}" for one in found]
    return done, failed


def main(count: int = 10_000, seed: int = 0) -> int:
    """Exit status 1 if any mutation failed."""
    began = time.monotonic()
    done, failed = run(count, seed)
    shown = ", ".join(f"{name} {times}" for name, times in sorted(done.items()))
    took = f"{time.monotonic() - began:.0f} s"
    lines = [f"{count} mutations ({shown}), {len(failed)} failed, {took}", *failed]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

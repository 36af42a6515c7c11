"""What another set of rules or policies would have answered to a recorded call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hooks.compose import Presentation, cards
from relapse.evaluate import evaluate
from relapse.policy import Policy, PolicyError
from service.decisions.record import POLICY, consideration
from service.replay.minimal import NotReplayable, restored
from service.store.decisions import DecisionRecord

_SILENT = Presentation(new_uuid=lambda name: name, suggestions=False)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One recorded call, then and now. Cards are indicators by topic, options strengths by name."""

    record: DecisionRecord
    cards_then: Mapping[str, str]
    cards_now: Mapping[str, str]
    options_then: Mapping[str, Mapping[str, Any]]
    options_now: Mapping[str, Mapping[str, Any]]

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs, a short line for each; empty where the answer is the same."""
        return (*self._cards(), *self._options())

    @property
    def topics_changed(self) -> frozenset[str]:
        """Topics whose card came, went, changed its indicator, or says something else of its
        option.
        """
        return frozenset(
            topic
            for topic in {**self.cards_then, **self.cards_now}
            if self.cards_then.get(topic) != self.cards_now.get(topic)
            or self.options_then.get(topic) != self.options_now.get(topic)
        )

    def _cards(self) -> Iterator[str]:
        for topic in sorted({**self.cards_then, **self.cards_now}):
            then, now = self.cards_then.get(topic), self.cards_now.get(topic)
            if then is None:
                yield f"card {topic}: new ({now})"
            elif now is None:
                yield f"card {topic}: gone (was {then})"
            elif then != now:
                yield f"card {topic}: {then} → {now}"

    def _options(self) -> Iterator[str]:
        for option in sorted({**self.options_then, **self.options_now}):
            then, now = self.options_then.get(option, {}), self.options_now.get(option, {})
            for name in ("strength", "products", "precautions", "dataRequests", "rules"):
                before, after = then.get(name), now.get(name)
                if before != after:
                    yield f"{option} {name}: {_shown(before, after)}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that cannot be replayed, and why."""

    record: DecisionRecord
    why: str


def replay(
    records: Iterable[DecisionRecord], policy: Policy | None
) -> Iterator[Replayed | Skipped]:
    """Evaluate each record again with the rules of this version: under ``policy``, or under the
    policies of its time where there is none.
    """
    for record in records:
        try:
            yield _replayed(record, policy or _policy_of(record))
        except NotReplayable as error:
            yield Skipped(record, str(error))


def summary(results: Iterable[Replayed | Skipped]) -> dict[str, Any]:
    """Numbers over a whole run, in the form of the JSON output."""
    counted: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for item in results:
        if isinstance(item, Skipped):
            skipped[item.why] += 1
            continue
        counted["replayed"] += 1
        counted["changed"] += bool(item.changes)
        topics.update(item.topics_changed)
    return {
        "replayed": counted["replayed"],
        "changed": counted["changed"],
        "cardsChangedByTopic": dict(sorted(topics.items())),
        "notReplayable": dict(sorted(skipped.items())),
    }


def _replayed(record: DecisionRecord, policy: Policy) -> Replayed:
    chart = restored(record.facts)
    assessment = evaluate(chart, record.as_of, policy)
    return Replayed(
        record=record,
        cards_then={card.topic: card.indicator for card in record.cards},
        cards_now={
            card.source.topic.code: card.indicator.value
            for card in cards(assessment, policy, _SILENT)
        },
        options_then={item["option"]: item for item in record.considerations},
        options_now={
            item["option"]: item for item in map(consideration, assessment.considerations)
        },
    )


def _policy_of(record: DecisionRecord) -> Policy:
    try:
        policy: Policy = POLICY.validate_python(
            {**dict(record.policies), "jurisdiction": record.jurisdiction}
        )
    except (ValidationError, PolicyError, TypeError, ValueError):
        raise NotReplayable("its policies do not exist in this version") from None
    return policy


def _shown(before: object, after: object) -> str:
    """Only what differs of two lists or tables."""
    if isinstance(before, dict) and isinstance(after, dict):
        parts = [
            f"{key} {before.get(key, '–')} → {after.get(key, '–')}"
            for key in sorted({**before, **after})
            if before.get(key) != after.get(key)
        ]
        return ", ".join(parts)
    if isinstance(before, list) and isinstance(after, list):
        gone = [f"-{item}" for item in before if item not in after]
        new = [f"+{item}" for item in after if item not in before]
        return " ".join(gone + new) or "another order"
    return f"{before or '–'} → {after or '–'}"

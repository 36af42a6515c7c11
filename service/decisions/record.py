"""The decision record of one call: what was advised, by which rules, on which input.

No name, birth date or free text: options, strengths, ids of rules with their states, uuids of cards
and suggestions. The patient is a keyed hash, so that records of one patient can be told apart from
those of another by whoever holds the key, and by nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import orjson
from pydantic import TypeAdapter

from hooks.cards import Card, Suggestion
from hooks.prefetch import Gathered
from hooks.registry import Outcome
from relapse.assessment import Consideration, RuleResult
from relapse.policy import Policy
from relapse.rules import MODEL_VERSION
from service.replay.minimal import minimal
from service.request.wire import CdsRequest
from service.store.decisions import CardRecord, DecisionRecord, SuggestionRecord
from service.trust.caller import Caller

POLICY = TypeAdapter(Policy)
"""Policies as JSON: `Policy` by name, decimals as text."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one call."""

    status: int
    as_of: date
    timings: Mapping[str, float]
    """Seconds by phase."""
    gathered: Gathered | None
    """None where the data could not be had."""
    outcome: Outcome


@dataclass(frozen=True)
class Recording:
    """Makes the records of one process."""

    policy: Policy
    key: bytes
    """Of the hash over patient ids."""
    store_facts: bool
    site_mapping: str = ""
    """The version of the site's mapping of codes."""

    def record(
        self, called: CdsRequest, body: bytes, caller: Caller | None, answered: Answered
    ) -> DecisionRecord:
        """The record of one call of a service."""
        gathered, outcome = answered.gathered, answered.outcome
        assessment = outcome.assessment
        facts = minimal(outcome.chart) if self.store_facts and outcome.chart else None
        return DecisionRecord(
            id=str(uuid4()),
            at=datetime.now(UTC),
            service=called.service.id,
            hook=called.service.hook.name,
            hook_instance=str(called.hook_instance),
            client=caller.name if caller else "",
            tenant=(caller.tenant or "") if caller else "",
            subject_key=self._subject(called.patient_id),
            as_of=answered.as_of,
            knowledge_version=MODEL_VERSION,
            software_version=_software(),
            jurisdiction=self.policy.jurisdiction,
            policies=self._policies,
            site_mapping=self.site_mapping,
            input_hash=_input_hash(body, called, gathered),
            status=answered.status,
            considerations=[consideration(item) for item in assessment.considerations]
            if assessment
            else [],
            rules=states(assessment.state.rules) if assessment else {},
            unavailable=sorted(gathered.unavailable) if gathered else [],
            unread=len(outcome.unread),
            timings={name: round(1000 * took, 2) for name, took in answered.timings.items()},
            facts=facts,
            cards=tuple(_card(card) for card in outcome.cards),
        )

    def _subject(self, patient_id: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(patient_id.encode())
        return keyed.hexdigest()

    @cached_property
    def _keyed(self) -> hashlib.blake2b:
        # The hash takes keys of at most 64 bytes; a site's may be longer.
        return hashlib.blake2b(key=hashlib.sha256(self.key).digest(), digest_size=32)

    @cached_property
    def _policies(self) -> dict[str, Any]:
        kept: dict[str, Any] = POLICY.dump_python(self.policy, mode="json", exclude_defaults=True)
        kept.pop("jurisdiction", None)
        return kept


def states(rules: Iterable[RuleResult]) -> dict[str, str]:
    """The state of each rule by id; several, where it was applied more than once and they
    differ.
    """
    found: dict[str, set[str]] = {}
    for result in rules:
        found.setdefault(result.rule, set()).add(result.state.value)
    return {rule: ",".join(sorted(values)) for rule, values in found.items()}


def consideration(item: Consideration) -> dict[str, Any]:
    """An option with strength, products and the ids of what decided it."""
    return {
        "option": item.option.value,
        "strength": item.strength.name,
        "products": {product.product: product.strength.name for product in item.products},
        "precautions": [precaution.id for precaution in item.precautions],
        "dataRequests": [request.id for request in item.requests],
        "rules": states(item.rules),
    }


def _card(card: Card) -> CardRecord:
    return CardRecord(
        uuid=card.uuid,
        topic=card.source.topic.code,
        indicator=card.indicator.value,
        suggestions=tuple(
            SuggestionRecord(suggestion.uuid, _what(suggestion)) for suggestion in card.suggestions
        ),
    )


def _what(suggestion: Suggestion) -> str:
    """The code that a draft orders, as ``system|code``."""
    for action in suggestion.actions:
        code: Any = action.resource.get("code", {})
        for coding in code.get("coding", ()):
            return f"{coding['system']}|{coding['code']}"
    return ""


def _input_hash(body: bytes, called: CdsRequest, gathered: Gathered | None) -> str:
    """SHA-256 of the request and of what was fetched to complete it."""
    digest = hashlib.sha256(body)
    for name, resources in sorted(gathered.resources.items()) if gathered else ():
        sent = called.prefetch.get(name)
        for resource in resources:
            if resource is not sent:
                digest.update(orjson.dumps([name, resource]))
    return digest.hexdigest()


@cache
def _software() -> str:
    return version("relapse-cds")

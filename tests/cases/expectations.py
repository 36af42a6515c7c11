"""Compare an answer with what a case expects; every difference becomes one sentence.

Strict where the case speaks: strengths, precautions, data requests, the list of cards and their
colour must be exactly as written; an option that is not mentioned must not be suggested. Silent
where it does not: wording, rules beyond those named, products that are not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hooks.cards import Card
from relapse.assessment import (
    Assessment,
    Consideration,
    Notice,
    Option,
    PrecautionRaised,
    Strength,
)
from scripts.synthetic_records.cases import Case
from scripts.synthetic_records.source import Table, suggestion

STANDING = {
    Option.BLINATUMOMAB: ("P-01",),
    Option.INOTUZUMAB: ("P-02",),
    Option.CAR_T: ("P-01", "P-21", "P-22"),
    Option.TRANSPLANT: (),
}
"""Precautions that every card of the therapy carries; cases do not repeat them."""
TOPICS = tuple(option.value for option in Option)
WORDS = (
    *TOPICS,
    "state",
    "rules",
    "cards",
    "warnings",
    "says",
    "does not say",
    "notices",
    "context",
)
OPTION_WORDS = ("strength", "products", "precautions", "requests")


def differences(case: Case, assessment: Assessment, cards: Iterable[Card]) -> list[str]:
    """What differs from the case, in sentences; empty where the answer is right."""
    for word in case.expected:
        if word not in WORDS:
            raise case.expected.fail(f"unknown expectation '{word}'{suggestion(word, WORDS)}", word)
    shown = list(cards)
    return [
        *_state(case.expected.get("state") or {}, assessment),
        *(text for option in Option for text in _option(case.expected, option, assessment)),
        *_rules(case.expected.get("rules") or [], assessment),
        *_cards(case.expected, shown),
        *_notices(case.expected, assessment),
        *_says(case.expected.get("says") or {}, shown),
        *_says(case.expected.get("does not say") or {}, shown, wanted=False),
    ]


def _state(expected: Any, assessment: Assessment) -> Iterator[str]:
    state = assessment.state
    found = {
        "disease": state.disease.value,
        "relapseCount": state.relapse_count,
        "remission": state.remission,
        "mrd": state.mrd.value,
        "lineage": state.lineage,
        "ph": state.ph,
        "bfm": state.bfm,
        "cog": state.cog,
        "sGroup": state.s_group,
    }
    for name, wanted in expected.items():
        actual = "none" if found[name] is None else str(found[name])
        if actual != wanted:
            yield f"{name}: expected {wanted}, the service finds {actual}"


def _option(expected: Table, option: Option, assessment: Assessment) -> Iterator[str]:
    """Strength, products, precautions and requests of one therapy."""
    name = option.value
    wanted = expected.get(name, "NOT")
    if isinstance(wanted, str):
        wanted = {"strength": wanted}
    for word in wanted:
        if word not in OPTION_WORDS:
            raise expected.fail(
                f"unknown word '{word}' for {name}{suggestion(word, OPTION_WORDS)}", name
            )
    found = assessment.consideration(option)
    if found is None:
        if not wanted["strength"].startswith("NOT"):
            yield f"{name}: expected {wanted['strength']}, the service does not consider it at all"
        elif name in expected and "(" in wanted["strength"]:
            yield f"{name}: expected {wanted['strength']}, the service gives no reason"
        return
    yield from _strength(name, wanted["strength"], found.strength, found.reason)
    products = {advice.product: advice for advice in found.products}
    for product, words in (wanted.get("products") or {}).items():
        if product not in products:
            yield f"{name}: {product} is not listed"
        else:
            yield from _strength(
                product, words, products[product].strength, products[product].reason
            )
    if found.strength is not Strength.NOT:
        yield from _precautions(name, option, wanted.get("precautions") or [], found)
        yield from _same(
            f"{name}, data requests",
            wanted.get("requests") or [],
            (one.id for one in found.requests),
        )


def _strength(name: str, words: str, strength: Strength, reason: str) -> Iterator[str]:
    """``NOT (age)`` also asks that the reason speak of it."""
    wanted, _, why = words.partition(" (")
    if strength.name != wanted:
        yield f"{name}: expected {wanted}, the service says {strength.name}" + (
            f" ({reason})" if reason else ""
        )
    elif why and why.rstrip(")").lower() not in reason.lower():
        yield f"{name}: the reason should speak of '{why.rstrip(')')}', it says '{reason}'"


def _precautions(
    name: str, option: Option, wanted: Iterable[str], found: Consideration
) -> Iterator[str]:
    ids = [*(word.split()[0] for word in wanted), *STANDING[option]]
    yield from _same(f"{name}, precautions", ids, (one.id for one in found.precautions))
    yield from _effects(name, wanted, found.precautions)


def _effects(name: str, wanted: Iterable[str], raised: Iterable[PrecautionRaised]) -> Iterator[str]:
    by_id = {one.id: {effect.value for effect in one.effects} for one in raised}
    for words in wanted:
        id, *effects = words.split()
        if id in by_id and effects and set(effects) != by_id[id]:
            actual = " and ".join(sorted(by_id[id]))
            yield f"{name}: {id} should be {' and '.join(effects)}, it is {actual}"


def _same(what: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    expected, actual = set(wanted), set(found)
    if missing := expected - actual:
        yield f"{what}: {', '.join(sorted(missing))} is missing"
    if extra := actual - expected:
        yield f"{what}: {', '.join(sorted(extra))} is not expected"


def rule_ids(assessment: Assessment) -> set[str]:
    """Every rule that the answer names."""
    results = [*assessment.state.rules]
    lines = []
    for part in (*assessment.considerations, *assessment.notices):
        results.extend(part.rules)
        lines.extend(part.lines)
    return {result.rule for result in results} | {one.rule for one in lines}


def _rules(wanted: Iterable[str], assessment: Assessment) -> Iterator[str]:
    named = rule_ids(assessment)
    for id in wanted:
        if id not in named:
            yield f"rule {id} should have decided, the answer does not name it"


def _cards(expected: Table, cards: list[Card]) -> Iterator[str]:
    if "cards" not in expected:
        return
    topics = [card.source.topic.code for card in cards]
    if topics != list(expected["cards"]):
        yield f"cards: expected {_listed(expected['cards'])}, shown are {_listed(topics)}"
    warning = [card.source.topic.code for card in cards if card.indicator.value == "warning"]
    wanted = expected.get("warnings") or []
    if set(warning) != set(wanted):
        yield f"warning cards: expected {_listed(wanted)}, shown are {_listed(warning)}"


def _listed(topics: Iterable[str]) -> str:
    return ", ".join(topics) or "none"


def _notices(expected: Table, assessment: Assessment) -> Iterator[str]:
    """The context card in full; other cards without therapy for the data that they ask for."""
    notices = {notice.kind.value: notice for notice in assessment.notices}
    for topic, requests in (expected.get("notices") or {}).items():
        if topic not in notices:
            yield f"{topic}: no such notice"
        else:
            found = {one.id for one in _requests(notices[topic])}
            if missing := set(requests) - found:
                yield f"{topic}: does not ask for {', '.join(sorted(missing))}"
    context = notices.get("relapse-context")
    if context is None:
        return
    wanted = expected.get("context") or {}
    ids = {one.rule for one in context.lines}
    if missing := set(wanted.get("rules") or []) - ids:
        yield f"context card: no line {', '.join(sorted(missing))}"
    if unexpected := set(wanted.get("without") or []) & ids:
        yield f"context card: line {', '.join(sorted(unexpected))} does not belong there"
    yield from _same(
        "context card, data requests",
        wanted.get("requests") or [],
        (r.id for r in _requests(context)),
    )
    precautions = wanted.get("precautions") or []
    ids_raised = (one.id for one in context.precautions)
    yield from _same(
        "context card, precautions", (word.split()[0] for word in precautions), ids_raised
    )
    yield from _effects("context card", precautions, context.precautions)


def _requests(notice: Notice) -> list[Any]:
    return [*notice.requests, *(request for part in notice.lines for request in part.requests)]


def _says(expected: Any, cards: list[Card], *, wanted: bool = True) -> Iterator[str]:
    """Words that a card must contain, or must not, by topic or for 'every card'."""
    for topic, words in expected.items():
        chosen = [card for card in cards if topic in ("every card", card.source.topic.code)]
        if not chosen:
            yield f"{topic}: no such card to read"
        for card in chosen:
            text = f"{card.summary}\n{card.detail}".lower().replace("\u2011", "-")
            for word in words:
                if (word.lower() in text) is not wanted:
                    verb = "does not say" if wanted else "should not say"
                    yield f"card {card.source.topic.code} {verb} '{word}'"

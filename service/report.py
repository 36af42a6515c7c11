"""The result of ``relapse-cds evaluate`` as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from hooks.cards import Card, Indicator
from hooks.markdown import plain
from hooks.trace import state_members
from hooks.wire import lean
from relapse.assessment import Assessment, Consideration


class UnreadItem(Protocol):
    """What is needed of `mappings.chart.Unread`."""

    @property
    def reference(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def code_text(self) -> str: ...


def as_json(
    assessment: Assessment, unread: Iterable[UnreadItem], cards: Iterable[Card]
) -> dict[str, object]:
    """The whole answer as one JSON object; its shape is an interface that others rely on."""
    return {
        "asOf": assessment.as_of.isoformat(),
        "patient": assessment.patient,
        "state": state_members(assessment.state),
        "considerations": [_consideration(item) for item in assessment.considerations],
        "unread": [
            lean({"reference": item.reference, "reason": item.reason, "codeText": item.code_text})
            for item in unread
        ],
        "cards": [card.wire() for card in cards],
    }


def print_text(
    console: Console,
    assessment: Assessment,
    unread: Iterable[UnreadItem],
    cards: Iterable[Card],
    *,
    full: bool,
) -> None:
    """The answer for a person: state, one line for each option, cards, and what could not be
    read.
    """
    console.print(
        Text(f"{assessment.patient}, {assessment.as_of}, {assessment.jurisdiction} labels", "bold")
    )
    console.print(Text(assessment.state.text or f"Disease state: {assessment.state.disease.value}"))
    for caveat in assessment.state.caveats:
        console.print(Text(f"Note: {caveat}", "yellow"))
    for item in assessment.considerations:
        console.print(_option_line(item))
    cards = tuple(cards)
    if not cards:
        console.print(Text("No cards."))
    for card in cards:
        warning = card.indicator is Indicator.WARNING
        console.print()
        console.print(
            Text("! " if warning else "i ", "bold yellow" if warning else "bold cyan")
            + Text(card.summary, "bold")
        )
        if full:
            console.print(Markdown(card.detail))
        else:
            _print_requests(console, card)
    _print_unread(console, unread)


def _consideration(item: Consideration) -> dict[str, object]:
    members: dict[str, object] = {"option": item.option.value, "strength": item.strength.name}
    if item.products:
        members["products"] = [
            lean(
                {
                    "product": product.product,
                    "strength": product.strength.name,
                    "reason": product.reason,
                }
            )
            for product in item.products
        ]
    if item.reason:
        members["reason"] = item.reason
    return members | {
        "precautions": [precaution.id for precaution in item.precautions],
        "dataRequests": [request.id for request in item.requests],
        "rules": [rule.rule for rule in item.rules],
    }


_COLOURS = {"EVAL": "bold green", "CONS": "green", "CAD": "yellow", "NOT": "dim"}


def _option_line(item: Consideration) -> Text:
    line = (
        Text("  ")
        .append(f"{item.strength.name:5}", _COLOURS[item.strength.name])
        .append(item.option.value)
    )
    if item.reason:
        line.append(f": {item.reason}", "dim")
    return line


def _print_requests(console: Console, card: Card) -> None:
    for suggestion in card.suggestions:
        console.print(Text(f"    offers: {suggestion.label}", "dim"))


def _print_unread(console: Console, unread: Iterable[UnreadItem]) -> None:
    items = tuple(unread)
    if not items:
        return
    console.print()
    console.print(Text(f"Not read ({len(items)})", "bold"))
    for item in items:
        text = f" «{plain(item.code_text)}»" if item.code_text else ""
        console.print(Text(f"  {plain(item.reference)}{text}: {item.reason}"))

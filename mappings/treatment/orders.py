"""Orders of infused drugs: perhaps given, unless doses are on record (mapping rule 32)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from mappings.context import Context
from mappings.record.resources import Item
from relapse.dates import DateRange
from relapse.facts import Agent, DrugUse, Given

_DAYS_AROUND = 7
_DAYS_AFTER_ORDER = 60


@dataclass(frozen=True, slots=True)
class Order:
    """An order of an infused drug, kept back until it is known whether doses were recorded under
    it.
    """

    item: Item
    use: DrugUse


class _Doses:
    """The days of all recorded doses of one drug, for finding any within a span of days."""

    def __init__(self, days: list[DateRange]) -> None:
        days.sort(key=lambda day: day.latest)
        self._last_days = [day.latest for day in days]
        # For each dose the earliest first day among it and all that end later.
        self._first_days = list(accumulate((day.earliest for day in reversed(days)), min))[::-1]

    def any_within(self, first: date, last: date) -> bool:
        place = bisect_left(self._last_days, first)
        return place < len(self._first_days) and self._first_days[place] <= last


def add_orders(context: Context, orders: list[Order], under: set[str]) -> None:
    """Orders of infused drugs under which no dose is recorded: perhaps given (mapping rule 32)."""
    if not orders:
        return
    days: dict[tuple[Agent, str], list[DateRange]] = {}
    for fact in context.facts:
        if isinstance(fact, DrugUse) and fact.given is not Given.ORDERED and fact.when is not None:
            days.setdefault(_drug(fact), []).append(fact.when)
    doses = {drug: _Doses(found) for drug, found in days.items()}
    for order in orders:
        recorded = doses.get(_drug(order.use))
        if order.item.reference in under or (recorded and _covered(order.use, recorded)):
            continue
        context.facts.append(order.use)


def _drug(use: DrugUse) -> tuple[Agent, str]:
    """What tells drugs apart; those without a rule of their own by name."""
    return use.agent, use.name.lower() if use.agent is Agent.OTHER_ANTILEUKAEMIC else ""


def _covered(order: DrugUse, doses: _Doses) -> bool:
    """Whether a dose can be one of this order: from shortly before it until well after its end."""
    if order.when is None:
        return False
    first = order.when.shifted(days=-_DAYS_AROUND).earliest
    end, slack = (order.until, _DAYS_AROUND) if order.until else (order.when, _DAYS_AFTER_ORDER)
    return doses.any_within(first, end.shifted(days=slack).latest)

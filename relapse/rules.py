"""The register of rules: each function that decides something carries the id of its rule.

A rule is registered where it is defined, so that its id, title and sources stand beside its code
and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from relapse.assessment import Criterion, RuleResult, Strength
from relapse.logic import Tri, all_of
from relapse.sources import SOURCES

MODEL_VERSION = "1.2"
"""Version of the clinical model that the rules implement."""
VALID_FROM = date(2026, 8, 11)
"""Rules without a date of their own hold from here: the newest source that the model was checked
against.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule is: never changing id, title, sources, since when it holds, and where its code
    stands.
    """

    id: str
    title: str
    sources: tuple[str, ...]
    promise: str
    place: str
    valid_from: date = VALID_FROM


_RULES: dict[str, Rule] = {}
RULES: Mapping[str, Rule] = MappingProxyType(_RULES)

Decides = TypeVar("Decides", bound=Callable[..., Any])


def rule(id: str, title: str, *sources: str) -> Callable[[Decides], Decides]:
    """Register the decorated function as the place where rule ``id`` is decided."""

    def register(function: Decides) -> Decides:
        carried_by(function, id, title, *sources, promise=function.__doc__ or "")
        return function

    return register


def carried_by(
    function: Callable[..., Any], id: str, title: str, *sources: str, promise: str
) -> None:
    """Register a rule that ``function`` carries out; KeyError for an id or a source in error."""
    unknown = [source for source in sources if source not in SOURCES]
    if unknown or id in _RULES:
        raise KeyError(f"rule {id}: registered twice, or unknown sources {unknown}")
    place = f"{function.__module__}.{function.__qualname__}"
    _RULES[id] = Rule(id, title, sources, " ".join(promise.split()), place)


def decided(
    id: str,
    criteria: tuple[Criterion, ...],
    when_met: Strength | None = None,
    *,
    note: str = "",
) -> RuleResult:
    """A rule that requires all ``criteria``: its strength when met, CAD when unknown, none when not
    met.
    """
    state = all_of(criterion.state for criterion in criteria)
    strength = None
    if when_met is not None and state is Tri.MET:
        strength = when_met
    elif when_met is not None and when_met > Strength.NOT and state is Tri.UNKNOWN:
        strength = Strength.CAD
    info = RULES[id]
    return RuleResult(id, info.title, state, criteria, info.sources, strength, note)


def applied(
    id: str,
    state: Tri = Tri.MET,
    *criteria: Criterion,
    strength: Strength | None = None,
    note: str = "",
) -> RuleResult:
    """A rule whose answer was found elsewhere, for the trace."""
    info = RULES[id]
    return RuleResult(id, info.title, state, criteria, info.sources, strength, note)

"""Strength of an option from its rules: the strongest wins, then caps and blocks (clinical model
0.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from relapse.assessment import (
    Consideration,
    DataRequest,
    Effect,
    Option,
    PrecautionRaised,
    RuleResult,
    Strength,
)
from relapse.logic import Tri
from relapse.requests import merged, request


def not_suggested(
    option: Option, reason: str, rules: Sequence[RuleResult], *, silent: bool = False
) -> Consideration:
    """An option that a rule rules out; it keeps the reason."""
    return Consideration(option, Strength.NOT, reason, rules=tuple(rules), silent=silent)


def strongest(rules: Iterable[RuleResult]) -> Strength:
    return max((item.strength for item in rules if item.strength is not None), default=Strength.NOT)


def lowered(
    strength: Strength, caps: Iterable[RuleResult], precautions: Iterable[PrecautionRaised]
) -> Strength:
    """A cap lowers EVAL to CONS and leaves the rest; a block makes NOT."""
    raised = list(precautions)
    if any(Effect.BLOCK in item.effects for item in raised):
        return Strength.NOT
    capped = any(item.state is Tri.MET for item in caps) or any(
        Effect.CAP in item.effects for item in raised
    )
    return min(strength, Strength.CONS) if capped else strength


def requests_of(rules: Iterable[RuleResult]) -> list[DataRequest]:
    """What would settle the criteria that are unknown, in rules that could still be met."""
    wanted = []
    for item in rules:
        if item.state is Tri.NOT_MET or item.strength is None:
            continue
        for criterion in item.criteria:
            if criterion.state is Tri.UNKNOWN:
                wanted += [request(id, criterion.note) for id in criterion.requests]
    return wanted


def first_reason(rules: Iterable[RuleResult]) -> str:
    """Why no rule is met: the first criterion that fails in the rule that came nearest."""
    nearest = min(
        (item for item in rules if item.state is Tri.NOT_MET and item.criteria),
        key=lambda item: sum(criterion.state is Tri.NOT_MET for criterion in item.criteria),
        default=None,
    )
    if nearest is None:
        return "no rule applies"
    return next(
        f"not met: {criterion.text}"
        for criterion in nearest.criteria
        if criterion.state is Tri.NOT_MET
    )


def notes_of(rules: Iterable[RuleResult]) -> tuple[str, ...]:
    """The notes of rules and caps that apply."""
    return tuple(
        dict.fromkeys(
            item.note
            for item in rules
            if item.note and item.state is not Tri.NOT_MET and item.strength is not Strength.NOT
        )
    )


def considered(
    option: Option,
    rules: Sequence[RuleResult],
    *,
    caps: Sequence[RuleResult] = (),
    precautions: Sequence[PrecautionRaised] = (),
    requests: Sequence[DataRequest] = (),
    notes: Sequence[str] = (),
) -> Consideration:
    """An option by its strongest rule; without one, NOT with the reason that came nearest."""
    strength = strongest(rules)
    if strength is Strength.NOT:
        return not_suggested(option, first_reason(rules), rules)
    final = lowered(strength, caps, precautions)
    every = (*rules, *(cap for cap in caps if cap.state is Tri.MET))
    if final is Strength.NOT:
        block = next(item for item in precautions if Effect.BLOCK in item.effects)
        return not_suggested(option, block.text, every)
    asked = merged([*requests_of(rules), *requests])
    return Consideration(
        option,
        final,
        notes=(*notes_of(every), *notes),
        rules=every,
        precautions=tuple(precautions),
        requests=asked,
    )

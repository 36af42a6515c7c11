"""Three-valued logic (strong Kleene) and intervals of numbers (clinical model 0.2, 0.4).

A predicate over a patient's record is met, not met or unknown. Missing data is unknown, never "not
met".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from relapse.terms import Term


class Tri(Term):
    """The truth of a predicate: met, not met, or unknown."""

    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a three-valued answer has no truth value: compare it with Tri.MET")

    def __and__(self, other: Tri) -> Tri:
        return all_of((self, other))

    def __or__(self, other: Tri) -> Tri:
        return any_of((self, other))

    def __invert__(self) -> Tri:
        return _NEGATION[self]

    @property
    def rank(self) -> int:
        """Not met, unknown, met: for the more worrying one of findings on a harm."""
        return _RANKS[self]

    @classmethod
    def of(cls, value: bool | None) -> Tri:
        """The answer for a plain truth value; ``None`` means that nothing is known."""
        if value is None:
            return cls.UNKNOWN
        return cls.MET if value else cls.NOT_MET


_RANKS = {Tri.NOT_MET: 0, Tri.UNKNOWN: 1, Tri.MET: 2}
_NEGATION = {Tri.MET: Tri.NOT_MET, Tri.NOT_MET: Tri.MET, Tri.UNKNOWN: Tri.UNKNOWN}


def all_of(states: Iterable[Tri]) -> Tri:
    """Not met if any is not met; else unknown if any is unknown; else met (also of none)."""
    answer = Tri.MET
    for state in states:
        if state is Tri.NOT_MET:
            return Tri.NOT_MET
        if state is Tri.UNKNOWN:
            answer = Tri.UNKNOWN
    return answer


def any_of(states: Iterable[Tri]) -> Tri:
    """Met if any is met; else unknown if any is unknown; else not met (also of none)."""
    answer = Tri.NOT_MET
    for state in states:
        if state is Tri.MET:
            return Tri.MET
        if state is Tri.UNKNOWN:
            answer = Tri.UNKNOWN
    return answer


@dataclass(frozen=True, slots=True)
class Interval:
    """What a measured number can be: an exact value, or bounds ("<0.01 %", "5-10 %").

    ``None`` as a bound means unbounded on that side. Numbers are decimals, so that a limit is
    compared exactly.
    """

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def exact(cls, value: Decimal) -> Interval:
        return cls(value, value)

    def at_least(self, limit: Decimal) -> Tri:
        """Whether the number is >= limit: met if for every possible value, not met if for none."""
        if self.low is not None and self.low >= limit:
            return Tri.MET
        if self.high is not None and (self.high < limit or (self.high == limit and self.high_open)):
            return Tri.NOT_MET
        return Tri.UNKNOWN

    def above(self, limit: Decimal) -> Tri:
        """Whether the number is > limit."""
        if self.low is not None and (self.low > limit or (self.low == limit and self.low_open)):
            return Tri.MET
        if self.high is not None and self.high <= limit:
            return Tri.NOT_MET
        return Tri.UNKNOWN

    def below(self, limit: Decimal) -> Tri:
        """Whether the number is < limit."""
        return ~self.at_least(limit)

    def scaled(self, factor: Decimal) -> Interval:
        """The same number in another unit (``factor`` > 0)."""
        return Interval(
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
            self.low_open,
            self.high_open,
        )

"""A decision on the state of the disease (E-28)."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import DiseaseStatus, FactUsed, RuleResult
from relapse.course.refractory import Refractory


@dataclass(frozen=True, slots=True)
class Decision:
    """The state with what decided it."""

    status: DiseaseStatus
    rules: tuple[RuleResult, ...]
    facts: tuple[FactUsed, ...] = ()
    requests: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    refractory: Refractory | None = None

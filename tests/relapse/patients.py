"""Patients as a clinician would tell them: small builders of charts, and what was answered.

A story starts with `child()`, `adult()` or one of the ready courses and adds one fact with each
call. Dates are ISO texts, partial ones too; blasts and MRD are percentages, as reports give them.
T0 is 2026-06-15 unless a story says otherwise. The words are defined in `tests.relapse.language`.
"""

from __future__ import annotations

from tests.relapse.language.answers import (
    BLOCK,
    CAP,
    CARDS,
    NOTE,
    NOTICES,
    OPTIONS,
    PRODUCTS,
    WARN,
    Answer,
)
from tests.relapse.language.courses import (
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child_early_second_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
    second_relapse,
    t_cell_relapse,
    third_remission,
)
from tests.relapse.language.story import Story, adult, child, person
from tests.relapse.language.values import (
    BOTH,
    EU,
    RELAPSE,
    T0,
    US,
    Number,
    between,
    days_before,
    exact,
    over,
    percent,
    under,
    when,
)

__all__ = [
    "BLOCK",
    "BOTH",
    "CAP",
    "CARDS",
    "EU",
    "NOTE",
    "NOTICES",
    "OPTIONS",
    "PRODUCTS",
    "RELAPSE",
    "T0",
    "US",
    "WARN",
    "Answer",
    "Number",
    "Story",
    "adult",
    "adult_first_relapse",
    "adult_second_remission",
    "adult_short_remission",
    "between",
    "child",
    "child_early_second_remission",
    "child_first_relapse",
    "child_second_remission",
    "days_before",
    "exact",
    "first_remission",
    "over",
    "percent",
    "person",
    "second_relapse",
    "t_cell_relapse",
    "third_remission",
    "under",
    "when",
]

"""Diagnosis and stated responses (E-01 to E-03, E-10, E-14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from relapse.dates import DateRange
from relapse.facts.base import Fact, Result
from relapse.logic import Tri


class Disease(Enum):
    """What a diagnosis code names; only ALL is evidence of ALL (E-01)."""

    ALL = "acute lymphoblastic leukaemia"
    MIXED_PHENOTYPE = "acute leukaemia of ambiguous lineage"
    MATURE_B = "mature B-cell (Burkitt) leukaemia or lymphoma"
    LYMPHOBLASTIC_LYMPHOMA = "lymphoblastic lymphoma"
    OTHER_ACUTE_LEUKAEMIA = "acute leukaemia of another lineage"


class Lineage(Enum):
    B = "B"
    T = "T"
    UNKNOWN = "U"


class Phase(Enum):
    """The part of the course that a diagnosis code or its text names of itself."""

    UNSTATED = "unstated"
    REMISSION = "remission"
    RELAPSE = "relapse"
    REFRACTORY = "refractory"


class ClinicalStatus(Enum):
    """Condition.clinicalStatus; a state without a date of its own."""

    ACTIVE = "active"
    RECURRENCE = "recurrence"
    RELAPSE = "relapse"
    INACTIVE = "inactive"
    REMISSION = "remission"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis(Fact):
    """An entry of the problem list or an encounter diagnosis. ``when`` is its onset."""

    disease: Disease
    codes: tuple[str, ...] = ()
    """The codes of the entry, to name it on a card."""
    lineage: Lineage = Lineage.UNKNOWN
    precursor: Tri = Tri.UNKNOWN
    """Whether the entry states a precursor (lymphoblastic) B-cell leukaemia."""
    phase: Phase = Phase.UNSTATED
    refractory_relapse: bool = False
    """The entry names a relapse and calls it refractory."""
    confirmed: bool = True
    """False for provisional, differential and unconfirmed entries."""
    clinical_status: ClinicalStatus | None = None
    recorded: DateRange | None = None
    abated: DateRange | None = None
    relapse_ordinal: int | None = None
    """Which relapse the text names ("second relapse" = 2)."""
    remission_ordinal: int | None = None
    """Which remission the text names ("CR2" = 2)."""


class Response(Enum):
    """Explicit statements on the state of the leukaemia (E-10, E-12, E-14)."""

    COMPLETE_REMISSION = "complete remission"
    PARTIAL_REMISSION = "partial remission"
    REFRACTORY = "refractory"
    RELAPSE = "relapse"
    """Stated, as of a visit; what shows it is another matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseStatement(Result):
    """An explicit statement such as mCODE cancer disease status "in full remission" of the
    leukaemia.
    """

    response: Response
    remission_ordinal: int | None = None

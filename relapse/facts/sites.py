"""CNS, testes and other sites outside the marrow (E-17, E-18)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from relapse.dates import DateRange
from relapse.facts.base import Fact, Result
from relapse.logic import Interval, Tri
from relapse.terms import Term


class CnsStatus(Term):
    CNS1 = "CNS1"
    CNS2 = "CNS2"
    CNS3 = "CNS3"
    UNCLEAR = "not clear"
    """A status was given, in words that say none of the three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CnsStatusResult(Result):
    """A CNS status that a clinician assigned."""

    status: CnsStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CsfResult(Result):
    """One measurement in spinal fluid; those of one specimen or day belong together."""

    leukocytes_per_ul: Interval | None = None
    erythrocytes_per_ul: Interval | None = None
    blasts: Tri | None = None
    """Whether blasts were seen; ``None`` where this measurement is not about blasts."""


class TesticularExam(Enum):
    NORMAL = "normal"
    ABNORMAL = "enlarged or abnormal"
    LEUKAEMIC = "leukaemia proven by biopsy"
    UNCLEAR = "not clear"
    """Examined, with a result in words that say neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TesticularExamination(Result):
    finding: TesticularExam


class Site(Term):
    CNS = "CNS"
    TESTIS = "testis"
    OTHER = "other extramedullary site"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtramedullaryDisease(Fact):
    """Leukaemia outside marrow and blood as a diagnosis. ``when`` is its onset."""

    site: Site
    proven: Tri
    """Biopsy-proven, a leukaemic mass, or a code that names leukaemia at that site."""
    active: Tri
    recorded: DateRange | None = None
    abated: DateRange | None = None

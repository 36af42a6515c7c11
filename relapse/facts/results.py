"""Marrow, blood, residual disease, antigens, genetics (E-04 to E-08, E-24, E-25)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from relapse.facts.base import Result
from relapse.logic import Interval, Tri
from relapse.terms import Term


class Material(Term):
    MARROW = "bone marrow"
    BLOOD = "blood"
    UNKNOWN = "unknown material"


class Method(Term):
    """How cells were counted. Methods of different families are independent (E-07)."""

    MORPHOLOGY = "cytomorphology"
    FLOW = "flow cytometry"
    CLONAL_PCR = "clonal Ig/TCR PCR"
    NGS = "clonal Ig/TCR sequencing"
    CYTOGENETICS = "cytogenetics or FISH"
    FUSION_TRANSCRIPT = "fusion transcript PCR"
    UNKNOWN = "method not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastResult(Result):
    """Leukaemic blasts in marrow or blood: a fraction of cells (0.05 = 5 %) or an absolute count;
    neither, where a marrow states none that can be read.
    """

    material: Material
    method: Method = Method.UNKNOWN
    fraction: Interval | None = None
    count_10e9_per_l: Interval | None = None
    lymphoblasts: bool = False
    """The result names lymphoblasts, not just blasts (REL-07)."""


class Detection(Enum):
    QUANTIFIED = "quantified"
    DETECTED = "detected, not quantifiable"
    NOT_DETECTED = "not detected"
    UNREADABLE = "not interpretable"
    """A result exists that states no usable level (no unit, a transcript ratio, equivocal)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MrdResult(Result):
    """Minimal (measurable) residual disease as a fraction of cells (0.0001 = 0.01 %)."""

    material: Material
    method: Method
    detection: Detection
    fraction: Interval | None = None
    """Set when quantified; for "detected, not quantifiable" the bounds, where the report states
    any.
    """
    sensitivity: Decimal | None = None
    """Limit of detection as a fraction of cells; ``None`` where not stated."""


class Antigen(Term):
    CD19 = "CD19"
    CD22 = "CD22"


class Expression(Term):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    HETEROGENEOUS = "partial or dim"
    UNCLEAR = "unclear"
    """Equivocal, indeterminate, or value and interpretation that disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AntigenResult(Result):
    """CD19 or CD22 on leukaemic cells: the share of positive blasts, the reported word, or both."""

    antigen: Antigen
    fraction: Interval | None = None
    reported: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Immunophenotype(Result):
    """A panel of markers on leukaemic blasts; a marker in none of the sets was not reported.

    Names are upper case without blanks: CD3 (surface), CYCD3, CD79A, TDT, MPO, SIG, CYCD22 …
    """

    positive: frozenset[str] = frozenset()
    negative: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()


class Lesion(Term):
    BCR_ABL1 = "BCR::ABL1"
    T315I = "ABL1 T315I"
    KMT2A = "KMT2A rearrangement"
    PH_LIKE = "Ph-like lesion"
    TP53 = "TP53"
    HYPODIPLOID = "hypodiploidy"
    TCF3_HLF = "TCF3::HLF"
    IAMP21 = "iAMP21"
    IKZF1 = "IKZF1"
    ETV6_RUNX1 = "ETV6::RUNX1"
    HYPERDIPLOID = "high hyperdiploidy"
    KARYOTYPE = "karyotype"
    """A chromosome study as such: shows that genetics were examined, excludes nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneticResult(Result):
    lesion: Lesion
    present: Tri
    adequate: bool = True
    """A negative result of this test excludes the lesion (p210-only tests and karyotypes do not,
    E-04).
    """
    quantitative: bool = False
    """A transcript level: negative under treatment is a response, not absence of the lesion (E-04).
    """

"""Safety and fitness (E-29)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from relapse.dates import DateRange
from relapse.facts.base import Fact, Result
from relapse.logic import Interval, Tri
from relapse.terms import Term


class Analyte(Term):
    BILIRUBIN = "bilirubin"
    AST = "AST"
    ALT = "ALT"
    LEUKOCYTES = "white cells"
    QTCF = "QTcF"
    IMMUNOGLOBULIN = "immunoglobulin G"
    CHIMERISM = "donor chimerism"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult(Result):
    """Bilirubin, AST, ALT as multiples of the report's own upper limit; white cells ×10⁹/L; QTcF
    ms.
    """

    analyte: Analyte
    value: Interval | None
    """``None`` where it cannot be compared (no unit, no reference range). IgG and chimerism count
    as measured.
    """


class Virus(Term):
    HBV = "HBV"
    HBV_CORE = "HBV core antibody"
    """Shows contact with the virus; a screen needs the surface antigen or the virus itself."""
    HCV = "HCV"
    HIV = "HIV"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViralScreen(Result):
    virus: Virus
    reactive: Tri


class PerformanceScale(Enum):
    ECOG = "ECOG"
    KARNOFSKY = "Karnofsky"
    LANSKY = "Lansky"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceStatus(Result):
    scale: PerformanceScale
    score: int | None
    """``None`` for a score that cannot be read: it may be any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyResult(Result):
    pregnant: Tri


class Complication(Term):
    VOD = "veno-occlusive disease"
    LIVER_DISEASE = "serious liver disease"
    INFECTION = "infection"
    INFLAMMATORY = "inflammatory disorder"
    GVHD_ACUTE = "acute GVHD"
    GVHD_CHRONIC = "chronic GVHD"
    GVHD_UNSPECIFIED = "GVHD"
    NEUROLOGICAL = "seizure or other CNS disorder"
    HEART_FAILURE = "heart failure"
    THROMBOSIS = "arterial or venous occlusion"
    PREGNANCY = "pregnancy"
    GILBERT_OR_HAEMOLYSIS = "Gilbert syndrome or haemolysis"
    SYMPTOMATIC_SPREAD = "symptomatic bone or CNS spread"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplicationEntry(Fact):
    """A comorbidity or complication of the problem list. ``when`` is its onset."""

    kind: Complication
    active: Tri
    """Met for active, recurrence and relapse; not met for resolved, inactive and remission; else
    unknown.
    """
    grade: int | None = None
    recorded: DateRange | None = None
    abated: DateRange | None = None

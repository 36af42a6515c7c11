"""What a record says about one patient: dated facts, each with the resource that it came from.

Facts hold what was *recorded*; what it means on the day of evaluation (valid, stale, contradictory)
is decided by `relapse.evidence` and `relapse.course`. A datum that the record lacks has no fact; it
is unknown, never "no".

Dates are calendar days as written at the place of care. ``when`` of a laboratory fact is the
collection of the specimen, else the effective date, else the issued date with ``date_inferred`` set
(clinical model 0.3); ``None`` means that no readable date was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import TypeVar, cast

from relapse.dates import DateRange
from relapse.logic import Interval, Tri


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact stands in the record."""

    reference: str
    """FHIR reference such as ``Observation/123``."""
    date_inferred: bool = False
    """The date is that of recording or issue, not of the event or the specimen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One statement of the record."""

    source: Provenance
    when: DateRange | None
    text: str = ""
    """How the record words it, unescaped; cut to a sane length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Fact):
    """A laboratory or clinical finding."""

    final: bool = True
    """False for registered, preliminary or unknown status: never counted, but named as pending
    (CONF-07).
    """
    specimen: str | None = None
    """Identifies the specimen among the facts of this patient, if the record names one."""


# --- The patient ---------------------------------------------------------------------------------


class Sex(Enum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Patient:
    """Age, sex and vital status. Names never reach the model."""

    reference: str
    birth: DateRange | None = None
    """``None`` where missing, unreadable or doubtful (CONF-09): age is unknown."""
    sex: Sex | None = None
    deceased: DateRange | bool = False
    """Date of death; True where death is recorded without a date."""


# --- Diagnosis (E-01 to E-03, E-15) --------------------------------------------------------------


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
    """Explicit statements on the state of the leukaemia (E-10, E-14)."""

    COMPLETE_REMISSION = "complete remission"
    PARTIAL_REMISSION = "partial remission"
    REFRACTORY = "refractory"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseStatement(Result):
    """An explicit statement such as mCODE cancer disease status "in full remission" of the
    leukaemia.
    """

    response: Response
    remission_ordinal: int | None = None


# --- Marrow, blood, MRD (E-07, E-08) -------------------------------------------------------------


class Material(Enum):
    MARROW = "bone marrow"
    BLOOD = "blood"
    UNKNOWN = "unknown material"


class Method(Enum):
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
    """Leukaemic blasts in marrow or blood: a fraction of cells (0.05 = 5 %) or an absolute
    count.
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


# --- Antigens and immunophenotype (E-02, E-24, E-25) ---------------------------------------------


class Antigen(Enum):
    CD19 = "CD19"
    CD22 = "CD22"


class Expression(Enum):
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


# --- Genetics (E-04 to E-06) ---------------------------------------------------------------------


class Lesion(Enum):
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


# --- CNS, testes, other sites (E-17, E-18) -------------------------------------------------------


class CnsStatus(Enum):
    CNS1 = "CNS1"
    CNS2 = "CNS2"
    CNS3 = "CNS3"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TesticularExamination(Result):
    finding: TesticularExam


class Site(Enum):
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


# --- Safety and fitness (E-29) -------------------------------------------------------------------


class Analyte(Enum):
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


class Virus(Enum):
    HBV = "HBV"
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
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyResult(Result):
    pregnant: Tri


class Complication(Enum):
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


# --- Treatment (E-26) ----------------------------------------------------------------------------


class Agent(Enum):
    """Drugs that the rules name; other anti-leukaemic drugs share one member, for courses and
    history.
    """

    BLINATUMOMAB = "blinatumomab"
    INOTUZUMAB = "inotuzumab ozogamicin"
    IMATINIB = "imatinib"
    DASATINIB = "dasatinib"
    NILOTINIB = "nilotinib"
    BOSUTINIB = "bosutinib"
    PONATINIB = "ponatinib"
    ASCIMINIB = "asciminib"
    RITUXIMAB = "rituximab"
    METHOTREXATE = "methotrexate"
    CYTARABINE = "cytarabine"
    NELARABINE = "nelarabine"
    OTHER_ANTILEUKAEMIC = "other anti-leukaemic drug"


TYROSINE_KINASE_INHIBITORS = frozenset(
    {
        Agent.IMATINIB,
        Agent.DASATINIB,
        Agent.NILOTINIB,
        Agent.BOSUTINIB,
        Agent.PONATINIB,
        Agent.ASCIMINIB,
    }
)


class Given(Enum):
    """How sure the record makes it that a drug was taken (mapping rule 32)."""

    ADMINISTERED = "administered"
    STATED = "stated as taken"
    ORDERED = "ordered"
    """An order that ran: use of an oral drug; of an infused one, perhaps given."""


class StopReason(Enum):
    FAILED = "failed"
    INTOLERANT = "intolerant"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUse(Fact):
    """One administration, statement or order of a drug. ``when`` is the first day."""

    agent: Agent
    name: str
    """The drug as recorded."""
    given: Given
    until: DateRange | None = None
    """Last day; ``None`` with ``running`` False means that no end was recorded."""
    running: bool = False
    stop_reason: StopReason | None = None
    intrathecal: bool = False
    oral: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentPlan(Fact):
    """A course of treatment of the leukaemia (CarePlan). ``when`` is its first day."""

    until: DateRange | None = None
    running: bool = False
    agents: frozenset[Agent] = frozenset()
    """Agents that the title names."""
    comfort_care: bool = False


class Donor(Enum):
    ALLOGENEIC = "allogeneic"
    AUTOLOGOUS = "autologous"
    UNKNOWN = "donor type not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transplant(Fact):
    donor: Donor


class CarTProduct(Enum):
    TISAGENLECLEUCEL = "tisagenlecleucel"
    BREXUCABTAGENE = "brexucabtagene-autoleucel"
    OBECABTAGENE = "obecabtagene-autoleucel"
    OTHER = "other CAR-T product"
    UNKNOWN = "CAR-T product not named"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarTInfusion(Fact):
    """``cd19_directed`` is met for an unnamed product until the record says otherwise (mapping rule
    31).
    """

    product: CarTProduct
    cd19_directed: Tri
    cd22_directed: Tri = Tri.NOT_MET


class ProcedureKind(Enum):
    INTRATHECAL = "intrathecal chemotherapy"
    CRANIAL_IRRADIATION = "cranial irradiation"
    TESTICULAR_IRRADIATION = "testicular irradiation"
    DONOR_LYMPHOCYTES = "donor lymphocyte infusion"
    LUMBAR_PUNCTURE = "lumbar puncture"
    MARROW = "marrow aspirate or biopsy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureDone(Fact):
    kind: ProcedureKind


class Planned(Enum):
    """Steps towards transplant that are ordered or under way; never evidence of treatment."""

    TRANSPLANT = "transplant planned"
    DONOR_FOUND = "donor identified"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep(Fact):
    step: Planned


# --- The whole record ----------------------------------------------------------------------------


class Section(Enum):
    """Parts of the record that can fail to arrive as a whole."""

    CONDITIONS = "problem list"
    RESULTS = "laboratory and clinical results"
    PROCEDURES = "procedures"
    MEDICATIONS = "medications"
    PLANS = "treatment plans"


F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Chart:
    """All facts of one patient; their order means nothing."""

    patient: Patient
    facts: tuple[Fact, ...] = ()
    incomplete: frozenset[Section] = frozenset()
    """Sections that could not be had in full: nothing may be called absent from them."""

    @cached_property
    def _by_kind(self) -> dict[type[Fact], tuple[Fact, ...]]:
        groups: dict[type[Fact], list[Fact]] = {}
        for fact in self.facts:
            groups.setdefault(type(fact), []).append(fact)
        return {kind: tuple(group) for kind, group in groups.items()}

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of exactly this kind."""
        return cast("tuple[F, ...]", self._by_kind.get(kind, ()))

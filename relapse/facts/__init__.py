"""What a record says about one patient: dated facts, each with the resource that it came from.

Facts hold what was *recorded*; what it means on the day of evaluation (valid, stale, contradictory)
is decided by `relapse.evidence` and `relapse.course`. A datum that the record lacks has no fact; it
is unknown, never "no".

Dates are calendar days as written at the place of care. ``when`` of a laboratory fact is the
collection of the specimen, else the effective date, else the issued date with ``date_inferred`` set
(clinical model 0.3); ``None`` means that no readable date was recorded.
"""

from relapse.facts.base import Fact, Provenance, Result
from relapse.facts.chart import NOT_FETCHED, TREATMENT_SECTIONS, Chart, Section
from relapse.facts.disease import (
    ClinicalStatus,
    Diagnosis,
    Disease,
    Lineage,
    Phase,
    Response,
    ResponseStatement,
)
from relapse.facts.patient import Patient, Sex
from relapse.facts.results import (
    Antigen,
    AntigenResult,
    BlastResult,
    Detection,
    Expression,
    GeneticResult,
    Immunophenotype,
    Lesion,
    Material,
    Method,
    MrdResult,
)
from relapse.facts.safety import (
    Analyte,
    Complication,
    ComplicationEntry,
    LabResult,
    PerformanceScale,
    PerformanceStatus,
    PregnancyResult,
    ViralScreen,
    Virus,
)
from relapse.facts.sites import (
    CnsStatus,
    CnsStatusResult,
    CsfResult,
    ExtramedullaryDisease,
    Site,
    TesticularExam,
    TesticularExamination,
)
from relapse.facts.treatment import (
    TYROSINE_KINASE_INHIBITORS,
    Agent,
    CarTInfusion,
    CarTProduct,
    Donor,
    DrugUse,
    Given,
    Planned,
    PlannedStep,
    ProcedureDone,
    ProcedureKind,
    StopReason,
    Transplant,
    TreatmentPlan,
)

__all__ = [
    "NOT_FETCHED",
    "TREATMENT_SECTIONS",
    "TYROSINE_KINASE_INHIBITORS",
    "Agent",
    "Analyte",
    "Antigen",
    "AntigenResult",
    "BlastResult",
    "CarTInfusion",
    "CarTProduct",
    "Chart",
    "ClinicalStatus",
    "CnsStatus",
    "CnsStatusResult",
    "Complication",
    "ComplicationEntry",
    "CsfResult",
    "Detection",
    "Diagnosis",
    "Disease",
    "Donor",
    "DrugUse",
    "Expression",
    "ExtramedullaryDisease",
    "Fact",
    "GeneticResult",
    "Given",
    "Immunophenotype",
    "LabResult",
    "Lesion",
    "Lineage",
    "Material",
    "Method",
    "MrdResult",
    "Patient",
    "PerformanceScale",
    "PerformanceStatus",
    "Phase",
    "Planned",
    "PlannedStep",
    "PregnancyResult",
    "ProcedureDone",
    "ProcedureKind",
    "Provenance",
    "Response",
    "ResponseStatement",
    "Result",
    "Section",
    "Sex",
    "Site",
    "StopReason",
    "TesticularExam",
    "TesticularExamination",
    "Transplant",
    "TreatmentPlan",
    "ViralScreen",
    "Virus",
]

"""What a local code or text can be mapped to: everything that the readers of a record tell apart.

Most concepts are value sets of this project under their own name. The others have no published
code (CD19 on blasts, MRD by flow, CNS status …): the readers know them by their words, which a
mapped code therefore brings along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from mappings.code_systems import CONCEPT
from mappings.drug_names import AGENTS, PRODUCTS
from mappings.shapes import Json

VALUE_SET_URL = "https://relapse-cds.org/fhir/ValueSet/"
IGNORE = "ignore"


class Where(Enum):
    """The elements in which a concept is looked for; a mapping is used nowhere else."""

    DIAGNOSIS = "Condition.code"
    RESULT = "Observation.code, component.code"
    PROCEDURE = "Procedure.code"
    DRUG = "medication codes"
    VALUE = "valueCodeableConcept, valueString, interpretation"
    SPECIMEN = "Specimen.type, Specimen.collection.bodySite, Observation.bodySite"
    METHOD = "Observation.method"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a local name can stand for."""

    name: str
    title: str
    """What it means, for the person who maps."""
    where: frozenset[Where]
    sets: frozenset[str]
    """The value sets to which a mapped code then belongs."""
    words: str = ""
    """By which the readers know a concept that has no code."""
    refines: frozenset[str] = frozenset()
    """Value sets that say less of the same: a standard code in these is no contradiction."""

    @property
    def coding(self) -> Json:
        """The coding that stands for the concept in a translated record."""
        coding = {"system": CONCEPT, "code": self.name}
        return {**coding, "display": self.words} if self.words else coding


_ALL_LEUKAEMIA = frozenset(
    {
        "cond-leukemia-unclear",
        "cond-acute-leukemia-cell-type-unspecified",
        "cond-all-unspecified",
        "cond-all-remission",
        "cond-all-relapse-refractory",
        "cond-all-refractory",
        "history-of-leukemia",
    }
)
_B_ALL = _ALL_LEUKAEMIA | {"cond-b-all", "cond-b-all-remission"}
_T_ALL = _ALL_LEUKAEMIA | {"cond-t-all", "cond-t-all-remission"}
_MRD = frozenset({"obs-mrd", "obs-mrd-text-needed"})
_RELAPSE = "cond-all-relapse-refractory"


def _diagnoses() -> Iterator[Concept]:
    """Diagnoses of leukaemia, by lineage and phase; lesions that make a B-ALL of their own."""
    for name, title, sets, refines in (
        ("cond-all-unspecified", "acute lymphoblastic leukaemia, lineage not stated", (), None),
        ("cond-all-remission", "ALL in remission, lineage not stated", (), None),
        (_RELAPSE, "ALL in relapse, lineage not stated", (), None),
        ("cond-all-refractory", "refractory ALL, lineage not stated", (_RELAPSE,), None),
        ("cond-b-all", "B-cell precursor ALL", (), _B_ALL),
        ("cond-b-all-remission", "B-cell precursor ALL in remission", (), _B_ALL),
        ("cond-b-all-relapse", "B-cell precursor ALL in relapse", ("cond-b-all", _RELAPSE), _B_ALL),
        (
            "cond-b-all-refractory",
            "refractory B-cell precursor ALL",
            ("cond-b-all", _RELAPSE, "cond-all-refractory"),
            _B_ALL,
        ),
        ("gen-bcr-abl1-present", "B-ALL with BCR::ABL1", ("cond-b-all",), _B_ALL),
        ("gen-bcr-abl1-absent", "B-ALL without BCR::ABL1", ("cond-b-all",), _B_ALL),
        ("gen-kmt2a", "B-ALL with KMT2A rearrangement", ("cond-b-all",), _B_ALL),
        ("gen-etv6-runx1", "B-ALL with ETV6::RUNX1", ("cond-b-all",), _B_ALL),
        ("gen-hypodiploid", "B-ALL with hypodiploidy", ("cond-b-all",), _B_ALL),
        ("gen-hyperdiploid", "B-ALL with hyperdiploidy", ("cond-b-all",), _B_ALL),
        ("cond-t-all", "T-cell ALL", (), _T_ALL),
        ("cond-t-all-remission", "T-cell ALL in remission", ("cond-t-all",), _T_ALL),
        ("cond-t-all-relapse", "T-cell ALL in relapse", ("cond-t-all", _RELAPSE), _T_ALL),
        ("cond-mature-b-burkitt", "Burkitt or other mature B-cell leukaemia or lymphoma", (), None),
        ("cond-mixed-phenotype-al", "mixed phenotype acute leukaemia", (), None),
        ("cond-lymphoblastic-lymphoma", "lymphoblastic lymphoma, lineage not stated", (), None),
        (
            "cond-lymphoma-b",
            "B-cell lymphoblastic lymphoma",
            ("cond-lymphoblastic-lymphoma",),
            frozenset({"cond-lymphoblastic-lymphoma"}),
        ),
        (
            "cond-lymphoma-t",
            "T-cell lymphoblastic lymphoma",
            ("cond-lymphoblastic-lymphoma",),
            frozenset({"cond-lymphoblastic-lymphoma"}),
        ),
        ("cond-aml", "acute myeloid leukaemia", (), None),
        ("cond-leukemia-unclear", "a leukaemia of which the kind is not stated", (), frozenset()),
        ("history-of-leukemia", "a history of leukaemia, no present diagnosis", (), frozenset()),
    ):
        wider = frozenset({"cond-leukemia-unclear"}) if refines is None else refines
        if name in _ALL_LEUKAEMIA and refines is None:
            wider = _ALL_LEUKAEMIA
        yield _concept(name, title, Where.DIAGNOSIS, also=sets, refines=wider)


def _other_conditions() -> Iterator[Concept]:
    """Leukaemia at other sites, complications, states after treatment."""
    for name, title, sets in (
        ("cond-cns-leukemia", "leukaemia of the central nervous system", ("cond-cns-involvement",)),
        (
            "cond-cns-leukemia-remission",
            "leukaemia of the central nervous system, in remission",
            ("cond-cns-leukemia", "cond-cns-involvement"),
        ),
        ("cond-testicular-involvement", "metastasis in testis or other genital organ", ()),
        ("cond-hepatic-vod", "hepatic veno-occlusive disease", ()),
        ("cond-chronic-liver-disease", "chronic liver disease", ()),
        ("cond-hepatitis-b", "hepatitis B", ()),
        ("cond-hepatitis-c", "hepatitis C", ()),
        ("cond-gvhd-acute", "acute graft-versus-host disease", ()),
        ("cond-gvhd-chronic", "chronic graft-versus-host disease", ()),
        ("cond-gvhd-any", "graft-versus-host disease, course not stated", ()),
        ("cond-active-infection", "infection that matters while active", ()),
        ("cond-seizure-cns", "seizure or other disease of the nervous system", ()),
        ("cond-icans", "ICANS (neurotoxicity of immune effector cells)", ("cond-seizure-cns",)),
        ("cond-heart-failure", "heart failure", ()),
        ("cond-thrombosis-arterial-venous", "arterial or venous occlusion", ()),
        ("cond-pregnancy", "pregnancy", ()),
        ("status-post-allo-or-auto-hsct", "state after a stem cell transplant", ()),
        ("complication-of-hsct", "complication of a stem cell transplant", ()),
        ("history-car-t-specific", "history of CAR-T cells", ("history-car-t",)),
    ):
        refines = frozenset({"cond-gvhd-any", "history-car-t", "cond-cns-involvement"})
        yield _concept(name, title, Where.DIAGNOSIS, also=sets, refines=refines)


def _results() -> Iterator[Concept]:
    """What a result or a component of one is about."""
    bcr_abl1 = frozenset({"obs-bcr-abl1"})
    for name, title, words, sets, refines in (
        ("obs-blasts-marrow", "blasts in marrow, share of cells", "", (), frozenset()),
        ("obs-blasts-blood", "blasts in blood, share of white cells", "", (), frozenset()),
        (
            "obs-blasts-blood-count",
            "blasts in blood, cells per volume",
            "",
            ("obs-blasts-blood",),
            frozenset({"obs-blasts-blood"}),
        ),
        ("obs-blasts-csf", "blasts in spinal fluid", "", (), frozenset()),
        (
            "obs-mrd",
            "MRD of ALL; the method is read from Observation.method or the text",
            "Minimal residual disease (MRD)",
            (),
            _MRD,
        ),
        (
            "obs-mrd-flow",
            "MRD of ALL by flow cytometry",
            "Minimal residual disease (MRD) by flow cytometry",
            (),
            _MRD,
        ),
        (
            "obs-mrd-pcr",
            "MRD of ALL by PCR of clonal Ig/TCR rearrangements",
            "Minimal residual disease (MRD) by clonal Ig/TCR quantitative PCR",
            (),
            _MRD,
        ),
        (
            "obs-mrd-ngs",
            "MRD of ALL by next-generation sequencing",
            "Minimal residual disease (MRD) by next-generation sequencing",
            (),
            _MRD,
        ),
        (
            "obs-mrd-limit",
            "limit of detection, as a component of an MRD result",
            "Limit of detection",
            (),
            frozenset(),
        ),
        (
            "obs-cd19-blasts",
            "CD19 on blasts, share of blasts or a word",
            "CD19 blasts/100 blasts",
            (),
            frozenset(),
        ),
        (
            "obs-cd22-blasts",
            "CD22 on blasts, share of blasts or a word",
            "CD22 blasts/100 blasts",
            (),
            frozenset(),
        ),
        ("obs-cd19-all-cells", "CD19 as a share of all cells: never read", "", (), frozenset()),
        ("obs-cd22-all-cells", "CD22 as a share of all cells: never read", "", (), frozenset()),
        ("obs-immunophenotype-report", "immunophenotype, panel or sentence", "", (), frozenset()),
        ("obs-bcr-abl1", "BCR::ABL1, present or not", "", (), frozenset({"obs-mrd"})),
        (
            "obs-bcr-abl1-quantitative",
            "BCR::ABL1, ratio of transcripts",
            "",
            ("obs-bcr-abl1",),
            bcr_abl1,
        ),
        (
            "obs-bcr-abl1-log-reduction",
            "BCR::ABL1, log reduction of transcripts",
            "",
            ("obs-bcr-abl1",),
            bcr_abl1,
        ),
        (
            "obs-bcr-abl1-p210-only",
            "BCR::ABL1, a test for p210 only",
            "",
            ("obs-bcr-abl1",),
            bcr_abl1 | {"obs-bcr-abl1-quantitative"},
        ),
        ("obs-ph-like", "Ph-like (ABL-class) lesions", "", ("obs-bcr-abl1",), bcr_abl1),
        ("obs-abl1-kinase-mutation", "ABL1 kinase domain study", "", (), frozenset()),
        (
            "obs-t315i",
            "ABL1 T315I, present or not",
            "ABL1 T315I mutation",
            (),
            frozenset({"obs-abl1-kinase-mutation", "obs-genomic-variant"}),
        ),
        ("obs-karyotype", "karyotype (ISCN or words)", "", (), frozenset()),
        (
            "obs-kmt2a",
            "KMT2A rearrangement, present or not",
            "KMT2A rearrangement",
            (),
            frozenset({"obs-genomic-variant", "obs-variant-assessment"}),
        ),
        (
            "obs-disease-status",
            "state of the leukaemia (remission, refractory)",
            "",
            (),
            frozenset(),
        ),
        (
            "obs-csf-leukocytes",
            "white cells in spinal fluid, per volume",
            "Leukocytes [#/volume] in Cerebral spinal fluid",
            (),
            frozenset(),
        ),
        (
            "obs-csf-erythrocytes",
            "red cells in spinal fluid, per volume",
            "Erythrocytes [#/volume] in Cerebral spinal fluid",
            (),
            frozenset(),
        ),
        ("obs-cns-status", "CNS status (CNS1 to CNS3)", "CNS status", (), frozenset()),
        (
            "obs-testicular-exam",
            "testicular examination",
            "Testicular examination",
            (),
            frozenset(),
        ),
        ("obs-bilirubin-total", "total bilirubin", "", (), frozenset()),
        ("obs-bilirubin-direct", "direct bilirubin: never read", "", (), frozenset()),
        ("obs-alt", "alanine aminotransferase", "", (), frozenset()),
        ("obs-ast", "aspartate aminotransferase", "", (), frozenset()),
        ("obs-wbc", "white cells in blood, per volume", "", (), frozenset()),
        (
            "obs-qtcf",
            "QTc by Fridericia",
            "QTcF interval (Fridericia)",
            ("obs-qt-corrected",),
            frozenset({"obs-qtc", "obs-qt-corrected"}),
        ),
        ("obs-pregnancy-test", "pregnancy test or status", "", (), frozenset()),
        ("obs-hbv-infection", "hepatitis B, antigen or nucleic acid", "", (), frozenset()),
        (
            "obs-hbv-core",
            "hepatitis B core antibody",
            "Hepatitis B virus core Ab",
            (),
            frozenset({"obs-hbv"}),
        ),
        ("obs-hcv", "hepatitis C screen", "Hepatitis C virus", (), frozenset()),
        ("obs-hiv", "HIV screen", "HIV 1 and 2", (), frozenset()),
        ("obs-igg", "immunoglobulin G", "IgG", (), frozenset()),
        ("obs-chimerism", "donor chimerism", "Chimerism", (), frozenset()),
        ("obs-ecog", "ECOG performance status", "", (), frozenset({"obs-performance-status"})),
        ("obs-karnofsky", "Karnofsky score", "", (), frozenset({"obs-performance-status"})),
        ("obs-lansky", "Lansky score", "", (), frozenset({"obs-performance-status"})),
        ("obs-donor", "donor search: was a donor found", "Donor search", (), frozenset()),
    ):
        yield _concept(name, title, Where.RESULT, also=sets, words=words, refines=refines)


def _procedures_and_drugs() -> Iterator[Concept]:
    donors = frozenset({"proc-hsct-unspecified"})
    fields = frozenset({"proc-radiotherapy-any"})
    for name, title, refines in (
        ("proc-allo-hsct", "allogeneic stem cell transplant", donors),
        ("proc-auto-hsct", "autologous stem cell transplant", donors),
        ("proc-hsct-unspecified", "stem cell transplant, donor not stated", frozenset()),
        ("proc-dli", "donor lymphocyte infusion", frozenset()),
        ("proc-intrathecal-chemo", "intrathecal chemotherapy", frozenset()),
        ("proc-cranial-irradiation", "cranial irradiation", fields),
        ("proc-testicular-irradiation", "testicular irradiation", fields),
        ("proc-radiotherapy-any", "irradiation, site from body site or text", frozenset()),
        ("proc-lumbar-puncture", "lumbar puncture", frozenset()),
        ("proc-bone-marrow", "marrow aspiration or biopsy", frozenset()),
        ("proc-car-t-collection", "collection of cells for CAR-T: no infusion", frozenset()),
    ):
        yield _concept(name, title, Where.PROCEDURE, refines=refines)
    for name in sorted({*AGENTS, *PRODUCTS}):
        title = name.removeprefix("med-").removeprefix("proc-car-t-").replace("-", " ")
        if name.startswith("proc-"):
            title = f"infusion of CAR-T cells: {title}"
        yield Concept(
            name,
            title,
            frozenset({Where.DRUG, Where.PROCEDURE}),
            frozenset({name}),
            refines=frozenset({"proc-car-t-unspecified"}) if name in PRODUCTS else frozenset(),
        )


def _values() -> Iterator[Concept]:
    """What a result says. A concept with words takes the place of the value's own text."""
    for name, title, words, sets in (
        ("val-positive", "positive, detected, present", "", ()),
        ("val-negative", "negative, not detected, absent", "", ()),
        ("val-indeterminate", "equivocal, indeterminate, inconclusive", "", ()),
        ("val-reactive", "reactive (serology)", "", ()),
        ("val-non-reactive", "non-reactive (serology)", "", ()),
        ("val-partial", "partially, dimly or on a subset positive (antigens)", "partial", ()),
        ("val-missing", "no result: not done, insufficient, haemolysed", "", ()),
        ("val-cns1", "CNS1", "CNS1", ()),
        ("val-cns2", "CNS2", "CNS2", ()),
        ("val-cns3", "CNS3", "CNS3", ()),
        ("val-testes-normal", "testes normal", "Normal", ()),
        ("val-testes-abnormal", "testis enlarged, swollen or firm", "Enlarged testis", ()),
        (
            "val-full-remission",
            "complete remission",
            "Complete remission",
            ("val-disease-status",),
        ),
        (
            "val-partial-remission",
            "partial remission",
            "Partial remission",
            ("val-disease-status",),
        ),
        ("val-refractory", "refractory disease, induction failure", "Refractory disease", ()),
        ("val-disease-status", "a trend (improved, stable, worse): says nothing", "", ()),
        ("val-pregnant", "pregnant", "Pregnant", ()),
        ("val-not-pregnant", "not pregnant", "Not pregnant", ()),
        ("val-donor-found", "a donor was found", "Donor identified", ()),
    ):
        yield _concept(name, title, Where.VALUE, also=sets, words=words)


def _materials_and_methods() -> Iterator[Concept]:
    for name, title, words in (
        ("spec-marrow", "bone marrow", "Bone marrow"),
        ("spec-blood", "blood", "Blood"),
        ("spec-csf", "cerebrospinal fluid", "Cerebrospinal fluid"),
    ):
        yield _concept(name, title, Where.SPECIMEN, words=words)
    for name, title, words in (
        ("method-morphology", "morphology (smear)", "Morphology"),
        ("method-flow", "flow cytometry", "Flow cytometry"),
        ("method-clonal-pcr", "PCR of clonal rearrangements", "Clonal Ig/TCR PCR"),
        ("method-ngs", "next-generation sequencing", "Next-generation sequencing"),
        ("method-cytogenetics", "karyotype or FISH", "FISH"),
    ):
        yield _concept(name, title, Where.METHOD, words=words)


def _concept(
    name: str,
    title: str,
    where: Where,
    *,
    also: tuple[str, ...] = (),
    words: str = "",
    refines: frozenset[str] = frozenset(),
) -> Concept:
    return Concept(name, title, frozenset({where}), frozenset({name, *also}), words, refines)


CONCEPTS: dict[str, Concept] = {
    concept.name: concept
    for group in (
        _diagnoses,
        _other_conditions,
        _results,
        _procedures_and_drugs,
        _values,
        _materials_and_methods,
    )
    for concept in group()
}
"""By name. A test holds each to a reader that does something with it."""


def named(text: str) -> Concept | None:
    """The concept of a name or of the url of its value set."""
    return CONCEPTS.get(text.strip().split("|", 1)[0].removeprefix(VALUE_SET_URL))

"""What a result or a component of one is about."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.overlay.concept import Concept, Where, concept

_MRD = frozenset({"obs-mrd", "obs-mrd-text-needed"})


def results() -> Iterator[Concept]:
    """Topics of results; those that are never read are there to say so of a local code."""
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
        yield concept(name, title, Where.RESULT, also=sets, words=words, refines=refines)

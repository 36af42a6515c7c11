"""What a result says, on which material, by which method."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.overlay.concept import Concept, Where, concept


def values() -> Iterator[Concept]:
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
        yield concept(name, title, Where.VALUE, also=sets, words=words)


def materials_and_methods() -> Iterator[Concept]:
    """Specimens and methods, known by their words."""
    for name, title, words in (
        ("spec-marrow", "bone marrow", "Bone marrow"),
        ("spec-blood", "blood", "Blood"),
        ("spec-csf", "cerebrospinal fluid", "Cerebrospinal fluid"),
    ):
        yield concept(name, title, Where.SPECIMEN, words=words)
    for name, title, words in (
        ("method-morphology", "morphology (smear)", "Morphology"),
        ("method-flow", "flow cytometry", "Flow cytometry"),
        ("method-clonal-pcr", "PCR of clonal rearrangements", "Clonal Ig/TCR PCR"),
        ("method-ngs", "next-generation sequencing", "Next-generation sequencing"),
        ("method-cytogenetics", "karyotype or FISH", "FISH"),
    ):
        yield concept(name, title, Where.METHOD, words=words)

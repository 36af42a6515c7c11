"""Diagnoses, complications and states of the problem list."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.overlay.concept import Concept, Where, concept

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
_RELAPSE = "cond-all-relapse-refractory"


def diagnoses() -> Iterator[Concept]:
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
        yield concept(name, title, Where.DIAGNOSIS, also=sets, refines=wider)


def other_conditions() -> Iterator[Concept]:
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
        yield concept(name, title, Where.DIAGNOSIS, also=sets, refines=refines)

"""Assessments made by hand, so that cards are tested apart from the rules that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from relapse.assessment import (
    Assessment,
    Consideration,
    ContextLine,
    Criterion,
    DataRequest,
    DiseaseStatus,
    Effect,
    FactUsed,
    MrdCategory,
    Notice,
    NoticeKind,
    Option,
    PrecautionRaised,
    ProductAdvice,
    RuleResult,
    State,
    Strength,
)
from relapse.dates import DateRange
from relapse.logic import Tri

Wiring = Callable[..., list[dict[str, Any]]]
"""Renders an assessment as cards on the wire (fixture ``wire``)."""

AS_OF = date(2026, 6, 15)
CD19 = FactUsed("CD19 98 % of blasts", DateRange.parse("2026-06-08"), "Observation/cd19")
DIAGNOSIS = FactUsed("B-ALL in relapse", DateRange.parse("2026-06"), "Condition/all", True)
UNDATED = FactUsed("VOD after transplant", None, "Condition/vod")

STATE = State(
    disease=DiseaseStatus.ACTIVE_RR,
    relapse_count=1,
    remission=None,
    mrd=MrdCategory.UNK,
    lineage="B",
    ph="F",
    bfm="early",
    text="First relapse, bone marrow, found on 2026-06-08",
    facts=(DIAGNOSIS,),
    rules=(RuleResult("REL-02", "Relapse in the marrow", Tri.MET, (), ("S25",)),),
)

NOTE = PrecautionRaised(
    "P-01", "Boxed warning: cytokine release syndrome.", frozenset({Effect.NOTE}), (), ("S01",)
)
WARN = PrecautionRaised(
    "P-04",
    "Veno-occlusive disease before.",
    frozenset({Effect.WARN, Effect.CAP}),
    (UNDATED,),
    ("S10",),
)
NEED_CD22 = DataRequest("D-CD22", "CD22 result", "CD22 on leukaemic cells was not found.", True)
NEED_CD19 = DataRequest("D-CD19", "CD19 result", "CD19 on leukaemic cells was not found.", True)
NEED_DONOR = DataRequest("D-DONOR", "donor", "Whether there is a donor is not recorded.", False)
NEED_MRD = DataRequest("D-MRD", "MRD result", "No valid MRD result was found.", True)


def rule(
    name: str,
    strength: Strength | None = Strength.EVAL,
    state: Tri = Tri.MET,
    *criteria: Criterion,
    source: str = "S02",
) -> RuleResult:
    return RuleResult(name, f"Title of {name}", state, criteria, (source,), strength)


BLINATUMOMAB = Consideration(
    Option.BLINATUMOMAB,
    Strength.EVAL,
    rules=(rule("BL-01", Strength.EVAL, Tri.MET, Criterion("CD19 positive", Tri.MET, (CD19,))),),
    precautions=(NOTE,),
)
INOTUZUMAB = Consideration(
    Option.INOTUZUMAB,
    Strength.CAD,
    rules=(
        rule(
            "IN-01",
            Strength.CAD,
            Tri.UNKNOWN,
            Criterion("CD22 positive", Tri.UNKNOWN, (), ("D-CD22",), "pre-dates the relapse"),
        ),
    ),
    precautions=(WARN,),
    requests=(NEED_CD22,),
)
CAR_T = Consideration(
    Option.CAR_T,
    Strength.CONS,
    rules=(rule("CA-07", Strength.CONS, Tri.MET, Criterion("CD19 positive", Tri.MET, (CD19,))),),
    products=(
        ProductAdvice("tisagenlecleucel", Strength.NOT, "age 26 or above"),
        ProductAdvice("brexucabtagene-autoleucel", Strength.CONS),
        ProductAdvice("obecabtagene-autoleucel", Strength.CONS),
    ),
)
TRANSPLANT = Consideration(
    Option.TRANSPLANT,
    Strength.CONS,
    rules=(rule("HS-11", Strength.CONS),),
    requests=(NEED_DONOR,),
)
CONTEXT = Notice(
    NoticeKind.CONTEXT,
    "First relapse: review trials, reinduction and supportive care.",
    lines=(ContextLine("CX-01", "A clinical trial comes first."),),
)


def refused(option: Option, reason: str, *, silent: bool = False, **more: object) -> Consideration:
    return Consideration(option, Strength.NOT, reason, silent=silent, **more)  # type: ignore[arg-type]


def assessment(
    *considerations: Consideration,
    notices: tuple[Notice, ...] = (),
    state: State = STATE,
    as_of: date = AS_OF,
    changed: tuple[str, ...] = (),
) -> Assessment:
    return Assessment(as_of, "Patient/p1", "US", state, considerations, notices, changed)


def trace(card: dict[str, Any]) -> dict[str, Any]:
    """The trace that a card carries."""
    found: dict[str, Any] = card["extension"]["org.relapse-cds.trace"]
    return found

"""Rules without a function of their own, because others carry them out: ids, words and place.

Each names the function that keeps it, so that a reader who looks for the id finds the code.
"""

from __future__ import annotations

# evaluate comes first: what stands beside its code must be registered before the rest is filled in.
from relapse import evaluate, notices  # noqa: F401
from relapse.course import (
    diagnosis,
    marrow,
    remission,
    sites,
    status,
    timeline,
    timing,
    undated_codes,
    wording,
)
from relapse.evidence import antigens, genetics, mrd, safety
from relapse.precautions import PRECAUTIONS, raised
from relapse.requests import REQUESTS, request
from relapse.rules import RULES, carried_by

carried_by(
    genetics.genetics,
    "E-05",
    "Ph-like lesion",
    "S52",
    promise="High-risk genetics without BCR::ABL1: a prognostic line, no change of any indication.",
)
carried_by(
    wording.residual_disease,
    "E-08",
    "MRD result",
    "S31",
    "GK",
    promise="A fraction of cells with method, material and sensitivity; transcript ratios never "
    "become one.",
)
carried_by(
    timeline.walk,
    "E-11",
    "Remission ordinal",
    "S25",
    promise="CR(n) is the remission after n-1 relapses; two statements without a relapse between "
    "are one.",
)
carried_by(
    mrd.category,
    "E-13",
    "MRD-positive remission",
    "S25",
    "S31",
    promise="Remission with MRD from 0.01 % on stays remission; the ordinal does not change.",
)
carried_by(
    antigens.expression, "E-25", "CD22 on leukaemic cells", "POL", promise="As E-24, for CD22."
)
carried_by(
    status.decide,
    "E-28",
    "Disease state",
    "S25",
    "POL",
    promise="Not relapsed or refractory, active, possible relapse, remission, or unknown.",
)
carried_by(
    safety.complication,
    "E-29",
    "Safety facts",
    "GK",
    promise="Complications without a record raise no caution and are called none recorded; missing "
    "results stay unknown.",
)
carried_by(
    status.decide,
    "REL-05",
    "MRD from 0.01 % to under 1 % in remission",
    "S25",
    "S31",
    promise="Remission with positive MRD; not a relapse, the ordinal does not change.",
)
carried_by(
    timeline.walk,
    "REL-09",
    "Relapse coded after the remission that ended it",
    "POL",
    promise="The onset of the code places it, not the day of recording.",
)
carried_by(
    status.decide,
    "REL-11",
    "Symptoms only",
    "TEXT",
    promise="Symptoms never change the state: the model does not read them.",
)
carried_by(
    mrd.status,
    "REL-15",
    "Remission without a valid MRD",
    "POL",
    promise="The MRD category is unknown.",
)
carried_by(
    antigens.before_end_of_therapy,
    "STALE-04",
    "CD22 after CD22-directed therapy",
    "GK",
    promise="Collected after the last dose of inotuzumab or other CD22-directed therapy.",
)
carried_by(
    antigens.too_old,
    "STALE-06",
    "CD19 in remission",
    "POL",
    promise="Of the present episode, at most 180 days old, after CD19-directed therapy.",
)
carried_by(
    mrd.contradict,
    "CONF-04b",
    "MRD below the other method's sensitivity",
    "S31",
    promise="No conflict: the positive value counts.",
)
carried_by(
    timeline.walk,
    "CONF-05",
    "Coded relapse number lower than counted",
    "POL",
    promise="The count stands; the cards name the code.",
)
carried_by(
    mrd.status,
    "CONF-06",
    "Results further apart",
    "POL",
    promise="Antigens more than 14 and MRD more than 7 days apart: the newest valid one wins.",
)
carried_by(
    marrow.marrows,
    "CONF-07",
    "Status of a result",
    "POL",
    promise="Only final results count; preliminary ones are named as pending.",
)
carried_by(
    diagnosis.first_entry,
    "CONF-09",
    "Doubtful birth date",
    "POL",
    promise="A birth date after the diagnosis is doubtful: age unknown.",
)
carried_by(
    notices.low_mrd,
    "MR-02",
    "MRD detectable below 0.01 %",
    "S31",
    promise="No card in CR1; from CR2 on a line in the transplant card.",
)
carried_by(
    sites.involvement,
    "E-32",
    "Prognostic factors",
    "S27",
    "S28",
    promise="Shown as facts with the name of the scheme, never as a probability.",
)
carried_by(
    timing.classes,
    "POL-13",
    "Boundary of BFM late",
    "POL",
    promise="Exactly six months after primary therapy is late.",
)
carried_by(
    undated_codes.remission_is_recent,
    "POL-07",
    "Age of the disease state",
    "POL",
    promise="Evidence of the state holds for 90 days.",
)
carried_by(
    remission.by_marrow,
    "POL-11",
    "One method is not enough",
    "POL",
    promise="5 to under 25 % by one method is a possible relapse; two marrows lie 7 days apart.",
)

for precaution in PRECAUTIONS.values():
    if precaution.id not in RULES:
        carried_by(
            raised, precaution.id, precaution.title, *precaution.sources, promise=precaution.text
        )
for kind in REQUESTS.values():
    carried_by(request, kind.id, kind.short, "POL", promise=kind.text)

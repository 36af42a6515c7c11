"""Data requests (D-ids): what is missing, in words, and whether an option waits for it (clinical
model 3.8).
"""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import DataRequest


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One kind of missing datum."""

    id: str
    short: str
    text: str
    gating: bool


_KINDS = (
    RequestKind(
        "D-CD19", "CD19 result", "CD19 expression on leukaemic cells at this relapse", True
    ),
    RequestKind(
        "D-CD22",
        "CD22 result",
        "CD22 expression by flow cytometry on leukaemic cells at this relapse",
        True,
    ),
    RequestKind(
        "D-LINEAGE",
        "immunophenotype",
        "Immunophenotype that states lineage (B precursor or T) of the leukaemia",
        True,
    ),
    RequestKind("D-AGE", "birth date", "Birth date of the patient", True),
    RequestKind(
        "D-MRD", "MRD result", "Current marrow MRD with level, method and sensitivity", True
    ),
    RequestKind(
        "D-MRDSENS",
        "sensitivity of the MRD test",
        "Sensitivity (limit of detection) of the current negative MRD result",
        True,
    ),
    RequestKind(
        "D-CONFIRM",
        "second independent marrow test",
        "A second, independent test that confirms or excludes relapse",
        True,
    ),
    RequestKind(
        "D-BM", "marrow examination", "Current bone marrow (morphology and flow cytometry)", True
    ),
    RequestKind(
        "D-PH", "BCR::ABL1 result", "BCR::ABL1 (FISH, RT-PCR including p190, or sequencing)", True
    ),
    RequestKind(
        "D-DXDATE", "date of first diagnosis", "Date of first diagnosis of the leukaemia", True
    ),
    RequestKind(
        "D-EOT", "end of primary therapy", "Date on which primary (front-line) therapy ended", True
    ),
    RequestKind(
        "D-CRDATE", "date of remission", "Date on which remission was first documented", True
    ),
    RequestKind("D-RELORD", "number of relapses", "Number and dates of the relapses so far", True),
    RequestKind(
        "D-PRIOR",
        "prior treatment",
        "Treatment so far: regimens, transplant with donor type, TKI outcomes",
        True,
    ),
    RequestKind(
        "D-KD",
        "ABL1 kinase-domain mutation",
        "ABL1 kinase-domain mutation analysis (T315I) at this relapse",
        False,
    ),
    RequestKind(
        "D-GEN",
        "relapse genetics",
        "Genetics on the relapse specimen: the pattern may differ from first diagnosis",
        False,
    ),
    RequestKind(
        "D-CNS", "lumbar puncture", "Spinal fluid at this relapse (cells and cytology)", False
    ),
    RequestKind(
        "D-TEST", "testicular examination", "Testicular examination at this relapse", False
    ),
    RequestKind(
        "D-LFT",
        "liver tests",
        "Bilirubin, AST and ALT with reference range, no older than 14 days",
        False,
    ),
    RequestKind("D-QTC", "QTcF", "ECG with QTcF, no older than 90 days", False),
    RequestKind(
        "D-CBC", "blood count", "White cells and blood blasts, no older than 14 days", False
    ),
    RequestKind(
        "D-VIRAL",
        "viral screen",
        "HBV, HCV and HIV screen and immunoglobulins, no older than 90 days",
        False,
    ),
    RequestKind("D-PREG", "pregnancy test", "Pregnancy status", False),
    RequestKind("D-GVHD", "GVHD status", "Presence and grade of graft-versus-host disease", True),
    RequestKind(
        "D-FIT",
        "performance status",
        "Performance status (ECOG, Karnofsky or Lansky), no older than 90 days",
        False,
    ),
    RequestKind("D-DONOR", "donor search", "Donor search or HLA typing", False),
    RequestKind("D-CHIM", "chimerism", "Donor chimerism after transplant", False),
)

REQUESTS = {kind.id: kind for kind in _KINDS}


def request(id: str, reason: str = "", *, gating: bool | None = None) -> DataRequest:
    """A data request with the reason why the datum is missing today."""
    kind = REQUESTS[id]
    text = f"{kind.text}: {reason}" if reason else kind.text
    return DataRequest(id, kind.short, text, kind.gating if gating is None else gating)


def merged(requests: list[DataRequest]) -> tuple[DataRequest, ...]:
    """One request of each id, the gating one first, in order of first need."""
    kept: dict[str, DataRequest] = {}
    for item in requests:
        known = kept.get(item.id)
        if known is None or (item.gating and not known.gating):
            kept[item.id] = item
    return tuple(kept.values())

"""Precautions (P-ids): their words and sources; which option raises them, and how, stands beside
the option.
"""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import Effect, FactUsed, PrecautionRaised


@dataclass(frozen=True, slots=True)
class Precaution:
    id: str
    title: str
    text: str
    sources: tuple[str, ...]


_ALL = (
    Precaution(
        "P-01",
        "Boxed warning of T-cell engaging therapy",
        "Boxed warning: cytokine release syndrome; neurological toxicity including ICANS",
        ("S01", "S18", "S20", "S58"),
    ),
    Precaution(
        "P-02",
        "Boxed warning of inotuzumab",
        (
            "Boxed warning: hepatotoxicity including veno-occlusive disease; higher "
            "non-relapse mortality after transplant"
        ),
        ("S08",),
    ),
    Precaution(
        "P-03",
        "Prior allogeneic transplant",
        "Prior allogeneic transplant raises the risk of veno-occlusive disease",
        ("S10",),
    ),
    Precaution("P-04", "Prior VOD", "Prior veno-occlusive disease", ("S10", "GK")),
    Precaution("P-05", "Serious liver disease", "Serious ongoing liver disease", ("S10", "GK")),
    Precaution(
        "P-06",
        "Liver tests over the threshold for withholding",
        (
            "A liver test is above its limit for withholding inotuzumab; limits: bilirubin "
            "1.5 × ULN, AST or ALT 2.5 × ULN"
        ),
        ("S12",),
    ),
    Precaution(
        "P-07",
        "Inotuzumab before transplant",
        (
            "Transplant is in view: the label limits inotuzumab to 2 cycles (a third "
            "only without MRD-negative remission)"
        ),
        ("S11b",),
    ),
    Precaution(
        "P-08",
        "QT prolongation",
        "QTcF prolonged, or a drug that prolongs QT is running",
        ("S08", "GK"),
    ),
    Precaution(
        "P-09",
        "Liver tests over the blinatumomab threshold",
        (
            "A liver test is above its limit for interrupting blinatumomab; limits: AST or "
            "ALT 5 × ULN, bilirubin 3 × ULN"
        ),
        ("S05",),
    ),
    Precaution(
        "P-10",
        "Neurological disorder",
        "Seizure or other CNS disorder on record: higher risk of neurotoxicity",
        ("S05", "GK"),
    ),
    Precaution(
        "P-11",
        "CNS leukaemia",
        (
            "Active CNS leukaemia: excluded from pivotal trials, poor CNS activity, "
            "higher concern of neurotoxicity"
        ),
        ("GK",),
    ),
    Precaution(
        "P-12",
        "Active infection or inflammation",
        "Active infection or inflammatory disorder: to be controlled first",
        ("S58", "S18", "S20", "GK"),
    ),
    Precaution("P-13", "Active GVHD", "Active graft-versus-host disease", ("GK",)),
    Precaution(
        "P-14",
        "High disease burden",
        (
            "High disease burden: lower response, more cytokine release and tumour "
            "lysis; reduction of the burden first is usual"
        ),
        ("S38", "GK"),
    ),
    Precaution(
        "P-15",
        "Circulating blasts",
        "Blood blasts above 10 ×10⁹/L: reduction first is advised",
        ("S11a",),
    ),
    Precaution(
        "P-16",
        "CD19-directed therapy or loss of CD19",
        (
            "Prior CD19-directed therapy or doubtful CD19: antigen loss must be "
            "excluded on a new specimen"
        ),
        ("S37", "S61"),
    ),
    Precaution(
        "P-17",
        "CD22-directed therapy or loss of CD22",
        (
            "Prior CD22-directed therapy or doubtful CD22: antigen loss must be "
            "excluded on a new specimen"
        ),
        ("GK",),
    ),
    Precaution(
        "P-18",
        "Prior inotuzumab or no response to blinatumomab",
        (
            "Prior inotuzumab or non-response to blinatumomab: worse results of CAR-T "
            "cells in registries"
        ),
        ("S37", "S38"),
    ),
    Precaution(
        "P-19", "Age over 65", "Age over 65 years: caution if a transplant follows", ("S14",)
    ),
    Precaution("P-20", "Pregnancy", "Pregnancy", ("S03", "GK")),
    Precaution(
        "P-21",
        "Screen before cell collection",
        "HBV, HCV and HIV screen and immunoglobulins before cell collection",
        ("S59",),
    ),
    Precaution(
        "P-22",
        "Secondary malignancy, vaccines",
        "Secondary T-cell malignancy has occurred; no live vaccines around treatment",
        ("S18", "S20", "S60"),
    ),
    Precaution(
        "P-24",
        "Isolated extramedullary relapse",
        "Isolated extramedullary relapse: outside trial populations",
        ("S16", "GK"),
    ),
    Precaution(
        "P-25", "Age limit close", "An age limit of the label is reached within 90 days", ("POL",)
    ),
    Precaution(
        "P-26",
        "Under 3 years",
        "Age under 3 years: below trial entry, cell collection is difficult",
        ("S16",),
    ),
    Precaution("P-27", "Neonate", "Neonate: benzyl alcohol in the diluent", ("S03",)),
    Precaution(
        "P-28",
        "Prior inotuzumab before transplant",
        (
            "Prior inotuzumab: avoid two alkylators in conditioning; bilirubin at or "
            "above ULN raises the risk of VOD"
        ),
        ("S10", "S14"),
    ),
    Precaution(
        "P-29",
        "Vascular, cardiac or liver history with ponatinib",
        (
            "Arterial or venous occlusion, heart failure or liver disease on record: "
            "boxed warnings of ponatinib"
        ),
        ("S51",),
    ),
    Precaution(
        "P-30",
        "Intrathecal therapy or craniospinal irradiation with nelarabine",
        (
            "Intrathecal therapy or craniospinal irradiation: more neurotoxicity of "
            "nelarabine (boxed warning)"
        ),
        ("S46",),
    ),
    Precaution(
        "P-31",
        "Leukoencephalopathy",
        (
            "Earlier cranial irradiation, high-dose methotrexate or intrathecal "
            "cytarabine: leukoencephalopathy"
        ),
        ("S05",),
    ),
    Precaution(
        "P-32",
        "Early relapse after transplant",
        "Relapse less than 180 days after the transplant: poor results",
        ("S39", "S40"),
    ),
    Precaution(
        "P-33",
        "Ph-positive disease before CAR-T",
        "Ph-positive: the trial asked for TKI failure; the TKI plan needs a check",
        ("GK",),
    ),
    Precaution(
        "P-34", "MRD before transplant", "MRD before transplant lowers its success", ("TEXT",)
    ),
)

PRECAUTIONS = {precaution.id: precaution for precaution in _ALL}


def raised(
    id: str,
    *effects: Effect,
    facts: tuple[FactUsed, ...] = (),
    detail: str = "",
    sources: tuple[str, ...] = (),
) -> PrecautionRaised:
    """A precaution attached with its effects and the facts that raise it; ``sources`` are those
    that speak of this therapy, where others of the precaution do not.
    """
    precaution = PRECAUTIONS[id]
    text = f"{precaution.text} ({detail})" if detail else precaution.text
    return PrecautionRaised(id, text, frozenset(effects), facts, sources or precaution.sources)

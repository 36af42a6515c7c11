"""Site policies (POL-ids): every number or choice that is this project's and not a published fact.

A site may change the adjustable ones; a card says which differ from the default (CARD-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

JURISDICTIONS = ("US", "EU")
LATE_CAR_T_CHOICES = ("EVAL", "CONS", "NOT")
LIVER_CHOICES = ("either", "both")


class PolicyError(ValueError):
    """A policy value that the model cannot work with; the message says what to change."""


def _policy(
    default: object,
    id: str,
    meaning: str,
    why: str,
    *,
    choices: tuple[str, ...] = (),
    low: Decimal | int | None = None,
    high: Decimal | int | None = None,
) -> Any:
    metadata = {
        "id": id,
        "meaning": meaning,
        "why": why,
        "choices": choices,
        "low": low,
        "high": high,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policies in force. Lengths are days unless the name says months; fractions are of
    cells.
    """

    antigen_positive_fraction: Decimal = _policy(
        Decimal("0.20"),
        "POL-01",
        "share of blasts from which CD19 or CD22 counts as positive",
        "labels give no cut-off",
        low=Decimal("0.01"),
        high=Decimal(1),
    )
    jurisdiction: str = _policy(
        "US",
        "POL-02",
        "whose labels apply",
        "ages, Ph status and lines differ",
        choices=JURISDICTIONS,
    )
    blinatumomab_mrd: Decimal = _policy(
        Decimal("0.001"),
        "POL-03",
        "MRD from which blinatumomab is suggested in remission",
        "the label says 0.1 %, practice often 0.01 %",
        low=Decimal("0.0001"),
        high=Decimal("0.05"),
    )
    consolidation: bool = _policy(
        True,
        "POL-04",
        "consider blinatumomab as consolidation in CR2 after a first relapse, whatever the MRD",
        "allowed by label; some sites treat MRD-negative late relapse with chemotherapy alone",
    )
    antigen_max_age_active: int = _policy(
        90,
        "POL-06",
        "oldest CD19/CD22 result in active disease",
        "no published number",
        low=1,
        high=365,
    )
    antigen_max_age_remission: int = _policy(
        180, "POL-06", "oldest CD19 result in remission", "no published number", low=1, high=730
    )
    status_max_age: int = _policy(
        90,
        "POL-07",
        "how long evidence of the disease state holds",
        "no published number",
        low=1,
        high=365,
    )
    liver_flag: str = _policy(
        "either",
        "POL-08",
        "inotuzumab liver flag: bilirubin or transaminase over its limit, or both",
        "the EU text says «and»; either is the safer reading",
        choices=LIVER_CHOICES,
    )
    antigen_conflict_window: int = _policy(
        14,
        "POL-09",
        "opposite antigen results this close contradict each other",
        "design",
        low=0,
        high=60,
    )
    remission_window: int = _policy(
        14,
        "POL-10",
        "contrary evidence this close forbids a remission by marrow",
        "design",
        low=0,
        high=60,
    )
    marrow_interval: int = _policy(
        7,
        "POL-11",
        "least days between two marrows that confirm a relapse",
        "footnote not seen",
        low=1,
        high=90,
    )
    sanctuary_immunotherapy: bool = _policy(
        False,
        "POL-14",
        "immunotherapy options in isolated CNS or testicular relapse",
        "some adults are offered it",
    )
    tisagenlecleucel_first_relapse: bool = _policy(
        False,
        "POL-15",
        "consider tisagenlecleucel in a first relapse under 26 years",
        "off-label, yet about 27 % of US registry recipients",
    )
    late_adult_car_t: str = _policy(
        "CONS",
        "POL-16",
        "adult CAR-T at first relapse after more than 12 months of remission",
        "inside the US label, outside the trials",
        choices=LATE_CAR_T_CHOICES,
    )
    high_burden_marrow: Decimal = _policy(
        Decimal("0.50"),
        "POL-17",
        "marrow blasts of high burden",
        "thresholds vary from 5 to 50 %",
        low=Decimal("0.05"),
        high=Decimal(1),
    )
    high_burden_blood: Decimal = _policy(
        Decimal(15),
        "POL-17",
        "blood blasts of high burden (10⁹/L)",
        "thresholds vary",
        low=1,
        high=200,
    )
    qtcf_flag_ms: Decimal = _policy(
        Decimal(470),
        "POL-18",
        "QTcF above which inotuzumab carries a warning (ms)",
        "unverified",
        low=430,
        high=550,
    )
    leukapheresis_wbc: Decimal = _policy(
        Decimal(100),
        "POL-19",
        "white cells from which the leukapheresis line appears (10⁹/L)",
        "unverified",
        low=20,
        high=400,
    )
    list_not_suggested: bool = _policy(
        True,
        "POL-20",
        "name options that are not suggested, with the reason, inside other cards",
        "noise",
    )
    inotuzumab_cycles_before_transplant: int = _policy(
        2, "POL-25", "inotuzumab cycles before a transplant", "label", low=1, high=3
    )
    tisagenlecleucel_below_years: int = _policy(
        26,
        "POL-26",
        "tisagenlecleucel before this birthday (POL-05: «up to 25 years» = before the 26th)",
        "changes with the label",
        low=18,
        high=30,
    )
    adult_car_t_from_years_us: int = _policy(
        18,
        "POL-26",
        "brexucabtagene and obecabtagene from this age, US",
        "changes with the label",
        low=18,
        high=30,
    )
    adult_car_t_from_years_eu: int = _policy(
        26,
        "POL-26",
        "brexucabtagene and obecabtagene from this age, EU",
        "changes with the label",
        low=18,
        high=30,
    )
    inotuzumab_from_years_us: int = _policy(
        1, "POL-26", "inotuzumab from this age, US", "changes with the label", low=0, high=18
    )
    inotuzumab_from_years_eu: int = _policy(
        18, "POL-26", "inotuzumab from this age, EU", "changes with the label", low=0, high=18
    )
    blinatumomab_from_months: int = _policy(
        1,
        "POL-26",
        "blinatumomab from this age in months",
        "changes with the label",
        low=1,
        high=216,
    )
    transplant_mrd_eval: Decimal = _policy(
        Decimal("0.001"),
        "POL-27",
        "late relapse: MRD from which transplant evaluation is suggested",
        "COG cuts at 0.1 %",
        low=Decimal("0.0001"),
        high=Decimal("0.05"),
    )
    transplant_mrd_cons: Decimal = _policy(
        Decimal("0.0001"),
        "POL-27",
        "late relapse: MRD from which transplant may be considered",
        "UK R3 cuts at 0.01 %",
        low=Decimal("0.00001"),
        high=Decimal("0.05"),
    )
    mrd_max_age: int = _policy(
        30, "POL-30", "oldest MRD result that counts", "no published number", low=1, high=180
    )
    adult_short_remission_months: int = _policy(
        12,
        "POL-31",
        "first remission in an adult that counts as short",
        "18 months is also used",
        low=6,
        high=24,
    )
    adult_long_remission_months: int = _policy(
        24,
        "POL-31",
        "first remission in an adult that counts as long",
        "18 months is also used",
        low=12,
        high=60,
    )
    label_max_age: int = _policy(
        180,
        "POL-32",
        "age of label data from which each card carries a notice",
        "labels change",
        low=30,
        high=730,
    )
    consolidation_window: int = _policy(
        365,
        "POL-33",
        (
            "how long after reaching CR2 or later consolidation options still apply "
            "while MRD is not positive"
        ),
        "no published number; without it every long-term survivor would get a card",
        low=30,
        high=1825,
    )
    fitness_max_ecog: int = _policy(
        2,
        "POL-34",
        "highest ECOG that counts as fit",
        "no published rule; a clinician decides",
        low=0,
        high=3,
    )
    fitness_min_karnofsky: int = _policy(
        60,
        "POL-34",
        "lowest Karnofsky or Lansky that counts as fit",
        "no published rule",
        low=40,
        high=90,
    )
    fitness_max_age: int = _policy(
        90,
        "POL-34",
        "oldest performance status that counts",
        "no published number",
        low=7,
        high=365,
    )
    relapse_on_blinatumomab: int = _policy(
        30,
        "POL-35",
        "relapse this long after the last dose counts as on blinatumomab",
        "no published number",
        low=0,
        high=180,
    )
    pregnancy_test_max_age: int = _policy(
        30,
        "POL-36",
        "how long a negative pregnancy test counts",
        "no published number",
        low=1,
        high=90,
    )
    qt_drugs: tuple[str, ...] = _policy(
        ("dasatinib", "nilotinib"),
        "POL-37",
        "drugs that prolong QT",
        "longer lists exist; a site extends it",
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            _check(item.name, getattr(self, item.name), item.metadata)
        if self.transplant_mrd_cons > self.transplant_mrd_eval:
            raise PolicyError("transplant_mrd_cons must not exceed transplant_mrd_eval")
        if self.adult_short_remission_months > self.adult_long_remission_months:
            raise PolicyError(
                "adult_short_remission_months must not exceed adult_long_remission_months"
            )

    def changed(self) -> tuple[str, ...]:
        """The policies that differ from their default, in words (jurisdiction is shown on its
        own).
        """
        return tuple(
            (
                f"{item.metadata['id']} {item.name} = {getattr(self, item.name)} (default "
                f"{item.default})"
            )
            for item in fields(self)
            if item.name != "jurisdiction" and getattr(self, item.name) != item.default
        )


def _check(name: str, value: object, metadata: Mapping[str, Any]) -> None:
    choices, low, high = metadata["choices"], metadata["low"], metadata["high"]
    if choices and value not in choices:
        raise PolicyError(f"{name} must be one of {', '.join(choices)}")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return
    if not Decimal(value).is_finite() or not low <= value <= high:
        raise PolicyError(f"{name} must lie between {low} and {high}")


@dataclass(frozen=True, slots=True)
class FixedPolicy:
    """A policy that the code fixes; changing it means changing a rule."""

    id: str
    choice: str
    why: str


FIXED_POLICIES = (
    FixedPolicy(
        "POL-05", "«up to 25 years» means before the 26th birthday (POL-26)", "US text ambiguous"
    ),
    FixedPolicy(
        "POL-12",
        "refractory: documented, one failed relapse course, or induction failure",
        "definitions vary",
    ),
    FixedPolicy(
        "POL-13",
        "BFM late: at least 6 months after the end of primary therapy",
        "«more than» versus «at least»",
    ),
    FixedPolicy("POL-21", "no card is ever critical", "alert fatigue"),
    FixedPolicy(
        "POL-22", "provisional ALL, lymphoblastic lymphoma, mixed phenotype: no card", "scope"
    ),
    FixedPolicy("POL-23", "symptoms never raise a reminder", "noise"),
    FixedPolicy("POL-24", "comfort care only: no card", "ethics"),
    FixedPolicy(
        "POL-28",
        "BFM and COG disagree on risk: transplant may be considered (HS-05)",
        "schemes differ",
    ),
    FixedPolicy("POL-29", "no reminder of MRD in first remission", "scope"),
)

"""What kinds of card there are: their order, topic codes, and the reasons offered for setting one
aside.
"""

from __future__ import annotations

from enum import Enum

from hooks.cards import Coding
from relapse.assessment import NoticeKind, Option

TOPIC_SYSTEM = "https://relapse-cds.org/fhir/CodeSystem/card-topic"
OVERRIDE_SYSTEM = "https://relapse-cds.org/fhir/CodeSystem/override-reason"


class CardClass(Enum):
    """The classes of card, in the order in which a list shows them (CARD-02); at most one card of
    each.
    """

    CONFIRM = NoticeKind.CONFIRM
    CONFLICT = NoticeKind.CONFLICT
    DATA = NoticeKind.DATA
    BLIN = Option.BLINATUMOMAB
    INO = Option.INOTUZUMAB
    CART = Option.CAR_T
    HSCT = Option.TRANSPLANT
    MRD = NoticeKind.MRD
    CTX = NoticeKind.CONTEXT

    @property
    def topic(self) -> Coding:
        return _TOPICS[self]

    @property
    def override_reasons(self) -> tuple[Coding, ...]:
        """Reasons why a clinician may set the card aside, the likeliest first."""
        return _OVERRIDE_REASONS[self]


_DISPLAYS = {
    CardClass.CONFIRM: "Possible relapse to be confirmed",
    CardClass.CONFLICT: "Contradictory results",
    CardClass.DATA: "Missing data",
    CardClass.BLIN: "Blinatumomab",
    CardClass.INO: "Inotuzumab ozogamicin",
    CardClass.CART: "CAR-T cells",
    CardClass.HSCT: "Allogeneic transplant",
    CardClass.MRD: "Minimal residual disease",
    CardClass.CTX: "Context of the relapse",
}

_REASONS = {
    "already-evaluated": "Already referred, evaluated or decided by the treating team",
    "trial": "Patient is treated or screened in a clinical trial",
    "other-therapy": "Another therapy was chosen",
    "not-fit": "Contraindicated, or patient not fit for it",
    "no-access": "Not available or not reimbursed here",
    "patient-declined": "Patient or family declined",
    "comfort-goals": "Goals of care are comfort only",
    "no-relapse": "The leukaemia has not relapsed",
    "result-elsewhere": "The result exists outside this record",
    "result-pending": "The result is pending",
    "test-not-feasible": "The test is not feasible now",
    "contradiction-resolved": "The contradiction has been resolved clinically",
    "record-wrong": "The record is wrong or incomplete",
    "disagree": "I disagree with the rule",
}

_OPTION_REASONS = (
    "already-evaluated",
    "other-therapy",
    "trial",
    "not-fit",
    "no-access",
    "patient-declined",
    "comfort-goals",
    "no-relapse",
    "result-elsewhere",
    "record-wrong",
    "disagree",
)
_MISSING_REASONS = (
    "result-elsewhere",
    "result-pending",
    "test-not-feasible",
    "comfort-goals",
    "record-wrong",
    "disagree",
)
_NOTICE_REASONS = {
    CardClass.CONFIRM: ("no-relapse", *_MISSING_REASONS),
    CardClass.CONFLICT: ("contradiction-resolved", *_MISSING_REASONS),
    CardClass.DATA: ("no-relapse", *_MISSING_REASONS),
    CardClass.MRD: (
        "already-evaluated",
        "result-elsewhere",
        "trial",
        "comfort-goals",
        "record-wrong",
        "disagree",
    ),
    CardClass.CTX: (
        "already-evaluated",
        "trial",
        "comfort-goals",
        "no-relapse",
        "record-wrong",
        "disagree",
    ),
}

_TOPICS = {
    card_class: Coding(TOPIC_SYSTEM, card_class.value.value, display)
    for card_class, display in _DISPLAYS.items()
}
_OVERRIDE_REASONS = {
    card_class: tuple(
        Coding(OVERRIDE_SYSTEM, code, _REASONS[code])
        for code in _NOTICE_REASONS.get(card_class, _OPTION_REASONS)
    )
    for card_class in CardClass
}

"""What the rules answer for one patient on one day: the shapes that cards, reports and records are
made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum

from relapse.dates import DateRange
from relapse.facts import Fact
from relapse.logic import Tri
from relapse.terms import Term


class Strength(IntEnum):
    """How firmly an option is suggested for evaluation (clinical model 0.5), strongest highest."""

    NOT = 0
    CAD = 1
    CONS = 2
    EVAL = 3


class Effect(Term):
    """What a precaution does to the therapy that it is attached to (clinical model 3.7)."""

    NOTE = "note"
    WARN = "warn"
    CAP = "cap"
    BLOCK = "block"


class Option(Term):
    """The therapies considered; values are the topic codes of their cards."""

    BLINATUMOMAB = "blinatumomab"
    INOTUZUMAB = "inotuzumab-ozogamicin"
    CAR_T = "car-t"
    TRANSPLANT = "allogeneic-hsct"


class DiseaseStatus(Enum):
    """Disease state DS (E-28)."""

    NOT_RR = "NOT_RR"
    ACTIVE_RR = "ACTIVE_RR"
    POSSIBLE_RELAPSE = "POSSIBLE_RELAPSE"
    CR = "CR"
    UNKNOWN = "UNKNOWN"


class MrdCategory(Enum):
    """MRD category at 1e-4 (E-09)."""

    POS = "POS"
    NEG = "NEG"
    LOWPOS = "LOWPOS"
    UNK = "UNK"


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact as it stands behind an answer: words, date at the precision recorded, source
    record.
    """

    text: str
    when: DateRange | None
    reference: str
    date_inferred: bool = False

    def __hash__(self) -> int:
        # Facts are told apart many times for each card, and hardly two agree in these.
        return hash((self.text, self.reference))

    @classmethod
    def of(cls, fact: Fact, text: str) -> FactUsed:
        return cls(text, fact.when, fact.source.reference, fact.source.date_inferred)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of a rule with its answer and what the answer rests on."""

    text: str
    state: Tri
    facts: tuple[FactUsed, ...] = ()
    requests: tuple[str, ...] = ()
    """Data requests (D-ids) that would settle it while it is unknown."""
    note: str = ""
    """Why it is unknown or not met, where the text alone does not say ("pre-dates the relapse")."""

    def __hash__(self) -> int:
        return hash((self.text, self.note))


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule of the clinical model as applied to this patient."""

    rule: str
    title: str
    state: Tri
    criteria: tuple[Criterion, ...] = ()
    sources: tuple[str, ...] = ()
    strength: Strength | None = None
    """What the rule contributes; ``None`` where it decides nothing for this patient."""
    note: str = ""

    def __hash__(self) -> int:
        return hash((self.rule, self.note))


@dataclass(frozen=True, slots=True)
class PrecautionRaised:
    """A precaution (P-id) attached to an option."""

    id: str
    text: str
    effects: frozenset[Effect]
    facts: tuple[FactUsed, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def warns(self) -> bool:
        """Whether it turns the card's indicator to warning (clinical model 0.6)."""
        return bool(self.effects & {Effect.WARN, Effect.CAP, Effect.BLOCK})


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A missing, stale or contradictory datum (D-id)."""

    id: str
    short: str
    """A few words for a card that only names it ("MRD result")."""
    text: str
    """What is missing, why, and what would settle it."""
    gating: bool
    """Whether the option waits for it."""


@dataclass(frozen=True, slots=True)
class ProductAdvice:
    """One CAR-T product within its class."""

    product: str
    strength: Strength
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consideration:
    """One therapy option with everything that decided it."""

    option: Option
    strength: Strength
    reason: str = ""
    """Why it is not suggested; empty unless NOT."""
    notes: tuple[str, ...] = ()
    """What weakens or explains the answer, in sentences for the card."""
    rules: tuple[RuleResult, ...] = ()
    precautions: tuple[PrecautionRaised, ...] = ()
    requests: tuple[DataRequest, ...] = ()
    products: tuple[ProductAdvice, ...] = ()
    silent: bool = False
    """A NOT that no card lists (scope, long-standing remission, T-lineage)."""
    lines: tuple[ContextLine, ...] = ()
    """Further lines of the card: second transplant, donor lymphocytes."""


@dataclass(frozen=True, slots=True)
class ContextLine:
    """One line of the context card (CX-rules) or of an option's card."""

    rule: str
    text: str
    facts: tuple[FactUsed, ...] = ()
    requests: tuple[DataRequest, ...] = ()
    precautions: tuple[PrecautionRaised, ...] = ()
    sources: tuple[str, ...] = ()


class NoticeKind(Term):
    """Cards that name no therapy; values are their topic codes."""

    CONFIRM = "confirm-relapse"
    CONFLICT = "conflict"
    DATA = "missing-data"
    MRD = "mrd"
    CONTEXT = "relapse-context"


@dataclass(frozen=True, slots=True)
class Notice:
    """A card without a therapy: confirm a relapse, a conflict, missing data, MRD, context of a
    relapse.
    """

    kind: NoticeKind
    summary: str
    lines: tuple[ContextLine, ...] = ()
    requests: tuple[DataRequest, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    unknown: tuple[Criterion, ...] = ()
    """What stays unknown beside the criteria of the rules."""

    @property
    def precautions(self) -> tuple[PrecautionRaised, ...]:
        return tuple(precaution for line in self.lines for precaution in line.precautions)


@dataclass(frozen=True, slots=True)
class State:
    """The disease in the terms that other systems read."""

    disease: DiseaseStatus
    relapse_count: int
    remission: int | None
    mrd: MrdCategory
    lineage: str
    ph: str
    bfm: str | None = None
    cog: str | None = None
    s_group: str | None = None
    text: str = ""
    """One sentence: "First relapse, bone marrow, found on 2026-06-08 …"."""
    facts: tuple[FactUsed, ...] = ()
    """The facts that show the state."""
    rules: tuple[RuleResult, ...] = ()
    """The REL- and G-rules that decided."""
    caveats: tuple[str, ...] = ()
    """Sentences that every card repeats (a contradicting code, data that could not be fetched)."""
    whole_record: bool = True
    """False where a part of the record could not be had."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer. ``considerations`` is empty where a gate stops (G-rules)."""

    as_of: date
    patient: str
    jurisdiction: str
    state: State
    considerations: tuple[Consideration, ...] = ()
    notices: tuple[Notice, ...] = ()
    policies_changed: tuple[str, ...] = ()
    """Policies in force that differ from their defaults, in words (CARD-05)."""

    def consideration(self, option: Option) -> Consideration | None:
        return next((item for item in self.considerations if item.option is option), None)

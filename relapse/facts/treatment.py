"""Treatment and planned steps (E-26)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from relapse.dates import DateRange
from relapse.facts.base import Fact
from relapse.logic import Tri
from relapse.terms import Term


class Agent(Term):
    """Drugs that the rules name; other anti-leukaemic drugs share one member, for courses and
    history.
    """

    BLINATUMOMAB = "blinatumomab"
    INOTUZUMAB = "inotuzumab ozogamicin"
    IMATINIB = "imatinib"
    DASATINIB = "dasatinib"
    NILOTINIB = "nilotinib"
    BOSUTINIB = "bosutinib"
    PONATINIB = "ponatinib"
    ASCIMINIB = "asciminib"
    RITUXIMAB = "rituximab"
    METHOTREXATE = "methotrexate"
    CYTARABINE = "cytarabine"
    NELARABINE = "nelarabine"
    OTHER_ANTILEUKAEMIC = "other anti-leukaemic drug"


TYROSINE_KINASE_INHIBITORS = frozenset(
    {
        Agent.IMATINIB,
        Agent.DASATINIB,
        Agent.NILOTINIB,
        Agent.BOSUTINIB,
        Agent.PONATINIB,
        Agent.ASCIMINIB,
    }
)


class Given(Term):
    """How sure the record makes it that a drug was taken (mapping rule 32)."""

    ADMINISTERED = "administered"
    STATED = "stated as taken"
    ORDERED = "ordered"
    """An order that ran: use of an oral drug; of an infused one, perhaps given."""


class StopReason(Enum):
    FAILED = "failed"
    INTOLERANT = "intolerant"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugUse(Fact):
    """One administration, statement or order of a drug. ``when`` is the first day."""

    agent: Agent
    name: str
    """The drug as recorded."""
    given: Given
    until: DateRange | None = None
    """Last day; ``None`` with ``running`` False means that no end was recorded."""
    running: bool = False
    stop_reason: StopReason | None = None
    intrathecal: bool = False
    oral: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentPlan(Fact):
    """A course of treatment of the leukaemia (CarePlan). ``when`` is its first day."""

    until: DateRange | None = None
    running: bool = False
    agents: frozenset[Agent] = frozenset()
    """Agents that the title names."""
    comfort_care: bool = False


class Donor(Term):
    ALLOGENEIC = "allogeneic"
    AUTOLOGOUS = "autologous"
    UNKNOWN = "donor type not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transplant(Fact):
    donor: Donor


class CarTProduct(Term):
    TISAGENLECLEUCEL = "tisagenlecleucel"
    BREXUCABTAGENE = "brexucabtagene-autoleucel"
    OBECABTAGENE = "obecabtagene-autoleucel"
    OTHER = "other CAR-T product"
    UNKNOWN = "CAR-T product not named"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarTInfusion(Fact):
    """``cd19_directed`` is met for an unnamed product until the record says otherwise (mapping rule
    31).
    """

    product: CarTProduct
    cd19_directed: Tri
    cd22_directed: Tri = Tri.NOT_MET


class ProcedureKind(Enum):
    INTRATHECAL = "intrathecal chemotherapy"
    CRANIAL_IRRADIATION = "cranial irradiation"
    TESTICULAR_IRRADIATION = "testicular irradiation"
    DONOR_LYMPHOCYTES = "donor lymphocyte infusion"
    LUMBAR_PUNCTURE = "lumbar puncture"
    MARROW = "marrow aspirate or biopsy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureDone(Fact):
    kind: ProcedureKind


class Planned(Enum):
    """Steps towards transplant that are ordered or under way; never evidence of treatment."""

    TRANSPLANT = "transplant planned"
    DONOR_FOUND = "donor identified"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep(Fact):
    step: Planned

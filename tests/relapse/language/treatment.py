"""What was given, is running or planned."""

from __future__ import annotations

from typing import Self

from relapse.facts import (
    Agent,
    CarTInfusion,
    CarTProduct,
    Donor,
    DrugUse,
    Given,
    Planned,
    PlannedStep,
    ProcedureDone,
    ProcedureKind,
    StopReason,
    Transplant,
    TreatmentPlan,
)
from relapse.logic import Tri
from tests.relapse.language.told import Told
from tests.relapse.language.values import (
    when,
)


class Treatment(Told):
    """Therapy so far."""

    def plan(
        self,
        start: str | None,
        until: str | None = None,
        *agents: Agent,
        text: str = "Chemotherapy",
        running: bool | None = None,
        comfort_care: bool = False,
    ) -> Self:
        """A course; without an end it is still running."""
        return self.add(
            TreatmentPlan(
                source=self.source("CarePlan"),
                when=when(start),
                text=text,
                until=when(until),
                running=until is None if running is None else running,
                agents=frozenset(agents),
                comfort_care=comfort_care,
            )
        )

    def front_line(self, start: str, until: str | None = None) -> Self:
        return self.plan(
            start, until, text="Front-line ALL chemotherapy: induction, consolidation, maintenance"
        )

    def reinduction(self, start: str, until: str | None = None, *agents: Agent) -> Self:
        return self.plan(start, until, *agents, text="Relapse reinduction")

    def drug(
        self,
        agent: Agent,
        start: str | None,
        until: str | None = None,
        *,
        given: Given = Given.ADMINISTERED,
        running: bool = False,
        stop: StopReason | None = None,
        intrathecal: bool = False,
        oral: bool = False,
        name: str | None = None,
    ) -> Self:
        return self.add(
            DrugUse(
                source=self.source("MedicationAdministration"),
                when=when(start),
                text=name or agent.value,
                agent=agent,
                name=name or agent.value,
                given=given,
                until=when(until),
                running=running,
                stop_reason=stop,
                intrathecal=intrathecal,
                oral=oral,
            )
        )

    def tki(
        self,
        agent: Agent,
        start: str,
        until: str | None = None,
        *,
        stop: StopReason | None = None,
        running: bool = False,
    ) -> Self:
        return self.drug(
            agent, start, until, given=Given.ORDERED, stop=stop, running=running, oral=True
        )

    def transplant(self, on: str | None, donor: Donor = Donor.ALLOGENEIC) -> Self:
        return self.add(
            Transplant(
                source=self.source("Procedure"),
                when=when(on),
                text=f"{donor.value} transplant",
                donor=donor,
            )
        )

    def car_t(
        self,
        on: str | None,
        product: CarTProduct = CarTProduct.TISAGENLECLEUCEL,
        *,
        cd19: Tri = Tri.MET,
        cd22: Tri = Tri.NOT_MET,
    ) -> Self:
        return self.add(
            CarTInfusion(
                source=self.source("Procedure"),
                when=when(on),
                text=product.value,
                product=product,
                cd19_directed=cd19,
                cd22_directed=cd22,
            )
        )

    def procedure(self, kind: ProcedureKind, on: str | None) -> Self:
        return self.add(
            ProcedureDone(
                source=self.source("Procedure"), when=when(on), text=kind.value, kind=kind
            )
        )

    def planned(self, step: Planned, on: str = "2026-06-12") -> Self:
        return self.add(
            PlannedStep(
                source=self.source("ServiceRequest"), when=when(on), text=step.value, step=step
            )
        )

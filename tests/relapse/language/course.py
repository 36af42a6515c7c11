"""Diagnosis, relapse and remission as they are stated."""

from __future__ import annotations

from typing import Any, Self

from relapse.facts import (
    ClinicalStatus,
    Diagnosis,
    Disease,
    Lineage,
    Phase,
    Response,
    ResponseStatement,
)
from relapse.logic import Tri
from tests.relapse.language.told import Told
from tests.relapse.language.values import (
    when,
)


class CourseOfDisease(Told):
    """The leukaemia and its course."""

    def condition(
        self,
        onset: str | None,
        *,
        disease: Disease = Disease.ALL,
        lineage: Lineage = Lineage.UNKNOWN,
        precursor: Tri = Tri.UNKNOWN,
        phase: Phase = Phase.UNSTATED,
        confirmed: bool = True,
        status: ClinicalStatus | None = None,
        recorded: str | None = None,
        abated: str | None = None,
        relapse_ordinal: int | None = None,
        remission_ordinal: int | None = None,
        text: str = "leukaemia",
    ) -> Self:
        return self.add(
            Diagnosis(
                source=self.source("Condition"),
                when=when(onset),
                text=text,
                disease=disease,
                lineage=lineage,
                precursor=precursor,
                phase=phase,
                confirmed=confirmed,
                clinical_status=status,
                recorded=when(recorded),
                abated=when(abated),
                relapse_ordinal=relapse_ordinal,
                remission_ordinal=remission_ordinal,
            )
        )

    def diagnosed(self, onset: str | None, **more: Any) -> Self:
        """B-cell precursor ALL on the problem list since ``onset``."""
        more = {"lineage": Lineage.B, "precursor": Tri.MET, "text": "B-ALL", **more}
        return self.condition(onset, **more)

    def diagnosed_t(self, onset: str | None, **more: Any) -> Self:
        return self.condition(onset, lineage=Lineage.T, precursor=Tri.NOT_MET, text="T-ALL", **more)

    def coded_relapse(self, onset: str | None, *, recorded: str | None = None, **more: Any) -> Self:
        """An encounter diagnosis "ALL in relapse", which carries no lineage."""
        more = {
            "phase": Phase.RELAPSE,
            "status": ClinicalStatus.ACTIVE,
            "text": "ALL, in relapse",
            **more,
        }
        return self.condition(onset, recorded=recorded, **more)

    def coded_remission(self, onset: str | None, *, recorded: str | None = None) -> Self:
        return self.condition(
            onset, recorded=recorded, phase=Phase.REMISSION, text="ALL, in remission"
        )

    def remission(self, on: str | None, ordinal: int | None = None, final: bool = True) -> Self:
        """ "Complete remission", stated on ``on``."""
        return self._statement(Response.COMPLETE_REMISSION, on, ordinal, final)

    def partial_remission(self, on: str) -> Self:
        return self._statement(Response.PARTIAL_REMISSION, on)

    def refractory(self, on: str) -> Self:
        return self._statement(Response.REFRACTORY, on)

    def _statement(
        self, response: Response, on: str | None, ordinal: int | None = None, final: bool = True
    ) -> Self:
        return self.add(
            ResponseStatement(
                source=self.source("Observation"),
                when=when(on),
                text=response.value,
                final=final,
                response=response,
                remission_ordinal=ordinal,
            )
        )

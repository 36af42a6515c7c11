"""The course of the disease as one value, for rules and for display (E-28)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from relapse.assessment import DiseaseStatus, FactUsed, RuleResult
from relapse.course.diagnosis import DiagnosisPicture
from relapse.course.extramedullary import SiteFinding
from relapse.course.marrow import Marrow
from relapse.course.refractory import Refractory
from relapse.course.sites import Involvement
from relapse.course.timeline import Relapse, Remission, Timeline
from relapse.course.treatment import TreatmentHistory
from relapse.dates import DateRange
from relapse.logic import Tri


@dataclass(frozen=True)
class DiseaseCourse:
    """The disease from first diagnosis to the day of evaluation."""

    diagnosis: DiagnosisPicture
    history: TreatmentHistory
    marrows: tuple[Marrow, ...]
    findings: tuple[SiteFinding, ...]
    timeline: Timeline
    status: DiseaseStatus
    rules: tuple[RuleResult, ...]
    requests: tuple[str, ...]
    """Data requests (D-ids) that would settle the state."""
    caveats: tuple[str, ...]
    facts: tuple[FactUsed, ...]
    involvement: Involvement
    """Sites of the latest relapse (or of an induction failure)."""
    refractory: Refractory
    induction_start: DateRange | None
    remission_after_failure: bool
    """CR1 was reached after primary induction failure (HS-09)."""
    relapse_count_certain: Tri
    remission_by_residue: bool
    """The present remission is known from residual disease alone; it may have begun before."""

    @cached_property
    def relapse_count(self) -> int:
        return self.timeline.relapse_count

    @cached_property
    def latest_relapse(self) -> Relapse | None:
        relapses = self.timeline.relapses
        return relapses[-1] if relapses else None

    @cached_property
    def relapse_date(self) -> DateRange | None:
        relapse = self.latest_relapse
        return None if relapse is None else relapse.when

    @cached_property
    def remission(self) -> Remission | None:
        """The present remission, if the disease is in remission."""
        remissions = self.timeline.remissions
        return remissions[-1] if remissions and self.status is DiseaseStatus.CR else None

    @cached_property
    def remission_ordinal(self) -> int | None:
        return self.relapse_count + 1 if self.status is DiseaseStatus.CR else None

    @cached_property
    def active(self) -> bool:
        return self.status is DiseaseStatus.ACTIVE_RR

    @cached_property
    def episode_start(self) -> DateRange | None:
        """First day of the present episode: the latest relapse, else first diagnosis."""
        return self.relapse_date if self.timeline.relapses else self.diagnosis.first_diagnosed

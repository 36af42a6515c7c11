"""What a chart holds on the course of the leukaemia, before it is put in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relapse.course.diagnosis import DiagnosisPicture, picture
from relapse.course.extramedullary import SiteFinding, findings
from relapse.course.induction import induction_start
from relapse.course.leukaemia_seen import LeukaemiaSeen, leukaemia_seen
from relapse.course.marrow import Marrow, marrows
from relapse.course.relapse_marks import RelapseMark, at_sites
from relapse.course.treatment import TreatmentHistory, history
from relapse.dates import DateRange
from relapse.facts import Chart
from relapse.policy import Policy


@dataclass(frozen=True, slots=True)
class Findings:
    """Diagnosis, treatment, specimens and sites, as of a day and under the site's policies."""

    chart: Chart
    as_of: date
    policy: Policy
    diagnosis: DiagnosisPicture
    history: TreatmentHistory
    marrows: tuple[Marrow, ...]
    sites: tuple[SiteFinding, ...]
    site_marks: tuple[RelapseMark, ...]
    """The sites at which leukaemia is proven."""
    seen: tuple[LeukaemiaSeen, ...]
    induction: DateRange | None
    """First day of the first course."""

    @property
    def first_diagnosed(self) -> DateRange | None:
        return self.diagnosis.first_diagnosed


def find(chart: Chart, as_of: date, policy: Policy) -> Findings:
    """Read the chart, kind by kind."""
    diagnosis = picture(chart)
    treatment = history(chart, as_of)
    specimens = marrows(chart)
    sites = findings(chart)
    site_marks = at_sites(sites)
    return Findings(
        chart=chart,
        as_of=as_of,
        policy=policy,
        diagnosis=diagnosis,
        history=treatment,
        marrows=specimens,
        sites=sites,
        site_marks=site_marks,
        seen=leukaemia_seen(chart, specimens, site_marks),
        induction=induction_start(treatment, diagnosis.first_diagnosed),
    )

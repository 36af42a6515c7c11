"""The disease state on the day of evaluation (E-28)."""

from __future__ import annotations

from relapse.course.decision import Decision
from relapse.course.findings import Findings
from relapse.course.line import CourseLine
from relapse.course.state_before_remission import before_remission
from relapse.course.state_in_relapse import in_relapse
from relapse.course.state_in_remission import in_remission
from relapse.course.timeline import Relapse, Remission


def decide(found: Findings, line: CourseLine) -> Decision:
    """The state of the disease, by the episode in which the line ends."""
    current = line.timeline.current
    if isinstance(current, Relapse):
        return in_relapse(found, line, current)
    if isinstance(current, Remission):
        return in_remission(found, line, current)
    return before_remission(found)

"""DiagnosticReports and panels: which results hang on which, and what a result takes from them."""

from __future__ import annotations

from collections.abc import Iterable

from mappings.context import Context
from mappings.observation.topics import matters
from mappings.record.reduce import DATE, INSTANT, PERIOD, Spec, cut
from mappings.record.resources import Item
from mappings.values import when
from mappings.values.shapes import objects
from relapse.dates import DateRange

REPORT: dict[str, Spec] = {
    "effectiveDateTime": DATE,
    "effectivePeriod": PERIOD,
    "effectiveInstant": INSTANT,
}


def link_results(context: Context, reports: Iterable[Item], observations: Iterable[Item]) -> None:
    """Remember for each result the reports and panels that refer to it or contain it.

    One of another patient lends a result nothing, neither its date nor its status, and is listed.
    """
    for report in reports:
        _link(context, report, report.resource.get("result"))
        for inner in report.contained.values():
            if inner.kind == "Observation":
                _remember(context, inner, report)
    for panel in observations:
        members = panel.resource.get("hasMember")
        if members:
            _link(context, panel, members)
        if panel.container is None:
            for inner in panel.contained.values():
                if inner.kind == "Observation":
                    _remember(context, inner, panel)


def _link(context: Context, parent: Item, references: object) -> None:
    for reference in objects(references):
        child = context.index.find(reference, parent)
        if child is None or child.kind != "Observation":
            continue
        if context.is_patients(parent):
            _remember(context, child, parent)
        elif context.is_patients(child) and matters(context, child.resource):
            context.list_unread(
                parent,
                "the subject is not this patient, but a result of this patient hangs on it",
                parent.resource.get("code"),
            )


def _remember(context: Context, child: Item, parent: Item) -> None:
    parents = context.reports.setdefault(child, [])
    if parent not in parents and parent is not child:
        parents.append(parent)


def effective_of(context: Context, report: Item) -> DateRange | None:
    """The time that a report or panel gives for all its results."""
    data = cut(report.resource, REPORT).data
    for name in ("effectiveDateTime", "effectiveInstant"):
        if name in data:
            return when.of_day(data[name][:10])
    return (
        when.of_period(data["effectivePeriod"], context.as_of)
        if "effectivePeriod" in data
        else None
    )

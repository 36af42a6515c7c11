"""The feedback report for people and for programs.

Reasons and comments were written by others: they are printed without anything that a terminal
would obey.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hooks.wire import lean
from service.feedback.report import Reason, Report, Tally, Times

_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


def as_json(report: Report, *, comments: bool) -> str:
    """The report as JSON in ASCII. Rates are of the answered cards, times in seconds; what there is
    none of is left out.
    """
    content: dict[str, object] = {
        "since": report.since.isoformat() if report.since else None,
        "until": report.until.isoformat() if report.until else None,
        "cards": _tally(report, report.total),
        "topics": {topic: _tally(report, tally) for topic, tally in sorted(report.topics.items())},
        "flags": _flags(report),
    }
    if comments:
        content["comments"] = [
            lean({"topic": item.topic, "outcome": item.outcome, "text": item.text})
            for item in report.comments
        ]
    return json.dumps(lean(content), indent=2)


def _tally(report: Report, tally: Tally) -> Mapping[str, object]:
    times = tally.times()
    members = {
        "shown": tally.shown,
        "answered": tally.answered,
        "accepted": tally.accepted,
        "overridden": tally.overridden,
        "acceptanceRate": _rounded(tally.rate(tally.accepted)),
        "overrideRate": _rounded(tally.rate(tally.overridden)),
        "reasons": [
            lean(
                {
                    "code": reason.code,
                    "system": reason.system,
                    "display": report.displays.get(reason),
                    "count": count,
                    "rate": _rounded(tally.rate(count)),
                }
            )
            for reason, count in _by_count(tally)
        ],
        "responseSeconds": {"count": times.count, "median": times.median, "p90": times.p90}
        if times
        else None,
    }
    return lean(members)


def _flags(report: Report) -> dict[str, int]:
    return {
        "unknownCard": report.unknown_card,
        "foreignCard": report.foreign,
        "unknownSuggestion": report.unknown_suggestion,
        "changedOutcome": report.changed_outcome,
        "answeredBeforeShown": report.before_decision,
    }


def _by_count(tally: Tally) -> list[tuple[Reason, int]]:
    return sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)


def print_text(console: Console, report: Report, *, comments: bool) -> None:
    """The report as tables."""
    console.print(_title(report))
    table = Table(box=None, pad_edge=False)
    table.add_column("Topic", no_wrap=True)
    for name in ("Shown", "Answered", "Accepted", "Overridden", "Median time", "90 % in"):
        table.add_column(name, justify="right")
    for topic, tally in [*sorted(report.topics.items()), ("all", report.total)]:
        table.add_row(harmless(topic), *_cells(tally))
    console.print(table)
    if report.total.reasons:
        console.print("\nWhy cards were overridden")
        console.print(_reasons(report))
    flags = {name: count for name, count in _flag_texts(report).items() if count}
    if flags:
        console.print("\nFlagged items")
        for name, count in flags.items():
            console.print(f"  {count}  {name}")
    if comments and report.comments:
        console.print("\nComments")
        for item in report.comments:
            head = f"  {item.topic or 'unknown card'}, {item.outcome}: "
            console.print(harmless(head + item.text), soft_wrap=True)


def _title(report: Report) -> str:
    since = f" from {report.since:%Y-%m-%d}" if report.since else ""
    until = f" to before {report.until:%Y-%m-%d}" if report.until else ""
    return f"Cards shown{since}{until}, by topic\n"


def _cells(tally: Tally) -> list[str]:
    times = tally.times()
    return [
        str(tally.shown),
        _part(tally.answered, tally.shown),
        _part(tally.accepted, tally.answered),
        _part(tally.overridden, tally.answered),
        *_durations(times),
    ]


def _durations(times: Times | None) -> tuple[str, str]:
    return (duration(times.median), duration(times.p90)) if times else ("", "")


def _reasons(report: Report) -> Table:
    table = Table("Reason", "Code", "System", box=None, pad_edge=False)
    table.add_column("Cards", justify="right")
    table.add_column("Topics")
    for reason, count in _by_count(report.total):
        topics = [topic for topic, tally in sorted(report.topics.items()) if tally.reasons[reason]]
        table.add_row(
            harmless(report.displays.get(reason, "")),
            harmless(reason.code),
            harmless(reason.system),
            _part(count, report.total.overridden),
            harmless(", ".join(topics)),
        )
    return table


def _flag_texts(report: Report) -> dict[str, int]:
    return {
        "on a card that has no decision record (yet)": report.unknown_card,
        "from another client or service than the card's; not counted": report.foreign,
        "with a suggestion that the card did not have": report.unknown_suggestion,
        "that change an earlier outcome; the last one counts": report.changed_outcome,
        "cards answered before they were shown, by the client's clock": report.before_decision,
    }


def _part(count: int, whole: int) -> str:
    return f"{count} ({100 * count / whole:.0f} %)" if whole else str(count)


def duration(seconds: float) -> str:
    """In the largest unit of which there is at least one."""
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def harmless(text: str) -> Text:
    """Text of others for a terminal: control characters and direction marks are written out, and
    nothing in it is markup.
    """
    return Text(
        "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
        )
    )

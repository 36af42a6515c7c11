"""The outcome of a replay as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from service.replay.compare import Replayed, Skipped, summary


def as_json(results: Sequence[Replayed | Skipped]) -> dict[str, Any]:
    """Numbers, and every call whose answer would be another one."""
    return summary(results) | {
        "calls": [
            {
                "decision": item.record.id,
                "at": item.record.at.isoformat(),
                "hook": item.record.hook,
                "changes": list(item.changes),
            }
            for item in results
            if isinstance(item, Replayed) and item.changes
        ]
    }


def print_text(console: Console, results: Sequence[Replayed | Skipped]) -> None:
    """The same for a person: the calls that differ, then the numbers."""
    for item in results:
        if isinstance(item, Replayed) and item.changes:
            console.print(
                Text(f"{item.record.at:%Y-%m-%d %H:%M} {item.record.hook} {item.record.id}", "bold")
            )
            for change in item.changes:
                console.print(Text(f"  {change}"))
    numbers = summary(results)
    console.print(
        Text(f"{numbers['replayed']} calls replayed, {numbers['changed']} with another answer.")
    )
    for topic, count in numbers["cardsChangedByTopic"].items():
        console.print(Text(f"  {count:6} {topic}"))
    for why, count in numbers["notReplayable"].items():
        console.print(Text(f"{count} not replayed: {why}", "yellow"))

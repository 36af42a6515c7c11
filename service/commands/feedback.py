"""``relapse-cds feedback``: what clinicians did with the cards."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console

from service.commands.common import DAY, FORMAT, Failure, checked_settings


@click.group()
def feedback() -> None:
    """What clinicians did with the cards."""


@feedback.command("report")
@click.option("--since", type=DAY, help="First day on which the cards were shown, in UTC.")
@click.option("--until", type=DAY, help="Day before which they were shown, in UTC.")
@FORMAT
@click.option("--comments", is_flag=True, help="With free text, which can name patients.")
def feedback_report(
    since: datetime | None, until: datetime | None, form: str, comments: bool
) -> None:
    """Acceptance and override rates by topic and reason, and the time until cards were answered."""
    from service.feedback.output import as_json, print_text
    from service.feedback.report import NoRecords, report_for

    try:
        report = report_for(checked_settings(), since, until)
    except NoRecords as error:
        raise Failure(str(error)) from None
    if form == "json":
        click.echo(as_json(report, comments=comments))
    else:
        print_text(Console(highlight=False), report, comments=comments)

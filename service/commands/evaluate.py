"""``relapse-cds evaluate``: one record, without network."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console

from service.commands.common import DAY, FORMAT, JURISDICTION, Failure, checked_settings, print_json


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--as-of", type=DAY, help="Evaluation date; today where left out.")
@JURISDICTION
@click.option(
    "--policies", "policy_file", metavar="FILE", help="TOML file with the site's own policies."
)
@FORMAT
@click.option("--full", is_flag=True, help="With text: print the whole detail of each card.")
def evaluate(
    file: str,
    as_of: datetime | None,
    jurisdiction: str | None,
    policy_file: str | None,
    form: str,
    full: bool,
) -> None:
    """Evaluate one record, without network.

    FILE is a FHIR Bundle of any type with the resources of one patient, or - for standard input.
    """
    from service.evaluation import UnusableFile, evaluate_bundle
    from service.report import as_json, print_text

    settings = checked_settings(jurisdiction=jurisdiction, policies=policy_file)
    try:
        outcome = evaluate_bundle(_read(file), as_of.date() if as_of else date.today(), settings)
    except UnusableFile as error:
        raise Failure(str(error)) from None
    if form == "json":
        print_json(as_json(outcome.assessment, outcome.unread, outcome.cards))
    else:
        print_text(
            Console(highlight=False), outcome.assessment, outcome.unread, outcome.cards, full=full
        )


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError:
        raise Failure(
            "the file does not exist: give the path of a FHIR Bundle, or - for standard input"
        ) from None
    except OSError as error:
        raise Failure(f"the file cannot be read ({error.strerror})") from None

"""``relapse-cds replay``: recorded calls under other rules or policies."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console

from service.commands.common import DAY, FORMAT, JURISDICTION, Failure, checked_settings, print_json
from service.site.policy import policies


@click.command()
@click.option("--since", type=DAY, help="First day of the calls, in UTC.")
@click.option("--until", type=DAY, help="Day before which the calls end, in UTC.")
@JURISDICTION
@click.option("--policies", "policy_file", metavar="FILE", help="TOML file with other policies.")
@FORMAT
def replay(
    since: datetime | None,
    until: datetime | None,
    jurisdiction: str | None,
    policy_file: str | None,
    form: str,
) -> None:
    """Run recorded calls again, and show which answers change.

    With --policies or --jurisdiction under those, else under the policies of their time: then only
    rules that have changed since make a difference. Calls are recorded with what this needs where
    RELAPSE_CDS_STORE_FACTS is true.
    """
    from service.replay.run import run
    from service.store.database import StoreUnavailable

    chosen = jurisdiction is not None or policy_file is not None
    settings = checked_settings(jurisdiction=jurisdiction, policies=policy_file)
    try:
        results = run(settings, policies(settings) if chosen else None, since, until)
    except StoreUnavailable as error:
        raise Failure(f"{error}; RELAPSE_CDS_DATABASE_URL names the database") from None
    from service.replay.report import as_json, print_text

    if form == "json":
        print_json(as_json(results))
    else:
        print_text(Console(highlight=False), results)

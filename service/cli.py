"""The command line: serve, evaluate one record, list settings, demonstration patients."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table

from service.settings import Settings, SettingsError, described, load_settings, unknown_variables
from service.site_mapping import terminology
from service.site_policy import policies


class Failure(click.ClickException):
    """Ends a command: one sentence on standard error, exit status 1, nothing on standard output."""

    def show(self, file: object = None) -> None:
        click.echo(f"relapse-cds: {self.message}", err=True)


def _settings(**overrides: object) -> Settings:
    for name in unknown_variables():
        click.echo(f"relapse-cds: {name} is no setting of this version and is ignored", err=True)
    try:
        settings = load_settings(
            **{name: value for name, value in overrides.items() if value is not None}
        )
        # A file in error stops the start here, before any worker reads it.
        policies(settings)
        terminology(settings)
        return settings
    except SettingsError as error:
        raise Failure(f"cannot start: {error}") from None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="relapse-cds")
def main() -> None:
    """CDS Hooks service for relapsed or refractory B-cell precursor acute lymphoblastic
    leukaemia.
    """


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), envvar="PORT"
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes."
)
def serve(host: str, port: int, workers: int) -> None:
    """Start the service."""
    settings = _settings()
    from service.processes import shared_counters

    with shared_counters():
        from service.serve import AddressTaken, run
        from service.store.database import NewerDatabase
        from service.store.schema import prepare
        from service.trust.clients import trusted_clients

        try:
            trusted_clients(settings)  # as above: before any worker reads it
            if trouble := prepare(settings.database_url):
                click.echo(f"relapse-cds: {trouble}", err=True)
            run(settings, host, port, workers, click.echo)
        except (AddressTaken, SettingsError, NewerDatabase) as error:
            raise Failure(f"cannot start: {error}") from None


@main.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Evaluation date; today where left out."
)
@click.option("--jurisdiction", type=click.Choice(["US", "EU"]), help="Whose product labels apply.")
@click.option(
    "--policies", "policy_file", metavar="FILE", help="TOML file with the site's own policies."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
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

    settings = _settings(jurisdiction=jurisdiction, policies=policy_file)
    try:
        outcome = evaluate_bundle(_read(file), as_of.date() if as_of else date.today(), settings)
    except UnusableFile as error:
        raise Failure(str(error)) from None
    if form == "json":
        answer = as_json(outcome.assessment, outcome.unread, outcome.cards)
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
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


@main.command()
def settings() -> None:
    """List every setting with its meaning and default."""
    table = Table("Variable", "Default", "Meaning", box=None, pad_edge=False)
    for name, default, meaning in described():
        table.add_row(name, default or "(empty)", meaning)
    Console(highlight=False).print(table)


_DAY = click.DateTime(["%Y-%m-%d"])


@main.command()
@click.option("--since", type=_DAY, help="First day of the calls, in UTC.")
@click.option("--until", type=_DAY, help="Day before which the calls end, in UTC.")
@click.option("--jurisdiction", type=click.Choice(["US", "EU"]), help="Whose product labels apply.")
@click.option("--policies", "policy_file", metavar="FILE", help="TOML file with other policies.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
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
    settings = _settings(jurisdiction=jurisdiction, policies=policy_file)
    try:
        results = run(settings, policies(settings) if chosen else None, since, until)
    except StoreUnavailable as error:
        raise Failure(f"{error}; RELAPSE_CDS_DATABASE_URL names the database") from None
    from service.replay.report import as_json, print_text

    if form == "json":
        click.echo(orjson.dumps(as_json(results), option=orjson.OPT_INDENT_2).decode())
    else:
        print_text(Console(highlight=False), results)


@main.group()
def feedback() -> None:
    """What clinicians did with the cards."""


@feedback.command("report")
@click.option("--since", type=_DAY, help="First day on which the cards were shown, in UTC.")
@click.option("--until", type=_DAY, help="Day before which they were shown, in UTC.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--comments", is_flag=True, help="With free text, which can name patients.")
def feedback_report(
    since: datetime | None, until: datetime | None, form: str, comments: bool
) -> None:
    """Acceptance and override rates by topic and reason, and the time until cards were answered."""
    from service.feedback_output import as_json, print_text
    from service.feedback_report import NoRecords, report_for

    try:
        report = report_for(_settings(), since, until)
    except NoRecords as error:
        raise Failure(str(error)) from None
    if form == "json":
        click.echo(as_json(report, comments=comments))
    else:
        print_text(Console(highlight=False), report, comments=comments)


@main.group()
def mapping() -> None:
    """The site's own codes and texts, mapped to what is read here."""


@mapping.command("check")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def mapping_check(folder: Path) -> None:
    """Check the mapping files of FOLDER: a summary, or every mistake with its place."""
    from service.mapping_check import check

    if not check(Console(highlight=False), folder):
        raise click.exceptions.Exit(1)


@mapping.command("concepts")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def mapping_concepts(form: str) -> None:
    """List every concept that a code or text can be mapped to."""
    from service.mapping_check import concepts_json, print_concepts

    if form == "json":
        click.echo(orjson.dumps(concepts_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        print_concepts(Console(highlight=False))


@mapping.command("coverage")
@click.argument(
    "folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--mapping",
    "mapping_folder",
    metavar="FOLDER",
    help="Mapping to read the records with; RELAPSE_CDS_SITE_MAPPING where left out.",
)
@click.option("--as-of", type=_DAY, help="Evaluation date; today where left out.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def mapping_coverage(
    folder: Path, mapping_folder: str | None, as_of: datetime | None, form: str
) -> None:
    """Count what is not read in a folder of FHIR Bundles, most frequent first.

    Each .json file is a Bundle with the record of one patient; an .ndjson file has one on each
    line.
    """
    from service.mapping_coverage import as_json, coverage, print_text

    codes = terminology(_settings(site_mapping=mapping_folder))
    result = coverage(folder, codes, as_of.date() if as_of else date.today())
    if form == "json":
        click.echo(orjson.dumps(as_json(result), option=orjson.OPT_INDENT_2).decode())
    else:
        print_text(Console(highlight=False), result)


@main.group()
def demo() -> None:
    """Demonstration patients that come with the service."""


@demo.command("list")
def demo_list() -> None:
    """Name the demonstration patients."""
    from service import demos

    for name in demos.names():
        click.echo(name)


@demo.command("request")
@click.argument("name")
def demo_request(name: str) -> None:
    """Print a complete patient-view request for the demonstration patient NAME."""
    from service import demos

    try:
        click.echo(orjson.dumps(demos.request_body(name)).decode())
    except demos.UnknownDemo:
        raise Failure(
            "there is no demonstration patient of this name; see relapse-cds demo list"
        ) from None


@demo.command("load")
@click.option("--fhir-server", required=True, help="Base address of the FHIR server.")
@click.option(
    "--wait",
    default=90,
    show_default=True,
    type=click.IntRange(0, 600),
    help="Seconds to wait for it.",
)
def demo_load(fhir_server: str, wait: int) -> None:
    """Put the demonstration patients on a FHIR server, waiting until it is up."""
    from service.demo_load import LoadFailed, load_all

    try:
        for name in load_all(fhir_server, wait):
            click.echo(f"loaded {name}")
    except LoadFailed as error:
        raise Failure(str(error)) from None

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
        policies(settings)  # a file in error stops the start here, before any worker reads it
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
    from service.serve import AddressTaken, run

    try:
        run(settings, host, port, workers, click.echo)
    except AddressTaken as error:
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

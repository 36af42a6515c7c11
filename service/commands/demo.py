"""``relapse-cds demo``: demonstration patients that come with the service."""

from __future__ import annotations

import click
import orjson

from service.commands.common import Failure


@click.group()
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

"""``relapse-cds serve``: the server."""

from __future__ import annotations

import click

from service.commands.common import Failure, checked_settings
from service.settings import SettingsError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), envvar="PORT"
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes."
)
def serve(host: str, port: int, workers: int) -> None:
    """Start the service."""
    settings = checked_settings()
    from service.processes import shared_counters

    with shared_counters():
        from service.server.serve import AddressTaken, run
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

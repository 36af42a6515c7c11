"""What commands share: settings, errors, options, output."""

from __future__ import annotations

import click
import orjson

from service.settings import Settings, SettingsError, load_settings, unknown_variables
from service.site.mapping import terminology
from service.site.policy import policies

DAY = click.DateTime(["%Y-%m-%d"])
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
JURISDICTION = click.option(
    "--jurisdiction", type=click.Choice(["US", "EU"]), help="Whose product labels apply."
)


class Failure(click.ClickException):
    """Ends a command: one sentence on standard error, exit status 1, nothing on standard output."""

    def show(self, file: object = None) -> None:
        click.echo(f"relapse-cds: {self.message}", err=True)


def checked_settings(**overrides: object) -> Settings:
    """The settings of the environment under those of the command line, the files that they name
    read and checked. `Failure` where anything is wrong.
    """
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


def print_json(content: object) -> None:
    """One JSON document on standard output."""
    click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode())

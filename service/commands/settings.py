"""``relapse-cds settings``: what can be set."""

from __future__ import annotations

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.settings import described


@click.command()
def settings() -> None:
    """List every setting with its meaning and default."""
    table = Table("Variable", "Default", "Meaning", box=None, pad_edge=False)
    for name, default, meaning in described():
        table.add_row(name, escape(default) or "(empty)", escape(meaning))
    Console(highlight=False).print(table)

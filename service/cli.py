"""The command line. Each command is a file in `service.commands`, which loads what it needs when it
runs.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

from service.commands.demo import demo
from service.commands.evaluate import evaluate
from service.commands.feedback import feedback
from service.commands.mapping import mapping
from service.commands.replay import replay
from service.commands.serve import serve
from service.commands.settings import settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="relapse-cds")
def main() -> None:
    """CDS Hooks service for relapsed or refractory B-cell precursor acute lymphoblastic
    leukaemia.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Names and reasons are in any language, terminals and pipes are not.
            stream.reconfigure(errors="backslashreplace")


for _command in (serve, evaluate, mapping, feedback, replay, settings, demo):
    main.add_command(_command)

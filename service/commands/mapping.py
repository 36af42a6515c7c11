"""``relapse-cds mapping``: the site's own codes and texts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console

from service.commands.common import DAY, FORMAT, checked_settings, print_json
from service.site.mapping import terminology


@click.group()
def mapping() -> None:
    """The site's own codes and texts, mapped to what is read here."""


@mapping.command("check")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def mapping_check(folder: Path) -> None:
    """Check the mapping files of FOLDER: a summary, or every mistake with its place."""
    from service.site.mapping_check import check

    if not check(Console(highlight=False), folder):
        raise click.exceptions.Exit(1)


@mapping.command("concepts")
@FORMAT
def mapping_concepts(form: str) -> None:
    """List every concept that a code or text can be mapped to."""
    from service.site.mapping_check import concepts_json, print_concepts

    if form == "json":
        print_json(concepts_json())
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
@click.option("--as-of", type=DAY, help="Evaluation date; today where left out.")
@FORMAT
def mapping_coverage(
    folder: Path, mapping_folder: str | None, as_of: datetime | None, form: str
) -> None:
    """Count what is not read in a folder of FHIR Bundles, most frequent first.

    Each .json file is a Bundle with the record of one patient; an .ndjson file has one on each
    line.
    """
    from service.site.mapping_coverage import as_json, coverage, print_text

    codes = terminology(checked_settings(site_mapping=mapping_folder))
    result = coverage(folder, codes, as_of.date() if as_of else date.today())
    if form == "json":
        print_json(as_json(result))
    else:
        print_text(Console(highlight=False), result)

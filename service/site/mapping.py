"""The value sets in force: those of the project, and the site's mapping over them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mappings.overlay.folder import with_site
from mappings.overlay.mistakes import MappingMistakes
from mappings.terminology import Terminology, standard
from service.settings import Settings, SettingsError

Stamp = tuple[tuple[str, int, int], ...]


def terminology(settings: Settings) -> Terminology:
    """What codes and texts mean in this process; `SettingsError`, in one line, where the folder
    holds a mistake.
    """
    if not settings.site_mapping:
        return standard()
    folder = Path(settings.site_mapping)
    try:
        return _read(folder, _stamp(folder))
    except MappingMistakes as error:
        raise SettingsError(
            f"RELAPSE_CDS_SITE_MAPPING: {error}; relapse-cds mapping check {settings.site_mapping} "
            "lists every mistake"
        ) from None


def mapping_version(codes: Terminology) -> str:
    """The version of the site's mapping in ``codes``; empty where there is none."""
    return codes.site.version if codes.site is not None else ""


@lru_cache(maxsize=4)
def _read(folder: Path, _as_it_was: Stamp) -> Terminology:
    """Read once for each state of the folder: a cohort is evaluated under one reading."""
    return with_site(folder)


def _stamp(folder: Path) -> Stamp:
    try:
        found = [(path.name, path.stat()) for path in sorted(folder.iterdir())]
    except OSError:
        return ()  # the reader says what is wrong
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in found)

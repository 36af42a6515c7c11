"""The version by which cards and decision records name the mapping in force."""

from __future__ import annotations

import re
from pathlib import Path

from mappings.overlay.folder import with_site
from tests.mappings.overlay.folders import LOCAL, csv, write

ONE = f"{LOCAL},1,,obs-alt,"
TWO = ",,Alat,obs-alt,"


def version(folder: Path, name: str, **files: str) -> str:
    place = folder / name
    place.mkdir()
    site = with_site(write(place, **files)).site
    assert site is not None
    return site.version


def test_the_same_rows_have_the_same_version(tmp_path: Path) -> None:
    both = version(tmp_path, "a", a_csv=csv(ONE, TWO))
    assert re.fullmatch("[0-9a-f]{12}", both)
    assert version(tmp_path, "b", b_csv=csv(TWO + "a comment"), c_csv=csv(ONE)) == both


def test_every_change_of_meaning_gives_another(tmp_path: Path) -> None:
    found = {
        version(tmp_path, str(index), a_csv=csv(*rows))
        for index, rows in enumerate(
            (
                (ONE, TWO),
                (ONE,),
                (TWO,),
                (ONE.replace("alt", "ast"), TWO),
                (ONE.replace(",1,", ",2,"), TWO),
                (ONE, TWO.replace("Alat", "Asat")),
                (ONE.replace("obs-alt", "ignore"), TWO),
            )
        )
    }
    assert len(found) == 7

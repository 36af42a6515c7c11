"""The short form: what a spreadsheet saves is read; every mistake is told with line and cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.overlay.folder import read_folder
from tests.mappings.overlay.folders import HEADER, LOCAL, checked, csv, said

GOOD = f"{LOCAL},4711,,obs-cd19-blasts,flow"


@pytest.mark.parametrize(
    "content",
    [
        csv(GOOD),
        csv(GOOD).replace("\n", "\r\n"),
        csv(GOOD).replace("\n", "\r"),
        csv(GOOD).replace(",", ";"),
        csv(GOOD).replace(",", "\t"),
        "sep=;\r\n" + csv(GOOD).replace(",", ";"),
        "\ufeff" + csv(GOOD),
        csv(GOOD).removesuffix("\n"),
        csv("", ",,,,", GOOD, ",,,,,,,"),
        csv(GOOD + ",,,"),
        csv(f'"{LOCAL}","4711","","obs-cd19-blasts","a ""quoted"" name, with comma"'),
        csv(f'{LOCAL},4711,,obs-cd19-blasts,"two\nlines"'),
        f"Concept , Code,System\nobs-cd19-blasts, 4711 ,{LOCAL}\n",
        csv(f"{LOCAL},4711,,https://relapse-cds.org/fhir/ValueSet/obs-cd19-blasts,"),
    ],
)
def test_as_spreadsheets_save_it(tmp_path: Path, content: str) -> None:
    found = checked(tmp_path, labs_csv=content)
    assert not found.mistakes
    assert [(row.system, row.code, row.concept and row.concept.name) for row in found.rows] == [
        (LOCAL, "4711", "obs-cd19-blasts")
    ]


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        ((GOOD, f"{LOCAL},1,,obs-cd91,"), "labs.csv:3:4", "'obs-cd91' is no concept"),
        ((GOOD, f"{LOCAL},1,,,"), "labs.csv:3:4", "the cell is empty: name a concept"),
        ((GOOD, ",1,,obs-alt,"), "labs.csv:3:1", "only ever matched with its system"),
        ((GOOD, f"{LOCAL},,,obs-alt,"), "labs.csv:3:2", "the cell is empty: give the code"),
        ((GOOD, ",,,obs-alt,"), "labs.csv:3:2", "give a code with its system, or a text"),
        ((GOOD, "EPIC,1,,obs-alt,"), "labs.csv:3:1", "'EPIC' is no address of a code system"),
        ((GOOD, f"{LOCAL},1.2E+11,,obs-alt,"), "labs.csv:3:2", "a spreadsheet has shortened"),
        ((GOOD, f"{LOCAL},1,ALT,obs-alt,"), "labs.csv:3:3", "a code or a text, not both"),
        ((GOOD, GOOD), "labs.csv:3:2", "4711 is there twice, first at labs.csv:2:2"),
        (
            (GOOD, f"{LOCAL}, 4711,,obs-cd22-blasts,"),
            "labs.csv:3:2",
            "mapped to obs-cd19-blasts and to obs-cd22-blasts, first at labs.csv:2:2",
        ),
        (
            (GOOD, f"{LOCAL.removeprefix('urn:oid:')},1,,obs-alt,"),
            "labs.csv:3:1",
            "is no address of a code system",
        ),
        (
            (f'{LOCAL},1,,obs-alt,"two\nlines"', "x,1,,obs-ast,"),
            "labs.csv:4:1",
            "'x' is no address",
        ),
        ((GOOD, f"{LOCAL},1,,obs-alt,a,b"), "labs.csv:3:6", "6 cells, but the first line names 5"),
        ((GOOD, f'{LOCAL},1,,obs-alt,"open'), "labs.csv:3:1", "a quotation mark"),
        ((GOOD, f'{LOCAL},"1"x,,obs-alt,'), "labs.csv:3:1", "a quotation mark"),
        ((GOOD, ",,mrd*,obs-mrd,"), "labs.csv:3:3", "too wide"),
        ((GOOD, ",,*,obs-mrd,"), "labs.csv:3:3", "too wide"),
        ((GOOD, ",,a*b*c*d*efgh*,obs-mrd,"), "labs.csv:3:3", "more than 4 *"),
        ((GOOD, ",," + "x" * 500 + ",obs-mrd,"), "labs.csv:3:3", "longer than 400 characters"),
        ((GOOD, ",,MRD comm*,ignore,"), "labs.csv:3:3", "a text with * cannot be ignored"),
        ((GOOD, ",,Positiv*,val-positive,"), "labs.csv:3:3", "a value cannot have a *"),
    ],
)
def test_each_mistake_with_its_place(
    tmp_path: Path, lines: tuple[str, ...], place: str, words: str
) -> None:
    (message,) = said(tmp_path, labs_csv=csv(*lines))
    assert message.startswith(f"{place}: "), message
    assert words in message


@pytest.mark.parametrize(
    ("header", "place", "words"),
    [
        ("", "labs.csv:1:1", "the file is empty"),
        ("system,code", "labs.csv:1:1", "the column concept is missing"),
        ("code,concept", "labs.csv:1:1", "system and code belong together"),
        ("concept,comment", "labs.csv:1:1", "columns system and code, or text, are missing"),
        ("system,code,concept,Kommentar", "labs.csv:1:4", "'kommentar' is no column"),
        ("system,,concept", "labs.csv:1:2", "a column without a name"),
        ("text,concept,text", "labs.csv:1:3", "the column text is there twice"),
        (HEADER, "labs.csv:1:1", "the file maps nothing"),
    ],
)
def test_the_first_line(tmp_path: Path, header: str, place: str, words: str) -> None:
    messages = said(tmp_path, labs_csv=header + "\n")
    assert messages[0].startswith(f"{place}: "), messages
    assert words in messages[0]


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    messages = said(
        tmp_path,
        b_csv=csv(f"{LOCAL},1,,nothing,", f"{LOCAL},,,obs-alt,"),
        a_csv=csv("x,2,,obs-alt,", GOOD),
        c_csv=csv(GOOD),
    )
    assert [message.split(": ")[0] for message in messages] == [
        "a.csv:2:1",
        "b.csv:2:4",
        "b.csv:3:2",
        "c.csv:2:2",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfes\x00y\x00", "labs.csv:1:1: the file is in UTF-16"),
        (csv(GOOD).encode() + "H\xe4ma,x".encode("latin-1"), "labs.csv:3:2: "),
        (csv(GOOD).encode() + b"\n\n\x00", "labs.csv:5:1: a zero byte"),
        (b"x" * (8 * 1024 * 1024 + 1), "labs.csv: larger than 8 MB"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, message: str) -> None:
    (said_,) = said(tmp_path, labs_csv=content)
    assert said_.startswith(message)


def test_a_mistake_is_one_line_whatever_the_cell_holds(tmp_path: Path) -> None:
    (message,) = said(tmp_path, labs_csv=csv(f'{LOCAL},1,,"obs\r\n\x1b[2Jalt",'))
    assert "'obs   [2Jalt' is no concept" in message


def test_too_many_files(tmp_path: Path) -> None:
    for number in range(201):
        (tmp_path / f"{number}.csv").write_text("x")
    assert "more than 200 files" in said(tmp_path)[0]


def test_a_spreadsheet_file_and_others_are_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    messages = said(
        tmp_path, labs_csv=csv(GOOD), labs_xlsx=b"PK", old_bak="x", README_md="for people"
    )
    assert messages == [
        "labs.xlsx: a spreadsheet is not read: save it as CSV UTF-8, and keep it elsewhere",
        "old.bak: only .csv and .json files (and a README) are read: take it out",
        "sub: only .csv and .json files (and a README) are read: take it out",
    ]


def test_a_folder_without_files_or_that_is_none(tmp_path: Path) -> None:
    assert "holds no .csv or .json file" in said(tmp_path)[0]
    assert not said(tmp_path, labs_csv=csv(GOOD))
    assert "cannot be read" in str(read_folder(tmp_path / "none").mistakes[0])
    assert "cannot be read" in str(read_folder(tmp_path / "labs.csv").mistakes[0])

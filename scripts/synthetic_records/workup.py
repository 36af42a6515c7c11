"""The complete work-up: what a careful team has on file on the day of evaluation, item by item.

Items about the leukaemia are dated by the latest relapse (or ``on:``, else the diagnosis), items
about safety and fitness three days before evaluation, the viral screen twenty. Every item can be
said differently::

    work-up:
      cd22: never tested
      bilirubin: 2.2 x ULN
      cd19: [positive on 2026-06-08, negative on 2026-06-11]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.synthetic_records.record import Record
from scripts.synthetic_records.row import Row
from scripts.synthetic_records.source import Table, suggestion
from scripts.synthetic_records.values import read_date

DISEASE_ITEMS = {
    "cd19": "positive",
    "cd22": "positive",
    "bcr-abl1": "negative",
    "kmt2a": "absent",
    "karyotype": "normal",
    "csf": "1 cell without blasts",
    "cns": "CNS1",
    "testes": "normal",
}
RECENT_ITEMS = {
    "bilirubin": "normal",
    "ast": "normal",
    "alt": "normal",
    "white cells": "normal",
    "blood blasts": "0 %",
    "qtcf": "normal",
    "ecog": "1",
    "lansky": "90",
    "pregnancy test": "negative",
}
SCREEN_ITEMS = {"hbv": "negative", "hcv": "negative", "hiv": "negative", "igg": "measured"}
OPTIONAL_ITEMS = ("immunophenotype", "t315i", "karnofsky", "mrd")
ABSENT = ("never tested", "not tested", "not done", "not recorded", "none")
ITEMS = (*DISEASE_ITEMS, *RECENT_ITEMS, *SCREEN_ITEMS, *OPTIONAL_ITEMS)


def work_up_rows(
    plan: Any, owner: Table, record: Record, age: int, lineage_b: bool
) -> Iterator[Row]:
    """The rows of a work-up: ``complete``, a table of exceptions, or ``none``."""
    if plan is None or plan == "none":
        return
    if isinstance(plan, str):
        if plan != "complete":
            raise owner.fail(
                f"work-up is 'complete', 'none' or a table of items, not '{plan}'", "work-up"
            )
        plan = Table(file=owner.file, line=owner.line_of("work-up"))
    for item in plan:
        if item not in ITEMS and item != "on":
            raise plan.fail(f"unknown work-up item '{item}'{suggestion(item, ITEMS)}", item)
    dates = record.milestones
    disease_day = (
        plan.get("on")
        or (dates.relapses[-1] if dates.relapses else dates.diagnosis)
        or "T0 - 7 days"
    )
    for item in ITEMS:
        said = plan.get(item, _default(item, record.sex, age, lineage_b))
        day = disease_day if item in DISEASE_ITEMS or item in OPTIONAL_ITEMS else "T0 - 3 days"
        if item in SCREEN_ITEMS:
            day = "T0 - 20 days"
        for one in said if isinstance(said, list) else [said]:
            row = _row(plan, item, one, day, record)
            if row is not None:
                yield row


def _default(item: str, sex: str, age: int, lineage_b: bool) -> str:
    """What is on file unless said otherwise: only what makes sense for this patient."""
    senseless = (
        (item == "testes" and sex != "male")
        or (item == "ecog" and age < 16)
        or (item == "lansky" and age >= 16)
        or (item == "pregnancy test" and not (sex == "female" and 12 <= age <= 55))
        or (item in ("cd19", "cd22") and not lineage_b)
        or item in OPTIONAL_ITEMS
    )
    return "none" if senseless else (DISEASE_ITEMS | RECENT_ITEMS | SCREEN_ITEMS)[item]


def _row(plan: Table, item: str, said: Any, day: str, record: Record) -> Row | None:
    table = Table(file=plan.file, line=plan.line_of(item))
    if isinstance(said, Table):
        table.update(said)
        table[item] = table.pop("is", "")
        table.setdefault("on", day)
        return Row(table, item, record.as_of)
    if said in ABSENT:
        return None
    words, mark, tail = str(said).rpartition(" on ")
    try:
        read_date(tail, record.as_of)
    except ValueError:
        words, mark = str(said), ""
    table.update({item: words if mark else str(said), "on": tail if mark else day})
    return Row(table, item, record.as_of)

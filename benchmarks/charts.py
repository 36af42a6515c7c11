"""The charts that are measured: a demonstration patient in a hospital chart of a given size.

Requests are built once and kept as bytes. What matters of a chart is what the mapping reads a fact
from, with the specimens that those results hang on; all else is looked at and dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

import orjson

from benchmarks.unrelated import SERIES, Resource, routine
from hooks.prefetch import patient_record
from mappings.chart import read_chart
from service import demos

PATIENT = "adult-early-relapse"
HEALTHY = "no-leukaemia"
AS_OF = date.fromisoformat(demos.AS_OF)
TEN_YEARS = 3650
_DATES = ("effectiveDateTime", "issued", "performedDateTime", "authoredOn", "collectedDateTime")


def request(name: str, total: int, matter: int | None = None, *, course: bool = False) -> bytes:
    """A patient-view call with ``total`` resources of the demonstration patient ``name``.

    ``matter`` cuts what matters to that many, newest first; ``None`` leaves all that the patient
    has. With ``course`` the rest is spread over ten years and holds the blood counts and liver
    values of that time.
    """
    found = _resources(name)
    chosen = found if matter is None else _newest(found, matter)
    days, labs = (TEN_YEARS, SERIES) if course else (400, ())
    rest = routine(f"Patient/{_id(found)}", AS_OF, days, labs)
    return _call(name, islice(chain(chosen, rest), total))


def repeated(name: str, total: int, matter: int, times: int) -> bytes:
    """The same call as `request`, with everything ``times`` over but patient and conditions.

    Each copy lies a quarter of a year before the one it was made from, so that no copy replaces
    another.
    """
    single = orjson.loads(request(name, total, matter))
    found = list(_unpacked(single["prefetch"].values()))
    once = [item for item in found if item["resourceType"] in ("Patient", "Condition")]
    often = [item for item in found if item not in once]
    copies = [_copy(item, number) for number in range(times) for item in often]
    rest = routine(f"Patient/{_id(found)}", AS_OF, TEN_YEARS)
    fill = (item | {"id": f"fill-{item['id']}"} for item in rest)
    return _call(name, islice(chain(once, copies, fill), total * times))


def matters(body: bytes) -> int:
    """How many resources of a call matter."""
    found = list(_unpacked(orjson.loads(body)["prefetch"].values()))
    return len(_mattering(found))


def resources_of(body: bytes) -> list[Any]:
    """What a call brings, as `read_chart` takes it: one resource or Bundle for each key."""
    return [value for value in orjson.loads(body)["prefetch"].values() if value]


def _resources(name: str) -> list[dict[str, Any]]:
    return list(_unpacked(demos.request_body(name)["prefetch"].values()))


def _unpacked(answers: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for answer in answers:
        if answer and answer["resourceType"] == "Bundle":
            yield from (entry["resource"] for entry in answer["entry"])
        elif answer:
            yield answer


def _id(found: list[dict[str, Any]]) -> str:
    return next(str(item["id"]) for item in found if item["resourceType"] == "Patient")


def _mattering(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a fact was read from, and its specimens, in the order of the chart."""
    reading = read_chart(found, patient_id=_id(found), as_of=AS_OF)
    names = {fact.source.reference for fact in reading.chart.facts}
    names.add(f"Patient/{_id(found)}")
    for item in found:
        if _name(item) in names and "specimen" in item and isinstance(item["specimen"], dict):
            names.add(item["specimen"].get("reference", ""))
    return [item for item in found if _name(item) in names]


def _newest(found: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """``count`` of what matters, then all that does not. Patient and conditions always stay."""
    mattering = _mattering(found)
    order = sorted(mattering, key=_day, reverse=True)
    order.sort(key=lambda item: item["resourceType"] not in ("Patient", "Condition"))
    kept: dict[str, dict[str, Any]] = {}
    by_name = {_name(item): item for item in mattering}
    for item in order:
        specimen = item.get("specimen")
        linked = by_name.get(specimen["reference"]) if isinstance(specimen, dict) else None
        for part in (item, linked):
            if part is not None and len(kept) < count:
                kept[_name(part)] = part
    rest = [item for item in found if _name(item) not in by_name]
    return [*kept.values(), *rest]


def _name(item: dict[str, Any]) -> str:
    return f"{item['resourceType']}/{item['id']}"


def _day(item: dict[str, Any]) -> str:
    return next((str(item[name]) for name in _DATES if name in item), "")


def _copy(value: Any, number: int, key: str = "") -> Any:
    """The value with ids and references of its own and its dates moved back."""
    if isinstance(value, dict):
        return {name: _copy(member, number, name) for name, member in value.items()}
    if isinstance(value, list):
        return [_copy(member, number, key) for member in value]
    if not number or not isinstance(value, str):
        return value
    if key in _DATES:
        moved = date.fromisoformat(value[:10]) - timedelta(days=91 * number)
        return f"{moved}{value[10:]}"
    own = key == "id" or (key == "reference" and not value.startswith(("Patient/", "Condition/")))
    return f"{value}-{number}" if own else value


def _call(name: str, found: Iterable[Resource]) -> bytes:
    """The call of the demonstration patient, with other resources under the same keys."""
    by_kind: dict[str, list[Resource]] = {}
    for resource in found:
        by_kind.setdefault(str(resource["resourceType"]), []).append(resource)
    prefetch: dict[str, object] = {}
    for key in patient_record():
        kind = key.template.split("?")[0].split("/")[0]
        own = by_kind.get(kind, [])
        prefetch[key.name] = own[0] if kind == "Patient" else _bundle(own)
    return orjson.dumps(demos.request_body(name) | {"prefetch": prefetch})


def _bundle(found: list[Resource]) -> Resource:
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in found]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}

"""The bundled demonstration patients, and complete requests made from them.

Each is a FHIR transaction Bundle in ``service/demo``. All are made for one evaluation date, which a
request carries as extension, because what a card says depends on how old the results are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hooks.prefetch import PrefetchKey, patient_record
from service.request.jsontext import parse_json
from service.request.wire import AS_OF_KEY

FOLDER = Path(__file__).parent / "demo"
AS_OF = "2026-06-15"
"""The evaluation date for which the demonstration records were made."""


class UnknownDemo(LookupError):
    """There is no demonstration patient of that name."""


def names() -> list[str]:
    """The demonstration patients, in alphabetical order."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def bundle(name: str) -> Mapping[str, object]:
    """The transaction Bundle of a demonstration patient; `UnknownDemo` where there is none of that
    name.
    """
    if name not in names():
        raise UnknownDemo(name)
    parsed = parse_json((FOLDER / f"{name}.json").read_bytes())
    if not isinstance(parsed, dict):
        raise UnknownDemo(name)
    return parsed


@cache
def request_body(name: str) -> dict[str, Any]:
    """A patient-view request with every prefetch key answered, as a client with a FHIR server would
    send it.
    """
    resources = list(_resources(bundle(name)))
    patient_id = next(str(item["id"]) for item in resources if item["resourceType"] == "Patient")
    return {
        "hookInstance": str(uuid5(NAMESPACE_URL, f"relapse-cds/demo/{name}")),
        "hook": "patient-view",
        "context": {"userId": "Practitioner/demo", "patientId": patient_id},
        "prefetch": {key.name: _answer(key, resources) for key in patient_record()},
        "extension": {AS_OF_KEY: AS_OF},
    }


def _answer(key: PrefetchKey, resources: list[dict[str, object]]) -> object:
    kind = key.template.split("?")[0].split("/")[0]
    found = [resource for resource in resources if resource["resourceType"] == kind]
    if "?" not in key.template:
        return found[0] if found else None
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "entry": [{"resource": resource, "search": {"mode": "match"}} for resource in found],
    }


def _resources(transaction: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """The resources as a server would hold them: each with an id, urn references replaced by
    relative ones.
    """
    entries = transaction.get("entry")
    found = [
        (entry.get("fullUrl"), entry["resource"])
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    ]
    stored: dict[str, str] = {}
    for full_url, resource in found:
        if isinstance(full_url, str) and full_url.startswith("urn:uuid:"):
            resource.setdefault("id", full_url.removeprefix("urn:uuid:"))
            stored[full_url] = f"{resource['resourceType']}/{resource['id']}"
    for _, resource in found:
        relinked = _relinked(resource, stored)
        if isinstance(relinked, dict):
            yield relinked


def _relinked(value: object, stored: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {
            name: stored.get(member, member)
            if name == "reference" and isinstance(member, str)
            else _relinked(member, stored)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_relinked(member, stored) for member in value]
    return value

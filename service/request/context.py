"""The ``context`` of a call, by the rules of its hook.

A hook such as problem-list-item-create brings resources that the FHIR server need not hold yet.
They are read as leniently as prefetch is, because clients differ: a Bundle is what the hook asks
for; a list of resources or a lone resource, which the library's own examples of similar hooks
show, says the same and is read too. What cannot be a list of resources is refused, so that a
problem is never lost without a word. Resources of another type, an OperationOutcome among them,
are left out and counted; whose a resource is, and what it means, the mapping decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hooks.library import Hook
from service.errors import BadRequest, MissingMember
from service.request.members import text_in

_FHIR_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9\-.]{1,64}")
_USER = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Context:
    """The context of one call, checked."""

    values: Mapping[str, str]
    """The fields that prefetch templates may name."""
    user_type: str
    resources: tuple[object, ...] = ()
    """One Bundle for each field that holds resources, with those of the right type only."""
    ignored: int = 0
    """How many resources of another type were left out."""


def read_context(members: Mapping[str, object], hook: Hook) -> Context:
    """The context in ``members``; fields that the hook does not know are ignored (C-040).

    Raises `BadRequest` naming the field that is wrong.
    """
    values = _values(members, hook)
    bundles = [_bundle(members, name, kinds) for name, kinds in hook.bundles.items()]
    return Context(
        values=values,
        user_type=_user_type(values["userId"], hook),
        resources=tuple(bundle for bundle, _ in bundles),
        ignored=sum(ignored for _, ignored in bundles),
    )


def _values(members: Mapping[str, object], hook: Hook) -> Mapping[str, str]:
    names = [*hook.required, *(name for name in hook.optional if name in members)]
    values = {name: text_in(members, name, f"context.{name}") for name in names}
    for name in ("patientId", "encounterId"):
        if name in values and not _FHIR_ID.fullmatch(values[name]):
            raise BadRequest(
                f"context.{name} must be a bare FHIR id: 1 to 64 letters, digits, hyphens and "
                "points, without a resource type before it.",
                f"context.{name}",
            )
    return values


def _user_type(user: str, hook: Hook) -> str:
    match = _USER.fullmatch(user)
    if match is None or match.group(1) not in hook.users:
        kinds = ", ".join(sorted(hook.users))
        raise BadRequest(
            f"context.userId must be Type/id with one of the types {kinds}.", "context.userId"
        )
    return match.group(1)


def _bundle(
    members: Mapping[str, object], name: str, kinds: frozenset[str]
) -> tuple[dict[str, object], int]:
    """The field as a Bundle of the right resources, and how many others were in it."""
    path = f"context.{name}"
    if name not in members:
        raise MissingMember(f"{path} is missing.", path)
    entries = _entries(members[name], path, kinds)
    kept = [entry for entry in entries if _kind(entry["resource"]) in kinds]
    return {"resourceType": "Bundle", "entry": kept}, len(entries) - len(kept)


def _entries(value: object, path: str, kinds: frozenset[str]) -> list[dict[str, object]]:
    found: object
    if isinstance(value, list):
        found = [{"resource": item} for item in value]
    elif _kind(value) == "Bundle" and isinstance(value, dict):
        found = value.get("entry", [])
    elif _kind(value) in kinds:
        found = [{"resource": value}]
    else:
        found = None
    if not isinstance(found, list):
        raise BadRequest(
            f"{path} must be a FHIR Bundle with resources of type {', '.join(sorted(kinds))}.", path
        )
    for number, entry in enumerate(found):
        if not isinstance(entry, dict) or not _kind(entry.get("resource")):
            where = f"{path}.entry[{number}]"
            raise BadRequest(f"{where} must hold a FHIR resource with its resourceType.", where)
    return found


def _kind(value: object) -> str:
    kind = value.get("resourceType") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""

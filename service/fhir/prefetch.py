"""Completes the data of a call: what prefetch brought, what the FHIR server can add, what could not
be had.

The meaning of each prefetch value (CDS Hooks 2.0, C-070 to C-082):

    key absent              not known: fetched where the FHIR server may be asked, else unavailable
    null                    asked, nothing found: no second query
    resource or Bundle      the answer
    Bundle with next page   the rest is fetched, else the section is incomplete
    Bundle with an outcome  that says "not everything": narrower queries are tried, and the section
                            is incomplete
    Bundle with a total     above its entries, and no next page: the query is run, else the section
                            is incomplete
    Bundle with entries     that hold no resource, or with none but a total: what came counts, and
                            the section is incomplete
    OperationOutcome        failed: fetched again unless the outcome says that this is pointless;
                            narrower queries where it refuses the query and not the caller
    any other resource      not the answer to the query: as if the key were absent
    no resource             400

A key that the site's servers do not offer is never asked for; sent all the same, it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from hooks.prefetch import Gathered, PrefetchKey
from hooks.registry import CdsService
from service.errors import BadRequest, DataUnavailable
from service.fhir.bundles import (
    another_query_may_do,
    cut_short,
    falls_short,
    holds,
    is_answer,
    is_outcome,
    is_resource,
    lacks_resources,
    next_link,
    repeat_is_pointless,
)
from service.fhir.client import Answer
from service.fhir.fetching import (
    CUT_SHORT,
    FALLS_SHORT,
    NO_RESOURCES,
    NOT_ASKED_FOR,
    REFUSED,
    Fetcher,
    Task,
    fetch,
    is_read,
    resource_type,
)
from service.request.wire import CdsRequest

NOT_SENT = "not sent"


class SentAs(Enum):
    """The forms in which a client sends a key."""

    MISSING = "missing"
    NULL = "null"
    ERROR = "error"
    PARTIAL = "partial"
    ANSWER = "answer"


_NOTHING_SENT = frozenset({SentAs.MISSING, SentAs.NULL, SentAs.ERROR})


@dataclass(frozen=True, slots=True)
class NoAccess:
    """Why the FHIR server of a call is not asked, in words that say what to change."""

    why: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """What prefetch says about one key: an answer so far, and what would complete it."""

    answer: Answer
    task: Task | None = None


def complete(request: CdsRequest, as_of: date, access: Fetcher | NoAccess) -> Gathered:
    """The data for ``request``. `DataUnavailable` where a required key was not sent and cannot be
    had. What is missing of a record that needs no completing is not missed.
    """
    service = request.service
    sent = {key.name: _sent(key, request.prefetch) for key in service.prefetch}
    answers = {name: item.answer for name, item in sent.items()}
    tasks = [item.task for item in sent.values() if item.task is not None]

    def settled(found: Mapping[str, Answer], open_keys: list[PrefetchKey]) -> bool:
        """Whether nothing that is still open can change the answer."""
        if any(key.required for key in open_keys):
            return False
        return not service.worth_completing(_gathered(request, as_of, {**answers, **found}))

    if isinstance(access, Fetcher) and tasks and not settled({}, [task.key for task in tasks]):
        answers |= fetch(access, request.context, tasks, settled)
    gathered = _gathered(request, as_of, answers)
    _require(service, gathered, access)
    if gathered.unavailable and not service.worth_completing(gathered):
        return replace(gathered, unavailable={})
    return gathered


def sent_as(prefetch: Mapping[str, object], name: str) -> SentAs:
    """In which form a key was sent. A value that is no object counts as an answer here."""
    if name not in prefetch:
        return SentAs.MISSING
    value = prefetch[name]
    if value is None:
        return SentAs.NULL
    if is_outcome(value):
        return SentAs.ERROR
    return SentAs.ANSWER if next_link(value) is None else SentAs.PARTIAL


def _sent(key: PrefetchKey, prefetch: Mapping[str, object]) -> _Sent:
    value = prefetch.get(key.name)
    form = sent_as(prefetch, key.name)
    if not key.offered and form in _NOTHING_SENT:
        return _Sent(Answer())
    match form:
        case SentAs.MISSING:
            missing = Answer(reason=NOT_SENT)
            return _Sent(missing, Task(key, missing))
        case SentAs.NULL:
            return _Sent(Answer())
        case SentAs.ERROR:
            return _refused(key, value)
    if not is_resource(value):
        raise BadRequest(
            f"prefetch.{key.name} must be a FHIR resource, a Bundle with a list of entries, or "
            "null for nothing found.",
            f"prefetch.{key.name}",
        )
    kind = resource_type(key.template)
    if is_read(key.template) and _failed_read(value, kind):
        failed = Answer(reason=REFUSED if cut_short(value) else NOT_ASKED_FOR)
        return _Sent(failed, Task(key, failed))
    if not is_answer(value, kind):
        other = Answer(reason=NOT_ASKED_FOR)
        return _Sent(other, Task(key, other))
    if form is SentAs.PARTIAL:
        first = Answer((value,), "first page only")
        return _Sent(first, Task(key, first, page=next_link(value)))
    if cut_short(value):
        capped = Answer((value,), CUT_SHORT)
        return _Sent(capped, Task(key, capped, narrow=True) if key.narrower() else None)
    if lacks_resources(value):
        return _Sent(Answer((value,), NO_RESOURCES))
    if falls_short(value):
        part = Answer((value,), FALLS_SHORT)
        return _Sent(part, Task(key, part))
    return _Sent(Answer((value,)))


def _failed_read(value: dict[str, object], kind: str) -> bool:
    """Whether a Bundle in place of the one resource that was asked for tells of more than that
    there is none: an empty one is read as null (C-074).
    """
    told = value.get("entry") or value.get("total") or next_link(value) is not None
    return value["resourceType"] == "Bundle" and bool(told) and not holds(value, kind)


def _refused(key: PrefetchKey, outcome: object) -> _Sent:
    refused = Answer(reason=REFUSED)
    if not repeat_is_pointless(outcome):
        return _Sent(refused, Task(key, refused))
    if another_query_may_do(outcome) and key.narrower():
        return _Sent(refused, Task(key, refused, narrow=True))
    return _Sent(refused)


def _gathered(request: CdsRequest, as_of: date, answers: Mapping[str, Answer]) -> Gathered:
    return Gathered(
        patient_id=request.patient_id,
        as_of=as_of,
        resources={name: answer.resources for name, answer in answers.items()},
        unavailable={name: answer.reason for name, answer in answers.items() if answer.reason},
        server_base=request.fhir_server,
        in_context=request.in_context,
    )


def _require(service: CdsService, gathered: Gathered, access: Fetcher | NoAccess) -> None:
    """412 where a required key is missing, or came in part and its part decides nothing (C-078,
    C-080).
    """
    for name in sorted(service.required):
        if name not in gathered.unavailable:
            continue
        if gathered.resources.get(name) and service.worth_completing(gathered):
            continue
        why = access.why if isinstance(access, NoAccess) else gathered.unavailable[name]
        raise DataUnavailable(
            f"The service cannot answer without {name}: send prefetch.{name} in full, or a "
            "fhirServer that this service may query, with an access token that may read it. "
            f"In this call: {why}.",
            f"prefetch.{name}",
        )

"""Completes the data of a call: what prefetch brought, what the FHIR server can add, what could not
be had.

The meaning of each prefetch value (CDS Hooks 2.0, C-070 to C-082):

    key absent              not known: fetched where the FHIR server may be asked, else unavailable
    null                    asked, nothing found: no second query
    resource or Bundle      the answer
    Bundle with next page   the rest is fetched, else the section is incomplete
    Bundle with an outcome  that says "not everything": the section is incomplete
    OperationOutcome        failed: fetched again unless the outcome says that this is pointless
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from hooks.prefetch import Gathered, PrefetchKey
from hooks.registry import CdsService
from service.bundles import cut_short, is_outcome, next_link, repeat_is_pointless
from service.errors import BadRequest, DataUnavailable
from service.fhir_client import Answer, Deadline
from service.wire import CdsRequest

NOT_SENT = "not sent"
_GRACE = 0.1
"""Seconds past the deadline in which queries hand in what they have."""
CUT_SHORT = "cut short by the server"
REFUSED = "refused by the server"


class FhirSource(Protocol):
    """What is needed of a FHIR client (`service.fhir_client.FhirClient`)."""

    def query(
        self,
        base: str,
        query: str,
        token: str | None,
        deadline: Deadline,
    ) -> Answer: ...

    def pages(self, base: str, address: str, token: str | None, deadline: Deadline) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Fetcher:
    """The means to ask the FHIR server of one call; not made where it may not be asked."""

    source: FhirSource
    pool: ThreadPoolExecutor
    base: str
    token: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class NoAccess:
    """Why the FHIR server of a call is not asked, in words that say what to change."""

    why: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """What prefetch says about one key: an answer so far, and the query that would complete it."""

    answer: Answer
    page: str | None = None
    """A following page to fetch."""
    query: bool = False
    """Whether to run the whole query."""


def complete(request: CdsRequest, as_of: date, access: Fetcher | NoAccess) -> Gathered:
    """The data for ``request``. `DataUnavailable` where a required key was not sent and cannot be
    had.
    """
    service = request.service
    sent = {key.name: _sent(key, request.prefetch) for key in service.prefetch}
    answers = {name: item.answer for name, item in sent.items()}
    open_keys = [key for key in service.prefetch if sent[key.name].page or sent[key.name].query]
    gathered = _gathered(request, as_of, answers)
    if isinstance(access, Fetcher) and open_keys and not _settled(service, open_keys, gathered):
        gathered = _fetch(request, as_of, access, sent, answers, open_keys)
    _require(service, gathered, access)
    return gathered


def _sent(key: PrefetchKey, prefetch: Mapping[str, object]) -> _Sent:
    if key.name not in prefetch:
        return _Sent(Answer(reason=NOT_SENT), query=True)
    value = prefetch[key.name]
    if value is None:
        return _Sent(Answer())
    if not isinstance(value, dict):
        raise BadRequest(
            f"prefetch.{key.name} must be a FHIR resource, a Bundle, or null for nothing found.",
            f"prefetch.{key.name}",
        )
    if is_outcome(value):
        return _Sent(Answer(reason=REFUSED), query=not repeat_is_pointless(value))
    link = next_link(value)
    if link is not None:
        return _Sent(Answer((value,), "first page only"), page=link)
    return _Sent(Answer((value,), CUT_SHORT if cut_short(value) else ""))


def _settled(service: CdsService, open_keys: list[PrefetchKey], gathered: Gathered) -> bool:
    """Whether nothing that is still open can change the answer."""
    return not any(key.required for key in open_keys) and not service.worth_completing(gathered)


def _fetch(
    request: CdsRequest,
    as_of: date,
    fetcher: Fetcher,
    sent: Mapping[str, _Sent],
    answers: dict[str, Answer],
    open_keys: list[PrefetchKey],
) -> Gathered:
    """Run every open query at once; return when all are answered, nothing more can matter, or time
    is up.
    """
    deadline = Deadline(fetcher.seconds)
    running: dict[Future[Answer], PrefetchKey] = {}
    for key in open_keys:
        task = _page_task if sent[key.name].page else _query_task
        running[fetcher.pool.submit(task, request, fetcher, key, sent[key.name], deadline)] = key
    waiting = set(running)
    gathered = _gathered(request, as_of, answers)
    while waiting:
        patience = deadline.left() + _GRACE
        done, waiting = wait(waiting, timeout=patience, return_when=FIRST_COMPLETED)
        for future in done:
            failure = future.exception()
            answers[running[future].name] = (
                future.result() if failure is None else Answer(reason=type(failure).__name__)
            )
        gathered = _gathered(request, as_of, answers)
        if not done or (
            waiting and _settled(request.service, [running[item] for item in waiting], gathered)
        ):
            break
    for future in waiting:
        future.cancel()
        name = running[future].name
        answers[name] = Answer(answers[name].resources, "deadline")
    return _gathered(request, as_of, answers)


def _query_task(
    request: CdsRequest, fetcher: Fetcher, key: PrefetchKey, sent: _Sent, deadline: Deadline
) -> Answer:
    query = key.expand(request.context)
    return _checked(fetcher.source.query(fetcher.base, query, fetcher.token, deadline))


def _page_task(
    request: CdsRequest, fetcher: Fetcher, key: PrefetchKey, sent: _Sent, deadline: Deadline
) -> Answer:
    rest = fetcher.source.pages(fetcher.base, sent.page or "", fetcher.token, deadline)
    return _checked(Answer(sent.answer.resources + rest.resources, rest.reason))


def _checked(answer: Answer) -> Answer:
    if not answer.reason and any(cut_short(page) for page in answer.resources):
        return Answer(answer.resources, CUT_SHORT)
    return answer


def _gathered(request: CdsRequest, as_of: date, answers: Mapping[str, Answer]) -> Gathered:
    return Gathered(
        patient_id=request.patient_id,
        as_of=as_of,
        resources={name: answer.resources for name, answer in answers.items()},
        unavailable={name: answer.reason for name, answer in answers.items() if answer.reason},
        server_base=request.fhir_server,
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

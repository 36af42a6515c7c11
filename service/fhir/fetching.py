"""Runs the queries of one call: all at once, within one allowance, and no longer than they matter.

A server that refuses a query by patient alone, or cuts it short, is asked the narrower queries of
the key (`hooks.prefetch`), all at once as well. What they bring counts, and the key stays
incomplete: results under local codes or without a category are found by none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from hooks.prefetch import NARROWED, PrefetchKey
from service.fhir.bundles import cut_short, holds, is_answer, lacks_resources
from service.fhir.client import EXPIRED, Answer
from service.network.allowance import Allowance
from service.turns import outside_the_turn

CUT_SHORT = "cut short by the server"
FALLS_SHORT = "fewer entries than its total"
REFUSED = "refused by the server"
NOT_ASKED_FOR = "another resource than asked for"
NO_RESOURCES = "entries without a resource"
_GRACE = 0.1
"""Seconds past the deadline in which queries hand in what they have."""
_ASK_NARROWER = frozenset(
    {CUT_SHORT, "OperationOutcome", *(f"status {code}" for code in (400, 403, 405, 422, 501))}
)
"""Reasons that speak of the query rather than of the server or the connection. 403 is among them:
a token may be limited to a category (SMART App Launch 2).
"""
_OF_THE_QUERY = _ASK_NARROWER | {REFUSED, NARROWED}


class FhirSource(Protocol):
    """What is needed of a FHIR client (`service.fhir.client.FhirClient`)."""

    def query(self, base: str, query: str, token: str | None, allowance: Allowance) -> Answer: ...

    def pages(self, base: str, address: str, token: str | None, allowance: Allowance) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Fetcher:
    """The means to ask the FHIR server of one call; not made where it may not be asked."""

    source: FhirSource
    pool: ThreadPoolExecutor
    base: str
    token: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Task:
    """A key that is not complete yet: what is there so far, and where to go on."""

    key: PrefetchKey
    so_far: Answer
    page: str | None = None
    """The following page of what was sent; without one the whole query is run."""
    narrow: bool = False
    """Whether the query itself has been refused or cut short already."""


Settled = Callable[[Mapping[str, Answer], list[PrefetchKey]], bool]
"""Whether, by the answers so far, nothing that the open keys can bring would change anything."""


def fetch(
    fetcher: Fetcher, context: Mapping[str, object], tasks: Iterable[Task], settled: Settled
) -> dict[str, Answer]:
    """The answers for all ``tasks`` by key name; a key that is still open in the end says so."""
    running = _Running(fetcher, context)
    try:
        for task in tasks:
            running.begin(task)
        while running.waiting and running.collect():
            if settled(running.answers, list(running.waiting.values())):
                break
        return running.finished()
    finally:
        running.stop()


class _Running:
    """The queries of one call that have been begun, and what they have brought."""

    def __init__(self, fetcher: Fetcher, context: Mapping[str, object]) -> None:
        self._fetcher = fetcher
        self._context = context
        self._allowance = Allowance(fetcher.seconds)
        self._narrowed: set[str] = set()
        self.answers: dict[str, Answer] = {}
        self.waiting: dict[Future[Answer], PrefetchKey] = {}

    def begin(self, task: Task) -> None:
        self.answers[task.key.name] = task.so_far
        if task.narrow:
            self._ask_narrower(task.key)
        elif task.page is not None:
            self._submit(task.key, partial(self._rest, task.key, task.so_far, task.page))
        else:
            self._submit(task.key, partial(self._whole, task.key, task.so_far))

    def collect(self) -> bool:
        """Wait for the next answers; False when time is up."""
        with outside_the_turn():
            done, _ = wait(
                self.waiting, timeout=self._allowance.left() + _GRACE, return_when=FIRST_COMPLETED
            )
        for future in done:
            self._take(self.waiting.pop(future), future)
        return bool(done)

    def finished(self) -> dict[str, Answer]:
        """All answers; keys that are still open keep what they have, with the reason."""
        for key in self.waiting.values():
            self.answers[key.name] = Answer(self.answers[key.name].resources, "deadline")
        return self.answers

    def stop(self) -> None:
        self._allowance.end()
        for future in self.waiting:
            future.cancel()

    def _submit(self, key: PrefetchKey, work: Callable[[], Answer]) -> None:
        self.waiting[self._fetcher.pool.submit(work)] = key

    def _take(self, key: PrefetchKey, future: Future[Answer]) -> None:
        failure = future.exception()
        answer = future.result() if failure is None else Answer(reason=type(failure).__name__)
        if key.name in self._narrowed:
            self._add(key.name, answer)
            return
        self.answers[key.name] = answer
        if answer.reason in _ASK_NARROWER:
            self._ask_narrower(key)

    def _add(self, name: str, answer: Answer) -> None:
        """What a narrower query brought. One that is refused loses what no other finds; behind one
        that failed anything may stand.
        """
        before = self.answers[name]
        reason = before.reason
        if answer.reason and answer.reason not in _OF_THE_QUERY:
            reason = answer.reason
        elif answer.resources and reason in _OF_THE_QUERY:
            reason = NARROWED
        self.answers[name] = Answer(before.resources + answer.resources, reason)

    def _ask_narrower(self, key: PrefetchKey) -> None:
        self._narrowed.add(key.name)
        for query in key.expand_narrower(self._context):
            self._submit(key, partial(self._query, query))

    def _query(self, query: str) -> Answer:
        fetcher = self._fetcher
        answer = fetcher.source.query(fetcher.base, query, fetcher.token, self._allowance)
        return _checked(answer, query)

    def _whole(self, key: PrefetchKey, so_far: Answer) -> Answer:
        """The whole query; what was sent is kept beside an answer that is not whole either."""
        return self._query(key.expand(self._context)).after(so_far)

    def _rest(self, key: PrefetchKey, first: Answer, page: str) -> Answer:
        """What follows a page that was sent; the whole anew where the server forgot the search."""
        fetcher = self._fetcher
        rest = fetcher.source.pages(fetcher.base, page, fetcher.token, self._allowance)
        so_far = Answer(first.resources + rest.resources, rest.reason)
        if rest.reason == EXPIRED:
            return self._whole(key, so_far)
        return _checked(so_far, key.expand(self._context))


def resource_type(query: str) -> str:
    """The type that a relative read or search asks for."""
    return query.partition("?")[0].partition("/")[0]


def is_read(query: str) -> bool:
    """Whether a relative query names one resource."""
    return "?" not in query


def _checked(answer: Answer, query: str) -> Answer:
    """``answer`` without what is none, and with the reason why it does not hold everything."""
    kind = resource_type(query)
    right = tuple(page for page in answer.resources if is_answer(page, kind))
    if is_read(query) and not any(holds(page, kind, query.partition("/")[2]) for page in right):
        right = ()
    if len(right) < len(answer.resources):
        return Answer(right, NOT_ASKED_FOR)
    if not answer.reason and any(map(cut_short, right)):
        return Answer(right, CUT_SHORT)
    if not answer.reason and any(map(lacks_resources, right)):
        return Answer(right, NO_RESOURCES)
    return answer

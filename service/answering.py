"""One call of a service: data completed, evaluated, answered; timed, counted and recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from hooks.prefetch import Gathered
from hooks.registry import Outcome
from mappings.errors import MappingError
from service.decisions.record import Answered
from service.errors import CdsError
from service.fhir.prefetch import NoAccess, complete
from service.request.wire import CdsRequest
from service.runtime import Runtime
from service.trust.caller import Caller

_NO_CARDS = b'{"cards":[]}'
_NOTHING = Outcome()


class Call:
    """The way of one call through the service.

    ``log`` takes what the log line of the call says beside method and status. `answer` raises what
    the caller is told: `CdsError` or `MappingError`.
    """

    def __init__(
        self, runtime: Runtime, called: CdsRequest, caller: Caller | None, log: dict[str, Any]
    ) -> None:
        self._runtime = runtime
        self._called = called
        self._caller = caller
        self._log = log
        self._as_of = called.as_of or runtime.today()
        self._seconds: dict[str, float] = {}

    def answer(self, body: bytes, reading: float) -> bytes:
        """The response body for the request ``body``, which took ``reading`` seconds to read."""
        self._seconds["read"] = reading
        # Users whom the cards are not meant for get none, and cause no query.
        if self._called.user_type not in self._called.service.audience:
            self._keep(body, 200)
            return _NO_CARDS
        try:
            with self._phase("gather"):
                gathered = self._gathered()
            with self._phase("evaluate"):
                outcome = self._called.service.evaluate(gathered)
            self._seconds |= outcome.seconds
        except CdsError as error:
            self._keep(body, error.status)
            raise
        except MappingError:
            self._keep(body, 400)
            raise
        with self._phase("answer"):
            cards = [card.wire() for card in outcome.cards]
            answer = orjson.dumps({"cards": cards}) if cards else _NO_CARDS
        self._log.update(cards=len(cards), unread=len(outcome.unread))
        self._keep(body, 200, gathered, outcome)
        return answer

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = time.perf_counter() - began

    def _gathered(self) -> Gathered:
        access = self._runtime.access(self._called, self._caller)
        if isinstance(access, NoAccess) and self._called.fhir_server is not None:
            self._log["noAccess"] = access.why
        gathered = complete(self._called, self._as_of, access)
        if gathered.unavailable:
            self._log["unavailable"] = gathered.unavailable
        return gathered

    def _keep(
        self,
        body: bytes,
        status: int,
        gathered: Gathered | None = None,
        outcome: Outcome = _NOTHING,
    ) -> None:
        """Count the call and hand its record on; neither can fail it."""
        answered = Answered(status, self._as_of, self._seconds, gathered, outcome)
        self._runtime.metrics.called(self._called, answered)
        record = self._runtime.recording.record(self._called, body, self._caller, answered)
        self._runtime.recorder.put(record)

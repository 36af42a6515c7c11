"""What the service counts, for Prometheus: never a value of a record, a token or an address.

Labels come from fixed lists: hooks, card topics, prefetch keys and reasons of our own. The one
exception is the code of what could not be read, which is bounded in form and in number.

With several workers each process writes to files of its own in the folder that
``PROMETHEUS_MULTIPROC_DIR`` names (`service.processes` sees to it), and any worker answers for all.
"""

from __future__ import annotations

import os
import re
import threading
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from relapse.rules import MODEL_VERSION
from service.decisions.record import Answered
from service.fhir.prefetch import sent_as
from service.request.wire import CdsRequest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_MOST_CODES = 300
_CODE = re.compile(r"[A-Za-z0-9:/._|\-]{1,120}")
_OTHER = "other"


class Metrics:
    """The counters of one app in one process."""

    def __init__(self, jurisdiction: str) -> None:
        self._registry = registry = CollectorRegistry()
        self._codes: set[str] = set()
        self._lock = threading.Lock()
        self.calls = Counter(
            "relapse_cds_calls",
            "Calls of a CDS service by hook and HTTP status",
            ("hook", "status"),
            registry=registry,
        )
        self.seconds = Histogram(
            "relapse_cds_call_seconds",
            "Time of a call by phase; map, assess and cards are parts of evaluate",
            ("phase",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.cards = Counter(
            "relapse_cds_cards",
            "Cards by topic and indicator",
            ("topic", "indicator"),
            registry=registry,
        )
        self.prefetch = Counter(
            "relapse_cds_prefetch",
            "Prefetch keys by what the client sent: answer, null, partial, error or missing",
            ("key", "sent"),
            registry=registry,
        )
        self.unavailable = Counter(
            "relapse_cds_unavailable",
            "Queries that stayed without a complete answer, by key and reason",
            ("key", "reason"),
            registry=registry,
        )
        self.unread = Counter(
            "relapse_cds_unread",
            "Resources that bear on the disease and were not understood",
            ("resource", "code", "reason"),
            registry=registry,
        )
        self.refused_callers = Counter(
            "relapse_cds_refused_callers",
            "Tokens that could not be verified, by reason",
            ("reason",),
            registry=registry,
        )
        self.feedback = Counter(
            "relapse_cds_feedback",
            "Feedback items that were stored, by outcome",
            ("outcome",),
            registry=registry,
        )
        self.decisions = Counter(
            "relapse_cds_decisions",
            "Decision records: stored, or dropped because the database was away or slow",
            ("result",),
            registry=registry,
        )
        self.build = Gauge(
            "relapse_cds_build_info",
            "Version of the software and of the clinical model",
            ("version", "model", "jurisdiction"),
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self.build.labels(version("relapse-cds"), MODEL_VERSION, jurisdiction).set(1)

    def called(self, called: CdsRequest, answered: Answered) -> None:
        """Count one call of a service and what it gave."""
        hook, status = called.service.hook.name, str(answered.status)
        self.calls.labels(hook, status).inc()
        for phase, seconds in answered.timings.items():
            self.seconds.labels(phase).observe(seconds)
        for key in called.service.prefetch:
            self.prefetch.labels(key.name, sent_as(called.prefetch, key.name).value).inc()
        if answered.gathered is not None:
            for name, reason in answered.gathered.unavailable.items():
                self.unavailable.labels(name, reason).inc()
        for card in answered.outcome.cards:
            self.cards.labels(card.source.topic.code, card.indicator.value).inc()
        for item in answered.outcome.unread:
            kind = item.reference.split("/", 1)[0].split(" ", 1)[0]
            self.unread.labels(kind, self.bounded(item.code), item.reason).inc()

    def refused(self, reason: str) -> None:
        """Count a token that could not be verified."""
        self.refused_callers.labels(reason).inc()

    def recorded(self, result: str, number: int) -> None:
        """Count decision records: ``stored`` or ``dropped``."""
        self.decisions.labels(result).inc(number)

    def bounded(self, code: str) -> str:
        """A code as a label: of a plain form, and only so many different ones."""
        if not code:
            return "none"
        with self._lock:
            if code in self._codes:
                return code
            if len(self._codes) >= _MOST_CODES or not _CODE.fullmatch(code):
                return _OTHER
            self._codes.add(code)
        return code

    def text(self) -> bytes:
        """All counters in Prometheus' text format; those of all workers where they share a
        folder.
        """
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call, unused-ignore]
        return generate_latest(shared)

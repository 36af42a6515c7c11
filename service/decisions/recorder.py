"""Decision records on their way to the database: in batches, off the request path, in bounded
memory.

A call never waits for this and never fails because of it. With the database away or slow, records
are kept until the queue is full and dropped after that; `/metrics` counts both. A crash may lose
those of the last tenth of a second.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable

from service.decisions.pruning import Pruning
from service.logs import log, where
from service.store import decisions
from service.store.database import Database, StoreUnavailable
from service.store.decisions import DecisionRecord

_MOST_WAITING = 5000
_BATCH = 200
_PAUSE = 0.1
"""Seconds between two batches: what a crash may lose. Larger batches would hold up the calls that
are computed meanwhile.
"""
_RETRY = 5.0
_IDLE = 10.0

PATIENCE = 3
"""Seconds for which the end of the process waits for the last records."""

Count = Callable[[str, int], None]
"""Told of records by what became of them: ``stored`` or ``dropped``."""


class Recorder:
    """The queue of one process and the thread that empties it: started by a record, ended when
    nothing has come for a while. Between its batches it deletes what ``pruning`` finds.
    """

    def __init__(self, database: Database, count: Count, pruning: Pruning) -> None:
        self._database = database
        self._count = count
        self._pruning = pruning
        self._waiting: queue.Queue[DecisionRecord] = queue.Queue(_MOST_WAITING)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process = 0

    def put(self, record: DecisionRecord) -> None:
        """Take a record; returns at once, whatever the state of the database."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self._count("dropped", 1)
        self._start()

    def close(self, patience: float = PATIENCE) -> None:
        """Write what is waiting, for at most ``patience`` seconds."""
        self._stopping.set()
        with self._lock:  # a thread that is about to end may find that it must go on
            thread = self._thread if self._process == os.getpid() else None
        if thread is not None:
            thread.join(patience)

    def _start(self) -> None:
        if self._running():
            return
        with self._lock:
            if not self._running():
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._process = os.getpid()
                self._thread.start()

    def _running(self) -> bool:
        # A thread does not survive a fork: each worker has its own.
        thread = self._thread
        return thread is not None and thread.is_alive() and self._process == os.getpid()

    def _run(self) -> None:
        batch: list[DecisionRecord] = []
        idle_since = time.monotonic()
        while True:
            ending = self._stopping.is_set()
            batch += self._take(_BATCH - len(batch))
            if batch:
                idle_since = time.monotonic()
                batch = self._write(batch)
                if batch:
                    if ending:
                        self._count("dropped", len(batch) + self._waiting.qsize())
                        return
                    self._stopping.wait(_RETRY)
                    continue
            if not ending and self._pruning.step():
                idle_since = time.monotonic()
            if self._waiting.qsize() >= _BATCH:
                continue
            if self._ended(ending or time.monotonic() - idle_since > _IDLE):
                return
            self._stopping.wait(_PAUSE)

    def _ended(self, may_end: bool) -> bool:
        """Whether the thread ends here. Whoever puts a record later starts another one."""
        if not may_end:
            return False
        with self._lock:
            # In this order: a record put after the first line finds no thread, one put before is
            # found by the second.
            self._thread = None
            if self._waiting.empty():
                return True
            self._thread = threading.current_thread()
            return False

    def _take(self, most: int) -> list[DecisionRecord]:
        taken: list[DecisionRecord] = []
        while len(taken) < most:
            try:
                taken.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return taken

    def _write(self, batch: list[DecisionRecord]) -> list[DecisionRecord]:
        """Store the batch; gives what has to be tried again."""
        try:
            decisions.write(self._database, batch)
        except StoreUnavailable as error:
            log("recorder", level=logging.WARNING, error=str(error))
            return batch
        except Exception as error:  # one bad record must not end the thread, nor take others along
            if len(batch) > 1:
                return [left for record in batch for left in self._write([record])]
            log("recorder", level=logging.ERROR, **where(error))
            self._count("dropped", 1)
            return []
        self._count("stored", len(batch))
        return []

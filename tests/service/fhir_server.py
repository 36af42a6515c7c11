"""A small real FHIR server on loopback, to test time, pages and connections."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass
class Reply:
    """One answer: after ``delay`` seconds, in pieces of ``trickle`` bytes where set."""

    body: object = None
    status: int = 200
    delay: float = 0.0
    trickle: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


Answering = Callable[[str, dict[str, str]], Reply]


@contextmanager
def serving(answer: Answering) -> Iterator[str]:
    """Runs a server that answers by ``answer(path, headers)``; gives its base address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = answer(self.path, dict(self.headers))
            time.sleep(reply.delay)
            content = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/fhir+json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                step = reply.trickle or len(content) or 1
                for start in range(0, len(content), step):
                    self.wfile.write(content[start : start + step])
                    self.wfile.flush()
                    if reply.trickle:
                        time.sleep(0.05)
            except OSError:
                self.close_connection = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # All queries of a call come at once: one that finds no room is repeated a second later.
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/fhir"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Runs a server that does with each connection what ``talk`` does; gives a base address."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    stopped = Event()

    def one(accepted: socket.socket) -> None:
        with accepted, suppress(OSError):
            accepted.recv(65536)
            talk(accepted)

    def run() -> None:
        while not stopped.is_set():
            with suppress(TimeoutError):
                accepted, _ = listening.accept()
                Thread(target=one, args=(accepted,), daemon=True).start()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
    finally:
        stopped.set()
        thread.join()
        listening.close()
